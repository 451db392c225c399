//! Offers and documents: how often each was used in a period, added up from whole quarters and months, single days, and what batches have counted since.

use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::ids::ProjectId;
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

use super::{Span, ranges::Ranges, unsigned};

/// The offers or documents that a kind of event was most often about, with how often, the most frequent first.
pub async fn list_subjects(
    tx: &PoolTx<'_>,
    span: Span,
    kind: &str,
    project: Option<ProjectId>,
    limit: u32,
) -> Result<Vec<(Uuid, u64)>, DatabaseError> {
    let rows = rank(tx, span, [kind, ""], project, limit).await?;
    Ok(rows.iter().map(|row| (row.get("subject_id"), unsigned(row, "first"))).collect())
}

/// How often an offer was opened, and how often somebody went on to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Performance {
    /// The offer.
    pub offer: Uuid,
    /// How often it was opened.
    pub viewed: u64,
    /// How often somebody went on to apply.
    pub applied: u64,
}

/// What became of offers, the most viewed first, at most `limit`; and of how many anything is known.
pub async fn list_performance(
    tx: &PoolTx<'_>,
    span: Span,
    project: Option<ProjectId>,
    limit: u32,
) -> Result<(Vec<Performance>, u64), DatabaseError> {
    let rows = rank(tx, span, ["offer_viewed", "apply_clicked"], project, limit).await?;
    let offers = rows.first().map_or(0, |row| unsigned(row, "subjects"));
    let one = |row: &Row| Performance {
        offer: row.get("subject_id"),
        viewed: unsigned(row, "first"),
        applied: unsigned(row, "second"),
    };
    Ok((rows.iter().map(one).collect(), offers))
}

/// What two kinds of events were about, by how often the first kind was, then the second, and how many there are in all. To look at each count
/// once for the second kind alone is what keeps a year short.
async fn rank(
    tx: &PoolTx<'_>,
    span: Span,
    kinds: [&str; 2],
    project: Option<ProjectId>,
    limit: u32,
) -> Result<Vec<Row>, DatabaseError> {
    // Where nothing says through which day months hold, they hold all: figures that were taken along before that was written down.
    // LATERAL with OFFSET 0: each range is looked up in the index, whatever is thought of how many there are.
    const SQL: &str = "-- statistics::rank_subjects\n\
        WITH held AS (\n\
            SELECT coalesce(max(through), 'infinity') AS months, ARRAY(\n\
                SELECT DISTINCT day FROM usage_subject_packs WHERE tenant_id = bound_tenant() AND grain = 'quarter' AND day = ANY ($11)\n\
            ) AS quarters FROM usage_months WHERE tenant_id = bound_tenant()\n\
        ), counted AS (\n\
            SELECT s.subject_id, s.kind, s.count * r.sign AS count\n\
            FROM unnest($1::bool[], $2::date[], $3::date[], $4::bigint[]) AS r (late, first, last, sign)\n\
            CROSS JOIN held,\n\
            LATERAL (SELECT subject_id, kind, count FROM usage_subjects\n\
                WHERE tenant_id = bound_tenant() AND grain = 'day' AND kind = ANY ($8)\n\
                      AND day BETWEEN CASE WHEN r.late THEN greatest(r.first, held.months + 1) ELSE r.first END AND r.last\n\
                      AND ($9::uuid IS NULL OR project_id = $9) OFFSET 0) AS s\n\
            UNION ALL\n\
            SELECT unnest(p.subjects), p.kind, unnest(p.counts) FROM held, usage_subject_packs AS p\n\
            WHERE p.tenant_id = bound_tenant() AND p.kind = ANY ($8) AND ($9::uuid IS NULL OR p.project_id = $9)\n\
                  AND (p.grain = 'batch' AND p.day BETWEEN $6 AND $7 OR p.grain = 'quarter' AND p.day = ANY (held.quarters)\n\
                       OR p.grain = 'month' AND p.day = ANY ($5) AND date_trunc('quarter', p.day::timestamp)::date <> ALL (held.quarters))\n\
        )\n\
        SELECT subject_id, (every - other)::bigint AS first, other::bigint AS second, count(*) OVER () AS subjects FROM (\n\
            SELECT subject_id, sum(count) AS every, coalesce(sum(count) FILTER (WHERE kind = ($8::text[])[2]), 0) AS other\n\
            FROM counted GROUP BY subject_id\n\
        ) AS added WHERE every > 0 ORDER BY first DESC, second DESC, subject_id LIMIT $10";
    let ranges = Ranges::least(span.from, span.to);
    let quarters = ranges.quarters();
    let Ranges { lates, firsts, lasts, signs, months } = ranges;
    let (kinds, project, limit) = (kinds.as_slice(), project.map(ProjectId::as_uuid), i64::from(limit));
    tx.query(
        SQL,
        &[
            &lates, &firsts, &lasts, &signs, &months, &span.from, &span.to, &kinds, &project, &limit,
            &quarters,
        ],
    )
    .await
}
