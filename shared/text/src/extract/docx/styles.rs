//! `word/styles.xml`: which paragraph styles are headings or list items. Their ids are translated with Word ("Titre1"),
//! their names and outline levels are not.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use super::super::ExtractError;
use super::super::look::{self, Look};
use super::super::ooxml::{Node, attribute, is_on, walk};

/// What a paragraph style says.
#[derive(Clone, Copy, Default)]
pub(super) struct Style {
    /// Of a heading, from 1.
    pub(super) level: Option<u8>,
    pub(super) listed: bool,
    /// How its letters look.
    pub(super) look: Look,
}

#[derive(Default)]
pub(super) struct Styles(HashMap<String, (Style, Option<String>)>);

impl Styles {
    pub(super) fn of(xml: &str) -> Result<Self, ExtractError> {
        let mut styles = HashMap::new();
        let mut open: Option<(String, Style, Option<String>)> = None;
        walk(xml, |node| {
            match node {
                Node::Open("style", element) => {
                    open = attribute(element, "styleId").map(|id| (id, Style::default(), None));
                }
                Node::Open(name, element) => {
                    let Some((_, style, parent)) = &mut open else { return Ok(()) };
                    match name {
                        "name" => {
                            style.level = style.level.or_else(|| by_name(&attribute(element, "val")?));
                        }
                        "basedOn" => *parent = attribute(element, "val"),
                        "outlineLvl" => style.level = level(element).or(style.level),
                        "numPr" => style.listed = true,
                        name => add_look(&mut style.look, name, element),
                    }
                }
                Node::Close("style") => {
                    if let Some((id, style, parent)) = open.take() {
                        styles.insert(id, (style, parent));
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(Self(styles))
    }

    /// A style with what it inherits.
    pub(super) fn get(&self, id: &str) -> Style {
        let (mut found, mut id) = (Style::default(), id);
        // Word itself stops at ten ancestors; a chain may be a ring.
        for _ in 0..10 {
            let Some((style, parent)) = self.0.get(id) else { break };
            found = Style {
                level: found.level.or(style.level),
                listed: found.listed || style.listed,
                look: found.look.or(style.look),
            };
            match parent {
                Some(parent) => id = parent,
                None => break,
            }
        }
        found
    }
}

/// Adds what a property says of how letters look.
pub(super) fn add_look(look: &mut Look, name: &str, element: &BytesStart<'_>) {
    let value = |name| attribute(element, name);
    match name {
        "vanish" | "specVanish" => look.hidden = Some(is_on(element)),
        // A colour of the theme has its value of today written beside it; white is where paper is the background.
        "color" => {
            let theme =
                value("themeColor").is_some_and(|theme| matches!(theme.as_str(), "background1" | "bg1"));
            let shade = value("themeShade").is_some();
            look.color = value("val").and_then(|color| look::color(&color));
            if theme && !shade {
                look.color = Some([255; 3]);
            }
        }
        "sz" => look.size = value("val").and_then(|half| half.parse().ok()).map(|half: f32| half / 2.0),
        "highlight" => {
            look.backed = Some(!value("val").is_some_and(|color| color == "none" || color == "white"));
        }
        "shd" => {
            let fill = value("fill").and_then(|fill| look::color(&fill));
            let themed =
                value("themeFill").is_some_and(|fill| !matches!(fill.as_str(), "background1" | "bg1"));
            look.backed = Some(themed || fill.is_some_and(|fill| !look::is_pale(fill)));
        }
        _ => {}
    }
}

/// Levels of `w:outlineLvl` count from 0; 9 is body text (ECMA-376 part 1, 17.3.1.20).
pub(super) fn level(element: &BytesStart<'_>) -> Option<u8> {
    let level: u8 = attribute(element, "val")?.parse().ok()?;
    (level < 9).then_some((level + 1).min(6))
}

fn by_name(name: &str) -> Option<u8> {
    let name = name.to_ascii_lowercase();
    if name == "title" {
        return Some(1);
    }
    name.strip_prefix("heading ")?.parse().ok().map(|level: u8| level.clamp(1, 6))
}
