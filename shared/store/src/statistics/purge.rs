//! Counts that are over. They hold nobody; they go in whole hours and days, the oldest first, so that a day is never there in part.

use jiff::{Timestamp, civil::Date};
use tokio_postgres::types::ToSql;
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

/// How many counts by the hour are of before `cutoff`, up to `limit`.
pub async fn count_hours_before(
    tx: &PoolTx<'_>,
    cutoff: Timestamp,
    limit: u32,
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- statistics::count_hours_before\n\
        SELECT count(*) AS count FROM (\n\
            SELECT FROM usage_hours WHERE tenant_id = bound_tenant() AND hour < $1 LIMIT $2\n\
        ) AS old";
    count(tx, SQL, &cutoff, limit).await
}

/// Removes counts by the hour of before `cutoff`: whole hours, until they are `limit` rows or more. Returns how many rows.
pub async fn purge_hours(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- statistics::purge_hours\n\
        DELETE FROM usage_hours\n\
        WHERE tenant_id = bound_tenant() AND hour < $1 AND hour <= coalesce((\n\
            SELECT last.hour FROM usage_hours last\n\
            WHERE last.tenant_id = bound_tenant() AND last.hour < $1 ORDER BY last.hour OFFSET $2 LIMIT 1\n\
        ), $1)";
    tx.execute(SQL, &[&cutoff, &i64::from(limit.saturating_sub(1))]).await
}

/// How many counts by the day are of before `cutoff`, up to `limit`.
pub async fn count_days_before(tx: &PoolTx<'_>, cutoff: Date, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- statistics::count_days_before\n\
        SELECT count(*) AS count FROM (\n\
            (SELECT FROM usage_days WHERE tenant_id = bound_tenant() AND day < $1 LIMIT $2)\n\
            UNION ALL\n\
            (SELECT FROM usage_subjects WHERE tenant_id = bound_tenant() AND day < date_trunc('month', $1::date) LIMIT $2)\n\
            UNION ALL\n\
            (SELECT FROM usage_subject_packs WHERE tenant_id = bound_tenant() AND day < date_trunc('month', $1::date) LIMIT $2)\n\
            UNION ALL\n\
            (SELECT FROM usage_whole_months WHERE tenant_id = bound_tenant() AND day < date_trunc('month', $1::date) LIMIT $2)\n\
            UNION ALL\n\
            (SELECT FROM usage_visitors WHERE tenant_id = bound_tenant() AND day < $1 LIMIT $2)\n\
            LIMIT $2\n\
        ) AS old";
    count(tx, SQL, &cutoff, limit).await
}

/// Removes counts by the day of before `cutoff`, until they are `limit` rows or more: whole days, of subjects whole months of them. Sums of a month
/// go when its last day does: where figures are kept for longer again afterwards, that month is told as it was. Returns how many rows.
pub async fn purge_days(tx: &PoolTx<'_>, cutoff: Date, limit: u32) -> Result<u64, DatabaseError> {
    const TABLES: [&str; 5] = [
        "-- statistics::purge_days\n\
        DELETE FROM usage_days\n\
        WHERE tenant_id = bound_tenant() AND day < $1 AND day <= coalesce((\n\
            SELECT last.day FROM usage_days last\n\
            WHERE last.tenant_id = bound_tenant() AND last.day < $1 ORDER BY last.day OFFSET $2 LIMIT 1\n\
        ), $1)",
        "-- statistics::purge_subjects\n\
        DELETE FROM usage_subjects\n\
        WHERE tenant_id = bound_tenant() AND day < date_trunc('month', $1::date) AND day <= coalesce((\n\
            SELECT last.day FROM usage_subjects last\n\
            WHERE last.tenant_id = bound_tenant() AND last.day < date_trunc('month', $1::date) ORDER BY last.day OFFSET $2 LIMIT 1\n\
        ), $1)",
        "-- statistics::purge_packs\n\
        DELETE FROM usage_subject_packs\n\
        WHERE tenant_id = bound_tenant() AND day < date_trunc('month', $1::date) AND day <= coalesce((\n\
            SELECT last.day FROM usage_subject_packs last\n\
            WHERE last.tenant_id = bound_tenant() AND last.day < date_trunc('month', $1::date) ORDER BY last.day OFFSET $2 LIMIT 1\n\
        ), $1)",
        "-- statistics::purge_months\n\
        DELETE FROM usage_whole_months\n\
        WHERE tenant_id = bound_tenant() AND day < date_trunc('month', $1::date) AND day <= coalesce((\n\
            SELECT last.day FROM usage_whole_months last\n\
            WHERE last.tenant_id = bound_tenant() AND last.day < date_trunc('month', $1::date) ORDER BY last.day OFFSET $2 LIMIT 1\n\
        ), $1)",
        "-- statistics::purge_visitors\n\
        DELETE FROM usage_visitors\n\
        WHERE tenant_id = bound_tenant() AND day < $1 AND day <= coalesce((\n\
            SELECT last.day FROM usage_visitors last\n\
            WHERE last.tenant_id = bound_tenant() AND last.day < $1 ORDER BY last.day OFFSET $2 LIMIT 1\n\
        ), $1)",
    ];
    let mut removed = 0;
    for sql in TABLES {
        let left = u64::from(limit).saturating_sub(removed);
        if left == 0 {
            break;
        }
        removed += tx.execute(sql, &[&cutoff, &i64::try_from(left - 1).unwrap_or(i64::MAX)]).await?;
    }
    Ok(removed)
}

async fn count(
    tx: &PoolTx<'_>,
    sql: &str,
    cutoff: &(dyn ToSql + Sync),
    limit: u32,
) -> Result<u64, DatabaseError> {
    let row = tx.query_one(sql, &[cutoff, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}
