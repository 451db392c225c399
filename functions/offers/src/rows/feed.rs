//! The feeds of partners: what is where in them is told by mappings of `shared/feeds`.

use std::borrow::Cow;

use jiff::civil::Date;
use vivier_feeds::Mapping;

use super::{FileFault, Row, WHOLE_ROW, place};

/// The rows of a feed that was read to its end once: a feed that is cut off must not close the offers it no longer has.
pub(super) fn open<'f>(
    mapping: &'f Mapping,
    bytes: &'f [u8],
    today: Date,
) -> Result<impl Iterator<Item = Row<'f>> + Send, FileFault> {
    mapping.check(bytes)?;
    let records = mapping.read(bytes, today)?;
    Ok(records.map_while(Result::ok).map(|record| {
        let fault = record.fault.map(|fault| (WHOLE_ROW, fault.as_str()));
        let mut row = Row { line: record.line, fault, ..Row::default() };
        for (column, text) in record.fields() {
            if let Some(place) = place(column) {
                row.fields[place] = Some(Cow::Owned(text.to_owned()));
            }
        }
        row
    }))
}

#[cfg(test)]
mod tests {
    use vivier_domain::import::ImportFormat;

    #[test]
    fn every_feed_has_a_name_and_every_name_a_feed() {
        let own = [ImportFormat::Csv, ImportFormat::Jsonl];
        let named: Vec<&str> = ImportFormat::ALL
            .iter()
            .filter(|format| !own.contains(format))
            .map(|format| format.as_str())
            .collect();
        let mut known: Vec<&str> = vivier_feeds::formats().map(|(name, _)| name).collect();
        known.sort_unstable();
        assert_eq!(named, known);
    }
}
