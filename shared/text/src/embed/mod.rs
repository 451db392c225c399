//! Texts become vectors inside the process, so that nothing a candidate types leaves the account.
//!
//! A vector means nothing without the model that made it: store [`ModelIdentity`] beside every vector, and refuse to
//! compare two of different identities.

mod encoder;
mod error;
mod local;
mod manifest;
mod normalize;
mod packed;
mod pieces;
mod space;
mod words;

pub use error::EmbedError;
pub use local::LocalE5;
pub use packed::{pack, unpack};
pub use pieces::Tokenizer;
pub use space::OfferEmbedder;

use serde::{Deserialize, Serialize};

/// Which model, in which precision, made a vector.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ModelIdentity {
    /// Name of the model and revision of its weights, such as `multilingual-e5-small/int8-1`, and of the space that vectors were mapped into.
    pub name: String,
    /// Number of components of each vector.
    pub dimension: usize,
}

/// Turns texts into vectors of Euclidean length 1.
///
/// Cosines of a model's vectors rank texts; they are not a scale on which a fixed threshold would mean something.
/// Calls compute for milliseconds and do not yield: run them off the asynchronous executor.
pub trait Embedder: Send + Sync {
    /// The model behind the vectors.
    fn identity(&self) -> &ModelIdentity;

    /// The vector of a question or of search words, of `identity().dimension` components.
    fn query(&self, text: &str) -> Result<Vec<f32>, EmbedError>;

    /// The vectors of texts to be found, in the order given. What a model cannot take in (here: beyond 512 tokens,
    /// some 350 words) is left out of the vector; cut long texts with [`crate::chunks`] first.
    fn passages(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError>;

    /// The vector of one text to be found, given as what stands above it and its sentences, and the vector of each
    /// sentence. A model that shows its inside reads the text once, and its sentences are meant as they are in it.
    fn passage(&self, above: &str, sentences: &[&str]) -> Result<PassageVectors, EmbedError> {
        let whole = format!("{above}\n{}", sentences.join(" "));
        let whole = self.passages(&[&whole])?.pop().unwrap_or_default();
        Ok(PassageVectors { whole, sentences: self.passages(sentences)? })
    }
}

/// The vectors of a passage.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageVectors {
    /// Of the passage.
    pub whole: Vec<f32>,
    /// Of each of its sentences, in order; zeros for one that the model could not take in.
    pub sentences: Vec<Vec<f32>>,
}
