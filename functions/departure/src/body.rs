//! What the routes take and answer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_bundle::{Departure, Signed};

/// How the departure stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepartureView {
    /// `begun` while the bundle is made, `delivered` when it can be fetched, then `acknowledged` and `destroying`.
    #[schema(example = "delivered")]
    state: &'static str,
    /// When the contract ended.
    #[schema(value_type = String, format = DateTime)]
    begun_at: Timestamp,
    /// Until when the bundle is handed over.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// The bundle, once it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle: Option<BundleView>,
    /// What was signed when a member acknowledged the bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledgement: Option<AcknowledgementView>,
}

/// A bundle.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BundleView {
    /// SHA-256 of the archive, in hexadecimal digits.
    sha256: String,
    /// Its size in bytes.
    bytes: u64,
    /// How many entries it has.
    entries: u64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    made_at: Timestamp,
}

/// A signed receipt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcknowledgementView {
    /// The receipt as it was signed, as JSON.
    text: String,
    /// SHA-256 of it, in base64url.
    hash: String,
    /// Ed25519 (RFC 8032) of it, in base64url.
    signature: String,
    /// The key that it is checked by, in base64url.
    public_key: String,
}

impl AcknowledgementView {
    pub(crate) fn of(signed: &Signed) -> Self {
        Self {
            text: signed.text.clone(),
            hash: signed.hash.to_string(),
            signature: signed.signature.to_string(),
            public_key: signed.public_key.to_string(),
        }
    }
}

impl DepartureView {
    pub(crate) fn of(departure: &Departure) -> Self {
        Self {
            state: departure.state().as_str(),
            begun_at: departure.begun_at,
            due_at: departure.due_at,
            bundle: departure.bundle.as_ref().map(|bundle| BundleView {
                sha256: bundle.sha256.clone(),
                bytes: bundle.bytes,
                entries: bundle.entries,
                made_at: bundle.made_at,
            }),
            acknowledgement: departure.acknowledgement.as_ref().map(AcknowledgementView::of),
        }
    }
}

/// Where the bundle can be fetched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BundleDownload {
    /// The signed address.
    pub(crate) url: String,
    /// When it stops working.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
    /// SHA-256 of what is there, in hexadecimal digits.
    pub(crate) sha256: String,
    /// Its size in bytes.
    pub(crate) bytes: u64,
}

/// What a member says who has received the bundle.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAcknowledgement {
    /// SHA-256 of the archive that was received, in hexadecimal digits: everything here is destroyed on the strength of it.
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub(crate) sha256: String,
}
