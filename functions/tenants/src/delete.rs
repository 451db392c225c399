//! Removing a tenant: first nobody comes in, then the stores go, last the name. A delete that stopped is run again.

use serde::Deserialize;
use serde_json::{Value, json};
use vivier_domain::tenant::{Slug, TenantStatus};
use vivier_runtime::HandlerError;
use vivier_store::legal_holds;
use vivier_tenancy::{
    PlatformScope, TenantScope, provisioning::Provisioning, registry::Tenant, rooms::departures::Book,
};

use crate::command::App;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delete {
    slug: Slug,
    /// The short name once more: nobody deletes a tenant by a slip.
    confirm: String,
}

/// Whether a departure has begun: what a tenant takes along is destroyed with a receipt of each store, or not at all.
async fn is_leaving(app: &App, platform: &PlatformScope, tenant: &Tenant) -> Result<bool, HandlerError> {
    let found = app.tenancy.departures()?.fetch::<Value>(platform, Book::Departures, tenant.id).await?;
    Ok(found.is_some())
}

/// Refuses while something of the tenant is held: somebody said that it must not go, and until when.
pub(crate) async fn refuse_held(
    app: &App,
    provisioning: &Provisioning,
    scope: &TenantScope,
) -> Result<(), HandlerError> {
    let now = app.clock.now();
    let mut pool = provisioning.own_pool(scope).await?;
    let (held, _) = legal_holds::count(&pool.begin().await?, now, now).await?;
    if held > 0 {
        let sentence =
            format!("{held} holds are in force: they end by themselves, or whoever placed them ends them");
        return Err(HandlerError::refused("held", sentence));
    }
    Ok(())
}

pub(crate) async fn delete(
    app: &App,
    platform: &PlatformScope,
    delete: Delete,
) -> Result<Value, HandlerError> {
    if delete.confirm != delete.slug.as_str() {
        return Err(HandlerError::refused("not-confirmed", "confirm repeats the slug"));
    }
    let registry = app.tenancy.registry()?;
    let Some(mut tenant) = registry.fetch(platform, &delete.slug).await? else {
        return Ok(json!({"deleted": false}));
    };
    if tenant.status == TenantStatus::Leaving || is_leaving(app, platform, &tenant).await? {
        return Err(HandlerError::refused(
            "departure-begun",
            "it leaves: destroy it once a member has acknowledged what it took along, or cancel the departure",
        ));
    }
    let linked = registry.list(platform).await?.iter().any(|other| other.production == Some(tenant.id));
    if linked {
        return Err(HandlerError::refused("has-test-environment", "delete its test environment first"));
    }
    let (scope, provisioning) = (platform.lend(&tenant), app.tenancy.provisioning(platform)?);
    if tenant.status != TenantStatus::Deleting {
        if tenant.status.has_stores() {
            refuse_held(app, &provisioning, &scope).await?;
        }
        tenant = registry.advance(platform, &tenant, TenantStatus::Deleting).await?;
    }
    for door in registry.doors(&scope).await? {
        registry.unhang(&scope, &door).await?;
    }
    app.tenancy.people(&scope)?.delete_all().await?;
    provisioning.drop_partitions(&scope).await?;
    provisioning.drop_usage_plan(&scope).await?;
    app.tenancy.records(&scope)?.clear().await?;
    app.tenancy.own_tasks(&scope)?.clear().await?;
    provisioning.drop_conversations(&scope).await?;
    provisioning.drop_bucket(&scope).await?;
    provisioning.drop_key(&scope).await?;
    provisioning.drop_secrets(&scope).await?;
    provisioning.drop_silo(&scope).await?;
    provisioning.leave_pool(&scope).await?;
    registry.forget(platform, &tenant).await?;
    tracing::info!(tenant = %tenant.id, "a tenant was deleted");
    Ok(json!({"deleted": true, "tenant_id": tenant.id}))
}
