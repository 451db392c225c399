//! Rows, and what is wrong with them.

use super::*;

const ROW: [(&str, &str); 23] = [
    ("reference", "A-1"),
    ("title", " Développeur Rust (H/F) "),
    ("description", "Une équipe.\r\nUn produit."),
    ("company", "Atelier du Port"),
    ("city", "Nantes"),
    ("postal_code", "44000"),
    ("country", "fr"),
    ("contract", "CDI"),
    ("occupation_code", "m1805"),
    ("occupation", "Études et développement informatique"),
    ("remote", "hybride"),
    ("salary_min", "38 000"),
    ("salary_max", "45000.00"),
    ("salary_period", "an"),
    ("published_on", "2026-03-31"),
    ("expires_on", "30/04/2026"),
    ("url", "https://emploi.example/a-1"),
    ("skills", "Rust| SQL ||Rust"),
    ("working_time", "Temps plein"),
    ("experience_years", "2"),
    ("education_level", "Bac+5"),
    ("latitude", "47,218371"),
    ("longitude", "-1.553621"),
];

fn read(changes: &[(&str, &str)]) -> Result<OfferDraft, Vec<FieldError>> {
    OfferDraft::from_fields(&|name| {
        let find = |row: &[(&str, &str)]| {
            row.iter().find(|(column, _)| *column == name).map(|(_, text)| text.to_string())
        };
        find(changes).or_else(|| find(&ROW)).map(Cow::Owned)
    })
}

#[test]
fn a_full_row_is_read() {
    let draft = read(&[]).unwrap();
    assert_eq!(draft.title, "Développeur Rust (H/F)");
    assert_eq!(draft.description, "Une équipe.\nUn produit.");
    assert_eq!(draft.country, "FR");
    assert_eq!(draft.occupation_code.as_deref(), Some("M1805"));
    assert_eq!((draft.salary_min, draft.salary_max), (Some(38_000), Some(45_000)));
    assert_eq!(draft.expires_on, Some(jiff::civil::date(2026, 4, 30)));
    assert_eq!(draft.skills, ["Rust", "SQL"]);
    assert_eq!((draft.working_time, draft.experience_years), (Some(WorkingTime::Full), Some(2)));
    assert_eq!(draft.education_level, Some(7));
    assert_eq!(draft.position, Some(Position { latitude: 47_218_371, longitude: -1_553_621 }));
}

#[test]
fn six_columns_are_enough() {
    let required = ["reference", "title", "description", "city", "contract", "published_on"];
    let blank: Vec<_> = COLUMNS.iter().filter(|c| !required.contains(c)).map(|c| (*c, " ")).collect();
    let draft = read(&blank).unwrap();
    assert_eq!((draft.country.as_str(), draft.remote), ("FR", Remote::None));
}

#[test]
fn each_fault_has_its_column_and_code() {
    let long = "é".repeat(201);
    let many = (0..51).map(|n| n.to_string()).collect::<Vec<_>>().join("|");
    for (column, value, code) in [
        ("reference", "", ErrorCode::Missing),
        ("reference", long.as_str(), ErrorCode::TooLong),
        ("title", "\t \n", ErrorCode::Missing),
        ("title", "a\u{0}b", ErrorCode::ControlCharacter),
        ("description", "a\u{1b}[31m", ErrorCode::ControlCharacter),
        ("city", "", ErrorCode::Missing),
        ("country", "ZZ", ErrorCode::InvalidCode),
        ("contract", "", ErrorCode::Missing),
        ("contract", "esclavage", ErrorCode::UnknownValue),
        ("occupation_code", "M18", ErrorCode::InvalidCode),
        ("remote", "peut-être", ErrorCode::UnknownValue),
        ("salary_min", "douze", ErrorCode::InvalidNumber),
        ("salary_min", "11.88", ErrorCode::InvalidNumber),
        ("salary_min", "-1", ErrorCode::InvalidNumber),
        ("salary_max", "99999999999", ErrorCode::InvalidNumber),
        ("salary_max", "1", ErrorCode::OutOfOrder),
        ("salary_period", "", ErrorCode::Missing),
        ("published_on", "31-03-2026", ErrorCode::InvalidDate),
        ("published_on", "2026-02-30", ErrorCode::InvalidDate),
        ("expires_on", "2026-01-01", ErrorCode::OutOfOrder),
        ("url", "javascript:alert(1)", ErrorCode::InvalidUrl),
        ("url", "https://", ErrorCode::InvalidUrl),
        ("url", "https://site.example@evil.example/", ErrorCode::InvalidUrl),
        ("skills", many.as_str(), ErrorCode::TooMany),
        ("working_time", "parfois", ErrorCode::UnknownValue),
        ("experience_years", "51", ErrorCode::InvalidNumber),
        ("experience_years", "beaucoup", ErrorCode::InvalidNumber),
        ("education_level", "9", ErrorCode::UnknownValue),
        ("latitude", "90.1", ErrorCode::InvalidNumber),
        ("latitude", "NaN", ErrorCode::InvalidNumber),
        ("longitude", "", ErrorCode::Missing),
    ] {
        assert_eq!(
            read(&[(column, value)]),
            Err(vec![FieldError { field: column, code }]),
            "{column} {code}"
        );
    }
}

#[test]
fn all_faults_come_at_once_and_without_the_values() {
    let errors = read(&[("title", ""), ("contract", "secret"), ("url", "ftp://secret")]).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.field).collect::<Vec<_>>(), ["title", "contract", "url"]);
    assert!(!format!("{errors:?}").contains("secret"));
}

#[test]
fn an_instant_is_its_own_day() {
    for text in ["2026-03-31T23:30:00+02:00", "2026-03-31T10:00:00Z", "2026-03-31 10:00:00"] {
        let draft = read(&[("published_on", text)]).unwrap();
        assert_eq!(draft.published_on, jiff::civil::date(2026, 3, 31), "{text}");
    }
}

#[test]
fn the_hash_follows_every_column() {
    let before = read(&[]).unwrap().content_hash();
    assert_eq!(before, read(&[("title", "De\u{301}veloppeur Rust (H/F)")]).unwrap().content_hash());
    for (column, value) in [
        ("reference", "A-2"),
        ("title", "Développeuse Rust (H/F)"),
        ("description", "Une équipe."),
        ("company", ""),
        ("city", "Rezé"),
        ("postal_code", "44400"),
        ("country", "BE"),
        ("contract", "CDD"),
        ("occupation_code", "M1806"),
        ("occupation", "Développement"),
        ("remote", "non"),
        ("salary_min", "38001"),
        ("salary_max", "45001"),
        ("salary_period", "mois"),
        ("published_on", "2026-03-30"),
        ("expires_on", ""),
        ("url", "https://emploi.example/a-2"),
        ("skills", "SQL|Rust"),
        ("working_time", "partiel"),
        ("experience_years", "0"),
        ("education_level", "6"),
        ("latitude", "47.218372"),
        ("longitude", "-1.553622"),
    ] {
        assert_ne!(before, read(&[(column, value)]).unwrap().content_hash(), "{column}");
    }
}
