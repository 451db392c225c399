//! Mappings of tenants: what they may say, and what they are told when they are wrong.

use vivier_feeds::{Container, Mapping};

const WHOLE: &str = "
    container = 'json'
    records = 'jobs'
    [columns]
    reference = 'id'
    title = ['name', { from = 'label', steps = ['title'] }]
    description = { from = ['a', 'b'], join = '; ', steps = ['html'] }
    city = { from = 'place', steps = [{ before = ',' }], default = 'Nantes' }
    contract = { from = 'type', steps = [{ map = { 'Full-time' = 'CDI' }, otherwise = 'Autre' }] }
    published_on = { from = 'day', default = 'today' }
";

fn columns(mapping: &Mapping, file: &str) -> Vec<String> {
    let mut records = mapping.read(file.as_bytes(), jiff::civil::date(2026, 3, 2)).expect("a feed");
    let record = records.next().expect("a record").expect("a whole feed");
    record.fields().map(|(column, text)| format!("{column}={text}")).collect()
}

#[test]
fn a_mapping_is_followed() {
    let mapping = Mapping::parse(WHOLE).unwrap();
    assert_eq!(mapping.container(), Container::Json);
    assert_eq!(
        columns(
            &mapping,
            r#"{"jobs":[{"id":1,"name":" ","label":"- X","a":"<p>a</p>","b":"b","place":"Lille, Nord","type":"full time"}]}"#
        ),
        [
            "reference=1",
            "title=X",
            "description=a; b",
            "city=Lille",
            "contract=CDI",
            "published_on=2026-03-02"
        ]
    );
    assert_eq!(
        columns(
            &mapping,
            r#"{"jobs":[{"name":"a\n b","a":"a\n b","place":"Lille","type":"x","day":"2026-01-01"}]}"#
        ),
        ["title=a b", "description=a\nb", "city=Nantes", "contract=Autre", "published_on=2026-01-01"]
    );
}

#[test]
fn a_built_in_format_is_changed_in_one_column() {
    let mapping =
        Mapping::parse("extends = 'jooble'\n[columns]\ncontract = { default = 'apprenticeship' }").unwrap();
    let file = "<jobs><job><guid>1</guid><title>Vendeur (CDI)</title></job></jobs>";
    assert_eq!(columns(&mapping, file), ["reference=1", "title=Vendeur (CDI)", "contract=apprenticeship"]);
}

#[test]
fn what_an_offer_can_do_without_is_left_out() {
    let mapping =
        |columns: &str| Mapping::parse(&format!("extends = 'kelio'\n[columns]\n{columns}")).unwrap();
    let told = |columns_: &str| {
        let file = "<source><jobs><job><id>1</id></job></jobs></source>";
        columns(&mapping(columns_), file)[1..].to_vec()
    };
    for (given, left) in [
        ("remote = { default = 'selon humeur' }", vec![]),
        ("remote = { default = 'hybride' }", vec!["remote=hybride"]),
        ("working_time = { default = '28' }", vec![]),
        ("latitude = { default = '48.1' }", vec![]),
        ("latitude = { default = '0.0' }\nlongitude = { default = '0' }", vec![]),
        ("latitude = { default = 'nord' }\nlongitude = { default = '2' }", vec![]),
        (
            "latitude = { default = '48,1' }\nlongitude = { default = '2.2' }",
            vec!["latitude=48,1", "longitude=2.2"],
        ),
        ("salary_min = { default = '2000' }", vec![]),
        ("salary_period = { default = 'mois' }", vec![]),
        (
            "salary_min = { default = '2000' }\nsalary_period = { default = 'mois' }",
            vec!["salary_min=2000", "salary_period=mois"],
        ),
    ] {
        assert_eq!(told(given), left, "{given}");
    }
}

#[test]
fn wrong_mappings() {
    let with = |from: &str, to: &str| {
        assert!(WHOLE.contains(from), "{from}");
        WHOLE.replacen(from, to, 1)
    };
    for (text, error) in [
        ("container = ".to_owned(), "line 1: "),
        ("\n\na = 1\na = 2".to_owned(), "line 4: "),
        (with("container = 'json'", ""), "container: must be `xml`, `json` or `csv`"),
        (with("'json'", "'yaml'"), "container: must be"),
        (with("'json'", "3"), "container: must be a text"),
        (with("'json'", "'csv'"), "records: has no meaning for a table"),
        (with("records = 'jobs'", "records = 'a//b'"), "records: a path must not"),
        (with("'json'\n    records = 'jobs'", "'xml'"), "records: must name the element"),
        (with("records", "record"), "mapping: `record` is none of"),
        (with("    city", "    town"), "columns.town: is no column of an offer"),
        (with("reference = 'id'", ""), "columns.reference: is required"),
        (with("'id'", "7"), "columns.reference: must be a path, a table"),
        (with("'id'", "''"), "columns.reference: a path must not be blank"),
        (with("'id'", "{ form = 'id' }"), "columns.reference: `form` is none of `from`"),
        (with("'id'", "{ steps = [] }"), "columns.reference: needs `from`, `default` or both"),
        (with("'id'", "[]"), "columns.reference: is required"),
        (with("['a', 'b']", "[1]"), "columns.description.from: must be a text or a list of texts"),
        (with("'html'", "'htlm'"), "columns.description.steps: `htlm` is no step"),
        (with("['html']", "'html'"), "columns.description.steps: must be a list"),
        (with("before = ','", "before = ','\n, x = 1"), "columns.city.steps: `before`, `x` is no step"),
        ("extends = 'joobel'".to_owned(), "extends: is no built-in format"),
        ("extends = 'apec'\n[columns]\ntitle = '@a/b'".to_owned(), "columns.title: only the last name"),
    ] {
        let told = Mapping::parse(&text).unwrap_err().to_string();
        assert!(told.starts_with(error), "{text}\n{told}");
    }
}

#[test]
fn the_page_shows_a_mapping_that_works() {
    let page = include_str!("../README.md");
    let example =
        page.split("```").nth(1).and_then(|block| block.strip_prefix("toml\n")).expect("an example");
    let mapping = Mapping::parse(example).unwrap();
    let file = "<jobs><job id='1'><name>Soudeur</name><mission>Souder</mission><place>Nantes, Loire</place></job></jobs>";
    assert_eq!(
        columns(&mapping, file),
        [
            "reference=1",
            "title=Soudeur",
            "description=Souder",
            "city=Nantes",
            "contract=apprenticeship",
            "published_on=2026-03-02"
        ]
    );
}
