//! What becomes of each column of a table of a database: by the map of data, and by what the catalogue says of its type. What the map does not
//! know is refused: nobody has judged whether it is of a person.

use vivier_data_map::{Column as Mapped, Mask, Store, Table as MappedTable};
use vivier_store::exports::{Column, Relation, TENANT, Table};

use super::{
    mask::{Formless, Masker},
    row::Field,
};

/// Why a copy cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{table}.{column}: {why}")]
pub(super) struct Unfit {
    /// The table, or the kind of item.
    pub(super) table: String,
    /// The column.
    pub(super) column: String,
    /// What does not fit.
    pub(super) why: &'static str,
}

impl Unfit {
    pub(super) fn new(table: &str, column: &str, why: &'static str) -> Self {
        Self { table: table.to_owned(), column: column.to_owned(), why }
    }
}

/// What becomes of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule {
    /// It is as it is, but for addresses in texts.
    Keep,
    /// It is masked.
    Mask(Mask),
    /// It is this, whatever it was.
    Fixed(Field),
    /// It is nothing, or as many zeros.
    Zeros,
}

/// A column that is taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    /// Its place among the columns that the database writes.
    pub(super) place: usize,
    /// Its name.
    pub(super) name: String,
    /// Its type.
    pub(super) kind: String,
    /// Whether two of its values may not become the same.
    pub(super) distinct: bool,
    /// Whether it tells people apart together with others.
    pub(super) rare: bool,
    /// Whether it may be without a value.
    pub(super) nullable: bool,
    /// What becomes of it.
    pub(super) rule: Rule,
}

/// The columns of a table that are taken over, in order; none where its rows are not.
pub(super) fn of_table(
    map: &vivier_data_map::Map,
    store: Store,
    table: &Table,
    relations: &[Relation],
) -> Result<Option<Vec<Taken>>, Unfit> {
    let unfit = |column: &str, why| Unfit::new(&table.name, column, why);
    let mapped =
        map.table(store, &table.name).ok_or_else(|| unfit("*", "the map does not know the table"))?;
    let moves = mapped.columns.iter().any(|column| column.mask == Some(Mask::DateShift));
    let mut taken = Vec::new();
    let written = table.columns.iter().filter(|column| column.is_taken());
    for (place, column) in written.enumerate().filter(|(_, column)| !column.generated) {
        let known = mapped
            .column(&column.name)
            .ok_or_else(|| unfit(&column.name, "the map does not know the column"))?;
        let rule = match rule(known, column, moves) {
            // Whatever refers to an identifier that becomes another refers to the other.
            Rule::Keep if refers_to_token(map, store, mapped, column, relations) => Rule::Mask(Mask::Token),
            rule => rule,
        };
        if known.mask == Some(Mask::Drop) && column.key.is_some() {
            return Ok(None);
        }
        if !fits(&rule, column) {
            return Err(unfit(&column.name, "its type has no such mask"));
        }
        taken.push(Taken {
            place,
            name: column.name.clone(),
            kind: column.kind.clone(),
            distinct: column.key.is_some(),
            rare: known.rare,
            nullable: column.nullable,
            rule,
        });
    }
    Ok(Some(taken))
}

fn rule(known: &Mapped, column: &Column, moves: bool) -> Rule {
    let is_moment = matches!(column.kind.as_str(), "timestamp with time zone" | "date");
    match (known.mask, &known.in_tests) {
        (_, Some(fixed)) => Rule::Fixed((!fixed.is_empty()).then(|| fixed.clone())),
        (Some(Mask::Drop), None) => nothing(column),
        // A moment beside others of the same person would tell how far these were moved.
        (None, None) if moves && is_moment => Rule::Mask(Mask::DateShift),
        (None | Some(Mask::Keep), None) => Rule::Keep,
        (Some(mask), None) => Rule::Mask(mask),
    }
}

/// Nothing, where that can be; and else what says nothing, of the same type.
fn nothing(column: &Column) -> Rule {
    let fixed = |text: &str| Rule::Fixed(Some(text.to_owned()));
    match column.kind.as_str() {
        _ if column.nullable => Rule::Fixed(None),
        "text" => fixed(""),
        "jsonb" => fixed("{}"),
        "boolean" => fixed("f"),
        "bigint" | "integer" | "smallint" => fixed("0"),
        "timestamp with time zone" => fixed("1970-01-01 00:00:00+00"),
        "date" => fixed("1970-01-01"),
        list if list.ends_with("[]") => fixed("{}"),
        _ => Rule::Zeros,
    }
}

fn refers_to_token(
    map: &vivier_data_map::Map,
    store: Store,
    table: &MappedTable,
    column: &Column,
    relations: &[Relation],
) -> bool {
    relations.iter().filter(|one| one.table == table.name).any(|one| {
        one.columns.iter().zip(&one.to_columns).any(|(from, to)| {
            *from == column.name
                && map.find(store, &one.to, to).is_some_and(|known| known.mask == Some(Mask::Token))
        })
    })
}

fn fits(rule: &Rule, column: &Column) -> bool {
    let kind = column.kind.as_str();
    match rule {
        Rule::Keep | Rule::Fixed(_) => true,
        Rule::Zeros => kind == "bytea",
        Rule::Mask(Mask::Token) => matches!(kind, "uuid" | "text" | "bytea"),
        Rule::Mask(Mask::DateShift) => matches!(kind, "timestamp with time zone" | "date" | "text"),
        Rule::Mask(Mask::FreeText) => matches!(kind, "text" | "jsonb"),
        Rule::Mask(_) => kind == "text",
    }
}

impl Taken {
    /// What a value becomes.
    pub(super) fn apply(&self, masker: &Masker, value: &Field) -> Result<Field, Formless> {
        if self.name == TENANT {
            return Ok(value.clone());
        }
        let Some(text) = value else {
            // What is fixed holds for every row, also where there was nothing.
            return Ok(match &self.rule {
                Rule::Fixed(fixed) => fixed.clone(),
                _ => None,
            });
        };
        Ok(Some(match &self.rule {
            Rule::Fixed(fixed) => return Ok(fixed.clone()),
            Rule::Keep if matches!(self.kind.as_str(), "text" | "text[]" | "jsonb") => {
                super::items::without_addresses(masker, text)
            }
            Rule::Keep => text.clone(),
            Rule::Zeros => {
                let digits = text.strip_prefix("\\x").ok_or(Formless)?;
                format!("\\x{}", "0".repeat(digits.len()))
            }
            Rule::Mask(mask) => self.masked(masker, *mask, text)?,
        }))
    }

    fn masked(&self, masker: &Masker, mask: Mask, text: &str) -> Result<String, Formless> {
        Ok(match mask {
            Mask::Email => masker.email(text),
            Mask::Name => masker.name(text),
            Mask::Phone => masker.phone(text),
            Mask::Address => masker.network(text),
            Mask::Token if self.kind == "bytea" => masker.token_bytes(text)?,
            Mask::Token => masker.token(text),
            Mask::DateShift => masker.moved(text)?,
            Mask::FreeText if self.kind == "jsonb" => {
                let mut value = serde_json::from_str(text).map_err(|_| Formless)?;
                super::items::fill(masker, &mut value);
                value.to_string()
            }
            Mask::FreeText => masker.free_text(text, self.distinct),
            Mask::Keep | Mask::Drop => return Err(Formless),
        })
    }
}

#[cfg(test)]
mod tests {
    use vivier_data_map::map;

    use super::*;

    fn table(name: &str, columns: &[(&str, &str, bool, Option<i32>)]) -> Table {
        let column = |(name, kind, nullable, key): &(&str, &str, bool, Option<i32>)| Column {
            name: (*name).into(),
            kind: (*kind).into(),
            generated: false,
            nullable: *nullable,
            key: *key,
        };
        Table { name: name.into(), columns: columns.iter().map(column).collect() }
    }

    fn rules(store: Store, table: &Table, relations: &[Relation]) -> Vec<Rule> {
        of_table(map(), store, table, relations)
            .unwrap()
            .unwrap()
            .into_iter()
            .map(|taken| taken.rule)
            .collect()
    }

    const MOMENT: &str = "timestamp with time zone";

    #[test]
    fn rules_are_the_maps() {
        let alerts = table(
            "alerts",
            &[
                ("id", "uuid", false, Some(0)),
                ("email", "text", false, None),
                ("language", "text", false, None),
                ("search", "text", false, None),
                ("created_at", MOMENT, false, None),
                ("expires_at", MOMENT, false, None),
            ],
        );
        assert_eq!(
            rules(Store::Silo, &alerts, &[]),
            [
                Rule::Mask(Mask::Token),
                Rule::Mask(Mask::Email),
                Rule::Keep,
                Rule::Fixed(Some("[]".into())),
                Rule::Mask(Mask::DateShift),
                // It is of nobody, and would tell how far the others were moved.
                Rule::Mask(Mask::DateShift),
            ]
        );
        let imports =
            table("imports", &[("id", "uuid", false, Some(0)), ("created_at", MOMENT, false, None)]);
        assert_eq!(rules(Store::Silo, &imports, &[]), [Rule::Keep, Rule::Keep]);
        let feeds = table("feeds", &[("enabled", "boolean", false, None), ("secret_id", "uuid", true, None)]);
        assert_eq!(rules(Store::Silo, &feeds, &[]), [Rule::Fixed(Some("f".into())), Rule::Fixed(None)]);
        let reports = table("reports", &[("recipients", "uuid[]", false, None)]);
        assert_eq!(rules(Store::Silo, &reports, &[]), [Rule::Fixed(Some("{}".into()))]);
    }

    #[test]
    fn what_refers_to_another_identifier_becomes_that_other() {
        let mails = table("report_mails", &[("run_id", "uuid", false, Some(0))]);
        let relation = Relation {
            table: "report_mails".into(),
            columns: vec!["run_id".into()],
            to: "report_runs".into(),
            to_columns: vec!["id".into()],
        };
        assert_eq!(rules(Store::Silo, &mails, &[]), [Rule::Keep]);
        assert_eq!(rules(Store::Silo, &mails, &[relation]), [Rule::Mask(Mask::Token)]);
    }

    #[test]
    fn what_nobody_judged_is_refused() {
        let why = |table: &Table| of_table(map(), Store::Silo, table, &[]).unwrap_err().why;
        assert_eq!(why(&table("strangers", &[])), "the map does not know the table");
        assert_eq!(
            why(&table("alerts", &[("nickname", "text", true, None)])),
            "the map does not know the column"
        );
        assert_eq!(why(&table("alerts", &[("email", "inet", true, None)])), "its type has no such mask");
        assert_eq!(
            why(&table("privacy_requests", &[("subject", "real", false, None)])),
            "its type has no such mask"
        );
    }

    #[test]
    fn an_address_in_a_structure_is_masked_without_what_stands_before_it() {
        let kept = Taken {
            place: 0,
            name: "value".into(),
            kind: "jsonb".into(),
            distinct: false,
            rare: false,
            nullable: false,
            rule: Rule::Keep,
        };
        let masker = Masker::random().unwrap();
        let text = serde_json::json!({"a": "Écrivez à\nrh@acme.example"}).to_string();
        let made = kept.apply(&masker, &Some(text)).unwrap().unwrap();
        let made: serde_json::Value = serde_json::from_str(&made).unwrap();
        assert_eq!(made["a"], format!("Écrivez à\n{}", masker.email("rh@acme.example")));
    }

    #[test]
    fn rows_that_are_known_by_what_is_dropped_are_not_taken() {
        let terms = table("terms", &[("term", "text", false, Some(0))]);
        assert_eq!(of_table(map(), Store::Pool, &terms, &[]), Ok(None));
    }

    #[test]
    fn every_table_that_goes_into_a_test_environment_says_of_every_column_what_becomes_of_it() {
        // A mask that is none for texts, of a type that the map does not tell: the end-to-end test has the catalogue.
        let mapped = map().tables.iter().filter(|table| table.is_in_tests());
        for (table, column) in
            mapped.flat_map(|table| table.columns.iter().map(move |column| (table, column)))
        {
            assert!(
                !column.category.is_personal() || column.mask.is_some(),
                "{}.{}",
                table.name,
                column.name
            );
        }
    }
}
