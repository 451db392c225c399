//! What is drawn on a slide, layout or master, from the back to the front: enough to tell what lies behind letters.

use quick_xml::events::BytesStart;

use super::paint::{self, Paint, Properties, Subject};
use super::stage::Stage;
use crate::extract::ExtractError;
use crate::extract::ooxml::{Node, attribute, is_true, walk};

/// Most rectangles kept; where there are more, something is taken to be everywhere.
const MAX_RECTANGLES: usize = 1_000;
/// Outlines from this width on, six points, may lie behind letters.
const THICK: i64 = 76_200;

/// In units of the format, 12,700 to a point.
#[derive(Clone, Copy)]
struct Rectangle {
    left: i64,
    top: i64,
    right: i64,
    bottom: i64,
}

impl Rectangle {
    fn of((left, top): (i64, i64), (width, height): (i64, i64)) -> Self {
        Self { left, top, right: left.saturating_add(width), bottom: top.saturating_add(height) }
    }

    fn grown(self, by: i64) -> Self {
        Self {
            left: self.left.saturating_sub(by),
            top: self.top.saturating_sub(by),
            right: self.right.saturating_add(by),
            bottom: self.bottom.saturating_add(by),
        }
    }

    /// Whether they have a point in common.
    fn meets(self, other: Self) -> bool {
        self.left <= other.right
            && other.left <= self.right
            && self.top <= other.bottom
            && other.top <= self.bottom
    }
}

/// Where something else than white has been drawn.
#[derive(Default)]
pub(super) struct Filled {
    rectangles: Vec<Rectangle>,
    /// Whether there is something of which the place is not known.
    everywhere: bool,
}

impl Filled {
    fn add(&mut self, place: Option<Rectangle>) {
        match place {
            Some(place) if self.rectangles.len() < MAX_RECTANGLES => self.rectangles.push(place),
            _ => self.everywhere = true,
        }
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.everywhere |= other.everywhere;
        for place in other.rectangles {
            self.add(Some(place));
        }
    }

    /// Whether anything is at a place; all there is counts where that is not known.
    fn is_at(&self, place: Option<Rectangle>) -> bool {
        self.everywhere
            || match place {
                Some(place) => self.rectangles.iter().any(|other| other.meets(place)),
                None => !self.rectangles.is_empty(),
            }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Shape,
    /// A picture, or what is drawn by hand.
    Picture,
    /// A table, a chart or an object, whose colours other parts say.
    Frame,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the format, and any of them go together"
)]
struct Thing {
    kind: Kind,
    placeholder: bool,
    hidden: bool,
    offset: Option<(i64, i64)>,
    place: Option<Rectangle>,
    turned: bool,
    own: Properties,
    /// Whether its style fills it, or throws a shadow.
    style_fills: bool,
    style_shades: bool,
}

#[derive(Default)]
pub(super) struct Scene {
    /// Of the show, in units of the format.
    size: Option<(i64, i64)>,
    properties: paint::Reader,
    /// The thing at hand.
    thing: Option<Thing>,
    /// Groups open around it, whose things are measured in units of their own.
    groups: usize,
    pub(super) filled: Filled,
    pub(super) background: Option<Properties>,
    /// Whether what the parts below draw is not drawn here.
    pub(super) bare: bool,
    /// Whether placeholders here or in the parts below are filled: others take that from them.
    pub(super) fills_placeholders: bool,
    /// Whether the theme's colours change places, so that paper is not of the light one.
    pub(super) remaps: bool,
}

impl Scene {
    pub(super) fn new(size: Option<(i64, i64)>, fills_placeholders: bool) -> Self {
        Self { size, fills_placeholders, ..Self::default() }
    }

    /// A part read to its end.
    pub(super) fn of(xml: &str, fills_placeholders: bool) -> Result<Self, ExtractError> {
        let mut scene = Self::new(None, fills_placeholders);
        walk(xml, |node| {
            scene.node(node);
            Ok(())
        })?;
        Ok(scene)
    }

    /// Goes on by a step: properties of letters that have just been read.
    pub(super) fn node(&mut self, node: Node<'_, '_>) -> Option<(Subject, Properties)> {
        if let Some((subject, properties)) = self.properties.node(node) {
            match (subject, &mut self.thing) {
                (Subject::Background, _) => self.background = Some(properties),
                (Subject::Thing, Some(thing)) if thing.kind != Kind::Frame => thing.own = properties,
                (Subject::Thing, _) => {}
                (Subject::Run | Subject::Level, _) => return Some((subject, properties)),
            }
            return None;
        }
        match node {
            Node::Open("sp" | "cxnSp", _) => self.begin(Kind::Shape),
            Node::Open("pic" | "contentPart", _) => self.begin(Kind::Picture),
            Node::Open("graphicFrame", _) => self.begin(Kind::Frame),
            Node::Open("grpSp", _) => self.groups += 1,
            Node::Open("sld" | "sldLayout" | "sldMaster", element) => {
                self.bare = matches!(attribute(element, "showMasterSp").as_deref(), Some("0" | "false"));
            }
            Node::Open("clrMap" | "overrideClrMapping", element) => {
                self.remaps |= attribute(element, "bg1").is_some_and(|paper| paper != "lt1");
            }
            Node::Open(name, element) => self.describe(name, element),
            Node::Close("grpSp") => self.groups = self.groups.saturating_sub(1),
            Node::Close(name @ ("sp" | "cxnSp" | "pic" | "contentPart" | "graphicFrame")) => {
                // A frame may hold things of its own.
                if self.thing.as_ref().is_some_and(|thing| thing.kind != Kind::Frame)
                    || name == "graphicFrame"
                {
                    self.end();
                }
            }
            Node::Close(_) | Node::Text(_) => {}
        }
        None
    }

    fn begin(&mut self, kind: Kind) {
        if self.thing.as_ref().is_some_and(|thing| thing.kind == Kind::Frame) {
            return;
        }
        self.thing = Some(Thing {
            kind,
            placeholder: false,
            hidden: false,
            offset: None,
            place: None,
            turned: false,
            own: Properties::default(),
            style_fills: false,
            style_shades: false,
        });
    }

    fn describe(&mut self, name: &str, element: &BytesStart<'_>) {
        let Some(thing) = &mut self.thing else { return };
        let is_set = |name| attribute(element, name).is_some_and(|value| value != "0");
        match name {
            "cNvPr" => thing.hidden |= is_true(element, "hidden"),
            "ph" => thing.placeholder = true,
            "xfrm" => thing.turned |= is_set("rot"),
            "off" => thing.offset = thing.offset.or_else(|| super::pair(element, "x", "y")),
            "ext" if thing.place.is_none() => {
                thing.place = thing
                    .offset
                    .zip(super::pair(element, "cx", "cy"))
                    .map(|(offset, extent)| Rectangle::of(offset, extent));
            }
            "fillRef" => thing.style_fills = is_set("idx"),
            "effectRef" => thing.style_shades = is_set("idx"),
            _ => {}
        }
    }

    fn end(&mut self) {
        let Some(thing) = self.thing.take() else { return };
        if self.is_filled(&thing) {
            let outline = thing.own.line.filter(|width| *width >= THICK).unwrap_or(0);
            self.filled.add(self.place(&thing).map(|place| place.grown(outline)));
            self.fills_placeholders |= thing.placeholder;
        }
    }

    fn is_filled(&self, thing: &Thing) -> bool {
        let inherits = thing.style_fills || (thing.placeholder && self.fills_placeholders);
        thing.kind != Kind::Shape
            || thing.own.line.is_some_and(|width| width >= THICK)
            || thing.own.paint.map_or(inherits, |paint| paint == Paint::Other)
    }

    /// Where on the slide a thing is, where that is known.
    fn place(&self, thing: &Thing) -> Option<Rectangle> {
        thing.place.filter(|_| self.groups == 0 && !thing.turned)
    }

    /// Whether the thing at hand is hidden, or lies wholly beside the slide.
    pub(super) fn is_out_of_sight(&self) -> bool {
        let Some(thing) = &self.thing else { return false };
        let outside = |(place, (width, height)): (Rectangle, (i64, i64))| {
            place.left >= width || place.top >= height || place.right <= 0 || place.bottom <= 0
        };
        thing.hidden || (self.groups == 0 && thing.place.zip(self.size).is_some_and(outside))
    }

    /// Whether something else than white lies behind the letters of the thing at hand. What is drawn later lies in front
    /// of them.
    pub(super) fn backs_letters(&self, stage: &Stage) -> bool {
        let Some(thing) = &self.thing else { return true };
        let place = self.place(thing);
        thing.own.effects
            || thing.style_shades
            || self.is_filled(thing)
            || !stage.is_white(self.background)
            || self.filled.is_at(place)
            || (!self.bare && stage.filled.is_at(place))
    }
}
