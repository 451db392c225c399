//! Reading the map: the file as it is, and files that are broken.

use std::time::Duration;

use vivier_data_map::{Item, Map, Mask, Store, Subject};

const GOOD: &str = r#"
[[activity]]
id = "chat"
recipients = "cloud"
title = { en = "Chat", fr = "Conversation" }
purpose = { en = "Answering", fr = "Répondre" }

[[recipient]]
id = "cloud"
en = "The cloud"
fr = "Le nuage"

[[measure]]
en = "Encryption"
fr = "Chiffrement"

[[retention]]
id = "short"
days = 1
by = "purge"
en = "a day"
fr = "un jour"

[departure]
credential = { en = "It opens something", fr = "Ouvre un accès" }

[common]
id = { en = "Identifier", fr = "Identifiant" }

[[table]]
store = "silo"
name = "alerts"
en = "Alerts"
fr = "Alertes"
activity = "chat"
retention = "short"
whose = "candidate"
key = "email"
action = "delete"
columns = [
  { name = "id", is = "technical" },
  { name = "email", is = "contact", mask = "email", en = "Address", fr = "Adresse" },
]
"#;

#[test]
fn a_good_map_is_asked() {
    let map = Map::read(GOOD).unwrap();
    let found: Vec<_> =
        map.personal(Subject::Candidate).map(|(table, column)| (&table.name, column)).collect();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0.as_str(), found[0].1.mask), ("alerts", Some(Mask::Email)));
    assert_eq!(map.personal(Subject::Member).count(), 0);
    assert_eq!(map.find(Store::Silo, "alerts", "id").unwrap().about.fr, "Identifiant");
    assert_eq!(map.tables(Store::Pool).count(), 0);
    assert_eq!(map.retention("short").unwrap().lasts, Some(Duration::from_hours(24)));
}

#[test]
fn a_broken_map_says_where() {
    for (from, to, sentence) in [
        ("mask = \"email\", ", "", "silo/alerts: email: personal data has a mask"),
        ("whose = \"candidate\"\n", "", "nobody is named whose it is"),
        ("name = \"id\", is", "name = \"id email\", is", "email: nobody says what it means"),
        ("name = \"id\", is", "name = \"id id\", is", "two columns are called id"),
        ("key = \"email\"", "key = \"phone\"", "its key phone is no column"),
        ("action = \"delete\"\n", "", "it says what erasing does"),
        ("action = \"delete\"", "action = \"keep\"", "has a reason"),
        ("activity = \"chat\"", "activity = \"talk\"", "no activity is called talk"),
        ("retention = \"short\"", "retention = \"long\"", "no retention is called long"),
        ("recipients = \"cloud\"", "recipients = \"rain\"", "no recipient is called rain"),
        ("whose = ", "left_out = \"itself\"\nwhose = ", "no reason is called itself"),
        ("whose = ", "not_in_tests = \"itself\"\nwhose = ", "no reason is called itself"),
        (
            "whose = ",
            "left_out = \"credential\"\nnot_in_tests = \"credential\"\nwhose = ",
            "is in no test environment anyway",
        ),
        (
            "mask = \"email\"",
            "mask = \"email\", in_tests = \"x\"",
            "email: what is masked has the mask's value",
        ),
        ("mask = \"email\"", "mask = \"email\", rare = true", "email: only what is kept can be rare"),
        ("by = \"purge\"", "by = \"nobody\"", "retention short"),
        ("days = 1", "days = 1\nhours = 1", "days, hours or minutes"),
        ("store = \"silo\"", "store = \"records\"", "items have keys"),
        ("store = \"silo\"", "store = \"cellar\"", "unknown variant `cellar`"),
        ("is = \"contact\"", "kind = \"contact\"", "unknown field `kind`"),
        ("fr = \"Adresse\"", "", "one language only"),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let error = Map::read(&GOOD.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(sentence), "{from} -> {to}: {error}");
    }
}

#[test]
fn the_map_is_whole() {
    let map = Map::read(include_str!("../map.toml")).unwrap();
    assert_eq!(map, *vivier_data_map::map());
    for store in Store::ALL {
        assert!(map.tables(*store).next().is_some(), "{} is empty", store.as_str());
    }
    for activity in &map.activities {
        assert!(
            map.tables.iter().any(|table| table.activity == activity.id),
            "{} keeps nothing",
            activity.id
        );
    }
}

#[test]
fn keys_fit_their_pattern() {
    for (pattern, text, fit) in [
        ("slug#*", "slug#acme", true),
        ("slug#*", "slug", false),
        ("tenant", "tenant", true),
        ("tenant", "tenants", false),
        ("", "", true),
        ("", "x", false),
        ("*#*", "account#ab", true),
        ("settings#*#draft", "settings#project:1#draft", true),
        ("settings#*#draft", "settings#project:1#draft#", false),
        ("settings#*#version#*", "settings#tenant#version#0000000001", true),
        ("settings#*#version#*", "settings#tenant#published", false),
    ] {
        let item = Item { pk: "tenant#*".into(), sk: pattern.into() };
        assert_eq!(item.fits("tenant#1", text), fit, "{pattern} {text}");
    }
}

#[test]
fn of_two_kinds_the_one_that_says_more_is_meant() {
    let map = vivier_data_map::map();
    let kind = |sk: &str| map.kind_of(Store::Registry, "tenant#1", sk).map(|table| table.name.as_str());
    assert_eq!(kind("door#key#1#1"), Some("office_door"));
    assert_eq!(kind("door#member#1"), Some("member_door"));
    assert_eq!(kind("window#1"), None);
}

#[test]
fn a_path_lies_in_the_nearest_column_above_it() {
    let map = vivier_data_map::map();
    let draft = map.table(Store::Records, "settings_draft").unwrap();
    let at = |path: &str| draft.column_at(path).map(|column| column.name.as_str());
    assert_eq!(at("value.draft.settings.mail.sender_name"), Some("value.draft.settings"));
    assert_eq!(at("value.draft.changed_by"), Some("value.draft.changed_by"));
    assert_eq!(at("value.drafts"), None);
    assert_eq!(at("value"), None, "no column is the whole of it");
}
