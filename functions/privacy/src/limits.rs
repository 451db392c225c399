//! How many requests strangers may make in an hour: from one address of the network, and of one tenant. An e-mail address has its own limit,
//! which the store keeps and nobody is told of.

use jiff::SignedDuration;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::privacy;
use vivier_tenancy::{TenantScope, rooms::SiloTx, rooms::limits::Hour};

use crate::App;

/// From one address: a school's room may ask at once.
const FROM_ADDRESS: u64 = 60;
/// Of one tenant.
const OF_TENANT: u64 = 1_000;

/// Counts a request of the scope's caller; whoever has asked too often is told when to come again.
pub(crate) async fn count(app: &App, scope: &TenantScope) -> Result<(), Problem> {
    let (room, now) = (app.tenancy.limits(scope)?, app.clock.now());
    if let Some(asker) = room.by_address(now)
        && room.ask(&asker, now).await? > FROM_ADDRESS
    {
        tracing::info!(most = FROM_ADDRESS, "too many requests about personal data were made in this hour");
        return Err(Problem::new(ProblemKind::TooManyRequests).retry_after(Hour::left(now)));
    }
    Ok(())
}

/// Refuses where a tenant was asked too often in the last hour.
pub(crate) async fn check_tenant(app: &App, tx: &SiloTx<'_>) -> Result<(), Problem> {
    let now = app.clock.now();
    if privacy::count_asked(tx, now - SignedDuration::from_hours(1)).await? < OF_TENANT {
        return Ok(());
    }
    tracing::warn!(most = OF_TENANT, "a tenant was asked too often about personal data in an hour");
    Err(Problem::new(ProblemKind::TooManyRequests).retry_after(Hour::left(now)))
}
