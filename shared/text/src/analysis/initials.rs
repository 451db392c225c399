//! Passing over words that begin with other letters than those that are looked for. Folding and stemming keep the first two letters.

use super::scan::Chars;

/// First letters, folded, and the second ones behind each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Initials {
    first: u32,
    second: [u32; LETTERS],
}

const LETTERS: usize = 26;

impl Initials {
    /// Every letter.
    pub(super) const ALL: Self = Self { first: u32::MAX, second: [u32::MAX; LETTERS] };

    /// Those that words begin with which were folded, stemmed or not.
    pub fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut initials = Self { first: 0, second: [0; LETTERS] };
        for word in words {
            let mut letters = word.chars().map(letter);
            let Some(first) = letters.next().flatten() else { continue };
            initials.first |= 1 << first;
            if let Some(second) = letters.next().flatten() {
                initials.second[first as usize] |= 1 << second;
            }
        }
        initials
    }

    /// Whether a word that begins at `start` surely begins with other letters.
    fn differs(&self, chars: &Chars<'_>, start: usize) -> Option<bool> {
        let first = letter(chars.get(start)?)?;
        if self.first >> first & 1 == 0 {
            return Some(true);
        }
        let second = letter(chars.get(start + 1)?)?;
        Some(self.second[first as usize] >> second & 1 == 0)
    }

    /// Where a word ends that begins at `start` with other letters; `None` where it does not, or where what is around it may make it a
    /// part of something else. What does not begin with a letter of the Latin alphabet is never passed over.
    pub(super) fn pass(self, chars: &Chars<'_>, start: usize) -> Option<usize> {
        if !self.differs(chars, start)? {
            return None;
        }
        // The second half of `full-stack` makes a word with the first.
        if start.checked_sub(1).and_then(|before| chars.get(before)).is_some_and(|c| matches!(c, '-' | '‑'))
        {
            return None;
        }
        let end = chars.word_end(start);
        let stands_alone = match chars.get(end) {
            None | Some(',' | ';' | ':' | '!' | '?' | ')' | '\n') => true,
            Some('.') => chars.get(end + 1).is_none_or(char::is_whitespace),
            // `Vendeur / euse`, `H - F` and `bac +2` go on behind a space.
            Some(' ') => chars.get(chars.skip_spaces(end)).is_none_or(char::is_alphanumeric),
            _ => false,
        };
        stands_alone.then_some(end)
    }
}

/// The place in the alphabet of the letter that this one is folded to, as far as one look tells.
fn letter(c: char) -> Option<u32> {
    let folded = match c {
        'a'..='z' | 'A'..='Z' => c.to_ascii_lowercase(),
        'à'..='å' | 'À'..='Å' => 'a',
        'ç' | 'Ç' => 'c',
        'è'..='ë' | 'È'..='Ë' => 'e',
        'ì'..='ï' | 'Ì'..='Ï' => 'i',
        'ñ' | 'Ñ' => 'n',
        'ò'..='ö' | 'Ò'..='Ö' => 'o',
        'ù'..='ü' | 'Ù'..='Ü' => 'u',
        _ => return None,
    };
    Some(u32::from(folded) - u32::from('a'))
}

#[cfg(test)]
mod tests {
    use super::super::{Term, terms, terms_beginning};
    use super::*;

    #[test]
    fn letters_are_those_of_folding() {
        for c in ('\0'..='\u{2ff}').filter(|c| c.is_alphabetic()) {
            if let Some(letter) = letter(c) {
                let folded = super::super::fold(&c.to_string());
                assert_eq!(folded.bytes().next().map(|byte| u32::from(byte - b'a')), Some(letter), "{c}");
            }
        }
    }

    /// Whatever stands around a word: what is found does not depend on what is passed over.
    #[test]
    fn nothing_that_is_looked_for_is_passed_over() {
        const PIECES: [&str; 32] = [
            "full",
            "stack",
            "bac",
            "+2",
            "H",
            "F",
            "h/f",
            "vendeur",
            "euse",
            "l'",
            "équipe",
            "C",
            "C++",
            ".NET",
            "35",
            "heures",
            "h",
            "(ère)",
            "infirmier",
            "S.A.R.L.",
            "2",
            "500",
            "aujourd",
            "'hui",
            "nb",
            "Œuvre",
            "e\u{301}té",
            "%",
            "t",
            "3,5",
            "15e",
            "x",
        ];
        const JOINTS: [&str; 17] =
            ["", " ", "-", " - ", "/", " / ", ".", ". ", ", ", "(", ")", "'", "·", "+", "\n", "\u{a0}", " |"];
        const WANTED: [&str; 22] = [
            "fullstack",
            "stack",
            "full",
            "bac+2",
            "2",
            "eus",
            "vendeu",
            "equip",
            "c++",
            "c",
            ".net",
            "35h",
            "h",
            "infirmier",
            "sarl",
            "2500",
            "aujourd'hui",
            "oeuvr",
            "ete",
            "15",
            "3.5t",
            "f",
        ];
        let mut found = 0;
        for (i, a) in PIECES.iter().enumerate() {
            for (j, b) in PIECES.iter().enumerate() {
                for (k, joint) in JOINTS.iter().enumerate() {
                    let (other, c) =
                        (JOINTS[(i + 5 * j + k) % JOINTS.len()], PIECES[(3 * i + j + 7 * k) % PIECES.len()]);
                    let text = format!("{a}{joint}{b}{other}{c}");
                    let all = terms(&text);
                    for wanted in WANTED {
                        let sought = |terms: &[Term]| -> Vec<Term> {
                            terms.iter().filter(|term| term.text == wanted).cloned().collect()
                        };
                        let some = sought(&terms_beginning(&text, Initials::of([wanted])));
                        assert_eq!(some, sought(&all), "{text:?} {wanted}");
                        found += some.len();
                    }
                }
            }
        }
        assert!(found > 10_000, "{found}");
    }
}
