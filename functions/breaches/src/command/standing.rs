//! How a breach stands with the tenants that it concerns, and what operators enter about one of them.

use jiff::Timestamp;
use serde_json::{Value, json};
use vivier_domain::{
    ids::{BreachId, TenantId},
    member::Language,
    tenant::Slug,
};
use vivier_runtime::HandlerError;
use vivier_tenancy::{PlatformScope, TenancyError, TenantScope};

use super::{TRIES, read, unknown};
use crate::{
    App,
    breach::Breach,
    case::Case,
    entry::{How, Notified, What, Who},
    notification as pages, register, shown,
    tell::is_conflict,
    words::{self, LONGEST_REFERENCE, Words},
};

/// All tenants that a breach concerns.
struct Standing {
    /// How it stands with them, with a scope of those that are still there.
    cases: Vec<(Case, Option<TenantScope>)>,
    /// Whose timeline cannot be read or is not there, and where it does not hold.
    lost: Vec<(TenantId, u64)>,
    /// How many more there are of which nobody can tell who they are.
    nameless: u64,
}

async fn standing(app: &App, platform: &PlatformScope, id: BreachId) -> Result<Standing, HandlerError> {
    let tenants = app.tenancy.registry()?.list(platform).await?;
    let listed = app.tenancy.breaches()?.affected(platform, id).await?;
    let mut found = Standing { cases: Vec::new(), lost: Vec::new(), nameless: listed.unreadable };
    for tenant in listed.ids {
        let walked = register::walked_of(app, platform, id, tenant).await?;
        let Some(case) = walked.as_ref().and_then(|walked| Case::of(tenant, walked)) else {
            let broken_at = walked.and_then(|walked| walked.broken_at).unwrap_or(1);
            found.lost.push((tenant, broken_at));
            continue;
        };
        let there = tenants.iter().find(|one| one.id == tenant);
        found.cases.push((case, there.map(|one| platform.lend(one))));
    }
    Ok(found)
}

/// How a breach stands with the tenant of a name.
async fn own(
    app: &App,
    platform: &PlatformScope,
    id: BreachId,
    slug: &Slug,
) -> Result<(Case, TenantScope), HandlerError> {
    let found = standing(app, platform, id).await?.cases;
    let mut there = found.into_iter().filter_map(|(case, scope)| Some((case, scope?)));
    let own = there.find(|(case, _)| case.slug == *slug);
    own.ok_or_else(|| HandlerError::refused("not-affected", "the breach concerns no tenant of this name"))
}

/// Enters what an operator says about a tenant, unless it is known.
async fn enter(
    app: &App,
    platform: &PlatformScope,
    breach: &Breach,
    slug: &Slug,
    what: What,
    is_known: impl Fn(&Case) -> Result<bool, HandlerError>,
) -> Result<Value, HandlerError> {
    for _ in 0..TRIES {
        let (case, scope) = own(app, platform, breach.id, slug).await?;
        if is_known(&case)? {
            return Ok(shown::case(breach, &case));
        }
        let entry = (Who::Operator, what.clone());
        match register::append_own(app, &scope, breach.id, Some(&case.walked), entry).await {
            Err(error) if is_conflict(&error) => {}
            outcome => outcome?,
        }
    }
    Err(TenancyError::Busy("register of breaches").into())
}

/// Refuses moments at which nobody could have said anything about a breach.
fn check_moment(at: Timestamp, breach: &Breach, now: Timestamp) -> Result<(), HandlerError> {
    if at > now || at < breach.recorded.aware_at {
        let message = "somebody is told after we are aware of the breach, and before now";
        return Err(HandlerError::refused("invalid-moment", message));
    }
    Ok(())
}

/// Somebody told a tenant.
pub(super) async fn told(
    app: &App,
    platform: &PlatformScope,
    breach: &Breach,
    slug: &Slug,
    (at, how): (Timestamp, How),
) -> Result<Value, HandlerError> {
    check_moment(at, breach, app.clock.now())?;
    let is_known = |case: &Case| Ok(case.told.contains(&(at, how)));
    enter(app, platform, breach, slug, What::Told { at, how }, is_known).await
}

/// The page for a tenant's authority.
pub(super) async fn notification(
    app: &App,
    platform: &PlatformScope,
    breach: &Breach,
    slug: &Slug,
    language: Language,
) -> Result<Value, HandlerError> {
    let (case, _) = own(app, platform, breach.id, slug).await?;
    Ok(json!({"html": pages::page(breach, &case, app.clock.now(), language)?}))
}

/// A tenant's authority was notified.
pub(super) async fn authority(
    app: &App,
    platform: &PlatformScope,
    breach: &Breach,
    slug: &Slug,
    notified: Notified,
) -> Result<Value, HandlerError> {
    words::check_line(&notified.reference, LONGEST_REFERENCE, "reference")?;
    check_moment(notified.at, breach, app.clock.now())?;
    let is_known = |case: &Case| {
        if case.notified.contains(&notified) {
            return Ok(true);
        }
        if !case.may_notify() {
            let message = "the tenant neither agreed that we notify, nor said that it has";
            return Err(HandlerError::refused("not-agreed", message));
        }
        Ok(false)
    };
    enter(app, platform, breach, slug, What::Notified(notified.clone()), is_known).await
}

/// All that is known of a breach.
pub(super) async fn show(app: &App, platform: &PlatformScope, id: BreachId) -> Result<Value, HandlerError> {
    let walked = register::walked(app, platform, id).await?.ok_or_else(unknown)?;
    let Standing { cases, lost, nameless } = standing(app, platform, id).await?;
    let Some(breach) = Breach::of(id, walked.clone()) else {
        return Ok(shown::unreadable(id, &walked, cases.len() + lost.len()));
    };
    let cases: Vec<(&Case, bool)> = cases.iter().map(|(case, scope)| (case, scope.is_some())).collect();
    let mut told = shown::shown(&breach, &cases, &lost);
    if nameless > 0 {
        told["whole"] = json!(false);
    }
    Ok(told)
}

/// What keeps a breach from being closed.
fn unfinished(case: &Case, now: Timestamp) -> bool {
    let time = case.authority_due_at().is_none_or(|due| now < due);
    case.told_at().is_none() || case.is_agreed() || (case.decided.is_none() && time)
}

/// Nothing is left to be done.
pub(super) async fn close(
    app: &App,
    platform: &PlatformScope,
    mut breach: Breach,
    reason: Words,
) -> Result<Value, HandlerError> {
    for _ in 0..TRIES {
        let Standing { cases, lost, nameless } = standing(app, platform, breach.id).await?;
        if breach.closed_at.is_some() {
            return Ok(shown::listed(&breach, cases.len() + lost.len()));
        }
        if !lost.is_empty() || nameless > 0 {
            let message =
                "the timeline of a tenant cannot be read, or is not there: nobody knows how it stands";
            return Err(HandlerError::refused("timeline-broken", message));
        }
        let now = app.clock.now();
        if cases.iter().any(|(case, scope)| scope.is_some() && unfinished(case, now)) {
            let message = "a tenant was not told, has time left to decide, or agreed and its authority was not notified";
            return Err(HandlerError::refused("unfinished", message));
        }
        let what = What::Closed { reason: reason.clone() };
        match register::append(app, platform, breach.id, Some(&breach.walked), what).await {
            Err(error) if is_conflict(&error) => {}
            outcome => outcome?,
        }
        breach = read(app, platform, breach.id).await?;
    }
    Err(TenancyError::Busy("register of breaches").into())
}
