//! What they speak: a list of languages, each perhaps with how well.

use vivier_domain::redacted::Redacted;

use super::line::Line;
use crate::MAX_ENTRIES;
use crate::language::{level, tag};
use crate::resume::Language;

/// Most words of the name of a language.
const NAME_WORDS: usize = 4;

/// Reads the part of a CV that is about languages.
pub(super) fn read(lines: &[Line]) -> Vec<Language> {
    let mut found = Vec::new();
    let mut named: Option<Language> = None;
    for line in lines {
        for piece in pieces(&line.text) {
            match language(piece) {
                Some(language) => found.extend(named.replace(language)),
                // `Anglais` and, in the line below, `courant`.
                None => {
                    if let Some(last) =
                        named.as_mut().filter(|last| last.fluency.is_none() && level(piece).is_some())
                    {
                        last.fluency = Some(Redacted::new(bare(piece)));
                    }
                }
            }
        }
    }
    found.extend(named);
    found.truncate(MAX_ENTRIES);
    found
}

/// Each language once: the first time it is named.
pub(super) fn once(languages: &mut Vec<Language>) {
    let mut seen = Vec::new();
    languages.retain(|language| {
        let tag = tag(language.language.expose());
        let new = !seen.contains(&tag);
        seen.push(tag);
        new
    });
}

/// Pieces of a list that commas and the like part, outside of parentheses.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    text.split(move |c: char| {
        match c {
            '(' => depth += 1,
            // A scanner takes one for the other.
            ')' | '}' => depth -= 1,
            _ => {}
        }
        depth <= 0 && matches!(c, ',' | ';' | '|' | '•' | '·')
    })
    .map(str::trim)
}

/// A piece that begins with the name of a language: `Anglais (courant)`, `Anglais : B2`, `Anglais courant`.
pub(super) fn language(piece: &str) -> Option<Language> {
    let words: Vec<&str> = piece.split_whitespace().collect();
    // The longest name first: `langue des signes`.
    let (name, used) = (1..=NAME_WORDS.min(words.len())).rev().find_map(|count| {
        let name = words[..count].join(" ");
        let name = name.split(['(', ':', '–']).next().unwrap_or_default().trim().to_owned();
        tag(&name).map(|_| (name, count))
    })?;
    let name = name.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let _ = used;
    let rest = bare(piece.get(name.len()..).unwrap_or_default());
    Some(Language { language: Redacted::new(name), fluency: (!rest.is_empty()).then(|| Redacted::new(rest)) })
}

fn bare(text: &str) -> &str {
    let edge = |c: char| c.is_whitespace() || matches!(c, '{' | '}' | ':' | '-' | '–' | '—' | '/' | '.');
    let text = text.trim_matches(edge);
    let inside = text.strip_prefix('(').unwrap_or(text);
    // `C1 (TOEIC 900)` keeps what it opened.
    let inside = if inside.contains('(') { inside } else { inside.trim_end_matches(')') };
    inside.trim_matches(edge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_every_form() {
        for (text, expected) in [
            ("Anglais (courant), Espagnol (B2)", "Anglais=courant Espagnol=B2"),
            ("Anglais : lu, écrit", "Anglais=lu"),
            ("Anglais courant ; Allemand", "Anglais=courant Allemand="),
            ("Allemand (débutant}, Portugais (B2)", "Allemand=débutant Portugais=B2"),
            ("German - fluent | French", "German=fluent French="),
            ("Langue des signes française (B1)", "Langue des signes française=B1"),
            ("Anglais\ncourant\nExcel", "Anglais=courant"),
            ("ANGLAIS", "ANGLAIS="),
            ("Anglais : C1 (TOEIC 900)", "Anglais=C1 (TOEIC 900)"),
            ("Soudage", ""),
            ("", ""),
        ] {
            let lines: Vec<Line> =
                text.lines().map(|line| Line { text: line.to_owned(), item: false, heading: None }).collect();
            let shown: Vec<String> = read(&lines)
                .iter()
                .map(|found| {
                    format!(
                        "{}={}",
                        found.language.expose(),
                        found.fluency.as_ref().map_or("", Redacted::expose)
                    )
                })
                .collect();
            assert_eq!(shown.join(" "), expected, "{text}");
        }
    }
}
