//! Completions.

use vivier_domain::offer::Offer;
use vivier_index::{SuggestionKind, SuggestionKind as Kind};

use super::support::*;

fn offers() -> Vec<Offer> {
    let mut all: Vec<_> = (0..3)
        .map(|n| offer(n, ["Développeur Rust", "DEVELOPPEUR RUST", "Développeur Rust"][n as usize]))
        .collect();
    all.extend((3..5).map(|n| offer(n, "Responsable développement")));
    all.push(offer(5, "Chef d’équipe"));
    for one in &mut all {
        one.content.city = "Saint-Étienne".into();
        one.content.company = Some("Détours".into());
        one.content.occupation = Some("Études et développement informatique".into());
    }
    all
}

#[test]
fn words_are_completed_whatever_their_accents() {
    let index = index(&offers());
    let read = |prefix: &str| -> Vec<(String, SuggestionKind, u32)> {
        index.suggest(prefix, 10, TODAY).into_iter().map(|s| (s.text, s.kind, s.offers)).collect()
    };
    let developer = ("Développeur Rust".to_owned(), Kind::Title, 3);
    let manager = ("Responsable développement".to_owned(), Kind::Title, 2);
    let studies = ("Études et développement informatique".to_owned(), Kind::Occupation, 6);
    for (prefix, expected) in [
        ("DÉV", vec![developer.clone(), studies.clone(), manager.clone()]),
        ("dev", vec![developer.clone(), studies, manager]),
        ("developpeur r", vec![developer.clone()]),
        ("rust", vec![developer]),
        ("etienne", vec![("Saint-Étienne".to_owned(), Kind::City, 6)]),
        ("saint-e", vec![("Saint-Étienne".to_owned(), Kind::City, 6)]),
        ("detou", vec![("Détours".to_owned(), Kind::Company, 6)]),
        ("d'equi", vec![("Chef d’équipe".to_owned(), Kind::Title, 1)]),
        ("equ", vec![("Chef d’équipe".to_owned(), Kind::Title, 1)]),
        ("évelopp", vec![]),
        ("", vec![]),
        ("  ", vec![]),
        ("'", vec![]),
    ] {
        assert_eq!(read(prefix), expected, "{prefix}");
    }
}

#[test]
fn slips_are_forgiven_where_little_is_found() {
    let index = index(&offers());
    let texts = |prefix: &str| -> Vec<String> {
        index.suggest(prefix, 10, TODAY).into_iter().map(|suggestion| suggestion.text).collect()
    };
    for prefix in ["devlop", "dévelopeu", "devellop", "developpuer r"] {
        assert!(texts(prefix).contains(&"Développeur Rust".to_owned()), "{prefix}: {:?}", texts(prefix));
    }
    assert_eq!(texts("respnsable dev"), ["Responsable développement"]);
    assert_eq!(texts("saint-etine"), ["Saint-Étienne"]);
    assert!(texts("zzzyx").is_empty());
    // What was typed rightly comes first.
    assert_eq!(texts("rust")[0], "Développeur Rust");
}

#[test]
fn a_limit_keeps_the_best() {
    let index = index(&offers());
    let first = index.suggest("d", 1, TODAY);
    assert_eq!(first[0].text, "Détours");
    assert_eq!(first.len(), 1);
    assert!(index.suggest("d", 0, TODAY).is_empty());
}
