//! Documents are found, embedded and cited piece by piece. A piece follows the document's own structure, so that what
//! is quoted stands under the heading, on the page or in the row that it is said to stand in.

mod sentence;
#[cfg(test)]
mod tests;

pub use sentence::sentences;

use serde::{Deserialize, Serialize};

use crate::extract::{Block, BlockKind, Extracted, Place};
use crate::language::{self, Language};

/// Most words of a piece. The embedder reads some 350 words; beyond, a piece would be found by its beginning alone.
pub const MAX_WORDS: usize = 250;
/// Words from which a piece is worth ending at a paragraph that does not fit any more.
pub const ENOUGH_WORDS: usize = 120;
/// Words from which a piece ends with its page.
const PAGE_WORDS: usize = 60;
/// Words up to which a table row stays whole.
const ROW_WORDS: usize = 400;
/// A longer sentence is not repeated in the next piece.
const OVERLAP_WORDS: usize = 60;
/// Characters of the longest word.
const LETTERS: usize = 50;
/// Words from which a piece's own language is told apart from the document's.
const OWN_LANGUAGE_WORDS: usize = 8;

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Its number in the document, from 0.
    pub ordinal: u32,
    /// Its text; paragraphs and rows are separated by `\n`. Up to 250 words (a table row: 400). It may begin with the
    /// last sentence of the piece before.
    pub text: String,
    /// Where each part of it stands: the first begins at 0, the others follow in order, and neighbours differ.
    pub places: Vec<Part>,
    /// The headings it stands under, from the outermost in.
    pub heading: Vec<String>,
    /// The language it is written in.
    pub language: Language,
}

/// Where a part of a piece stands: a row, a page, or what of a paragraph the piece took. It goes on until the next part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its first character in the piece's text, counted from 0 in Unicode scalar values.
    pub start: u32,
    /// Where it stands in the document.
    pub place: Place,
}

/// Where the character at `start` stands, by the ascending parts of its piece; `None` before the first of them.
pub fn place_at(places: &[Part], start: usize) -> Option<&Place> {
    let after = places.partition_point(|part| part.start as usize <= start);
    Some(&places.get(after.checked_sub(1)?)?.place)
}

impl Chunk {
    /// Headings and text: what to embed and to index, since a passage often leaves its subject to its heading.
    pub fn in_context(&self) -> String {
        if self.heading.is_empty() {
            self.text.clone()
        } else {
            format!("{}\n{}", self.heading.join(" › "), self.text)
        }
    }
}

/// Cuts a document. The same document always gives the same pieces.
pub fn chunks(document: &Extracted) -> Vec<Chunk> {
    let mut cutter = Cutter { language: document.language.unwrap_or(Language::Fr), ..Cutter::default() };
    let mut blocks = document.blocks.iter().peekable();
    while let Some(block) = blocks.next() {
        if let BlockKind::Heading { .. } = block.kind {
            cutter.end();
            // A heading lives on in the pieces under it; one with nothing under it would be lost.
            let own = heading(block);
            if own.is_empty() || blocks.peek().is_none_or(|next| !heading(next).starts_with(&own)) {
                cutter.add_block(block);
                cutter.end();
            }
        } else {
            cutter.add_block(block);
        }
    }
    cutter.end();
    cutter.done
}

/// The headings a block stands under; a slide's title is its heading.
fn heading(block: &Block) -> Vec<String> {
    match &block.place {
        Place::Section { headings } => headings.clone(),
        Place::Slide { title, .. } => title.iter().cloned().collect(),
        Place::Line { .. } | Place::Page { .. } | Place::Row { .. } => Vec::new(),
    }
}

/// Whether two blocks may share a piece of so many words.
fn together(first: &Place, next: &Place, words: usize) -> bool {
    match (first, next) {
        (Place::Page { page }, Place::Page { page: other }) => page == other || words < PAGE_WORDS,
        (Place::Row { sheet, .. }, Place::Row { sheet: other, .. }) => sheet == other,
        (Place::Line { .. }, Place::Line { .. }) => true,
        (first, next) => first == next,
    }
}

struct Cutter {
    language: Language,
    done: Vec<Chunk>,
    text: String,
    words: usize,
    places: Vec<Part>,
    /// Place and headings of the block that opened `text`; a sentence repeated from the block before opens nothing.
    opening: Option<(Place, Vec<String>)>,
    /// The sentence that `text` ends with and where it stands, if the next piece may begin with it.
    last: Option<(String, Place)>,
}

impl Default for Cutter {
    fn default() -> Self {
        Self {
            language: Language::Fr,
            done: Vec::new(),
            text: String::new(),
            words: 0,
            places: Vec::new(),
            opening: None,
            last: None,
        }
    }
}

impl Cutter {
    fn add_block(&mut self, block: &Block) {
        let total = count(&block.text);
        if self.opening.as_ref().is_some_and(|(place, _)| !together(place, &block.place, self.words)) {
            self.end();
        }
        if self.words >= ENOUGH_WORDS && self.words + total > MAX_WORDS {
            self.end_within(block);
        }
        if block.kind == BlockKind::Row {
            for part in parts(&block.text, ROW_WORDS) {
                if self.words > 0 && self.words + count(part) > MAX_WORDS {
                    self.end();
                }
                self.add(part, "\n", &block.place, block);
            }
            self.last = None;
            return;
        }
        let mut separator = "\n";
        for range in sentences(&block.text) {
            for part in parts(&block.text[range], MAX_WORDS) {
                if self.words > 0 && self.words + count(part) > MAX_WORDS {
                    self.end_within(block);
                    // What is repeated must leave room for what is new.
                    if self.words + count(part) > MAX_WORDS {
                        self.forget();
                    }
                }
                self.add(part, separator, &block.place, block);
                self.last = (count(part) <= OVERLAP_WORDS).then(|| (part.to_owned(), block.place.clone()));
                separator = " ";
            }
        }
    }

    /// Adds a text that stands at `place`; a piece that it begins is opened by `block`.
    fn add(&mut self, text: &str, separator: &str, place: &Place, block: &Block) {
        self.opening.get_or_insert_with(|| (block.place.clone(), heading(block)));
        if !self.text.is_empty() {
            self.text.push_str(separator);
        }
        if self.places.last().is_none_or(|part| part.place != *place) {
            self.places.push(Part { start: self.text.chars().count() as u32, place: place.clone() });
        }
        self.text.push_str(text);
        self.words += count(text);
    }

    /// Ends a piece inside its section: the next begins with this one's last sentence.
    fn end_within(&mut self, block: &Block) {
        let last = self.last.take();
        self.end();
        if let Some((last, place)) = last {
            self.add(&last, "", &place, block);
        }
    }

    fn end(&mut self) {
        let opening = self.opening.take();
        let text = std::mem::take(&mut self.text);
        let words = std::mem::take(&mut self.words);
        let places = std::mem::take(&mut self.places);
        self.last = None;
        if let Some((_, heading)) = opening
            && words > 0
        {
            let language = if words >= OWN_LANGUAGE_WORDS { language::detect(&text) } else { self.language };
            self.done.push(Chunk { ordinal: self.done.len() as u32, text, places, heading, language });
        }
    }

    fn forget(&mut self) {
        self.text.clear();
        self.words = 0;
        self.places.clear();
        self.opening = None;
    }
}

/// Words of a text. What has no spaces counts as a word every [`LETTERS`] characters, so that it is cut as well.
fn count(text: &str) -> usize {
    word_starts(text).count()
}

fn word_starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut length = 0;
    text.char_indices().filter_map(move |(at, character)| {
        if character.is_whitespace() {
            length = 0;
            return None;
        }
        length += 1;
        (length % LETTERS == 1).then_some(at)
    })
}

/// Cuts what is too long for any piece after so many words.
fn parts(text: &str, words: usize) -> Vec<&str> {
    let mut cuts: Vec<usize> = word_starts(text).step_by(words).skip(1).collect();
    cuts.push(text.len());
    let mut start = 0;
    cuts.into_iter().map(|end| text[std::mem::replace(&mut start, end)..end].trim_end()).collect()
}
