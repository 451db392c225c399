//! Tables for people. What stands in the cells comes from others, so no control character of theirs reaches a terminal.

use serde_json::Value;

/// Heading and place in the entry, as a JSON pointer (RFC 6901).
pub(crate) type Columns = &'static [(&'static str, &'static str)];

/// In a list a cell is cut after so many characters; `--json` shows all.
const WIDEST: usize = 80;

/// A list: a line of headings, a line for each entry.
pub(crate) fn list(entries: &[Value], columns: Columns) -> String {
    let headings = columns.iter().map(|(heading, _)| heading.to_uppercase()).collect();
    let rows =
        entries.iter().map(|entry| columns.iter().map(|(_, at)| short(cell(entry.pointer(at)))).collect());
    aligned(&std::iter::once(headings).chain(rows).collect::<Vec<Vec<String>>>())
}

/// One thing: a line for each of its columns.
pub(crate) fn record(entry: &Value, columns: Columns) -> String {
    let rows: Vec<Vec<String>> =
        columns.iter().map(|(heading, at)| vec![(*heading).to_owned(), cell(entry.pointer(at))]).collect();
    aligned(&rows)
}

/// Text without control characters: line ends stay.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !hidden(*c)).collect()
}

fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> =
        (0..columns).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}", width = *width)).collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
    }
    text
}

fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => return "-".into(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().map(|item| cell(Some(item))).collect::<Vec<_>>().join(", "),
        Some(Value::Object(fields)) => fields
            .iter()
            .map(|(name, value)| format!("{name}: {}", cell(Some(value))))
            .collect::<Vec<_>>()
            .join(", "),
        Some(other) => other.to_string(),
    };
    let shown: String = text.chars().filter(|c| !hidden(*c)).collect();
    if shown.is_empty() { "-".into() } else { shown }
}

fn short(cell: String) -> String {
    if cell.chars().count() > WIDEST { cell.chars().take(WIDEST - 1).chain(['…']).collect() } else { cell }
}

/// Controls, and the marks that turn the direction of writing.
fn hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_is_aligned() {
        let entries = [
            json!({"slug": "acme", "counts": {"read": 3}, "origins": ["https://a.example", "https://b.example"]}),
            json!({"slug": "boulangerie-é", "counts": {"read": null}, "origins": []}),
        ];
        assert_eq!(
            list(&entries, &[("name", "/slug"), ("read", "/counts/read"), ("origins", "/origins")]),
            "NAME           READ  ORIGINS\n\
             acme           3     https://a.example, https://b.example\n\
             boulangerie-é  -     -\n"
        );
    }

    #[test]
    fn an_empty_list_has_its_headings() {
        assert_eq!(list(&[], &[("name", "/slug")]), "NAME\n");
    }

    #[test]
    fn a_record_is_two_columns() {
        let grants = json!({"id": "m1", "grants": {"*": "manager"}, "good": true});
        assert_eq!(
            record(&grants, &[("id", "/id"), ("grants", "/grants"), ("good", "/good")]),
            "id      m1\ngrants  *: manager\ngood    true\n"
        );
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(cell(Some(&json!("\u{1b}[2Jgpj.\u{202e}txt\n"))), "[2Jgpj.txt");
        assert_eq!(plain("a\n\u{7}b"), "a\nb");
    }

    #[test]
    fn a_long_cell_is_cut_in_a_list_alone() {
        let (long, columns): (_, Columns) = (json!({"key": "é".repeat(100)}), &[("key", "/key")]);
        assert_eq!(
            list(std::slice::from_ref(&long), columns).lines().last().unwrap().chars().count(),
            WIDEST
        );
        assert_eq!(record(&long, columns).trim_end().chars().count(), "key  ".len() + 100);
    }
}
