//! A tenant's pieces in memory: what the shared database does for the function, for measuring answers without one.

use std::path::Path;

use chat::{likeness::cosine, question::Question, words::keys};
use vivier_domain::ids::DocumentId;
use vivier_store::chunks::{Found, Retrieved};
use vivier_text::{
    Embedder, Hint, LocalE5,
    extract::guard::{self, Limits},
};

/// Pieces by meaning and by words, as the function asks for.
const LIMIT: usize = 20;

/// A question with its right answer.
#[derive(serde::Deserialize)]
pub(crate) struct Line {
    /// Whom it is put to.
    pub(crate) tenant: String,
    /// The question.
    pub(crate) text: String,
    /// Words of the right sentence; `None` where the documents do not answer.
    pub(crate) quote: Option<String>,
}

/// A tenant's pieces in memory, with their vectors and the keys of their words.
pub(crate) type Pieces = Vec<(Found, Vec<f32>, Vec<String>)>;

/// Reads every document of a folder.
pub(crate) fn read(
    embedder: &LocalE5,
    folder: &Path,
    limits: &Limits,
) -> Result<Pieces, Box<dyn std::error::Error>> {
    let mut pieces = Pieces::new();
    let mut files: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        let hint = Hint { media_type: None, file_name: Some(&name) };
        let extracted = guard::run(&std::fs::read(file.path())?, hint, None, limits)?;
        let document = DocumentId::generate();
        for chunk in vivier_text::chunks(&extracted) {
            let context = chunk.in_context();
            let vector = embedder.passages(&[&context])?.pop().unwrap_or_default();
            let found = Found {
                document,
                name: name.clone(),
                ordinal: chunk.ordinal,
                language: chunk.language.tag().to_owned(),
                places: serde_json::to_value(&chunk.places)?,
                heading: chunk.heading,
                body: chunk.text,
                cosine: 0.0,
                by_meaning: None,
                by_words: None,
            };
            pieces.push((found, vector, keys(&context).collect()));
        }
    }
    Ok(pieces)
}

/// What `chunks::retrieve` finds, with the keys of words in the place of PostgreSQL's stems.
pub(crate) fn retrieve(pieces: &Pieces, question: &Question, vector: &[f32]) -> Retrieved {
    let total = pieces.len() as f64;
    let frequency = |key: &String| pieces.iter().filter(|(_, _, keys)| keys.contains(key)).count() as u64;
    let frequencies: Vec<u64> = question.words.iter().map(|word| frequency(&word.key)).collect();
    let cosines: Vec<f32> = pieces.iter().map(|(_, own, _)| cosine(vector, own)).collect();
    let weight = |keys: &Vec<String>| -> f64 {
        let words = question.words.iter().zip(&frequencies).filter(|(word, _)| keys.contains(&word.key));
        words.map(|(_, found)| ((total + 1.0) / *found as f64).ln()).sum()
    };
    let weights: Vec<f64> = pieces.iter().map(|(_, _, keys)| weight(keys)).collect();
    let mut by_meaning: Vec<usize> = (0..pieces.len()).collect();
    by_meaning.sort_by(|a, b| cosines[*b].total_cmp(&cosines[*a]));
    let mut by_words: Vec<usize> = (0..pieces.len()).filter(|at| weights[*at] > 0.0).collect();
    by_words.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]));
    let rank = |order: &[usize], at: usize| {
        order.iter().take(LIMIT).position(|other| *other == at).map(|position| position as u32 + 1)
    };
    let found = pieces.iter().enumerate().map(|(at, (found, _, _))| Found {
        cosine: cosines[at],
        by_meaning: rank(&by_meaning, at),
        by_words: rank(&by_words, at),
        ..found.clone()
    });
    let mean = cosines.iter().sum::<f32>() / total as f32;
    let deviation = (cosines.iter().map(|c| (c - mean).powi(2)).sum::<f32>() / total as f32).sqrt();
    Retrieved {
        found: found.filter(|found| found.by_meaning.is_some() || found.by_words.is_some()).collect(),
        total: pieces.len() as u64,
        frequencies,
        mean,
        deviation,
    }
}
