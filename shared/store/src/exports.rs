//! What a tenant has in its databases, as the catalogue knows it: a table that is new is there without anybody's thinking of it.

use tokio_postgres::Row;
use vivier_tenancy::rooms::database::{CopiedOut, DatabaseError, Kind, TenantTx};

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Whether the server makes its values of others.
    pub generated: bool,
    /// Whether it may be without a value.
    pub nullable: bool,
    /// Its place in the primary key.
    pub key: Option<i32>,
}

/// A table, with its columns in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A link between two tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The table that refers.
    pub table: String,
    /// By which columns.
    pub columns: Vec<String>,
    /// The table that is referred to.
    pub to: String,
    /// Which columns of it.
    pub to_columns: Vec<String>,
}

/// The column by which rows of the shared database are told apart.
pub const TENANT: &str = "tenant_id";
/// A transaction's number: it counts on one server, and means nothing on another.
const TRANSACTION: &str = "xid8";

impl Column {
    /// Whether its values are taken along.
    pub fn is_taken(&self) -> bool {
        self.kind != TRANSACTION
    }
}

impl Table {
    /// Whether its rows are told apart by tenant.
    pub fn is_shared(&self) -> bool {
        self.columns.iter().any(|column| column.name == TENANT)
    }

    /// The statement that writes it as CSV, in the order of its primary key, with `placeholder` for the tenant.
    fn statement(&self, placeholder: &str) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .filter(|column| column.is_taken())
            .map(|column| match column.name.as_str() {
                TENANT => format!("'{placeholder}'::uuid AS {TENANT}"),
                name => quoted(name),
            })
            .collect();
        let mut keys: Vec<&Column> = self.columns.iter().filter(|column| column.key.is_some()).collect();
        keys.sort_by_key(|column| column.key);
        let order: Vec<String> = keys
            .iter()
            .map(|column| match column.kind.as_str() {
                // By bytes: what sorts before what in a language changes with the server's libraries.
                "text" => format!("{} COLLATE \"C\"", quoted(&column.name)),
                _ => quoted(&column.name),
            })
            .collect();
        format!(
            "-- exports::copy\nCOPY (SELECT {} FROM {} AS own ORDER BY {}) TO STDOUT (FORMAT csv, HEADER)",
            columns.join(", "),
            quoted(&self.name),
            if order.is_empty() { "1".to_owned() } else { order.join(", ") }
        )
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Every table, in the order of their names. Partitions count as their parent.
pub async fn list_tables<K: Kind>(tx: &TenantTx<'_, K>) -> Result<Vec<Table>, DatabaseError> {
    const LIST: &str = "-- exports::list_tables
SELECT c.relname::text, a.attname::text, format_type(a.atttypid, NULL), a.attgenerated <> '', NOT a.attnotnull,
       array_position(i.indkey::int2[], a.attnum)::int
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname COLLATE \"C\", a.attnum";
    let mut tables: Vec<Table> = Vec::new();
    for row in tx.query(LIST, &[]).await? {
        let name: String = row.get(0);
        if tables.last().is_none_or(|last| last.name != name) {
            tables.push(Table { name, columns: Vec::new() });
        }
        if let Some(table) = tables.last_mut() {
            table.columns.push(column(&row));
        }
    }
    Ok(tables)
}

fn column(row: &Row) -> Column {
    Column {
        name: row.get(1),
        kind: row.get(2),
        generated: row.get(3),
        nullable: row.get(4),
        key: row.get(5),
    }
}

/// Every link between tables, in the order of the tables that refer.
pub async fn list_relations<K: Kind>(tx: &TenantTx<'_, K>) -> Result<Vec<Relation>, DatabaseError> {
    const LIST: &str = "-- exports::list_relations
SELECT c.relname::text, f.relname::text,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS n (number, place)
             JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = n.number ORDER BY n.place),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS n (number, place)
             JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = n.number ORDER BY n.place)
FROM pg_constraint AS k
JOIN pg_class AS c ON c.oid = k.conrelid
JOIN pg_class AS f ON f.oid = k.confrelid
WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
ORDER BY c.relname COLLATE \"C\", k.conname COLLATE \"C\"";
    let rows = tx.query(LIST, &[]).await?;
    Ok(rows
        .iter()
        .map(|row| Relation {
            table: row.get(0),
            to: row.get(1),
            columns: row.get(2),
            to_columns: row.get(3),
        })
        .collect())
}

/// Whether the transaction's role may read a table.
pub async fn is_readable<K: Kind>(tx: &TenantTx<'_, K>, table: &Table) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- exports::is_readable\nSELECT has_table_privilege(quote_ident($1), 'SELECT')";
    Ok(tx.query_one(SQL, &[&table.name]).await?.get(0))
}

/// A table's rows as CSV, with its header. The tenant's own are all that the transaction sees.
pub async fn copy<K: Kind>(
    tx: &TenantTx<'_, K>,
    table: &Table,
    placeholder: &str,
) -> Result<CopiedOut, DatabaseError> {
    tx.copy_out(&table.statement(placeholder)).await
}

/// The time zone of the tenant's days.
pub async fn time_zone(tx: &vivier_tenancy::rooms::database::PoolTx<'_>) -> Result<String, DatabaseError> {
    const ZONE: &str = "-- exports::time_zone\nSELECT usage_zone()";
    Ok(tx.query_one(ZONE, &[]).await?.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_written_in_the_order_of_its_key_and_says_nobody_s_name() {
        let column = |name: &str, kind: &str, key| Column {
            name: name.into(),
            kind: kind.into(),
            generated: false,
            nullable: false,
            key,
        };
        let table = Table {
            name: "terms".into(),
            columns: vec![
                column("tenant_id", "uuid", Some(0)),
                column("n", "integer", Some(2)),
                column("term", "text", Some(1)),
                column("changed", "xid8", None),
            ],
        };
        assert_eq!(
            table.statement("0"),
            "-- exports::copy\nCOPY (SELECT '0'::uuid AS tenant_id, \"n\", \"term\" FROM \"terms\" AS own \
             ORDER BY \"tenant_id\", \"term\" COLLATE \"C\", \"n\") TO STDOUT (FORMAT csv, HEADER)"
        );
    }
}
