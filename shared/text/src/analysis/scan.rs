//! Cutting a text into words.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::fold::fold;
use super::inclusive;
use super::initials::Initials;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Folded, see [`fold`].
    pub text: String,
    /// The bytes of the text it stands for. The two halves of `full-stack` and `fullstack` overlap.
    pub span: Range<usize>,
}

/// What is longer is no word of any language, but it would weigh on every index.
const MAX_CHARS: usize = 64;

/// What loses its vowel before another, folded.
const ELIDED: &[&str] = &[
    "c", "d", "j", "jusqu", "l", "lorsqu", "m", "n", "presqu", "puisqu", "qu", "quelqu", "quoiqu", "s", "t",
];

/// Units that belong to the number before them, and the form they are kept in.
const UNITS: &[(&str, &str)] = &[
    ("g", "g"),
    ("h", "h"),
    ("heure", "h"),
    ("heures", "h"),
    ("k", "k"),
    ("kg", "kg"),
    ("km", "km"),
    ("kv", "kv"),
    ("kw", "kw"),
    ("t", "t"),
    ("tonne", "t"),
    ("tonnes", "t"),
];

/// The text by characters, each with its place in bytes.
pub(super) struct Chars<'t> {
    text: &'t str,
    chars: Vec<(u32, char)>,
}

impl<'t> Chars<'t> {
    fn new(text: &'t str) -> Self {
        let mut chars = Vec::with_capacity(text.len());
        chars.extend(text.char_indices().map(|(at, c)| (at as u32, c)));
        Self { text, chars }
    }

    pub(super) fn get(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|(_, c)| *c)
    }

    /// The first place at or after `at` that is not of a word.
    pub(super) fn word_end(&self, at: usize) -> usize {
        let rest = self.chars.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|(_, c)| is_word_char(*c)).count()
    }

    pub(super) fn skip_spaces(&self, at: usize) -> usize {
        let rest = self.chars.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|(_, c)| *c != '\n' && c.is_whitespace()).count()
    }

    /// The characters from `from` to `to`; empty when there are none.
    pub(super) fn text(&self, from: usize, to: usize) -> &'t str {
        &self.text[self.byte(from)..self.byte(to.max(from))]
    }

    fn byte(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.text.len(), |(byte, _)| *byte as usize)
    }

    fn is_boundary(&self, at: usize) -> bool {
        !self.get(at).is_some_and(is_word_char)
    }
}

/// [`is_word_char`] of each character up to `ÿ`.
static LATIN: [bool; 256] = {
    let mut latin = [false; 256];
    let mut at = 0;
    while at < latin.len() {
        let c = at as u8;
        let beyond =
            matches!(c, 0xaa | 0xad | 0xb2 | 0xb3 | 0xb5 | 0xb9 | 0xba | 0xbc..=0xbe | 0xc0..=0xf6 | 0xf8..);
        latin[at] = c.is_ascii_alphanumeric() || beyond;
        at += 1;
    }
    latin
};

pub(super) fn is_word_char(c: char) -> bool {
    // Nearly all there is.
    if let Some(is) = LATIN.get(c as usize) {
        return *is;
    }
    let unseen = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    c.is_alphanumeric() || is_combining_mark(c) || unseen || c == '×'
}

/// The words of a text, in order, folded.
pub fn words(text: &str) -> Vec<Word> {
    read(text, Initials::ALL)
}

/// The words of a text that begin with one of these letters, and maybe others: whoever looks for few words need not fold all.
pub(super) fn words_beginning(text: &str, initials: Initials) -> Vec<Word> {
    read(text, initials)
}

fn read(text: &str, initials: Initials) -> Vec<Word> {
    let chars = Chars::new(text);
    let mut words: Vec<Word> = Vec::new();
    let mut at = 0;
    while at < chars.chars.len() {
        if chars.get(at).is_some_and(char::is_alphanumeric) {
            at = initials.pass(&chars, at).unwrap_or_else(|| read_word(&chars, at, &mut words));
        } else if chars.get(at) == Some('.') && is_net(&chars, at + 1) {
            // `.NET` is a name; its dot is what tells it from the net.
            push(&chars, &mut words, ".net".to_owned(), at, at + 4);
            at += 4;
        } else {
            at += 1;
        }
    }
    words
}

fn is_net(chars: &Chars<'_>, at: usize) -> bool {
    chars.text(at, chars.word_end(at)).eq_ignore_ascii_case("net")
}

fn push(chars: &Chars<'_>, words: &mut Vec<Word>, text: String, from: usize, to: usize) {
    if !text.is_empty() && to - from <= MAX_CHARS {
        words.push(Word { text, span: chars.byte(from)..chars.byte(to) });
    }
}

/// Reads what begins at `start` and returns the place to go on from.
fn read_word(chars: &Chars<'_>, start: usize, words: &mut Vec<Word>) -> usize {
    if let Some(end) = inclusive::skip_notice(chars, start) {
        return end;
    }
    let end = chars.word_end(start);
    let text = fold(chars.text(start, end));
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return read_number(chars, start, end, text, words);
    }
    if let Some(number) = ordinal(&text) {
        push(chars, words, number.to_owned(), start, end);
        return end;
    }
    if let Some((text, end)) = special(chars, start, end, &text) {
        push(chars, words, text, start, end);
        return end;
    }
    if matches!(chars.get(end), Some('\'' | '’' | 'ʼ' | '‘' | '`' | '´')) && !chars.is_boundary(end + 1)
    {
        let after = chars.word_end(end + 1);
        let rest = fold(chars.text(end + 1, after));
        if ELIDED.contains(&text.as_str()) {
            return end + 1;
        }
        if text == "aujourd" || text == "prud" {
            push(chars, words, format!("{text}'{rest}"), start, after);
            return after;
        }
        push(chars, words, text, start, end);
        // The English possessive.
        return if rest == "s" { after } else { end + 1 };
    }
    let spelt_to = if text.len() >= 3 { inclusive::skip_endings(chars, end) } else { end };
    push(chars, words, text.clone(), start, spelt_to);
    if spelt_to == end {
        push_joined(chars, words, &text, start, end);
    }
    spelt_to
}

/// The number of `15e`, `1ère` or `2nd`.
fn ordinal(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, ending) = text.split_at(digits);
    let ordinal = matches!(ending, "e" | "eme" | "ieme" | "er" | "ere" | "nd" | "nde");
    (digits > 0 && ordinal).then_some(number)
}

/// Names that are more than letters: `C++`, `C#`, `bac+2`, `S.A.R.L.`
fn special(chars: &Chars<'_>, start: usize, end: usize, text: &str) -> Option<(String, usize)> {
    let single = end - start == 1;
    if chars.get(end) == Some('+') && chars.get(end + 1) == Some('+') && chars.is_boundary(end + 2) {
        return Some((format!("{text}++"), end + 2));
    }
    if single && chars.get(end) == Some('#') && chars.is_boundary(end + 1) {
        return Some((format!("{text}#"), end + 1));
    }
    if text == "bac" {
        let plus = chars.skip_spaces(end);
        if chars.get(plus) == Some('+') {
            let first = chars.skip_spaces(plus + 1);
            let after = chars.word_end(first);
            if after - first == 1 && chars.get(first).is_some_and(|c| c.is_ascii_digit()) {
                return Some((format!("bac+{}", chars.text(first, after)), after));
            }
        }
    }
    if single {
        let (mut letters, mut at) = (text.to_owned(), end);
        while chars.get(at) == Some('.') && chars.word_end(at + 1) == at + 2 {
            letters.push_str(&fold(chars.text(at + 1, at + 2)));
            at += 2;
        }
        if at > end && letters.chars().all(char::is_alphabetic) {
            return Some((letters, at));
        }
    }
    None
}

/// A number with its thousands, decimals and unit as one word: `2 500`, `3,5 t`, `80 %`.
fn read_number(chars: &Chars<'_>, start: usize, end: usize, digits: String, words: &mut Vec<Word>) -> usize {
    let is_number =
        |from: usize, to: usize| to > from && chars.text(from, to).bytes().all(|b| b.is_ascii_digit());
    let (mut text, mut end) = (digits, end);
    while text.len() <= 6 && chars.get(end).is_some_and(|c| matches!(c, ' ' | '\u{a0}' | '\u{202f}')) {
        let after = chars.word_end(end + 1);
        if after - end != 4
            || !is_number(end + 1, after)
            || end - start > 3 && chars.get(start + 3).is_some_and(is_word_char)
        {
            break;
        }
        text.push_str(chars.text(end + 1, after));
        end = after;
    }
    if matches!(chars.get(end), Some(',' | '.')) {
        let after = chars.word_end(end + 1);
        // The digits may carry their unit: `3.5t`.
        let decimals = fold(chars.text(end + 1, after));
        if decimals.starts_with(|c: char| c.is_ascii_digit()) && decimals.len() <= 4 {
            text = format!("{text}.{decimals}");
            end = after;
        }
    }
    let first = chars.skip_spaces(end);
    if chars.get(first) == Some('%') {
        text.push('%');
        end = first + 1;
    } else {
        let after = chars.word_end(first);
        let unit = fold(chars.text(first, after));
        if let Some((_, kept)) = UNITS.iter().find(|(spelt, _)| *spelt == unit) {
            text.push_str(kept);
            end = after;
        }
    }
    push(chars, words, text, start, end);
    end
}

/// `full-stack` is also `fullstack`: a short first half is often written without the hyphen.
fn push_joined(chars: &Chars<'_>, words: &mut Vec<Word>, second: &str, start: usize, end: usize) {
    let hyphen = |at: usize| matches!(chars.get(at), Some('-' | '‑'));
    if start < 2 || !hyphen(start - 1) || hyphen(end) {
        return;
    }
    let [.., first, _] = words.as_slice() else { return };
    let touches = first.span.end == chars.byte(start - 1);
    let alone = !text_before(chars, first.span.start).is_some_and(|c| matches!(c, '-' | '‑' | '\'' | '’'));
    if touches && alone && first.text.len() <= 5 && first.text.chars().all(char::is_alphabetic) {
        let joined = format!("{}{second}", first.text);
        let span = first.span.start..chars.byte(end);
        words.push(Word { text: joined, span });
    }
}

fn text_before(chars: &Chars<'_>, byte: usize) -> Option<char> {
    chars.text[..byte].chars().next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_look_at_a_letter_sees_what_the_long_one_does() {
        for c in '\0'..='ÿ' {
            assert_eq!(is_word_char(c), c.is_alphanumeric() || matches!(c, '\u{ad}' | '×'), "{c:?}");
        }
    }
}
