//! How things on a slide are filled and how letters are coloured, as far as their own properties say.

use quick_xml::events::BytesStart;

use crate::extract::look::{self, Look};
use crate::extract::ooxml::{Node, attribute};
use crate::extract::theme;

/// Width of an outline that does not say its own, three quarters of a point.
const LINE: i64 = 9_525;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Paint {
    /// Marked as none, or transparent all through.
    Nothing,
    White,
    /// Other colours, pictures, patterns, and whatever is not known.
    Other,
}

/// What properties are those of.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Subject {
    Thing,
    Run,
    /// Letters of a level of paragraphs.
    Level,
    Background,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Properties {
    pub(super) paint: Option<Paint>,
    /// Width of the outline in units of the format, 12,700 to a point.
    pub(super) line: Option<i64>,
    /// A shadow, a glow or the like.
    pub(super) effects: bool,
    /// Marked as with a marker.
    marked: bool,
    /// Letters of a link, which are of the theme's colour for links.
    linked: bool,
    /// Of letters, in points.
    size: Option<f32>,
    /// The theme's style of a background, by its number.
    pub(super) style: Option<usize>,
}

impl Properties {
    /// These as properties of letters.
    pub(super) fn look(self) -> Look {
        // These show letters whatever their own colour is.
        let shown = self.line.is_some() || self.effects || self.linked;
        let clear = self.paint.map(|paint| paint == Paint::Nothing);
        Look {
            hidden: if shown { Some(false) } else { clear },
            color: self.paint.map(|paint| if paint == Paint::White { [255; 3] } else { [0; 3] }),
            size: self.size,
            backed: (shown || self.marked).then_some(true),
        }
    }
}

/// The property at hand.
#[derive(Clone, Copy, Default)]
enum Part {
    Fill,
    Line,
    Effects,
    #[default]
    Other,
}

/// Reads properties while a part is walked through.
#[derive(Default)]
pub(super) struct Reader {
    subject: Option<Subject>,
    /// Elements open inside those of the subject, and how many of them its own end closes.
    depth: usize,
    base: usize,
    part: Part,
    read: Properties,
}

impl Reader {
    /// Goes on by a step: properties that have just been read to their end.
    pub(super) fn node(&mut self, node: Node<'_, '_>) -> Option<(Subject, Properties)> {
        match node {
            Node::Open(name, element) if self.subject.is_none() => self.begin(name, element),
            Node::Open(name, element) => {
                self.depth += 1;
                self.enter(name, element);
            }
            Node::Close(_) if self.depth > self.base => self.depth -= 1,
            Node::Close(_) => return Some((self.subject.take()?, self.read)),
            Node::Text(_) => {}
        }
        None
    }

    fn begin(&mut self, name: &str, element: &BytesStart<'_>) {
        self.subject = match name {
            "spPr" => Some(Subject::Thing),
            "rPr" => Some(Subject::Run),
            "defRPr" => Some(Subject::Level),
            "bgPr" | "bgRef" => Some(Subject::Background),
            _ => return,
        };
        *self = Self { subject: self.subject, ..Self::default() };
        // Hundredths of a point.
        self.read.size =
            attribute(element, "sz").and_then(|size| size.parse().ok()).map(|size: f32| size / 100.0);
        if name == "bgRef" {
            // Its colour is not wrapped in a fill.
            (self.base, self.depth, self.part) = (1, 1, Part::Fill);
            self.read.paint = Some(Paint::Other);
            self.read.style =
                Some(attribute(element, "idx").and_then(|style| style.parse().ok()).unwrap_or(0));
        }
    }

    fn enter(&mut self, name: &str, element: &BytesStart<'_>) {
        let read = &mut self.read;
        match (self.depth, self.part) {
            (1, _) => {
                self.part = Part::Other;
                match name {
                    "solidFill" => (self.part, read.paint) = (Part::Fill, Some(Paint::Other)),
                    "noFill" => read.paint = Some(Paint::Nothing),
                    "gradFill" | "blipFill" | "pattFill" | "grpFill" | "AlternateContent" => {
                        read.paint = Some(Paint::Other);
                    }
                    "ln" => {
                        let width = attribute(element, "w").and_then(|width| width.parse().ok());
                        (self.part, read.line) = (Part::Line, Some(width.unwrap_or(LINE)));
                    }
                    "effectLst" | "effectDag" => self.part = Part::Effects,
                    "highlight" => read.marked = true,
                    "hlinkClick" | "hlinkMouseOver" => read.linked = true,
                    _ => {}
                }
            }
            (2, Part::Fill) if is_white(name, element) => read.paint = Some(Paint::White),
            (3, Part::Fill) if name == "alpha" && attribute(element, "val").is_some_and(|s| is_zero(&s)) => {
                read.paint = Some(Paint::Nothing);
            }
            // Lighter, darker, more or less of a colour.
            (3, Part::Fill) if name != "alpha" && read.paint == Some(Paint::White) => {
                read.paint = Some(Paint::Other);
            }
            (2, Part::Line) if name == "noFill" => read.line = None,
            (2, Part::Effects) => read.effects = true,
            _ => {}
        }
    }
}

/// Whether a colour is white, on slides whose background is.
fn is_white(name: &str, element: &BytesStart<'_>) -> bool {
    match name {
        "schemeClr" => matches!(attribute(element, "val").as_deref(), Some("bg1" | "lt1")),
        _ => theme::color(name, element).is_some_and(look::is_pale),
    }
}

/// Whether a share, in thousandths of a per cent or in per cents, is none.
fn is_zero(share: &str) -> bool {
    share.trim_end_matches('%').parse::<f32>().is_ok_and(|share| share <= 0.0)
}
