//! Setting how long a tenant keeps its data. The type of a number of days refuses what is beyond the promise.

use serde::Deserialize;
use vivier_domain::retention::{Days, RetentionPolicy};
use vivier_store::audit::{self, Actor, Entry, Outcome};
use vivier_tenancy::{TenancyError, TenantScope};

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

/// Stores the change and enters it in the tenant's audit log. The next purge goes by it, for data already there too.
pub async fn apply(app: &App, scope: &TenantScope, change: Change) -> Result<RetentionPolicy, TenancyError> {
    let settings = app.tenancy.settings(scope)?;
    let policy = change.on(settings.retention().await?);
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let entry = Entry {
        happened_at: app.clock.now(),
        actor: Actor::Operator,
        action: "settings.retention",
        subject: scope.tenant().as_uuid(),
        outcome: Outcome::Done,
    };
    audit::append(&tx, &entry).await?;
    tx.commit().await?;
    // The entry first: one whose setting then failed can be seen, a setting without an entry could not.
    settings.set_retention(&policy).await?;
    Ok(policy)
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
