//! Reading the pointer and, when it names another index, that index.

use std::{sync::Arc, time::Instant};

use vivier_index::{OpenError, Pointer, PointerError, SearchIndex};
use vivier_tenancy::{
    TenancyError,
    rooms::files::{Fetched, PublishedIndex},
};

use crate::indexes::Known;

/// Why a newer index was not loaded. The one at hand goes on answering.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FollowError {
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    #[error("the pointer is unreadable")]
    Pointer(#[from] PointerError),
    #[error("the index cannot be opened")]
    Open(#[from] OpenError),
    #[error("the pointer names an index that is not there")]
    Missing,
    #[error("opening the index was cut off")]
    CutOff(#[from] tokio::task::JoinError),
}

/// What is current now. A published index is never unpublished: a pointer that is gone is a fault of the store, and the
/// index at hand stays.
pub(crate) async fn follow(room: &PublishedIndex, known: Option<Known>) -> Result<Known, FollowError> {
    let checked = Instant::now();
    let etag = known.as_ref().and_then(|known| known.etag.clone());
    let pointer = match room.pointer(etag.as_deref()).await? {
        Fetched::Found(pointer) => pointer,
        Fetched::Unchanged | Fetched::Missing => {
            let (index, etag) = known.map_or((None, None), |known| (known.index, known.etag));
            return Ok(Known { index, etag, checked });
        }
    };
    let target = Pointer::from_json(&pointer.bytes)?;
    let Fetched::Found(archive) = room.archive(target.generation).await? else {
        return Err(FollowError::Missing);
    };
    let index =
        tokio::task::spawn_blocking(move || SearchIndex::open(archive.bytes, &target.sha256)).await??;
    tracing::info!(generation = %index.generation(), offers = index.offers(), "an index was loaded");
    Ok(Known { index: Some(Arc::new(index)), etag: Some(pointer.etag), checked })
}
