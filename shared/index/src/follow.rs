//! Reading the pointer and, when it names another index, that index.

use std::{error::Error, sync::Arc, time::Instant};

use vivier_domain::published::{Fetched, IndexFiles};

use crate::{
    archive::OpenError,
    indexes::Known,
    part::Part,
    pointer::{Pointer, PointerError},
    search::SearchIndex,
};

/// Why no index, or no newer one, was loaded. The one at hand goes on answering.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// Where the files lie could not be opened, or did not answer.
    #[error("the published files cannot be read")]
    Files(#[source] Box<dyn Error + Send + Sync>),
    /// The pointer cannot be read.
    #[error("the pointer is unreadable")]
    Pointer(#[from] PointerError),
    /// The archive cannot be opened.
    #[error("the index cannot be opened")]
    Open(#[from] OpenError),
    /// There is no archive where the pointer points to.
    #[error("the pointer names an index that is not there")]
    Missing,
    /// Opening was cut off.
    #[error("opening the index was cut off")]
    CutOff(#[from] tokio::task::JoinError),
}

impl FollowError {
    pub(crate) fn files(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Files(Box::new(error))
    }

    /// The error and its causes in one line, for a log.
    pub(crate) fn chain(&self) -> String {
        let (mut line, mut source) = (self.to_string(), self.source());
        while let Some(cause) = source {
            line.push_str(": ");
            line.push_str(&cause.to_string());
            source = cause.source();
        }
        line
    }
}

/// What is current now. A published index is never unpublished: a pointer that is gone is a fault of the store, and the
/// index at hand stays.
pub(crate) async fn follow(files: &impl IndexFiles, known: Option<Known>) -> Result<Known, FollowError> {
    let etag = known.as_ref().and_then(|known| known.etag.clone());
    let mut failed = None;
    loop {
        let checked = Instant::now();
        let pointer = match files.pointer(etag.as_deref()).await.map_err(FollowError::files)? {
            Fetched::Found(pointer) => pointer,
            Fetched::Unchanged | Fetched::Missing => {
                let (index, etag) = known.map_or((None, None), |known| (known.index, known.etag));
                return Ok(Known { index, etag, checked });
            }
        };
        let at_hand = known.as_ref().and_then(|known| known.index.as_deref());
        match fetch(files, &Pointer::from_json(&pointer.bytes)?, at_hand).await {
            // Archives that are no part of the index any more are removed, maybe while they were fetched: then the pointer is another.
            Err(FollowError::Missing) if failed.as_ref() != Some(&pointer.etag) => {
                failed = Some(pointer.etag);
            }
            Err(error) => return Err(error),
            Ok(index) => {
                return Ok(Known { index: Some(Arc::new(index)), etag: Some(pointer.etag), checked });
            }
        }
    }
}

/// The index that a pointer names. Archives that are at hand are not fetched again.
async fn fetch(
    files: &impl IndexFiles,
    pointer: &Pointer,
    at_hand: Option<&SearchIndex>,
) -> Result<SearchIndex, FollowError> {
    let mut parts = Vec::with_capacity(pointer.archives.len());
    let mut fetched = 0;
    for archive in &pointer.archives {
        let same = |part: &&Arc<Part>| part.sha256() == archive.sha256;
        if let Some(part) = at_hand.and_then(|index| index.parts().iter().find(same)) {
            parts.push(Arc::clone(part));
            continue;
        }
        let file = files.archive(archive.generation).await.map_err(FollowError::files)?;
        let Fetched::Found(file) = file else { return Err(FollowError::Missing) };
        let sha256 = archive.sha256;
        let opened = tokio::task::spawn_blocking(move || Part::open(file.bytes, &sha256)).await??;
        parts.push(Arc::new(opened));
        fetched += 1;
    }
    let mut index = tokio::task::spawn_blocking(move || SearchIndex::of(parts)).await??;
    index.queries.clone_from(&pointer.queries);
    tracing::info!(generation = %index.generation(), offers = index.offers(), archives = pointer.archives.len(), fetched,
                   "an index was loaded");
    Ok(index)
}
