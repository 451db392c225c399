//! From a piece of a document to what it is found by: its terms, its vector and those of its sentences.

use std::collections::BTreeMap;

use crate::{Chunk, EmbedError, Embedder, embed, impact::impacts, sentences};

/// What a piece is found by.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// Its terms, each once, and what each counts there.
    pub terms: BTreeMap<String, f32>,
    /// The vectors of its sentences, in order, packed.
    pub sentences: Vec<u8>,
    /// Its vector.
    pub embedding: Vec<f32>,
}

/// Prepares a piece of the document called `name`. A passage often leaves its subject to its headings, and they leave
/// theirs to the document: all of these are read with it.
pub fn prepare(embedder: &dyn Embedder, name: &str, chunk: &Chunk) -> Result<Prepared, EmbedError> {
    let subject = subject(name);
    let above: Vec<&str> =
        subject.as_deref().into_iter().chain(chunk.heading.iter().map(String::as_str)).collect();
    let above = above.join(" › ");
    let spans = sentences(&chunk.text);
    let texts: Vec<&str> = spans.into_iter().map(|span| &chunk.text[span]).collect();
    let vectors = embedder.passage(&above, &texts)?;
    Ok(Prepared {
        terms: impacts(&format!("{above}\n{}", chunk.text)),
        sentences: embed::pack(&vectors.sentences),
        embedding: vectors.whole,
    })
}

/// What a document's name says of its subject: its words, without the file's ending and what carries figures
/// ("Livret_accueil-2024.pdf": "Livret accueil").
pub fn subject(name: &str) -> Option<String> {
    let ending =
        |ending: &str| (1..=5).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    let stem = name.rsplit_once('.').filter(|(_, last)| ending(last)).map_or(name, |(stem, _)| stem);
    let words = stem.split(|c: char| c.is_whitespace() || "_-.()[]".contains(c));
    let words = words.filter(|word| !word.is_empty() && !word.contains(|c: char| c.is_ascii_digit()));
    let subject = words.collect::<Vec<_>>().join(" ");
    let long = |word: &str| word.chars().filter(|c| c.is_alphabetic()).count() > 2;
    subject.split(' ').any(long).then_some(subject)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, ModelIdentity, Part, Place};

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

    #[test]
    fn a_piece_is_found_by_what_stands_above_it_too() {
        let chunk = Chunk {
            ordinal: 3,
            text: "Il est payé à l'heure. C'est tout.".into(),
            places: vec![Part { start: 0, place: Place::Page { page: 2 } }],
            heading: vec!["Prime d'été".into()],
            language: Language::Fr,
        };
        let embedder = Counting(ModelIdentity { name: "count".into(), dimension: 1 });
        let prepared = prepare(&embedder, "Livret_2024.pdf", &chunk).unwrap();
        let whole = "Livret › Prime d'été\nIl est payé à l'heure. C'est tout.".chars().count();
        assert_eq!(prepared.embedding, [whole as f32]);
        assert_eq!(prepared.sentences.len(), 2);
        for term in ["livret", "prim", "ete", "heur"] {
            assert!(prepared.terms.contains_key(term), "{term} {:?}", prepared.terms);
        }
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
            ("", None),
        ] {
            assert_eq!(subject(name).as_deref(), expected, "{name}");
        }
    }
}
