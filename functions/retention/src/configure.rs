//! Setting how long a tenant keeps its data. The type of a number of days refuses what is beyond the promise.

use serde::Deserialize;
use vivier_domain::{
    retention::{Days, RetentionPolicy},
    settings::TenantSettings,
};
use vivier_runtime::HandlerError;
use vivier_store::{
    audit::{self, Actor, Entry, Outcome},
    settings::{self, OPERATOR, PublishError},
};
use vivier_tenancy::{TenancyError, TenantScope, rooms::records::Place};

use crate::App;

/// What changes; what is not named stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    /// Days from a conversation's last message.
    pub conversations_days: Option<Days>,
    /// Days from an event.
    pub events_days: Option<Days>,
    /// Days from an entry of the audit log.
    pub audit_log_days: Option<Days>,
}

impl Change {
    /// The policy with the change in it.
    pub fn on(self, policy: RetentionPolicy) -> RetentionPolicy {
        RetentionPolicy {
            conversations_days: self.conversations_days.unwrap_or(policy.conversations_days),
            events_days: self.events_days.unwrap_or(policy.events_days),
            audit_log_days: self.audit_log_days.unwrap_or(policy.audit_log_days),
        }
    }
}

/// Publishes the tenant's settings with the change in them and enters it in the tenant's audit log. The next purge goes by
/// it, for data already there too.
pub async fn apply(app: &App, scope: &TenantScope, change: Change) -> Result<RetentionPolicy, HandlerError> {
    let (records, now) = (app.tenancy.records(scope)?, app.clock.now());
    // An entry before and one after: a change that failed half-way can be seen, one without an entry could not.
    enter(app, scope, Outcome::Begun).await?;
    let amended =
        |before: TenantSettings| TenantSettings { retention: change.on(before.retention), ..before };
    let published = settings::amend(&records, Place::Tenant, amended, OPERATOR, now).await;
    enter(app, scope, if published.is_ok() { Outcome::Done } else { Outcome::Failed }).await?;
    match published {
        Ok(published) => Ok(published.settings.retention),
        Err(PublishError::Store(error)) => Err(error.into()),
        Err(error) => Err(HandlerError::other("the settings were not published", error)),
    }
}

async fn enter(app: &App, scope: &TenantScope, outcome: Outcome) -> Result<(), TenancyError> {
    let subject = scope.tenant().to_string();
    let entry = Entry::of(scope, app.clock.now(), "settings.retention", &subject, outcome);
    audit::enter(&app.tenancy, scope, &entry.by(Actor::Operator)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_stays() {
        let days = |days: u16| Days::try_from(days).unwrap();
        let before = RetentionPolicy { conversations_days: days(30), ..RetentionPolicy::default() };
        let change = Change { events_days: Some(days(7)), ..Change::default() };
        let after = change.on(before);
        assert_eq!(
            (after.conversations_days, after.events_days, after.audit_log_days),
            (days(30), days(7), days(90))
        );
    }
}
