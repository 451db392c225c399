//! The search index of a tenant's offers: building it, publishing it, reading it.
//!
//! An index is one immutable archive or several: those that [`build`] made of all offers, and those that [`build_changes`] made of what
//! changed since. A [`Pointer`] names them; the search function opens them in memory as a [`SearchIndex`] and needs no server to answer.
//! Nothing is ever changed in place, so whoever follows a newer pointer fetches only the archives that are new. [`Indexes`] holds the
//! indexes of many tenants and follows what they publish.

mod admit;
mod archive;
mod bits;
mod build;
mod collect;
mod columns;
mod completions;
mod cursor;
mod directory;
mod facets;
mod filters;
mod follow;
mod highlight;
mod indexes;
mod lists;
mod meaning;
pub mod near;
mod nearest;
mod open;
mod order;
mod page;
pub mod parameters;
mod part;
mod pointer;
mod profile;
mod query;
mod rank;
mod request;
mod row;
mod schema;
mod search;
mod signs;
mod stored;
mod suggest;
mod synonyms;
mod tables;
mod tokenizer;
mod tune;
mod understand;
mod vectors;
mod vocabulary;
mod weigh;
mod words;

pub use archive::{Archive, Digest, InvalidDigest, OpenError, VERSION};
pub use build::{BuildError, Entry, Place, build, build_changes};
pub use cursor::{Cursor, CursorError, Fingerprint};
pub use follow::FollowError;
pub use indexes::Indexes;
pub use meaning::{meaning, meaning_text};
pub use page::{
    FacetCount, Facets, Highlight, Hit, MeantOccupation, OfferDetail, OfferSummary, Reason,
    RelatedOccupation, SearchPage, Suggestion, SuggestionKind,
};
pub use part::Part;
pub use pointer::{ArchiveRef, POINTER_KEY, Pointer, PointerError, archive_key};
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
pub use stored::StoredSummary;
pub use synonyms::{Synonym, Synonyms};
pub use vectors::quantise;
