//! What came of a front office's searches, by text and by experiment, counted from events.

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{event::Variant, ids::ProjectId, opaque::Opaque};
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

/// A front office in a period.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The front office.
    pub project: ProjectId,
    /// The beginning.
    pub from: Timestamp,
    /// The end, itself not counted.
    pub to: Timestamp,
}

/// What came of searches.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// How many there were; further pages of a search are no search.
    pub searches: u64,
    /// How many found nothing without any filter.
    pub without_results: u64,
    /// Of how many a hit was opened.
    pub clicked: u64,
    /// How many hits were opened, each once a search.
    pub clicks: u64,
    /// The sum of `1 / position` over the searches of which a hit was opened, of the first one in their order.
    pub reciprocal: f64,
}

/// What a list of texts is ordered by, the greatest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Searches.
    Searches,
    /// Searches without results.
    WithoutResults,
}

/// A text with its figures. `None` is all texts that nobody may read, and searches without any.
pub type OfText = (Option<String>, Figures);
/// An experiment's variant with its figures.
pub type OfVariant = (Opaque<8>, Variant, Figures);

fn parameters(span: &Span) -> (String, Timestamp, Timestamp) {
    (span.project.to_string(), span.from, span.to)
}

fn figures(row: &Row) -> Figures {
    let count = |name: &str| row.get::<_, i64>(name).unsigned_abs();
    Figures {
        searches: count("searches"),
        without_results: count("without_results"),
        clicked: count("clicked"),
        clicks: count("clicks"),
        reciprocal: row.get("reciprocal"),
    }
}

/// Each text that may be read with its figures, and one row for all the rest, in this order.
pub async fn list_texts(tx: &PoolTx<'_>, span: &Span, order: Order) -> Result<Vec<OfText>, DatabaseError> {
    // A row for each search, and one for each of which something was opened.
    const SQL: &str = "-- query_figures::list_texts\n\
        WITH seen AS (\n\
            SELECT kind, detail, detail -> 'context' AS context FROM events\n\
            WHERE tenant_id = bound_tenant() AND occurred_at >= $2 AND occurred_at < $3\n\
                  AND kind IN ('search', 'offer_viewed') AND detail -> 'context' ->> 'project' = $1\n\
        ), made AS (\n\
            SELECT context ->> 'tag' AS tag, 1 AS searches,\n\
                   CASE WHEN (detail ->> 'results')::bigint = 0 AND (detail ->> 'filters')::int = 0\n\
                        THEN 1 ELSE 0 END AS without_results,\n\
                   0 AS clicked, 0::bigint AS clicks, 0::float8 AS reciprocal\n\
            FROM seen WHERE kind = 'search'\n\
            UNION ALL\n\
            SELECT min(context ->> 'tag'), 0, 0, 1, count(DISTINCT detail ->> 'offer_id'),\n\
                   1.0 / min((detail ->> 'position')::int)\n\
            FROM seen WHERE kind = 'offer_viewed' GROUP BY context ->> 'search'\n\
        )\n\
        SELECT t.query, sum(m.searches)::bigint AS searches, sum(m.without_results)::bigint AS without_results,\n\
               sum(m.clicked)::bigint AS clicked, sum(m.clicks)::bigint AS clicks,\n\
               sum(m.reciprocal)::float8 AS reciprocal\n\
        FROM made m LEFT JOIN query_texts t ON t.tenant_id = bound_tenant() AND t.tag = m.tag\n\
        GROUP BY t.query\n\
        ORDER BY CASE WHEN $4 THEN sum(m.without_results) ELSE 0 END DESC, sum(m.searches) DESC,\n\
                 t.query COLLATE \"C\"";
    let (project, from, to) = parameters(span);
    let by_none = order == Order::WithoutResults;
    let rows = tx.query(SQL, &[&project, &from, &to, &by_none]).await?;
    Ok(rows.iter().map(|row| (row.get("query"), figures(row))).collect())
}

/// A text that may be read and that found nothing, of one front office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vain {
    /// The text.
    pub query: String,
    /// The front office.
    pub project: ProjectId,
    /// How often it was searched for.
    pub searches: u64,
    /// How often it found nothing without any filter.
    pub without_results: u64,
}

/// Texts that may be read and that found nothing from `from` until just before `to`, in every front office or in one, those that did so
/// most often first. What too few visitors searched for has no text here, as everywhere.
pub async fn list_vain(
    tx: &PoolTx<'_>,
    project: Option<ProjectId>,
    from: Timestamp,
    to: Timestamp,
    limit: u32,
) -> Result<Vec<Vain>, DatabaseError> {
    const SQL: &str = "-- query_figures::list_vain\n\
        WITH made AS (\n\
            SELECT detail -> 'context' ->> 'tag' AS tag, count(*) AS searches,\n\
                   count(*) FILTER (WHERE (detail ->> 'results')::bigint = 0 AND (detail ->> 'filters')::int = 0) AS without_results\n\
            FROM events\n\
            WHERE tenant_id = bound_tenant() AND occurred_at >= $2 AND occurred_at < $3 AND kind = 'search'\n\
                  AND ($1::text IS NULL OR detail -> 'context' ->> 'project' = $1)\n\
            GROUP BY 1\n\
        )\n\
        SELECT t.query, t.project_id, sum(m.searches)::bigint AS searches, sum(m.without_results)::bigint AS without_results\n\
        FROM made m JOIN query_texts t ON t.tenant_id = bound_tenant() AND t.tag = m.tag\n\
        GROUP BY t.query, t.project_id HAVING sum(m.without_results) > 0\n\
        ORDER BY sum(m.without_results) DESC, sum(m.searches) DESC, t.query COLLATE \"C\", t.project_id LIMIT $4";
    let project = project.map(|project| project.to_string());
    let rows = tx.query(SQL, &[&project, &from, &to, &i64::from(limit)]).await?;
    let vain = |row: &Row| Vain {
        query: row.get("query"),
        project: row.get::<_, Uuid>("project_id").into(),
        searches: row.get::<_, i64>("searches").unsigned_abs(),
        without_results: row.get::<_, i64>("without_results").unsigned_abs(),
    };
    Ok(rows.iter().map(vain).collect())
}

/// The figures of each variant of the experiments that visitors took part in, by experiment and variant.
pub async fn list_variants(tx: &PoolTx<'_>, span: &Span) -> Result<Vec<OfVariant>, DatabaseError> {
    const SQL: &str = "-- query_figures::list_variants\n\
        WITH seen AS (\n\
            SELECT kind, detail, detail -> 'context' AS context FROM events\n\
            WHERE tenant_id = bound_tenant() AND occurred_at >= $2 AND occurred_at < $3\n\
                  AND kind IN ('search', 'offer_viewed') AND detail -> 'context' ->> 'project' = $1\n\
        ), made AS (\n\
            SELECT context -> 'trial' ->> 'experiment' AS experiment, context -> 'trial' ->> 'variant' AS variant, 1 AS searches,\n\
                   CASE WHEN (detail ->> 'results')::bigint = 0 AND (detail ->> 'filters')::int = 0\n\
                        THEN 1 ELSE 0 END AS without_results,\n\
                   0 AS clicked, 0::bigint AS clicks, 0::float8 AS reciprocal\n\
            FROM seen WHERE kind = 'search'\n\
            UNION ALL\n\
            SELECT min(context -> 'trial' ->> 'experiment'), min(context -> 'trial' ->> 'variant'), 0, 0, 1, count(DISTINCT detail ->> 'offer_id'),\n\
                   1.0 / min((detail ->> 'position')::int)\n\
            FROM seen WHERE kind = 'offer_viewed' GROUP BY context ->> 'search'\n\
        )\n\
        SELECT experiment, variant, sum(searches)::bigint AS searches,\n\
               sum(without_results)::bigint AS without_results, sum(clicked)::bigint AS clicked,\n\
               sum(clicks)::bigint AS clicks, sum(reciprocal)::float8 AS reciprocal\n\
        FROM made WHERE experiment IS NOT NULL GROUP BY experiment, variant ORDER BY experiment, variant";
    let (project, from, to) = parameters(span);
    let rows = tx.query(SQL, &[&project, &from, &to]).await?;
    let read = |row: &Row| {
        let variant = match row.get("variant") {
            "a" => Variant::A,
            "b" => Variant::B,
            _ => return None,
        };
        Some((Opaque::decode(row.get("experiment"))?, variant, figures(row)))
    };
    Ok(rows.iter().filter_map(read).collect())
}

/// How often a hit of each position was opened, positions in order; each offer once a search.
pub async fn list_positions(tx: &PoolTx<'_>, span: &Span) -> Result<Vec<(u32, u64)>, DatabaseError> {
    const SQL: &str = "-- query_figures::list_positions\n\
        SELECT position, count(*) AS clicks FROM (\n\
            SELECT least(min((detail ->> 'position')::int), 21) AS position FROM events\n\
            WHERE tenant_id = bound_tenant() AND occurred_at >= $2 AND occurred_at < $3\n\
                  AND kind = 'offer_viewed' AND detail -> 'context' ->> 'project' = $1\n\
            GROUP BY detail -> 'context' ->> 'search', detail ->> 'offer_id'\n\
        ) AS opened GROUP BY position ORDER BY position";
    let (project, from, to) = parameters(span);
    let rows = tx.query(SQL, &[&project, &from, &to]).await?;
    let position = |row: &Row| row.get::<_, i32>("position").unsigned_abs();
    Ok(rows.iter().map(|row| (position(row), row.get::<_, i64>("clicks").unsigned_abs())).collect())
}
