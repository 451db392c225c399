//! What the readers write on.

use std::collections::BTreeSet;

use super::{
    Block, BlockKind, ExtractError, Extracted, Flag, Format, MAX_BLOCKS, MAX_CHARACTERS, Place, encoding,
};
use crate::language::{self, Language};

/// What a reader writes on: it keeps the bounds and the cleanliness of text in one place.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) title: Option<String>,
    pub(super) pages: Option<u32>,
    pub(super) blocks: Vec<Block>,
    pub(super) scanned: Vec<u32>,
    flags: BTreeSet<Flag>,
    characters: usize,
}

impl Sheet {
    /// Adds a block unless nothing is left of its text once cleaned.
    pub(super) fn push(&mut self, kind: BlockKind, text: &str, place: Place) -> Result<(), ExtractError> {
        let text = encoding::clean(text);
        if text.is_empty() {
            return Ok(());
        }
        self.characters += text.len();
        if self.characters > MAX_CHARACTERS || self.blocks.len() >= MAX_BLOCKS {
            return Err(ExtractError::TooLarge);
        }
        self.blocks.push(Block { kind, text, place });
        Ok(())
    }

    pub(super) fn flag(&mut self, flag: Flag) {
        self.flags.insert(flag);
    }

    pub(super) fn hides(&self) -> bool {
        self.flags.contains(&Flag::HiddenText)
    }

    /// Adds what another sheet holds.
    pub(super) fn append(&mut self, other: Self) -> Result<(), ExtractError> {
        self.flags.extend(other.flags);
        for block in other.blocks {
            self.push(block.kind, &block.text, block.place)?;
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn flags(&self) -> impl Iterator<Item = Flag> + '_ {
        self.flags.iter().copied()
    }

    /// Closes the sheet.
    pub(super) fn finish(self, format: Format) -> Extracted {
        let language = self.language();
        Extracted {
            format,
            title: self.title,
            language,
            pages: self.pages,
            blocks: self.blocks,
            flags: self.flags.into_iter().collect(),
            scanned: self.scanned,
        }
    }

    pub(super) fn set_title(&mut self, title: &str) {
        let title = encoding::clean(title);
        if self.title.is_none() && !title.is_empty() {
            self.title = Some(title);
        }
    }

    fn language(&self) -> Option<Language> {
        let mut sample = String::new();
        for block in &self.blocks {
            sample.push_str(&block.text);
            sample.push('\n');
            if sample.len() > 8_000 {
                break;
            }
        }
        (sample.split_whitespace().count() >= 3).then(|| language::detect(&sample))
    }
}

/// Characters kept of a heading as a place; its own block keeps them all.
pub(super) const MAX_HEADING: usize = 200;

/// The headings above a text, kept while a document is read from top to bottom.
#[derive(Default)]
pub(super) struct Outline(Vec<(u8, String)>);

impl Outline {
    /// Enters a section; sections of the same or a lower rank end.
    pub(super) fn enter(&mut self, level: u8, text: &str) {
        // Every block below repeats it: a heading as long as a book would be stored as often as it has paragraphs.
        let text: String = encoding::clean(text).chars().take(MAX_HEADING).collect();
        self.0.retain(|(above, _)| *above < level);
        if !text.is_empty() {
            self.0.push((level, text));
        }
    }

    pub(super) fn place(&self) -> Place {
        Place::Section { headings: self.0.iter().map(|(_, text)| text.clone()).collect() }
    }
}
