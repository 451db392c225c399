//! Where a list goes on. To a client a cursor is opaque.
//!
//! A cursor names the last offer seen, not a number of offers to skip: what expires or is published in between
//! neither repeats nor hides others. It is bound to its tenant and its search; anything else is unknown, and unknown
//! is all that is ever said.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use vivier_domain::ids::{GenerationId, OfferId, TenantId};

use crate::request::SearchRequest;

/// Stands for a tenant in cursors, without naming it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a tenant.
    pub fn of(tenant: TenantId) -> Self {
        let mut hash = Sha256::new_with_prefix(b"vivier search cursor\0");
        hash.update(tenant.as_uuid().as_bytes());
        Self(hash.finalize().into())
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fingerprint")
    }
}

/// A cursor that this search did not give out: of another tenant or another search, cut off, made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// The one case there is.
    #[error("unknown cursor")]
    Unknown,
}

/// A place in the order of a list. Greater is nearer to the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    /// The bits of a score that is not negative: their order is the order of the scores.
    pub(crate) score: u32,
    /// Day number.
    pub(crate) published: i32,
    pub(crate) id: u128,
}

/// The place after the last offer of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) generation: GenerationId,
    pub(crate) search: [u8; 8],
    pub(crate) position: Position,
}

const FORMAT: u8 = 1;
const BODY: usize = 1 + 16 + 8 + 4 + 4 + 16;
const SEAL: usize = 8;

impl Cursor {
    /// The generation the page came from.
    pub fn generation(&self) -> GenerationId {
        self.generation
    }

    /// The last offer of the page.
    pub fn last(&self) -> OfferId {
        Uuid::from_u128(self.position.id).into()
    }

    /// The opaque text, base64url.
    pub fn encode(&self, tenant: &Fingerprint) -> String {
        let mut bytes = Vec::with_capacity(BODY + SEAL);
        bytes.push(FORMAT);
        bytes.extend(self.generation.as_uuid().as_bytes());
        bytes.extend(self.search);
        bytes.extend(self.position.score.to_be_bytes());
        bytes.extend(self.position.published.to_be_bytes());
        bytes.extend(self.position.id.to_be_bytes());
        bytes.extend(seal(tenant, &bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what [`Self::encode`] wrote for the same tenant.
    pub fn decode(text: &str, tenant: &Fingerprint) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Unknown)?;
        let (body, sealed) = bytes.split_at_checked(BODY).ok_or(CursorError::Unknown)?;
        if sealed != seal(tenant, body) {
            return Err(CursorError::Unknown);
        }
        let (format, body) = take::<1>(body)?;
        let (generation, body) = take::<16>(body)?;
        let (search, body) = take::<8>(body)?;
        let (score, body) = take::<4>(body)?;
        let (published, body) = take::<4>(body)?;
        let (id, _) = take::<16>(body)?;
        let position = Position {
            score: u32::from_be_bytes(score),
            published: i32::from_be_bytes(published),
            id: u128::from_be_bytes(id),
        };
        if format != [FORMAT] || position.score > f32::MAX.to_bits() {
            return Err(CursorError::Unknown);
        }
        Ok(Self { generation: Uuid::from_bytes(generation).into(), search, position })
    }
}

fn take<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), CursorError> {
    bytes.split_first_chunk::<N>().map(|(first, rest)| (*first, rest)).ok_or(CursorError::Unknown)
}

/// Keeps cursors with their tenant. It keeps no secret: whoever made one up would only move within their own list.
fn seal(tenant: &Fingerprint, body: &[u8]) -> [u8; SEAL] {
    let mut hash = Sha256::new_with_prefix(tenant.0);
    hash.update(body);
    let digest: [u8; 32] = hash.finalize().into();
    digest.first_chunk().copied().unwrap_or_default()
}

/// What must not change from one page to the next: everything asked for but the size of a page and the day.
pub(crate) fn search_hash(request: &SearchRequest) -> [u8; 8] {
    let mut hash = Sha256::new();
    let mut part = |label: &str, values: &mut dyn Iterator<Item = String>| {
        let mut values: Vec<String> = values.collect();
        values.sort_unstable();
        values.dedup();
        for text in [label.to_owned(), values.len().to_string()].into_iter().chain(values) {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
    };
    let keys = |texts: &[String]| texts.iter().map(|text| crate::tables::key(text)).collect::<Vec<_>>();
    let numbers = |number: Option<u32>| number.map(|number| number.to_string());
    part("q", &mut std::iter::once(request.q.clone()));
    part("contract", &mut request.contract.iter().map(ToString::to_string));
    part("city", &mut keys(&request.city).into_iter());
    part("occupation", &mut keys(&request.occupation).into_iter());
    part("remote", &mut request.remote.iter().map(ToString::to_string));
    part("working_time", &mut request.working_time.iter().map(ToString::to_string));
    part("experience", &mut request.experience.iter().map(|band| (*band as u8).to_string()));
    part("education", &mut request.education.iter().map(ToString::to_string));
    part("company", &mut keys(&request.company).into_iter());
    part("department", &mut keys(&request.department).into_iter());
    part("region", &mut keys(&request.region).into_iter());
    part("family", &mut keys(&request.family).into_iter());
    part("salary", &mut request.salary.iter().map(|band| band.0.to_string()));
    part("salary_min", &mut numbers(request.salary_min).into_iter());
    part("salary_max", &mut numbers(request.salary_max).into_iter());
    part("within", &mut request.within.iter().map(|circle| format!("{circle:?}")));
    part("published_since", &mut request.published_since.iter().map(ToString::to_string));
    // What a front office weighs how much may change between two pages; what a search goes by does not.
    let by = (request.weights.words > 0.0, request.weights.meaning > 0.0);
    part("by", &mut std::iter::once(format!("{by:?}")));
    part("duplicates", &mut std::iter::once(request.duplicates.to_string()));
    part("meaning", &mut request.vector.iter().map(|_| "compared".to_owned()));
    part("sort", &mut std::iter::once(format!("{:?}", request.sort)));
    let digest: [u8; 32] = hash.finalize().into();
    digest.first_chunk().copied().unwrap_or_default()
}
