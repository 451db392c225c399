//! Presentations: what each slide shows, in the order of the show. Hidden slides and speaker's notes are not what the
//! audience was shown, and are left out; so are letters that cannot be seen on their slide.

mod paint;
mod scene;
mod stage;

use quick_xml::events::BytesStart;

use self::paint::Subject;
use self::scene::Scene;
use self::stage::{Stage, Stages};
use super::look::Look;
use super::ooxml::{Node, Package, attribute, walk};
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
    let mut stages = Stages::new();
    for (id, number) in order.iter().zip(1_u32..) {
        let Some((_, part)) = parts.get(id) else { continue };
        let Some(xml) = package.part(part)? else { continue };
        let mut slide = Slide::new(size, stages.of(&mut package, part, &xml));
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

#[derive(PartialEq)]
enum Role {
    Body,
    Title,
    /// Date, footer or number of the page.
    Margin,
}

/// Levels of paragraphs in the format.
const LEVELS: usize = 9;

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the format, and any of them go together"
)]
struct Slide<'a> {
    hidden: bool,
    scene: Scene,
    stage: &'a Stage,
    /// Whether something else than white is behind the body of text at hand.
    backed: bool,
    /// How the letters of the run look, and those of each level of paragraphs in the shape.
    letters: Look,
    levels: [Look; LEVELS],
    /// Of the paragraph at hand, and the one being described, from 0.
    level: usize,
    described: Option<usize>,
    /// Whether text was left out because nobody sees it.
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

impl<'a> Slide<'a> {
    /// A slide of a show of this size.
    fn new(size: Option<(i64, i64)>, stage: &'a Stage) -> Self {
        Self {
            hidden: false,
            scene: Scene::new(size, stage.fills_placeholders),
            stage,
            backed: true,
            letters: Look::default(),
            levels: [Look::default(); LEVELS],
            level: 0,
            described: None,
            conceals: false,
            title: None,
            found: Vec::new(),
            text: String::new(),
            in_text: false,
            role: Role::Body,
            skipped: 0,
            cells: None,
        }
    }

    fn node(&mut self, node: Node<'_, '_>) {
        match node {
            Node::Open(..) if self.skipped > 0 => self.skipped += 1,
            Node::Close(_) if self.skipped > 0 => self.skipped -= 1,
            Node::Text(_) if self.skipped > 0 => {}
            Node::Open("Fallback", _) => self.skipped = 1,
            node => {
                match (self.scene.node(node), self.described) {
                    (Some((Subject::Run, properties)), _) => self.letters = properties.look(),
                    (Some((Subject::Level, properties)), Some(level)) => {
                        self.levels[level] = properties.look();
                    }
                    _ => {}
                }
                match node {
                    Node::Open(name, element) => self.enter(name, element),
                    Node::Close(name) => self.leave(name),
                    Node::Text(text) if self.in_text => self.add(text),
                    Node::Text(_) => {}
                }
            }
        }
    }

    fn enter(&mut self, name: &str, element: &BytesStart<'_>) {
        match name {
            "sld" => self.hidden = matches!(attribute(element, "show").as_deref(), Some("0" | "false")),
            "sp" | "graphicFrame" => self.role = Role::Body,
            // What lies behind it has been described before.
            "txBody" => {
                self.backed = self.scene.backs_letters(self.stage);
                self.levels = [Look::default(); LEVELS];
            }
            "p" => self.level = 0,
            "pPr" => {
                let level = attribute(element, "lvl").and_then(|level| level.parse().ok());
                self.level = level.unwrap_or(0).min(LEVELS - 1);
            }
            "r" | "fld" => self.letters = Look::default(),
            "ph" => match attribute(element, "type").as_deref() {
                Some("title" | "ctrTitle") => self.role = Role::Title,
                Some("dt" | "ftr" | "sldNum") => self.role = Role::Margin,
                _ => {}
            },
            "t" => self.in_text = true,
            "br" | "tab" => self.text.push('\n'),
            "tr" => self.cells = Some(Vec::new()),
            _ => self.described = level(name).or(self.described),
        }
    }

    fn leave(&mut self, name: &str) {
        match name {
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
            "sp" | "graphicFrame" => self.role = Role::Body,
            "txBody" => self.backed = true,
            _ if level(name).is_some() => self.described = None,
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        let mut look = self.letters.or(self.levels[self.level]);
        look.backed = Some(self.backed || look.backed == Some(true));
        if self.scene.is_out_of_sight() || look.is_unseen() {
            self.conceals |= !text.trim().is_empty();
        } else {
            self.text.push_str(text);
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

/// The level, from 0, that a list of styles describes in an element such as `lvl1pPr`.
fn level(name: &str) -> Option<usize> {
    let level = name.strip_prefix("lvl")?.strip_suffix("pPr")?.parse::<usize>().ok()?;
    level.checked_sub(1).filter(|level| *level < LEVELS)
}
