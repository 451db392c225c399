//! The id of what a request makes. A request that is carried out once more after a crash makes the same thing again,
//! under the same id, and not a second one.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use uuid::Uuid;

/// What the ids of one request are made of: chosen when its `Idempotency-Key` was first seen, kept with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seed(pub(crate) Uuid);

/// The id (a UUIDv7) of the one thing that a request makes. A handler that takes it inserts so that finding the same id
/// already there is fine: nobody else can have chosen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewId<T>(pub T);

impl<S: Sync, T: From<Uuid>> FromRequestParts<S> for NewId<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let id = parts.extensions.get::<Seed>().map_or_else(Uuid::now_v7, |seed| seed.0);
        Ok(Self(id.into()))
    }
}
