//! A candidate's words in the form that rules are written in: folded, one by one, with where they stand.

use std::ops::Range;

use vivier_text::analysis;

/// The words of a text, in order.
#[derive(Debug)]
pub(crate) struct Phrase {
    /// Each folded, and the bytes of the text it stands for.
    words: Vec<(String, Range<usize>)>,
}

impl Phrase {
    /// Cuts a text at whatever is neither letter nor figure: `d'offres` and `y a-t-il` are several words.
    pub(crate) fn of(text: &str) -> Self {
        let mut words: Vec<(String, Range<usize>)> = Vec::new();
        let mut open = false;
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            let part = c.is_alphanumeric() || matches!(c, '+' | '#') || is_mark(c);
            match words.last_mut() {
                Some((_, span)) if part && open => span.end = end,
                _ if part => words.push((String::new(), at..end)),
                _ => {}
            }
            open = part;
        }
        for (word, span) in &mut words {
            *word = analysis::fold(&text[span.clone()]);
        }
        Self { words }
    }

    /// The folded words.
    pub(crate) fn words(&self) -> Vec<&str> {
        self.words.iter().map(|(word, _)| word.as_str()).collect()
    }

    /// The part of `text`, which this was cut from, that some neighbouring words stand for.
    pub(crate) fn slice<'t>(&self, text: &'t str, words: Range<usize>) -> &'t str {
        match self.words.get(words) {
            Some([(_, only)]) => &text[only.clone()],
            Some([(_, first), .., (_, last)]) => &text[first.start..last.end],
            _ => "",
        }
    }
}

/// Accents that stand behind their letter.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// How many of `words`, from `at` on, are the words of `phrase`; `None` where they are others.
fn begins(words: &[&str], at: usize, phrase: &str) -> Option<usize> {
    let mut length = 0;
    for wanted in phrase.split(' ') {
        if words.get(at + length) != Some(&wanted) {
            return None;
        }
        length += 1;
    }
    Some(length)
}

/// The length of the longest of `phrases`, which bars part, that stands at `at`.
pub(crate) fn longest(words: &[&str], at: usize, phrases: &str) -> Option<usize> {
    phrases.split('|').filter_map(|phrase| begins(words, at, phrase)).max()
}

/// Whether a word is one of `phrases`, which bars part.
pub(crate) fn is_one(word: &str, phrases: &str) -> bool {
    phrases.split('|').any(|phrase| phrase == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_found_again() {
        for (text, words) in [
            ("Y a-t-il des offres ?", &["y", "a", "t", "il", "des", "offres"][..]),
            ("D’accord, à Évreux", &["d", "accord", "a", "evreux"]),
            ("E\u{301}té C++", &["ete", "c++"]),
            ("👋 !?", &[]),
        ] {
            assert_eq!(Phrase::of(text).words(), words, "{text}");
        }
        let text = "un poste à Saint-Étienne, vite";
        assert_eq!(Phrase::of(text).slice(text, 3..5), "Saint-Étienne");
        assert_eq!(Phrase::of(text).slice(text, 3..9), "");
    }
}
