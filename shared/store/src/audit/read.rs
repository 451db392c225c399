//! Reading the log: a page of what fits a filter, the newest or the oldest first.

use jiff::Timestamp;
use tokio_postgres::Row;
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

use super::{
    chain::{Hash, Link, Linked},
    entry::Outcome,
};

/// What to look for; what is not named may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Until just before this moment.
    pub to: Option<Timestamp>,
    /// By this one: a member's subject, `operator`, `system` or `unknown`.
    pub actor: Option<String>,
    /// Exactly this action.
    pub action: Option<String>,
    /// To this thing; of several that an entry names, any.
    pub subject: Option<String>,
    /// That ended so.
    pub outcome: Option<Outcome>,
}

/// What the statements of this file and of the walk select.
pub(super) fn linked(row: &Row) -> Linked {
    Linked {
        tenant: row.get("tenant_id"),
        entry_id: row.get("entry_id"),
        link: Link { ordinal: row.get("ordinal"), hash: Hash::read(row.get("hash")) },
        previous: Hash::read(row.get("previous_hash")),
        happened_at: row.get("happened_at"),
        office: row.get("office"),
        actor: row.get("actor"),
        action: row.get("action"),
        subject: row.get("subject"),
        outcome: row.get("outcome"),
        from_address: row.get("from_address"),
        request_id: row.get("request_id"),
    }
}

/// Entries that fit, the newest first: those before the place `before`, if there is one, at most `limit`.
pub async fn list(
    tx: &PoolTx<'_>,
    filter: &Filter,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Linked>, DatabaseError> {
    const SQL: &str = "-- audit::list\n\
        SELECT * FROM audit_log\n\
        WHERE tenant_id = bound_tenant() AND ($1::bigint IS NULL OR ordinal < $1)\n\
        AND ($2::timestamptz IS NULL OR happened_at >= $2) AND ($3::timestamptz IS NULL OR happened_at < $3)\n\
        AND ($4::text IS NULL OR actor = $4) AND ($5::text IS NULL OR action = $5)\n\
        AND ($6::text IS NULL OR subject = $6 OR $6 = ANY (string_to_array(subject, '/')))\n\
        AND ($7::text IS NULL OR outcome = $7)\n\
        ORDER BY ordinal DESC LIMIT $8";
    select(tx, SQL, filter, before, limit).await
}

/// Entries that fit, the oldest first: those after the place `after`, if there is one, at most `limit`.
pub async fn export(
    tx: &PoolTx<'_>,
    filter: &Filter,
    after: Option<i64>,
    limit: u32,
) -> Result<Vec<Linked>, DatabaseError> {
    const SQL: &str = "-- audit::export\n\
        SELECT * FROM audit_log\n\
        WHERE tenant_id = bound_tenant() AND ($1::bigint IS NULL OR ordinal > $1)\n\
        AND ($2::timestamptz IS NULL OR happened_at >= $2) AND ($3::timestamptz IS NULL OR happened_at < $3)\n\
        AND ($4::text IS NULL OR actor = $4) AND ($5::text IS NULL OR action = $5)\n\
        AND ($6::text IS NULL OR subject = $6 OR $6 = ANY (string_to_array(subject, '/')))\n\
        AND ($7::text IS NULL OR outcome = $7)\n\
        ORDER BY ordinal LIMIT $8";
    select(tx, SQL, filter, after, limit).await
}

async fn select(
    tx: &PoolTx<'_>,
    sql: &str,
    filter: &Filter,
    place: Option<i64>,
    limit: u32,
) -> Result<Vec<Linked>, DatabaseError> {
    let outcome = filter.outcome.map(Outcome::as_str);
    let rows = tx
        .query(
            sql,
            &[
                &place,
                &filter.from,
                &filter.to,
                &filter.actor,
                &filter.action,
                &filter.subject,
                &outcome,
                &i64::from(limit),
            ],
        )
        .await?;
    Ok(rows.iter().map(linked).collect())
}
