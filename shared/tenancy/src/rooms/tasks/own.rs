//! One tenant's own tasks. What a task does and when is what the operator approves: where either changes, it waits again.

use aws_sdk_dynamodb::Client;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use vivier_domain::{
    ids::TaskId,
    task::{Approval, RunCause, TaskKind, TaskOutcome, Timing},
};

use super::{
    Begun,
    item::{self, AWAITING, OwnTask, number, text, time},
    ledger::{Key, Ledger, cut, partition},
};
use crate::{
    condition::unless_refused,
    hex,
    scope::{PlatformScope, TenantScope},
    tenancy::TenancyError,
};

/// So often a run that is cut off is begun anew; then the task's next time comes.
pub const MOST_ATTEMPTS: u32 = 3;
/// How long a run whose function keeps its own account of it may go without a word.
const SILENT: SignedDuration = SignedDuration::from_mins(15);

/// A task as a tenant wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The id of what it serves.
    pub id: TaskId,
    /// What kind of thing that is.
    pub kind: TaskKind,
    /// What it does, for whoever has to approve it: no personal text.
    pub what: &'a str,
    /// Whatever else an approval is about, as one text; only whether it changed counts.
    pub terms: &'a str,
    /// When.
    pub timing: &'a Timing,
}

impl Wanted<'_> {
    /// All that an approval is about, in a form that says nothing of it.
    fn digest(&self) -> String {
        let mut hash = Sha256::new_with_prefix(b"vivier task terms\0");
        for part in [self.kind.as_str(), self.what, &written(self.timing), self.terms] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hex::encode(&hash.finalize())
    }

    /// Whether the task that is there is this one.
    pub fn is(&self, task: &OwnTask) -> bool {
        self.id == task.id && self.digest() == task.terms
    }
}

fn written(timing: &Timing) -> String {
    // What has only names and numbers can always be written.
    serde_json::to_string(timing).unwrap_or_default()
}

/// One tenant's tasks.
#[derive(Debug)]
pub struct OwnTasks<'a> {
    ledger: Ledger,
    scope: &'a TenantScope,
}

impl<'a> OwnTasks<'a> {
    pub(crate) fn new(client: Client, table: String, scope: &'a TenantScope) -> Self {
        Self { ledger: Ledger { client, table }, scope }
    }

    fn key(&self, id: TaskId) -> Key {
        Key::own(self.scope.tenant(), id)
    }

    /// All of the tenant's tasks, in the order of their ids.
    pub async fn list(&self) -> Result<Vec<OwnTask>, TenancyError> {
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let page = self
                .ledger
                .client
                .query()
                .table_name(&self.ledger.table)
                .key_condition_expression("pk = :tenant")
                .expression_attribute_values(":tenant", text(partition(self.scope.tenant())))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            for item in page.items.unwrap_or_default() {
                found.push(item::own(&item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    /// One task.
    pub async fn fetch(&self, id: TaskId) -> Result<Option<OwnTask>, TenancyError> {
        self.ledger.fetch(&self.key(id)).await?.as_ref().map(item::own).transpose()
    }

    /// Enters a task, or changes it. What was not decided about in just this form waits for the operator.
    pub async fn register(&self, wanted: &Wanted<'_>, now: Timestamp) -> Result<OwnTask, TenancyError> {
        let timing = written(wanted.timing);
        let update = self
            .ledger
            .update(&self.key(wanted.id))
            .update_expression(
                "SET kind = :kind, what = :what, timing = :timing, terms = :terms, approval = :awaiting, asked_at = :now, \
                 waits_in = :queue, waits_at = :now, revision = if_not_exists(revision, :none) + :one, \
                 known_since = if_not_exists(known_since, :now) REMOVE decided_at, wanted, attempts",
            )
            .condition_expression("attribute_not_exists(pk) OR terms <> :terms")
            .expression_attribute_values(":kind", text(wanted.kind.as_str()))
            .expression_attribute_values(":what", text(cut(wanted.what)))
            .expression_attribute_values(":timing", text(timing))
            .expression_attribute_values(":terms", text(wanted.digest()))
            .expression_attribute_values(":awaiting", text(Approval::Awaiting.as_str()))
            .expression_attribute_values(":queue", text(AWAITING))
            .expression_attribute_values(":now", time(now))
            .expression_attribute_values(":none", number(0))
            .expression_attribute_values(":one", number(1));
        unless_refused(update.send().await)?;
        self.fetch(wanted.id).await?.ok_or(TenancyError::Conflict("task"))
    }

    /// Removes a task. Repeating it does no harm.
    pub async fn withdraw(&self, id: TaskId) -> Result<(), TenancyError> {
        let key = self.key(id);
        self.ledger
            .client
            .delete_item()
            .table_name(&self.ledger.table)
            .key("pk", text(key.pk))
            .key("sk", text(key.sk))
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }

    /// Removes all of them, as the tenant goes.
    pub async fn clear(&self) -> Result<(), TenancyError> {
        for task in self.list().await? {
            self.withdraw(task.id).await?;
        }
        Ok(())
    }

    /// Decides about the task as it was `seen`; `None` where it has changed since. Only who holds the platform's scope may:
    /// no request of a member does.
    pub async fn decide(
        &self,
        _: &PlatformScope,
        seen: &OwnTask,
        approved: bool,
        now: Timestamp,
    ) -> Result<Option<OwnTask>, TenancyError> {
        let approval = if approved { Approval::Approved } else { Approval::Refused };
        let (place, waits) = if approved {
            ("SET approval = :approval, decided_at = :now, waits_in = :queue, waits_at = :next", true)
        } else {
            ("SET approval = :approval, decided_at = :now REMOVE waits_in, waits_at, wanted", false)
        };
        let mut update = self
            .ledger
            .update(&self.key(seen.id))
            .update_expression(place)
            .condition_expression("revision = :seen")
            .expression_attribute_values(":approval", text(approval.as_str()))
            .expression_attribute_values(":now", time(now))
            .expression_attribute_values(":seen", number(seen.revision));
        if waits {
            update = update
                .expression_attribute_values(":queue", text(item::due(seen.kind)))
                .expression_attribute_values(":next", time(seen.timing.next(now)));
        }
        if unless_refused(update.send().await)?.is_none() {
            return Ok(None);
        }
        self.fetch(seen.id).await
    }

    /// Has an approved task run now, whatever its time; `false` where it is not approved, or gone.
    pub async fn ask(&self, id: TaskId, now: Timestamp) -> Result<bool, TenancyError> {
        let update = self
            .ledger
            .update(&self.key(id))
            .update_expression("SET wanted = :now, waits_at = :now")
            .condition_expression("approval = :approved")
            .expression_attribute_values(":approved", text(Approval::Approved.as_str()))
            .expression_attribute_values(":now", time(now));
        Ok(unless_refused(update.send().await)?.is_some())
    }

    /// Begins the run that is due of a task, unless one is under way. One that was cut off too often is given up.
    pub async fn begin(&self, id: TaskId, now: Timestamp) -> Result<Begun, TenancyError> {
        let Some(task) = self.fetch(id).await? else { return Ok(Begun::Done) };
        if task.next_at.is_none_or(|next| next > now) {
            return Ok(Begun::Done);
        }
        let cause = if task.wanted { RunCause::Member } else { RunCause::Schedule };
        let given_up = task.attempts >= MOST_ATTEMPTS;
        let begun = self.ledger.begin(&self.key(id), cause, &task.runs, now, Some(task.timing)).await?;
        match begun {
            None => Ok(Begun::Running),
            Some(lease) if given_up => {
                lease.end(Some("attempts-exhausted"), now).await?;
                Ok(Begun::Done)
            }
            Some(lease) => Ok(Begun::Begun(lease)),
        }
    }

    /// Notes that a run was begun whose function keeps its own account of it, and when the task is due after it.
    pub async fn note_begun(
        &self,
        id: TaskId,
        cause: RunCause,
        next_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), TenancyError> {
        // One that was withdrawn in between is not brought back, and one that waits for the operator does not become due.
        let update = self
            .ledger
            .update(&self.key(id))
            .update_expression(
                "SET run = if_not_exists(run, :none) + :one, begun_at = :now, cause = :cause, outcome = :running, \
                 waits_at = :next, lease_until = :until REMOVE ended_at, failure, wanted",
            )
            .condition_expression("approval = :approved")
            .expression_attribute_values(":until", time(now + SILENT))
            .expression_attribute_values(":approved", text(Approval::Approved.as_str()))
            .expression_attribute_values(":running", text(TaskOutcome::Running.as_str()))
            .expression_attribute_values(":cause", text(cause.as_str()))
            .expression_attribute_values(":now", time(now))
            .expression_attribute_values(":next", time(next_at))
            .expression_attribute_values(":none", number(0))
            .expression_attribute_values(":one", number(1));
        unless_refused(update.send().await).map(|_| ())
    }

    /// Notes when a task is due next, where its function decides that.
    pub async fn note_next(&self, id: TaskId, next_at: Timestamp) -> Result<(), TenancyError> {
        let update = self
            .ledger
            .update(&self.key(id))
            .update_expression("SET waits_at = :next")
            .condition_expression("approval = :approved")
            .expression_attribute_values(":approved", text(Approval::Approved.as_str()))
            .expression_attribute_values(":next", time(next_at));
        unless_refused(update.send().await).map(|_| ())
    }

    /// Notes that it ended; `failure` says why it failed.
    pub async fn note_ended(
        &self,
        id: TaskId,
        failure: Option<&str>,
        now: Timestamp,
    ) -> Result<(), TenancyError> {
        let set = match failure {
            None => {
                "SET ended_at = :now, outcome = :outcome, done_at = begun_at, failures = :none REMOVE lease_until"
            }
            Some(_) => {
                "SET ended_at = :now, outcome = :outcome, failure = :failure, \
                 failures = if_not_exists(failures, :none) + :one REMOVE lease_until"
            }
        };
        let outcome = if failure.is_none() { TaskOutcome::Done } else { TaskOutcome::Failed };
        let mut update = self
            .ledger
            .update(&self.key(id))
            .update_expression(set)
            .condition_expression("outcome = :running")
            .expression_attribute_values(":running", text(TaskOutcome::Running.as_str()))
            .expression_attribute_values(":outcome", text(outcome.as_str()))
            .expression_attribute_values(":now", time(now))
            .expression_attribute_values(":none", number(0));
        if let Some(failure) = failure {
            update = update
                .expression_attribute_values(":failure", text(cut(failure)))
                .expression_attribute_values(":one", number(1));
        }
        unless_refused(update.send().await).map(|_| ())
    }
}
