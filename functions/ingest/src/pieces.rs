//! A document's text becomes the pieces that are stored.

use std::sync::Arc;

use vivier_runtime::HandlerError;
use vivier_store::chunks::NewChunk;
use vivier_text::{Chunk, EmbedError, Embedder, Language, analysis::fold};

/// The most pieces of one document: some 1 000 pages, and what is embedded within a run.
pub const MOST: usize = 2_000;
/// Pieces embedded between two looks at whether the run may go on: some seconds.
pub const BATCH: usize = 32;

/// Computes the vectors of pieces, off the asynchronous executor.
pub async fn embed(embedder: &Arc<dyn Embedder>, chunks: Vec<Chunk>) -> Result<Vec<NewChunk>, HandlerError> {
    let embedder = Arc::clone(embedder);
    let computing = tokio::task::spawn_blocking(move || {
        let contexts: Vec<String> = chunks.iter().map(Chunk::in_context).collect();
        let texts: Vec<&str> = contexts.iter().map(String::as_str).collect();
        let vectors = embedder.passages(&texts)?;
        Ok(chunks
            .into_iter()
            .zip(contexts)
            .zip(vectors)
            .map(|((chunk, context), v)| row(chunk, &context, v))
            .collect())
    });
    let computed = computing.await.map_err(|error| HandlerError::other("computing vectors", error))?;
    computed.map_err(|error: EmbedError| HandlerError::other("computing vectors", error))
}

fn row(chunk: Chunk, context: &str, embedding: Vec<f32>) -> NewChunk {
    NewChunk {
        ordinal: chunk.ordinal,
        language: match chunk.language {
            Language::Fr => "fr",
            Language::En => "en",
        },
        // Places of our own always are JSON.
        places: serde_json::to_value(&chunk.places).unwrap_or_default(),
        heading: chunk.heading,
        body: chunk.text,
        indexed: fold(context),
        embedding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_text::{ModelIdentity, Part, Place};

    struct Counting(ModelIdentity);

    impl Embedder for Counting {
        fn identity(&self) -> &ModelIdentity {
            &self.0
        }

        fn query(&self, _: &str) -> Result<Vec<f32>, EmbedError> {
            Ok(vec![0.0])
        }

        fn passages(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
            Ok(texts.iter().map(|text| vec![text.chars().count() as f32]).collect())
        }
    }

    #[tokio::test]
    async fn a_piece_is_embedded_and_indexed_with_its_headings() {
        let embedder: Arc<dyn Embedder> =
            Arc::new(Counting(ModelIdentity { name: "count".into(), dimension: 1 }));
        let chunk = Chunk {
            ordinal: 3,
            text: "Il est payé à l'heure.".into(),
            places: vec![Part { start: 0, place: Place::Page { page: 2 } }],
            heading: vec!["Prime d'été".into()],
            language: Language::Fr,
        };
        let context = chunk.in_context();
        let rows = embed(&embedder, vec![chunk]).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].embedding, [context.chars().count() as f32]);
        assert!(
            rows[0].indexed.contains("prime d'ete") && rows[0].indexed.contains("il est paye"),
            "{}",
            rows[0].indexed
        );
        assert_eq!(rows[0].body, "Il est payé à l'heure.");
        assert_eq!(rows[0].places, serde_json::json!([{"start": 0, "place": {"in": "page", "page": 2}}]));
    }
}
