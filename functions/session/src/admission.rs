//! Whether a person whom the user pool knows may come in: the registry, the member's record and the tenant's settings.

use std::net::IpAddr;

use jiff::Timestamp;
use vivier_domain::{
    member::{INVITATION_DAYS, Member, MemberState},
    network,
    settings::{Published, TenantSettings},
};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::{
    TenancyError, TenantScope, doors,
    registry::Door,
    rooms::records::{Change, Place, RecordKey, Versioned},
};

use crate::App;

/// How often a change of the member's record is tried while others change it too.
const TRIES: u32 = 5;

/// A member who may come in.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) scope: TenantScope,
    pub(crate) subject: String,
    pub(crate) member: Member,
    pub(crate) settings: TenantSettings,
}

/// Looks a subject up. `None` for one who is no member of an active tenant, or is suspended: nobody is told which.
pub(crate) async fn admit(app: &App, subject: &str) -> Result<Option<Admitted>, TenancyError> {
    let door = Door::Member(subject.to_owned());
    let Some(found) = app.tenancy.registry()?.find(&door).await? else { return Ok(None) };
    let scope = doors::admission::enter(&found);
    let member_key = RecordKey::member(subject);
    let settings_key: RecordKey<Published<TenantSettings>> = RecordKey::published(Place::Tenant);
    let read = app.tenancy.records(&scope)?.batch(&[member_key.sort(), settings_key.sort()]).await?;
    let member = read.get(&member_key)?.map(|found| found.value);
    let settings = read.get(&settings_key)?.map(|found| found.value.settings).unwrap_or_default();
    Ok(member.filter(|member| member.state != MemberState::Suspended).map(|member| Admitted {
        scope,
        subject: subject.to_owned(),
        member,
        settings,
    }))
}

impl Admitted {
    /// Refuses where the tenant's ranges do not hold the address (K6.1).
    pub(crate) fn comes_from(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        if network::admits(&self.settings.ip_ranges, address) {
            return Ok(());
        }
        tracing::warn!(tenant = %self.scope.tenant(), "a member came from outside the tenant's ranges");
        Err(Problem::new(ProblemKind::Forbidden))
    }

    /// Whether the temporary password is still as young as it must be.
    pub(crate) fn invitation_holds(&self, now: Timestamp) -> bool {
        now.duration_since(self.member.invited_at) < jiff::SignedDuration::from_hours(INVITATION_DAYS * 24)
    }

    /// Notes that the member has chosen a password: from now on there is no invitation any more.
    pub(crate) async fn activate(&mut self, app: &App) -> Result<(), Problem> {
        if self.member.state == MemberState::Invited {
            self.member = change(app, &self.scope, &self.subject, |member| {
                if member.state == MemberState::Invited {
                    member.state = MemberState::Active;
                }
            })
            .await?;
        }
        Ok(())
    }
}

/// Ends every session and token from before `now`, wherever it is: the record is read at every request.
pub(crate) async fn end_before(
    app: &App,
    scope: &TenantScope,
    subject: &str,
    now: Timestamp,
) -> Result<Member, Problem> {
    change(app, scope, subject, |member| member.sessions_from = member.sessions_from.max(now)).await
}

/// Changes the member's record as it is now. One who was removed or suspended meanwhile is not known any more.
async fn change(
    app: &App,
    scope: &TenantScope,
    subject: &str,
    edit: impl Fn(&mut Member),
) -> Result<Member, Problem> {
    let records = app.tenancy.records(scope)?;
    let key = RecordKey::member(subject);
    for _ in 0..TRIES {
        let found: Option<Versioned<Member>> = records.fetch(&key).await?;
        let Some(Versioned { version, value: mut member }) =
            found.filter(|found| found.value.state != MemberState::Suspended)
        else {
            return Err(Problem::new(ProblemKind::Unauthorized));
        };
        edit(&mut member);
        match records.change(&[Change::put(&key, Some(version), &member)?]).await {
            Ok(()) => return Ok(member),
            Err(TenancyError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(TenancyError::Busy("member").into())
}
