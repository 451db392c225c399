//! The rows of a file go in, all in one transaction: a run that dies leaves nothing behind.

use std::collections::HashMap;

use jiff::Timestamp;
use vivier_domain::import::MAXIMUM_OFFERS;
use vivier_runtime::Clock;
use vivier_store::{
    imports::{self, Counts, MAXIMUM_ERRORS, RowError},
    offers::{self, Bringing, Brought},
};
use vivier_tenancy::rooms::{Session, SiloTx, database::DatabaseError};

use crate::{
    error::RunError,
    lease::Taken,
    rows::{self, FileFault},
    sift::{Sieve, Sifted},
};

/// Offers per statement: about a megabyte of an ordinary feed, far below the limit on a statement's time.
const BATCH: usize = 500;
/// Rows after which the database hears of the run, though nothing changed: it ends a transaction that is silent for a minute.
const PULSE: u64 = 5_000;

/// Brings a file's rows in, closes what it no longer has, and records the counts and the errors.
pub async fn apply(
    session: &mut Session,
    taken: &Taken,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Applied, RunError> {
    let Taken { lease, format, source, confirmed, .. } = taken;
    let by = Bringing { import: lease.import(), source };
    let today = Clock::Fixed(now).today();
    // Counted first: a file beyond the limit must not cost a hundred thousand writes before it is refused.
    if rows::open(*format, bytes, today)?.count() as u64 > MAXIMUM_OFFERS {
        return Err(FileFault::TooManyOffers.into());
    }
    let rows = rows::open(*format, bytes, today)?;
    let tx = session.begin().await?;
    if !imports::hold(&tx, lease).await? {
        return Err(RunError::Lost);
    }
    let open = offers::list_hashes(&tx, source).await?;
    let open_before = open.len() as u64;
    let mut sieve = Sieve::default();
    let mut batch = Batch::new(by, open, now);
    for row in rows {
        batch.add(sieve.sift(&row));
        if batch.is_full() {
            batch.flush(&tx).await?;
        }
        if batch.counts.read.is_multiple_of(PULSE) && !imports::hold(&tx, lease).await? {
            return Err(RunError::Lost);
        }
    }
    batch.flush(&tx).await?;
    let Batch { mut counts, errors, unseen, .. } = batch;
    if counts.read == 0 {
        return Err(FileFault::Empty.into());
    }
    if may_close(&counts) {
        let unseen: Vec<&str> = unseen.keys().map(String::as_str).collect();
        counts.closed = offers::close(&tx, source, &unseen, now).await?;
    }
    if !confirmed && shrinks(open_before, counts.closed) {
        // Nothing of it was committed: what the file would do is all that is kept.
        drop(tx);
        let tx = session.begin().await?;
        if !imports::hold(&tx, lease).await? {
            return Err(RunError::Lost);
        }
        imports::add_errors(&tx, lease, &errors).await?;
        imports::hold_back(&tx, lease, &counts).await?;
        tx.commit().await?;
        return Ok(Applied::Held(counts));
    }
    imports::supersede_held(&tx, lease, source, now).await?;
    imports::add_errors(&tx, lease, &errors).await?;
    imports::record_applied(&tx, lease, &counts, now).await?;
    tx.commit().await?;
    Ok(Applied::Done(counts))
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Its rows are in.
    Done(Counts),
    /// Its source would shrink suddenly: nothing was changed, and a member has to confirm it.
    Held(Counts),
}

/// Fewer offers than this may close without a question.
const FEW: u64 = 20;

/// Whether so many offers close of so many that a broken export is likelier than a company that stopped hiring: more than half.
fn shrinks(open: u64, closing: u64) -> bool {
    closing >= FEW && closing * 2 > open
}

/// A file of which more than half is refused is more likely a broken export than a feed that shrank: its good rows go
/// in, and it closes nothing.
fn may_close(counts: &Counts) -> bool {
    counts.rejected * 2 <= counts.read
}

/// Rows on their way in.
struct Batch<'a> {
    by: Bringing<'a>,
    now: Timestamp,
    counts: Counts,
    errors: Vec<RowError>,
    accepted: Vec<Brought>,
    /// Offers of the source that were open before and that no row was about yet, each with the hash of its content.
    unseen: HashMap<String, [u8; 32]>,
}

impl<'a> Batch<'a> {
    fn new(by: Bringing<'a>, open: HashMap<String, [u8; 32]>, now: Timestamp) -> Self {
        let counts = Counts::default();
        Self { by, now, counts, errors: Vec::new(), accepted: Vec::new(), unseen: open }
    }

    fn add(&mut self, sifted: Sifted) {
        self.counts.read += 1;
        match sifted {
            Sifted::Accepted(draft) => {
                let brought = Brought::from(*draft);
                if self.unseen.remove(&brought.draft.reference) == Some(brought.hash) {
                    self.counts.unchanged += 1;
                } else {
                    self.accepted.push(brought);
                }
            }
            Sifted::Rejected { reference, errors } => {
                self.counts.rejected += 1;
                // A slip in a feed must not take an offer away.
                reference.and_then(|reference| self.unseen.remove(&reference));
                let room = MAXIMUM_ERRORS as usize - self.errors.len();
                self.errors.extend(errors.into_iter().take(room));
            }
        }
    }

    fn is_full(&self) -> bool {
        self.accepted.len() >= BATCH
    }

    async fn flush(&mut self, tx: &SiloTx<'_>) -> Result<(), DatabaseError> {
        let by = self.by;
        if !self.accepted.is_empty() {
            let done = offers::upsert(tx, by, &self.accepted, self.now).await?;
            self.counts.created += done.created;
            self.counts.updated += done.updated;
            self.accepted.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::{
        ids::ImportId,
        import::{ImportFormat, ImportSource},
    };

    #[test]
    fn a_file_that_is_mostly_refused_closes_nothing() {
        for (read, rejected, closes) in [
            (1, 0, true),
            (1, 1, false),
            (2, 1, true),
            (3, 2, false),
            (100_000, 50_000, true),
            (100_000, 50_001, false),
        ] {
            assert_eq!(
                may_close(&Counts { read, rejected, ..Counts::default() }),
                closes,
                "{rejected} of {read}"
            );
        }
    }

    #[test]
    fn a_source_that_loses_more_than_half_of_many_offers_shrinks() {
        for (open, closing, held) in [
            (19, 19, false),
            (20, 20, true),
            (40, 20, false),
            (40, 21, true),
            (100, 19, false),
            (0, 0, false),
        ] {
            assert_eq!(shrinks(open, closing), held, "{closing} of {open}");
        }
    }

    #[test]
    fn no_more_errors_are_kept_than_promised_and_all_rows_are_counted() {
        let errors =
            |n| (0..n).map(|_| RowError { line: 1, field: "title", code: "missing".into() }).collect();
        let source = ImportSource::of(ImportFormat::Csv);
        let by = Bringing { import: ImportId::generate(), source: &source };
        let mut batch = Batch::new(by, HashMap::new(), Timestamp::UNIX_EPOCH);
        for n in [MAXIMUM_ERRORS - 1, 3, 1] {
            batch.add(Sifted::Rejected { reference: None, errors: errors(n) });
        }
        assert_eq!(batch.errors.len(), MAXIMUM_ERRORS as usize);
        assert_eq!((batch.counts.read, batch.counts.rejected), (3, 3));
    }
}
