//! Characters as the tokenizer was trained to see them: NFC, then SentencePiece's own map (`nmt_nfkc`: full-width and
//! ligature forms unfolded, tabs and line ends to spaces, control characters dropped), then words apart.

use unicode_normalization::UnicodeNormalization;

/// Sorted code points, and what each is replaced by.
pub(super) struct Normalizer {
    pub(super) codes: Vec<u32>,
    /// Of code `i`: `outputs[starts[i]..starts[i + 1]]`.
    pub(super) starts: Vec<u32>,
    pub(super) outputs: Vec<u32>,
}

impl Normalizer {
    pub(super) fn is_sound(&self) -> bool {
        self.codes.is_sorted()
            && self.starts.is_sorted()
            && self.starts.len() == self.codes.len() + 1
            && self.starts.last().is_some_and(|end| *end as usize == self.outputs.len())
            && self.outputs.iter().all(|code| char::from_u32(*code).is_some())
    }

    /// The characters of a text, in no more than a pass.
    pub(super) fn characters<'a>(&'a self, text: &'a str) -> impl Iterator<Item = char> + 'a {
        text.nfc().flat_map(|character| {
            let found = self.codes.binary_search(&u32::from(character)).ok();
            let replaced = found
                .map_or(&[][..], |i| &self.outputs[self.starts[i] as usize..self.starts[i + 1] as usize]);
            found
                .is_none()
                .then_some(character)
                .into_iter()
                .chain(replaced.iter().filter_map(|code| char::from_u32(*code)))
        })
    }
}
