//! The head of a CV: who it is, how to reach them and where they live.

mod place;

use vivier_domain::redacted::Redacted;

use super::line::Line;
use super::{headings, personal};
use crate::resume::Basics;

/// Lines of the head in which a name may stand.
const NAME_LINES: usize = 6;
/// Titles before a name.
const CIVILITIES: &[&str] = &[
    "m.", "m", "mr", "mr.", "mme", "mme.", "mlle", "monsieur", "madame", "mrs", "mrs.", "ms", "ms.", "miss",
];

/// Reads the head.
pub(super) fn basics(lines: &[Line]) -> Basics {
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    Basics {
        name: name(&texts).map(Redacted::new),
        email: texts.iter().find_map(|text| email(text)).map(Redacted::new),
        phone: texts.iter().find_map(|text| phone(text)).map(Redacted::new),
        location: place::location(&texts),
    }
}

/// The first line that looks like a name, or what stands behind `Nom :`.
fn name(lines: &[&str]) -> Option<String> {
    let labelled = |label: &str| {
        lines.iter().find_map(|line| {
            let (before, rest) = line.split_once(':')?;
            (personal::simple(before) == label && looks_like_name(rest.trim()))
                .then(|| rest.trim().to_owned())
        })
    };
    if let Some(last) = labelled("nom").or_else(|| labelled("name")).or_else(|| labelled("nom et prenom")) {
        return Some(labelled("prenom").map_or(last.clone(), |first| format!("{first} {last}")));
    }
    lines.iter().take(NAME_LINES).map(|line| without_civility(line)).find(|line| looks_like_name(line))
}

fn without_civility(line: &str) -> String {
    let head = line.split([',', '|', '–']).next().unwrap_or_default();
    let mut words: Vec<&str> = head.split_whitespace().collect();
    if words.first().is_some_and(|first| CIVILITIES.contains(&first.to_lowercase().as_str())) {
        words.remove(0);
    }
    words.join(" ")
}

fn looks_like_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let letters = |c: char| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '.');
    let capital = words.iter().filter(|word| word.starts_with(char::is_uppercase)).count();
    (1..=5).contains(&words.len())
        && text.chars().count() <= 60
        && words.iter().all(|word| word.chars().all(letters))
        && capital * 2 >= words.len()
        && !matches!(personal::simple(text).as_str(), "cv" | "curriculum vitae" | "resume" | "curriculum")
        && headings::section(text).is_none()
        && !personal::tells_of_birth(text)
}

/// The first word with an at sign between something and a name with a dot. A scanner parts it by spaces.
fn email(text: &str) -> Option<String> {
    let joined = text.replace("@ ", "@").replace(" @", "@");
    let found =
        joined.split(|c: char| c.is_whitespace() || matches!(c, '|' | ',' | ';' | '<' | '>' | '(' | ')'));
    let mut found = found.map(|word| word.trim_matches(|c: char| matches!(c, ':' | '.')));
    found
        .find(|word| word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')))
        .map(|word| word.chars().take(254).collect())
}

/// The first run of nine to fifteen digits with only spaces, dots and the like between them.
fn phone(text: &str) -> Option<String> {
    let mut run = String::new();
    for c in text.chars().chain(['|']) {
        let starts = c.is_ascii_digit() || c == '+' || c == '(';
        if c.is_ascii_digit()
            || (starts && run.is_empty())
            || (!run.is_empty() && matches!(c, ' ' | '.' | '-' | '(' | ')'))
        {
            run.push(c);
            continue;
        }
        let digits = run.chars().filter(char::is_ascii_digit).count();
        if (9..=15).contains(&digits) {
            return Some(run.trim_end_matches(|c: char| !c.is_ascii_digit()).to_owned());
        }
        run.clear();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_and_how_to_reach_them() {
        let lines =
            ["CURRICULUM VITAE", "Mme Alba FICTIVE", "Soudeuse", "Tél. : 06 00 00 00 01 | alba@ example.org"];
        assert_eq!(name(&lines).as_deref(), Some("Alba FICTIVE"));
        assert_eq!(lines.iter().find_map(|line| email(line)).as_deref(), Some("alba@example.org"));
        assert_eq!(lines.iter().find_map(|line| phone(line)).as_deref(), Some("06 00 00 00 01"));
        assert_eq!(name(&["Nom : Fictive", "Prénom : Alba"]).as_deref(), Some("Alba Fictive"));
        assert_eq!(phone("75011 Paris"), None);
        assert_eq!(phone("+44 7700 900000").as_deref(), Some("+44 7700 900000"));
        assert_eq!(email("@ . @"), None);
    }
}
