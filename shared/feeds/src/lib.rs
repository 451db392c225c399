//! Offers in the formats of partners, read into the columns of an import.
//!
//! Each partner writes XML, JSON or CSV of its own. What differs between them is data: a [`Mapping`] says where the
//! records are and how each column of [`vivier_domain::offer::COLUMNS`] is got from one. Sixteen are built in
//! ([`formats`]); a tenant may bring another as text ([`Mapping::parse`]), also one that only changes a column of a
//! built-in one. The folder's `README.md` describes how they are written.
//!
//! Nothing here knows a tenant or does input and output, and no error repeats what a feed says.

mod decode;
mod detect;
mod fault;
mod formats;
mod mapping;
mod path;
mod raw;
mod read;
mod record;
mod step;
mod words;

pub use detect::detect;
pub use fault::{FeedFault, RecordFault};
pub use formats::{format, formats};
pub use mapping::{Container, Mapping, MappingError};
pub use read::{Records, ends_inside_quotes};
pub use record::Record;
