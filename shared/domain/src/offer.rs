//! A job offer, and the rules a row of an import must meet to become one.
//!
//! Offers reach us in feeds that others write. Everything past this module may rely on the limits checked in
//! [`OfferDraft::from_fields`]: it is the only way from text to an offer.

use serde::{Deserialize, Serialize};

use crate::ids::OfferId;

mod draft;
mod fields;
mod position;
mod terms;

pub use draft::{COLUMNS, OfferDraft};
pub use fields::{ErrorCode, FieldError};
pub use position::Position;
pub use terms::{Contract, Remote, SalaryPeriod, UnknownTerm, WorkingTime};

/// A job offer of one tenant. In JSON its content stands beside its `id`, without nesting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Ours; the tenant's own is `content.reference`.
    pub id: OfferId,
    /// What the feed says.
    #[serde(flatten)]
    pub content: OfferDraft,
}
