//! A head cut at its commas, dashes and bars, each part with the slot it stands in.

use super::entry::Piece;
use crate::parser::personal::simple;

/// Most parts looked at of a line.
const MAX_PARTS: usize = 6;

/// Where a part stands: line and number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    role: i8,
    part: u8,
}

impl Slot {
    /// How often titles stand here, whatever they say: first in their line, and beside the date rather than far from it.
    pub(super) fn prior(self) -> f32 {
        let line = match self.role {
            1 => 0.5,
            -1 | 0 => 0.4,
            2 | -2 => 0.3,
            _ => 0.0,
        };
        line - 0.5 * f32::from(self.part)
    }
}

/// A part of a head.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) slot: Slot,
    pub(super) text: String,
    /// It stood in parentheses.
    pub(super) enclosed: bool,
}

/// Whether a text says how long and no more: `6 mois`, `2 years 3 months`.
pub(super) fn is_duration(text: &str) -> bool {
    let simple = simple(text);
    let unit = |word: &str| {
        "an ans annee annees jours mois month months semaine semaines week weeks year years yrs et and"
            .split(' ')
            .any(|unit| unit == word)
    };
    let figure = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    simple.contains(|c: char| c.is_ascii_digit()) && simple.split(' ').all(|word| unit(word) || figure(word))
}

/// The parts of a head, empty ones left out.
pub(super) fn of(head: &[Piece]) -> Vec<Part> {
    let mut parts = Vec::new();
    for piece in head {
        let mut number = 0;
        for (text, enclosed) in split(&piece.text) {
            let text = trimmed(text);
            if text.chars().any(char::is_alphabetic) && !is_duration(&text) && usize::from(number) < MAX_PARTS
            {
                parts.push(Part { slot: Slot { role: piece.role, part: number }, text, enclosed });
                number += 1;
            }
        }
    }
    parts
}

fn trimmed(text: &str) -> String {
    let trimmed = text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '|' | '–' | '—' | '•' | '/')
    });
    let trimmed = trimmed.strip_prefix("- ").unwrap_or(trimmed);
    trimmed.strip_suffix(" -").unwrap_or(trimmed).trim().to_owned()
}

/// Cuts at separators that stand outside of parentheses. What is in parentheses is a part of its own, unless it is the
/// ending of a word or a notice such as `(H/F)`.
fn split(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else { break };
        if c == '('
            && let Some(close) = rest.find(')')
        {
            if is_aside(text[..at].chars().next_back(), &rest[1..close]) {
                parts.push((&text[from..at], false));
                parts.push((&rest[1..close], true));
                from = at + close + 1;
            }
            at += close + 1;
            continue;
        }
        match separator(rest) {
            Some(length) => {
                parts.push((&text[from..at], false));
                at += length;
                from = at;
            }
            None => at += c.len_utf8(),
        }
    }
    parts.push((&text[from..], false));
    parts
}

fn separator(rest: &str) -> Option<usize> {
    [" – ", " — ", " - ", " | ", "|", ", ", " : ", ": ", " chez ", " at ", " @ ", " • ", " · "]
        .into_iter()
        .find(|separator| rest.starts_with(separator))
        .map(str::len)
}

/// A place or a remark in parentheses, by its distance from the word and its length.
fn is_aside(before: Option<char>, inside: &str) -> bool {
    let notice = inside.chars().filter(|c| c.is_alphabetic()).count() < 4
        || inside.starts_with(char::is_lowercase) && inside.len() <= 6;
    before.is_none_or(char::is_whitespace) && !notice
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_in_parts() {
        let shown = |text: &str| {
            let head = [Piece { role: 0, text: text.to_owned() }];
            of(&head).into_iter().map(|part| part.text).collect::<Vec<_>>().join(" + ")
        };
        for (text, expected) in [
            (" : Soudeuse, Fer SA (Brest)", "Soudeuse + Fer SA + Brest"),
            ("Soudeur – Fer, Brest", "Soudeur + Fer + Brest"),
            ("Fer | Brest | ", "Fer + Brest"),
            ("Infirmier (ère) (H/F) chez Soins", "Infirmier (ère) (H/F) + Soins"),
            ("Employé/Employée du -SAV- transport, Fer", "Employé/Employée du -SAV- transport + Fer"),
            ("Caissière (6 mois), Essai", "Caissière + Essai"),
            ("Cashier at Shop", "Cashier + Shop"),
            ("(", ""),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
