//! The search index of a tenant's offers: building it, publishing it, reading it.
//!
//! An index is one immutable archive. An import builds it with [`build`] and publishes it with a [`Pointer`]; the
//! search function opens it in memory as a [`SearchIndex`] and needs no server to answer. A new import makes a new
//! generation; nothing is ever changed in place. [`Indexes`] holds those of many tenants and follows what they publish.

mod archive;
mod build;
mod collect;
mod cursor;
mod directory;
mod facets;
mod follow;
mod highlight;
mod indexes;
mod open;
mod page;
mod pointer;
mod query;
mod request;
mod schema;
mod search;
mod suggest;
mod tables;
mod tokenizer;

pub use archive::{Archive, Digest, InvalidDigest, OpenError};
pub use build::{BuildError, build};
pub use cursor::{Cursor, CursorError, Fingerprint};
pub use follow::FollowError;
pub use indexes::Indexes;
pub use page::{
    FacetCount, Facets, Highlight, Hit, OfferDetail, OfferSummary, SearchPage, Suggestion, SuggestionKind,
};
pub use pointer::{POINTER_KEY, Pointer, PointerError, archive_key};
pub use request::{DEFAULT_LIMIT, MAX_LIMIT, SearchRequest, Sort};
pub use search::{SearchError, SearchIndex};
