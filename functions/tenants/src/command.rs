//! An operator's command, and which file carries it out.

use serde::Deserialize;
use serde_json::{Value, json};
use vivier_domain::{
    redacted::Redacted,
    tenant::{Slug, TenantStatus},
};
use vivier_runtime::{Clock, HandlerError, operator, telemetry};
use vivier_tenancy::{PlatformScope, Tenancy, registry::Tenant};

use crate::{arrive, create, delete, describe::describe, destroy, entry, limit, people, refresh, senders};

/// What every command needs.
#[derive(Debug, Clone)]
pub struct App {
    /// Opens stores.
    pub tenancy: Tenancy,
    /// `FRONT_OFFICE_DOMAIN`: a tenant's host name is its short name under this domain.
    pub domain: String,
    /// `BACK_OFFICE_ORIGIN`: where invitations lead.
    pub back_office: String,
    /// The time.
    pub clock: Clock,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
enum Command {
    /// Brings the shared database and every tenant's own up to date, and binds usage plans to what is deployed.
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
    /// Tells everybody to come again, before its stores are restored: `privacy` opens it, once the ledger of erasures was carried out on them.
    Close {
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
    /// Sets how many requests a second the gateway lets through for the tenant.
    Limit(limit::Limit),
    /// Invites a member: for a tenant whose managers are all gone.
    Invite(people::Invite),
    /// Mails a member who has not logged in yet a new temporary password.
    ReinviteManager {
        slug: Slug,
        email: Redacted,
    },
    /// Gives the role `manager` every permission again: what was taken out of every role, no member could grant.
    RestoreManager {
        slug: Slug,
    },
    /// Lets a tenant in again that locked itself out of its back office.
    ClearIpRanges {
        slug: Slug,
    },
    /// Says which domains a tenant may mail from.
    ApproveSenders(senders::Approve),
    Delete(delete::Delete),
    /// Destroys all that a tenant has which has left and acknowledged what it took along.
    Destroy(destroy::Destroy),
    /// Takes in, into an empty tenant, what another one took along.
    Import(arrive::Arrive),
    /// Replaces what a test environment has by the anonymised copy that was made for it of its production tenant.
    Refresh(refresh::Refresh),
}

impl Command {
    /// What the audit log calls the command, of those that change one tenant. What concerns people is entered with whom
    /// it concerns; of a tenant that was deleted no log is left.
    fn action(&self) -> Option<&'static str> {
        match self {
            Self::Create(_) => Some("tenants.create"),
            Self::Disable { .. } => Some("tenants.disable"),
            Self::Close { .. } => Some("tenants.close"),
            Self::Enable { .. } => Some("tenants.enable"),
            Self::RotateKey { .. } => Some("tenants.rotate_key"),
            Self::Limit(_) => Some("tenants.limit"),
            Self::RestoreManager { .. } => Some("tenants.restore_manager"),
            Self::ClearIpRanges { .. } => Some("tenants.clear_ip_ranges"),
            Self::ApproveSenders(_) => Some("tenants.approve_senders"),
            Self::Refresh(_) => Some("tenants.refresh"),
            _ => None,
        }
    }
}

/// Carries out one command, and enters it in the tenant's audit log.
pub async fn handle(app: &App, platform: &PlatformScope, command: Value) -> Result<Value, HandlerError> {
    let slug = command["slug"].as_str().and_then(|text| Slug::try_from(text.to_owned()).ok());
    let command: Command = operator::command(command)?;
    let action = command.action();
    let command = Box::pin(carry_out(app, platform, command));
    match action.zip(slug) {
        Some((action, slug)) => entry::around(app, platform, action, &slug, command).await,
        None => command.await,
    }
}

async fn carry_out(app: &App, platform: &PlatformScope, command: Command) -> Result<Value, HandlerError> {
    match command {
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
        Command::Close { slug } => {
            move_to(app, platform, &slug, TenantStatus::Active, TenantStatus::Restoring).await
        }
        Command::Enable { slug } => {
            refresh::refuse_unfinished(app, platform, &slug).await?;
            move_to(app, platform, &slug, TenantStatus::Disabled, TenantStatus::Active).await
        }
        Command::RotateKey { slug } => {
            let tenant = find(app, platform, &slug).await?;
            let key = create::hang_first_key(app, platform, &tenant).await?;
            let mut answer = describe(app, &tenant);
            answer["publishable_key"] = json!(key);
            Ok(answer)
        }
        Command::Limit(limit) => limit::limit(app, platform, limit).await,
        Command::Invite(invite) => people::bring_in(app, platform, invite).await,
        Command::ReinviteManager { slug, email } => people::mail_again(app, platform, &slug, email).await,
        Command::RestoreManager { slug } => people::restore_manager(app, platform, &slug).await,
        Command::ClearIpRanges { slug } => people::clear_ip_ranges(app, platform, &slug).await,
        Command::ApproveSenders(approve) => senders::approve(app, platform, approve).await,
        Command::Delete(delete) => delete::delete(app, platform, delete).await,
        Command::Destroy(destroy) => Box::pin(destroy::destroy(app, platform, destroy)).await,
        Command::Refresh(refresh) => Box::pin(refresh::refresh(app, platform, refresh)).await,
        Command::Import(arrive) => Box::pin(arrive::arrive(app, platform, arrive)).await,
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
        if !tenant.status.has_stores() {
            continue;
        }
        // One tenant's trouble must not keep the others behind the code.
        let scope = platform.lend(&tenant);
        // A usage plan holds for one deployed stage; without one the gateway lets nothing through.
        let plan = provisioning.ensure_usage_plan(&scope, &tenant.slug, None).await;
        match (plan, provisioning.migrate_silo(&scope).await) {
            (Ok(()), Ok(applied)) => silos += applied,
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(tenant = %tenant.id, error = telemetry::chain(&error), "a tenant was not migrated");
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
