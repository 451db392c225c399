//! What candidates search for, collected so that nobody can read a text before several of them searched for it.
//!
//! After STAR (A. Davidson et al., "STAR: Secret Sharing for Private Threshold Aggregation Reporting", CCS 2022). A search
//! becomes a [`tag`](vivier_domain::event::SearchContext::tag), which is the same for the same text, and one share of the key
//! (A. Shamir, "How to share a secret", 1979) that its text is encrypted with. Shares of one visitor are one share. Who makes
//! them holds the tenant's [`Key`]; who puts them together does not, and reads what enough different visitors searched for, and
//! nothing else.

mod key;
mod query;
mod share;
mod ticket;
mod visitor;

pub use key::{Key, NoRandomness};
pub use query::{LONGEST, Query};
pub use share::{Kept, Place, open, share};
pub use ticket::Tickets;
pub use visitor::Visitor;
