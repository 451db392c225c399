//! Making an edition: the pieces of one reading of a file, staged in the shared database batch by batch. How far it has come
//! is written down with each batch, so a run that ends anywhere is gone on with where it stood; what was staged but not
//! written down is staged again in its own place.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use vivier_domain::document::DocumentStatus;
use vivier_runtime::HandlerError;
use vivier_store::{
    chunks::{self, NewChunk, Source},
    documents::{self, Document, Lease, Progress},
};
use vivier_tenancy::TenantScope;
use vivier_text::{Chunk, Extracted, OcrError, Pages};

use crate::{
    App,
    extraction::{self, Upload},
    pieces, recognition,
    slice::{self, Extent},
    turn::Turn,
};

/// The most pieces of a document, some 30 000 pages: a slip should not fill a database.
pub const MOST_PIECES: usize = 60_000;
/// The reason of a document of more pieces than [`MOST_PIECES`].
pub const TOO_MANY_PIECES: &str = "too_many_pieces";
/// The flag of a document with pages that are images and were not read.
pub const SCANNED_PAGES: &str = "scanned_pages";
/// How long a run may be silent while it reads a slice: two tries, ten seconds each, on a busy machine.
pub const READING: Duration = Duration::from_secs(90);
/// How long it may be silent between two batches, which take some seconds each, more on a busy machine.
const RENEWAL: Duration = Duration::from_mins(1);

/// What became of the making.
#[derive(Debug, PartialEq, Eq)]
pub enum Made {
    /// Every piece is staged; so many.
    Whole(u32),
    /// The turn is over; something is left.
    InPart,
    /// The document was deleted or taken over.
    Overtaken,
    /// Nothing can be made of the file, for this reason.
    Bad(&'static str),
}

/// One run's work on an edition.
pub struct Making<'a> {
    /// What the function holds.
    pub app: &'a App,
    /// Whose document it is.
    pub scope: &'a TenantScope,
    /// The document, whose edition is begun.
    pub document: &'a Document,
    /// The run's hold on it.
    pub lease: &'a mut Lease,
    /// Its file.
    pub upload: Arc<Upload>,
    /// How long it may go on.
    pub turn: &'a Turn,
    /// Whether this run has come further than the one before.
    pub moved: bool,
}

impl std::fmt::Debug for Making<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Making").field("document", &self.document.id).finish_non_exhaustive()
    }
}

impl Making<'_> {
    /// Goes on from where the edition stands to its end, or to that of the turn. At least one batch is staged.
    pub async fn go_on(&mut self) -> Result<Made, HandlerError> {
        let mut progress = self.document.progress.clone();
        loop {
            let (read, extent, recognised) = match self.read(progress.next_page).await? {
                Step::Done(slice) => slice,
                Step::Stop(made) => return Ok(made),
            };
            progress.pages_total = Some(extent.total);
            let chunks = numbered(&read, progress.slice_first);
            let end = progress.slice_first as usize + chunks.len();
            if end > MOST_PIECES {
                return Ok(Made::Bad(TOO_MANY_PIECES));
            }
            let stored = (progress.chunks_done - progress.slice_first) as usize;
            let left = chunks.get(stored..).unwrap_or_default();
            if !left.is_empty() && !self.renew(DocumentStatus::Embedding, RENEWAL).await? {
                return Ok(Made::Overtaken);
            }
            for batch in left.chunks(pieces::BATCH) {
                if self.is_over() {
                    return Ok(Made::InPart);
                }
                let made = pieces::embed(&self.app.embedder, &self.upload.name, batch.to_vec()).await?;
                progress.chunks_done += made.len() as u32;
                if !self.write(&made, &progress).await? {
                    return Ok(Made::Overtaken);
                }
            }
            progress = after(progress, &read, extent, recognised, end as u32);
            if !self.write(&[], &progress).await? {
                return Ok(Made::Overtaken);
            }
            if extent.last {
                return Ok(ending(&progress, self.document.recognition));
            }
            if self.is_over() {
                return Ok(Made::InPart);
            }
        }
    }

    fn is_over(&self) -> bool {
        self.moved && self.turn.is_over()
    }

    /// Reads the slice that begins with a page, recognising what is to be.
    async fn read(&mut self, first: u32) -> Result<Step<(Extracted, Extent, u32)>, HandlerError> {
        let mut pages = Pages { first, most: slice::PAGES };
        let mut read = match self.extract(pages).await? {
            Step::Done(read) => read,
            Step::Stop(made) => return Ok(Step::Stop(made)),
        };
        if !self.document.recognition {
            let extent = slice::extent(&read, pages);
            return Ok(Step::Done((read, extent, 0)));
        }
        if let Some(shorter) = slice::shorter(&read, pages) {
            pages = shorter;
            read = match self.extract(pages).await? {
                Step::Done(read) => read,
                Step::Stop(made) => return Ok(Step::Stop(made)),
            };
        }
        let extent = slice::extent(&read, pages);
        match self.recognise(&mut read).await? {
            Step::Done(recognised) => Ok(Step::Done((read, extent, recognised))),
            Step::Stop(made) => Ok(Step::Stop(made)),
        }
    }

    async fn extract(&mut self, pages: Pages) -> Result<Step<Extracted>, HandlerError> {
        if !self.renew(DocumentStatus::Extracting, READING).await? {
            return Ok(Step::Stop(Made::Overtaken));
        }
        Ok(match extraction::read(&self.upload, pages).await? {
            Ok(read) => Step::Done(read),
            Err(error) => Step::Stop(Made::Bad(error.code())),
        })
    }

    /// Puts recognised text in the place of scanned pages; on how many. One that cannot be recognised stays scanned.
    async fn recognise(&mut self, read: &mut Extracted) -> Result<Step<u32>, HandlerError> {
        if read.scanned.is_empty() {
            return Ok(Step::Done(0));
        }
        let recogniser = recognition::recogniser(&self.app.tenancy, self.scope).await?;
        let mut recognised = 0;
        for page in read.scanned.clone() {
            if !self.renew(DocumentStatus::Extracting, READING).await? {
                return Ok(Step::Stop(Made::Overtaken));
            }
            let Ok(image) = extraction::render(&self.upload, page).await? else { continue };
            match recogniser.recognise(image).await {
                Ok(lines) => {
                    read.recognised(page, &lines);
                    recognised += 1;
                }
                Err(OcrError::Failed) => {}
                Err(error) => return Err(HandlerError::other("recognising a page", error)),
            }
        }
        Ok(Step::Done(recognised))
    }

    async fn renew(&mut self, status: DocumentStatus, silence: Duration) -> Result<bool, HandlerError> {
        let now = self.app.clock.now();
        let mut own = self.app.tenancy.silo(self.scope).await?;
        let tx = own.begin().await?;
        let renewed = documents::renew(&tx, *self.lease, status, now, now + silence).await?;
        tx.commit().await?;
        Ok(renewed.map(|lease| *self.lease = lease).is_some())
    }

    /// Stages pieces and writes down how far the edition has come, while the document's row is held: a deletion waits, and
    /// then finds all there is to remove. `false`: it came first.
    async fn write(&mut self, made: &[NewChunk], progress: &Progress) -> Result<bool, HandlerError> {
        let mut own = self.app.tenancy.silo(self.scope).await?;
        let held = own.begin().await?;
        if documents::lock(&held, *self.lease).await?.is_none() {
            return Ok(false);
        }
        if !made.is_empty() {
            let model = self.app.embedder.identity();
            let source = Source {
                document: self.document.id,
                edition: self.document.edition,
                model: &model.name,
                dimension: model.dimension,
            };
            let mut shared = self.app.tenancy.pool(self.scope).await?;
            let tx = shared.begin().await?;
            chunks::stage(&tx, source, made).await?;
            tx.commit().await?;
        }
        let now = self.app.clock.now();
        let Some(lease) = documents::advance(&held, *self.lease, progress, now, now + RENEWAL).await? else {
            return Ok(false);
        };
        held.commit().await?;
        *self.lease = lease;
        self.moved = true;
        Ok(true)
    }
}

enum Step<T> {
    Done(T),
    Stop(Made),
}

/// The pieces of a slice, numbered from where it begins.
fn numbered(read: &Extracted, first: u32) -> Vec<Chunk> {
    let mut chunks = vivier_text::chunks(read);
    for chunk in &mut chunks {
        chunk.ordinal += first;
    }
    chunks
}

/// How far an edition has come once every piece of a slice, which ends before the piece `end`, is stored.
fn after(before: Progress, read: &Extracted, extent: Extent, recognised: u32, end: u32) -> Progress {
    let mut flags: BTreeSet<String> = before.flags.into_iter().collect();
    flags.extend(read.flags.iter().map(|flag| flag.code().to_owned()));
    if !read.scanned.is_empty() {
        flags.insert(SCANNED_PAGES.to_owned());
    }
    Progress {
        pages_total: Some(extent.total),
        pages_done: before.pages_done + extent.pages,
        recognised_pages: before.recognised_pages + recognised,
        next_page: before.next_page + extent.pages,
        slice_first: end,
        chunks_done: end,
        flags: flags.into_iter().collect(),
    }
}

/// What an edition comes to whose slices are all read.
fn ending(progress: &Progress, recognition: bool) -> Made {
    let scanned = progress.flags.iter().any(|flag| flag == SCANNED_PAGES);
    match progress.chunks_done {
        0 if scanned && !recognition => Made::Bad(DocumentStatus::NeedsOcr.as_str()),
        0 => Made::Bad("no_text"),
        chunks => Made::Whole(chunks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_text::{Block, BlockKind, Flag, Place, extract::Format};

    fn read(page: u32, scanned: &[u32], flags: &[Flag]) -> Extracted {
        let place = Place::Page { page };
        Extracted {
            format: Format::Pdf,
            title: None,
            language: None,
            pages: Some(3),
            blocks: vec![Block {
                kind: BlockKind::Paragraph,
                text: "La prime est de 12 euros.".into(),
                place,
            }],
            flags: flags.to_vec(),
            scanned: scanned.to_vec(),
        }
    }

    #[test]
    fn pieces_are_numbered_through_all_slices() {
        let ordinals: Vec<_> = numbered(&read(2, &[], &[]), 7).iter().map(|chunk| chunk.ordinal).collect();
        assert_eq!(ordinals, [7]);
    }

    #[test]
    fn a_slice_is_added_to_what_was_before() {
        let extent = Extent { pages: 2, total: 3, last: false };
        let one = after(Progress::default(), &read(1, &[2], &[Flag::Script]), extent, 0, 5);
        let two = after(one, &read(3, &[], &[Flag::HiddenText, Flag::Script]), extent, 1, 6);
        let expected = Progress {
            pages_total: Some(3),
            pages_done: 4,
            recognised_pages: 1,
            next_page: 5,
            slice_first: 6,
            chunks_done: 6,
            flags: ["hidden_text", SCANNED_PAGES, "script"].map(str::to_owned).to_vec(),
        };
        assert_eq!(two, expected);
    }

    #[test]
    fn without_a_piece_it_is_bad() {
        let progress = |chunks_done, flags: &[&str]| Progress {
            chunks_done,
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
            ..Progress::default()
        };
        for (chunks, flags, recognition, expected) in [
            (3, &[SCANNED_PAGES][..], false, Made::Whole(3)),
            (0, &[SCANNED_PAGES], false, Made::Bad("needs_ocr")),
            (0, &[SCANNED_PAGES], true, Made::Bad("no_text")),
            (0, &[], false, Made::Bad("no_text")),
        ] {
            assert_eq!(ending(&progress(chunks, flags), recognition), expected, "{chunks} {flags:?}");
        }
    }
}
