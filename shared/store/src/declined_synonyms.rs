//! Synonyms that a member does not want to be proposed again.

use jiff::Timestamp;
use vivier_domain::ids::ProjectId;
use vivier_tenancy::rooms::database::{DatabaseError, PoolTx};

/// Notes a pair; one that was noted stays.
pub async fn add(
    tx: &PoolTx<'_>,
    project: ProjectId,
    from: &str,
    to: &[String],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- declined_synonyms::add\n\
        INSERT INTO declined_synonyms (tenant_id, project_id, from_words, to_words, declined_at)\n\
        SELECT bound_tenant(), $1, $2, word, $4 FROM unnest($3::text[]) AS word ON CONFLICT DO NOTHING";
    tx.execute(SQL, &[&project.as_uuid(), &from, &to, &now]).await.map(drop)
}

/// All pairs of a front office that were noted since a moment.
pub async fn list(
    tx: &PoolTx<'_>,
    project: ProjectId,
    since: Timestamp,
) -> Result<Vec<(String, String)>, DatabaseError> {
    const SQL: &str = "-- declined_synonyms::list\n\
        SELECT from_words, to_words FROM declined_synonyms\n\
        WHERE tenant_id = bound_tenant() AND project_id = $1 AND declined_at >= $2 ORDER BY from_words, to_words";
    let rows = tx.query(SQL, &[&project.as_uuid(), &since]).await?;
    Ok(rows.iter().map(|row| (row.get("from_words"), row.get("to_words"))).collect())
}

/// Removes pairs that were noted before `cutoff`: like all that was read of searches they go with the events' days.
pub async fn purge(tx: &PoolTx<'_>, cutoff: Timestamp) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- declined_synonyms::purge\n\
        DELETE FROM declined_synonyms WHERE tenant_id = bound_tenant() AND declined_at < $1";
    tx.execute(SQL, &[&cutoff]).await
}
