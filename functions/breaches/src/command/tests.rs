use serde_json::json;

use super::*;
use crate::affect::All;

fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("an identifier")
}

fn read(text: &str) -> Command {
    operator::command(serde_json::from_str(text).unwrap()).unwrap()
}

#[test]
fn the_examples_are_commands() {
    let breach: BreachId = id("0195f3a0-7c1e-7d10-9a57-3b1f6f0a2c41");
    let tenant = Slug::try_from("fournil-du-nord".to_owned()).unwrap();
    let Command::Record { id: recorded, natures, places, consequences, measures, .. } =
        read(include_str!("../../../../events/breaches/record.json"))
    else {
        panic!("another command")
    };
    assert_eq!((recorded, natures), (breach, vec![Nature::Confidentiality]));
    assert_eq!(places, ["silo/alerts", "conversations"]);
    assert!(consequences.is_some() && measures.is_none());
    let Command::Add { breach: of, places, tenants, measures, .. } =
        read(include_str!("../../../../events/breaches/add.json"))
    else {
        panic!("another command")
    };
    assert_eq!((of, places, tenants), (breach, vec!["silo/alert_mails".to_owned()], vec![tenant.clone()]));
    assert!(measures.is_some());
    let at: Timestamp = "2026-01-17T09:30:00Z".parse().unwrap();
    let told_at: Timestamp = "2026-01-15T16:20:00Z".parse().unwrap();
    let reference = "CNIL 2026-000123".to_owned();
    for (text, expected) in [
        (
            include_str!("../../../../events/breaches/affect.json"),
            Command::Affect { breach, tenants: Which::Named(vec![tenant.clone()]), known_at: None },
        ),
        (include_str!("../../../../events/breaches/tell.json"), Command::Tell { breach }),
        (
            include_str!("../../../../events/breaches/told.json"),
            Command::Told { breach, tenant: tenant.clone(), at: told_at, how: How::Telephone },
        ),
        (
            include_str!("../../../../events/breaches/notification.json"),
            Command::Notification { breach, tenant: tenant.clone(), language: Language::Fr },
        ),
        (
            include_str!("../../../../events/breaches/authority.json"),
            Command::Authority { breach, tenant, at, reference },
        ),
        (include_str!("../../../../events/breaches/show.json"), Command::Show { breach }),
        (include_str!("../../../../events/breaches/list.json"), Command::List {}),
    ] {
        assert_eq!(read(text), expected);
    }
    assert!(matches!(read(include_str!("../../../../events/breaches/close.json")), Command::Close { .. }));
}

#[test]
fn all_tenants_are_one_word() {
    let breach = BreachId::generate();
    let all: Command =
        operator::command(json!({"operation": "affect", "breach": breach, "tenants": "all"})).unwrap();
    assert_eq!(all, Command::Affect { breach, tenants: Which::All(All::All), known_at: None });
    for tenants in [json!("some"), json!([7]), json!(["NOT A NAME"]), json!({})] {
        let command = json!({"operation": "affect", "breach": breach, "tenants": tenants});
        assert!(operator::command::<Command>(command).is_err(), "{tenants}");
    }
}

fn recorded() -> Recorded {
    let words = Words { fr: "Un disque.".to_owned(), en: "A disk.".to_owned() };
    Recorded {
        began_at: None,
        aware_at: "2026-01-15T08:00:00Z".parse().unwrap(),
        natures: vec![Nature::Confidentiality, Nature::Availability],
        what: words,
        places: vec!["silo/alerts".to_owned()],
        consequences: None,
        measures: None,
        contact: "Data protection, dpo@vivier.example".to_owned(),
    }
}

#[test]
fn what_cannot_be_so_is_refused() {
    let now: Timestamp = "2026-01-15T09:00:00Z".parse().unwrap();
    assert!(check_recorded(&recorded(), now).is_ok());
    let words = |text: &str| Words { fr: text.to_owned(), en: text.to_owned() };
    let later = Some("2026-01-15T08:00:01Z".parse().unwrap());
    for (wrong, code) in [
        (Recorded { aware_at: "2026-01-15T09:00:01Z".parse().unwrap(), ..recorded() }, "invalid-moment"),
        (Recorded { began_at: later, ..recorded() }, "invalid-moment"),
        (Recorded { natures: Vec::new(), ..recorded() }, "invalid-natures"),
        (Recorded { natures: vec![Nature::Integrity; 2], ..recorded() }, "invalid-natures"),
        (Recorded { places: Vec::new(), ..recorded() }, "invalid-places"),
        (Recorded { places: vec!["silo".to_owned(); MOST_PLACES + 1], ..recorded() }, "invalid-places"),
        (Recorded { places: vec!["silo/cellar".to_owned()], ..recorded() }, "unknown-place"),
        (Recorded { what: words("camille@example.org"), ..recorded() }, "names-somebody"),
        (Recorded { measures: Some(words("two\nlines")), ..recorded() }, "invalid-words"),
        (Recorded { contact: String::new(), ..recorded() }, "invalid-words"),
        (Recorded { contact: "c".repeat(LONGEST_CONTACT + 1), ..recorded() }, "invalid-words"),
    ] {
        let error = check_recorded(&wrong, now).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{code}:")) && !error.contains("camille"), "{error}");
    }
}
