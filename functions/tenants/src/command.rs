//! An operator's command, and which file carries it out.

use serde::Deserialize;
use serde_json::{Value, json};
use vivier_domain::tenant::{Slug, TenantStatus};
use vivier_runtime::{Clock, HandlerError, operator, telemetry};
use vivier_tenancy::{PlatformScope, Tenancy, registry::Tenant};

use crate::{create, delete, describe::describe};

/// What every command needs.
#[derive(Debug, Clone)]
pub struct App {
    /// Opens stores.
    pub tenancy: Tenancy,
    /// `FRONT_OFFICE_DOMAIN`: a tenant's host name is its short name under this domain.
    pub domain: String,
    /// The time.
    pub clock: Clock,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
enum Command {
    /// Brings the shared database and every tenant's own up to date.
    Migrate {},
    Create(create::Create),
    Show {
        slug: Slug,
    },
    List {},
    /// Refuses every key and token of the tenant; the data stays.
    Disable {
        slug: Slug,
    },
    /// Serves a disabled tenant again.
    Enable {
        slug: Slug,
    },
    /// Replaces the first publishable key; the old one stops at once.
    RotateKey {
        slug: Slug,
    },
    Delete(delete::Delete),
}

/// Carries out one command.
pub async fn handle(app: &App, platform: &PlatformScope, command: Value) -> Result<Value, HandlerError> {
    match operator::command(command)? {
        Command::Migrate {} => migrate(app, platform).await,
        Command::Create(create) => create::create(app, platform, create).await,
        Command::Show { slug } => Ok(describe(app, &find(app, platform, &slug).await?)),
        Command::List {} => {
            let tenants = app.tenancy.registry()?.list(platform).await?;
            Ok(json!({"tenants": tenants.iter().map(|tenant| describe(app, tenant)).collect::<Vec<_>>()}))
        }
        Command::Disable { slug } => {
            move_to(app, platform, &slug, TenantStatus::Active, TenantStatus::Disabled).await
        }
        Command::Enable { slug } => {
            move_to(app, platform, &slug, TenantStatus::Disabled, TenantStatus::Active).await
        }
        Command::RotateKey { slug } => {
            let tenant = find(app, platform, &slug).await?;
            let key = create::hang_first_key(app, platform, &tenant).await?;
            let mut answer = describe(app, &tenant);
            answer["publishable_key"] = json!(key);
            Ok(answer)
        }
        Command::Delete(delete) => delete::delete(app, platform, delete).await,
    }
}

/// The tenant with this short name, or a refusal.
pub(crate) async fn find(app: &App, platform: &PlatformScope, slug: &Slug) -> Result<Tenant, HandlerError> {
    app.tenancy
        .registry()?
        .fetch(platform, slug)
        .await?
        .ok_or_else(|| HandlerError::refused("unknown-tenant", "there is no tenant of this name"))
}

async fn move_to(
    app: &App,
    platform: &PlatformScope,
    slug: &Slug,
    from: TenantStatus,
    to: TenantStatus,
) -> Result<Value, HandlerError> {
    let mut tenant = find(app, platform, slug).await?;
    if tenant.status == from {
        tenant = app.tenancy.registry()?.advance(platform, &tenant, to).await?;
    }
    if tenant.status != to {
        return Err(HandlerError::refused("wrong-status", "the tenant is being created or deleted"));
    }
    Ok(describe(app, &tenant))
}

async fn migrate(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let provisioning = app.tenancy.provisioning(platform)?;
    let pool = provisioning.migrate_pool().await?;
    let (mut silos, mut failed) = (0, Vec::new());
    for tenant in app.tenancy.registry()?.list(platform).await? {
        if !matches!(tenant.status, TenantStatus::Active | TenantStatus::Disabled) {
            continue;
        }
        // One tenant's trouble must not keep the others' databases behind the code.
        match provisioning.migrate_silo(&platform.lend(&tenant)).await {
            Ok(applied) => silos += applied,
            Err(error) => {
                tracing::error!(tenant = %tenant.id, error = telemetry::chain(&error), "a database was not migrated");
                failed.push(tenant.id.to_string());
            }
        }
    }
    if !failed.is_empty() {
        return Err(HandlerError::refused(
            "not-migrated",
            format!("run it again; not migrated: {}", failed.join(" ")),
        ));
    }
    Ok(json!({"applied": {"pool": pool, "silos": silos}}))
}
