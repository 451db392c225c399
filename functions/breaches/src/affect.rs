//! Makes a breach concern tenants.

use std::time::Instant;

use jiff::Timestamp;
use serde::Deserialize;
use vivier_domain::tenant::Slug;
use vivier_runtime::{HandlerError, telemetry};
use vivier_tenancy::{PlatformScope, registry::Tenant};

use crate::{
    App,
    breach::Breach,
    counting,
    entry::{What, Who},
    register, tell,
};

/// Which tenants.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Which {
    /// All that have stores.
    All(All),
    /// These.
    Named(Vec<Slug>),
}

/// The word for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum All {
    /// `all`
    All,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Affected {
    /// Tenants that it did not concern before.
    pub(crate) added: u64,
    /// Tenants that were counted now.
    pub(crate) counted: u64,
    /// Tenants that are counted by the schedule.
    pub(crate) left: u64,
}

/// The tenants that are meant, each of which has to be there.
pub(crate) async fn named(
    app: &App,
    platform: &PlatformScope,
    which: &Which,
) -> Result<Vec<Tenant>, HandlerError> {
    let mut tenants = app.tenancy.registry()?.list(platform).await?;
    tenants.retain(|tenant| tenant.status.has_stores());
    match which {
        Which::All(_) => {}
        Which::Named(slugs) => {
            if slugs.is_empty() || slugs.iter().any(|slug| !tenants.iter().any(|tenant| tenant.slug == *slug))
            {
                let message = "a tenant is not there, or has no stores; nothing was changed";
                return Err(HandlerError::refused("unknown-tenant", message));
            }
            tenants.retain(|tenant| slugs.contains(&tenant.slug));
        }
    }
    Ok(tenants)
}

/// Enters that a breach concerns tenants, and counts what they have. One that it concerns already is counted alone, if that is left to be done.
pub(crate) async fn affect(
    app: &App,
    platform: &PlatformScope,
    breach: &Breach,
    tenants: &[Tenant],
    known_at: Option<Timestamp>,
    until: Instant,
) -> Result<Affected, HandlerError> {
    let mut done = Affected::default();
    // First all of them: whom it concerns must not be forgotten for want of time.
    for tenant in tenants {
        let scope = platform.lend(tenant);
        if register::case(app, &scope, breach.id).await?.is_some() {
            continue;
        }
        let what = What::Affected { name: tenant.name.clone(), slug: tenant.slug.clone(), known_at };
        match register::append_own(app, &scope, breach.id, None, (Who::Operator, what)).await {
            Ok(()) => done.added += 1,
            // Somebody else entered it.
            Err(error) if tell::is_conflict(&error) => {}
            Err(error) => return Err(error),
        }
    }
    for tenant in tenants {
        if Instant::now() >= until || !counting::is_countable(tenant.status) {
            done.left += 1;
            continue;
        }
        match counting::count(app, &platform.lend(tenant), breach, until).await {
            Ok(counted) => done.counted += u64::from(counted),
            Err(error) => {
                done.left += 1;
                tracing::error!(breach = %breach.id, tenant = %tenant.id, error = telemetry::chain(&error), "a tenant was not counted");
            }
        }
    }
    Ok(done)
}
