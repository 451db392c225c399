//! How many requests a second the gateway lets through for one tenant.

use serde::Deserialize;
use serde_json::{Value, json};
use vivier_domain::tenant::Slug;
use vivier_runtime::HandlerError;
use vivier_tenancy::{PlatformScope, provisioning::UsageLimits};

use crate::command::{App, find};

/// The gateway's own limit for a whole account and region.
const MOST: u32 = 10_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    slug: Slug,
    /// Requests a second, on average.
    requests_per_second: u32,
    /// Requests at once, after a pause.
    burst: u32,
}

fn check(limit: &Limit) -> Result<UsageLimits, HandlerError> {
    let bounds = 1..=MOST;
    let burst = i32::try_from(limit.burst).ok().filter(|_| bounds.contains(&limit.burst));
    match burst.filter(|_| bounds.contains(&limit.requests_per_second)) {
        Some(burst) => Ok(UsageLimits { rate: limit.requests_per_second.into(), burst }),
        None => Err(HandlerError::refused("invalid-limit", "requests_per_second and burst are 1 to 10000")),
    }
}

pub(crate) async fn limit(app: &App, platform: &PlatformScope, limit: Limit) -> Result<Value, HandlerError> {
    let limits = check(&limit)?;
    let tenant = find(app, platform, &limit.slug).await?;
    if !tenant.status.has_stores() {
        return Err(HandlerError::refused("wrong-status", "the tenant is being created or deleted"));
    }
    let provisioning = app.tenancy.provisioning(platform)?;
    provisioning.ensure_usage_plan(&platform.lend(&tenant), &tenant.slug, Some(limits)).await?;
    tracing::info!(tenant = %tenant.id, rate = limits.rate, burst = limits.burst, "a tenant's limits were set");
    Ok(json!({"tenant_id": tenant.id, "requests_per_second": limits.rate, "burst": limits.burst}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_have_bounds() {
        for (rate, burst, accepted) in [
            (1, 1, true),
            (50, 100, true),
            (10_000, 10_000, true),
            (0, 1, false),
            (1, 0, false),
            (10_001, 1, false),
        ] {
            let limit = json!({"slug": "acme", "requests_per_second": rate, "burst": burst});
            assert_eq!(check(&serde_json::from_value(limit).unwrap()).is_ok(), accepted, "{rate} {burst}");
        }
    }
}
