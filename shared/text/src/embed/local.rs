//! multilingual-e5-small in the process. Texts enter with the prefix the model was trained with; vectors leave
//! without the part that all of them share, which lifts the right passage over the merely similar.

use std::path::Path;

use super::encoder::Encoder;
use super::manifest::Manifest;
use super::pieces::Tokenizer;
use super::words::Words;
use super::{EmbedError, Embedder, ModelIdentity};

/// An [`Embedder`] that computes in this process from a folder of files, which `infra/local/model.py` writes.
pub struct LocalE5 {
    identity: ModelIdentity,
    manifest: Manifest,
    tokenizer: Tokenizer,
    words: Words,
    encoder: Encoder,
}

impl LocalE5 {
    /// Opens `manifest.json`, `pieces.bin`, `words.q4` and `encoder.onnx` in `folder`. Open it once a process.
    pub fn open(folder: &Path) -> Result<Self, EmbedError> {
        let manifest = Manifest::read(folder)?;
        let identity = manifest.identity();
        let tokenizer = Tokenizer::open(&folder.join("pieces.bin"))?;
        let words_path = folder.join("words.q4");
        let words = Words::open(&words_path, identity.dimension)?;
        if tokenizer.largest_id() as usize >= words.len() {
            return Err(EmbedError::Damaged { path: words_path, reason: "fewer rows than pieces" });
        }
        let encoder = Encoder::open(&folder.join("encoder.onnx"))?;
        Ok(Self { identity, manifest, tokenizer, words, encoder })
    }

    /// The model's pieces.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    fn vector(&self, text: &str, common: &[f32]) -> Result<Vec<f32>, EmbedError> {
        let ids = self.tokenizer.encode(text, self.manifest.max_tokens);
        let mut input = Vec::with_capacity(ids.len() * self.identity.dimension);
        for id in ids {
            self.words.append(id, &mut input);
        }
        let mut vector = self.encoder.mean(input, self.identity.dimension)?;
        normalise(&mut vector);
        for (figure, common) in vector.iter_mut().zip(common) {
            *figure -= common;
        }
        normalise(&mut vector);
        Ok(vector)
    }
}

impl Embedder for LocalE5 {
    fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    fn query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        self.vector(&format!("query: {text}"), &self.manifest.mean_query)
    }

    fn passages(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        texts
            .iter()
            .map(|text| self.vector(&format!("passage: {text}"), &self.manifest.mean_passage))
            .collect()
    }
}

/// To Euclidean length 1; a vector of zeros stays.
fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|figure| figure * figure).sum::<f32>().sqrt();
    if length > 0.0 {
        for figure in vector {
            *figure /= length;
        }
    }
}
