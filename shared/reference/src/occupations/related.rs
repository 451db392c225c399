//! Which occupations are near another.

use super::{Occupation, Occupations, title};

/// What occupations of one family share beyond words.
const FAMILY: f32 = 0.5;
/// What codes share that were one in release 3.
const PARENT: f32 = 0.3;
/// What occupations of one field share.
const DOMAIN: f32 = 0.1;

impl Occupations {
    /// Occupations near `code`, nearest first, with how near from 0 to 1 (no probability).
    ///
    /// This is computed, not looked up: ROME's own tables of mobility are in no package. What counts is the family, the
    /// common parent of codes that were split, and the words that labels share. It finds the neighbours within a trade;
    /// it cannot know that a bartender makes a good receptionist.
    pub fn related(&self, code: &str, limit: usize) -> Vec<(f32, &Occupation)> {
        let Some(own) = self.get(code) else { return Vec::new() };
        let mut nearness = vec![0.0f32; self.list.len()];
        for (number, score) in self.words().rank(&title::words(&own.label)).scores {
            nearness[number as usize] = score;
        }
        let mut found: Vec<(f32, &Occupation)> = self
            .list
            .iter()
            .zip(nearness)
            .filter(|(other, _)| other.code != own.code)
            .map(|(other, words)| {
                let shared = |same: bool, worth: f32| if same { worth } else { 0.0 };
                let near = words
                    + shared(other.family() == own.family(), FAMILY)
                    + shared(own.parent.is_some() && other.parent == own.parent, PARENT)
                    + shared(other.domain() == own.domain(), DOMAIN);
                (near / (1.0 + FAMILY + PARENT + DOMAIN), other)
            })
            // A word alone, such as `assistant`, makes no neighbours.
            .filter(|(near, _)| *near > MIN_NEAR)
            .collect();
        found.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(one.code.cmp(&other.code)));
        found.truncate(limit);
        found
    }
}

/// What one shared field and a third of the words come to.
const MIN_NEAR: f32 = 0.22;
