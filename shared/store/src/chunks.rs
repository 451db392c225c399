//! The pieces of documents in the shared database: what is quoted, its vectors, and the words it is found by. They are
//! written edition by edition and answer nothing until [`crate::sources::publish`] says so.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use vivier_domain::ids::DocumentId;
use vivier_tenancy::rooms::database::{DatabaseError, PoolTx};

/// A piece to be written.
#[derive(Debug, Clone)]
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
    /// The terms it is found by, each once, and what each counts there.
    pub terms: BTreeMap<String, f32>,
    /// The vectors of its sentences, in order, a byte a component.
    pub sentences: Vec<u8>,
    /// Its vector of length 1, of as many components as the model has.
    pub embedding: Vec<f32>,
}

/// Whose pieces, and by which model their vectors were made.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The document.
    pub document: DocumentId,
    /// Which reading of it.
    pub edition: u32,
    /// The model's identity.
    pub model: &'a str,
    /// Components of its vectors.
    pub dimension: usize,
}

/// Writes pieces of an edition, in ascending order, in the place of all that it had from the first of them on. Repeating
/// it changes nothing.
pub async fn stage(tx: &PoolTx<'_>, source: Source<'_>, chunks: &[NewChunk]) -> Result<(), DatabaseError> {
    const SQL: &str = "-- chunks::stage
        WITH given AS (
            SELECT * FROM jsonb_to_recordset($5) AS c(ordinal integer, language text, places jsonb, heading text[],
                                                      body text, sentences bytea, embedding real[])),
        placed AS (
            INSERT INTO vectors (tenant_id, document_id, edition, ordinal, model, dimension, embedding)
            SELECT bound_tenant(), $1, $2, ordinal, $3, $4, embedding::halfvec FROM given)
        INSERT INTO chunks (tenant_id, document_id, edition, ordinal, language, place, heading, body, sentences)
        SELECT bound_tenant(), $1, $2, ordinal, language, places, heading, body, sentences FROM given";
    let Some(first) = chunks.first() else { return Ok(()) };
    cut_off(tx, source.document, source.edition, first.ordinal).await?;
    let edition = signed(source.edition);
    let dimension = i16::try_from(source.dimension).unwrap_or(i16::MAX);
    // Figures and texts of our own making always are JSON.
    let rows = serde_json::to_value(chunks.iter().map(Row::from).collect::<Vec<_>>()).unwrap_or_default();
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&source.document.as_uuid(), &edition, &source.model, &dimension, &rows];
    let found = tx.execute(SQL, &params).await?;
    if found != chunks.len() as u64 {
        return Err(DatabaseError::Rows { statement: "chunks::stage".into(), found });
    }
    stage_terms(tx, source, first.ordinal, chunks).await
}

async fn stage_terms(
    tx: &PoolTx<'_>,
    source: Source<'_>,
    first: u32,
    chunks: &[NewChunk],
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- chunks::stage_terms
        INSERT INTO terms (tenant_id, term, document_id, edition, first_ordinal, ordinals, impacts)
        SELECT bound_tenant(), t.term, $1, $2, $3, t.ordinals, t.impacts
        FROM jsonb_to_recordset($4) AS t(term text, ordinals integer[], impacts real[])";
    #[derive(Default, Serialize)]
    struct Posting<'a> {
        term: &'a str,
        ordinals: Vec<u32>,
        impacts: Vec<f32>,
    }
    let mut postings: BTreeMap<&str, Posting<'_>> = BTreeMap::new();
    for chunk in chunks {
        for (term, impact) in &chunk.terms {
            let posting = postings.entry(term).or_insert_with(|| Posting { term, ..Posting::default() });
            posting.ordinals.push(chunk.ordinal);
            posting.impacts.push(*impact);
        }
    }
    let rows = serde_json::to_value(postings.into_values().collect::<Vec<_>>()).unwrap_or_default();
    let (edition, first) = (signed(source.edition), signed(first));
    tx.execute(SQL, &[&source.document.as_uuid(), &edition, &first, &rows]).await.map(drop)
}

/// A piece as the statement takes it.
#[derive(Serialize)]
struct Row<'a> {
    ordinal: u32,
    language: &'static str,
    places: &'a Value,
    heading: &'a [String],
    body: &'a str,
    /// As PostgreSQL reads bytes in hexadecimal.
    sentences: String,
    embedding: &'a [f32],
}

impl<'a> From<&'a NewChunk> for Row<'a> {
    fn from(chunk: &'a NewChunk) -> Self {
        use std::fmt::Write;
        let mut sentences = String::with_capacity(2 + 2 * chunk.sentences.len());
        sentences.push_str("\\x");
        for byte in &chunk.sentences {
            // Writing to a string cannot fail.
            let _ = write!(sentences, "{byte:02x}");
        }
        Self {
            ordinal: chunk.ordinal,
            language: chunk.language,
            places: &chunk.places,
            heading: &chunk.heading,
            body: &chunk.body,
            sentences,
            embedding: &chunk.embedding,
        }
    }
}

/// Removes the pieces of an edition from an ordinal on.
pub(crate) async fn cut_off(
    tx: &PoolTx<'_>,
    document: DocumentId,
    edition: u32,
    first: u32,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- chunks::cut_off
        WITH no_vectors AS (DELETE FROM vectors WHERE document_id = $1 AND edition = $2 AND ordinal >= $3),
        no_terms AS (DELETE FROM terms WHERE document_id = $1 AND edition = $2 AND first_ordinal >= $3)
        DELETE FROM chunks WHERE document_id = $1 AND edition = $2 AND ordinal >= $3";
    tx.execute(SQL, &[&document.as_uuid(), &signed(edition), &signed(first)]).await.map(drop)
}

/// Removes the pieces of an edition; how many there were.
pub async fn discard(tx: &PoolTx<'_>, document: DocumentId, edition: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- chunks::discard
        WITH no_vectors AS (DELETE FROM vectors WHERE document_id = $1 AND edition = $2),
        no_terms AS (DELETE FROM terms WHERE document_id = $1 AND edition = $2)
        DELETE FROM chunks WHERE document_id = $1 AND edition = $2";
    tx.execute(SQL, &[&document.as_uuid(), &signed(edition)]).await
}

/// Removes the pieces of all editions of a document; how many there were.
pub async fn remove(tx: &PoolTx<'_>, document: DocumentId) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- chunks::remove
        WITH no_vectors AS (DELETE FROM vectors WHERE document_id = $1),
        no_terms AS (DELETE FROM terms WHERE document_id = $1)
        DELETE FROM chunks WHERE document_id = $1";
    tx.execute(SQL, &[&document.as_uuid()]).await
}

/// A count as the database keeps it.
pub(crate) fn signed(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
