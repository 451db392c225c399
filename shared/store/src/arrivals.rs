//! Taking in what a tenant took along elsewhere: rows as they were written down, table by table, those first that others refer to.

use std::collections::BTreeSet;

use vivier_tenancy::rooms::database::{CopyIn, DatabaseError, Kind, PoolTx, SiloTx, TenantTx};

use crate::exports::{Relation, TENANT, Table};

/// Tables that a tenant has rows in from its first moment on.
const FURNISHED: &[&str] = &[
    "search_index",
    "erasures_applied",
    "sub_processor_notices",
    "refinery_schema_history",
    "audit_log",
    "audit_chains",
    "purge_reports",
    "tenants",
];
/// Days of events are tables of their own, which have to be there.
const EVENTS: &str = "events";

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The tables of `names` in an order in which none refers to a later one, but to itself.
pub fn in_order<'a>(tables: &'a [Table], relations: &[Relation], names: &BTreeSet<&str>) -> Vec<&'a Table> {
    let mut left: Vec<&Table> = tables.iter().filter(|table| names.contains(table.name.as_str())).collect();
    let mut ordered: Vec<&Table> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |table: &Table| {
            relations.iter().any(|one| {
                one.table == table.name
                    && one.to != table.name
                    && left.iter().any(|other| other.name == one.to)
            })
        };
        let (free, waiting): (Vec<_>, Vec<_>) = left.iter().partition(|table| !waits(table));
        if free.is_empty() {
            // A circle: the constraints themselves will say whether it can be.
            ordered.extend(waiting);
            break;
        }
        ordered.extend(free);
        left = waiting;
    }
    ordered
}

/// The tables that have rows which a tenant that was just made has not.
pub async fn list_occupied<K: Kind>(
    tx: &TenantTx<'_, K>,
    tables: &[Table],
) -> Result<Vec<String>, DatabaseError> {
    let mut found = Vec::new();
    for table in tables.iter().filter(|table| !FURNISHED.contains(&table.name.as_str())) {
        let sql = format!("-- arrivals::list_occupied\nSELECT 1 FROM {} LIMIT 1", quoted(&table.name));
        if tx.query_opt(&sql, &[]).await?.is_some() {
            found.push(table.name.clone());
        }
    }
    Ok(found)
}

/// Removes all rows that the transaction sees, from the last table to the first.
pub async fn clear<K: Kind>(tx: &TenantTx<'_, K>, ordered: &[&Table]) -> Result<(), DatabaseError> {
    for table in ordered.iter().rev() {
        tx.execute(&format!("-- arrivals::clear\nDELETE FROM {}", quoted(&table.name)), &[]).await?;
    }
    Ok(())
}

/// Begins to take rows in, of these columns.
pub async fn begin<K: Kind>(
    tx: &TenantTx<'_, K>,
    table: &Table,
    columns: &[String],
) -> Result<CopyIn, DatabaseError> {
    let names = columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let stage = format!(
        "-- arrivals::stage\nCREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT {names} FROM {} WITH NO DATA",
        quoted(&table.name)
    );
    tx.execute(&stage, &[]).await?;
    tx.copy_text_in(&format!("-- arrivals::copy\nCOPY incoming ({names}) FROM STDIN (FORMAT csv, HEADER)"))
        .await
}

/// Takes in what was copied; how many rows.
pub async fn finish<K: Kind>(
    tx: &TenantTx<'_, K>,
    table: &Table,
    columns: &[String],
) -> Result<u64, DatabaseError> {
    if table.name == EVENTS {
        const PREPARE: &str = "-- arrivals::prepare_events
SELECT events_prepare(ARRAY(SELECT DISTINCT (occurred_at AT TIME ZONE 'UTC')::date FROM incoming))";
        tx.query(PREPARE, &[]).await?;
    }
    // What the server makes of other columns it makes again.
    let made = |name: &String| table.columns.iter().any(|column| column.name == *name && column.generated);
    let taken: Vec<&String> = columns.iter().filter(|name| !made(name)).collect();
    let names = taken.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let values: Vec<String> = taken
        .iter()
        .map(|name| if *name == TENANT { "bound_tenant()".to_owned() } else { quoted(name) })
        .collect();
    let insert = format!(
        "-- arrivals::take_in\nINSERT INTO {} ({names}) SELECT {} FROM incoming",
        quoted(&table.name),
        values.join(", ")
    );
    let rows = tx.execute(&insert, &[]).await?;
    tx.execute("-- arrivals::unstage\nDROP TABLE incoming", &[]).await?;
    Ok(rows)
}

/// Sets the time zone of the tenant's days, without counting anything anew.
pub async fn set_zone(tx: &PoolTx<'_>, zone: &str) -> Result<(), DatabaseError> {
    const SET: &str = "-- arrivals::set_zone\nUPDATE tenants SET time_zone = $1 WHERE id = bound_tenant()";
    tx.execute_one(SET, &[&zone]).await
}

/// Packs months of offers and documents that a bundle of an older version has as rows of their own.
pub async fn pack_months(tx: &PoolTx<'_>) -> Result<(), DatabaseError> {
    const PACK: &str = "-- arrivals::pack_months
WITH months AS (DELETE FROM usage_subjects WHERE tenant_id = bound_tenant() AND grain = 'month' RETURNING kind, day, project_id, subject_id, count)
INSERT INTO usage_subject_packs (tenant_id, grain, kind, day, project_id, pack_id, subjects, counts)
SELECT bound_tenant(), 'month', kind, day, project_id, gen_random_uuid(), array_agg(subject_id), array_agg(count)
FROM months GROUP BY kind, day, project_id";
    tx.execute(PACK, &[]).await.map(|_| ())
}

/// Ends in a test environment's own database what was under way in production and can go on only there: its files, its partners and its candidates
/// are there. The index is made anew of what there is.
pub async fn settle_tests(tx: &SiloTx<'_>) -> Result<(), DatabaseError> {
    const IMPORTS: &str = "-- arrivals::end_imports
UPDATE imports SET status = 'failed', failure = 'no-upload', lease_until = NULL, finished_at = coalesce(finished_at, created_at)
WHERE status IN ('awaiting_upload', 'running', 'held')";
    const PULLS: &str = "-- arrivals::end_feed_runs
UPDATE feed_runs SET status = 'failed', failure = 'attempts-exhausted', lease_until = NULL, finished_at = coalesce(finished_at, created_at)
WHERE status IN ('waiting', 'running')";
    const DOCUMENTS: &str = "-- arrivals::end_documents
UPDATE documents SET status = 'failed', reason = 'no-upload', lease_until = NULL, working = false, forced = false
WHERE status NOT IN ('ready', 'failed', 'needs_ocr')";
    const MAILS: &str = "-- arrivals::end_alert_mails
UPDATE alert_mails SET state = 'failed', ended_at = coalesce(ended_at, created_at) WHERE state IN ('ready', 'sending')";
    const REPORTS: &str = "-- arrivals::end_report_runs
UPDATE report_runs SET status = 'failed', failure = 'attempts-exhausted', lease_until = NULL, finished_at = coalesce(finished_at, created_at)
WHERE status IN ('queued', 'running')";
    const TOLD: &str = "-- arrivals::end_report_mails
UPDATE report_mails SET state = 'failed' WHERE state IN ('ready', 'sending')";
    // Alerts were moved back with their candidates: what they looked at since would be new to them, all at once.
    const ALERTS: &str = "-- arrivals::look_from_now
UPDATE alerts SET new_since = now(), seen_until = now() WHERE new_since IS NOT NULL AND seen_until IS NOT NULL";
    const INDEX: &str = "-- arrivals::forget_index
UPDATE search_index SET lease = lease + 1, lease_until = NULL, made = 0, published = 0, published_at = NULL, generation = NULL, made_with = NULL";
    for sql in [IMPORTS, PULLS, DOCUMENTS, MAILS, REPORTS, TOLD, ALERTS, INDEX] {
        tx.execute(sql, &[]).await?;
    }
    Ok(())
}

/// The same in the shared database.
pub async fn settle_runs(tx: &PoolTx<'_>) -> Result<(), DatabaseError> {
    const RUNS: &str = "-- arrivals::end_test_runs
UPDATE test_runs SET status = 'failed', lease = NULL, lease_until = NULL, finished_at = coalesce(finished_at, created_at)
WHERE status IN ('queued', 'running')";
    tx.execute(RUNS, &[]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_refer_to_comes_first() {
        let table = |name: &str| Table { name: name.into(), columns: Vec::new() };
        let relation = |table: &str, to: &str| Relation {
            table: table.into(),
            to: to.into(),
            columns: Vec::new(),
            to_columns: Vec::new(),
        };
        let tables = [table("a"), table("b"), table("c"), table("d")];
        let relations = [relation("a", "b"), relation("b", "c"), relation("c", "c"), relation("a", "d")];
        let names = BTreeSet::from(["a", "b", "c"]);
        let ordered: Vec<&str> =
            in_order(&tables, &relations, &names).iter().map(|table| table.name.as_str()).collect();
        assert_eq!(ordered, ["c", "b", "a"]);
    }
}
