//! Creating a tenant: claim the name, make the stores, hang the doors, and only then serve it.

use serde::Deserialize;
use serde_json::{Value, json};
use vivier_domain::{
    entrance::Entrance,
    ids::ProjectId,
    member::Language,
    project::Project,
    redacted::Redacted,
    role::RoleId,
    settings::tenant::is_email,
    tenant::{Slug, TenantKind, TenantStatus},
};
use vivier_runtime::HandlerError;
use vivier_store::keys::{self, Cabinet, KeyError};
use vivier_tenancy::{
    PlatformScope, TenantScope,
    registry::{Door, Tenant},
    rooms::records::{Change, RecordKey},
};

use crate::{
    command::{App, find},
    describe::{describe, host},
    people::{self, Invitation},
};

/// What the key that a create makes is called in the tenant's list of keys.
const FIRST_KEY: &str = "First key";
/// The door of the host name.
const HOST: &str = "host#first";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Create {
    slug: Slug,
    name: String,
    manager_email: Redacted,
    /// What the first manager is written to in.
    #[serde(default)]
    language: Language,
    #[serde(default = "production")]
    kind: TenantKind,
    /// For a test environment: the short name of its production tenant.
    #[serde(default)]
    production: Option<Slug>,
}

fn production() -> TenantKind {
    TenantKind::Production
}

fn check(create: &Create) -> Result<(), HandlerError> {
    let name = create.name.trim();
    if name.is_empty() || name.chars().count() > 120 || name.chars().any(char::is_control) {
        return Err(HandlerError::refused("invalid-name", "a name has 1 to 120 printable characters"));
    }
    if !is_email(create.manager_email.expose()) {
        return Err(HandlerError::refused("invalid-email", "manager_email is no e-mail address"));
    }
    match (create.kind, &create.production) {
        (TenantKind::Test, None) => {
            Err(HandlerError::refused("production-missing", "a test environment names its production tenant"))
        }
        (TenantKind::Production, Some(_)) => Err(HandlerError::refused(
            "production-unexpected",
            "only a test environment names a production tenant",
        )),
        _ => Ok(()),
    }
}

pub(crate) async fn create(
    app: &App,
    platform: &PlatformScope,
    create: Create,
) -> Result<Value, HandlerError> {
    check(&create)?;
    let registry = app.tenancy.registry()?;
    let linked = match &create.production {
        Some(slug) => {
            let tenant = find(app, platform, slug).await?;
            if tenant.kind != TenantKind::Production {
                return Err(HandlerError::refused(
                    "production-is-test",
                    "that tenant is itself a test environment",
                ));
            }
            Some(tenant.id)
        }
        None => None,
    };
    let tenant = registry
        .register(platform, &create.slug, create.name.trim(), create.kind, linked, app.clock.now())
        .await?;
    if tenant.kind != create.kind || tenant.production != linked {
        return Err(HandlerError::refused(
            "slug-taken",
            "a tenant of this name exists and is of another kind",
        ));
    }
    match tenant.status {
        TenantStatus::Active | TenantStatus::Disabled | TenantStatus::Restoring | TenantStatus::Leaving => {
            return Ok(describe(app, &tenant));
        }
        TenantStatus::Deleting => {
            return Err(HandlerError::refused("wrong-status", "the tenant of this name is being deleted"));
        }
        TenantStatus::Creating => {}
    }

    let scope = platform.lend(&tenant);
    let provisioning = app.tenancy.provisioning(platform)?;
    let key = provisioning.ensure_key(&scope).await?;
    provisioning.ensure_bucket(&scope, &key).await?;
    provisioning.ensure_conversations(&scope, &key).await?;
    provisioning.migrate_silo(&scope).await?;
    provisioning.enter_pool(&scope).await?;
    provisioning.ensure_usage_plan(&scope, &tenant.slug, None).await?;

    let entrance = Entrance::to(first_project(app, &scope, &tenant).await?);
    registry.hang(&scope, HOST, &Door::Host(host(app, &tenant)), Some(&entrance)).await?;
    let key = hang_first_key(app, platform, &tenant).await?;
    let manager =
        Invitation { email: create.manager_email, role: RoleId::manager(), language: Some(create.language) };
    let manager = people::invite(app, &scope, &manager).await?;

    let tenant = registry.advance(platform, &tenant, TenantStatus::Active).await?;
    tracing::info!(tenant = %tenant.id, "a tenant was created");
    let mut answer = describe(app, &tenant);
    answer["publishable_key"] = json!(key);
    answer["manager"] = json!({"subject": manager.subject, "invited": manager.mailed});
    Ok(answer)
}

/// The project every tenant starts with. A create that is taken up again finds the one it made.
async fn first_project(app: &App, scope: &TenantScope, tenant: &Tenant) -> Result<ProjectId, HandlerError> {
    let records = app.tenancy.records(scope)?;
    if let Some((_, found)) = records.list(&RecordKey::projects(), None, Some(1)).await?.into_iter().next() {
        return Ok(found.value.id);
    }
    let project = Project::first(ProjectId::generate(), tenant.name.as_str(), app.clock.now());
    records.change(&[Change::put(&RecordKey::project(project.id), None, &project)?]).await?;
    Ok(project.id)
}

/// The project that the host name leads to, which after a refresh need not be the first any more; the first where it leads nowhere.
async fn entered_project(app: &App, scope: &TenantScope, tenant: &Tenant) -> Result<ProjectId, HandlerError> {
    let doors = app.tenancy.registry()?.doors_under(scope, HOST).await?;
    match doors.into_iter().find(|door| door.name == HOST).and_then(|door| door.entrance) {
        Some(entrance) => Ok(entrance.project),
        None => first_project(app, scope, tenant).await,
    }
}

/// Makes the first key anew. A create that stopped before it could show the key replaces it, so no key exists that
/// nobody has seen.
pub(crate) async fn hang_first_key(
    app: &App,
    platform: &PlatformScope,
    tenant: &Tenant,
) -> Result<String, HandlerError> {
    let scope = platform.lend(tenant);
    let project = entered_project(app, &scope, tenant).await?;
    let (registry, records) = (app.tenancy.registry()?, app.tenancy.records(&scope)?);
    let cabinet = Cabinet { registry: &registry, records: &records, project };
    match keys::renew_first(&cabinet, FIRST_KEY, app.clock.now()).await {
        Ok(made) => Ok(made.text.expose().to_owned()),
        Err(KeyError::Store(error)) => Err(error.into()),
        Err(error) => Err(HandlerError::refused("key-not-made", error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: Value) -> Option<&'static str> {
        match check(&serde_json::from_value(json).unwrap()) {
            Err(HandlerError::Refused { code, .. }) => Some(code),
            _ => None,
        }
    }

    #[test]
    fn commands_are_checked_before_anything_is_made() {
        let good = json!({"slug": "acme", "name": "Acme", "manager_email": "rh@acme.example"});
        let with = |name: &str, value: Value| {
            let mut json = good.clone();
            json[name] = value;
            json
        };
        for (command, code) in [
            (good.clone(), None),
            (with("name", json!("  ")), Some("invalid-name")),
            (with("name", json!("a\u{7}")), Some("invalid-name")),
            (with("name", json!("a".repeat(121))), Some("invalid-name")),
            (with("language", json!("en")), None),
            (with("manager_email", json!("rh")), Some("invalid-email")),
            (with("manager_email", json!("rh@acme")), Some("invalid-email")),
            (with("manager_email", json!("r h@acme.example")), Some("invalid-email")),
            (with("manager_email", json!("a@b@acme.example")), Some("invalid-email")),
            (with("kind", json!("test")), Some("production-missing")),
            (with("production", json!("other")), Some("production-unexpected")),
        ] {
            assert_eq!(refusal(command.clone()), code, "{command}");
        }
    }
}
