//! The walk through `content.xml`.

use quick_xml::events::BytesStart;

use super::styles::Styles;
use crate::extract::look::Look;
use crate::extract::ooxml::{Node, attribute};
use crate::extract::rows::Rows;
use crate::extract::sheet::MAX_HEADING;
use crate::extract::{BlockKind, ExtractError, Flag, Format, Outline, Place, Sheet, encoding};

/// Deepest nesting of styled elements followed; texts written by hand have some ten.
const DEPTH: usize = 256;
/// Spaces that one element may stand for.
const MAX_SPACES: usize = 1_000;

/// A paragraph at hand.
struct Paragraph {
    level: Option<u8>,
    text: String,
}

/// A slide at hand. Its title may stand below other text.
struct Slide {
    number: u32,
    title: Option<String>,
    found: Vec<(BlockKind, String)>,
}

pub(super) struct Reader<'a> {
    format: Format,
    styles: &'a Styles,
    sheet: &'a mut Sheet,
    outline: Outline,
    /// Looks of the elements around the text.
    looks: Vec<Look>,
    skipped: usize,
    paragraphs: Vec<Paragraph>,
    lists: usize,
    tables: usize,
    rows: Rows,
    cell: Option<(String, usize)>,
    slide: Option<Slide>,
    in_title: bool,
    pages: u32,
}

impl<'a> Reader<'a> {
    pub(super) fn new(format: Format, styles: &'a Styles, sheet: &'a mut Sheet) -> Self {
        Self {
            format,
            styles,
            sheet,
            outline: Outline::default(),
            looks: Vec::new(),
            skipped: 0,
            paragraphs: Vec::new(),
            lists: 0,
            tables: 0,
            rows: Rows::default(),
            cell: None,
            slide: None,
            in_title: false,
            pages: 0,
        }
    }

    pub(super) fn end(self) {
        if self.format != Format::Odt {
            self.sheet.pages = Some(self.pages);
        }
    }

    pub(super) fn node(&mut self, node: Node<'_, '_>) -> Result<(), ExtractError> {
        match node {
            Node::Open(..) if self.skipped > 0 => self.skipped += 1,
            Node::Close(_) if self.skipped > 0 => self.skipped -= 1,
            Node::Open(name, element) => self.enter(name, element)?,
            Node::Close(name) => return self.leave(name),
            Node::Text(text) if self.skipped == 0 => self.write(text),
            Node::Text(_) => {}
        }
        Ok(())
    }

    fn enter(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), ExtractError> {
        let given = |name| attribute(element, name);
        match name {
            // Deleted text, comments, notes of the speaker, the styles and scripts of the file, pictures' descriptions.
            "tracked-changes" | "annotation" | "notes" | "automatic-styles" | "styles" | "scripts"
            | "desc" | "forms" | "note-citation" | "settings" => self.skipped = 1,
            "hidden-text" | "hidden-paragraph" => {
                self.skipped = 1;
                self.sheet.flag(Flag::HiddenText);
            }
            "object" | "object-ole" => self.sheet.flag(Flag::EmbeddedFile),
            "page" => {
                self.pages += 1;
                if self.is_hidden("drawing-page", element) {
                    self.hide();
                } else {
                    self.slide = Some(Slide { number: self.pages, title: None, found: Vec::new() });
                }
            }
            "frame" => self.in_title = given("class").is_some_and(|class| class == "title"),
            "section" if given("display").is_some_and(|display| display == "none") => self.hide(),
            "list" => self.lists += 1,
            "table" => {
                self.tables += 1;
                if self.tables == 1 {
                    self.pages += u32::from(self.format == Format::Ods);
                    let sheet = given("name").filter(|_| self.format == Format::Ods);
                    self.rows = Rows::of(sheet);
                    if self.is_hidden("table", element) {
                        self.tables = 0;
                        self.hide();
                    }
                }
            }
            "table-header-rows" if self.tables == 1 => self.rows.names = true,
            "table-column" if self.tables == 1 => {
                self.rows.columns(repeated(element, "number-columns-repeated"), is_collapsed(element));
            }
            "table-row" if self.tables == 1 => {
                self.rows.begin(repeated(element, "number-rows-repeated"), is_collapsed(element));
            }
            "table-cell" | "covered-table-cell" if self.tables == 1 => {
                self.cell = Some((String::new(), repeated(element, "number-columns-repeated") as usize));
                self.push_look("table-cell", element)?;
            }
            "h" | "p" => {
                self.push_look("paragraph", element)?;
                let style = given("style-name").unwrap_or_default();
                let level = match name {
                    "h" => Some(given("outline-level").and_then(|level| level.parse().ok()).unwrap_or(1)),
                    _ => self.styles.level(&style),
                };
                let level = level.map(|level: u8| level.clamp(1, 6));
                self.paragraphs.push(Paragraph { level, text: String::new() });
            }
            "span" => self.push_look("text", element)?,
            "s" => {
                let spaces = given("c").and_then(|count| count.parse().ok()).unwrap_or(1);
                self.write(&" ".repeat(usize::min(spaces, MAX_SPACES)));
            }
            "tab" => self.write(" "),
            "line-break" => self.write("\n"),
            _ => {}
        }
        Ok(())
    }

    fn leave(&mut self, name: &str) -> Result<(), ExtractError> {
        match name {
            "page" => return self.end_slide(),
            "frame" => self.in_title = false,
            "list" => self.lists = self.lists.saturating_sub(1),
            "table" => self.tables = self.tables.saturating_sub(1),
            "table-header-rows" if self.tables == 1 => self.rows.names = false,
            "table-row" if self.tables == 1 => return self.end_row(),
            "table-cell" | "covered-table-cell" if self.tables == 1 => {
                self.looks.pop();
                if let Some((text, times)) = self.cell.take() {
                    self.rows.push(&text, times)?;
                }
            }
            "h" | "p" => {
                self.looks.pop();
                if let Some(paragraph) = self.paragraphs.pop() {
                    return self.end_paragraph(&paragraph);
                }
            }
            "span" => drop(self.looks.pop()),
            _ => {}
        }
        Ok(())
    }

    fn push_look(&mut self, family: &str, element: &BytesStart<'_>) -> Result<(), ExtractError> {
        if self.looks.len() >= DEPTH {
            return Err(ExtractError::Corrupt);
        }
        let own = attribute(element, "style-name").map(|name| self.styles.look(family, &name));
        self.looks.push(own.unwrap_or_default().or(self.looks.last().copied().unwrap_or_default()));
        Ok(())
    }

    fn is_hidden(&self, family: &str, element: &BytesStart<'_>) -> bool {
        attribute(element, "style-name")
            .is_some_and(|name| self.styles.look(family, &name).hidden == Some(true))
    }

    /// Leaves out the element that was just entered.
    fn hide(&mut self) {
        self.skipped = 1;
        self.sheet.flag(Flag::HiddenText);
    }

    fn write(&mut self, text: &str) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        if !self.looks.last().copied().unwrap_or_default().is_unseen() {
            paragraph.text.push_str(text);
        } else if !text.trim().is_empty() {
            self.sheet.flag(Flag::HiddenText);
        }
    }

    fn end_paragraph(&mut self, paragraph: &Paragraph) -> Result<(), ExtractError> {
        if self.tables > 0 {
            if let Some((cell, _)) = &mut self.cell {
                cell.push_str(&paragraph.text);
                cell.push('\n');
            }
            return Ok(());
        }
        let text = encoding::clean(&paragraph.text);
        if text.is_empty() {
            return Ok(());
        }
        let kind = if self.lists > 0 { BlockKind::Item } else { BlockKind::Paragraph };
        if let Some(slide) = &mut self.slide {
            if self.in_title && slide.title.is_none() {
                slide.title = Some(text);
            } else {
                slide.found.push((kind, text));
            }
            return Ok(());
        }
        let kind = match paragraph.level {
            Some(level) => {
                self.outline.enter(level, &text);
                BlockKind::Heading { level }
            }
            None => kind,
        };
        self.sheet.push(kind, &text, self.outline.place())
    }

    fn end_row(&mut self) -> Result<(), ExtractError> {
        let Some((text, place)) = self.rows.end(self.sheet) else { return Ok(()) };
        match (&mut self.slide, place) {
            (Some(slide), _) => slide.found.push((BlockKind::Row, text)),
            (None, Some(place)) => self.sheet.push(BlockKind::Row, &text, place)?,
            (None, None) => self.sheet.push(BlockKind::Row, &text, self.outline.place())?,
        }
        Ok(())
    }

    fn end_slide(&mut self) -> Result<(), ExtractError> {
        let Some(slide) = self.slide.take() else { return Ok(()) };
        let short = slide.title.as_ref().map(|title| title.chars().take(MAX_HEADING).collect());
        let place = Place::Slide { slide: slide.number, title: short };
        if let Some(title) = &slide.title {
            self.sheet.set_title(title);
            self.sheet.push(BlockKind::Heading { level: 1 }, title, place.clone())?;
        }
        for (kind, text) in &slide.found {
            self.sheet.push(*kind, text, place.clone())?;
        }
        Ok(())
    }
}

fn repeated(element: &BytesStart<'_>, name: &str) -> u32 {
    attribute(element, name).and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// Rows and columns out of sight (ODF 1.3 part 3, 19.756): folded away, or by a filter.
fn is_collapsed(element: &BytesStart<'_>) -> bool {
    attribute(element, "visibility").is_some_and(|visibility| visibility != "visible")
}
