//! How much may be told in an hour: from one address of the network, and by one key.

use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::{
    TenantScope,
    rooms::limits::{Asker, Hour},
};

use crate::App;

/// Requests from one address: a school's room may look at offers at once. What one address can invent stays bounded by it.
const FROM_ADDRESS: u64 = 500;
/// Requests by one key.
const BY_KEY: u64 = 200_000;

/// Counts a request of the scope's caller; whoever has told too much is told when to come again.
pub(crate) async fn count(app: &App, scope: &TenantScope) -> Result<(), Problem> {
    let (room, now) = (app.tenancy.limits(scope)?, app.clock.now());
    let by_address = room.by_address(now).map(|asker| (asker, FROM_ADDRESS));
    let by_key = scope.key().map(|key| (Asker::key(key), BY_KEY));
    for (asker, most) in by_address.into_iter().chain(by_key) {
        if room.ask(&asker, now).await? > most {
            tracing::info!(most, "too much was told in this hour");
            return Err(Problem::new(ProblemKind::TooManyRequests).retry_after(Hour::left(now)));
        }
    }
    Ok(())
}
