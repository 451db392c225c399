//! Spellings that name both genders: `développeur·se`, `infirmier(ère)s`, `employé.e.s`, `H/F`.

use super::fold::fold;
use super::scan::{Chars, is_word_char};

/// Feminine endings written after the masculine, folded, and endings of the plural.
const ENDINGS: &[&str] = &[
    "e", "ee", "elle", "elles", "enne", "ennes", "ere", "eres", "es", "esse", "esses", "euse", "euses", "fe",
    "ice", "ices", "ienne", "iennes", "iere", "ieres", "ive", "ives", "le", "les", "lle", "lles", "ne",
    "nes", "nne", "nnes", "rice", "rices", "s", "se", "ses", "sse", "sses", "te", "tes", "trice", "trices",
    "tte", "ttes", "ve", "ves",
];

/// Endings that are words of their own, which only `·` and `(…)` mark beyond doubt.
const WORDS_TOO: &[&str] = &["elle", "elles", "le", "les", "ne", "se", "ses", "te", "tes", "es", "ice", "s"];

/// Where the spelling of a word that ends at `end` is over, endings included.
pub(super) fn skip_endings(chars: &Chars<'_>, end: usize) -> usize {
    let mut at = end;
    while let Some(after) = ending(chars, at) {
        at = after;
    }
    at
}

fn ending(chars: &Chars<'_>, at: usize) -> Option<usize> {
    let separator = chars.get(at)?;
    match separator {
        '·' | '•' | '‧' | '⋅' | '∙' | '\u{387}' => {
            let after = chars.word_end(at + 1);
            is_ending(chars, at + 1, after).then_some(after)
        }
        '(' => {
            let first = if matches!(chars.get(at + 1), Some('-' | '/' | '.')) { at + 2 } else { at + 1 };
            let close = chars.word_end(first);
            let closed = chars.get(close) == Some(')') && is_ending(chars, first, close);
            // The plural may follow the parenthesis: `employé(e)s`.
            closed.then(|| {
                let after = chars.word_end(close + 1);
                if chars.text(close + 1, after) == "s" { after } else { close + 1 }
            })
        }
        '.' | '-' | '‑' | '/' => {
            let after = chars.word_end(at + 1);
            let word = fold(chars.text(at + 1, after));
            // `technicien-ne`, `développeur/se`: the ending touches the word and nothing else does.
            let doubtful = matches!(word.as_str(), "elle" | "elles" | "le" | "les" | "te" | "tes" | "ice");
            (!doubtful && ENDINGS.contains(&word.as_str())).then_some(after)
        }
        ' ' => {
            // `Vendeur / euse`: only endings that cannot be words.
            let slash = chars.skip_spaces(at);
            let first = (chars.get(slash) == Some('/')).then(|| chars.skip_spaces(slash + 1))?;
            let after = chars.word_end(first);
            let word = fold(chars.text(first, after));
            (ENDINGS.contains(&word.as_str()) && !WORDS_TOO.contains(&word.as_str())).then_some(after)
        }
        _ => None,
    }
}

fn is_ending(chars: &Chars<'_>, from: usize, to: usize) -> bool {
    ENDINGS.contains(&fold(chars.text(from, to)).as_str())
}

/// If a gender notice such as `H/F`, `F-H` or `m/w/d` begins at `start`, where it ends.
pub(super) fn skip_notice(chars: &Chars<'_>, start: usize) -> Option<usize> {
    let mut letters = Vec::new();
    let (mut at, mut end) = (start, start);
    loop {
        let after = chars.word_end(at);
        // Nearly every word: longer than any of the letters.
        if (at..at + 3).all(|at| chars.get(at).is_some_and(|c| c.is_ascii_alphanumeric())) {
            break;
        }
        let letter = fold(chars.text(at, after));
        if !matches!(letter.as_str(), "h" | "f" | "m" | "w" | "d" | "x" | "n" | "nb") {
            break;
        }
        letters.push(letter);
        end = after;
        let separator = chars.skip_spaces(after);
        if !matches!(chars.get(separator), Some('/' | '-' | '|' | '·' | '‑' | '–')) {
            break;
        }
        at = chars.skip_spaces(separator + 1);
        if !chars.get(at).is_some_and(is_word_char) {
            break;
        }
    }
    let has = |letter: &str| letters.iter().any(|known| known == letter);
    let both = (has("f") && (has("h") || has("m"))) || (has("m") && has("w"));
    both.then_some(end)
}
