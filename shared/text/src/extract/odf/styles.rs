//! The styles of an OpenDocument file, as far as they hide or head something.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use crate::extract::ExtractError;
use crate::extract::look::{self, Look};
use crate::extract::ooxml::{Node, attribute, walk};

#[derive(Default, Clone)]
struct Style {
    look: Look,
    parent: Option<String>,
    level: Option<u8>,
}

/// By family and name: a paragraph's style and a cell's may have one name.
#[derive(Default)]
pub(super) struct Styles(HashMap<(String, String), Style>);

impl Styles {
    /// Reads the styles of a part; those of `content.xml` come after those of `styles.xml`.
    pub(super) fn add(&mut self, xml: &str) -> Result<(), ExtractError> {
        let mut open: Option<((String, String), Style)> = None;
        walk(xml, |node| {
            match node {
                Node::Open("style", element) => {
                    let family = attribute(element, "family").unwrap_or_default();
                    let name = attribute(element, "name").unwrap_or_default();
                    let style = Style {
                        parent: attribute(element, "parent-style-name"),
                        level: (name == "Title").then_some(1),
                        look: Look::default(),
                    };
                    open = Some(((family, name), style));
                }
                Node::Open(name, element) => {
                    if let Some((_, style)) = &mut open {
                        style.look = properties(name, element).or(style.look);
                    }
                }
                Node::Close("style") => self.0.extend(open.take()),
                // Nothing after the styles is one.
                _ => {}
            }
            Ok(())
        })
    }

    /// The look of a style with what it inherits.
    pub(super) fn look(&self, family: &str, name: &str) -> Look {
        self.chain(family, name).fold(Look::default(), |look, style| look.or(style.look))
    }

    /// The level of a paragraph style that is a title's.
    pub(super) fn level(&self, name: &str) -> Option<u8> {
        self.chain("paragraph", name).find_map(|style| style.level)
    }

    fn chain<'s>(&'s self, family: &'s str, name: &str) -> impl Iterator<Item = &'s Style> {
        let first = self.0.get(&(family.to_owned(), name.to_owned()));
        std::iter::successors(first, move |style| self.0.get(&(family.to_owned(), style.parent.clone()?)))
            // A chain may be a ring.
            .take(10)
    }
}

fn properties(name: &str, element: &BytesStart<'_>) -> Look {
    let given = |name| attribute(element, name);
    match name {
        "text-properties" => Look {
            hidden: given("display").map(|display| display == "none"),
            color: given("color").and_then(|color| look::color(&color)),
            size: given("font-size").and_then(|size| look::points(&size)),
            backed: backed(element),
        },
        "paragraph-properties" | "table-cell-properties" | "graphic-properties" | "table-row-properties" => {
            Look { backed: backed(element), ..Look::default() }
        }
        // ODF 1.3 part 3, 19.617 presentation:visibility of a page, 19.768 table:display of a table.
        "drawing-page-properties" => {
            Look { hidden: given("visibility").map(|seen| seen == "hidden"), ..Look::default() }
        }
        "table-properties" => Look {
            hidden: given("display").map(|display| display == "false"),
            backed: backed(element),
            ..Look::default()
        },
        "section-properties" => {
            Look { hidden: given("display").map(|display| display == "none"), ..Look::default() }
        }
        _ => Look::default(),
    }
}

fn backed(element: &BytesStart<'_>) -> Option<bool> {
    if attribute(element, "fill").is_some_and(|fill| fill != "none" && fill != "solid") {
        return Some(true);
    }
    let color = attribute(element, "background-color").or_else(|| attribute(element, "fill-color"))?;
    look::color(&color).map(|color| !look::is_pale(color))
}
