//! One tenant's turn: alert after alert, the one that has waited longest first.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use vivier_domain::{
    alert::{AlertDays, AlertMailKind, MOST_LISTED},
    event::EventKind,
    project::{ProductKind, Project},
    purpose::{Grounds, Purpose},
    settings::{ProjectSettings, Published},
};
use vivier_index::SearchIndex;
use vivier_runtime::{HandlerError, events::count, telemetry};
use vivier_store::alerts::{self, Alert, Came, Lease, OpenMail};
use vivier_tenancy::{
    TenantScope,
    registry::Tenant,
    rooms::{
        mail::MailError,
        records::{Place, RecordKey},
    },
};

use crate::{
    App, look,
    post::{self, Front},
};

/// How long a run may take over one alert before another takes it up: longer than an invocation lasts.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// What could not be done is tried again after this long.
const PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// So often a mail is handed over.
const MOST_ATTEMPTS: u32 = 5;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Alerts that were taken up.
    pub(crate) looked: u64,
    /// Mails that were sent.
    pub(crate) sent: u64,
    /// Alerts for which something could not be done now.
    pub(crate) postponed: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.looked += other.looked;
        self.sent += other.sent;
        self.postponed += other.postponed;
    }
}

/// What came of an alert, and when there is something to do for it again.
struct Outcome {
    sent: bool,
    next_at: Timestamp,
}

/// Works on a tenant's alerts until `until`; whether some may be left.
pub(crate) async fn work(
    app: &App,
    tenant: &Tenant,
    scope: &TenantScope,
    until: Instant,
) -> Result<(Tally, bool), HandlerError> {
    let mut tally = Tally::default();
    while Instant::now() < until {
        let Some((alert, lease)) = claim(app, scope).await? else { return Ok((tally, false)) };
        tally.looked += 1;
        let next_at = match one(app, tenant, scope, &alert, lease).await {
            Ok(outcome) => {
                tally.sent += u64::from(outcome.sent);
                outcome.next_at
            }
            Err(error) => {
                tally.postponed += 1;
                let tenant = scope.tenant();
                tracing::error!(%tenant, alert = %alert.id, error = telemetry::chain(&error), "an alert was postponed");
                app.clock.now() + PAUSE
            }
        };
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        alerts::finish(&tx, lease, next_at).await?;
        tx.commit().await?;
    }
    Ok((tally, true))
}

async fn claim(app: &App, scope: &TenantScope) -> Result<Option<(Alert, Lease)>, HandlerError> {
    let now = app.clock.now();
    let until = now + LEASE;
    let days = AlertDays::of(&app.tenancy.retention(scope).await?);
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let claimed = alerts::claim(&tx, now, until, days).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// One alert: a mail that an earlier run left goes first.
async fn one(
    app: &App,
    tenant: &Tenant,
    scope: &TenantScope,
    alert: &Alert,
    lease: Lease,
) -> Result<Outcome, HandlerError> {
    let now = app.clock.now();
    // What waits for its confirmation has nothing to do after the mail but to end.
    let usual = match alert.marks {
        Some(_) => alert.frequency.next(alert.next_at, now),
        None => alert.expires_at,
    };
    let nothing = |next_at| Ok(Outcome { sent: false, next_at });
    let Some((settings, grounds)) = front_office(app, scope, alert).await? else { return nothing(usual) };
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let left = alerts::fetch_open(&tx, alert.id).await?;
    let doubtful = left.as_ref().filter(|mail| mail.handed_over && mail.kind == AlertMailKind::Offers);
    if let Some(mail) = doubtful {
        // It may have gone out. What it told of counts as told: better one mail too few than one twice.
        tracing::warn!(tenant = %scope.tenant(), alert = %alert.id, "whether a mail was sent will never be known");
        alerts::close(&tx, lease, mail.id, &Came::Unclear, now).await?;
        tx.commit().await?;
        return nothing(usual);
    }
    tx.commit().await?;
    drop(session);
    let index = app.index(scope).await.map_err(|error| HandlerError::other("loading the index", error))?;
    let open = match (left, alert.marks, &index) {
        (Some(left), ..) => left,
        (None, Some(marks), Some(index)) => {
            let found = look::look(app, scope, alert, marks, index, &settings.search).await?;
            let mut session = app.tenancy.silo(scope).await?;
            let tx = session.begin().await?;
            let held = alerts::move_mark(&tx, lease, now).await?;
            let listed = &found[..found.len().min(MOST_LISTED)];
            let composed = if held && !found.is_empty() {
                alerts::compose(&tx, lease, listed, &found, now).await?
            } else {
                None
            };
            tx.commit().await?;
            let Some(composed) = composed else { return nothing(usual) };
            composed
        }
        (None, ..) => return nothing(usual),
    };
    let front = Front {
        host: format!("{}.{}", tenant.slug.as_str(), app.domain),
        name: settings.name.as_deref().unwrap_or(&tenant.name),
    };
    let came = send(app, scope, alert, lease, &open, &front, index.as_deref()).await?;
    let counts = open.kind == AlertMailKind::Offers && grounds.opens(Purpose::Statistics);
    if matches!(came, Some(Came::Sent(_))) && counts {
        let offers = u32::try_from(open.offers.len()).unwrap_or(u32::MAX);
        count(&app.tenancy, app.clock, scope, EventKind::AlertSent { offers });
    }
    let next_at = if came == Some(Came::Ready) { app.clock.now() + PAUSE } else { usual };
    Ok(Outcome { sent: matches!(came, Some(Came::Sent(_))), next_at })
}

/// What holds for the alert's front office; `None` where it serves nobody now, or may not for this purpose.
async fn front_office(
    app: &App,
    scope: &TenantScope,
    alert: &Alert,
) -> Result<Option<(ProjectSettings, Grounds)>, HandlerError> {
    let records = app.tenancy.records(scope)?;
    let project: RecordKey<Project> = RecordKey::project(alert.project);
    let serves = |project: &Project| project.serves(ProductKind::SearchEngine);
    if !records.fetch(&project).await?.is_some_and(|found| serves(&found.value)) {
        return Ok(None);
    }
    let key: RecordKey<Published<ProjectSettings>> = RecordKey::published(Place::Project(alert.project));
    let published = records.fetch(&key).await?.map(|found| found.value);
    let grounds =
        published.as_ref().and_then(Published::grounds).filter(|grounds| grounds.opens(Purpose::Alerts));
    Ok(published.zip(grounds).map(|(published, grounds)| (published.settings, grounds)))
}

/// Hands a mail over, between two notes: one that it is, one of what came of it. `None`: the alert is gone meanwhile, and nothing was
/// sent.
async fn send(
    app: &App,
    scope: &TenantScope,
    alert: &Alert,
    lease: Lease,
    open: &OpenMail,
    front: &Front<'_>,
    index: Option<&SearchIndex>,
) -> Result<Option<Came>, HandlerError> {
    let came = match post::write(app, front, alert, open, index)? {
        None => Came::Failed,
        Some(written) => {
            let mails = app.tenancy.mail(scope)?;
            let settings = app.tenancy.records(scope)?.tenant_settings().await?.mail;
            let mut session = app.tenancy.silo(scope).await?;
            let tx = session.begin().await?;
            let held = alerts::hand_over(&tx, lease, open.id, &written.hash, written.purpose).await?;
            tx.commit().await?;
            drop(session);
            if !held {
                return Ok(None);
            }
            came(mails.send_once(&alert.email, &written.mail, &settings).await, open)
        }
    };
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    alerts::close(&tx, lease, open.id, &came, app.clock.now()).await?;
    tx.commit().await?;
    Ok(Some(came))
}

/// What an answer of the mail service means for a mail.
fn came(answer: Result<Option<String>, MailError>, open: &OpenMail) -> Came {
    let error = match answer {
        Ok(message) => return Came::Sent(message),
        Err(error) => error,
    };
    tracing::warn!(mail = %open.id, reason = telemetry::chain(&error), "a mail was not sent");
    match error {
        // A second confirmation asks the same again and does no harm; offers are not told of twice.
        MailError::Unclear if open.kind == AlertMailKind::Offers => Came::Unclear,
        _ if open.attempts + 1 >= MOST_ATTEMPTS => Came::Failed,
        _ => Came::Ready,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::ids::AlertMailId;
    use vivier_tenancy::TenancyError;

    #[test]
    fn what_an_answer_means() {
        use AlertMailKind::{Confirmation, Offers};
        let busy = || MailError::from(TenancyError::Busy("mail service"));
        for (kind, attempts, error, expected) in [
            (Offers, 0, MailError::Unclear, Came::Unclear),
            (Confirmation, 0, MailError::Unclear, Came::Ready),
            (Offers, 0, busy(), Came::Ready),
            (Offers, 3, MailError::Refused("malformed"), Came::Ready),
            (Offers, 4, MailError::Refused("malformed"), Came::Failed),
            (Confirmation, 4, busy(), Came::Failed),
        ] {
            let open = OpenMail {
                id: AlertMailId::generate(),
                kind,
                handed_over: false,
                offers: Vec::new(),
                total: 0,
                attempts,
            };
            assert_eq!(came(Err(error), &open), expected, "{kind:?} {attempts}");
        }
    }
}
