//! Texts of searches: shares that wait for enough others, and what could be opened.

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    event::{Event, EventKind, QueryShare, SearchContext},
    ids::ProjectId,
    opaque::Opaque,
};
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

use crate::declined_synonyms;

/// Shares of a text that are as many as it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ripe {
    /// What stands for the text.
    pub tag: Opaque<16>,
    /// The front office.
    pub project: ProjectId,
    /// The text, as it was encrypted.
    pub sealed: Opaque<144>,
    /// Just enough of different visitors: where each share lies, and what it is.
    pub shares: Vec<(Opaque<32>, Opaque<32>)>,
    /// When it was searched for last.
    pub seen_at: Timestamp,
}

/// What one event brings.
struct Brought<'a> {
    context: &'a SearchContext,
    tag: Opaque<16>,
    share: Option<&'a QueryShare>,
    at: Timestamp,
}

fn brought(event: &Event) -> Option<Brought<'_>> {
    let (context, share) = match &event.kind {
        EventKind::Search { context: Some(context), share, .. } => (context, share.as_deref()),
        EventKind::OfferViewed { context: Some(context), .. } => (context, None),
        _ => return None,
    };
    Some(Brought { context, tag: context.tag?, share, at: event.occurred_at })
}

/// Keeps the shares that events bring, one of each visitor, but for texts that are open already. Returns the tags among them that
/// have as many as it takes.
pub async fn keep(tx: &PoolTx<'_>, events: &[Event]) -> Result<Vec<String>, DatabaseError> {
    // Two transactions that each bring the last but one share would not see each other's: one of them waits.
    const LOCK: &str = "-- queries::lock\n\
        SELECT pg_advisory_xact_lock(hashtextextended('queries ' || bound_tenant()::text, 0))";
    const SEEN: &str = "-- queries::see\n\
        UPDATE query_texts t SET seen_at = greatest(t.seen_at, new.seen_at)\n\
        FROM (SELECT tag, max(seen_at) AS seen_at FROM unnest($1::text[], $2::timestamptz[]) AS n (tag, seen_at)\n\
              GROUP BY tag) AS new\n\
        WHERE t.tenant_id = bound_tenant() AND t.tag = new.tag AND t.seen_at < new.seen_at";
    const KEEP: &str = "-- queries::keep\n\
        INSERT INTO query_shares (tenant_id, tag, x, y, project_id, visitors, sealed, seen_at)\n\
        SELECT bound_tenant(), n.tag, n.x, n.y, n.project_id, n.visitors, n.sealed, n.seen_at\n\
        FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::uuid[], $5::int[], $6::bytea[], $7::timestamptz[])\n\
             AS n (tag, x, y, project_id, visitors, sealed, seen_at)\n\
        WHERE NOT EXISTS (SELECT FROM query_texts t WHERE t.tenant_id = bound_tenant() AND t.tag = n.tag)\n\
        ON CONFLICT (tenant_id, tag, x) DO NOTHING";
    const RIPE: &str = "-- queries::list_ripe\n\
        SELECT tag FROM query_shares WHERE tenant_id = bound_tenant() AND tag = ANY ($1::text[])\n\
        GROUP BY tag HAVING count(*) >= max(visitors) ORDER BY tag";
    let all: Vec<Brought<'_>> = events.iter().filter_map(brought).collect();
    if all.is_empty() {
        return Ok(Vec::new());
    }
    tx.query(LOCK, &[]).await?;
    let tags: Vec<String> = all.iter().map(|one| one.tag.to_string()).collect();
    let times: Vec<Timestamp> = all.iter().map(|one| one.at).collect();
    tx.execute(SEEN, &[&tags, &times]).await?;
    let new: Vec<(&Brought<'_>, &QueryShare)> =
        all.iter().filter_map(|one| one.share.map(|share| (one, share))).collect();
    let tags: Vec<String> = new.iter().map(|(one, _)| one.tag.to_string()).collect();
    let bytes = |of: fn(&QueryShare) -> &[u8]| new.iter().map(|(_, share)| of(share)).collect::<Vec<&[u8]>>();
    let projects: Vec<Uuid> = new.iter().map(|(one, _)| one.context.project.as_uuid()).collect();
    let visitors: Vec<i32> = new.iter().map(|(_, share)| i32::from(share.visitors.max(2))).collect();
    let times: Vec<Timestamp> = new.iter().map(|(one, _)| one.at).collect();
    let (x, y) = (bytes(|share| share.x.as_bytes()), bytes(|share| share.y.as_bytes()));
    let sealed = bytes(|share| share.sealed.as_bytes());
    tx.execute(KEEP, &[&tags, &x, &y, &projects, &visitors, &sealed, &times]).await?;
    Ok(tx.query(RIPE, &[&tags]).await?.iter().map(|row| row.get("tag")).collect())
}

/// As many shares of a tag as it takes, the oldest ones.
pub async fn fetch_ripe(tx: &PoolTx<'_>, tag: &str) -> Result<Option<Ripe>, DatabaseError> {
    const SQL: &str = "-- queries::fetch_ripe\n\
        SELECT tag, project_id, sealed, x, y, visitors, max(seen_at) OVER () AS seen_at\n\
        FROM query_shares WHERE tenant_id = bound_tenant() AND tag = $1 ORDER BY stored_at, x";
    let rows = tx.query(SQL, &[&tag]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let most = usize::try_from(first.get::<_, i32>("visitors")).unwrap_or_default();
    let bytes = |row: &Row, name: &str| Opaque::from_slice(row.get(name));
    let share = |row: &Row| Some((bytes(row, "x")?, bytes(row, "y")?));
    let sealed = Opaque::from_slice(first.get("sealed"));
    let (Some(tag), Some(sealed)) = (Opaque::decode(tag), sealed) else { return Ok(None) };
    Ok(Some(Ripe {
        tag,
        project: first.get::<_, Uuid>("project_id").into(),
        sealed,
        shares: rows.iter().take(most).filter_map(share).collect(),
        seen_at: first.get("seen_at"),
    }))
}

/// Removes the shares of a text that do not fit together: it is collected anew, where they would stand in the way of others for good.
pub async fn delete_shares(tx: &PoolTx<'_>, tag: &str) -> Result<(), DatabaseError> {
    const SQL: &str = "-- queries::delete_shares\n\
        DELETE FROM query_shares WHERE tenant_id = bound_tenant() AND tag = $1";
    tx.execute(SQL, &[&tag]).await?;
    Ok(())
}

/// Stores a text that was opened; its shares are gone.
pub async fn set_opened(tx: &PoolTx<'_>, ripe: &Ripe, query: &str) -> Result<(), DatabaseError> {
    const OPENED: &str = "-- queries::set_opened\n\
        INSERT INTO query_texts (tenant_id, tag, project_id, query, seen_at)\n\
        VALUES (bound_tenant(), $1, $2, $3, $4) ON CONFLICT (tenant_id, tag) DO NOTHING";
    let tag = ripe.tag.to_string();
    tx.execute(OPENED, &[&tag, &ripe.project.as_uuid(), &query, &ripe.seen_at]).await?;
    delete_shares(tx, &tag).await
}

/// How many shares and texts were last seen before `cutoff`, and how many synonyms declined, counted up to `limit`.
pub async fn count_before(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- queries::count_before\n\
        SELECT count(*) AS count FROM (\n\
            (SELECT FROM query_shares WHERE tenant_id = bound_tenant() AND seen_at < $1 LIMIT $2)\n\
            UNION ALL\n\
            (SELECT FROM query_texts WHERE tenant_id = bound_tenant() AND seen_at < $1 LIMIT $2)\n\
            UNION ALL\n\
            (SELECT FROM declined_synonyms WHERE tenant_id = bound_tenant() AND declined_at < $1 LIMIT $2)\n\
            LIMIT $2\n\
        ) AS old";
    let row = tx.query_one(SQL, &[&cutoff, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}

/// Removes shares and texts that were last seen before `cutoff`, at most `limit` of both, and the synonyms declined before: a member
/// declines few. Returns how many.
pub async fn purge(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    // As events are purged: overlapping runs pass each other, and the limit is counted once.
    const SHARES: &str = "-- queries::purge_shares\n\
        WITH old AS MATERIALIZED (\n\
            SELECT tag, x FROM query_shares\n\
            WHERE tenant_id = bound_tenant() AND seen_at < $1\n\
            ORDER BY seen_at LIMIT $2 FOR UPDATE SKIP LOCKED\n\
        )\n\
        DELETE FROM query_shares s USING old\n\
        WHERE s.tenant_id = bound_tenant() AND s.tag = old.tag AND s.x = old.x";
    const TEXTS: &str = "-- queries::purge_texts\n\
        WITH old AS MATERIALIZED (\n\
            SELECT tag FROM query_texts\n\
            WHERE tenant_id = bound_tenant() AND seen_at < $1\n\
            ORDER BY seen_at LIMIT $2 FOR UPDATE SKIP LOCKED\n\
        )\n\
        DELETE FROM query_texts t USING old WHERE t.tenant_id = bound_tenant() AND t.tag = old.tag";
    let shares = tx.execute(SHARES, &[&cutoff, &i64::from(limit)]).await?;
    let left = i64::from(limit) - shares.cast_signed();
    let texts = tx.execute(TEXTS, &[&cutoff, &left]).await?;
    Ok(shares + texts + declined_synonyms::purge(tx, cutoff).await?)
}
