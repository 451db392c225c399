//! The pieces of documents in the shared database: written whole, removed whole, found by meaning and by words.

use pgvector::Vector;
use serde::Serialize;
use serde_json::Value;
use tokio_postgres::Row;
use vivier_domain::ids::DocumentId;
use vivier_tenancy::rooms::database::{DatabaseError, PoolTx};

/// Rows of one statement: bounds the memory that a statement's parameter takes.
const BATCH: usize = 100;

/// A piece to be written.
#[derive(Debug, Clone, Serialize)]
pub struct NewChunk {
    /// Its number in the document, from 0.
    pub ordinal: u32,
    /// `fr` or `en`.
    pub language: &'static str,
    /// Where its parts stand, in order: `[{"start": 0, "place": {"in": "page", "page": 2}}, …]`, `start` in characters of
    /// its text.
    pub places: Value,
    /// The headings it stands under, from the outermost in.
    pub heading: Vec<String>,
    /// Its text.
    pub body: String,
    /// What its words are taken from: headings and text, folded (lower case, no accents).
    pub indexed: String,
    /// Its vector, of as many components as the model has.
    pub embedding: Vec<f32>,
}

/// Whose pieces, and by which model their vectors were made.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The document.
    pub document: DocumentId,
    /// The version of its file.
    pub version: u32,
    /// The document's name.
    pub name: &'a str,
    /// The model's identity.
    pub model: &'a str,
    /// Components of its vectors.
    pub dimension: usize,
}

/// Puts these pieces in the place of all that the document had. Repeating it changes nothing.
pub async fn replace(tx: &PoolTx<'_>, source: Source<'_>, chunks: &[NewChunk]) -> Result<(), DatabaseError> {
    const SQL: &str = "-- chunks::replace
        INSERT INTO chunks (tenant_id, document_id, version, ordinal, document_name, language, place, heading, body,
                            words, model, dimension, embedding)
        SELECT bound_tenant(), $1, $2, c.ordinal, $3, c.language, c.places, c.heading, c.body,
               to_tsvector(CASE c.language WHEN 'fr' THEN 'french' ELSE 'english' END::regconfig, c.indexed),
               $4, $5, c.embedding::vector
        FROM jsonb_to_recordset($6) AS c(ordinal integer, language text, places jsonb, heading text[], body text,
                                         indexed text, embedding real[])";
    remove(tx, source.document).await?;
    let version = i32::try_from(source.version).unwrap_or(i32::MAX);
    let dimension = i16::try_from(source.dimension).unwrap_or(i16::MAX);
    for batch in chunks.chunks(BATCH) {
        // Figures and texts of our own making always are JSON.
        let rows = serde_json::to_value(batch).unwrap_or_default();
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
            [&source.document.as_uuid(), &version, &source.name, &source.model, &dimension, &rows];
        let found = tx.execute(SQL, &params).await?;
        if found != batch.len() as u64 {
            return Err(DatabaseError::Rows { statement: "chunks::replace".into(), found });
        }
    }
    Ok(())
}

/// Removes all pieces of a document; how many there were.
pub async fn remove(tx: &PoolTx<'_>, document: DocumentId) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- chunks::remove\nDELETE FROM chunks WHERE document_id = $1";
    tx.execute(SQL, &[&document.as_uuid()]).await
}

/// What to look for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The question's vector.
    pub vector: &'a [f32],
    /// The identity of the model that made it; pieces of another are left out.
    pub model: &'a str,
    /// The question's own words, folded; each on its own.
    pub words: &'a [String],
    /// The most pieces by meaning, and the most by words.
    pub limit: u32,
}

/// A piece that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its document.
    pub document: DocumentId,
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
    /// Cosine of its vector and the question's.
    pub cosine: f32,
    /// Its rank by meaning, from 1; `None` beyond the limit.
    pub by_meaning: Option<u32>,
    /// Its rank by words, from 1; `None` beyond the limit or without any of the words.
    pub by_words: Option<u32>,
}

/// What was found, and how rare each word is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Retrieved {
    /// Pieces that are near by meaning or by words, in no order.
    pub found: Vec<Found>,
    /// How many pieces the tenant has.
    pub total: u64,
    /// In how many of them each word of [`Wanted::words`] occurs, in that order; empty when nothing was found.
    pub frequencies: Vec<u64>,
    /// Mean cosine of the tenant's pieces and the question.
    pub mean: f32,
    /// Standard deviation of these cosines; 0 for a single piece.
    pub deviation: f32,
}

/// Finds pieces by meaning and by words in one round trip. Both look at every piece of the tenant: row security hides
/// the others from the plan, and a tenant's pieces are few enough.
///
/// By words, a piece weighs the sum of `ln((N + 1) / n)` over the words it has, `n` of `N` pieces having the word
/// (inverse document frequency, K. Spärck Jones 1972).
pub async fn retrieve(tx: &PoolTx<'_>, wanted: Wanted<'_>) -> Result<Retrieved, DatabaseError> {
    const SQL: &str = "-- chunks::retrieve
        WITH near AS MATERIALIZED (
            SELECT document_id, ordinal, (1 - (embedding <=> $1))::real AS cosine FROM chunks WHERE model = $2),
        total AS (
            SELECT count(*) AS n, avg(cosine)::real AS mean, coalesce(stddev_pop(cosine), 0)::real AS deviation FROM near),
        asked AS (
            SELECT position, plainto_tsquery('french', word) AS fr, plainto_tsquery('english', word) AS en
            FROM unnest($3::text[]) WITH ORDINALITY AS w(word, position)),
        hits AS MATERIALIZED (
            SELECT c.document_id, c.ordinal, a.position
            FROM chunks c JOIN asked a ON c.words @@ CASE c.language WHEN 'fr' THEN a.fr ELSE a.en END
            WHERE c.model = $2),
        rarity AS (
            SELECT a.position, count(h.ordinal) AS n FROM asked a LEFT JOIN hits h USING (position) GROUP BY a.position),
        by_words AS (
            SELECT h.document_id, h.ordinal,
                   row_number() OVER (ORDER BY sum(ln((t.n + 1)::float8 / r.n)) DESC, h.document_id, h.ordinal) AS place_by_words
            FROM hits h JOIN rarity r USING (position) CROSS JOIN total t
            GROUP BY h.document_id, h.ordinal ORDER BY place_by_words LIMIT $4),
        by_meaning AS (
            SELECT document_id, ordinal,
                   row_number() OVER (ORDER BY cosine DESC, document_id, ordinal) AS place_by_meaning
            FROM near ORDER BY place_by_meaning LIMIT $4)
        SELECT c.document_id, c.document_name, c.ordinal, c.language, c.place, c.heading, c.body, near.cosine,
               place_by_meaning, place_by_words, t.n AS total, t.mean, t.deviation,
               ARRAY(SELECT n FROM rarity ORDER BY position) AS frequencies
        FROM by_meaning FULL JOIN by_words USING (document_id, ordinal)
        JOIN near USING (document_id, ordinal) JOIN chunks c USING (document_id, ordinal) CROSS JOIN total t";
    let vector = Vector::from(wanted.vector.to_vec());
    let rows = tx.query(SQL, &[&vector, &wanted.model, &wanted.words, &i64::from(wanted.limit)]).await?;
    let Some(first) = rows.first() else { return Ok(Retrieved::default()) };
    let frequencies: Vec<i64> = first.get("frequencies");
    Ok(Retrieved {
        total: first.get::<_, i64>("total").unsigned_abs(),
        mean: first.get("mean"),
        deviation: first.get("deviation"),
        frequencies: frequencies.into_iter().map(i64::unsigned_abs).collect(),
        found: rows.iter().map(read).collect(),
    })
}

fn read(row: &Row) -> Found {
    let id: uuid::Uuid = row.get("document_id");
    let rank = |name: &str| row.get::<_, Option<i64>>(name).and_then(|rank| u32::try_from(rank).ok());
    Found {
        document: id.into(),
        name: row.get("document_name"),
        ordinal: row.get::<_, i32>("ordinal").unsigned_abs(),
        language: row.get("language"),
        places: row.get("place"),
        heading: row.get("heading"),
        body: row.get("body"),
        cosine: row.get("cosine"),
        by_meaning: rank("place_by_meaning"),
        by_words: rank("place_by_words"),
    }
}
