//! The id of what a request makes. A request that is carried out once more after a crash makes the same thing again,
//! under the same id, and not a second one.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What the ids of one request are made of: chosen when its `Idempotency-Key` was first seen, kept with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seed(pub(crate) Uuid);

/// The id (a UUIDv7) of the one thing that a request makes. A handler that takes it inserts so that finding the same id
/// already there is fine: nobody else can have chosen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewId<T>(pub T);

/// The id of one of several things that a request makes, `request` being the request's [`NewId`]: those of one request sort
/// as they stand in it (up to 4096), a repeated request makes the same ones, and nobody can guess them.
pub fn nth<T: From<Uuid>>(request: Uuid, position: usize) -> T {
    let hash = Sha256::new_with_prefix(b"vivier nth")
        .chain_update(request.as_bytes())
        .chain_update((position as u64).to_be_bytes())
        .finalize();
    let mut bytes = *request.as_bytes();
    // RFC 9562, section 5.7: behind the time the version and 12 bits, here the position; then the variant and what is random.
    let place = 0x7000 | (position as u16 & 0x0fff);
    bytes[6..8].copy_from_slice(&place.to_be_bytes());
    bytes[8..16].copy_from_slice(&hash[..8]);
    bytes[8] = bytes[8] & 0x3f | 0x80;
    Uuid::from_bytes(bytes).into()
}

impl<S: Sync, T: From<Uuid>> FromRequestParts<S> for NewId<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let id = parts.extensions.get::<Seed>().map_or_else(Uuid::now_v7, |seed| seed.0);
        Ok(Self(id.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_request_sort_as_they_stand_and_are_the_same_when_it_is_repeated() {
        let request = Uuid::now_v7();
        let ids: Vec<Uuid> = (0..100).map(|position| nth(request, position)).collect();
        assert!(ids.is_sorted());
        for (position, id) in ids.iter().enumerate() {
            assert_eq!(id.get_version_num(), 7);
            assert_eq!(id.get_timestamp(), request.get_timestamp());
            assert_eq!(nth::<Uuid>(request, position), *id, "the same once more");
        }
        assert_ne!(nth::<Uuid>(Uuid::now_v7(), 0), ids[0]);
    }
}
