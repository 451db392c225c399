//! What texts name, over three dozen communes that everybody knows.

use std::path::Path;

use vivier_reference::{Place, Places, ReferenceError, Suggestion, distance_km};

fn places() -> Places {
    Places::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture")).expect("the fixture")
}

fn codes(found: &[&Place]) -> Vec<String> {
    found.iter().map(|place| place.insee.to_string()).collect()
}

mod find {
    use super::*;

    #[test]
    fn by_name_postal_code_and_both() {
        let places = places();
        for (text, expected) in [
            ("Nantes", &["44109"][..]),
            ("nantes", &["44109"]),
            ("NANTES CEDEX 2", &["44109"]),
            ("44035 Nantes Cedex 01", &["44109"]),
            ("44 - NANTES", &["44109"]),
            ("Nantes (44)", &["44109"]),
            ("Nantes (75)", &["44109"]),
            ("Loire-Atlantique, Nantes", &["44109"]),
            ("Nantes, Pays de la Loire, France", &["44109"]),
            ("Nantes centre", &["44109"]),
            ("44000", &["44109"]),
            ("44 000", &["44109"]),
            ("F-44000 Nantes", &["44109"]),
            ("44000 Paris", &["75056"]),
            ("St Etienne", &["42218"]),
            ("saint-étienne", &["42218"]),
            ("Paris 15e", &["75115"]),
            ("PARIS 15", &["75115"]),
            ("Paris 15ème arrondissement", &["75115"]),
            ("75 - PARIS 15", &["75115"]),
            ("75015", &["75115", "75056"]),
            ("75015 Paris", &["75115", "75056"]),
            ("Paris", &["75056"]),
            ("Lyon 3ème", &["69383"]),
            ("LYON 03", &["69383"]),
            ("Marseille (13)", &["13055"]),
            ("Marseille 13", &["13213", "13055"]),
            ("Marseille 13e", &["13213"]),
            ("Puteaux, Hauts-de-Seine", &["92062"]),
            ("83126 LA SEYNE SUR MER", &["83126"]),
            ("Seyne sur Mer", &["83126"]),
            ("Havre", &["76351"]),
            ("76 - HAVRE (LE)", &["76351"]),
            ("L’Hay les Roses", &["94038"]),
            ("Chalon s/ Saône", &["71076"]),
            ("Saint-Denis", &["97411", "93066"]),
            ("Saint-Denis (93)", &["93066"]),
            ("St-Denis, La Réunion", &["97411"]),
            ("93210 Saint-Denis", &["93066"]),
            ("20090 Ajaccio", &["2A004"]),
            ("20999 Bastia Cedex", &["2B033"]),
            ("Ajaccio (2A)", &["2A004"]),
            ("Bellegarde-sur-Valserine", &["01033"]),
            ("98800 Nouméa", &["98818"]),
            ("Fort", &["97209"]),
            ("Saint Nulle Part", &[]),
            ("Havre de paix", &[]),
            ("Bretagne", &[]),
            ("Bureau de Nantes", &[]),
            ("99999", &[]),
            ("", &[]),
            ("  - ", &[]),
        ] {
            assert_eq!(codes(&places.find(text)), expected, "{text}");
        }
    }

    #[test]
    fn long_texts_end() {
        let text = "saint denis ".repeat(10_000);
        assert_eq!(codes(&places().find(&text)), ["97411", "93066"]);
    }
}

#[test]
fn the_one_place_of_an_offer() {
    let places = places();
    for (city, postal_code, expected) in [
        ("Saint-Denis", Some("93200"), Some("93066")),
        ("ST DENIS", Some("97490"), Some("97411")),
        ("Saint-Denis", Some("93213"), Some("93066")),
        ("Saint-Denis Cedex 9", Some("97744"), Some("97411")),
        ("Saint-Denis", None, Some("97411")),
        ("Nantes", Some("44 000"), Some("44109")),
        ("Nantes Cedex 1", Some("44035"), Some("44109")),
        ("Nantes", Some("nonsense"), Some("44109")),
        ("Paris", Some("75015"), Some("75115")),
        ("Paris", Some("75009"), Some("75056")),
        ("Fort", Some("97200"), Some("97209")),
        ("Brieuc", Some("22000"), Some("22278")),
        ("Zone du port", Some("44600"), Some("44184")),
        ("", Some("44600"), Some("44184")),
        ("44600 Saint-Nazaire", None, Some("44184")),
        ("Atlantis", None, None),
        ("", None, None),
    ] {
        let found = places.locate(city, postal_code).map(|place| place.insee.to_string());
        assert_eq!(found.as_deref(), expected, "{city} {postal_code:?}");
    }
}

mod suggest {
    use super::*;

    fn named(prefix: &str, limit: usize) -> Vec<String> {
        places().suggest(prefix, limit).iter().map(|found| found.name().to_owned()).collect()
    }

    #[test]
    fn while_typing() {
        for (prefix, expected) in [
            ("nant", &["Nantes"][..]),
            ("marseille", &["Marseille", "Marseille 13e Arrondissement"]),
            ("st et", &["Saint-Étienne"]),
            ("st", &["Strasbourg", "Saint-Étienne", "Saint-Denis", "Saint-Denis"]),
            ("saint-d", &["Saint-Denis", "Saint-Denis", "Seine-Saint-Denis"]),
            ("sey", &["La Seyne-sur-Mer"]),
            ("herb", &["Saint-Herblain"]),
            ("paris 15e", &["Paris 15e Arrondissement"]),
            ("eu", &["Eu"]),
            ("loire-a", &["Loire-Atlantique"]),
            ("bretagn", &["Bretagne"]),
            ("martini", &["Martinique"]),
            ("44", &["Loire-Atlantique", "Nantes", "Saint-Nazaire", "Saint-Herblain"]),
            ("446", &["Saint-Nazaire"]),
            ("44 000", &["Nantes"]),
            ("2a", &["Corse-du-Sud"]),
            ("Nantes (44", &["Nantes"]),
            ("", &[]),
            ("-", &[]),
        ] {
            assert_eq!(named(prefix, 4), expected, "{prefix}");
        }
    }

    #[test]
    fn one_typing_error_is_forgiven_from_four_letters_on() {
        for prefix in ["nnates", "namtes", "nants", "nanttes", "natnes", "mantes"] {
            assert_eq!(named(prefix, 4).first().map(String::as_str), Some("Nantes"), "{prefix}");
        }
        for prefix in ["nmt", "nmatse", "zzzz"] {
            assert!(named(prefix, 4).is_empty(), "{prefix}");
        }
        // What was typed right comes first.
        assert_eq!(named("loire", 9)[..2], ["Loire", "Loiré"]);
    }

    #[test]
    fn as_many_as_wanted() {
        assert_eq!(named("saint", 2), ["Saint-Étienne", "Saint-Denis"]);
        assert!(named("saint", 0).is_empty());
        assert!(places().suggest("s", usize::MAX).len() > 4);
        assert!(
            matches!(places().suggest("var", 1)[..], [Suggestion::Department(found)] if found.code == "83")
        );
    }
}

#[test]
fn what_lies_around() {
    let places = places();
    let nantes = places.by_insee("44109").unwrap();
    let around: Vec<&str> = places.within(nantes.point, 60.0).iter().map(|(_, place)| &*place.name).collect();
    assert_eq!(around, ["Nantes", "Rezé", "Saint-Herblain", "Saint-Nazaire"]);
    assert!(places.within(nantes.point, -1.0).is_empty());
    for (distance, place) in places.within(nantes.point, 20_100.0) {
        assert!((distance - distance_km(nantes.point, place.point)).abs() < 1e-9);
    }
    assert_eq!(places.within(nantes.point, 20_100.0).len(), places.all().len());
}

#[test]
fn departments_and_regions() {
    let places = places();
    for text in ["44", "Loire-Atlantique", "loire atlantique"] {
        assert_eq!(places.department(text).map(|found| &*found.name), Some("Loire-Atlantique"), "{text}");
    }
    assert_eq!(places.department("2a").map(|found| &*found.region.name), Some("Corse"));
    assert_eq!(places.region("53").map(|found| &*found.name), Some("Bretagne"));
    assert_eq!(places.region("ile de france").map(|found| found.code.as_str()), Some("11"));
    assert!(places.department("99").is_none() && places.region("").is_none());
    assert_eq!(&*places.by_insee("97411").unwrap().region().name, "La Réunion");
}

mod refused {
    use super::*;

    fn opened(places: &str) -> Result<Places, ReferenceError> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("regions.tsv"), "52\tPays de la Loire\n").expect("a file");
        std::fs::write(folder.path().join("departments.tsv"), "44\tLoire-Atlantique\t52\n").expect("a file");
        std::fs::write(folder.path().join("places.tsv"), places).expect("a file");
        Places::open(folder.path())
    }

    #[test]
    fn damaged_lines_are_named() {
        let good = "44109\tNantes\t44000\t44\t\t47.2\t-1.5\t325000\t0\t\n";
        assert_eq!(opened(good).unwrap().all().len(), 1);
        for (line, reason) in [
            ("44109\tNantes\t44000", "ends too early"),
            ("44109\tNantes\t44000\t99\t\t47.2\t-1.5\t1\t0\t", "department"),
            ("44109\tNantes\t44 000\t44\t\t47.2\t-1.5\t1\t0\t", "postal code"),
            ("44109\tNantes\t44000\t44\t\tnorth\t-1.5\t1\t0\t", "number"),
            ("\tNantes\t44000\t44\t\t47.2\t-1.5\t1\t0\t", "code"),
        ] {
            let error = opened(&format!("{good}{line}\n")).unwrap_err().to_string();
            assert!(error.contains("line 2") && error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = Places::open(Path::new("/nowhere")).unwrap_err().to_string();
        assert!(error.contains("/nowhere/regions.tsv"), "{error}");
    }
}
