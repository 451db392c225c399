//! As much of style sheets as hides text: simple selectors, and the declarations that make an element unseen.

use std::collections::HashMap;

use html5ever::tokenizer::Tag;

use crate::extract::look::{self, Look};

/// Most rules kept of a page, and bytes of its style sheets read.
const MAX_RULES: usize = 20_000;
const MAX_BYTES: usize = 4 << 20;
/// Points beyond which text pushed aside is off the page.
const FAR: f32 = 300.0;

/// Rules by their selector: `p`, `.name`, `#id`, `p.name`.
#[derive(Default)]
pub(super) struct Rules(HashMap<String, Look>);

impl Rules {
    /// Adds the rules of a style sheet. Those for special media or with selectors that look around are left out.
    pub(super) fn add(&mut self, sheet: &str) {
        let sheet = &sheet[..sheet.floor_char_boundary(MAX_BYTES)];
        let mut rest = sheet;
        while let Some((selectors, after)) = rest.split_once('{') {
            let Some((body, after)) = after.split_once('}') else { break };
            rest = after;
            let look = declarations(body);
            if look == Look::default() || self.0.len() >= MAX_RULES {
                continue;
            }
            // A comment may stand before a selector.
            let selectors = selectors.rsplit("*/").next().unwrap_or_default();
            for selector in selectors.split(',') {
                let selector = selector.trim().to_ascii_lowercase();
                if !selector.is_empty() && !selector.contains([' ', '>', '+', '~', ':', '[', '@', '*']) {
                    let known = self.0.entry(selector).or_default();
                    *known = look.or(*known);
                }
            }
        }
    }

    /// How an element says that it looks.
    pub(super) fn look(&self, tag: &Tag) -> Look {
        let name: &str = &tag.name;
        let mut own = Look::default();
        let mut rules = self.0.get(name).copied().unwrap_or_default();
        for attribute in &tag.attrs {
            match &*attribute.name.local {
                "hidden" => own.hidden = Some(true),
                "style" => own = declarations(&attribute.value).or(own),
                "color" if name == "font" => own.color = own.color.or(color(&attribute.value)),
                "bgcolor" | "background" => {
                    own.backed = own.backed.or(Some(!color(&attribute.value).is_some_and(look::is_pale)));
                }
                "class" if !self.0.is_empty() => {
                    for class in attribute.value.to_ascii_lowercase().split_whitespace().take(32) {
                        for selector in [format!(".{class}"), format!("{name}.{class}")] {
                            rules = self.0.get(&selector).copied().unwrap_or_default().or(rules);
                        }
                    }
                }
                "id" if !self.0.is_empty() => {
                    let selector = format!("#{}", attribute.value.to_ascii_lowercase());
                    rules = self.0.get(&selector).copied().unwrap_or_default().or(rules);
                }
                _ => {}
            }
        }
        own.or(rules)
    }
}

fn declarations(text: &str) -> Look {
    let mut look = Look::default();
    let (mut clipped, mut positioned, mut aside, mut empty) = (false, false, false, false);
    for declaration in text.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let value = value.trim().trim_end_matches("!important").trim().to_ascii_lowercase();
        let far = || look::points(&value).is_some_and(|far| far < -FAR);
        match name.trim().to_ascii_lowercase().as_str() {
            "display" => look.hidden = Some(value == "none"),
            "visibility" => look.hidden = Some(matches!(value.as_str(), "hidden" | "collapse")),
            "opacity" if value.parse().is_ok_and(|opacity: f32| opacity < 0.05) => look.hidden = Some(true),
            "color" if value == "transparent" => look.hidden = Some(true),
            "color" => look.color = color(&value),
            "font-size" if value.starts_with('0') && look::points(&value).is_none() => look.size = Some(0.0),
            "font-size" if !value.ends_with("em") => look.size = look::points(&value),
            "background" | "background-color" | "background-image" => {
                let plain = matches!(value.as_str(), "none" | "transparent" | "inherit" | "initial");
                if !plain {
                    look.backed = Some(!color(&value).is_some_and(look::is_pale));
                }
            }
            "text-indent" if far() => look.hidden = Some(true),
            "left" | "top" | "right" | "bottom" | "margin-left" | "margin-top" if far() => aside = true,
            "position" => positioned = matches!(value.as_str(), "absolute" | "fixed" | "relative"),
            "overflow" => clipped = value == "hidden",
            "width" | "height" | "max-height" | "max-width" => {
                empty |= look::points(&value).is_some_and(|size| size <= 0.0);
            }
            _ => {}
        }
    }
    if (positioned && aside) || (clipped && empty) {
        look.hidden = Some(true);
    }
    look
}

fn color(text: &str) -> Option<look::Color> {
    let text = text.trim();
    match text {
        "white" | "snow" | "ghostwhite" => return Some([255; 3]),
        "black" => return Some([0; 3]),
        _ => {}
    }
    if let Some(parts) =
        text.strip_prefix("rgb").and_then(|rest| rest.trim_start_matches('a').strip_prefix('('))
    {
        let mut parts = parts.split([',', ' ', ')', '/']).filter(|part| !part.is_empty());
        let mut part = || parts.next()?.trim().parse::<f32>().ok().map(|part| part as u8);
        return Some([part()?, part()?, part()?]);
    }
    text.starts_with('#').then(|| look::color(text)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_that_hide() {
        for hiding in [
            "display:none",
            "visibility: hidden !important",
            "opacity:0",
            "font-size:0",
            "font-size: 1px",
            "color:#fff",
            "color: rgb(255, 255, 255)",
            "position:absolute; left:-9999px",
            "height:0;overflow:hidden",
            "text-indent:-100em",
        ] {
            assert!(declarations(hiding).is_unseen(), "{hiding}");
        }
        for showing in [
            "display:block",
            "color:#fff;background:#003366",
            "color:#333",
            "font-size:0.8em",
            "left:-10px;position:relative",
            "margin:0",
            "width:0",
        ] {
            assert!(!declarations(showing).is_unseen(), "{showing}");
        }
    }
}
