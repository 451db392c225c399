//! What the schedule does: takes up the runs that are due or were asked for, of several tenants at a time and one of each in turn.

use std::{
    ops::AddAssign,
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vivier_domain::{ids::TenantId, tenant::TenantStatus};
use vivier_runtime::{HandlerError, telemetry};
use vivier_store::feeds::{self, Ended, Taken};
use vivier_tenancy::{PlatformScope, TenantScope};

use crate::{
    App, approval, changes,
    run::{self, RunError},
    turns::{self, Limits, Turn},
};

/// A tenant whose partners are slow keeps one place: for two minutes at most after the last turn began, which is how long a file may
/// take, and the time to hand it in. By then the schedule has fired twice more, with as many places again.
const LIMITS: Limits = Limits {
    // Each holds a file in memory: the function has room for so many of the largest.
    places: 6,
    share: Duration::from_secs(10),
    // The schedule fires again within a minute.
    budget: Duration::from_secs(40),
};
/// A secret that no feed is opened with is a request's that is still being carried out, until it is this old.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// What one turn did, or all.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    imported: u32,
    unchanged: u32,
    failed: u32,
    stopped: u32,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.imported += other.imported;
        self.unchanged += other.unchanged;
        self.failed += other.failed;
        self.stopped += other.stopped;
    }
}

/// Works for every active tenant. One tenant's failure is logged and stops no other.
pub async fn run(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let mut tenants = app.tenancy.registry()?.list(platform).await?;
    tenants.retain(|tenant| tenant.status == TenantStatus::Active);
    let minute = app.clock.now().as_second().div_euclid(60);
    tenants.sort_by_cached_key(|tenant| place(minute, tenant.id));
    let tenants: Vec<TenantScope> = tenants.iter().map(|tenant| platform.lend(tenant)).collect();
    let turn = |scope| {
        let app = app.clone();
        async move {
            let (began, mut sum) = (Instant::now(), Tally::default());
            let more = Box::pin(one(&app, &scope, &mut sum)).await.unwrap_or_else(|error| {
                sum.stopped += 1;
                tracing::error!(tenant = %scope.tenant(), error = telemetry::chain(&error), "a tenant was left out");
                false
            });
            Turn { tenant: scope, more, took: began.elapsed(), sum }
        }
    };
    let Tally { imported, unchanged, failed, stopped } = turns::take(tenants, LIMITS, turn).await;
    Ok(json!({"imported": imported, "unchanged": unchanged, "failed": failed, "stopped": stopped}))
}

/// What tenants are ordered by: another order each minute, so that nobody comes behind the same slow neighbours again.
fn place(minute: i64, tenant: TenantId) -> [u8; 32] {
    Sha256::new()
        .chain_update(minute.to_be_bytes())
        .chain_update(tenant.as_uuid().as_bytes())
        .finalize()
        .into()
}

/// One run of a tenant's; whether there was one. What is due is asked for before.
async fn one(app: &App, scope: &TenantScope, tally: &mut Tally) -> Result<bool, HandlerError> {
    approval::start_due(app, scope).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_another_each_minute() {
        let tenants: Vec<TenantId> = (0..20).map(|_| TenantId::generate()).collect();
        let order = |minute| {
            let mut tenants = tenants.clone();
            tenants.sort_by_key(|tenant| place(minute, *tenant));
            tenants
        };
        assert_eq!(order(1), order(1));
        // Of neighbours neither is always behind the other.
        let before = |minute: &i64| {
            let order = order(*minute);
            let at = |tenant| order.iter().position(|one| *one == tenant);
            at(tenants[0]) < at(tenants[1])
        };
        let times = (0..100).filter(before).count();
        assert!((10..90).contains(&times), "{times}");
    }
}
