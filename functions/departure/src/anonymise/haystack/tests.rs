use std::io::Write;

use vivier_data_map::{Category, map};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::anonymise::needles;

const ALERTS: &str = "data/silo/alerts.csv";
const OFFERS: &str = "data/silo/offers.csv";
const RECORDS: &str = "data/records.csv";
const TEXTS: &str = "data/pool/query_texts.csv";

fn copy(entries: &[(&str, &str)]) -> File {
    let mut archive = ZipWriter::new(tempfile::tempfile().unwrap());
    for (name, content) in entries {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap()
}

/// Searches for a value of a kind; `there` is what production has itself, by its place.
fn search(
    copy: &File,
    category: Category,
    value: &str,
    there: &[(Store, &str, &str, &str)],
) -> Result<u64, Leak> {
    let mut search = Search::begin(copy, map(), vec!["prod-project".into(), "test-project".into()]);
    search.add("silo/alerts.search", needles::of(category, value)).unwrap()?;
    search.flush().unwrap()?;
    for (store, table, column, text) in there {
        search.clear(*store, table, column, text);
    }
    search.end()
}

fn finds(entry: (&str, &str), category: Category, value: &str) -> bool {
    search(&copy(&[entry]), category, value, &[]).is_err()
}

#[test]
fn what_identifies_is_a_leak_wherever_it_stands() {
    let address = "Camille.Zorvaneck@maison.example";
    for (name, content) in [
        (OFFERS, "id,city\n1,camille.zorvaneck@MAISON.example\n"),
        (OFFERS, "id,city\n1,\"xcamille.zorvaneck@maison.example\"\n"),
        (
            RECORDS,
            "kind,pk,sk,item\nproject,tenant#1,project#1,\"{\"\"value\"\":{\"\"S\"\":\"\"{\\\"\"name\\\"\":\\\"\"camille.zorvaneck@maison.example\\\"\"}\"\"}}\"\n",
        ),
        (RECORDS, "kind,pk,sk,item\nproject,tenant#1,project#camille.zorvaneck@maison.example,{}\n"),
        (MANIFEST, "{\"x\": \"camille.zorvaneck@maison.example\"}"),
    ] {
        assert!(finds((name, content), Category::Contact, address), "{name} {content}");
    }
    assert!(!finds((OFFERS, "id,city\n1,Nantes\n"), Category::Contact, address));
    // Also where production has it in a column that the map keeps.
    let copied = copy(&[(OFFERS, "id,city\n1,camille.zorvaneck@maison.example\n")]);
    let there = [(Store::Silo, "offers", "city", "camille.zorvaneck@maison.example")];
    let leak = search(&copied, Category::Contact, address, &there).unwrap_err();
    assert_eq!(
        (leak.origin.as_str(), leak.place.as_str()),
        ("silo/alerts.search", "data/silo/offers.csv: offers.city")
    );
}

#[test]
fn identifiers_are_found_as_hexadecimal_and_base64() {
    let bytes = "\\x00ff10fb203040506070";
    for written in ["00FF10FB203040506070", "AP8Q+yAwQFBg", "AP8Q-yAwQFBgcA"] {
        assert!(
            finds((OFFERS, &format!("id,city\n1,x{written}y\n")), Category::Pseudonym, bytes),
            "{written}"
        );
    }
}

#[test]
fn a_word_of_the_trade_may_stand_where_production_has_it_itself() {
    let copied = copy(&[(OFFERS, "id,occupation\n1,Boulanger\n")]);
    let there = [(Store::Silo, "offers", "occupation", "Boulanger")];
    assert!(search(&copied, Category::Words, "boulanger", &there).is_ok());
    // There, and nowhere else.
    for there in [
        &[][..],
        &[(Store::Silo, "offers", "occupation", "Boulangère")],
        &[(Store::Silo, "offers", "city", "Boulanger")],
    ] {
        assert!(search(&copied, Category::Words, "boulanger", there).is_err(), "{there:?}");
    }
    // In what is masked it is a leak all the same, and so is a whole sentence in what is kept.
    let masked = copy(&[(TEXTS, "tag,query\n1,boulanger\n")]);
    assert!(
        search(&masked, Category::Words, "boulanger", &[(Store::Pool, "query_texts", "query", "boulanger")])
            .is_err()
    );
    let sentence = "Je suis Camille et je cherche un poste de nuit";
    let kept = copy(&[(OFFERS, &format!("id,occupation\n1,{sentence}\n"))]);
    assert!(
        search(&kept, Category::Words, sentence, &[(Store::Silo, "offers", "occupation", sentence)]).is_err()
    );
}

#[test]
fn what_the_client_published_may_be_long_where_production_has_it_itself() {
    let name = "Société des Fournils et Moulins du Nord 42";
    assert_eq!(name.chars().count(), 42);
    let item = |kind: &str, pk: &str, sk: &str, attributes: &serde_json::Value| {
        let quoted = attributes.to_string().replace('"', "\"\"");
        copy(&[(RECORDS, &format!("kind,pk,sk,item\n{kind},{pk},{sk},\"{quoted}\"\n"))])
    };
    let value = serde_json::json!({"name": name}).to_string();
    let project = item("project", "tenant#1", "project#1", &serde_json::json!({"value": {"S": value}}));
    let column = map().table(Store::Records, "project").unwrap().column_at("value.name").unwrap();
    let there = [(Store::Records, "project", column.name.as_str(), name)];
    assert!(search(&project, Category::Content, name, &there).is_ok());
    assert!(search(&project, Category::Content, name, &[]).is_err(), "production has it not");
    assert!(search(&project, Category::Words, name, &there).is_err(), "a candidate wrote it");
    // In what is masked it is a leak all the same.
    let searched = copy(&[(TEXTS, &format!("tag,query\n1,{name}\n"))]);
    assert!(
        search(&searched, Category::Content, name, &[(Store::Pool, "query_texts", "query", name)]).is_err()
    );
}

#[test]
fn a_structure_in_a_table_hides_nothing() {
    // Between two lines, as JSON writes them, a whole word is none.
    let written = serde_json::json!([["q", "voici\nZorvaneck\nCamille"]]).to_string().replace('"', "\"\"");
    let copied = format!("id,search\n1,\"{written}\"\n");
    assert!(finds((ALERTS, &copied), Category::Words, "Zorvaneck"));
    assert!(finds((OFFERS, &copied.replace("search", "city")), Category::Words, "Zorvaneck"));
    assert!(finds((ALERTS, "id,search\n1,\"{\"\"Zorvaneck\"\":1}\"\n"), Category::Words, "Zorvaneck"));
}

#[test]
fn no_letters_case_hides_anything() {
    for (written, value) in [
        ("ÉLODIE LEFÈVRE", "Élodie Lefèvre"),
        ("élodie lefèvre", "ÉLODIE LEFÈVRE"),
        ("ΑΛΕΞΑΝΔΡΟΣ", "Αλεξανδρος"),
    ] {
        let content = format!("tag,query\n1,{written}\n");
        assert!(finds((TEXTS, &content), Category::Words, value), "{written}");
    }
    assert_eq!(small("ÉΣς"), "éσσ");
}

#[test]
fn every_address_in_a_copy_is_nobodys() {
    let strange = |entry: &str, content: &str| {
        let copied = copy(&[(entry, content)]);
        Search::begin(&copied, map(), Vec::new()).look_for_addresses().unwrap().is_err()
    };
    for (text, is_leak) in [
        ("p1@anonymous.invalid", false),
        ("Écrivez à P1@Anonymous.Invalid.", false),
        ("mailto:p1@anonymous.invalid?subject=a", false),
        ("à @acme", false),
        ("rh@acme.example", true),
        ("rh@acme", true),
        ("é@été.example", true),
        ("p1@anonymous.invalid.example", true),
        ("p1@anonymous.invalid@acme.example", true),
        ("p1@anonymous.invalid et rh@acme.example", true),
    ] {
        assert_eq!(strange(OFFERS, &format!("id,city\n1,{text}\n")), is_leak, "{text}");
        let item = format!(
            "kind,pk,sk,item\nproject,tenant#1,project#1,\"{{\"\"value\"\":{{\"\"S\"\":\"\"{text}\"\"}}}}\"\n"
        );
        assert_eq!(strange(RECORDS, &item), is_leak, "{item}");
        assert_eq!(strange(MANIFEST, &format!("{{\"x\": \"{text}\"}}")), is_leak, "{text}");
    }
    // The end of a line, as JSON writes it, is no letter.
    assert!(!strange(ALERTS, "id,search\n1,\"[\"\"a\\n@acme\"\"]\"\n"));
}

#[test]
fn a_part_of_a_word_is_none() {
    let copied = copy(&[(TEXTS, "tag,query\n1,reboulangerie\n")]);
    assert!(search(&copied, Category::Words, "boulanger", &[]).is_ok());
}

#[test]
fn what_differs_on_purpose_is_no_difference() {
    let copied = copy(&[(OFFERS, "id,occupation\n1,Boulanger test-project p1@anonymous.invalid\n")]);
    let there = [(Store::Silo, "offers", "occupation", "Boulanger prod-project rh@acme.example")];
    assert!(search(&copied, Category::Words, "boulanger", &there).is_ok());
}

#[test]
fn what_the_map_itself_puts_there_is_nobodys() {
    let copied = copy(&[(ALERTS, "id,search\n1,[]\n")]);
    assert!(search(&copied, Category::Words, "boulanger", &[]).is_ok());
    let unmasked = copy(&[(ALERTS, "id,search\n1,\"[[\"\"q\"\",\"\"boulanger\"\"]]\"\n")]);
    assert!(search(&unmasked, Category::Words, "boulanger", &[]).is_err());
}

#[test]
fn more_needles_than_are_held_are_searched_for_one_after_another() {
    let copied = copy(&[(OFFERS, "id,city\n1,needle-number-1100@maison.example\n")]);
    let mut search = Search::begin(&copied, map(), Vec::new());
    let mut found = None;
    let filler = "x".repeat(1_900);
    for number in 0..1_200 {
        let address = format!("needle-number-{number}@maison.example");
        let mut needles = needles::of(Category::Contact, &address);
        needles.extend(needles::of(Category::Pseudonym, &format!("{number}{filler}")));
        found = found.or(search.add("accounts.email", needles).unwrap().err());
    }
    found = found.or(search.flush().unwrap().err());
    assert_eq!(found.map(|leak| leak.origin).as_deref(), Some("accounts.email"));
}
