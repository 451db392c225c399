//! Which words find which offers.

use proptest::prelude::*;
use vivier_domain::offer::{Contract, Remote};

use super::support::*;

/// Each line: a title, and searches that find it.
#[test]
fn a_title_is_found_however_it_is_typed() {
    for (title, searches) in [
        (
            "Développeur web",
            &["developpeur", "DÉVELOPPEUR", "développeuse", "développeurs", "développeur·se", "dev"][..],
        ),
        ("Developpeur web", &["développeur", "développeur(se)"]),
        ("Développeur·euse web (H/F)", &["développeur", "développeuse"]),
        ("Infirmier(ère) de nuit F/H", &["infirmier", "infirmière", "infirmieres", "INFIRMIER"]),
        ("Directrice d'école", &["directeur ecole", "l'école", "école"]),
        ("Chef d’équipe", &["chef equipe", "chef d'équipe", "equipes"]),
        ("Chargé·e de l'œuvre sociale", &["oeuvre", "œuvres", "charge", "chargée"]),
        ("Responsable RH", &["rh", "R.H.", "ressources humaines"]),
        ("Chargé des ressources humaines", &["RH"]),
        ("Aide-soignante", &["AS", "aide soignant", "aides-soignants"]),
        ("Développeur C++", &["c++", "C++ développeur"]),
        ("Développeur C#/.NET", &["c#", ".net", "C# .NET"]),
        ("Développeur full-stack", &["fullstack", "full stack", "full-stack"]),
        ("Développeur fullstack", &["full-stack"]),
        ("Commerciaux terrain", &["commercial", "commerciale"]),
        ("Software engineer", &["software engineers", "engineer"]),
        ("Conducteur 3,5 t", &["3.5t", "conductrice 3,5 tonnes"]),
    ] {
        let index = titles(&[title, "Tout autre chose"]);
        for q in searches {
            assert_eq!(ids(&index.search(&request(q)).unwrap()), [id(0)], "{q} → {title}");
        }
    }
}

/// Each line: a title, and a search that must not find it.
#[test]
fn near_is_not_the_same() {
    for (title, q) in [
        ("Développeur C", "c++"),
        ("Développeur C++", "c#"),
        ("Assistant dentaire", "as"),
        ("Agent ASH", "as"),
        ("Rhumatologue", "rh"),
        ("Développeur JavaScript", "java"),
        ("Boucher (H/F)", "f"),
    ] {
        assert_eq!(titles(&[title]).search(&request(q)).unwrap().total, 0, "{q} ↛ {title}");
    }
}

#[test]
fn every_part_of_an_offer_is_searched() {
    let mut full = offer(0, "Poste A");
    full.content.company = Some("Atelier Nord".into());
    full.content.city = "Besançon".into();
    full.content.postal_code = Some("25000".into());
    full.content.occupation = Some("Soudage manuel".into());
    full.content.occupation_code = Some("H2913".into());
    full.content.skills = vec!["Lecture de plan".into()];
    full.content.description = "Vous aimez le métal.".into();
    full.content.contract = Contract::Temporary;
    full.content.remote = Remote::Partial;
    let index = index(&[full, offer(1, "Poste B")]);
    for q in ["atelier", "besancon", "25000", "soudage", "h2913", "plans", "metal", "intérim", "télétravail"]
    {
        assert_eq!(ids(&index.search(&request(q)).unwrap()), [id(0)], "{q}");
    }
}

#[test]
fn titles_come_before_families_and_descriptions() {
    let mut described = offer(2, "Atelier");
    described.content.description = "Notre voisin est soudeur et nous aimons le calme du lieu.".into();
    let index = index(&[offer(0, "Soudure industrielle"), offer(1, "Soudeur"), described]);
    let found = ids(&index.search(&request("soudeuse")).unwrap());
    assert_eq!(found[0], id(1));
    assert_eq!(found.len(), 3);
}

#[test]
fn a_word_can_be_left_out() {
    let index = titles(&["Vendeur boulangerie", "Vendeuse chaussures", "Sous-chef"]);
    for (q, expected) in [
        ("vendeur -boulangerie", &[1][..]),
        ("-vendeur", &[2]),
        ("vendeur -BOULANGERIES -chaussure", &[]),
        ("sous-chef", &[2]),
        ("vendeur - boulangerie", &[0, 1]),
        ("-", &[0, 1, 2]),
    ] {
        let mut found = ids(&index.search(&request(q)).unwrap());
        found.sort_unstable();
        assert_eq!(found, expected.iter().map(|n| id(*n)).collect::<Vec<_>>(), "{q}");
    }
}

#[test]
fn with_enough_offers_every_word_counts() {
    let all: Vec<_> =
        (0..200).map(|n| offer(n, if n < 60 { "Cuisinier Nantes" } else { "Serveur Nantes" })).collect();
    assert_eq!(index(&all).search(&request("cuisinière nantes")).unwrap().total, 60);
    // Too few have both words: those with one of them follow.
    assert_eq!(index(&all[50..]).search(&request("cuisinière nantes")).unwrap().total, 150);
}

#[test]
fn nothing_typed_is_an_error() {
    let index = titles(&["Vendeur"]);
    let long = "vendeur ".repeat(100_000);
    let many = (0..1_000).map(|n| format!("mot{n}")).collect::<Vec<_>>().join(" ");
    for q in [
        "",
        " ",
        "\"",
        "(",
        "a AND",
        "title:x",
        "+",
        "*",
        "vendeur~2",
        "[1 TO",
        "\\",
        "\u{0}",
        "\u{202e}",
        "🦀",
        "--",
        "-",
        "'",
        "l'",
        "H/F",
        "((((",
        "é\u{301}\u{301}",
        "-\u{301}",
        long.as_str(),
        many.as_str(),
        "的工作",
        "ﷺ",
        "İ",
    ] {
        index.search(&request(q)).unwrap();
    }
    assert_eq!(index.search(&request("H/F")).unwrap().total, 1, "no word to look for: everything");
}

#[test]
fn an_empty_index_answers() {
    let index = index(&[]);
    for q in ["", "vendeur", "-vendeur"] {
        let page = index.search(&request(q)).unwrap();
        assert_eq!((page.total, page.hits.len(), page.next_cursor), (0, 0, None));
    }
    assert_eq!(index.get(id(0), TODAY).unwrap(), None);
    assert!(index.suggest("v", 10, TODAY).is_empty());
}

proptest! {
    /// Spellings that the cutting of words must survive, on both sides of a search.
    #[test]
    fn any_text_is_indexed_searched_and_marked(
        title in "([a-zéè]{1,4}|[·.()/ '’%+#-]|[0-9 ,.]{1,5}|[hfHF]/[hfHF]|\\PC){0,12}",
        q in "\\PC{0,12}",
    ) {
        let mut one = offer(0, &title);
        one.content.description = format!("{q} {title}");
        let index = index(&[one]);
        for q in [title, q] {
            index.search(&request(&q)).unwrap();
            index.suggest(&q, 3, TODAY);
        }
    }
}
