//! What is said about a place beside its name: postal code, department, CEDEX.

use super::Code;
use super::key;

/// A text that names a place, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// Folded words, as they were written.
    pub(super) words: Vec<String>,
    pub(super) postal_code: Option<Code>,
    /// A code in parentheses, as in `Marseille (13)`; elsewhere a number may also be an arrondissement.
    pub(super) department: Option<String>,
}

impl Query {
    pub(super) fn new(text: &str) -> Self {
        let mut query = Self::default();
        let words = key::words(text);
        let mut rest = words.iter().peekable();
        while let Some((word, in_parentheses)) = rest.next() {
            let next = rest.peek().map_or("", |(next, _)| next.as_str());
            if word == "cedex" {
                // `Nantes Cedex 2`: which sorting office says nothing about where.
                if next.len() <= 2 && is_number(next) {
                    rest.next();
                }
            } else if word.len() == 5 && is_number(word) {
                query.postal_code = query.postal_code.or(Code::new(word));
            } else if word.len() == 2 && is_number(word) && next.len() == 3 && is_number(next) {
                // `44 000`
                query.postal_code = query.postal_code.or(Code::new(&format!("{word}{next}")));
                rest.next();
            } else if matches!(word.as_str(), "f" | "fr") && next.len() == 5 && is_number(next) {
                // `F-44000`
            } else if *in_parentheses && key::is_article(word) {
                // `Havre (Le)`, as lists write it.
                let name = query.words.iter().position(|word| !is_department(word)).unwrap_or(0);
                query.words.insert(name, word.clone());
            } else if *in_parentheses && is_department(word) {
                query.department = Some(word.clone());
            } else {
                query.words.push(word.clone());
            }
        }
        if query.words.len() > 1 && query.words.last().is_some_and(|word| word == "france") {
            query.words.pop();
        }
        query
    }
}

pub(super) fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a word looks like the code of a department: `44`, `2a`, `974`.
pub(super) fn is_department(word: &str) -> bool {
    matches!(word, "2a" | "2b")
        || is_number(word) && (word.len() == 2 || word.len() == 3 && word.starts_with('9'))
}

/// The department that a postal code begins with, as far as it tells.
pub(super) fn department_of(postal_code: &str) -> &str {
    let length = if matches!(postal_code.get(..2), Some("97" | "98")) { 3 } else { 2 };
    postal_code.get(..length).unwrap_or(postal_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_a_name() {
        for (text, words, postal_code, department) in [
            ("83126 LA SEYNE SUR MER", "la seyne sur mer", Some("83126"), None),
            ("44 000", "", Some("44000"), None),
            ("F-44000 Nantes, France", "nantes", Some("44000"), None),
            ("Nantes Cedex 2", "nantes", None, None),
            ("44035 NANTES CEDEX 01", "nantes", Some("44035"), None),
            ("Marseille (13)", "marseille", None, Some("13")),
            ("Mont-Dore (Le)", "le mont dore", None, None),
            ("Ajaccio (2A)", "ajaccio", None, Some("2a")),
            ("Saint-Denis (974)", "saint denis", None, Some("974")),
            ("PARIS 15", "paris 15", None, None),
            ("France", "france", None, None),
            ("", "", None, None),
        ] {
            let found = Query::new(text);
            assert_eq!(found.words.join(" "), words, "{text}");
            assert_eq!(found.postal_code.map(|code| code.to_string()).as_deref(), postal_code, "{text}");
            assert_eq!(found.department.as_deref(), department, "{text}");
        }
    }
}
