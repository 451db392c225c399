//! Beginnings of names that are one typing error away: a letter too many, missing, wrong, or two in the wrong order
//! (Damerau's four, "A technique for computer detection and correction of spelling errors", CACM 1964).

use super::Places;
use super::names::Hit;

/// What a letter of a key can be.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz ";

impl Places {
    /// Every name that begins with what `typed` may have been meant as; those that begin so, before those with such a
    /// word inside.
    ///
    /// The beginnings stand in order, so the letters before the error narrow the run in which its corrections are
    /// sought: some 500 short searches.
    pub(super) fn offer_misspelt(&self, typed: &str, mut offer: impl FnMut(Hit)) {
        let typed = typed.as_bytes();
        let mut within = self.names.all();
        let mut meant = Vec::with_capacity(typed.len() + 1);
        for at in 0..typed.len() {
            let (before, rest) = typed.split_at(at);
            within = self.names.run(before, within);
            if within.is_empty() {
                return;
            }
            let mut try_one = |letters: &[u8], rest: &[u8]| {
                meant.clear();
                meant.extend_from_slice(before);
                meant.extend_from_slice(letters);
                meant.extend_from_slice(rest);
                let run = self.names.run(&meant, within.clone());
                self.names.hits(run, meant.len()).for_each(&mut offer);
            };
            // Without its last letter, a beginning would be any.
            if rest.len() > 1 {
                try_one(&[], &rest[1..]);
                try_one(&[rest[1], rest[0]], &rest[2..]);
            }
            for letter in LETTERS {
                if *letter != rest[0] {
                    try_one(&[*letter], &rest[1..]);
                    try_one(&[*letter], rest);
                }
            }
        }
    }
}
