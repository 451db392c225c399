//! The search index of a tenant's offers: building it, publishing it, reading it.
//!
//! An index is one immutable archive. An import builds it with [`build`] and publishes it with a [`Pointer`]; the
//! search function opens it in memory as a [`SearchIndex`] and needs no server to answer. A new import makes a new
//! generation; nothing is ever changed in place. [`Indexes`] holds those of many tenants and follows what they publish.

mod admit;
mod archive;
mod build;
mod collect;
mod cursor;
mod directory;
mod facets;
mod filters;
mod follow;
mod highlight;
mod indexes;
mod meaning;
pub mod near;
mod open;
mod order;
mod page;
pub mod parameters;
mod pointer;
mod profile;
mod query;
mod rank;
mod request;
mod row;
mod schema;
mod search;
mod suggest;
mod synonyms;
mod tables;
mod tokenizer;
mod understand;
mod vectors;
mod vocabulary;
mod words;

pub use archive::{Archive, Digest, InvalidDigest, OpenError};
pub use build::{BuildError, Entry, Place, build};
pub use cursor::{Cursor, CursorError, Fingerprint};
pub use follow::FollowError;
pub use indexes::Indexes;
pub use meaning::{meaning, meaning_text};
pub use page::{
    FacetCount, Facets, Highlight, Hit, MeantOccupation, OfferDetail, OfferSummary, Reason,
    RelatedOccupation, SearchPage, Suggestion, SuggestionKind,
};
pub use pointer::{POINTER_KEY, Pointer, PointerError, archive_key};
pub use profile::{
    CandidateProfile, ExperienceReason, Meant, PlaceReason, Reasons, SkillsReason, SuitableOffer, TITLES,
    TitleReason,
};
pub use query::FieldWeights;
pub use rank::Weights;
pub use request::{
    Circle, DEFAULT_LIMIT, Experience, FEW, MAX_LIMIT, SalaryBand, SearchRequest, Sort, WIDEST_KM,
};
pub use search::{SearchError, SearchIndex};
pub use synonyms::{Synonym, Synonyms};
pub use vectors::quantise;
