//! Towns and their codes within longer texts.

use crate::words::fold;

fn is_postal_code(word: &str) -> bool {
    word.len() == 5 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The first word that has the five digits of a French postal code.
pub(super) fn postal_code(text: &str) -> String {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.find(|word| is_postal_code(word)).unwrap_or_default().to_owned()
}

/// The town without its code, its district, what is in brackets and what follows a comma: `75012 PARIS 12ème arrondissement`
/// and `Paris (75)` are both the same town to who looks for one.
pub(super) fn city(text: &str) -> String {
    let head = text.split(['(', ',']).next().unwrap_or_default();
    let mut town: Vec<&str> = Vec::new();
    for word in head.split_whitespace().filter(|word| !is_postal_code(word)) {
        let ends = word.starts_with(|c: char| c.is_ascii_digit()) || fold(word) == "cedex";
        if ends && !town.is_empty() {
            break;
        }
        town.push(word);
    }
    town.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn towns() {
        for (text, town, code) in [
            ("85191 LA ROCHE SUR LAC", "LA ROCHE SUR LAC", "85191"),
            ("PARIS 12ème arrondissement", "PARIS", ""),
            ("PARIS 01", "PARIS", ""),
            ("Meudon, Hauts-de-Seine", "Meudon", ""),
            ("Ardèche (07)", "Ardèche", ""),
            ("Lyon Cedex 03", "Lyon", ""),
            ("Nantes 44000", "Nantes", "44000"),
            ("L'Île-d'Yeu", "L'Île-d'Yeu", ""),
            ("", "", ""),
        ] {
            assert_eq!((city(text), postal_code(text)), (town.to_owned(), code.to_owned()), "{text}");
        }
    }
}
