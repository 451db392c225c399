//! What an operator may ask for: whether anybody tampered with the log.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vivier_domain::{ids::TenantId, tenant::Slug};
use vivier_runtime::{HandlerError, operator, telemetry};
use vivier_store::audit::{self, Link, Verified};
use vivier_tenancy::{PlatformScope, TenancyError, TenantScope, registry::Tenant};

use crate::App;

/// A command.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Walks the chain of one tenant, or of every tenant.
    Verify {
        /// Only this tenant.
        tenant: Option<Slug>,
        /// A head that an earlier walk told: it must still be in the chain, unless it was purged.
        expect: Option<Link>,
    },
}

/// What a walk over the tenants found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Whether every chain was read and none is broken.
    pub whole: bool,
    /// Each tenant that was read.
    pub tenants: Vec<TenantReport>,
    /// The tenants whose chain could not be read; the log says why.
    pub failed: Vec<TenantId>,
}

/// What a walk found of one tenant.
#[derive(Debug, Serialize)]
pub struct TenantReport {
    /// Its id.
    pub tenant: TenantId,
    /// Its short name.
    pub slug: Slug,
    /// The chain.
    #[serde(flatten)]
    pub chain: Verified,
}

/// Carries out a command.
pub async fn handle(app: &App, platform: &PlatformScope, command: Value) -> Result<Value, HandlerError> {
    let Command::Verify { tenant, expect } = operator::command(command)?;
    let tenants = match (tenant, expect) {
        (None, Some(_)) => {
            return Err(HandlerError::refused("invalid-command", "expect is about one tenant: name it"));
        }
        (Some(slug), _) => vec![find(app, platform, &slug).await?],
        (None, None) => {
            let tenants = app.tenancy.registry()?.list(platform).await?;
            tenants.into_iter().filter(|tenant| tenant.status.has_stores()).collect()
        }
    };
    Ok(json!(over(app, platform, tenants, expect).await))
}

async fn over(app: &App, platform: &PlatformScope, tenants: Vec<Tenant>, expect: Option<Link>) -> Report {
    let mut report = Report { whole: true, tenants: Vec::new(), failed: Vec::new() };
    for tenant in tenants {
        match one(app, &platform.lend(&tenant), expect).await {
            Ok(chain) => {
                if let Some(broken) = chain.broken_at {
                    tracing::error!(tenant = %tenant.id, ordinal = broken.ordinal, fault = ?broken.fault, "an audit log was tampered with");
                    report.whole = false;
                }
                report.tenants.push(TenantReport { tenant: tenant.id, slug: tenant.slug, chain });
            }
            Err(error) => {
                tracing::error!(tenant = %tenant.id, error = telemetry::chain(&error), "an audit log could not be read");
                report.whole = false;
                report.failed.push(tenant.id);
            }
        }
    }
    report
}

async fn one(app: &App, scope: &TenantScope, expect: Option<Link>) -> Result<Verified, TenancyError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let found = audit::verify(&tx, expect).await?;
    tx.commit().await?;
    Ok(found)
}

async fn find(app: &App, platform: &PlatformScope, slug: &Slug) -> Result<Tenant, HandlerError> {
    let tenant = app.tenancy.registry()?.fetch(platform, slug).await?;
    tenant.filter(|tenant| tenant.status.has_stores()).ok_or_else(|| {
        HandlerError::refused("unknown-tenant", "there is no such tenant, or it has no stores")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(command: Value) -> Result<Command, String> {
        operator::command(command).map_err(|error| error.to_string())
    }

    #[test]
    fn the_example_is_a_command() {
        let text = include_str!("../../../events/audit/verify.json");
        let slug = Slug::try_from("fournil-du-nord".to_owned()).unwrap();
        let expect = Link { ordinal: 1207, hash: "5e".repeat(32).parse().unwrap() };
        assert_eq!(
            read(serde_json::from_str(text).unwrap()),
            Ok(Command::Verify { tenant: Some(slug), expect: Some(expect) })
        );
        assert_eq!(read(json!({"operation": "verify"})), Ok(Command::Verify { tenant: None, expect: None }));
    }

    #[test]
    fn what_is_refused() {
        for command in [
            json!({"operation": "mend"}),
            json!({"operation": "verify", "tenant": "No Slug"}),
            json!({"operation": "verify", "all": true}),
            json!({"operation": "verify", "tenant": "acme", "expect": {"ordinal": 1}}),
            json!({"operation": "verify", "tenant": "acme", "expect": {"ordinal": 1, "hash": "5e"}}),
        ] {
            let error = read(command.clone()).unwrap_err();
            assert!(error.starts_with("invalid-command: "), "{command}: {error}");
        }
    }
}
