//! The elements open around the text, and whether it is seen.

use std::collections::HashMap;

use super::elements::is_block;
use crate::extract::look::Look;

/// One open element.
struct Open {
    name: Box<str>,
    look: Look,
    /// No text of the page.
    aside: bool,
    concealed: bool,
}

#[derive(Default)]
pub(super) struct Elements {
    open: Vec<Open>,
    /// How many of a name are open: an end tag without its start must not be looked for through all of them.
    names: HashMap<Box<str>, usize>,
    asides: usize,
    concealed: usize,
}

impl Elements {
    /// Whether text is not read here.
    pub(super) fn is_hidden(&self) -> bool {
        self.asides + self.concealed > 0
    }

    /// Whether text here is one that a reader was not to see.
    pub(super) fn is_concealed(&self) -> bool {
        self.concealed > 0 && self.asides == 0
    }

    fn look(&self) -> Look {
        self.open.last().map(|element| element.look).unwrap_or_default()
    }

    /// Whether an element that looks so is not seen.
    pub(super) fn would_conceal(&self, own: Look) -> bool {
        own.or(self.look()).is_unseen()
    }

    pub(super) fn push(&mut self, name: &str, own: Look, aside: bool) {
        let look = own.or(self.look());
        let concealed = look.is_unseen();
        self.asides += usize::from(aside);
        self.concealed += usize::from(concealed);
        *self.names.entry(name.into()).or_default() += 1;
        self.open.push(Open { name: name.into(), look, aside, concealed });
    }

    /// Ends the innermost element of that name and all in it.
    pub(super) fn pop(&mut self, name: &str) {
        if self.names.get(name).is_none_or(|count| *count == 0) {
            return;
        }
        while let Some(element) = self.drop_last() {
            if &*element.name == name {
                break;
            }
        }
    }

    fn drop_last(&mut self) -> Option<Open> {
        let element = self.open.pop()?;
        self.asides -= usize::from(element.aside);
        self.concealed -= usize::from(element.concealed);
        if let Some(count) = self.names.get_mut(&element.name) {
            *count -= 1;
        }
        Some(element)
    }

    /// Ends what the start of an element ends without saying so (HTML, 13.1.2.4).
    pub(super) fn imply_ends(&mut self, name: &str) {
        let (ended, within): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol", "menu"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl"]),
            "option" | "optgroup" => (&["option"], &["select", "datalist"]),
            "tr" => (&["tr"], &["table"]),
            "td" | "th" => (&["td", "th"], &["tr", "table"]),
            "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot"], &["table"]),
            name if is_block(name) || name.starts_with(['h', 'u', 'o', 't']) && is_heading_or_list(name) => {
                (&["p"], &["td", "th", "li", "div", "section", "table", "blockquote"])
            }
            _ => return,
        };
        // Looked for as far as an element within which it would have to be; few are open in between.
        let near = self.open.iter().rev().take(64);
        let found = near.take_while(|element| !within.contains(&&*element.name));
        let found = found.enumerate().filter(|(_, element)| ended.contains(&&*element.name)).last();
        if let Some((depth, _)) = found {
            for _ in 0..=depth {
                self.drop_last();
            }
        }
    }
}

fn is_heading_or_list(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr" | "ul" | "ol" | "table")
}
