//! The page that tells of every kind of event is what the types say. `UPDATE=1 cargo test --workspace --test contract` writes it anew.

use std::{env, fmt::Write, fs};

use vivier_domain::event::kind::CATALOGUE;

use crate::workspace;

const PAGE: &str = "events/metrics/README.md";

const HEAD: &str = "# Events of use

What functions put on the stream and `metrics` counts. This page is made from `shared/domain/src/event`, where producers and consumer
have their types from; no field can hold personal text, by its type.

Every event has `version`, `event_id` (a UUID; the same again when it is delivered again), `tenant_id`, `occurred_at` (RFC 3339), `kind`, and
where they are known `project`, `channel`, `language` (fr, en) and `visitor`: eight bytes that stand for a visitor on one day.
A schema only grows. Fields that a consumer does not know pass; an event of a kind that it does not know is kept aside and counted as
`unknown`. `version` is raised where what is there changes its meaning: older consumers put such events aside as dead letters.

| kind | product | what happened | fields |
|---|---|---|---|
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for kind in CATALOGUE {
        let fields: Vec<String> = kind
            .fields
            .iter()
            .map(|(name, of, about)| format!("`{name}` ({}): {}", of.replace(' ', ""), about.trim()))
            .collect();
        let fields = if fields.is_empty() { "–".to_owned() } else { fields.join("<br>") };
        let about = kind.about.trim();
        writeln!(page, "| `{}` | {} | {about} | {fields} |", kind.name, kind.product.as_str())
            .expect("a text takes it");
    }
    page
}

#[test]
fn the_page_says_what_the_types_say() {
    let page = page();
    if env::var_os("UPDATE").is_some() {
        fs::write(workspace::root().join(PAGE), &page).expect("the page is written");
    }
    assert_eq!(workspace::read(PAGE), page, "{PAGE} has drifted");
}
