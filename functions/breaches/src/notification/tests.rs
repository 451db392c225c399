use vivier_domain::{
    ids::{AdditionId, BreachId, TenantId},
    tenant::Slug,
};

use super::*;
use crate::{
    chain::{NOTHING, Walked},
    entry::{Added, Count, Entry, Notified, Recorded, What, Who},
    words::{Nature, Words},
};

fn at(hours: i64) -> Timestamp {
    "2026-01-15T08:00:00Z".parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_hours(hours)
}

fn walked(whats: Vec<(i64, What)>) -> Walked {
    let (breach, mut entries) = (BreachId::generate(), Vec::new());
    for (number, (hours, what)) in (1..).zip(whats) {
        let (at, who) = (at(hours), Who::Operator);
        entries.push((Entry { breach, tenant: None, number, at, who, what, previous: NOTHING }, NOTHING));
    }
    Walked { seq: entries.len() as u64, entries, hash: NOTHING, broken_at: None }
}

fn words(text: &str) -> Words {
    Words { fr: format!("{text} fr"), en: format!("{text} en") }
}

fn breach(more: Vec<(i64, What)>) -> Breach {
    let recorded = Recorded {
        began_at: None,
        aware_at: at(0),
        natures: vec![Nature::Confidentiality, Nature::Integrity],
        what: words("An export <lay open>"),
        places: vec!["silo/alerts".to_owned()],
        consequences: None,
        measures: Some(words("Closed")),
        contact: "Data protection, +33 1 00 00 00 00".to_owned(),
    };
    Breach::of(BreachId::generate(), walked([vec![(0, What::Recorded(recorded))], more].concat())).unwrap()
}

fn case(more: Vec<(i64, What)>) -> Case {
    let slug = Slug::try_from("acme".to_owned()).unwrap();
    let affected = What::Affected { name: "Acme & fils".to_owned(), slug, known_at: None };
    Case::of(TenantId::generate(), &walked([vec![(0, affected)], more].concat())).unwrap()
}

fn counted() -> What {
    let counts = vec![Count {
        place: "silo/alerts".to_owned(),
        records: Some(5),
        persons: Some(3),
        estimate: false,
        least: false,
    }];
    What::Counted { places: vec!["silo/alerts".to_owned()], counts }
}

fn mailed() -> What {
    What::Mailed { stage: 1, member: "m".to_owned(), at: None }
}

fn page(breach: &Breach, case: &Case, now: Timestamp, language: Language) -> String {
    super::page(breach, case, now, language).unwrap()
}

/// What stands under a title.
fn under(page: &str, title: &str) -> String {
    let after = page.split_once(&format!("<h2>{title}</h2>")).unwrap_or_else(|| panic!("{title}: {page}")).1;
    after.split_once("</section>").unwrap().0.to_owned()
}

#[test]
fn it_has_all_that_is_demanded_in_both_languages() {
    let (breach, case) = (breach(Vec::new()), case(vec![(1, counted()), (2, mailed())]));
    let page = page(&breach, &case, at(3), Language::En);
    assert!(page.contains("<html lang=\"en\">") && page.contains("<h1>Initial notification"), "{page}");
    for (title, said) in [
        ("Controller and deadlines", "18 January 2026 at 10:00 UTC"),
        ("Controller and deadlines", "Acme &#38; fils"),
        ("Nature of the breach", "loss of confidentiality, loss of integrity"),
        ("Nature of the breach", "An export &#60;lay open&#62; en"),
        ("Categories and approximate number of persons concerned", "candidates: 3."),
        ("Categories and approximate number of records concerned", "Records: 5."),
        ("Categories and approximate number of records concerned", "contact details"),
        ("Contact point", "+33 1 00 00 00 00"),
        ("Likely consequences", "Not known yet."),
        ("Measures taken or proposed", "Closed en"),
        ("Reasons for the delay", "within 72 hours"),
        ("Former notifications", "this is the initial notification"),
    ] {
        assert!(under(&page, title).contains(said), "{title}: {page}");
    }
    let page = super::page(&breach, &case, at(3), Language::Fr).unwrap();
    assert!(page.contains("<html lang=\"fr\">") && page.contains("<h1>Notification initiale"), "{page}");
    for (title, said) in [
        ("Responsable de traitement et délais", "18/01/2026 à 10:00 UTC"),
        ("Catégories et nombre approximatif de personnes concernées", "candidats : 3."),
        ("Catégories et nombre approximatif d'enregistrements concernés", "Enregistrements : 5."),
        ("Conséquences probables", "Pas encore connu."),
        ("Mesures prises ou proposées", "Closed fr"),
    ] {
        assert!(under(&page, &title.replace('\'', "&#39;")).contains(said), "{title}: {page}");
    }
}

#[test]
fn what_nobody_knows_is_said_to_be_not_known_yet() {
    let page = page(&breach(Vec::new()), &case(Vec::new()), at(1), Language::En);
    for title in [
        "Controller and deadlines",
        "Nature of the breach",
        "Categories and approximate number of persons concerned",
        "Categories and approximate number of records concerned",
        "Likely consequences",
    ] {
        assert!(under(&page, title).contains("Not known yet."), "{title}: {page}");
    }
}

#[test]
fn after_a_notification_it_is_a_further_one_and_says_what_came_behind() {
    let added = Added {
        id: AdditionId::generate(),
        what: None,
        consequences: Some(words("Spam")),
        measures: None,
        places: Vec::new(),
    };
    let notified = What::Notified(Notified { at: at(4), reference: "CNIL 7".to_owned() });
    let breach = breach(vec![(5, What::Added(added))]);
    let page = page(&breach, &case(vec![(1, mailed()), (4, notified)]), at(100), Language::En);
    assert!(page.contains("<h1>Further notification"), "{page}");
    assert!(under(&page, "Former notifications").contains("CNIL 7"));
    assert!(under(&page, "Former notifications").contains("since the last notification: 1."));
    assert!(under(&page, "Likely consequences").contains("Spam en"));
    assert!(under(&page, "Reasons for the delay").contains("within 72 hours"), "the first came in time");
}

#[test]
fn a_late_one_asks_for_its_reasons() {
    let told = case(vec![(0, mailed())]);
    let under =
        |hours| under(&page(&breach(Vec::new()), &told, at(hours), Language::En), "Reasons for the delay");
    assert!(under(72).contains("within 72 hours") && under(73).contains("Not known yet."));
}

#[test]
fn its_style_is_let_in_and_nothing_else_could_run() {
    let page = page(&breach(Vec::new()), &case(Vec::new()), at(1), Language::Fr);
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    assert!(POLICY.contains(&STANDARD.encode(Sha256::digest(style))));
    assert!(!page.contains("<script") && !page.contains(" style=") && page.matches("<style").count() == 1);
}
