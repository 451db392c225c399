//! Presentations: what each slide shows, in the order of the show. Hidden slides and speaker's notes are not what the
//! audience was shown, and are left out.

use quick_xml::events::BytesStart;

use super::ooxml::{Node, Package, attribute, walk};
use super::{BlockKind, ExtractError, Place, Sheet, encoding, table};

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let mut package = Package::open(bytes)?;
    let main = package.part("ppt/presentation.xml")?.ok_or(ExtractError::Corrupt)?;
    if let Some(title) = package.title()? {
        sheet.set_title(&title);
    }
    let parts = package.relations("ppt/presentation.xml")?;
    let mut order = Vec::new();
    walk(&main, |node| {
        if let Node::Open("sldId", element) = node
            && let Some(id) = relation_id(element)
        {
            order.push(id);
        }
        Ok(())
    })?;
    sheet.pages = Some(order.len() as u32);
    for (id, number) in order.iter().zip(1_u32..) {
        let Some(xml) = parts.get(id).map(|(_, part)| package.part(part)).transpose()?.flatten() else {
            continue;
        };
        let mut slide = Slide::default();
        walk(&xml, |node| {
            slide.node(node);
            Ok(())
        })?;
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

#[derive(Default, PartialEq)]
enum Role {
    #[default]
    Body,
    Title,
    /// Date, footer or number of the page.
    Margin,
}

#[derive(Default)]
struct Slide {
    hidden: bool,
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
                "sp" => self.role = Role::Body,
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
                "sp" => self.role = Role::Body,
                _ => {}
            },
            Node::Text(text) if self.in_text && self.skipped == 0 => self.text.push_str(text),
            Node::Text(_) => {}
        }
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
