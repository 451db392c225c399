//! Which occupations titles mean, over four dozen that everybody knows.

use std::path::Path;

use vivier_reference::Occupations;
use vivier_reference::occupations::{DOMAINS, domain};

fn occupations() -> Occupations {
    Occupations::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture")).expect("the fixture")
}

#[test]
fn labels_families_and_fields() {
    let occupations = occupations();
    let found = occupations.get("j1501").unwrap();
    assert_eq!((&*found.masculine, &*found.feminine), ("Aide-soignant", "Aide-soignante"));
    assert_eq!((found.family(), found.domain().map(|one| one.english)), ("J15", Some("Health care")));
    assert_eq!(occupations.get("G1609").unwrap().parent.unwrap(), "G1602");
    for code in ["Z9999", "", "J15", "J15011", "é"] {
        assert!(occupations.get(code).is_none(), "{code}");
    }
    assert!(DOMAINS.is_sorted_by_key(|one| one.letter) && DOMAINS.len() == 14);
    assert!(occupations.all().iter().all(|one| one.domain().is_some()));
    assert_eq!(domain("n4101").map(|one| one.french), Some("Transport et logistique"));
    assert!(domain("Z").is_none() && domain("").is_none());
}

mod of_title {
    use super::*;

    #[test]
    fn titles_as_offers_write_them() {
        let occupations = occupations();
        for (title, expected) in [
            ("Boulanger", "D1102"),
            ("BOULANGÈRE (H/F)", "D1102"),
            ("Boulanger·ère F/H - CDI - Nantes", "D1102"),
            ("URGENT ! Aide soignante de nuit", "J1501"),
            ("Infirmier(ère) diplômé(e) d'État à Saint-Nazaire", "J1506"),
            ("IDE", "J1506"),
            ("ASH en EHPAD", "J1301"),
            ("Comptable chez Dupont", "M1203"),
            ("Développeuse informatique en alternance", "M1805"),
            ("Femme de chambre", "G1501"),
            ("Auxiliaire de vie", "K1302"),
            ("Agent de sécurité", "K2503"),
            ("Chauffeur PL ou conducteur poids lourd", "N4101"),
            ("chauffeur-livreur", "N4105"),
            ("Caissière", "D1505"),
            ("Électricien bâtiment", "F1602"),
            ("Électricien de maintenance", "I1309"),
        ] {
            let found = occupations.of_title(title).unwrap();
            assert_eq!(found.occupation.code, expected, "{title}: {}", found.occupation.label);
        }
    }

    #[test]
    fn nothing_is_made_up() {
        for title in ["", "   ", "(H/F)", "CDI temps plein", "xylographe", "🙂", "2026"] {
            assert_eq!(occupations().of_title(title), None, "{title}");
        }
    }

    #[test]
    fn confidence_tells_sure_from_unsure() {
        let occupations = occupations();
        let confidence = |title: &str| occupations.of_title(title).unwrap().confidence;
        assert!(confidence("Boulanger / Boulangère") > 0.9);
        assert!(confidence("Boulanger") > confidence("Agent"));
        assert!(confidence("Agent") < 0.5);
        for title in ["Boulanger", "Agent", "Chef", "Vendeur en boulangerie de nuit sur la plage"] {
            assert!((0.0..=1.0).contains(&confidence(title)), "{title}");
        }
    }

    #[test]
    fn candidates_differ_and_come_in_order() {
        let occupations = occupations();
        let found = occupations.candidates("Agent d'entretien", &[], 5);
        let codes: std::collections::BTreeSet<_> = found.iter().map(|one| one.occupation.code).collect();
        assert_eq!((found.len(), codes.len()), (5, 5));
        assert!(found.is_sorted_by(|a, b| a.confidence >= b.confidence), "{found:?}");
        assert!(occupations.candidates("Agent", &[], 0).is_empty());
    }

    #[test]
    fn similarity_finds_what_words_cannot() {
        let occupations = occupations();
        let similar = [("L1203", 0.7), ("E1106", 0.2), ("L1203", 0.1), ("Z9999", 0.99), ("M1203", f32::NAN)];
        let found = occupations.of_title_with("Tragédienne", &similar).unwrap();
        assert_eq!(found.occupation.code, "L1203");
        assert!(found.confidence < 0.9);
        // Words and similarity agree: surer than either alone.
        let both = occupations.of_title_with("Boulanger", &[("D1102", 0.8), ("D1104", 0.5)]).unwrap();
        assert_eq!(both.occupation.code, "D1102");
        assert!(both.confidence > found.confidence);
    }

    #[test]
    fn long_titles_end() {
        let title = "boulanger ".repeat(100_000);
        assert_eq!(occupations().of_title(&title).unwrap().occupation.code, "D1102");
    }
}

#[test]
fn near_occupations() {
    let occupations = occupations();
    let codes = |code: &str, limit: usize| -> Vec<String> {
        occupations.related(code, limit).iter().map(|(_, one)| one.code.to_string()).collect()
    };
    assert_eq!(codes("J1506", 1), ["J1503"]);
    assert_eq!(codes("G1602", 2), ["G1609", "G1601"]);
    assert!(codes("D1102", 9).iter().all(|code| code.starts_with("D1")));
    assert!(codes("Z9999", 9).is_empty() && codes("J1506", 0).is_empty());
    let near = occupations.related("M1805", 99);
    assert!(near.iter().all(|(near, one)| (0.0..=1.0).contains(near) && one.code != "M1805"));
}

#[test]
fn what_can_be_made_vectors_of() {
    let occupations = occupations();
    let of = |code: &str| {
        occupations.titles().filter(|(one, _)| *one == code).map(|(_, title)| title).collect::<Vec<_>>()
    };
    assert!(of("J1506").contains(&"Infirmier en soins généraux (IDE)") && of("J1506").contains(&"infirmier"));
    assert!(occupations.titles().all(|(code, _)| occupations.get(code).is_some()));
}
