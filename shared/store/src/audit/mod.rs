//! The audit log: who did what to which thing, from where, and how it ended. It names people and things by id only, so
//! that it holds no content. A tenant's entries are one chain, see [`chain`]: they are added at its end, removed at its
//! beginning when their days are over, and never changed.

mod activity;
pub mod chain;
mod entry;
mod read;
mod verify;

use jiff::Timestamp;
use uuid::Uuid;
use vivier_tenancy::{
    Tenancy, TenancyError, TenantScope,
    rooms::{PoolTx, database::DatabaseError},
};

pub use activity::{ActionCount, list_actions};
pub use chain::{Hash, Link, Linked};
pub use entry::{Actor, Entry, Outcome, UnknownOutcome};
pub use read::{Filter, export, list};
pub use verify::{Break, Fault, Verified, verify};

/// Adds an entry at the end of the tenant's chain. It stands or falls with the transaction, which holds the chain's end
/// until it is over: other entries of the tenant wait for it.
pub async fn append(tx: &PoolTx<'_>, entry: &Entry<'_>) -> Result<Link, DatabaseError> {
    const SQL: &str = "-- audit::append\n\
        SELECT ordinal, hash FROM audit_append(\n\
            entry_id => $1, happened_at => $2, office => $3, actor => $4, action => $5, subject => $6,\n\
            outcome => $7, from_address => $8, request_id => $9)";
    let address = entry.from_address.map(|address| address.to_string());
    let (office, actor, outcome) =
        (entry::office_name(entry.office), entry.actor.as_str(), entry.outcome.as_str());
    let row = tx
        .query_one(
            SQL,
            &[
                &Uuid::now_v7(),
                &entry.happened_at,
                &office,
                &actor,
                &entry.action,
                &entry.subject,
                &outcome,
                &address,
                &entry.request_id,
            ],
        )
        .await?;
    Ok(Link { ordinal: row.get("ordinal"), hash: Hash::read(row.get("hash")) })
}

/// Adds an entry in a transaction of its own. It opens the shared database: a caller that holds a session of it waits
/// for itself.
pub async fn enter(tenancy: &Tenancy, scope: &TenantScope, entry: &Entry<'_>) -> Result<Link, TenancyError> {
    let mut session = tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let link = append(&tx, entry).await?;
    tx.commit().await?;
    Ok(link)
}

/// How many entries [`purge`] would remove, counted up to `limit`.
pub async fn count_before(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- audit::count_before\n\
        SELECT count(*) FILTER (WHERE NOT seen.stays) AS count FROM (\n\
            SELECT bool_or(oldest.happened_at >= $1) OVER (ORDER BY oldest.ordinal) AS stays FROM (\n\
                SELECT ordinal, happened_at FROM audit_log\n\
                WHERE tenant_id = bound_tenant() ORDER BY ordinal LIMIT $2\n\
            ) AS oldest\n\
        ) AS seen";
    let row = tx.query_one(SQL, &[&cutoff, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}

/// Removes entries from before `cutoff`, the oldest first and at most `limit`; the first that is not older ends it, so
/// that what is left is one chain. Returns how many went.
pub async fn purge(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- audit::purge\nSELECT audit_purge(cutoff => $1, most => $2) AS removed";
    let row = tx.query_one(SQL, &[&cutoff, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("removed").unsigned_abs())
}
