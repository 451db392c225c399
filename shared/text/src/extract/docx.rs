//! Word documents: headings by their styles, lists, tables, text boxes, notes, and the page headers that a CV keeps
//! its contact details in. Deleted, moved-away and hidden text is left out.

mod styles;

use std::collections::HashSet;

use quick_xml::events::BytesStart;

use self::styles::Styles;
use super::look::Look;
use super::ooxml::{Node, Package, attribute, is_on, walk};
use super::{BlockKind, ExtractError, Flag, Outline, Sheet, encoding, table};

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let mut package = Package::open(bytes)?;
    package.flag(sheet)?;
    let main = package.names("word/document", ".xml").into_iter().next().ok_or(ExtractError::Corrupt)?;
    let body = package.part(&main)?.ok_or(ExtractError::Corrupt)?;
    if let Some(title) = package.title()? {
        sheet.set_title(&title);
    }
    let styles =
        package.part("word/styles.xml")?.map_or_else(|| Ok(Styles::default()), |xml| Styles::of(&xml))?;
    // The same header stands once for the first page, once for the others.
    let mut seen = HashSet::new();
    for part in package.names("word/header", ".xml") {
        aside(&mut package, &part, &styles, &mut seen, sheet)?;
    }
    let mut reader = Reader::new(&styles, sheet);
    walk(&body, |node| reader.node(node))?;
    for part in ["word/footnotes.xml".to_owned(), "word/endnotes.xml".to_owned()]
        .into_iter()
        .chain(package.names("word/footer", ".xml"))
    {
        aside(&mut package, &part, &styles, &mut seen, sheet)?;
    }
    Ok(())
}

/// Reads a part outside the body, without what an earlier one already said.
fn aside(
    package: &mut Package<'_>,
    part: &str,
    styles: &Styles,
    seen: &mut HashSet<String>,
    sheet: &mut Sheet,
) -> Result<(), ExtractError> {
    let Some(xml) = package.part(part)? else { return Ok(()) };
    let mut own = Sheet::default();
    let mut reader = Reader::new(styles, &mut own);
    walk(&xml, |node| reader.node(node))?;
    if own.hides() {
        sheet.flag(Flag::HiddenText);
    }
    for block in own.blocks {
        if seen.insert(block.text.clone()) {
            sheet.push(BlockKind::Paragraph, &block.text, Outline::default().place())?;
        }
    }
    Ok(())
}

#[derive(Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    level: Option<u8>,
    listed: bool,
    /// Whether something else than paper is behind it.
    backed: bool,
}

#[derive(Default)]
struct Row {
    cells: Vec<String>,
    names: bool,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the format, and any of them go together"
)]
struct Reader<'a> {
    styles: &'a Styles,
    sheet: &'a mut Sheet,
    outline: Outline,
    /// A text box is a paragraph inside a paragraph.
    open: Vec<Paragraph>,
    /// Tables open around the text; the rows of inner ones become lines of the outer cell.
    tables: usize,
    row: Row,
    header: Option<Vec<String>>,
    in_text: bool,
    in_run: bool,
    /// How the letters of the run look, and of which style they are.
    look: Look,
    run_style: Look,
    /// Whether the table at hand, or its cell, has a colour of its own.
    table_backed: bool,
    cell_backed: bool,
    /// Boxes of text open around it: drawings lie behind or around them.
    boxes: usize,
    /// Open elements of a part that is not read.
    skipped: usize,
}

/// Deepest nesting of paragraphs followed.
const DEPTH: usize = 64;

impl<'a> Reader<'a> {
    fn new(styles: &'a Styles, sheet: &'a mut Sheet) -> Self {
        Self {
            styles,
            sheet,
            outline: Outline::default(),
            open: Vec::new(),
            tables: 0,
            row: Row::default(),
            header: None,
            in_text: false,
            in_run: false,
            look: Look::default(),
            run_style: Look::default(),
            table_backed: false,
            cell_backed: false,
            boxes: 0,
            skipped: 0,
        }
    }

    fn node(&mut self, node: Node<'_, '_>) -> Result<(), ExtractError> {
        match node {
            Node::Open(..) if self.skipped > 0 => self.skipped += 1,
            Node::Close(_) if self.skipped > 0 => self.skipped -= 1,
            Node::Open(name, element) => self.enter(name, element)?,
            Node::Close(name) => return self.leave(name),
            Node::Text(text) if self.in_text && self.skipped == 0 => self.write(text),
            Node::Text(_) => {}
        }
        Ok(())
    }

    fn enter(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), ExtractError> {
        match name {
            // `Fallback` repeats a drawing for old readers; `moveFrom` is text that stands elsewhere now.
            "Fallback" | "moveFrom" => self.skipped = 1,
            "p" if self.open.len() >= DEPTH => return Err(ExtractError::Corrupt),
            "p" => self.open.push(Paragraph::default()),
            "pStyle" => self.last(|paragraph| paragraph.style = attribute(element, "val")),
            "outlineLvl" => self.last(|paragraph| paragraph.level = styles::level(element)),
            "numPr" => self.last(|paragraph| paragraph.listed = true),
            "r" => {
                self.in_run = true;
                (self.look, self.run_style) = (Look::default(), Look::default());
            }
            "rStyle" if self.in_run => {
                self.run_style =
                    attribute(element, "val").map(|id| self.styles.get(&id).look).unwrap_or_default();
            }
            "txbxContent" => self.boxes += 1,
            "tblStyle" => {
                let style = attribute(element, "val").map(|id| self.styles.get(&id).look);
                self.table_backed = style.is_some_and(|look| look.backed == Some(true));
            }
            "shd" if !self.in_run => {
                let mut look = Look::default();
                styles::add_look(&mut look, name, element);
                match self.open.last_mut() {
                    Some(paragraph) => paragraph.backed = look.backed == Some(true),
                    None => self.cell_backed = look.backed == Some(true),
                }
            }
            "color" | "sz" | "vanish" | "specVanish" | "highlight" | "shd" if self.in_run => {
                styles::add_look(&mut self.look, name, element);
            }
            "t" => self.in_text = true,
            "tab" | "br" | "cr" if self.in_run => self.write("\n"),
            "noBreakHyphen" => self.write("-"),
            "tbl" => {
                self.tables += 1;
                if self.tables == 1 {
                    self.header = None;
                    self.table_backed = false;
                }
            }
            "tr" if self.tables == 1 => self.row = Row::default(),
            "tblHeader" if self.tables == 1 && is_on(element) => self.row.names = true,
            "tc" if self.tables == 1 && self.row.cells.len() < table::MAX_COLUMNS => {
                self.row.cells.push(String::new());
            }
            _ => {}
        }
        Ok(())
    }

    fn leave(&mut self, name: &str) -> Result<(), ExtractError> {
        match name {
            "t" => self.in_text = false,
            "r" => self.in_run = false,
            "txbxContent" => self.boxes = self.boxes.saturating_sub(1),
            "tc" => self.cell_backed = false,
            "p" => {
                if let Some(paragraph) = self.open.pop() {
                    return self.end_paragraph(&paragraph);
                }
            }
            "tr" if self.tables == 1 => return self.end_row(),
            "tbl" => self.tables = self.tables.saturating_sub(1),
            _ => {}
        }
        Ok(())
    }

    fn last(&mut self, set: impl FnOnce(&mut Paragraph)) {
        if let Some(paragraph) = self.open.last_mut() {
            set(paragraph);
        }
    }

    fn write(&mut self, text: &str) {
        if !self.is_unseen() {
            self.last(|paragraph| paragraph.text.push_str(text));
        } else if !text.trim().is_empty() {
            self.sheet.flag(Flag::HiddenText);
        }
    }

    /// Whether the letters at hand are not seen. What lies behind a box of text is not known, and taken to be dark.
    fn is_unseen(&self) -> bool {
        let paragraph = self.open.last();
        let style = paragraph.and_then(|paragraph| paragraph.style.as_deref());
        let style = style.map(|id| self.styles.get(id).look).unwrap_or_default();
        let around = self.table_backed
            || self.cell_backed
            || self.boxes > 0
            || paragraph.is_some_and(|paragraph| paragraph.backed);
        let mut look = self.look.or(self.run_style).or(style);
        look.backed = Some(look.backed == Some(true) || around);
        look.is_unseen()
    }

    fn end_paragraph(&mut self, paragraph: &Paragraph) -> Result<(), ExtractError> {
        if self.tables > 0 {
            if let Some(cell) = self.row.cells.last_mut() {
                cell.push_str(&paragraph.text);
                cell.push('\n');
            }
            return Ok(());
        }
        if encoding::clean(&paragraph.text).is_empty() {
            return Ok(());
        }
        let style = paragraph.style.as_deref().map(|id| self.styles.get(id)).unwrap_or_default();
        let kind = match paragraph.level.or(style.level) {
            Some(level) => {
                self.outline.enter(level, &paragraph.text);
                BlockKind::Heading { level }
            }
            None if paragraph.listed || style.listed => BlockKind::Item,
            None => BlockKind::Paragraph,
        };
        self.sheet.push(kind, &paragraph.text, self.outline.place())
    }

    fn end_row(&mut self) -> Result<(), ExtractError> {
        let row = std::mem::take(&mut self.row);
        if row.names && self.header.is_none() {
            self.sheet.push(BlockKind::Row, &table::plain(&row.cells), self.outline.place())?;
            self.header = Some(row.cells);
            return Ok(());
        }
        let text = self
            .header
            .as_ref()
            .map_or_else(|| table::plain(&row.cells), |header| table::named(header, &row.cells));
        self.sheet.push(BlockKind::Row, &text, self.outline.place())
    }
}
