//! Feeds as members enter, change and remove them.

use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::{ids::FeedId, import::ImportSource};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::{COLUMNS, Feed, FeedTerms, columns, read};

/// Enters a feed, due at once. One of the same id is the same request's, and stays.
pub async fn insert(
    tx: &SiloTx<'_>,
    id: FeedId,
    terms: &FeedTerms,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- feeds::insert
        INSERT INTO feeds (id, source, format, address, host_keys, credentials, secret_id, every, hour, enabled,
                           next_at, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $11)
        ON CONFLICT (id) DO NOTHING";
    let (every, hour) = columns(terms.schedule);
    let kind = terms.credentials.map(|kept| kept.kind.as_str());
    let secret = terms.credentials.map(|kept| kept.secret.as_uuid());
    let (source, format) = (terms.source.as_str(), terms.format.as_str());
    let (id, address) = (id.as_uuid(), terms.address.as_str());
    tx.execute(
        SQL,
        &[
            &id,
            &source,
            &format,
            &address,
            &terms.host_keys,
            &kind,
            &secret,
            &every,
            &hour,
            &terms.enabled,
            &now,
        ],
    )
    .await?;
    Ok(())
}

/// Whether another feed brings this source: one would close what the other brings.
pub async fn is_taken(tx: &SiloTx<'_>, source: &ImportSource, but: FeedId) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- feeds::is_taken
        SELECT EXISTS (SELECT FROM feeds WHERE source = $1 AND id <> $2) AS taken";
    Ok(tx.query_one(SQL, &[&source.as_str(), &but.as_uuid()]).await?.get("taken"))
}

/// How many feeds there are.
pub async fn count(tx: &SiloTx<'_>) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- feeds::count\nSELECT count(*) AS feeds FROM feeds";
    Ok(tx.query_one(SQL, &[]).await?.get::<_, i64>("feeds").unsigned_abs())
}

/// Lets nobody else enter or change feeds until the transaction ends: how many there are, and whose a source is, stays true.
pub async fn lock(tx: &SiloTx<'_>) -> Result<(), DatabaseError> {
    const SQL: &str = "-- feeds::lock\nSELECT pg_advisory_xact_lock(2)";
    tx.execute(SQL, &[]).await?;
    Ok(())
}

/// One feed, if the tenant has it.
pub async fn fetch(tx: &SiloTx<'_>, id: FeedId) -> Result<Option<Feed>, TenancyError> {
    let sql = format!("-- feeds::fetch\nSELECT {COLUMNS} FROM feeds WHERE id = $1");
    tx.query_opt(&sql, &[&id.as_uuid()]).await?.as_ref().map(read).transpose()
}

/// Feeds in the order in which they were entered, behind `after`.
pub async fn list(tx: &SiloTx<'_>, after: Option<FeedId>, limit: usize) -> Result<Vec<Feed>, TenancyError> {
    let sql = format!(
        "-- feeds::list\nSELECT {COLUMNS} FROM feeds WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    tx.query(&sql, &[&after.map(FeedId::as_uuid), &limit]).await?.iter().map(read).collect()
}

/// Whether what is known of the file that was imported last still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is a file of the same server's, for the same source and read the same way.
    File,
    /// It says nothing of the file that is fetched next.
    Nothing,
}

/// Changes a feed; it is due at `next_at`. Where nothing is known of its file any more, a run under way ends: what it fetches is not what is wanted.
pub async fn update(
    tx: &SiloTx<'_>,
    id: FeedId,
    terms: &FeedTerms,
    kept: Kept,
    next_at: Timestamp,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- feeds::update
        UPDATE feeds
        SET source = $2, format = $3, address = $4, host_keys = $5, credentials = $6, secret_id = $7, every = $8,
            hour = $9, enabled = $10, next_at = $11, updated_at = $12, failures = 0
        WHERE id = $1";
    const FORGET: &str = "-- feeds::forget_file
        UPDATE feeds SET etag = NULL, last_modified = NULL, sha256 = NULL, last_import_id = NULL WHERE id = $1";
    const END: &str = "-- feeds::end_run
        UPDATE feed_runs SET status = 'failed', failure = 'feed-changed', finished_at = $2, lease_until = NULL
        WHERE feed_id = $1 AND status IN ('waiting', 'running')";
    let (every, hour) = columns(terms.schedule);
    let kind = terms.credentials.map(|kept| kept.kind.as_str());
    let secret = terms.credentials.map(|kept| kept.secret.as_uuid());
    let (source, format) = (terms.source.as_str(), terms.format.as_str());
    let (id, address): (Uuid, _) = (id.as_uuid(), terms.address.as_str());
    tx.execute_one(
        SQL,
        &[
            &id,
            &source,
            &format,
            &address,
            &terms.host_keys,
            &kind,
            &secret,
            &every,
            &hour,
            &terms.enabled,
            &next_at,
            &now,
        ],
    )
    .await?;
    if kept == Kept::Nothing {
        tx.execute_one(FORGET, &[&id]).await?;
        tx.execute(END, &[&id, &now]).await?;
    }
    Ok(())
}

/// Removes a feed with its runs; whether there was one. A run under way writes nothing any more.
pub async fn delete(tx: &SiloTx<'_>, id: FeedId) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- feeds::delete\nDELETE FROM feeds WHERE id = $1";
    Ok(tx.execute(SQL, &[&id.as_uuid()]).await? == 1)
}
