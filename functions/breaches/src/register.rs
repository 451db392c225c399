//! Reading the register and adding to it.

use vivier_domain::ids::{BreachId, TenantId};
use vivier_runtime::HandlerError;
use vivier_tenancy::{PlatformScope, TenancyError, TenantScope, rooms::breaches::Addition};

use crate::{
    App,
    breach::Breach,
    case::Case,
    chain::{self, NOTHING, Walked},
    entry::{Entry, What, Who},
};

/// The chain of a breach, as it was walked along.
pub(crate) async fn walked(
    app: &App,
    platform: &PlatformScope,
    id: BreachId,
) -> Result<Option<Walked>, TenancyError> {
    let found = app.tenancy.breaches()?.fetch(platform, id).await?;
    Ok(found.map(|found| chain::walk(&found, id, None)))
}

/// A breach, as the platform reads it.
pub(crate) async fn breach(
    app: &App,
    platform: &PlatformScope,
    id: BreachId,
) -> Result<Option<Breach>, TenancyError> {
    Ok(walked(app, platform, id).await?.and_then(|walked| Breach::of(id, walked)))
}

/// A breach, as a tenant that it concerns reads it, with how it stands with that tenant.
pub(crate) async fn own(
    app: &App,
    scope: &TenantScope,
    id: BreachId,
) -> Result<Option<(Breach, Case)>, TenancyError> {
    let Some(case) = case(app, scope, id).await? else { return Ok(None) };
    let found = app.tenancy.breaches()?.shared(scope, id).await?;
    let breach = found.and_then(|found| Breach::of(id, chain::walk(&found, id, None)));
    Ok(breach.map(|breach| (breach, case)))
}

/// How a breach stands with a tenant.
pub(crate) async fn case(app: &App, scope: &TenantScope, id: BreachId) -> Result<Option<Case>, TenancyError> {
    let found = app.tenancy.breaches()?.own(scope, id).await?;
    let walk = |found| chain::walk(&found, id, Some(scope.tenant()));
    Ok(found.and_then(|found| Case::of(scope.tenant(), &walk(found))))
}

/// The chain of a breach with a tenant that may be gone.
pub(crate) async fn walked_of(
    app: &App,
    platform: &PlatformScope,
    id: BreachId,
    tenant: TenantId,
) -> Result<Option<Walked>, TenancyError> {
    let found = app.tenancy.breaches()?.of(platform, id, tenant).await?;
    Ok(found.map(|found| chain::walk(&found, id, Some(tenant))))
}

/// Adds to a breach, behind what was read. [`TenancyError::Conflict`] where somebody else was quicker.
pub(crate) async fn append(
    app: &App,
    platform: &PlatformScope,
    id: BreachId,
    walked: Option<&Walked>,
    what: What,
) -> Result<(), HandlerError> {
    let (seen, previous) = walked.map_or((0, NOTHING), |walked| (walked.seq, walked.hash));
    let (number, at, word) = (seen + 1, app.clock.now(), what.as_str());
    let entry = Entry { breach: id, tenant: None, number, at, who: Who::Operator, what, previous };
    let text = chain::text(&entry)?;
    let hash = chain::hash(&text);
    app.tenancy.breaches()?.append(platform, id, Addition { seen, text: &text, hash }).await?;
    // The log is another store: a chain that somebody wrote anew as a whole contradicts it.
    tracing::info!(breach = %id, number, hash = %hash, what = word, "an entry of a breach");
    Ok(())
}

/// Adds to how a breach stands with a tenant, behind what was read.
pub(crate) async fn append_own(
    app: &App,
    scope: &TenantScope,
    id: BreachId,
    walked: Option<&Walked>,
    (who, what): (Who, What),
) -> Result<(), HandlerError> {
    let (seen, previous) = walked.map_or((0, NOTHING), |walked| (walked.seq, walked.hash));
    let (number, at, word) = (seen + 1, app.clock.now(), what.as_str());
    let entry = Entry { breach: id, tenant: Some(scope.tenant()), number, at, who, what, previous };
    let text = chain::text(&entry)?;
    let hash = chain::hash(&text);
    app.tenancy.breaches()?.append_own(scope, id, Addition { seen, text: &text, hash }).await?;
    tracing::info!(breach = %id, tenant = %scope.tenant(), number, hash = %hash, what = word, "an entry of a breach");
    Ok(())
}
