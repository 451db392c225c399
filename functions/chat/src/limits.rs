//! How much may be asked: in one question, in one conversation, and in one hour by a key or from an address.

use vivier_domain::settings::chat::ChatLimits;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::{
    TenantScope,
    rooms::limits::{Asker, Hour},
};

use crate::App;

/// Counts a question of the scope's caller. Whoever has asked too much in this hour is told when the next one begins, and
/// nothing is done for it.
pub(crate) async fn count(app: &App, scope: &TenantScope, limits: ChatLimits) -> Result<(), Problem> {
    let (room, now) = (app.tenancy.limits(scope)?, app.clock.now());
    let by_address = room.by_address(now).map(|asker| (asker, limits.per_address_hour));
    let by_key = scope.key().map(Asker::key).zip(limits.per_key_hour);
    for (asker, most) in by_address.into_iter().chain(by_key) {
        if room.ask(&asker, now).await? > u64::from(most) {
            tracing::info!(most, "whoever asks has asked too much in this hour");
            return Err(Problem::new(ProblemKind::TooManyRequests).retry_after(Hour::left(now)));
        }
    }
    Ok(())
}
