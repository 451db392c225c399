//! What an operator may ask for.

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use serde_json::{Value, json};
use vivier_domain::{
    ids::{HoldId, RunId},
    retention::PolicyChange,
    tenant::Slug,
};
use vivier_runtime::{HandlerError, operator};
use vivier_tenancy::{PlatformScope, registry::Tenant};

use crate::{
    App, configure, holds,
    kind::Plan,
    policies, reports,
    run::{self, LIMIT},
};

/// The most an operator may let one run remove of one kind for one tenant.
const HIGHEST_LIMIT: u32 = 1_000_000;
/// Years in which a run may be placed: others are typing errors.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;

/// A command.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Purge now.
    Run {
        /// Only count.
        #[serde(default)]
        dry_run: bool,
        /// Only this tenant.
        tenant: Option<Slug>,
        /// The moment to count the days back from; now when it is missing.
        as_of: Option<Timestamp>,
        /// The most rows or items to remove of one kind for one tenant.
        limit: Option<u32>,
    },
    /// Show what was removed, the newest first.
    Reports {
        /// Whose reports.
        tenant: Slug,
        /// How many, at most.
        limit: Option<u32>,
    },
    /// Show how long a tenant keeps its data, and what is held.
    Policies {
        /// Whose data.
        tenant: Slug,
    },
    /// Show a tenant's newest holds.
    Holds {
        /// Whose.
        tenant: Slug,
    },
    /// End a hold, as the tenant asked for: one that leaves reaches its own holds no more, and is not destroyed while one is in force.
    Release {
        /// Whose.
        tenant: Slug,
        /// The hold.
        hold: HoldId,
    },
    /// Set how long a tenant keeps its data.
    Configure {
        /// Whose data.
        tenant: Slug,
        /// What changes; what is not named stays.
        retention: PolicyChange,
    },
}

/// Carries out a command.
pub async fn handle(app: &App, platform: &PlatformScope, command: Value) -> Result<Value, HandlerError> {
    match operator::command(command)? {
        Command::Run { dry_run, tenant, as_of, limit } => {
            let plan = plan(app.clock.now(), dry_run, tenant.is_some(), as_of, limit)?;
            let report = match tenant {
                Some(slug) => run::over(app, platform, &plan, vec![find(app, platform, &slug).await?]).await,
                None => run::all(app, platform, &plan).await?,
            };
            Ok(json!(report))
        }
        Command::Reports { tenant, limit } => {
            let limit = reports::limit(limit).ok_or_else(|| refused("limit is 1 to 100"))?;
            let tenant = find(app, platform, &tenant).await?;
            Ok(json!(reports::list(app, &platform.lend(&tenant), limit).await?))
        }
        Command::Policies { tenant } => {
            let tenant = find(app, platform, &tenant).await?;
            Ok(json!(policies::list(app, &platform.lend(&tenant)).await?))
        }
        Command::Holds { tenant } => {
            let tenant = find(app, platform, &tenant).await?;
            Ok(json!({"holds": holds::newest(app, &platform.lend(&tenant)).await?}))
        }
        Command::Release { tenant, hold } => {
            let tenant = find(app, platform, &tenant).await?;
            let released = holds::release_by_hand(app, &platform.lend(&tenant), hold).await?;
            Ok(json!({"tenant": tenant.slug, "hold": hold, "released": released}))
        }
        Command::Configure { tenant, retention } => {
            let tenant = find(app, platform, &tenant).await?;
            let policy = configure::apply(app, &platform.lend(&tenant), retention).await?;
            Ok(json!({"tenant": tenant.slug, "retention": policy}))
        }
    }
}

fn refused(message: &str) -> HandlerError {
    HandlerError::refused("invalid-command", message)
}

/// The plan of a run. A date in the future removes what is not past its days yet, so it needs a tenant's name beside
/// it: a slip of the pen must not reach everybody.
fn plan(
    now: Timestamp,
    dry_run: bool,
    one_tenant: bool,
    as_of: Option<Timestamp>,
    limit: Option<u32>,
) -> Result<Plan, HandlerError> {
    let limit = limit.unwrap_or(LIMIT);
    if !(1..=HIGHEST_LIMIT).contains(&limit) {
        return Err(refused("limit is 1 to 1000000"));
    }
    let as_of = as_of.unwrap_or(now);
    if !YEARS.contains(&as_of.to_zoned(TimeZone::UTC).year()) {
        return Err(refused("as_of is between 2000 and 2100"));
    }
    if as_of > now && !one_tenant && !dry_run {
        return Err(refused("as_of lies in the future: name the tenant it is meant for"));
    }
    Ok(Plan { run_id: RunId::generate(), by_hand: true, dry_run, as_of, limit })
}

async fn find(app: &App, platform: &PlatformScope, slug: &Slug) -> Result<Tenant, HandlerError> {
    app.tenancy
        .registry()?
        .fetch(platform, slug)
        .await?
        .filter(|tenant| tenant.status.has_stores())
        .ok_or_else(|| {
            HandlerError::refused("unknown-tenant", "there is no such tenant, or it has no stores")
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::retention::Days;

    fn read(command: Value) -> Result<Command, String> {
        operator::command(command).map_err(|error| error.to_string())
    }

    fn slug() -> Slug {
        Slug::try_from("fournil-du-nord".to_owned()).unwrap()
    }

    #[test]
    fn the_examples_are_commands() {
        let days = |days: u16| Some(Days::try_from(days).unwrap());
        let as_of = Some("2026-01-15T03:00:00Z".parse().unwrap());
        let run = Command::Run { dry_run: true, tenant: Some(slug()), as_of, limit: Some(1000) };
        let reports = Command::Reports { tenant: slug(), limit: Some(20) };
        let hold = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        let retention = PolicyChange {
            conversations_days: days(30),
            events_days: days(60),
            audit_log_days: days(90),
            ..PolicyChange::default()
        };
        for (text, expected) in [
            (include_str!("../../../events/retention/run.json"), run),
            (include_str!("../../../events/retention/operator-reports.json"), reports),
            (
                include_str!("../../../events/retention/operator-release.json"),
                Command::Release { tenant: slug(), hold },
            ),
            (
                include_str!("../../../events/retention/configure.json"),
                Command::Configure { tenant: slug(), retention },
            ),
        ] {
            assert_eq!(read(serde_json::from_str(text).unwrap()), Ok(expected));
        }
    }

    #[test]
    fn what_is_refused() {
        for command in [
            json!({"operation": "erase"}),
            json!({"operation": "run", "dry": true}),
            json!({"operation": "run", "limit": -1}),
            json!({"operation": "run", "as_of": "tomorrow"}),
            json!({"operation": "run", "tenant": "No Slug"}),
            json!({"operation": "reports"}),
            json!({"operation": "configure", "tenant": "acme", "retention": {"conversations_days": 91}}),
            json!({"operation": "configure", "tenant": "acme", "retention": {"conversations_days": 0}}),
            json!({"operation": "configure", "tenant": "acme", "retention": {"cvs_days": 1}}),
        ] {
            let error = read(command.clone()).unwrap_err();
            assert!(error.starts_with("invalid-command: "), "{command}: {error}");
        }
    }

    #[test]
    fn plans() {
        let now: Timestamp = "2026-01-15T03:00:00Z".parse().unwrap();
        let (later, far) = ("2026-04-16T03:00:00Z", "2101-01-01T00:00:00Z");
        for (dry_run, one_tenant, as_of, limit, accepted) in [
            (false, false, None, None, true),
            (false, false, Some("2025-01-01T00:00:00Z"), None, true),
            (false, true, Some(later), None, true),
            (true, false, Some(later), None, true),
            (false, false, Some(later), None, false),
            (true, true, Some(far), None, false),
            (false, true, Some("-001000-01-01T00:00:00Z"), None, false),
            (false, false, None, Some(0), false),
            (false, false, None, Some(1_000_001), false),
        ] {
            let as_of = as_of.map(|text| text.parse().unwrap());
            let plan = plan(now, dry_run, one_tenant, as_of, limit);
            assert_eq!(plan.is_ok(), accepted, "{dry_run} {one_tenant} {as_of:?} {limit:?}");
        }
    }
}
