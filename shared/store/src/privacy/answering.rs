//! What came of a request, store by store and as a whole.

use jiff::Timestamp;
use tokio_postgres::Row;
use vivier_domain::{
    ids::PrivacyRequestId,
    opaque::Opaque,
    privacy::{LeftReason, PrivacyStore},
};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::{Lease, StoreAnswer};

/// What a request is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// A copy can be fetched.
    Copy {
        /// Until then.
        until: Timestamp,
        /// Whose it is, as a keyed hash of the address.
        subject: Opaque<32>,
    },
}

/// Notes what a store answered to a try; what was removed adds up over tries.
pub async fn note_store(
    tx: &SiloTx<'_>,
    lease: Lease,
    store: PrivacyStore,
    removed: u64,
    reason: Option<LeftReason>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- privacy::note_store
        INSERT INTO privacy_stores (request_id, store, removed, reason, looked_at)
        SELECT id, $3, $4, $5, $6 FROM privacy_requests WHERE id = $1 AND lease_until = $2
        ON CONFLICT (request_id, store) DO UPDATE
        SET removed = privacy_stores.removed + excluded.removed, reason = excluded.reason, looked_at = excluded.looked_at";
    let removed = i64::try_from(removed).unwrap_or(i64::MAX);
    let (request, reason) = (lease.request.as_uuid(), reason.map(LeftReason::as_str));
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
        [&request, &lease.until, &store.as_str(), &removed, &reason, &now];
    Ok(tx.execute(SQL, &params).await? == 1)
}

/// What stores answered to a request, in the order of their names.
pub async fn list_stores(tx: &SiloTx<'_>, id: PrivacyRequestId) -> Result<Vec<StoreAnswer>, TenancyError> {
    const SQL: &str = "-- privacy::list_stores
        SELECT store, removed, reason, looked_at FROM privacy_stores WHERE request_id = $1 ORDER BY store";
    const CORRUPT: TenancyError = TenancyError::Corrupt("answer of a store");
    let read = |row: &Row| {
        let reason = row.get::<_, Option<&str>>("reason").map(str::parse).transpose();
        Ok(StoreAnswer {
            store: row.get::<_, &str>("store").parse().map_err(|_| CORRUPT)?,
            removed: row.get::<_, i64>("removed").unsigned_abs(),
            reason: reason.map_err(|_| CORRUPT)?,
            looked_at: row.get("looked_at"),
        })
    };
    tx.query(SQL, &[&id.as_uuid()]).await?.iter().map(read).collect()
}

/// An erasure that is not whole yet.
pub async fn leave_partial(tx: &SiloTx<'_>, lease: Lease) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- privacy::leave_partial
        UPDATE privacy_requests SET state = 'partial' WHERE id = $1 AND lease_until = $2";
    Ok(tx.execute(SQL, &[&lease.request.as_uuid(), &lease.until]).await? == 1)
}

/// Notes that a correction was made; the person is still to be told. Once more changes nothing.
pub async fn correct(tx: &SiloTx<'_>, id: PrivacyRequestId, now: Timestamp) -> Result<(), DatabaseError> {
    const SQL: &str = "-- privacy::correct
        UPDATE privacy_requests SET corrected_at = $2, next_at = $2
        WHERE id = $1 AND kind = 'rectification' AND state = 'received' AND corrected_at IS NULL";
    tx.execute(SQL, &[&id.as_uuid(), &now]).await.map(drop)
}

/// Notes whose copy is about to be made, before any of it is there: an erasure finds it whatever becomes of this run. `false`: the request is
/// gone, or another run's.
pub async fn announce_copy(
    tx: &SiloTx<'_>,
    lease: Lease,
    subject: &Opaque<32>,
    until: Timestamp,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- privacy::announce_copy
        UPDATE privacy_requests SET available_until = $3, subject = $4 WHERE id = $1 AND lease_until = $2";
    let subject = subject.as_bytes().as_slice();
    Ok(tx.execute(SQL, &[&lease.request.as_uuid(), &lease.until, &until, &subject]).await? == 1)
}

/// A request is answered: what is personal in it goes. `false`: it is gone, or another run's.
pub async fn complete(
    tx: &SiloTx<'_>,
    lease: Lease,
    answer: Answer,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- privacy::complete
        UPDATE privacy_requests SET
            state = 'complete', ended_at = $3, email = NULL, note = NULL, conversations = '{}', available_until = $4, subject = $5,
            next_at = 'infinity', lease_until = NULL
        WHERE id = $1 AND lease_until = $2";
    let (until, subject) = match answer {
        Answer::Done => (None, None),
        Answer::Copy { until, subject } => (Some(until), Some(subject.as_bytes().to_vec())),
    };
    Ok(tx.execute(SQL, &[&lease.request.as_uuid(), &lease.until, &now, &until, &subject]).await? == 1)
}

/// How far the ledger of erasures was carried out on this database.
pub async fn applied(tx: &SiloTx<'_>) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- privacy::applied
        SELECT seq FROM erasures_applied";
    Ok(tx.query_one(SQL, &[]).await?.get::<_, i64>("seq").unsigned_abs())
}

/// Notes that the ledger was carried out up to `seq`.
pub async fn raise_applied(tx: &SiloTx<'_>, seq: u64) -> Result<(), DatabaseError> {
    const SQL: &str = "-- privacy::raise_applied
        UPDATE erasures_applied SET seq = greatest(seq, $1)";
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    tx.execute(SQL, &[&seq]).await.map(drop)
}
