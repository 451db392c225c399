//! Operators' commands about a tenant are entered in its audit log: once before, once with how it ended.

use serde_json::Value;
use vivier_domain::tenant::Slug;
use vivier_runtime::{HandlerError, telemetry};
use vivier_store::audit::{self, Actor, Entry, Outcome};
use vivier_tenancy::{PlatformScope, TenancyError, registry::Tenant};

use crate::command::App;

/// Carries out a command between its entries. Without the first nothing is done; where the other cannot be written, the
/// command is done all the same, and its answer given. A tenant that is being made has no log before the command.
pub(crate) async fn around(
    app: &App,
    platform: &PlatformScope,
    action: &str,
    slug: &Slug,
    command: impl Future<Output = Result<Value, HandlerError>>,
) -> Result<Value, HandlerError> {
    if let Some(tenant) = with_log(app, platform, slug).await? {
        enter(app, platform, &tenant, action, Outcome::Begun).await?;
    }
    let answer = command.await;
    let outcome = match &answer {
        Ok(_) => Outcome::Done,
        Err(HandlerError::Refused { .. }) => Outcome::Refused,
        Err(_) => Outcome::Failed,
    };
    let entered = match with_log(app, platform, slug).await {
        Ok(Some(tenant)) => enter(app, platform, &tenant, action, outcome).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = entered {
        tracing::error!(error = telemetry::chain(&error), action, "an entry could not be written");
    }
    answer
}

/// The tenant, when it has a log.
async fn with_log(app: &App, platform: &PlatformScope, slug: &Slug) -> Result<Option<Tenant>, TenancyError> {
    let tenant = app.tenancy.registry()?.fetch(platform, slug).await?;
    Ok(tenant.filter(|tenant| tenant.status.has_stores()))
}

async fn enter(
    app: &App,
    platform: &PlatformScope,
    tenant: &Tenant,
    action: &str,
    outcome: Outcome,
) -> Result<(), TenancyError> {
    let (scope, subject) = (platform.lend(tenant), tenant.id.to_string());
    let entry = Entry::of(&scope, app.clock.now(), action, &subject, outcome).by(Actor::Operator);
    audit::enter(&app.tenancy, &scope, &entry).await?;
    Ok(())
}
