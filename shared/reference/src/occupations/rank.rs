//! From a title to the occupations it may mean.

use std::collections::HashMap;

use super::confidence::{self, Evidence};
use super::words::Ranking;
use super::{Match, Occupations, title};

/// What the occupation that kept its code in release 4 has ahead of the others: it is the commonest of them.
const MAIN: f32 = 1.1;
/// What similarity counts beside words.
const SIMILARITY: f32 = 0.3;
/// How far behind the best a similarity counts a third of it, in cosines of the embedder of `vivier-text`.
const FALL: f32 = 0.12;

impl Occupations {
    /// The occupation that a job title most likely means, by its words alone. `None` when no label shares a word with
    /// it.
    pub fn of_title(&self, title: &str) -> Option<Match<'_>> {
        self.candidates(title, &[], 1).pop()
    }

    /// The same, with what a sentence embedder says: codes with the cosine of the title and one of
    /// [`Self::titles`], for the best of them or all. Of a code that comes more than once the best counts; codes that are
    /// unknown, and figures that are none, are passed over.
    pub fn of_title_with(&self, title: &str, similar: &[(&str, f32)]) -> Option<Match<'_>> {
        self.candidates(title, similar, 1).pop()
    }

    /// The occupations that a title may mean, most likely first; no code twice. Their confidences are estimated one by
    /// one and need not add up to 1; only the first one's was measured. `similar` is as in [`Self::of_title_with`], or
    /// empty.
    pub fn candidates(&self, title: &str, similar: &[(&str, f32)], limit: usize) -> Vec<Match<'_>> {
        let words = title::words(title);
        let Ranking { scores, unknown } = self.words().rank(&words);
        let mut by_words: HashMap<u32, f32> = scores.into_iter().collect();
        for (number, score) in &mut by_words {
            *score *= self.ahead(*number);
        }
        let similar = self.nearest(similar);
        let nearest = similar.values().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut both = by_words.clone();
        for (number, cosine) in &similar {
            let near = SIMILARITY * ((cosine - nearest) / FALL).exp();
            *both.entry(*number).or_default() += near;
        }
        let mut ranked: Vec<(u32, f32)> = both.into_iter().collect();
        // Numbers are in the order of codes: the same title always means the same.
        ranked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut found = Vec::with_capacity(limit.min(ranked.len()));
        for (place, (number, score)) in ranked.iter().take(limit).enumerate() {
            let rival = if place == 0 { self.rival(&ranked) } else { ranked[0].1 };
            let evidence = Evidence {
                score: *score,
                ahead: score - rival,
                words: by_words.get(number).copied().unwrap_or_default(),
                unknown,
            };
            let confidence = if similar.is_empty() {
                confidence::by_words(&evidence)
            } else {
                confidence::by_both(&evidence)
            };
            found.push(Match { occupation: &self.list[*number as usize], confidence });
        }
        found
    }

    /// The best cosine of each code.
    fn nearest(&self, similar: &[(&str, f32)]) -> HashMap<u32, f32> {
        let mut nearest: HashMap<u32, f32> = HashMap::new();
        for (code, cosine) in similar.iter().filter(|(_, cosine)| cosine.is_finite()) {
            if let Some(number) = self.number(code) {
                let known = nearest.entry(number).or_insert(*cosine);
                *known = known.max(*cosine);
            }
        }
        nearest
    }

    fn ahead(&self, number: u32) -> f32 {
        let occupation = &self.list[number as usize];
        if occupation.parent == Some(occupation.code) { MAIN } else { 1.0 }
    }

    /// The score of the best occupation that is no part of the same parent as the first; of the second, where parents
    /// are unknown.
    fn rival(&self, ranked: &[(u32, f32)]) -> f32 {
        let of = |number: u32| &self.list[number as usize];
        let Some((first, _)) = ranked.first() else { return 0.0 };
        let first = of(*first);
        let other = ranked[1..].iter().find(|(number, _)| {
            let one = of(*number);
            if first.parent.is_some() { one.parent != first.parent } else { one.code != first.code }
        });
        other.map_or(0.0, |(_, score)| *score)
    }
}
