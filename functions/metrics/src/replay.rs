//! Dead letters counted after all: when the fault that put them aside is mended. Storing knows what it has, so a letter that is replayed
//! twice, or is on the stream again besides, counts once; it is removed only when it is stored.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use aws_lambda_events::kinesis::KinesisEventRecord;
use serde::Serialize;
use vivier_runtime::HandlerError;
use vivier_tenancy::{
    PlatformScope, TenancyError,
    rooms::dead_letters::{DeadLetters, Held, Letter, Queue},
};

use crate::{App, command::Reason, record};

/// Longer than an invocation lasts: who dies in it leaves letters that are seen again by themselves.
const HOLD: Duration = Duration::from_mins(2);
/// So many letters are stored together.
const TOGETHER: usize = 100;
/// So many are looked at to tell why they are there.
const LOOKED_AT: usize = 100;
/// Letters that stay are held until the end of a run, in its memory.
const MOST_KEPT: usize = 20_000;
const QUEUES: [Queue; 2] = [Queue::Records, Queue::Batches];

/// What lies in the queues.
#[derive(Debug, Default, Serialize)]
pub struct Look {
    /// About how many records.
    pub records: u64,
    /// About how many batches.
    pub batches: u64,
    /// Why, of at most 100 of each.
    pub reasons: BTreeMap<String, u64>,
}

/// What a replay, or a removal, came to.
#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    /// Letters that are gone from the queues.
    pub removed: u64,
    /// Events that are new.
    pub stored: u64,
    /// Letters that stay, by what is wrong with them now. `failed`: the store failed. `gone`: a batch of which the stream has not all
    /// records any more. `cut`: a record that is too large to be kept whole. `foreign`: nothing that was put there by us.
    pub kept: BTreeMap<String, u64>,
    /// Whether others may be left: the same once more goes on.
    pub left: bool,
}

/// Looks at what there is.
pub async fn look(app: &App, platform: &PlatformScope) -> Result<Look, HandlerError> {
    let letters = app.tenancy.dead_letters()?;
    let mut look = Look {
        records: letters.count(platform, Queue::Records).await?,
        batches: letters.count(platform, Queue::Batches).await?,
        reasons: BTreeMap::new(),
    };
    for queue in QUEUES {
        let mut seen = Vec::new();
        while seen.len() < LOOKED_AT {
            let held = letters.hold(platform, queue, HOLD).await?;
            if held.is_empty() {
                break;
            }
            seen.extend(held);
        }
        for held in &seen {
            *look.reasons.entry(held.reason.clone()).or_default() += 1;
        }
        letters.let_go(&seen).await?;
    }
    Ok(look)
}

/// Removes what bears a reason.
pub async fn discard(
    app: &App,
    platform: &PlatformScope,
    reason: Reason,
    until: Instant,
) -> Result<Outcome, HandlerError> {
    let letters = app.tenancy.dead_letters()?;
    let mut run = Run::new(&letters);
    let outcome = run.discard(platform, reason, until).await;
    run.end(outcome).await
}

/// Counts what can be counted.
pub async fn replay(
    app: &App,
    platform: &PlatformScope,
    reason: Option<Reason>,
    until: Instant,
) -> Result<Outcome, HandlerError> {
    let letters = app.tenancy.dead_letters()?;
    let mut run = Run::new(&letters);
    let outcome = run.replay(app, platform, reason, until).await;
    run.end(outcome).await
}

/// One run over the queues. What stays is held until its end, so that nothing is looked at twice.
struct Run<'a> {
    letters: &'a DeadLetters,
    outcome: Outcome,
    kept: Vec<Held>,
}

impl<'a> Run<'a> {
    fn new(letters: &'a DeadLetters) -> Self {
        Self { letters, outcome: Outcome::default(), kept: Vec::new() }
    }

    /// Lets everybody see what stays, whatever happened.
    async fn end(self, outcome: Result<(), TenancyError>) -> Result<Outcome, HandlerError> {
        let let_go = self.letters.let_go(&self.kept).await;
        outcome?;
        let_go?;
        Ok(self.outcome)
    }

    fn keep(&mut self, held: Held, why: &str) {
        *self.outcome.kept.entry(why.to_owned()).or_default() += 1;
        self.kept.push(held);
    }

    async fn remove(&mut self, done: &[Held]) -> Result<(), TenancyError> {
        self.letters.remove(done).await?;
        self.outcome.removed += done.len() as u64;
        Ok(())
    }

    /// Up to so many letters of a queue that bear the reason. Others are held and told of nowhere.
    async fn next(
        &mut self,
        platform: &PlatformScope,
        queue: Queue,
        reason: Option<Reason>,
        until: Instant,
    ) -> Result<Vec<Held>, TenancyError> {
        let mut found = Vec::new();
        while found.len() < TOGETHER {
            if Instant::now() >= until || self.kept.len() >= MOST_KEPT {
                self.outcome.left = true;
                break;
            }
            let held = self.letters.hold(platform, queue, HOLD).await?;
            if held.is_empty() {
                break;
            }
            let wanted = |held: &Held| reason.is_none_or(|reason| reason.as_str() == held.reason);
            let (mine, others): (Vec<_>, Vec<_>) = held.into_iter().partition(wanted);
            found.extend(mine);
            self.kept.extend(others);
        }
        Ok(found)
    }

    async fn discard(
        &mut self,
        platform: &PlatformScope,
        reason: Reason,
        until: Instant,
    ) -> Result<(), TenancyError> {
        let queue = if reason == Reason::Batch { Queue::Batches } else { Queue::Records };
        loop {
            let found = self.next(platform, queue, Some(reason), until).await?;
            if found.is_empty() {
                return Ok(());
            }
            self.remove(&found).await?;
        }
    }

    async fn replay(
        &mut self,
        app: &App,
        platform: &PlatformScope,
        reason: Option<Reason>,
        until: Instant,
    ) -> Result<(), TenancyError> {
        for queue in QUEUES {
            loop {
                let found = self.next(platform, queue, reason, until).await?;
                if found.is_empty() {
                    break;
                }
                let (mut records, mut of_records) = (Vec::new(), Vec::new());
                for held in found {
                    match &held.letter {
                        Letter::Record(record) => {
                            records.push(record.as_ref().clone());
                            of_records.push(held);
                        }
                        Letter::Batch(_) => self.batch(app, held).await?,
                        Letter::Cut => self.keep(held, "cut"),
                        Letter::Foreign => self.keep(held, "foreign"),
                    }
                }
                self.records(app, &records, of_records).await?;
            }
        }
        Ok(())
    }

    /// Stores records; each letter stays or goes.
    async fn records(
        &mut self,
        app: &App,
        records: &[KinesisEventRecord],
        letters: Vec<Held>,
    ) -> Result<(), TenancyError> {
        let placed = record::place(app, app.clock.now(), records).await;
        self.outcome.stored += placed.stored;
        let failed = placed.failed.iter().map(|place| (*place, "failed".to_owned()));
        let poison = placed.poison.iter().map(|(place, reason)| (*place, reason.to_string()));
        let why: BTreeMap<usize, String> = failed.chain(poison).collect();
        let mut done = Vec::new();
        for (place, held) in letters.into_iter().enumerate() {
            match why.get(&place) {
                Some(why) => self.keep(held, why),
                None => done.push(held),
            }
        }
        self.remove(&done).await
    }

    /// Reads a batch anew, and does with it as with one that comes from Lambda.
    async fn batch(&mut self, app: &App, held: Held) -> Result<(), TenancyError> {
        let Letter::Batch(batch) = &held.letter else { return Ok(()) };
        let Some(records) = self.letters.read(batch).await? else {
            self.keep(held, "gone");
            return Ok(());
        };
        let consumed = record::consume(app, app.clock.now(), &records).await;
        self.outcome.stored += consumed.stored;
        if consumed.again.is_some() {
            self.keep(held, "failed");
            return Ok(());
        }
        self.remove(&[held]).await
    }
}
