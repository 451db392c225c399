//! What offers mean, after their words: an import publishes at once what can be searched by words, and the vectors follow, offer by
//! offer, as long as a turn lasts; the next turn goes on.

use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use vivier_domain::{ids::OfferId, offer::Offer};
use vivier_store::{
    offer_vectors::{self, Made},
    search_index::{self, Lease},
};
use vivier_tenancy::{TenantScope, rooms::Session};

use crate::{
    App,
    error::RunError,
    lease::{self, Right},
    publish,
};

/// Offers read at a time: some seconds of computing.
const BATCH: u32 = 64;
/// With vectors still missing, an index with those that are there is published no sooner than this after the one before.
const PATIENCE: Duration = Duration::from_mins(10);

/// What a turn did for one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nothing was missing.
    Idle,
    /// Somebody else is at it, or an import runs.
    Left,
    /// Vectors were made, or an index was published.
    Worked,
}

/// Makes the vectors that are missing until `until`, and publishes them.
pub async fn run(app: &App, scope: &TenantScope, until: Instant) -> Result<Turn, RunError> {
    let mut session = app.tenancy.silo(scope).await?;
    let model = app.embedder.identity().name.clone();
    let taken = {
        let tx = session.begin().await?;
        let due = offer_vectors::any_missing(&tx, &model).await?
            || search_index::is_stale(&tx, &publish::made_with(app)).await?;
        if !due {
            return Ok(Turn::Idle);
        }
        let taken = search_index::take(&tx).await?;
        tx.commit().await?;
        taken
    };
    let Some(taken) = taken else { return Ok(Turn::Left) };
    let worked = work(app, scope, &mut session, taken, &model, until).await;
    match worked {
        Err(RunError::Lost) => Ok(Turn::Left),
        Err(error) => Err(error),
        Ok(()) => {
            let tx = session.begin().await?;
            search_index::release(&tx, taken).await?;
            tx.commit().await?;
            Ok(Turn::Worked)
        }
    }
}

async fn work(
    app: &App,
    scope: &TenantScope,
    session: &mut Session,
    taken: Lease,
    model: &str,
    until: Instant,
) -> Result<(), RunError> {
    let (mut missing, mut after) = (true, None);
    while missing && Instant::now() < until {
        // What was gone through is not looked through again before the end; then from the start, until nothing is found: meanwhile
        // an offer may have been written anew.
        let last = batch(app, session, taken, model, after).await?;
        missing = last.is_some() || after.is_some();
        after = last;
    }
    let now = app.clock.now();
    let due = {
        let tx = session.begin().await?;
        search_index::is_stale(&tx, &publish::made_with(app)).await?
            && (!missing || search_index::published_before(&tx, now - PATIENCE).await?)
    };
    if due {
        let files = app.tenancy.files(scope).await?;
        let published = publish::publish(app, session, &files, &Right::Vectors(taken)).await?;
        publish::remove_old(&files, &published).await?;
    }
    Ok(())
}

/// Makes the vectors of some offers behind `after`; the last of them, `None` where there were none.
async fn batch(
    app: &App,
    session: &mut Session,
    taken: Lease,
    model: &str,
    after: Option<OfferId>,
) -> Result<Option<OfferId>, RunError> {
    let read_at = app.clock.now();
    let (offers, known) = {
        let tx = session.begin().await?;
        if !search_index::hold(&tx, taken).await? {
            return Err(RunError::Lost);
        }
        let offers = offer_vectors::list_missing(&tx, model, after, BATCH).await?;
        let hashes: Vec<[u8; 32]> = offers.iter().map(text_hash).collect();
        let known = offer_vectors::find(&tx, model, &hashes).await?;
        tx.commit().await?;
        (offers, known)
    };
    let last = offers.last().map(|offer| offer.id);
    if last.is_none() {
        return Ok(None);
    }
    let embedder = app.embedder.clone();
    let making = tokio::task::spawn_blocking(move || {
        let mut known = known;
        let mut made = Vec::with_capacity(offers.len());
        for offer in offers {
            let text_hash = text_hash(&offer);
            let vector = match known.get(&text_hash) {
                Some(vector) => vector.clone(),
                None => vivier_index::meaning(&*embedder, &offer.content)?,
            };
            known.insert(text_hash, vector.clone());
            made.push(Made { offer: offer.id, text_hash, vector });
        }
        Ok::<_, vivier_text::EmbedError>(made)
    });
    let made = lease::hold_while(session, &Right::Vectors(taken), making).await???;
    let tx = session.begin().await?;
    offer_vectors::upsert(&tx, model, &made, read_at).await?;
    search_index::add_batch(&tx).await?;
    tx.commit().await?;
    Ok(last)
}

/// Of the text that an offer is read as.
fn text_hash(offer: &Offer) -> [u8; 32] {
    Sha256::digest(vivier_index::meaning_text(&offer.content)).into()
}
