//! A document's text becomes the pieces that are stored.

use std::sync::Arc;

use vivier_runtime::HandlerError;
use vivier_store::chunks::NewChunk;
use vivier_text::{Chunk, EmbedError, Embedder, embed, impact::impacts};

use crate::announcement::file_name;

/// The most pieces of one document: some 1 000 pages, and what is embedded within a run.
pub const MOST: usize = 2_000;
/// Pieces embedded between two looks at whether the run may go on: some seconds.
pub const BATCH: usize = 32;

/// Computes the vectors and terms of pieces of the document called `name`, off the asynchronous executor.
pub async fn embed(
    embedder: &Arc<dyn Embedder>,
    name: &str,
    chunks: Vec<Chunk>,
) -> Result<Vec<NewChunk>, HandlerError> {
    let embedder = Arc::clone(embedder);
    let subject = subject(name);
    let computing = tokio::task::spawn_blocking(move || {
        let rows = chunks.into_iter().map(|chunk| row(embedder.as_ref(), subject.as_deref(), chunk));
        rows.collect::<Result<Vec<_>, _>>()
    });
    let computed = computing.await.map_err(|error| HandlerError::other("computing vectors", error))?;
    computed.map_err(|error: EmbedError| HandlerError::other("computing vectors", error))
}

fn row(embedder: &dyn Embedder, subject: Option<&str>, chunk: Chunk) -> Result<NewChunk, EmbedError> {
    // A passage often leaves its subject to its headings, and they leave theirs to the document.
    let above: Vec<&str> = subject.into_iter().chain(chunk.heading.iter().map(String::as_str)).collect();
    let above = above.join(" › ");
    let spans = vivier_text::sentences(&chunk.text);
    let sentences: Vec<&str> = spans.into_iter().map(|span| &chunk.text[span]).collect();
    let vectors = embedder.passage(&above, &sentences)?;
    Ok(NewChunk {
        ordinal: chunk.ordinal,
        language: chunk.language.tag(),
        // Places of our own always are JSON.
        places: serde_json::to_value(&chunk.places).unwrap_or_default(),
        terms: impacts(&format!("{above}\n{}", chunk.text)),
        heading: chunk.heading,
        sentences: embed::pack(&vectors.sentences),
        embedding: vectors.whole,
        body: chunk.text,
    })
}

/// What a document's name says of its subject: its words, without the file's ending and what carries figures
/// ("Livret_accueil-2024.pdf": "Livret accueil").
fn subject(name: &str) -> Option<String> {
    let stem = file_name(name).and_then(|name| name.rsplit_once('.')).map_or(name, |(stem, _)| stem);
    let words = stem.split(|c: char| c.is_whitespace() || "_-.()[]".contains(c));
    let words: Vec<&str> = words.filter(|word| !word.contains(|c: char| c.is_ascii_digit())).collect();
    let subject = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let long = |word: &str| word.chars().filter(|c| c.is_alphabetic()).count() > 2;
    subject.split(' ').any(long).then_some(subject)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_text::{Language, ModelIdentity, Part, PassageVectors, Place};

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

        fn passage(&self, above: &str, sentences: &[&str]) -> Result<PassageVectors, EmbedError> {
            let length = above.chars().count() + sentences.iter().map(|s| s.chars().count()).sum::<usize>();
            Ok(PassageVectors { whole: vec![length as f32], sentences: vec![vec![0.5]; sentences.len()] })
        }
    }

    #[tokio::test]
    async fn a_piece_is_embedded_and_found_by_what_stands_above_it() {
        let embedder: Arc<dyn Embedder> =
            Arc::new(Counting(ModelIdentity { name: "count".into(), dimension: 1 }));
        let chunk = Chunk {
            ordinal: 3,
            text: "Il est payé à l'heure. C'est tout.".into(),
            places: vec![Part { start: 0, place: Place::Page { page: 2 } }],
            heading: vec!["Prime d'été".into()],
            language: Language::Fr,
        };
        let rows = embed(&embedder, "Livret_2024.pdf", vec![chunk]).await.unwrap();
        assert_eq!(rows.len(), 1);
        let whole =
            "Livret › Prime d'été".chars().count() + "Il est payé à l'heure.C'est tout.".chars().count();
        assert_eq!(rows[0].embedding, [whole as f32]);
        assert_eq!(rows[0].sentences.len(), 2);
        for term in ["livret", "prim", "ete", "heur"] {
            assert!(rows[0].terms.contains_key(term), "{term} {:?}", rows[0].terms);
        }
        assert_eq!(rows[0].body, "Il est payé à l'heure. C'est tout.");
        assert_eq!(rows[0].places, serde_json::json!([{"start": 0, "place": {"in": "page", "page": 2}}]));
    }

    #[test]
    fn a_name_says_its_words() {
        for (name, expected) in [
            ("Livret_accueil-2024.pdf", Some("Livret accueil")),
            ("Charte v1.2", Some("Charte")),
            ("Jakob Böhme.txt", Some("Jakob Böhme")),
            ("F34355.txt", None),
            ("scan 003.pdf", Some("scan")),
            ("2024-01.docx", None),
        ] {
            assert_eq!(subject(name).as_deref(), expected, "{name}");
        }
    }
}
