//! How many rows of a tenant there are in a table, and of how many persons: numbers alone leave the database.

use vivier_tenancy::rooms::database::{DatabaseError, Kind, TenantTx};

/// A table whose rows are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted<'a> {
    /// Its name.
    pub table: &'a str,
    /// The column that tells persons apart.
    pub key: Option<&'a str>,
    /// Whether that column holds several of them.
    pub several: bool,
}

/// Numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Rows.
    pub records: u64,
    /// Persons; nothing where nobody tells them apart, or for want of time.
    pub persons: Option<u64>,
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Counted<'_> {
    fn statement(&self) -> String {
        let table = quoted(self.table);
        let persons = match self.key {
            None => "NULL::bigint".to_owned(),
            Some(key) if self.several => {
                format!("(SELECT count(DISTINCT one) FROM {table}, unnest({}) AS one)", quoted(key))
            }
            Some(key) => format!("count(DISTINCT {})", quoted(key)),
        };
        format!("-- census::count\nSELECT count(*), {persons} FROM {table}")
    }
}

/// Begins a transaction that writes nothing and whose statements take no longer than so many milliseconds.
pub async fn begin<K: Kind>(tx: &TenantTx<'_, K>, milliseconds: u32) -> Result<(), DatabaseError> {
    const READ: &str = "-- census::read_only\nSET TRANSACTION READ ONLY";
    tx.execute(READ, &[]).await?;
    // A number of our own, and a statement that takes no parameters.
    tx.execute(&format!("-- census::limit\nSET LOCAL statement_timeout = {milliseconds}"), &[]).await?;
    Ok(())
}

/// Counts. [`DatabaseError::is_over_time`] where there is more than the time is enough for.
pub async fn count<K: Kind>(tx: &TenantTx<'_, K>, counted: &Counted<'_>) -> Result<Numbers, DatabaseError> {
    let row = tx.query_one(&counted.statement(), &[]).await?;
    let (records, persons): (i64, Option<i64>) = (row.get(0), row.get(1));
    let number = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(Numbers { records: number(records), persons: persons.map(number) })
}

/// What the database's planner expects, of a table that is too large to be counted.
pub async fn estimate<K: Kind>(tx: &TenantTx<'_, K>, table: &str) -> Result<Option<u64>, DatabaseError> {
    let sql = format!("-- census::estimate\nEXPLAIN SELECT 1 FROM {}", quoted(table));
    let rows = tx.query(&sql, &[]).await?;
    Ok(rows.first().and_then(|row| expected(row.get(0))))
}

/// `Seq Scan on alerts  (cost=0.00..1.20 rows=20 width=4)`
fn expected(line: &str) -> Option<u64> {
    line.split_once(" rows=")?.1.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_are_told_apart_by_the_key_alone() {
        for (key, several, expected) in [
            (None, false, "SELECT count(*), NULL::bigint FROM \"t\""),
            (Some("email"), false, "SELECT count(*), count(DISTINCT \"email\") FROM \"t\""),
            (
                Some("recipients"),
                true,
                "SELECT count(*), (SELECT count(DISTINCT one) FROM \"t\", unnest(\"recipients\") AS one) FROM \"t\"",
            ),
        ] {
            let statement = Counted { table: "t", key, several }.statement();
            assert_eq!(statement, format!("-- census::count\n{expected}"));
        }
    }

    #[test]
    fn what_the_planner_expects() {
        assert_eq!(expected("Seq Scan on alerts  (cost=0.00..1.20 rows=1234 width=4)"), Some(1234));
        assert_eq!(expected("Result"), None);
    }
}
