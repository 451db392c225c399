//! Words of closed vocabularies within longer texts, and titles.

use crate::words::{line, words};

/// Contracts by the words that name them. An apprentice's is also a CDD or a CDI, so that it comes first.
const CONTRACTS: &[(&str, &[&str])] = &[
    (
        "apprenticeship",
        &[
            "alternance",
            "alternant",
            "alternante",
            "alternating",
            "apprentissage",
            "apprenti",
            "apprentie",
            "apprentice",
            "apprenticeship",
            "professionnalisation",
        ],
    ),
    ("internship", &["stage", "stagiaire", "internship", "intern"]),
    ("temporary", &["interim", "interimaire", "temporary", "temporaire"]),
    ("permanent", &["cdi", "cdic", "permanent", "indeterminee"]),
    ("fixed_term", &["cdd", "determinee", "saisonnier", "saisonniere"]),
    ("freelance", &["freelance", "independant", "independante", "liberal", "liberale"]),
    ("other", &["vie", "volontariat", "benevolat", "civique"]),
];

/// The longer period first: `30 k€ par an sur 13 mois` is a year's pay.
const PERIODS: &[(&str, &[&str])] = &[
    ("year", &["an", "ans", "annee", "annuel", "annuelle", "annum", "annual", "annually", "year", "yearly"]),
    ("month", &["mois", "mensuel", "mensuelle", "month", "monthly"]),
    ("hour", &["h", "heure", "horaire", "hour", "hourly"]),
];

fn term(vocabulary: &[(&str, &[&str])], text: &str) -> String {
    let words = words(text);
    let is_said =
        |(_, spellings): &&(&str, &[&str])| words.iter().any(|word| spellings.contains(&word.as_str()));
    vocabulary.iter().find(is_said).map(|(term, _)| (*term).to_owned()).unwrap_or_default()
}

/// The contract that a text names.
pub(super) fn contract(text: &str) -> String {
    term(CONTRACTS, text)
}

/// The period that a text counts a salary for.
pub(super) fn salary_period(text: &str) -> String {
    term(PERIODS, text)
}

/// A title without the marks it begins with to stand out, such as the question marks that signs become on the way. `.NET` and
/// brackets stay.
pub(super) fn title(text: &str) -> String {
    let mark = |c: char| c.is_whitespace() || "?!*-–—|,;:•·>_~=\u{fffd}".contains(c);
    let rest = text.trim_start_matches(mark);
    line(if rest.is_empty() { text } else { rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contracts() {
        for (text, term) in [
            ("CDD - Alternance - Contrat d'apprentissage", "apprenticeship"),
            ("CDI - Alternance", "apprenticeship"),
            ("Contrat d’alternance (pro, apprentissage)", "apprenticeship"),
            ("Vendeur H/F (CDI)", "permanent"),
            ("Contrat à durée déterminée", "fixed_term"),
            ("Contrat à durée indéterminée", "permanent"),
            ("Boulanger", ""),
        ] {
            assert_eq!(contract(text), term, "{text}");
        }
        assert_eq!(salary_period("30 k€ par an sur 13 mois"), "year");
        assert_eq!(salary_period("12 €/h"), "hour");
        assert_eq!(salary_period("Selon profil"), "");
    }

    #[test]
    fn titles() {
        for (text, result) in [
            ("?????ALTERNANCE -  Cuisinier", "ALTERNANCE - Cuisinier"),
            ("** Vendeur **", "Vendeur **"),
            (".NET (H/F)", ".NET (H/F)"),
            ("(H/F) Boulanger", "(H/F) Boulanger"),
            ("???", "???"),
        ] {
            assert_eq!(title(text), result, "{text}");
        }
    }
}
