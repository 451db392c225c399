//! Runs of scheduled tasks (K8.1b): every one is begun, held and ended in the table of tasks, whatever function carries it out.
//!
//! The table lies in DynamoDB, as the registry of tenants does, without which no task can do anything: a run that cannot be begun there
//! fails, Lambda tries it again, and the watch finds what never came of it.

use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use serde_json::{Value, json};
use tokio::{sync::oneshot, task::JoinHandle};
use vivier_domain::{
    ids::TaskId,
    task::{PlatformTask, RunCause, TaskKind},
    tenant::TenantStatus,
};
use vivier_tenancy::{
    PlatformScope, Tenancy, TenantScope,
    rooms::tasks::{Begun, LEASE, Lease},
};

use crate::{
    Clock,
    invocation::{Handler, HandlerError},
    telemetry::{self, Unit},
};

/// How often a lease is renewed: three times before it ends.
const RENEWAL: Duration = Duration::from_secs(LEASE.as_secs() / 4);
/// So long a run goes on without hearing of its lease. It is less than the lease: what is under way must not outlast it.
const HELD: Duration = Duration::from_secs(LEASE.as_secs() - 3);
/// Between two tries to renew where the first failed at once.
const PAUSE: Duration = Duration::from_secs(1);

/// A task of this function's.
#[derive(Clone)]
pub(crate) struct Scheduled {
    pub(crate) task: PlatformTask,
    pub(crate) tenancy: Tenancy,
    pub(crate) clock: Clock,
    pub(crate) handler: Handler<PlatformScope>,
}

/// Another run was begun while this one was silent, or the table could not be reached for as long as a lease.
#[derive(Debug, thiserror::Error)]
#[error("the lease was lost")]
pub struct Lost;

impl Scheduled {
    /// One run, unless another is under way. Whoever asks is told so; that is no failure.
    pub(crate) async fn carry_out(
        &self,
        platform: PlatformScope,
        cause: RunCause,
    ) -> Result<Value, HandlerError> {
        let task = self.task.as_str();
        let lease = match self.tenancy.tasks(&platform)?.begin(self.task, cause, self.clock.now()).await? {
            Begun::Begun(lease) => lease,
            Begun::Running => {
                tracing::info!(task, "a run is under way: no other is begun");
                return Ok(json!({"skipped": "running"}));
            }
            Begun::Done => {
                tracing::info!(task, "what this time asks for is done");
                return Ok(json!({"skipped": "done"}));
            }
        };
        if lease.after_cut_off {
            tracing::warn!(task, run = lease.number(), "the run before was cut off");
        }
        let (started, run) = (Instant::now(), lease.number());
        let outcome = held(lease, self.clock, (self.handler)(platform), left_out).await;
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let failed = u64::from(outcome.as_ref().map_or(true, |answer| left_out(answer).is_some()));
        tracing::info!(task, run, cause = cause.as_str(), milliseconds, failed, "a run of a task ended");
        telemetry::metrics(
            &[("task", task)],
            &[
                ("TaskRuns", Unit::Count, 1),
                ("TaskFailures", Unit::Count, failed),
                ("TaskDuration", Unit::Milliseconds, milliseconds),
            ],
        );
        outcome
    }
}

/// What a run's answer says of things that an error kept it from: it went on with the others, and was not whole.
fn left_out(answer: &Value) -> Option<String> {
    let count = ["failures", "stopped"].iter().filter_map(|name| answer[*name].as_u64()).sum::<u64>();
    (count > 0).then(|| format!("{count} left out"))
}

/// What one turn over tenants' own tasks did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs that came to their end.
    pub done: u32,
    /// Runs that did not.
    pub failed: u32,
}

/// Carries out the runs that are due of tenants' approved tasks of a kind, those that wait longest first, and begins none after
/// `until`. Each is given its tenant's scope; one that fails stops no other.
pub async fn carry_out_due<F, R>(
    tenancy: &Tenancy,
    clock: Clock,
    platform: &PlatformScope,
    kind: TaskKind,
    until: Instant,
    work: F,
) -> Result<Tally, HandlerError>
where
    F: Fn(TenantScope, TaskId) -> R,
    R: Future<Output = Result<(), HandlerError>>,
{
    let due = tenancy.tasks(platform)?.list_due(kind, clock.now()).await?;
    let mut tally = Tally::default();
    if due.is_empty() {
        return Ok(tally);
    }
    let tenants = tenancy.registry()?.list(platform).await?;
    for (tenant, id) in due {
        let known = tenants.iter().find(|known| known.id == tenant && known.status == TenantStatus::Active);
        let Some(known) = known else { continue };
        if Instant::now() >= until {
            break;
        }
        let scope = platform.lend(known);
        match one(tenancy, clock, scope, id, &work).await {
            Ok(true) => tally.done += 1,
            Ok(false) => {}
            Err(error) => {
                tally.failed += 1;
                tracing::error!(%tenant, task = %id, kind = kind.as_str(), error = telemetry::chain(&error), "a tenant's task failed");
            }
        }
    }
    let failed = u64::from(tally.failed);
    telemetry::metrics(&[("kind", kind.as_str())], &[("TenantTaskFailures", Unit::Count, failed)]);
    Ok(tally)
}

/// The run of one tenant's task; whether there was one.
async fn one<F, R>(
    tenancy: &Tenancy,
    clock: Clock,
    scope: TenantScope,
    id: TaskId,
    work: &F,
) -> Result<bool, HandlerError>
where
    F: Fn(TenantScope, TaskId) -> R,
    R: Future<Output = Result<(), HandlerError>>,
{
    let begun = tenancy.own_tasks(&scope)?.begin(id, clock.now()).await?;
    let Begun::Begun(lease) = begun else { return Ok(false) };
    held(lease, clock, work(scope, id), |()| None).await?;
    Ok(true)
}

/// Works while the lease is renewed, and ends the run as the work ended, or as `judge` finds that it did. Losing the lease drops the work.
async fn held<T>(
    lease: Lease,
    clock: Clock,
    work: impl Future<Output = Result<T, HandlerError>>,
    judge: impl Fn(&T) -> Option<String>,
) -> Result<T, HandlerError> {
    let lease = Arc::new(lease);
    let (lost, losing) = oneshot::channel();
    // In a task of its own: work that computes for long would keep a renewal beside it from its turn.
    let renewal = Renewal(tokio::spawn(renew(Arc::clone(&lease), clock, lost)));
    let outcome = tokio::select! {
        outcome = AssertUnwindSafe(work).catch_unwind() => outcome,
        Ok(()) = losing => {
            return Err(HandlerError::other("a run was overtaken", Lost));
        }
    };
    drop(renewal);
    let failure = match &outcome {
        Ok(Ok(value)) => judge(value),
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("panicked".to_owned()),
    };
    match lease.end(failure.as_deref(), clock.now()).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(run = lease.number(), "a run was overtaken at its end"),
        // What was done is done. Whoever looks finds a run that is silent, and has it run again: every task can be repeated.
        Err(error) => {
            tracing::error!(error = telemetry::chain(&error), "the end of a run could not be written");
        }
    }
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Renews a lease for as long as somebody works under it: work that is dropped must not be held for ever.
struct Renewal(JoinHandle<()>);

impl Drop for Renewal {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn renew(lease: Arc<Lease>, clock: Clock, lost: oneshot::Sender<()>) {
    // What is written is written with the moment before the asking: the lease cannot last for less than from then on.
    let mut until = Instant::now() + HELD;
    loop {
        tokio::time::sleep(RENEWAL.min(until.saturating_duration_since(Instant::now()))).await;
        let asked = Instant::now();
        match tokio::time::timeout_at(until.into(), lease.hold(clock.now())).await {
            Ok(Ok(true)) => until = asked + HELD,
            Ok(Err(error)) => {
                tracing::warn!(error = telemetry::chain(&error), "a run's lease could not be renewed");
                if Instant::now() >= until {
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
            Ok(Ok(false)) | Err(_) => break,
        }
    }
    // Nobody listens any more where the work has just ended.
    let _ = lost.send(());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_left_something_out_is_not_whole() {
        for (answer, said) in [
            (json!({"resumed": 3, "failures": 0}), None),
            (json!({"resumed": 3, "failures": 2}), Some("2 left out")),
            (json!({"failed": 7, "stopped": 1}), Some("1 left out")),
            (json!({"failed": ["a"]}), None),
            (json!(null), None),
        ] {
            assert_eq!(left_out(&answer).as_deref(), said, "{answer}");
        }
    }
}
