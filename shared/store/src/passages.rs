//! Finding the pieces of documents that a question may be answered from, by meaning and by words, in one round trip.

use serde_json::Value;
use tokio_postgres::Row;
use vivier_domain::ids::{DocumentId, ProjectId};
use vivier_tenancy::rooms::database::{DatabaseError, PoolTx};

/// Up to so many pieces, a question looks at each one; beyond, it walks the index of vectors, which may miss some.
/// Looking at 20 000 takes some 10 ms.
pub const EXACT_UP_TO: u32 = 20_000;

/// What to look for, and where.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The question's vector, of length 1.
    pub vector: &'a [f32],
    /// The identity of the model that made it; pieces of another are left out.
    pub model: &'a str,
    /// For each of the question's words, the terms that stand for it.
    pub words: &'a [Vec<String>],
    /// The front office that asks; `None` sees the documents of all.
    pub project: Option<ProjectId>,
    /// Only documents with one of these tags; all of them where there are none.
    pub tags: &'a [String],
    /// The most pieces by meaning, and the most by words.
    pub limit: u32,
    /// Up to how many pieces each one is looked at: [`EXACT_UP_TO`], but for tests and benchmarks.
    pub exact_up_to: u32,
}

/// A piece that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its document.
    pub document: DocumentId,
    /// The version of the document's file.
    pub version: u32,
    /// Its document's name.
    pub name: String,
    /// Its number in the document.
    pub ordinal: u32,
    /// `fr` or `en`.
    pub language: String,
    /// Where its parts stand, in order: `[{"start": 0, "place": {"in": "page", "page": 2}}, …]`, `start` in characters of
    /// its text.
    pub places: Value,
    /// The headings it stands under.
    pub heading: Vec<String>,
    /// Its text.
    pub body: String,
    /// The vectors of its sentences, in order, a byte a component.
    pub sentences: Vec<u8>,
    /// Cosine of its vector and the question's.
    pub cosine: f32,
    /// Cosine of the question's vector and that of the document's first piece: what the document as a whole is about.
    pub opening: f32,
    /// Its rank by meaning, from 1; `None` beyond the limit.
    pub by_meaning: Option<u32>,
    /// What its words weigh: Okapi BM25 over the question's words; 0 without any of them.
    pub weight: f32,
    /// Its rank by words, from 1; `None` beyond the limit or without any of the words.
    pub by_words: Option<u32>,
}

/// What was found, and how rare each word is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Retrieved {
    /// Pieces that are near by meaning or by words, in no order.
    pub found: Vec<Found>,
    /// How many pieces were asked.
    pub total: u64,
    /// In how many of them each word of [`Wanted::words`] occurs, in that order; empty when nothing was found.
    pub frequencies: Vec<u64>,
}

/// Finds pieces of the documents that answer here. By words, a piece weighs the sum over the words it has of what the word
/// counts there (stored with it) times `ln(1 + (N - n + 0.5) / (n + 0.5))`, `n` of `N` pieces having the word (Okapi BM25:
/// S. Robertson and H. Zaragoza, The Probabilistic Relevance Framework, 2009, equation 3.15).
///
/// The question stands once for the exact look at each piece and once for the walk through the index; the number of pieces
/// lets only one of them be carried out.
pub async fn retrieve(tx: &PoolTx<'_>, wanted: Wanted<'_>) -> Result<Retrieved, DatabaseError> {
    const SQL: &str = "-- passages::retrieve
        WITH live AS MATERIALIZED (
            SELECT document_id, edition, version, name, chunks FROM sources
            WHERE model = $2 AND (projects = '{}' OR $5::uuid IS NULL OR $5 = ANY (projects))
                  AND (cardinality($6::text[]) = 0 OR tags && $6)),
        size AS MATERIALIZED (SELECT coalesce(sum(chunks), 0)::bigint AS n FROM live),
        hits AS MATERIALIZED (
            SELECT a.position, t.document_id, t.edition, p.ordinal, max(p.impact) AS impact
            FROM unnest($3::text[], $4::integer[]) AS a(term, position)
            JOIN terms t ON t.term = a.term JOIN live l ON l.document_id = t.document_id AND l.edition = t.edition,
                 unnest(t.ordinals, t.impacts) AS p(ordinal, impact)
            GROUP BY a.position, t.document_id, t.edition, p.ordinal),
        rarity AS MATERIALIZED (
            SELECT position, h.n, ln(1 + (s.n - h.n + 0.5::double precision) / (h.n + 0.5::double precision)) AS weight
            FROM (SELECT position, count(*) AS n FROM hits GROUP BY position) h CROSS JOIN size s),
        by_words AS (
            SELECT h.document_id, h.edition, h.ordinal, sum(h.impact * r.weight)::real AS weight
            FROM hits h JOIN rarity r USING (position)
            GROUP BY h.document_id, h.edition, h.ordinal ORDER BY weight DESC, h.document_id, h.ordinal LIMIT $7),
        looked AS (
            SELECT v.document_id, v.edition, v.ordinal, -(v.embedding <#> $1::real[]::halfvec) AS cosine
            FROM vectors v JOIN live l ON l.document_id = v.document_id AND l.edition = v.edition
            WHERE (SELECT n FROM size) <= $8
            ORDER BY cosine DESC, v.document_id, v.ordinal LIMIT $7),
        walked AS (
            SELECT v.document_id, v.edition, v.ordinal, -(v.embedding <#> $1::real[]::halfvec) AS cosine FROM vectors v
            WHERE (SELECT n FROM size) > $8
                  AND EXISTS (SELECT FROM sources s WHERE s.document_id = v.document_id AND s.edition = v.edition
                              AND s.model = $2 AND (s.projects = '{}' OR $5::uuid IS NULL OR $5 = ANY (s.projects))
                              AND (cardinality($6::text[]) = 0 OR s.tags && $6))
            ORDER BY v.embedding <#> $1::real[]::halfvec LIMIT $7),
        by_meaning AS (SELECT * FROM looked UNION ALL SELECT * FROM walked),
        ranked AS (
            SELECT document_id, edition, ordinal, weight, cosine,
                   rank() OVER (ORDER BY weight DESC NULLS LAST) AS place_by_words,
                   rank() OVER (ORDER BY cosine DESC NULLS LAST) AS place_by_meaning
            FROM by_words FULL JOIN by_meaning USING (document_id, edition, ordinal))
        SELECT r.document_id, l.version, l.name, r.ordinal, c.language, c.place, c.heading, c.body, c.sentences,
               coalesce(r.cosine, -(v.embedding <#> $1::real[]::halfvec))::real AS cosine,
               -(o.embedding <#> $1::real[]::halfvec)::real AS opening, coalesce(r.weight, 0) AS weight,
               CASE WHEN r.cosine IS NOT NULL THEN place_by_meaning END AS place_by_meaning,
               CASE WHEN r.weight IS NOT NULL THEN place_by_words END AS place_by_words, s.n AS total,
               ARRAY(SELECT coalesce(y.n, 0) FROM generate_series(1, $9) AS position LEFT JOIN rarity y USING (position)
                     ORDER BY position) AS frequencies
        FROM ranked r JOIN live l USING (document_id, edition) JOIN chunks c USING (document_id, edition, ordinal)
        JOIN vectors v USING (document_id, edition, ordinal)
        JOIN vectors o ON o.document_id = r.document_id AND o.edition = r.edition AND o.ordinal = 0 CROSS JOIN size s";
    let (mut terms, mut positions) = (Vec::new(), Vec::new());
    for (word, position) in wanted.words.iter().zip(1_i32..) {
        terms.extend(word.iter().map(String::as_str));
        positions.resize(terms.len(), position);
    }
    let count = i32::try_from(wanted.words.len()).unwrap_or(i32::MAX);
    let project = wanted.project.map(ProjectId::as_uuid);
    let (limit, exact) = (i64::from(wanted.limit), i64::from(wanted.exact_up_to));
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 9] =
        [&wanted.vector, &wanted.model, &terms, &positions, &project, &wanted.tags, &limit, &exact, &count];
    let rows = tx.query(SQL, &params).await?;
    let Some(first) = rows.first() else { return Ok(Retrieved::default()) };
    let frequencies: Vec<i64> = first.get("frequencies");
    Ok(Retrieved {
        total: first.get::<_, i64>("total").unsigned_abs(),
        frequencies: frequencies.into_iter().map(i64::unsigned_abs).collect(),
        found: rows.iter().map(read).collect(),
    })
}

fn read(row: &Row) -> Found {
    let id: uuid::Uuid = row.get("document_id");
    let rank = |name: &str| row.get::<_, Option<i64>>(name).and_then(|rank| u32::try_from(rank).ok());
    Found {
        document: id.into(),
        version: row.get::<_, i32>("version").unsigned_abs(),
        name: row.get("name"),
        ordinal: row.get::<_, i32>("ordinal").unsigned_abs(),
        language: row.get("language"),
        places: row.get("place"),
        heading: row.get("heading"),
        body: row.get("body"),
        sentences: row.get("sentences"),
        cosine: row.get("cosine"),
        opening: row.get("opening"),
        by_meaning: rank("place_by_meaning"),
        weight: row.get("weight"),
        by_words: rank("place_by_words"),
    }
}
