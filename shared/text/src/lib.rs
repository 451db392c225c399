//! Everything done to text before it is stored, searched or quoted: reading it out of files, telling its language,
//! cutting it into pieces, analysing its words and turning it into vectors.
//!
//! Nothing here knows a tenant, a network or a database, and none of it ever logs what it reads.

pub mod analysis;
pub mod chunk;
pub mod embed;
pub mod extract;
pub mod impact;
pub mod language;
pub mod ocr;
pub mod prepare;

pub use chunk::{Chunk, Part, chunks, place_at, sentences};
pub use embed::{EmbedError, Embedder, LocalE5, ModelIdentity, OfferEmbedder, PassageVectors};
pub use extract::{Block, BlockKind, ExtractError, Extracted, Flag, Hint, PageImage, Pages, Place};
pub use language::Language;
pub use ocr::{OcrError, Recogniser, Tesseract};
