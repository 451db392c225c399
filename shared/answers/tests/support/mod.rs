//! A tenant's documents in memory: what the shared database does for the function, for measuring answers without one.

use std::{cmp::Reverse, collections::HashMap, path::Path};

use vivier_answers::{
    answer::{How, answer, resolves},
    likeness::cosine,
    question::Question,
    retrieve::{Answered, LIMIT},
};
use vivier_domain::ids::DocumentId;
use vivier_store::passages::{Found, Retrieved};
use vivier_text::{
    Embedder, Hint, LocalE5,
    extract::guard::{self, Limits},
    prepare::{Prepared, prepare},
};

type Failure = Box<dyn std::error::Error>;

/// The pieces of a folder's documents, with what each is found by.
#[derive(Default)]
pub(crate) struct Corpus(Vec<(Found, Prepared)>);

impl Corpus {
    /// Reads every document of a folder.
    pub(crate) fn read(embedder: &LocalE5, folder: &Path, limits: &Limits) -> Result<Self, Failure> {
        let mut pieces = Vec::new();
        let mut files: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        files.sort_by_key(std::fs::DirEntry::file_name);
        for file in files {
            let name = file.file_name().to_string_lossy().into_owned();
            let hint = Hint { media_type: None, file_name: Some(&name) };
            let extracted = guard::run(&std::fs::read(file.path())?, hint, None, limits)?;
            let document = DocumentId::generate();
            for chunk in vivier_text::chunks(&extracted) {
                let prepared = prepare(embedder, &name, &chunk)?;
                let found = Found {
                    document,
                    version: 1,
                    name: name.clone(),
                    ordinal: chunk.ordinal,
                    language: chunk.language.tag().to_owned(),
                    places: serde_json::to_value(&chunk.places)?,
                    heading: chunk.heading,
                    body: chunk.text,
                    sentences: prepared.sentences.clone(),
                    cosine: 0.0,
                    opening: 0.0,
                    by_meaning: None,
                    weight: 0.0,
                    by_words: None,
                };
                pieces.push((found, prepared));
            }
        }
        Ok(Self(pieces))
    }

    /// The answer to a question, each of whose citations is held against its piece.
    pub(crate) fn ask(&self, embedder: &LocalE5, text: &str) -> Result<Answered, Failure> {
        let question = Question::read(text).ok_or("no question")?;
        let vector = embedder.query(&question.text)?;
        let retrieved = self.retrieve(&question, &vector);
        let answered = answer(embedder, &question, &vector, &retrieved, How::default())?;
        for citation in &answered.answer.citations {
            let cited = self.0.iter().map(|(piece, _)| piece).find(|piece| {
                piece.document.as_uuid() == citation.document_id && piece.ordinal == citation.chunk
            });
            let body = &cited.ok_or("a citation names no piece")?.body;
            if !resolves(body, citation.start as usize, citation.end as usize, &citation.quote) {
                return Err("a citation does not resolve".into());
            }
        }
        Ok(answered)
    }

    /// What `passages::retrieve` finds, by the same rules.
    fn retrieve(&self, question: &Question, vector: &[f32]) -> Retrieved {
        let (total, words) = (self.0.len() as u64, question.terms());
        let impact = |prepared: &Prepared, terms: &[String]| {
            terms.iter().filter_map(|term| prepared.terms.get(term).copied()).reduce(f32::max)
        };
        let frequency = |terms: &Vec<String>| {
            self.0.iter().filter(|(_, prepared)| impact(prepared, terms).is_some()).count() as u64
        };
        let frequencies: Vec<u64> = words.iter().map(frequency).collect();
        let rarity = |found: u64| (1.0 + (total as f32 - found as f32 + 0.5) / (found as f32 + 0.5)).ln();
        let openings: HashMap<DocumentId, &Prepared> = self
            .0
            .iter()
            .filter(|(piece, _)| piece.ordinal == 0)
            .map(|(piece, prepared)| (piece.document, prepared))
            .collect();
        let mut found: Vec<Found> = Vec::with_capacity(self.0.len());
        for (piece, prepared) in &self.0 {
            let weigh =
                |(terms, found): (&Vec<String>, &u64)| Some(impact(prepared, terms)? * rarity(*found));
            found.push(Found {
                cosine: cosine(vector, &prepared.embedding),
                opening: cosine(vector, &openings[&piece.document].embedding),
                weight: words.iter().zip(&frequencies).filter_map(weigh).sum(),
                ..piece.clone()
            });
        }
        let scale = |figure: f32| (figure * 1e6) as i64;
        found.sort_by_key(|piece| Reverse(scale(piece.cosine)));
        for (rank, piece) in (1..=LIMIT).zip(&mut found) {
            piece.by_meaning = Some(rank);
        }
        found.sort_by_key(|piece| Reverse(scale(piece.weight)));
        for (rank, piece) in (1..=LIMIT).zip(found.iter_mut().filter(|piece| piece.weight > 0.0)) {
            piece.by_words = Some(rank);
        }
        found.retain(|piece| piece.by_meaning.is_some() || piece.by_words.is_some());
        Retrieved { found, total, frequencies }
    }
}
