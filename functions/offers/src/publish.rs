//! From the open offers to a published index. The pointer is written last: until then candidates search the index before.

use jiff::Timestamp;
use tokio::sync::mpsc;
use vivier_domain::{ids::GenerationId, offer::Offer};
use vivier_index::{Archive, Pointer};
use vivier_store::{
    imports::{self, Lease},
    offers,
};
use vivier_tenancy::{
    TenancyError,
    rooms::{
        Session,
        files::{FileKey, Files},
    },
};

use crate::{error::RunError, lease};

/// Offers per page on their way to the index, and pages that may wait there.
const PAGE: u32 = 500;
const PAGES_AHEAD: usize = 2;

/// Generations that stay: a reader may still be fetching the one before.
const KEPT_GENERATIONS: usize = 3;

/// Builds and publishes an index of the offers that are open now; its generation.
pub async fn publish(
    session: &mut Session,
    files: &Files<'_>,
    lease: &Lease,
    now: Timestamp,
) -> Result<GenerationId, RunError> {
    let archive = build(session, lease, now).await?;
    let generation = archive.generation;
    let pointer = Pointer::to(&archive, now).to_json();
    tracing::info!(%generation, offers = archive.offers, bytes = archive.bytes.len(), "an index was built");
    let key = FileKey::IndexGeneration(generation);
    let put = Box::pin(files.put(&key, archive.bytes, "application/x-tar"));
    lease::hold_while(session, lease, put).await??;
    // Renewed just before the switch: a run that was overtaken must not put its index over a newer one.
    lease::hold(session, lease).await?;
    Box::pin(files.put(&FileKey::IndexPointer, pointer, "application/json")).await?;
    Ok(generation)
}

async fn build(session: &mut Session, lease: &Lease, now: Timestamp) -> Result<Archive, RunError> {
    let (sender, mut receiver) = mpsc::channel::<Vec<Offer>>(PAGES_AHEAD);
    let builder = tokio::task::spawn_blocking(move || {
        let offers = std::iter::from_fn(|| receiver.blocking_recv()).flatten();
        vivier_index::build(offers, None, GenerationId::generate(), now)
    });
    // When this fails half-way the builder ends with what it got, and that archive is dropped.
    send_open(session, lease, sender).await?;
    Ok(lease::hold_while(session, lease, builder).await???)
}

/// Pages, not one long result: a statement that waits for the builder would run into its time limit.
async fn send_open(
    session: &mut Session,
    lease: &Lease,
    sender: mpsc::Sender<Vec<Offer>>,
) -> Result<(), RunError> {
    let mut after = None;
    loop {
        let tx = session.begin().await?;
        if !imports::hold(&tx, lease).await? {
            return Err(RunError::Lost);
        }
        let page = offers::list_open(&tx, after, PAGE).await?;
        tx.commit().await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        // A builder that is gone has an error to tell, which is asked for next.
        if sender.send(page).await.is_err() {
            return Ok(());
        }
    }
}

/// Removes old generations; how many. The current one is among those that stay.
pub async fn remove_old(files: &Files<'_>, current: GenerationId) -> Result<u64, TenancyError> {
    let mut removed = 0;
    for generation in old(files.list_generations().await?, current) {
        removed += files.delete(&FileKey::IndexGeneration(generation)).await?;
    }
    Ok(removed)
}

fn old(mut generations: Vec<GenerationId>, current: GenerationId) -> Vec<GenerationId> {
    generations.sort_unstable();
    generations.truncate(generations.len().saturating_sub(KEPT_GENERATIONS));
    generations.retain(|generation| *generation != current);
    generations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_three_and_the_current_generation_stay() {
        let ids: Vec<GenerationId> = (0..6).map(|_| GenerationId::generate()).collect();
        for (lying, current, removed) in [
            (&ids[..0], ids[0], &ids[..0]),
            (&ids[..3], ids[2], &ids[..0]),
            (&ids[..4], ids[3], &ids[..1]),
            (&ids[..6], ids[5], &ids[..3]),
            (&ids[..6], ids[0], &ids[1..3]),
        ] {
            let mut lying = lying.to_vec();
            lying.reverse();
            assert_eq!(old(lying, current), removed);
        }
    }
}
