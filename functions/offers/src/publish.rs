//! From the open offers to a published index. The pointer is written last: until then candidates search the index before.
//!
//! An index is archives of all offers, then archives of what changed since. Where little changed, one more of the latter is made; where
//! they become many, one takes the place of all of them; and where much changed, the index is made anew.

use std::collections::HashMap;

use tokio::sync::mpsc;
use vivier_domain::{
    ids::{GenerationId, OfferId},
    offer::Offer,
};
use vivier_index::{Archive, ArchiveRef, Entry, Pointer};
use vivier_store::{
    offer_changes::{self, Changed},
    offer_vectors, offers,
    search_index::{self, Published},
};
use vivier_tenancy::{
    TenancyError,
    rooms::{
        Session, SiloTx,
        files::{Fetched, FileKey, Files},
    },
};
use vivier_threshold::Key;

use crate::{
    App,
    complete::{self, Completion},
    error::RunError,
    lease::{self, Right},
};

/// Offers per page on their way to the index, and pages that may wait there.
const PAGE: u32 = 500;
const PAGES_AHEAD: usize = 2;
/// Offers per archive: what is built in memory at once, and fetched at once.
const LARGEST: usize = 100_000;
/// Of fewer offers an index is always made anew: that takes no longer than adding to it.
const FEW: u64 = 2_000;
/// With more of what changed than a fifth of all, the index is made anew: what is closed slows each search down a little.
const MOST_CHANGED: u64 = 5;
/// Each archive costs each search a little.
const MOST_ADDED: usize = 8;

/// What is published now.
#[derive(Debug)]
pub struct Now {
    /// The index.
    pub generation: GenerationId,
    /// Whether it was not before.
    anew: bool,
    /// Its archives, and those of the index before, which a reader may still be fetching.
    kept: Vec<GenerationId>,
}

/// All that decides what an offer becomes in an index, beside the offer.
pub fn made_with(app: &App) -> String {
    let (format, analysis) = vivier_index::VERSION;
    let model = &app.embedder.identity().name;
    format!("format {format}, analysis {analysis}, completion {}, model {model}", complete::VERSION)
}

/// What an index lacks.
#[derive(Debug, PartialEq, Eq)]
enum Lacking {
    Nothing,
    /// What changed, behind so many of its archives.
    Changes(usize, Vec<Changed>),
    /// It is to be made anew.
    Everything,
}

/// Publishes an index of the offers that are open now, with the vectors they have by now.
pub async fn publish(
    app: &App,
    session: &mut Session,
    files: &Files<'_>,
    right: &Right,
) -> Result<Now, RunError> {
    let made_with = made_with(app);
    let (before, known) = current(files).await?;
    let key_is_new = known.is_none();
    let queries = Some(match known {
        Some(key) => key,
        None => Key::generate()?,
    });
    let tx = session.begin().await?;
    // Vectors that come during the build are for the next one.
    let batches = search_index::made(&tx).await?;
    let published = search_index::published(&tx).await?;
    let like =
        before.as_ref().filter(|before| before.made_with == made_with && before.generation() == published);
    let since = like.and_then(|before| before.archives.last()).map(|archive| archive.until.as_str());
    let moment = offer_changes::now(&tx, since).await?;
    let lacking = match like.filter(|_| moment.follows) {
        Some(before) => lacking(&tx, &app.embedder.identity().name, before).await?,
        None => Lacking::Everything,
    };
    tx.commit().await?;

    let mut archives = before.as_ref().map(|before| before.archives.clone()).unwrap_or_default();
    let mut kept: Vec<GenerationId> = archives.iter().map(|archive| archive.generation).collect();
    let store = Store { app, files, right, until: &moment.snapshot };
    match &lacking {
        Lacking::Nothing => {}
        Lacking::Changes(behind, changed) => {
            archives.truncate(*behind);
            archives.push(store.changes(session, changed).await?);
        }
        Lacking::Everything => archives = store.all(session).await?,
    }
    let pointer = Pointer { archives, made_with, published_at: app.clock.now(), queries };
    // An index of no offers is an archive all the same.
    let generation = pointer.generation().ok_or(TenancyError::Corrupt("index pointer"))?;
    kept.extend(pointer.archives.iter().map(|archive| archive.generation));
    // Held until both know of the index: whoever overtakes this run begins after that, or this run publishes nothing.
    let tx = session.begin().await?;
    if !right.hold(&tx).await? {
        return Err(RunError::Lost);
    }
    let anew = lacking != Lacking::Nothing;
    if anew || key_is_new {
        Box::pin(files.put(&FileKey::IndexPointer, pointer.to_json(), "application/json")).await?;
    }
    let published = Published { generation, made_with: &pointer.made_with, batches };
    search_index::set_published(&tx, published, app.clock.now()).await?;
    tx.commit().await?;
    Ok(Now { generation, anew, kept })
}

/// The index that is published, `None` where there is none, or one that this version cannot read; and the key that the next one
/// inherits.
async fn current(files: &Files<'_>) -> Result<(Option<Pointer>, Option<Key>), TenancyError> {
    let Fetched::Found(file) = files.get(&FileKey::IndexPointer, None).await? else {
        return Ok((None, None));
    };
    Ok((Pointer::from_json(&file.bytes).ok(), Pointer::key_in(&file.bytes)))
}

async fn lacking(tx: &SiloTx<'_>, model: &str, index: &Pointer) -> Result<Lacking, RunError> {
    let whole = index.archives.iter().take_while(|archive| !archive.changes).count();
    let (all, added) = index.archives.split_at(whole);
    let offers: u64 = all.iter().map(|archive| archive.offers).sum();
    let (Some(base), Some(last)) = (all.last(), index.archives.last()) else {
        return Ok(Lacking::Everything);
    };
    let most = u32::try_from(offers / MOST_CHANGED).unwrap_or(u32::MAX);
    let Some(changed) = offer_changes::list(tx, model, &last.until, most).await? else {
        return Ok(Lacking::Everything);
    };
    if changed.is_empty() {
        return Ok(Lacking::Nothing);
    }
    if offers < FEW {
        return Ok(Lacking::Everything);
    }
    let said: u64 = added.iter().map(|archive| archive.offers + archive.closed).sum();
    if added.len() < MOST_ADDED && said + changed.len() as u64 <= u64::from(most) {
        return Ok(Lacking::Changes(index.archives.len(), changed));
    }
    let since_base = offer_changes::list(tx, model, &base.until, most).await?;
    Ok(since_base.map_or(Lacking::Everything, |changed| Lacking::Changes(whole, changed)))
}

/// Builds archives and stores them.
struct Store<'a> {
    app: &'a App,
    files: &'a Files<'a>,
    right: &'a Right,
    until: &'a str,
}

/// What an archive is built of.
enum Content {
    /// All open offers from the one after this one, as many as an archive may have.
    After(Option<OfferId>),
    /// What changed: open offers, and closed ones.
    Changes(Vec<OfferId>, Vec<OfferId>),
}

impl Store<'_> {
    async fn changes(&self, session: &mut Session, changed: &[Changed]) -> Result<ArchiveRef, RunError> {
        let among = |open| changed.iter().filter(move |one| one.open == open).map(|one| one.id).collect();
        Ok(self.build(session, Content::Changes(among(true), among(false))).await?.0)
    }

    /// One archive at least, and no more in memory at a time.
    async fn all(&self, session: &mut Session) -> Result<Vec<ArchiveRef>, RunError> {
        let mut archives = Vec::new();
        let mut after = None;
        loop {
            let (archive, last) = self.build(session, Content::After(after)).await?;
            archives.push(archive);
            let tx = session.begin().await?;
            if last.is_none() || offers::list_open(&tx, last, 1).await?.is_empty() {
                return Ok(archives);
            }
            after = last;
        }
    }

    /// Builds an archive and stores it; and the last offer in it.
    async fn build(
        &self,
        session: &mut Session,
        content: Content,
    ) -> Result<(ArchiveRef, Option<OfferId>), RunError> {
        let (sender, mut receiver) = mpsc::channel::<Vec<Entry>>(PAGES_AHEAD);
        let (model, now) = (self.app.embedder.identity().clone(), self.app.clock.now());
        let (pages, closed) = match content {
            Content::After(after) => (Pages::After(after, 0), None),
            Content::Changes(open, closed) => (Pages::Among(open), Some(closed)),
        };
        let builder = tokio::task::spawn_blocking(move || {
            let entries = std::iter::from_fn(|| receiver.blocking_recv()).flatten();
            let generation = GenerationId::generate();
            match closed {
                Some(closed) => vivier_index::build_changes(entries, &closed, Some(&model), generation, now),
                None => vivier_index::build(entries, Some(&model), generation, now),
            }
        });
        // When this fails half-way the builder ends with what it got, and that archive is dropped.
        let last = self.send(session, pages, sender).await?;
        let archive: Archive = lease::hold_while(session, self.right, builder).await???;
        tracing::info!(generation = %archive.generation, offers = archive.offers, closed = archive.closed,
                       bytes = archive.bytes.len(), "an archive of the index was built");
        let named = ArchiveRef::to(&archive, self.until);
        let key = FileKey::IndexGeneration(archive.generation);
        let put = Box::pin(self.files.put(&key, archive.bytes, "application/x-tar"));
        lease::hold_while(session, self.right, put).await??;
        Ok((named, last))
    }

    /// Pages, not one long result: a statement that waits for the builder would run into its time limit.
    async fn send(
        &self,
        session: &mut Session,
        mut pages: Pages,
        sender: mpsc::Sender<Vec<Entry>>,
    ) -> Result<Option<OfferId>, RunError> {
        let model = &self.app.embedder.identity().name;
        let reference = self.app.reference.clone();
        // The first index of a process reads them from the disk.
        tokio::task::spawn_blocking(move || Completion::open(&reference).map(drop)).await??;
        let completion = Completion::open(&self.app.reference)?;
        let mut sent = None;
        loop {
            let tx = session.begin().await?;
            if !self.right.hold(&tx).await? {
                return Err(RunError::Lost);
            }
            let Some(page) = pages.next(&tx).await? else { return Ok(sent) };
            let ids: Vec<OfferId> = page.iter().map(|offer| offer.id).collect();
            let mut vectors: HashMap<OfferId, Vec<u8>> = offer_vectors::list(&tx, model, &ids).await?;
            tx.commit().await?;
            sent = ids.last().copied().or(sent);
            let entry = |offer: Offer| {
                let vector = vectors.remove(&offer.id);
                completion.entry(offer, vector)
            };
            let page = page.into_iter().map(entry).collect();
            // A builder that is gone has an error to tell, which is asked for next.
            if sender.send(page).await.is_err() {
                return Ok(sent);
            }
        }
    }
}

/// Offers, page by page.
enum Pages {
    /// Open ones, from the one after this one, of which so many were read.
    After(Option<OfferId>, usize),
    /// Of these those that are still open.
    Among(Vec<OfferId>),
}

impl Pages {
    /// The next page; `None` where there is none.
    async fn next(&mut self, tx: &SiloTx<'_>) -> Result<Option<Vec<Offer>>, TenancyError> {
        match self {
            Self::After(after, read) => {
                let page = match LARGEST - *read {
                    0 => Vec::new(),
                    rest => offers::list_open(tx, *after, PAGE.min(rest as u32)).await?,
                };
                *read += page.len();
                *after = page.last().map(|offer| offer.id).or(*after);
                Ok(Some(page).filter(|page| !page.is_empty()))
            }
            Self::Among(ids) => {
                let page: Vec<OfferId> = ids.drain(..ids.len().min(PAGE as usize)).collect();
                if page.is_empty() {
                    return Ok(None);
                }
                offers::list_open_among(tx, &page).await.map(Some)
            }
        }
    }
}

/// Removes archives that are in no index any more; how many.
pub async fn remove_old(files: &Files<'_>, now: &Now) -> Result<u64, TenancyError> {
    let mut removed = 0;
    for generation in old(files.list_generations().await?, now) {
        removed += files.delete(&FileKey::IndexGeneration(generation)).await?;
    }
    Ok(removed)
}

/// What is newer than the index is being made into the next one, by another run. Where nothing was published, nobody let go of anything.
fn old(mut lying: Vec<GenerationId>, now: &Now) -> Vec<GenerationId> {
    lying.retain(|generation| now.anew && *generation < now.generation && !now.kept.contains(generation));
    lying
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_of_this_index_of_the_one_before_and_of_the_next_stay() {
        let ids: Vec<GenerationId> = (0..6).map(|_| GenerationId::generate()).collect();
        for (kept, current, removed) in [
            (&ids[3..4], ids[3], &ids[..3]),
            (&ids[1..4], ids[3], &ids[..1]),
            (&ids[..6], ids[5], &[]),
            (&ids[..1], ids[0], &[]),
        ] {
            let mut now = Now { generation: current, anew: true, kept: kept.to_vec() };
            assert_eq!(old(ids.clone(), &now), removed);
            now.anew = false;
            assert_eq!(old(ids.clone(), &now), []);
        }
    }
}
