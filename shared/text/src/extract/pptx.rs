//! Presentations: what each slide shows, in the order of the show. Hidden slides and speaker's notes are not what the
//! audience was shown, and are left out.

use quick_xml::events::BytesStart;

use super::look;
use super::ooxml::{Node, Package, attribute, is_true, walk};
use super::{BlockKind, ExtractError, Flag, Place, Sheet, encoding, table};

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let mut package = Package::open(bytes)?;
    package.flag(sheet)?;
    let main = package.part("ppt/presentation.xml")?.ok_or(ExtractError::Corrupt)?;
    if let Some(title) = package.title()? {
        sheet.set_title(&title);
    }
    let parts = package.relations("ppt/presentation.xml")?;
    let mut order = Vec::new();
    let mut size = None;
    walk(&main, |node| {
        match node {
            Node::Open("sldId", element) => order.extend(relation_id(element)),
            Node::Open("sldSz", element) => size = pair(element, "cx", "cy"),
            _ => {}
        }
        Ok(())
    })?;
    sheet.pages = Some(order.len() as u32);
    for (id, number) in order.iter().zip(1_u32..) {
        let Some(xml) = parts.get(id).map(|(_, part)| package.part(part)).transpose()?.flatten() else {
            continue;
        };
        let mut slide = Slide { size, ..Slide::default() };
        walk(&xml, |node| {
            slide.node(node);
            Ok(())
        })?;
        if slide.conceals || (slide.hidden && (slide.title.is_some() || !slide.found.is_empty())) {
            sheet.flag(Flag::HiddenText);
        }
        if !slide.hidden {
            slide.write(number, sheet)?;
        }
    }
    Ok(())
}

/// `r:id`, beside the slide's own `id`.
fn relation_id(element: &BytesStart<'_>) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|attribute| attribute.key.local_name().as_ref() == "id" && attribute.key.prefix().is_some())?;
    Some(found.value.into_owned())
}

fn pair(element: &BytesStart<'_>, first: &str, second: &str) -> Option<(i64, i64)> {
    Some((attribute(element, first)?.parse().ok()?, attribute(element, second)?.parse().ok()?))
}

#[derive(Default, PartialEq)]
enum Role {
    #[default]
    Body,
    Title,
    /// Date, footer or number of the page.
    Margin,
}

#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the format, and any of them go together"
)]
struct Slide {
    hidden: bool,
    /// Of the show, in units of the format.
    size: Option<(i64, i64)>,
    /// Where the shape at hand begins, and whether it is one that nobody sees.
    offset: Option<(i64, i64)>,
    unseen: bool,
    /// Groups open around it, whose shapes are measured in units of their own.
    groups: usize,
    /// Whether the run at hand is written in letters that nobody can read.
    tiny: bool,
    /// Whether text was left out for that.
    conceals: bool,
    title: Option<String>,
    found: Vec<(BlockKind, String)>,
    text: String,
    in_text: bool,
    /// Of the shape at hand.
    role: Role,
    skipped: usize,
    cells: Option<Vec<String>>,
}

impl Slide {
    fn node(&mut self, node: Node<'_, '_>) {
        match node {
            Node::Open(..) if self.skipped > 0 => self.skipped += 1,
            Node::Close(_) if self.skipped > 0 => self.skipped -= 1,
            Node::Open(name, element) => match name {
                "Fallback" => self.skipped = 1,
                "sld" => self.hidden = matches!(attribute(element, "show").as_deref(), Some("0" | "false")),
                "sp" | "graphicFrame" => {
                    self.role = Role::Body;
                    (self.unseen, self.offset) = (false, None);
                }
                "grpSp" => self.groups += 1,
                "cNvPr" if is_true(element, "hidden") => self.unseen = true,
                "off" => self.offset = pair(element, "x", "y"),
                "ext" if self.groups == 0 => self.unseen |= self.is_outside(pair(element, "cx", "cy")),
                "r" => self.tiny = false,
                // Hundredths of a point.
                "rPr" => {
                    let size = attribute(element, "sz").and_then(|size| size.parse::<f32>().ok());
                    self.tiny = size.is_some_and(|size| size < look::TINY * 100.0);
                }
                "ph" => match attribute(element, "type").as_deref() {
                    Some("title" | "ctrTitle") => self.role = Role::Title,
                    Some("dt" | "ftr" | "sldNum") => self.role = Role::Margin,
                    _ => {}
                },
                "t" => self.in_text = true,
                "br" | "tab" => self.text.push('\n'),
                "tr" => self.cells = Some(Vec::new()),
                _ => {}
            },
            Node::Close(name) => match name {
                "t" => self.in_text = false,
                "grpSp" => self.groups = self.groups.saturating_sub(1),
                "p" => self.end_paragraph(),
                "tc" => {
                    let text = std::mem::take(&mut self.text);
                    if let Some(cells) = &mut self.cells
                        && cells.len() < table::MAX_COLUMNS
                    {
                        cells.push(text);
                    }
                }
                "tr" => {
                    if let Some(cells) = self.cells.take() {
                        self.found.push((BlockKind::Row, table::plain(&cells)));
                    }
                }
                "sp" | "graphicFrame" => {
                    self.role = Role::Body;
                    (self.unseen, self.offset) = (false, None);
                }
                _ => {}
            },
            Node::Text(text) if self.in_text && self.skipped == 0 => {
                if self.unseen || self.tiny {
                    self.conceals |= !text.trim().is_empty();
                } else {
                    self.text.push_str(text);
                }
            }
            Node::Text(_) => {}
        }
    }

    /// Whether a shape of this extent that begins at the offset lies wholly beside the slide.
    fn is_outside(&self, extent: Option<(i64, i64)>) -> bool {
        let (Some((width, height)), Some((left, top)), Some((right, bottom))) =
            (self.size, self.offset, extent)
        else {
            return false;
        };
        left >= width || top >= height || left.saturating_add(right) <= 0 || top.saturating_add(bottom) <= 0
    }

    fn end_paragraph(&mut self) {
        if self.cells.is_some() {
            self.text.push('\n');
            return;
        }
        let text = encoding::clean(&std::mem::take(&mut self.text));
        if text.is_empty() || self.role == Role::Margin {
            return;
        }
        if self.role == Role::Title {
            let title = self.title.get_or_insert_default();
            if !title.is_empty() {
                title.push(' ');
            }
            title.push_str(&text);
        } else {
            self.found.push((BlockKind::Paragraph, text));
        }
    }

    fn write(self, slide: u32, sheet: &mut Sheet) -> Result<(), ExtractError> {
        let short = |title: &String| title.chars().take(super::sheet::MAX_HEADING).collect();
        let place = Place::Slide { slide, title: self.title.as_ref().map(short) };
        if let Some(title) = &self.title {
            sheet.set_title(title);
            sheet.push(BlockKind::Heading { level: 1 }, title, place.clone())?;
        }
        for (kind, text) in &self.found {
            sheet.push(*kind, text, place.clone())?;
        }
        Ok(())
    }
}
