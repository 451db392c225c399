//! What the table holds of a task, and what that says.

use std::{collections::HashMap, str::FromStr};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use vivier_domain::{
    ids::TaskId,
    task::{Approval, GRACE, PlatformTask, Recurrence, RunCause, TaskKind, TaskOutcome, Timing},
};

use super::CORRUPT;
use crate::tenancy::TenancyError;

pub(super) type Item = HashMap<String, AttributeValue>;

/// In which queue a tenant's task waits for the operator.
pub(super) const AWAITING: &str = "awaiting";

/// In which queue a tenant's approved task waits for its time.
pub(super) fn due(kind: TaskKind) -> String {
    format!("due#{}", kind.as_str())
}

/// What is known of a task's runs: the last, and the last that was good.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runs {
    /// The last one's number; 0 where there was none.
    pub number: u64,
    /// What it was begun for.
    pub cause: Option<RunCause>,
    /// When it was begun.
    pub begun_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended, or that it was begun.
    pub outcome: Option<TaskOutcome>,
    /// Why it failed: a stable word or a sentence of ours, never a store's.
    pub failure: Option<String>,
    /// How many failed in a row.
    pub failures: u32,
    /// When the last good one was begun.
    pub done_at: Option<Timestamp>,
    /// Until when the one under way is somebody's.
    pub lease_until: Option<Timestamp>,
    /// Since when there has been a task of this name.
    pub known_since: Option<Timestamp>,
    /// When it was caught up last.
    pub caught_up_at: Option<Timestamp>,
}

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// It never ran.
    Never,
    /// It is under way.
    Running,
    /// Whoever had begun it is silent.
    CutOff,
    /// It ended well.
    Done,
    /// It did not.
    Failed,
}

impl RunState {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Running => "running",
            Self::CutOff => "cut_off",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl Runs {
    /// How the last run stands.
    pub fn state(&self, now: Timestamp) -> RunState {
        match self.outcome {
            None => RunState::Never,
            Some(TaskOutcome::Running) if self.lease_until.is_some_and(|until| until > now) => {
                RunState::Running
            }
            Some(TaskOutcome::Running) => RunState::CutOff,
            Some(TaskOutcome::Done) => RunState::Done,
            Some(TaskOutcome::Failed) => RunState::Failed,
        }
    }

    /// How long the last run took; nothing of one that has not ended.
    pub fn lasted(&self) -> Option<SignedDuration> {
        Some(self.ended_at?.duration_since(self.begun_at?))
    }

    /// Whether a run was due and none was begun, or the one that was is silent.
    pub fn is_silent(&self, timing: &Timing, now: Timestamp) -> bool {
        let heard = self.begun_at.max(self.known_since);
        heard.is_some_and(|heard| heard < timing.due_since(now)) || self.state(now) == RunState::CutOff
    }

    /// Whether what was missed is to be made up for: once, and only where it has a time of its own. What comes every few minutes
    /// comes again by itself.
    pub fn may_be_caught_up(&self, timing: &Timing, now: Timestamp) -> bool {
        let regular = matches!(timing.recurrence(), Recurrence::Minutes { .. });
        let due = timing.latest(now - GRACE);
        !regular && self.is_silent(timing, now) && self.caught_up_at.is_none_or(|at| at < due)
    }

    /// Whether what this time asks for was done: only of what has a time of its own.
    pub(super) fn is_done_since(&self, task: PlatformTask, now: Timestamp) -> bool {
        match task.recurrence() {
            Recurrence::Minutes { .. } => false,
            _ => self.done_at.is_some_and(|done| done >= task.timing().latest(now)),
        }
    }
}

/// A tenant's own task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTask {
    /// The id of what it serves.
    pub id: TaskId,
    /// What kind of thing that is.
    pub kind: TaskKind,
    /// What it does, for whoever has to approve it.
    pub what: String,
    /// When.
    pub timing: Timing,
    /// What an approval is about, in a form that only tells whether it is the same.
    pub terms: String,
    /// Whether the operator lets it.
    pub approval: Approval,
    /// Counts what was asked to be approved: who decides says which one was seen.
    pub revision: u64,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When the operator decided.
    pub decided_at: Option<Timestamp>,
    /// When it is due next; nothing while it is not approved.
    pub next_at: Option<Timestamp>,
    /// Whether a member has asked for a run that has not been begun yet.
    pub wanted: bool,
    /// How often the run that is due was begun.
    pub attempts: u32,
    /// Its runs.
    pub runs: Runs,
}

pub(super) fn time(at: Timestamp) -> AttributeValue {
    number(at.as_millisecond())
}

pub(super) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn read<T: FromStr>(item: &Item, name: &str) -> Option<T> {
    let value = item.get(name)?;
    value.as_s().or_else(|_| value.as_n()).ok()?.parse().ok()
}

fn moment(item: &Item, name: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(read(item, name)?).ok()
}

/// What an item says of runs. What is missing or unreadable is unknown: no task may stand still for it.
pub(super) fn runs(item: &Item) -> Runs {
    Runs {
        number: read(item, "run").unwrap_or_default(),
        cause: read(item, "cause"),
        begun_at: moment(item, "begun_at"),
        ended_at: moment(item, "ended_at"),
        outcome: read(item, "outcome"),
        failure: read(item, "failure"),
        failures: read(item, "failures").unwrap_or_default(),
        done_at: moment(item, "done_at"),
        lease_until: moment(item, "lease_until"),
        known_since: moment(item, "known_since"),
        caught_up_at: moment(item, "caught_up_at"),
    }
}

pub(super) fn own(item: &Item) -> Result<OwnTask, TenancyError> {
    let id: Uuid = read::<String>(item, "sk")
        .and_then(|sk| sk.strip_prefix("task#").and_then(|id| id.parse().ok()))
        .ok_or(CORRUPT)?;
    let timing: String = read(item, "timing").ok_or(CORRUPT)?;
    let approval: Approval = read(item, "approval").ok_or(CORRUPT)?;
    Ok(OwnTask {
        id: id.into(),
        kind: read(item, "kind").ok_or(CORRUPT)?,
        what: read(item, "what").ok_or(CORRUPT)?,
        timing: serde_json::from_str(&timing).map_err(|_| CORRUPT)?,
        terms: read(item, "terms").ok_or(CORRUPT)?,
        approval,
        revision: read(item, "revision").ok_or(CORRUPT)?,
        asked_at: moment(item, "asked_at").ok_or(CORRUPT)?,
        decided_at: moment(item, "decided_at"),
        next_at: moment(item, "waits_at").filter(|_| approval == Approval::Approved),
        wanted: item.contains_key("wanted"),
        attempts: read(item, "attempts").unwrap_or_default(),
        runs: runs(item),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<Timestamp> {
        text.parse().ok()
    }

    #[test]
    fn how_a_task_stands() {
        let now = at("2026-01-15T10:00:00Z").unwrap();
        let (early, late) = (at("2026-01-15T09:59:59Z"), at("2026-01-15T10:00:01Z"));
        for (outcome, lease_until, state) in [
            (None, None, RunState::Never),
            (Some(TaskOutcome::Running), late, RunState::Running),
            (Some(TaskOutcome::Running), early, RunState::CutOff),
            (Some(TaskOutcome::Running), None, RunState::CutOff),
            (Some(TaskOutcome::Done), None, RunState::Done),
            (Some(TaskOutcome::Failed), late, RunState::Failed),
        ] {
            let runs = Runs { outcome, lease_until, ..Runs::default() };
            assert_eq!(runs.state(now), state, "{outcome:?} {lease_until:?}");
        }
    }

    #[test]
    fn silence() {
        let now = at("2026-01-15T10:00:00Z").unwrap();
        let (daily, often) = (PlatformTask::RetentionDaily.timing(), PlatformTask::OffersResume.timing());
        let (today, yesterday) = (at("2026-01-15T01:15:03Z"), at("2026-01-14T01:15:03Z"));
        let known = |known_since, begun_at| Runs { begun_at, known_since, ..Runs::default() };
        for (runs, timing, silent) in [
            (Runs::default(), &daily, false),
            (known(today, None), &daily, false),
            (known(yesterday, None), &daily, true),
            (known(yesterday, today), &daily, false),
            (known(yesterday, yesterday), &daily, true),
            (known(yesterday, at("2026-01-15T09:55:01Z")), &often, false),
            (known(yesterday, at("2026-01-15T09:54:59Z")), &often, true),
            (Runs { outcome: Some(TaskOutcome::Running), ..known(yesterday, today) }, &daily, true),
        ] {
            assert_eq!(runs.is_silent(timing, now), silent, "{runs:?}");
        }
    }

    #[test]
    fn what_was_missed_is_made_up_for_once() {
        let now = at("2026-01-15T10:00:00Z").unwrap();
        let (daily, often) = (PlatformTask::RetentionDaily.timing(), PlatformTask::OffersResume.timing());
        let (today, yesterday) = (at("2026-01-15T01:15:03Z"), at("2026-01-14T01:15:03Z"));
        let missed = Runs { known_since: yesterday, begun_at: yesterday, ..Runs::default() };
        for (runs, timing, again) in [
            (missed.clone(), &daily, true),
            (Runs { begun_at: today, ..missed.clone() }, &daily, false),
            (Runs { begun_at: today, outcome: Some(TaskOutcome::Running), ..missed.clone() }, &daily, true),
            (Runs { caught_up_at: yesterday, ..missed.clone() }, &daily, true),
            (Runs { caught_up_at: at("2026-01-15T01:30:00Z"), ..missed.clone() }, &daily, false),
            (missed, &often, false),
        ] {
            assert_eq!(runs.may_be_caught_up(timing, now), again, "{runs:?}");
        }
    }

    #[test]
    fn what_has_a_time_of_its_own_is_done_once() {
        let now = at("2026-01-15T10:00:00Z").unwrap();
        for (task, done_at, done) in [
            (PlatformTask::RetentionDaily, None, false),
            (PlatformTask::RetentionDaily, at("2026-01-14T01:15:00Z"), false),
            (PlatformTask::RetentionDaily, at("2026-01-15T01:15:00Z"), true),
            (PlatformTask::OffersResume, at("2026-01-15T10:00:00Z"), false),
        ] {
            let runs = Runs { done_at, ..Runs::default() };
            assert_eq!(runs.is_done_since(task, now), done, "{task:?} {done_at:?}");
        }
    }
}
