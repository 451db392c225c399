//! Rows as the database writes them: CSV in which nothing at all is no value, and `""` is an empty text.

/// A value, or none.
pub(super) type Field = Option<String>;

/// What is no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what the database sent is no row")]
pub(super) struct NoRow;

/// The fields of one row.
pub(super) fn read(row: &[u8]) -> Result<Vec<Field>, NoRow> {
    let text = std::str::from_utf8(row).map_err(|_| NoRow)?;
    let mut rest = text.strip_suffix('\n').unwrap_or(text);
    let mut fields = Vec::new();
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut value = String::new();
            let mut at = quoted;
            loop {
                let end = at.find('"').ok_or(NoRow)?;
                value.push_str(&at[..end]);
                at = &at[end + 1..];
                let Some(more) = at.strip_prefix('"') else { break };
                value.push('"');
                at = more;
            }
            fields.push(Some(value));
            rest = at;
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let (value, after) = rest.split_at(end);
            if value.contains('"') {
                return Err(NoRow);
            }
            fields.push((!value.is_empty()).then(|| value.to_owned()));
            rest = after;
        }
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None if rest.is_empty() => return Ok(fields),
            None => return Err(NoRow),
        }
    }
}

/// The row of these fields.
pub(super) fn write(fields: &[Field]) -> String {
    let mut row = String::new();
    for (place, field) in fields.iter().enumerate() {
        if place > 0 {
            row.push(',');
        }
        if let Some(value) = field {
            let plain = !value.is_empty() && !value.contains(['"', ',', '\n', '\r', '\\']);
            if plain {
                row.push_str(value);
            } else {
                row.push('"');
                row.push_str(&value.replace('"', "\"\""));
                row.push('"');
            }
        }
    }
    row.push('\n');
    row
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_is_no_empty_text() {
        let row = read(b"a,,\"\",\"x,\"\"y\"\"\nz\"\n").unwrap();
        assert_eq!(row, [Some("a".into()), None, Some(String::new()), Some("x,\"y\"\nz".into())]);
        assert_eq!(write(&row), "a,,\"\",\"x,\"\"y\"\"\nz\"\n");
        assert_eq!(read(b"\n").unwrap(), [None]);
        for broken in [&b"\"a"[..], b"a\"b", b"\"a\"b", b"\xff"] {
            assert_eq!(read(broken), Err(NoRow), "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn a_row_reads_back_as_it_was_written(row in prop::collection::vec(prop::option::of(".*"), 1..6)) {
            prop_assert_eq!(read(write(&row).as_bytes()).unwrap(), row);
        }
    }
}
