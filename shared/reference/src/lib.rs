//! What job offers refer to without explaining it: the communes, departments and regions of France, and the occupations of
//! France Travail's ROME.
//!
//! Both are read once from a folder that `infra/local/reference.py` writes, and then answer from memory: nothing here
//! asks a network, so no place that a candidate types leaves the account.

mod error;
mod geo;
pub mod occupations;
pub mod places;
mod reference;
mod table;

pub use error::ReferenceError;
pub use geo::{Point, distance_km};
pub use occupations::{Domain, Match, Occupation, Occupations};
pub use places::{Code, Department, Place, Places, Region, Suggestion};
pub use reference::Reference;
