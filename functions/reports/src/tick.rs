//! What the schedule does: mails the reports whose time has come, and, tenant by tenant, makes the files that wait, hands over the mails that
//! were left, and removes what is over.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vivier_domain::{task::TaskKind, tenant::TenantStatus};
use vivier_runtime::{HandlerError, tasks, telemetry};
use vivier_store::reports;
use vivier_tenancy::{PlatformScope, TenantScope, rooms::files::FileKey};

use crate::{App, contents::MakeError, mailing, make, schedule};

/// Mails begin within so long, so that files have their turn in each minute as well.
const MAILING: Duration = Duration::from_secs(20);
/// Nothing is begun after this long: the schedule fires again within a minute.
const BUDGET: Duration = Duration::from_secs(40);
/// So many files that are over are removed of one tenant in one turn.
const MOST_REMOVED: u32 = 100;

/// What was done.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    made: u64,
    sent: u64,
    removed: u64,
    failures: u64,
}

/// Works for every active tenant. One tenant's failure is logged and stops no other.
pub async fn run(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let began = Instant::now();
    let until = began + BUDGET;
    let work = |scope: TenantScope, id| async move { Box::pin(mailing::carry_out(app, &scope, id)).await };
    let mailed =
        tasks::carry_out_due(&app.tenancy, app.clock, platform, TaskKind::Report, began + MAILING, work)
            .await?;
    let mut tenants = app.tenancy.registry()?.list(platform).await?;
    tenants.retain(|tenant| tenant.status == TenantStatus::Active);
    // Begun at another tenant each minute: what a minute is too short for falls to nobody in particular.
    let minute = app.clock.now().as_second().div_euclid(60).unsigned_abs() as usize;
    let first = minute % tenants.len().max(1);
    tenants.rotate_left(first);
    let (mut tally, mut round) = (Tally { failures: u64::from(mailed.failed), ..Tally::default() }, 0);
    while !tenants.is_empty() && Instant::now() < until {
        let mut unfinished = Vec::new();
        for tenant in tenants {
            if Instant::now() >= until {
                break;
            }
            // One file of each in turn.
            if Box::pin(turn(app, &platform.lend(&tenant), round == 0, until, &mut tally)).await {
                unfinished.push(tenant);
            }
        }
        (tenants, round) = (unfinished, round + 1);
    }
    let Tally { made, sent, removed, failures } = tally;
    Ok(json!({"mailed": mailed.done, "made": made, "sent": sent, "removed": removed, "failures": failures}))
}

/// One tenant's turn: one file; whether there may be another. In the first round, what was left is looked after as well. What fails keeps
/// nothing else from being done.
async fn turn(app: &App, scope: &TenantScope, first: bool, until: Instant, tally: &mut Tally) -> bool {
    let failed = |what: &'static str, error: HandlerError| {
        let tenant = scope.tenant();
        tracing::error!(%tenant, what, error = telemetry::chain(&error), "something of a tenant was left out");
    };
    if first {
        if let Err(error) = tell(app, scope).await {
            tally.failures += 1;
            failed("schedules", error);
        }
        match mailing::deliver(app, scope, None, until).await {
            Ok(mails) => {
                tally.sent += mails.sent;
                tally.failures += mails.failed;
            }
            Err(error) => {
                tally.failures += 1;
                failed("mails", error);
            }
        }
        match sweep(app, scope).await {
            Ok(removed) => tally.removed += removed,
            Err(error) => {
                tally.failures += 1;
                failed("files that are over", error);
            }
        }
    }
    match one(app, scope).await {
        Ok(made) => {
            tally.made += u64::from(made);
            made
        }
        Err(error) => {
            tally.failures += 1;
            failed("a file", error);
            false
        }
    }
}

/// Tells the table of tasks of the schedules that it was not told of.
async fn tell(app: &App, scope: &TenantScope) -> Result<(), HandlerError> {
    let untold = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        reports::list_untold(&tx).await?
    };
    for report in &untold {
        schedule::tell(app, scope, report).await?;
    }
    Ok(())
}

/// Makes the file that has waited longest; whether there was one.
async fn one(app: &App, scope: &TenantScope) -> Result<bool, HandlerError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let taken = reports::claim(&tx).await?;
    tx.commit().await?;
    drop(session);
    let Some(taken) = taken else { return Ok(false) };
    match make::make(app, scope, &taken).await {
        Ok(_) => Ok(true),
        Err(MakeError::Lost) => {
            tracing::warn!(run = %taken.run.id, "a report's file was taken up by another, or is not wanted any more");
            Ok(true)
        }
        Err(error) => Err(mailing::other(error)),
    }
}

/// Removes files that are over, and then forgets them. How many there were.
pub(crate) async fn sweep(app: &App, scope: &TenantScope) -> Result<u64, HandlerError> {
    let expired = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        reports::list_expired(&tx, app.clock.now(), MOST_REMOVED).await?
    };
    if expired.is_empty() {
        return Ok(0);
    }
    let files = app.tenancy.files(scope).await?;
    for over in &expired {
        files.delete(&FileKey::Report(over.id)).await?;
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        reports::forget_run(&tx, over.id).await?;
        tx.commit().await?;
    }
    Ok(expired.len() as u64)
}
