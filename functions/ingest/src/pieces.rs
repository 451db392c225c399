//! A document's text becomes the pieces that are stored.

use std::sync::Arc;

use vivier_runtime::HandlerError;
use vivier_store::chunks::NewChunk;
use vivier_text::{Chunk, EmbedError, Embedder, prepare::prepare};

/// Pieces embedded between two looks at whether the run may go on: some seconds.
pub const BATCH: usize = 32;

/// Computes the vectors and terms of pieces of the document called `name`, off the asynchronous executor.
pub async fn embed(
    embedder: &Arc<dyn Embedder>,
    name: &str,
    chunks: Vec<Chunk>,
) -> Result<Vec<NewChunk>, HandlerError> {
    let (embedder, name) = (Arc::clone(embedder), name.to_owned());
    let computing = tokio::task::spawn_blocking(move || {
        chunks.into_iter().map(|chunk| row(embedder.as_ref(), &name, chunk)).collect::<Result<_, _>>()
    });
    let computed: Result<_, EmbedError> =
        computing.await.map_err(|error| HandlerError::other("computing vectors", error))?;
    computed.map_err(|error| HandlerError::other("computing vectors", error))
}

fn row(embedder: &dyn Embedder, name: &str, chunk: Chunk) -> Result<NewChunk, EmbedError> {
    let prepared = prepare(embedder, name, &chunk)?;
    Ok(NewChunk {
        ordinal: chunk.ordinal,
        language: chunk.language.tag(),
        // Places of our own always are JSON.
        places: serde_json::to_value(&chunk.places).unwrap_or_default(),
        heading: chunk.heading,
        body: chunk.text,
        terms: prepared.terms,
        sentences: prepared.sentences,
        embedding: prepared.embedding,
    })
}
