//! Runs as they are written down: begun, held, ended. One form for the platform's tasks and for tenants' own.

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client, operation::update_item::builders::UpdateItemFluentBuilder, types::AttributeValue,
};
use jiff::{SignedDuration, Timestamp};
use vivier_domain::{
    ids::{TaskId, TenantId},
    task::{PlatformTask, RunCause, TaskOutcome, Timing},
};

use super::item::{Item, Runs, number, text, time};
use crate::{condition::unless_refused, tenancy::TenancyError};

/// How long a run may be silent before another may begin. Clocks of AWS's machines agree to the millisecond; a lease is
/// renewed three times before it ends.
pub const LEASE: Duration = Duration::from_secs(30);
/// A sentence on a failure is cut to so many bytes.
const LONGEST: usize = 300;

/// The table.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    pub(super) client: Client,
    pub(super) table: String,
}

/// Where a task is written down.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    pub(super) fn platform(task: PlatformTask) -> Self {
        Self { pk: "platform".to_owned(), sk: format!("task#{}", task.as_str()) }
    }

    pub(super) fn own(tenant: TenantId, task: TaskId) -> Self {
        Self { pk: partition(tenant), sk: format!("task#{task}") }
    }
}

pub(super) fn partition(tenant: TenantId) -> String {
    format!("tenant#{tenant}")
}

/// The right to carry a run out, until it is lost or the run has ended.
#[derive(Debug)]
pub struct Lease {
    ledger: Ledger,
    key: Key,
    number: u64,
    begun_at: Timestamp,
    /// Of a tenant's own task: when it is due again.
    timing: Option<Timing>,
    /// The run before was begun and never ended.
    pub after_cut_off: bool,
}

impl Ledger {
    pub(super) async fn fetch(&self, key: &Key) -> Result<Option<Item>, TenancyError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(&key.pk))
            .key("sk", text(&key.sk))
            .consistent_read(true)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(found.item)
    }

    pub(super) fn update(&self, key: &Key) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.table);
        update.key("pk", text(&key.pk)).key("sk", text(&key.sk))
    }

    /// Begins the run after the one that was `seen`; `None` where another is under way or was quicker. A tenant's own task
    /// has a `timing` and must be approved.
    pub(super) async fn begin(
        &self,
        key: &Key,
        cause: RunCause,
        seen: &Runs,
        now: Timestamp,
        timing: Option<Timing>,
    ) -> Result<Option<Lease>, TenancyError> {
        let next = seen.number + 1;
        // As it was seen also in how it stood: a run that has ended since then was the one that is asked for here.
        let fresh = match (seen.number, seen.outcome) {
            (0, _) => "attribute_not_exists(run)",
            (_, None) => "run = :seen AND attribute_not_exists(outcome)",
            (_, Some(_)) => "run = :seen AND outcome = :was",
        };
        let mut condition = format!("{fresh} AND (attribute_not_exists(lease_until) OR lease_until <= :now)");
        let mut set =
            "SET run = :run, lease_until = :until, begun_at = :now, cause = :cause, outcome = :running, \
                       known_since = if_not_exists(known_since, :now)"
                .to_owned();
        if timing.is_some() {
            condition.push_str(" AND approval = :approved");
            set.push_str(", attempts = if_not_exists(attempts, :none) + :one");
        }
        set.push_str(" REMOVE ended_at, failure");
        if timing.is_some() {
            // Who asks from now on asks for another run.
            set.push_str(", wanted");
        }
        let mut update = self
            .update(key)
            .update_expression(set)
            .condition_expression(condition)
            .expression_attribute_values(":run", number(next))
            .expression_attribute_values(":until", time(now + lease()))
            .expression_attribute_values(":now", time(now))
            .expression_attribute_values(":cause", text(cause.as_str()))
            .expression_attribute_values(":running", text(TaskOutcome::Running.as_str()));
        if seen.number > 0 {
            update = update.expression_attribute_values(":seen", number(seen.number));
            if let Some(outcome) = seen.outcome {
                update = update.expression_attribute_values(":was", text(outcome.as_str()));
            }
        }
        if timing.is_some() {
            update = update
                .expression_attribute_values(":approved", text("approved"))
                .expression_attribute_values(":none", number(0))
                .expression_attribute_values(":one", number(1));
        }
        if unless_refused(update.send().await)?.is_none() {
            return Ok(None);
        }
        let after_cut_off = seen.outcome == Some(TaskOutcome::Running);
        let (ledger, key) = (self.clone(), key.clone());
        Ok(Some(Lease { ledger, key, number: next, begun_at: now, timing, after_cut_off }))
    }

    pub(super) async fn know(&self, key: &Key, now: Timestamp) -> Result<(), TenancyError> {
        let update = self
            .update(key)
            .update_expression("SET known_since = :now")
            .condition_expression("attribute_not_exists(known_since)")
            .expression_attribute_values(":now", time(now));
        unless_refused(update.send().await).map(|_| ())
    }

    /// Gives the catching-up back that was taken at `now`, so that another may be tried.
    pub(super) async fn release_catch_up(
        &self,
        key: &Key,
        seen: &Runs,
        now: Timestamp,
    ) -> Result<(), TenancyError> {
        let update = self.update(key).condition_expression("caught_up_at = :now");
        let update = update.expression_attribute_values(":now", time(now));
        let update = match seen.caught_up_at {
            None => update.update_expression("REMOVE caught_up_at"),
            Some(at) => update
                .update_expression("SET caught_up_at = :before")
                .expression_attribute_values(":before", time(at)),
        };
        unless_refused(update.send().await).map(|_| ())
    }

    /// Takes the one catching-up after the run that was `seen`; `false` where it was taken.
    pub(super) async fn claim_catch_up(
        &self,
        key: &Key,
        seen: &Runs,
        now: Timestamp,
    ) -> Result<bool, TenancyError> {
        let (same, at) = match seen.caught_up_at {
            None => ("attribute_not_exists(caught_up_at)", now),
            Some(at) => ("caught_up_at = :seen", at),
        };
        let mut update = self
            .update(key)
            .update_expression("SET caught_up_at = :now")
            .condition_expression(same)
            .expression_attribute_values(":now", time(now));
        if seen.caught_up_at.is_some() {
            update = update.expression_attribute_values(":seen", time(at));
        }
        Ok(unless_refused(update.send().await)?.is_some())
    }
}

impl Lease {
    /// The run's number: a later one is higher, and makes this one's claim void.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Renews it; `false` when it is lost: then the run must stop without another word.
    pub async fn hold(&self, now: Timestamp) -> Result<bool, TenancyError> {
        let update = self.guarded().update_expression("SET lease_until = :until");
        let update = update.expression_attribute_values(":until", time(now + lease()));
        Ok(unless_refused(update.send().await)?.is_some())
    }

    /// Ends the run; `failure` says why it failed. `false` when the lease is lost: then nothing is written.
    pub async fn end(&self, failure: Option<&str>, now: Timestamp) -> Result<bool, TenancyError> {
        let mut set = "SET ended_at = :now, outcome = :outcome".to_owned();
        set.push_str(match failure {
            None => ", done_at = :begun, failures = :none",
            Some(_) => ", failures = if_not_exists(failures, :none) + :one, failure = :failure",
        });
        if self.timing.is_some() {
            // What a member asked for meanwhile is due now.
            set.push_str(", waits_at = if_not_exists(wanted, :next), attempts = :none");
        }
        set.push_str(" REMOVE lease_until");
        let outcome = if failure.is_none() { TaskOutcome::Done } else { TaskOutcome::Failed };
        let mut update = self
            .guarded()
            .update_expression(set)
            .expression_attribute_values(":now", time(now))
            .expression_attribute_values(":outcome", text(outcome.as_str()))
            .expression_attribute_values(":none", number(0));
        update = match failure {
            None => update.expression_attribute_values(":begun", time(self.begun_at)),
            Some(failure) => update
                .expression_attribute_values(":failure", text(cut(failure)))
                .expression_attribute_values(":one", number(1)),
        };
        if let Some(timing) = &self.timing {
            update = update.expression_attribute_values(":next", time(timing.next(now)));
        }
        Ok(unless_refused(update.send().await)?.is_some())
    }

    fn guarded(&self) -> UpdateItemFluentBuilder {
        self.ledger
            .update(&self.key)
            .condition_expression("run = :run AND outcome = :running")
            .expression_attribute_values(":run", number(self.number))
            .expression_attribute_values(
                ":running",
                AttributeValue::S(TaskOutcome::Running.as_str().to_owned()),
            )
    }
}

fn lease() -> SignedDuration {
    SignedDuration::try_from(LEASE).unwrap_or(SignedDuration::MAX)
}

/// The beginning of a sentence, whole characters of it.
pub(super) fn cut(sentence: &str) -> &str {
    &sentence[..sentence.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_cut_between_characters() {
        assert_eq!(cut("court"), "court");
        let long = "é".repeat(LONGEST);
        assert_eq!(cut(&long).len(), LONGEST);
        assert_eq!(cut(&format!("a{long}")).len(), LONGEST - 1);
    }
}
