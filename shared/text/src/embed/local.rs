//! multilingual-e5-small in the process. Texts enter with the prefix the model was trained with; vectors leave
//! without the part that all of them share, which lifts the right passage over the merely similar.

use std::ops::Range;
use std::path::Path;

use super::encoder::Encoder;
use super::manifest::Manifest;
use super::pieces::Tokenizer;
use super::words::Words;
use super::{EmbedError, Embedder, ModelIdentity, PassageVectors};

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
        let mut vector = self.encoder.mean(self.rows(&ids), self.identity.dimension)?;
        centre(&mut vector, common);
        Ok(vector)
    }

    fn rows(&self, ids: &[u32]) -> Vec<f32> {
        let mut rows = Vec::with_capacity(ids.len() * self.identity.dimension);
        for id in ids {
            self.words.append(*id, &mut rows);
        }
        rows
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

    /// Sentences are means over their own tokens' states, which have seen the whole passage (late chunking, M. Günther
    /// et al. 2024, arXiv:2409.04701).
    fn passage(&self, above: &str, sentences: &[&str]) -> Result<PassageVectors, EmbedError> {
        let prefix = format!("passage: {above}");
        let texts: Vec<&str> = std::iter::once(prefix.as_str()).chain(sentences.iter().copied()).collect();
        let (ids, parts) = self.tokenizer.encode_parts(&texts, self.manifest.max_tokens);
        let states = self.encoder.states(self.rows(&ids), self.identity.dimension)?;
        let mean = |range: Range<usize>| {
            let mut mean = vec![0.0; self.identity.dimension];
            for state in states.chunks_exact(self.identity.dimension).skip(range.start).take(range.len()) {
                for (sum, figure) in mean.iter_mut().zip(state) {
                    *sum += figure;
                }
            }
            centre(&mut mean, &self.manifest.mean_passage);
            mean
        };
        let whole = mean(0..ids.len());
        let sentences = parts
            .into_iter()
            .skip(1)
            .map(|range| if range.is_empty() { vec![0.0; self.identity.dimension] } else { mean(range) });
        Ok(PassageVectors { whole, sentences: sentences.collect() })
    }
}

/// To length 1 without the part that all vectors of its kind share.
fn centre(vector: &mut [f32], common: &[f32]) {
    normalise(vector);
    for (figure, common) in vector.iter_mut().zip(common) {
        *figure -= common;
    }
    normalise(vector);
}

/// To Euclidean length 1; a vector of zeros stays.
pub(super) fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|figure| figure * figure).sum::<f32>().sqrt();
    if length > 0.0 {
        for figure in vector {
            *figure /= length;
        }
    }
}
