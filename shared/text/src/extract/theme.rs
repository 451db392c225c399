//! What the theme of an Office file says of the paper: whether it is white, and which backgrounds are of one colour.

use quick_xml::events::BytesStart;

use super::ExtractError;
use super::look::{self, Color};
use super::ooxml::{Node, attribute, walk};

/// Most styles of backgrounds kept; themes have three.
const MAX_GROUNDS: usize = 16;
/// The number of the first style of backgrounds (ECMA-376 part 1, 20.1.4.1.7).
const FIRST_GROUND: usize = 1001;

pub(super) struct Theme {
    /// Whether its first light colour, that of paper, is white.
    pub(super) white: bool,
    /// Of each style of backgrounds, whether it is the colour that it is given and nothing else.
    grounds: Vec<bool>,
}

/// The theme of a file that has none.
impl Default for Theme {
    fn default() -> Self {
        Self { white: true, grounds: Vec::new() }
    }
}

impl Theme {
    pub(super) fn of(xml: &str) -> Result<Self, ExtractError> {
        let (mut light, mut in_light) = (None, false);
        let (mut grounds, mut depth) = (Vec::new(), None);
        walk(xml, |node| {
            match node {
                // Other schemes of colours may follow the one in use.
                Node::Open("lt1", _) => in_light = light.is_none(),
                Node::Close("lt1") => in_light = false,
                Node::Open("bgFillStyleLst", _) => depth = Some(0),
                Node::Close("bgFillStyleLst") => depth = None,
                Node::Open(name, element) => {
                    if in_light {
                        light = light.or(color(name, element));
                    }
                    let Some(depth) = &mut depth else { return Ok(()) };
                    *depth += 1;
                    let given = |name| attribute(element, name).is_some_and(|color| color == "phClr");
                    match (*depth, name) {
                        (1, _) if grounds.len() < MAX_GROUNDS => grounds.push(name == "solidFill"),
                        (2, "schemeClr") if given("val") => {}
                        _ => grounds.last_mut().into_iter().for_each(|plain| *plain = false),
                    }
                }
                Node::Close(_) => depth = depth.map(|depth: usize| depth.saturating_sub(1)),
                Node::Text(_) => {}
            }
            Ok(())
        })?;
        Ok(Self { white: light.is_some_and(look::is_pale), grounds })
    }

    /// Whether the style of backgrounds of this number is the colour that it is given.
    pub(super) fn is_plain(&self, ground: usize) -> bool {
        ground.checked_sub(FIRST_GROUND).and_then(|i| self.grounds.get(i)) == Some(&true)
    }
}

/// The colour that an element of a drawing names, without what its children make of it; `None` where another part says it.
pub(super) fn color(name: &str, element: &BytesStart<'_>) -> Option<Color> {
    let value = |name| attribute(element, name);
    let white = |white: bool| white.then_some([255; 3]);
    match name {
        "srgbClr" => look::color(&value("val")?),
        // The system's colour has its value of the last time it was saved beside it.
        "sysClr" => match value("lastClr") {
            Some(last) => look::color(&last),
            None => white(value("val")? == "window"),
        },
        "prstClr" => white(value("val")? == "white"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paper_and_backgrounds() {
        let theme = |light: &str| {
            Theme::of(&format!(
                r#"<a:theme xmlns:a="a"><a:dk1><a:srgbClr val="FFFFFF"/></a:dk1><a:lt1>{light}</a:lt1><a:bgFillStyleLst>
                <a:solidFill><a:schemeClr val="phClr"/></a:solidFill>
                <a:solidFill><a:schemeClr val="phClr"><a:shade val="50000"/></a:schemeClr></a:solidFill>
                <a:gradFill><a:gsLst/></a:gradFill></a:bgFillStyleLst></a:theme>"#
            ))
            .unwrap()
        };
        let white = theme(r#"<a:sysClr val="window" lastClr="FFFFFF"/>"#);
        assert!(white.white);
        assert_eq!(
            [1000, 1001, 1002, 1003, 1004].map(|i| white.is_plain(i)),
            [false, true, false, false, false]
        );
        assert!(!theme(r#"<a:srgbClr val="1F2937"/>"#).white);
        assert!(!theme("").white);
        assert!(Theme::default().white);
    }
}
