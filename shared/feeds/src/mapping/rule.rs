//! One way to get a column's text.

use jiff::civil::Date;

use crate::path::Path;
use crate::raw::Raw;
use crate::step::Step;

/// Where the text is, what is done to it, and what stands for it where there is none.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) from: Vec<Path>,
    /// Takes all texts, with this between them, instead of the first.
    pub(super) join: Option<String>,
    pub(super) steps: Vec<Step>,
    pub(super) default: Option<Fallback>,
}

#[derive(Debug, Clone)]
pub(super) enum Fallback {
    Text(String),
    Today,
}

impl Rule {
    pub(super) fn text(&self, raw: &Raw, today: Date) -> Option<String> {
        self.found(raw).or_else(|| match self.default.as_ref()? {
            Fallback::Text(text) => Some(text.clone()),
            Fallback::Today => Some(today.to_string()),
        })
    }

    /// The text of the record itself.
    pub(super) fn found(&self, raw: &Raw) -> Option<String> {
        let values = self.from.iter().flat_map(|path| raw.values(path));
        let mut texts =
            values.flat_map(|value| Step::all(&self.steps, &value)).filter(|text| !text.is_empty());
        match &self.join {
            None => texts.next(),
            Some(between) => {
                let texts: Vec<String> = texts.collect();
                Some(texts.join(between)).filter(|text| !text.is_empty())
            }
        }
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = &Path> + Clone {
        self.from.iter()
    }

    pub(super) fn has_default(&self) -> bool {
        self.default.is_some()
    }
}
