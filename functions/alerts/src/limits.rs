//! How many alerts may be asked for in an hour: from one address of the network, by one key, and in one front office. An e-mail
//! address has its own limit, which the store keeps and nobody is told of.

use jiff::SignedDuration;
use vivier_domain::ids::ProjectId;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::alerts;
use vivier_tenancy::{
    TenantScope,
    rooms::SiloTx,
    rooms::limits::{Asker, Hour},
};

use crate::App;

/// From one address: a school's room may ask at once.
const FROM_ADDRESS: u64 = 60;
/// By one key.
const BY_KEY: u64 = 2_000;
/// In one front office, whichever way its candidates come in.
const IN_PROJECT: u64 = 2_000;

/// Counts a request of the scope's caller; whoever has asked too often is told when to come again.
pub(crate) async fn count(app: &App, scope: &TenantScope) -> Result<(), Problem> {
    let (room, now) = (app.tenancy.limits(scope)?, app.clock.now());
    let by_address = room.by_address(now).map(|asker| (asker, FROM_ADDRESS));
    let by_key = scope.key().map(|key| (Asker::key(key), BY_KEY));
    for (asker, most) in by_address.into_iter().chain(by_key) {
        if room.ask(&asker, now).await? > most {
            tracing::info!(most, "too many alerts were asked for in this hour");
            return Err(Problem::new(ProblemKind::TooManyRequests).retry_after(Hour::left(now)));
        }
    }
    Ok(())
}

/// Refuses where a front office was asked for too many in the last hour.
pub(crate) async fn check_project(app: &App, tx: &SiloTx<'_>, project: ProjectId) -> Result<(), Problem> {
    let now = app.clock.now();
    if alerts::count_asked(tx, project, now - SignedDuration::from_hours(1)).await? < IN_PROJECT {
        return Ok(());
    }
    tracing::warn!(%project, most = IN_PROJECT, "a front office was asked for too many alerts in an hour");
    Err(Problem::new(ProblemKind::TooManyRequests).retry_after(Hour::left(now)))
}
