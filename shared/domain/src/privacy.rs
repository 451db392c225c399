//! Requests of persons about their own data (Articles 15 to 17 of the GDPR): which there are, how they stand, and which stores answer.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{ids::PrivacyRequestId, opaque::Opaque};

/// Within so long a request is answered (Article 12 (3): one month).
pub const DUE: SignedDuration = SignedDuration::from_hours(24 * 30);
/// A request whose address nobody confirms is gone after this long.
pub const PENDING: SignedDuration = SignedDuration::from_hours(48);
/// A copy of a person's data can be fetched for so long.
pub const COPY_LASTS: SignedDuration = SignedDuration::from_hours(24 * 7);
/// What is left of a request that was answered: no person, only that and when it was.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);
/// So often a copy is fetched.
pub const MOST_DOWNLOADS: i32 = 10;
/// So often a wrong code is tried at a copy.
pub const MOST_TRIES: i32 = 5;
/// The most conversations that a request names.
pub const MOST_CONVERSATIONS: usize = 20;

/// A text that is no term of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no term of a request about personal data")]
pub struct UnknownName;

list! {
    /// What a person asks for.
    PrivacyRequestKind {
        /// A copy of all that is kept (Article 15).
        Access = "access",
        /// That something is put right (Article 16): a member does it.
        Rectification = "rectification",
        /// That all of it goes (Article 17).
        Erasure = "erasure",
    }
}

list! {
    /// How a request stands. None of these says anything about the person but that.
    PrivacyRequestState {
        /// Nobody has confirmed the address.
        Pending = "pending",
        /// It is to be answered.
        Received = "received",
        /// An erasure that some store refused, or where something was still found: it is tried again.
        Partial = "partial",
        /// It was answered.
        Complete = "complete",
    }
}

list! {
    /// What is asked for a person's data, each by itself.
    PrivacyStore {
        /// Saved searches, in the tenant's own database.
        Alerts = "alerts",
        /// Conversations that the request names, in the tenant's table.
        Conversations = "conversations",
        /// Copies made for former requests, in the tenant's bucket.
        Copies = "copies",
        /// Requests of the address that nobody confirmed, in the tenant's own database. One that was confirmed is answered by itself.
        Requests = "requests",
        /// Whether the address is a member's: an account is closed by removing the member, not here.
        Members = "members",
    }
}

list! {
    /// Why a store is not known to be free of a person.
    LeftReason {
        /// It does not answer, or not in time.
        Unavailable = "unavailable",
        /// It refused.
        Refused = "refused",
        /// A second look still found something.
        Found = "found",
        /// The address is a member's, whose account stands until the member is removed.
        Member = "member",
        /// Something of the person is held: it goes when the hold ends.
        Held = "held",
    }
}

/// What became of one store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreReceipt {
    /// Which one.
    pub store: PrivacyStore,
    /// How many things of the person were removed from it, all tries together.
    pub removed: u64,
    /// When a second look found nothing.
    pub absent_at: Timestamp,
}

/// What is signed of an erasure: that each store was looked at after it and held nothing. The person stands in it as keyed hashes, whose key
/// ends with the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureReceipt {
    /// Its place in the tenant's ledger, from 1.
    pub seq: u64,
    /// The request.
    pub request: PrivacyRequestId,
    /// When it was complete.
    pub at: Timestamp,
    /// HMAC-SHA-256 of the address and of each conversation that was named.
    pub subjects: Vec<Opaque<32>>,
    /// Each store.
    pub stores: Vec<StoreReceipt>,
    /// The hash of the receipt before; zeros for the first.
    pub previous: Opaque<32>,
}

/// A receipt with what proves it.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct SignedReceipt {
    /// The receipt as it was signed, letter for letter.
    pub receipt: String,
    /// SHA-256 of it.
    pub hash: Opaque<32>,
    /// Ed25519 (RFC 8032) of it.
    pub signature: Opaque<64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for kind in PrivacyRequestKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        assert_eq!("profiling".parse::<PrivacyRequestKind>(), Err(UnknownName));
    }

    #[test]
    fn no_state_decides_about_a_person() {
        let states: Vec<&str> = PrivacyRequestState::ALL.iter().map(|state| state.as_str()).collect();
        assert_eq!(states, ["pending", "received", "partial", "complete"]);
    }
}
