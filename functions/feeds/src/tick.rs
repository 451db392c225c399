//! What the schedule does: takes up the runs that are due or were asked for, one of each tenant in turn.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde_json::{Value, json};
use vivier_domain::tenant::TenantStatus;
use vivier_runtime::{HandlerError, telemetry};
use vivier_store::feeds::{self, Ended, Taken};
use vivier_tenancy::{PlatformScope, TenantScope};

use crate::{
    App, approval, changes,
    run::{self, RunError},
};

/// No run is taken up after this long: the schedule fires again within a minute.
const BUDGET: Duration = Duration::from_secs(40);
/// A secret that no feed is opened with is a request's that is still being carried out, until it is this old.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// What one turn did.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    imported: u32,
    unchanged: u32,
    failed: u32,
    stopped: u32,
}

/// Works for every active tenant. One tenant's failure is logged and stops no other.
pub async fn run(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let until = Instant::now() + BUDGET;
    let mut tenants = app.tenancy.registry()?.list(platform).await?;
    tenants.retain(|tenant| tenant.status == TenantStatus::Active);
    // Begun at another tenant each minute: what a minute is too short for falls to nobody in particular.
    let minute = app.clock.now().as_second().div_euclid(60).unsigned_abs() as usize;
    let first = minute % tenants.len().max(1);
    tenants.rotate_left(first);
    let (mut tally, mut round) = (Tally::default(), 0);
    while !tenants.is_empty() && Instant::now() < until {
        let mut unfinished = Vec::new();
        for tenant in tenants {
            if Instant::now() >= until {
                break;
            }
            let scope = platform.lend(&tenant);
            match Box::pin(one(app, &scope, round == 0, &mut tally)).await {
                Ok(true) => unfinished.push(tenant),
                Ok(false) => {}
                Err(error) => {
                    tally.stopped += 1;
                    tracing::error!(tenant = %tenant.id, error = telemetry::chain(&error), "a tenant was left out");
                }
            }
        }
        (tenants, round) = (unfinished, round + 1);
    }
    let Tally { imported, unchanged, failed, stopped } = tally;
    Ok(json!({"imported": imported, "unchanged": unchanged, "failed": failed, "stopped": stopped}))
}

/// One run of a tenant's; whether there was one. In the first round what is due is asked for before.
async fn one(app: &App, scope: &TenantScope, first: bool, tally: &mut Tally) -> Result<bool, HandlerError> {
    if first {
        approval::start_due(app, scope).await?;
    }
    let Some(taken) = claim(app, scope).await? else {
        sweep(app, scope).await?;
        return Ok(false);
    };
    let (tenant, feed) = (scope.tenant(), taken.feed.id);
    approval::note_begun(app, scope, &taken).await;
    let ended = run::carry_out(app, scope, &taken).await;
    if let Ok(ended) = &ended {
        approval::note_ended(app, scope, feed, ended).await;
    }
    match ended {
        Ok(Ended::Imported) => tally.imported += 1,
        Ok(Ended::Unchanged(..)) => tally.unchanged += 1,
        Ok(Ended::Failed { failure, .. }) => {
            tally.failed += 1;
            tracing::warn!(%tenant, %feed, failure, "a feed was not fetched");
        }
        Err(RunError::Lost) => {
            tracing::warn!(%tenant, %feed, "a run of a feed was taken up by another, or is not wanted any more");
        }
        Err(error) => {
            tally.stopped += 1;
            tracing::error!(%tenant, %feed, error = telemetry::chain(&error), "a run of a feed stopped");
        }
    }
    Ok(true)
}

async fn claim(app: &App, scope: &TenantScope) -> Result<Option<Taken>, HandlerError> {
    let now = app.clock.now();
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let taken = feeds::claim(&tx, now).await?;
    tx.commit().await?;
    Ok(taken)
}

/// Removes secrets that no feed is opened with.
async fn sweep(app: &App, scope: &TenantScope) -> Result<(), HandlerError> {
    let stray = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        feeds::list_stray_secrets(&tx, app.clock.now() - PATIENCE).await?
    };
    for secret in stray {
        changes::discard(app, scope, secret).await?;
    }
    Ok(())
}
