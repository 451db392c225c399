//! The style sheet: which styles are headings ([MS-DOC] 2.9.271). Names are translated, numbers are not.

use std::collections::HashMap;

use crate::extract::ole::u16_at;

/// Levels of headings by the number of their style.
#[derive(Default)]
pub(super) struct Styles(HashMap<u16, u8>);

impl Styles {
    pub(super) fn of(sheet: &[u8]) -> Self {
        let mut levels = HashMap::new();
        let mut parents = HashMap::new();
        let Some(header) = u16_at(sheet, 0).map(usize::from) else { return Self::default() };
        let count = u16_at(sheet, 2).unwrap_or(0);
        let mut at = 2 + header;
        for number in 0..count {
            let Some(length) = u16_at(sheet, at).map(usize::from) else { break };
            let style = sheet.get(at + 2..at + 2 + length).unwrap_or_default();
            at += 2 + length + length % 2;
            let (Some(first), Some(second)) = (u16_at(style, 0), u16_at(style, 2)) else { continue };
            match first & 0x0fff {
                kind @ 1..=9 => drop(levels.insert(number, (kind as u8).min(6))),
                // The title of the document.
                62 => drop(levels.insert(number, 1)),
                _ => drop(parents.insert(number, second >> 4)),
            }
        }
        let inherited: Vec<_> = parents
            .keys()
            .filter_map(|number| {
                // A chain may be a ring; Word stops at ten.
                let ancestors = std::iter::successors(parents.get(number), |parent| parents.get(parent));
                let level = ancestors.take(10).find_map(|parent| levels.get(parent))?;
                Some((*number, *level))
            })
            .collect();
        levels.extend(inherited);
        Self(levels)
    }

    pub(super) fn level(&self, style: u16) -> Option<u8> {
        self.0.get(&style).copied()
    }
}
