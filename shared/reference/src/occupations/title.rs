//! What of a job title tells the occupation: not the contract, the town, the company or the level.

use vivier_text::analysis::{Term, long_form, root, terms};

/// A term of a title.
#[derive(Debug, PartialEq)]
pub(crate) struct Word {
    pub(crate) stem: String,
    pub(crate) root: String,
    /// How much it counts, from 0 to 1.
    pub(crate) weight: f32,
}

/// What an aside counts: `Serveur - petit déjeuner`.
const ASIDE: f32 = 0.5;
/// What the words behind an abbreviation count.
const SPELT_OUT: f32 = 0.8;
/// More characters than any title has; what follows tells no occupation.
const MAX_CHARS: usize = 300;

/// Terms that say how one works, not as what; sorted.
const NOISE: &[&str] = &[
    "alternanc",
    "apprenti",
    "apprentissag",
    "asap",
    "cdd",
    "cdi",
    "cdii",
    "confirm",
    "contrat",
    "debutant",
    "experiment",
    "f/h",
    "h/f",
    "immediat",
    "interim",
    "interimair",
    "job",
    "junior",
    "mission",
    "offr",
    "partiel",
    "plein",
    "post",
    "recherch",
    "recrut",
    "recrutement",
    "saison",
    "saisonnier",
    "senior",
    "stag",
    "stagiair",
    "temp",
    "urgent",
];

/// The terms of a title, each once.
pub(crate) fn words(title: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut add = |stem: &str, weight: f32| {
        if !words.iter().any(|known| known.stem == *stem) {
            words.push(Word { stem: stem.to_owned(), root: root(stem), weight });
        }
    };
    let mut first = true;
    for part in parts(title) {
        let weight = if first { 1.0 } else { ASIDE };
        for Term { text: stem, .. } in terms(part) {
            if NOISE.binary_search(&stem.as_str()).is_ok() || is_figure(&stem) {
                continue;
            }
            first = false;
            add(&stem, weight);
            for long in long_form(&stem).unwrap_or_default() {
                add(long, weight * SPELT_OUT);
            }
        }
    }
    words
}

/// Hours, salaries, levels and years: `35h`, `2026`, `bac+2`; but `3d` is a trade.
fn is_figure(stem: &str) -> bool {
    let letters = stem.trim_start_matches(|c: char| !c.is_alphabetic());
    letters.is_empty()
        || letters.len() < stem.len() && matches!(letters, "h" | "k")
        || stem.starts_with("bac+")
}

/// The title and its asides.
fn parts(title: &str) -> impl Iterator<Item = &str> {
    let title = match title.char_indices().nth(MAX_CHARS) {
        // Half a word would be another.
        Some((end, _)) => {
            title[..end].rsplit_once(char::is_whitespace).map_or(&title[..end], |(whole, _)| whole)
        }
        None => title,
    };
    let cut = workplace(title).map_or(title, |at| &title[..at]);
    cut.split([',', '|', ':', ';', '–', '—', '(', ')', '[', ']', '•'])
        .flat_map(|part| part.split(" - "))
        .filter(|part| !part.trim().is_empty())
}

/// Where a town or company begins: `… à Nantes`, `… chez Dupont`. Only capitals tell it from `aide à domicile`.
fn workplace(title: &str) -> Option<usize> {
    let shouted = !title.chars().any(char::is_lowercase);
    let begins = |mark: &str| {
        title.match_indices(mark).map(|(at, _)| at).find(|at| {
            let name = &title[at + mark.len()..];
            *at > 0 && name.chars().next().is_some_and(char::is_uppercase)
        })
    };
    if shouted { None } else { [" à ", " chez "].into_iter().filter_map(begins).min() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(NOISE.is_sorted());
    }

    #[test]
    fn what_tells_no_occupation_is_left_out() {
        let stems =
            |title: &str| words(title).iter().map(|word| word.stem.clone()).collect::<Vec<_>>().join(" ");
        for (title, expected) in [
            ("Serveur (H/F)", "serveu"),
            ("Serveuse H/F - CDI", "serveu"),
            ("URGENT : recherche serveur en alternance", "serveu"),
            ("Serveur / Serveuse à Saint-Nazaire", "serveu"),
            ("Comptable chez Dupont & fils", "comptabl"),
            ("Aide à domicile", "aid domicil"),
            ("Boulanger F/H temps plein 35h", "boulanger"),
            ("", ""),
            ("(H/F)", ""),
        ] {
            assert_eq!(stems(title), expected, "{title}");
        }
        assert!(words(&"soudeur ".repeat(100_000)).len() == 1);
    }

    #[test]
    fn an_aside_counts_less() {
        let found = words("CDI - Serveur - petit déjeuner");
        assert!(found[0].weight > found[1].weight && found[0].stem == "serveu");
    }
}
