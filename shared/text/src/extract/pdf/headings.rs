//! Headings of a PDF are told by the height of their letters: most of a document's are of one height.

use std::collections::BTreeMap;

use super::page::Line;

/// How much higher than the body's a heading's letters are.
const HIGHER: f32 = 1.15;
/// Most characters of a line of a heading.
const MAX_LENGTH: usize = 150;
/// Most ranks told apart.
const MAX_RANKS: usize = 4;

/// The heights of a document's letters.
pub(super) struct Sizes {
    body: f32,
    /// Of headings, highest first, in quarters of a point.
    ranks: Vec<u32>,
}

impl Sizes {
    pub(super) fn of<'l>(lines: impl Iterator<Item = &'l Line>) -> Self {
        let mut letters: BTreeMap<u32, usize> = BTreeMap::new();
        for line in lines {
            *letters.entry(quarters(line.size)).or_default() += line.text.len();
        }
        let body = letters.iter().max_by_key(|(_, letters)| **letters).map_or(0, |(size, _)| *size);
        let body = body as f32 / 4.0;
        let ranks = letters.keys().rev().copied().filter(|size| *size as f32 / 4.0 >= body * HIGHER);
        Self { body, ranks: ranks.collect() }
    }

    /// The level of a line that is a heading's, from 1.
    pub(super) fn level(&self, line: &Line) -> Option<u8> {
        let text = line.text.trim();
        let like = line.size >= self.body * HIGHER
            && text.chars().count() <= MAX_LENGTH
            && text.chars().any(char::is_alphabetic)
            && !text.ends_with(['.', ';', ',']);
        if !like {
            return None;
        }
        let rank = self.ranks.iter().position(|size| *size == quarters(line.size))?;
        Some(rank.min(MAX_RANKS - 1) as u8 + 1)
    }
}

fn quarters(size: f32) -> u32 {
    (size * 4.0).round().max(0.0) as u32
}
