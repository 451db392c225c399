//! Setting how long a tenant keeps its data. The type of a number of days refuses what is beyond the promise.

use std::collections::BTreeMap;

use vivier_domain::{
    retention::{DataKind, PolicyChange, RetentionPolicy},
    settings::TenantSettings,
};
use vivier_runtime::{
    HandlerError,
    http::{Problem, ProblemKind},
};
use vivier_store::{
    audit::{self, Actor, Entry, Outcome},
    settings::{self, OPERATOR, PublishError},
};
use vivier_tenancy::{TenancyError, TenantScope, rooms::records::Place};

use crate::App;

/// Publishes the tenant's settings with the change in them and enters it in the tenant's audit log. The next purge goes by
/// it, for data already there too.
pub async fn apply(
    app: &App,
    scope: &TenantScope,
    change: PolicyChange,
) -> Result<RetentionPolicy, HandlerError> {
    // An entry before and one after: a change that failed half-way can be seen, one without an entry could not.
    enter(app, scope, Outcome::Begun).await?;
    let published = publish(app, scope, OPERATOR, |policy| change.on(policy)).await;
    enter(app, scope, if published.is_ok() { Outcome::Done } else { Outcome::Failed }).await?;
    match published {
        Ok(policy) => Ok(policy),
        Err(PublishError::Store(error)) => Err(error.into()),
        Err(error) => Err(HandlerError::other("the settings were not published", error)),
    }
}

/// Publishes the days that a member chose. What is older than they say is over at once: reads go by the settings that hold.
pub(crate) async fn choose(
    app: &App,
    scope: &TenantScope,
    member: &str,
    days: &BTreeMap<DataKind, u16>,
) -> Result<RetentionPolicy, Problem> {
    if let Err(refused) = RetentionPolicy::default().with(days) {
        let problem = Problem::new(ProblemKind::InvalidBody);
        return Err(refused
            .into_iter()
            .fold(problem, |problem, (kind, why)| problem.field(format!("days.{kind}"), why.as_str())));
    }
    let amend = |policy: RetentionPolicy| policy.with(days).unwrap_or(policy);
    publish(app, scope, member, amend).await.map_err(|error| match error {
        PublishError::Store(error) => error.into(),
        PublishError::Obstacle(_) | PublishError::Broken(_) | PublishError::Lacking(_) => {
            Problem::new(ProblemKind::Conflict)
        }
    })
}

async fn publish(
    app: &App,
    scope: &TenantScope,
    by: &str,
    change: impl Fn(RetentionPolicy) -> RetentionPolicy + Send + Sync,
) -> Result<RetentionPolicy, PublishError> {
    let records = app.tenancy.records(scope)?;
    let amended = |before: TenantSettings| TenantSettings { retention: change(before.retention), ..before };
    Ok(settings::amend(&records, Place::Tenant, amended, by, app.clock.now()).await?.settings.retention)
}

async fn enter(app: &App, scope: &TenantScope, outcome: Outcome) -> Result<(), TenancyError> {
    let subject = scope.tenant().to_string();
    let entry = Entry::of(scope, app.clock.now(), "settings.retention", &subject, outcome);
    audit::enter(&app.tenancy, scope, &entry.by(Actor::Operator)).await?;
    Ok(())
}
