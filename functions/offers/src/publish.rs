//! From the open offers to a published index. The pointer is written last: until then candidates search the index before.

use tokio::sync::mpsc;
use vivier_domain::{
    ids::{GenerationId, OfferId},
    offer::Offer,
};
use vivier_index::{Archive, Entry, Pointer};
use vivier_store::{offer_vectors, offers, search_index};
use vivier_tenancy::{
    TenancyError,
    rooms::{
        Session,
        files::{FileKey, Files},
    },
};

use crate::{
    App,
    complete::Completion,
    error::RunError,
    lease::{self, Right},
};

/// Offers per page on their way to the index, and pages that may wait there.
const PAGE: u32 = 500;
const PAGES_AHEAD: usize = 2;

/// Generations that stay: a reader may still be fetching the one before.
const KEPT_GENERATIONS: usize = 3;

/// Builds and publishes an index of the offers that are open now, with the vectors they have by now; its generation.
pub async fn publish(
    app: &App,
    session: &mut Session,
    files: &Files<'_>,
    right: &Right,
) -> Result<GenerationId, RunError> {
    // Vectors that come during the build are for the next one.
    let made = search_index::made(&session.begin().await?).await?;
    let archive = build(app, session, right).await?;
    let generation = archive.generation;
    let pointer = Pointer::to(&archive, app.clock.now()).to_json();
    tracing::info!(%generation, offers = archive.offers, bytes = archive.bytes.len(), "an index was built");
    let key = FileKey::IndexGeneration(generation);
    let put = Box::pin(files.put(&key, archive.bytes, "application/x-tar"));
    lease::hold_while(session, right, put).await??;
    // Renewed just before the switch: a run that was overtaken must not put its index over a newer one.
    lease::hold(session, right).await?;
    Box::pin(files.put(&FileKey::IndexPointer, pointer, "application/json")).await?;
    let tx = session.begin().await?;
    search_index::set_published(&tx, made, app.clock.now()).await?;
    tx.commit().await?;
    Ok(generation)
}

async fn build(app: &App, session: &mut Session, right: &Right) -> Result<Archive, RunError> {
    let (sender, mut receiver) = mpsc::channel::<Vec<Entry>>(PAGES_AHEAD);
    let (model, now) = (app.embedder.identity().clone(), app.clock.now());
    let builder = tokio::task::spawn_blocking(move || {
        let entries = std::iter::from_fn(|| receiver.blocking_recv()).flatten();
        vivier_index::build(entries, Some(&model), GenerationId::generate(), now)
    });
    // When this fails half-way the builder ends with what it got, and that archive is dropped.
    send_open(app, session, right, sender).await?;
    Ok(lease::hold_while(session, right, builder).await???)
}

/// Pages, not one long result: a statement that waits for the builder would run into its time limit.
async fn send_open(
    app: &App,
    session: &mut Session,
    right: &Right,
    sender: mpsc::Sender<Vec<Entry>>,
) -> Result<(), RunError> {
    let model = &app.embedder.identity().name;
    let reference = app.reference.clone();
    // The first index of a process reads them from the disk.
    tokio::task::spawn_blocking(move || Completion::open(&reference).map(drop)).await??;
    let completion = Completion::open(&app.reference)?;
    let mut after = None;
    loop {
        let tx = session.begin().await?;
        if !right.hold(&tx).await? {
            return Err(RunError::Lost);
        }
        let page = offers::list_open(&tx, after, PAGE).await?;
        let ids: Vec<OfferId> = page.iter().map(|offer| offer.id).collect();
        let mut vectors = offer_vectors::list(&tx, model, &ids).await?;
        tx.commit().await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        let entry = |offer: Offer| {
            let vector = vectors.remove(&offer.id);
            completion.entry(offer, vector)
        };
        let page = page.into_iter().map(entry).collect();
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
