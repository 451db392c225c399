//! Mailing a report at its time: its file is made once for all, and each recipient who may read it at that moment is mailed it once.
//!
//! A mail is noted before it is handed over, and after. Killed in between, nobody can say whether it went out: it is not sent again.

use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use vivier_domain::{
    ids::{ReportRunId, TaskId},
    mail::{Attachment, ReportMail},
    redacted::Redacted,
    report::{ReportPeriod, ReportRunStatus},
    settings::tenant::MailSettings,
};
use vivier_runtime::{HandlerError, entries, telemetry};
use vivier_store::{
    audit::{Entry, Outcome},
    reports::{self, Asked as Wanted, Came, MOST_HANDOVERS, OpenMail, Report, Run},
};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::{
        files::{Fetched, FileKey},
        mail::MailError,
    },
};

use crate::{
    App,
    asked::{self, Asked},
    brand,
    contents::MakeError,
    make, rights, schedule,
};

/// A larger file is not sent along: mail servers take ten megabytes, and what is sent grows by a third on its way.
const LARGEST: u64 = 5_000_000;
/// One report's mails begin within so long; the rest waits for the next turn.
const DELIVERING: Duration = Duration::from_mins(1);
/// How long a store that was away is waited for, and how often.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(10)];
/// What entries of the audit log call it.
const ACTION: &str = "report_mails_send";

/// What became of mails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Those that were sent.
    pub(crate) sent: u64,
    /// Those whose members may not read the report.
    pub(crate) refused: u64,
    /// Those that were not sent, or of which nobody knows.
    pub(crate) failed: u64,
}

/// Carries out the task of a report whose time has come.
pub(crate) async fn carry_out(app: &App, scope: &TenantScope, id: TaskId) -> Result<(), HandlerError> {
    let tasks = app.tenancy.own_tasks(scope)?;
    let report = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        let report = reports::fetch(&tx, id.as_uuid().into(), None).await?;
        tx.commit().await?;
        report
    };
    let Some(report) = report else {
        tasks.withdraw(id).await?;
        return Ok(());
    };
    let Some(known) = tasks.fetch(id).await? else { return Ok(()) };
    // What the operator let run is not this any more: it waits anew.
    if !schedule::is_approved(&report, &known)? {
        schedule::tell(app, scope, &report).await?;
        return Ok(());
    }
    // It stays what it is until this run has ended, also for whoever begins it once more.
    let Some(due_at) = known.next_at else { return Ok(()) };
    let run = opened(app, scope, &report, due_at).await?;
    let ready = match run.status {
        ReportRunStatus::Ready => true,
        ReportRunStatus::Failed => false,
        ReportRunStatus::Queued | ReportRunStatus::Running => made(app, scope, run.id).await?,
    };
    if !ready {
        return Err(failed("its file could not be made"));
    }
    let tally = deliver(app, scope, Some(run.id), Instant::now() + DELIVERING).await?;
    tracing::info!(
        tenant = %scope.tenant(), report = %report.id, run = %run.id, sent = tally.sent, refused = tally.refused, failed = tally.failed,
        "a report was mailed"
    );
    if tally.failed > 0 {
        return Err(failed("some mails were not sent"));
    }
    Ok(())
}

fn failed(what: &'static str) -> HandlerError {
    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct NotMailed(&'static str);
    HandlerError::other("a report was not mailed", NotMailed(what))
}

/// The same, tried again where a store was away for a moment: this time does not come again. Once it is there, the schedule goes on
/// with it whatever becomes of this run.
async fn opened(
    app: &App,
    scope: &TenantScope,
    report: &Report,
    due_at: jiff::Timestamp,
) -> Result<Run, HandlerError> {
    for pause in PAUSES {
        match open(app, scope, report, due_at).await {
            Ok(run) => return Ok(run),
            Err(error) => {
                tracing::warn!(report = %report.id, error = telemetry::chain(&error), "a report's time is tried again");
                tokio::time::sleep(pause).await;
            }
        }
    }
    open(app, scope, report, due_at).await
}

/// The file of this time, with a mail to each recipient.
async fn open(
    app: &App,
    scope: &TenantScope,
    report: &Report,
    due_at: jiff::Timestamp,
) -> Result<Run, HandlerError> {
    let now = app.clock.now();
    let zone = asked::zone(app, scope).await?;
    let asked = Asked::new(report.terms.question.clone(), report.terms.language, zone, due_at);
    let wanted = Wanted {
        id: ReportRunId::generate(),
        report: Some(report.id),
        name: Some(&report.terms.name),
        question: &asked.question,
        language: report.terms.language,
        format: report.terms.format,
        by: None,
    };
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let run = reports::open_due(&tx, &wanted, due_at, now).await?;
    reports::compose(&tx, run.id, &report.terms.recipients, now).await?;
    tx.commit().await?;
    Ok(run)
}

/// Makes the file; whether it is there.
async fn made(app: &App, scope: &TenantScope, id: ReportRunId) -> Result<bool, HandlerError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let taken = reports::claim_one(&tx, id, true).await?;
    tx.commit().await?;
    drop(session);
    let Some(taken) = taken else { return Ok(false) };
    let ended = make::make(app, scope, &taken).await.map_err(other)?;
    Ok(ended == make::Ended::Ready)
}

pub(crate) fn other(error: MakeError) -> HandlerError {
    match error {
        MakeError::Tenancy(error) => error.into(),
        error => HandlerError::other("making a report's file", error),
    }
}

/// Hands over the mails that wait, of one file or of all, until it is time to stop. What fails of one keeps no other from its turn.
pub(crate) async fn deliver(
    app: &App,
    scope: &TenantScope,
    run: Option<ReportRunId>,
    until: Instant,
) -> Result<Tally, HandlerError> {
    let waiting = {
        let now = app.clock.now();
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        let lost = reports::settle_lost(&tx, now).await?;
        if lost > 0 {
            tracing::warn!(tenant = %scope.tenant(), lost, "whether mails were sent will never be known");
        }
        let waiting = reports::list_open_mails(&tx, run, now).await?;
        tx.commit().await?;
        waiting
    };
    let mut tally = Tally::default();
    if waiting.is_empty() {
        return Ok(tally);
    }
    let settings = app.tenancy.records(scope)?.tenant_settings().await?.mail;
    let organisation = app.tenancy.mail(scope)?.organisation().await.map_err(HandlerError::from)?;
    // One file at a time is held, for all that it is mailed to.
    let mut post = Post { app, scope, settings, organisation, held: None };
    for mail in &waiting {
        if Instant::now() >= until {
            break;
        }
        match post.one(mail).await {
            Ok(Some(Came::Sent(_))) => tally.sent += 1,
            Ok(Some(Came::NoRight)) => tally.refused += 1,
            // A mail service that says nothing would say nothing to the next, which then would be lost as well.
            Ok(Some(Came::Unclear)) => {
                tally.failed += 1;
                break;
            }
            Ok(Some(Came::Ready | Came::Failed)) => tally.failed += 1,
            Ok(None) => {}
            Err(error) => {
                tally.failed += 1;
                tracing::error!(run = %mail.run.id, error = telemetry::chain(&error), "a report's mail waits");
            }
        }
    }
    Ok(tally)
}

/// What one tenant's mails need.
struct Post<'a> {
    app: &'a App,
    scope: &'a TenantScope,
    settings: MailSettings,
    organisation: String,
    held: Option<(ReportRunId, Option<Attachment>)>,
}

impl Post<'_> {
    /// One mail, if its member may have it; `None`: another hands it over.
    async fn one(&mut self, mail: &OpenMail) -> Result<Option<Came>, HandlerError> {
        let (app, scope, question) = (self.app, self.scope, &mail.run.question);
        let came = match rights::address_of(app, scope, mail.member, question.kind, question.project).await? {
            None => Some(Came::NoRight),
            Some(address) => {
                if self.held.as_ref().is_none_or(|(run, _)| *run != mail.run.id) {
                    self.held = Some((mail.run.id, attachment(app, scope, &mail.run).await?));
                }
                self.send(mail, &address).await?
            }
        };
        if let Some(came) = &came {
            close(app, scope, mail, came).await?;
        }
        Ok(came)
    }

    /// Hands it over, behind a note that says so.
    async fn send(&self, mail: &OpenMail, address: &Redacted) -> Result<Option<Came>, HandlerError> {
        let (app, scope) = (self.app, self.scope);
        let file = self.held.as_ref().and_then(|(_, file)| file.clone());
        let written = compose(app, &self.organisation, &mail.run, file)?;
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        let ours = reports::hand_over(&tx, mail.run.id, mail.member, app.clock.now()).await?;
        tx.commit().await?;
        drop(session);
        if !ours {
            return Ok(None);
        }
        let answer = app.tenancy.mail(scope)?.send_once(address, &written, &self.settings).await;
        Ok(Some(came(answer, mail)))
    }
}

/// What an answer of the mail service means for a mail.
fn came(answer: Result<Option<String>, MailError>, mail: &OpenMail) -> Came {
    match answer {
        Ok(message) => Came::Sent(message),
        Err(error) => {
            tracing::warn!(run = %mail.run.id, reason = telemetry::chain(&error), "a report's mail was not sent");
            match error {
                MailError::Unclear => Came::Unclear,
                _ if mail.attempts + 1 >= MOST_HANDOVERS => Came::Failed,
                _ => Came::Ready,
            }
        }
    }
}

async fn close(app: &App, scope: &TenantScope, mail: &OpenMail, came: &Came) -> Result<(), HandlerError> {
    let now = app.clock.now();
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    reports::close_mail(&tx, mail.run.id, mail.member, came, now).await?;
    tx.commit().await?;
    drop(session);
    let outcome = match came {
        Came::Sent(_) => Outcome::Done,
        Came::NoRight => Outcome::Refused,
        Came::Unclear | Came::Failed => Outcome::Failed,
        Came::Ready => return Ok(()),
    };
    let subject = match mail.run.report {
        Some(report) => format!("{report}/{}/{}", mail.run.id, mail.member),
        None => format!("{}/{}", mail.run.id, mail.member),
    };
    entries::enter(&app.tenancy, scope, &Entry::of(scope, now, ACTION, &subject, outcome)).await;
    Ok(())
}

/// The file as a mail carries it; none where it is too large for that, or gone.
async fn attachment(app: &App, scope: &TenantScope, run: &Run) -> Result<Option<Attachment>, TenancyError> {
    if run.bytes.is_none_or(|bytes| bytes > LARGEST) {
        return Ok(None);
    }
    let found = app.tenancy.files(scope).await?.get(&FileKey::Report(run.id), None).await?;
    let Fetched::Found(file) = found else { return Ok(None) };
    Ok(Some(Attachment { name: file_name(run), media_type: run.format.media_type(), content: file.bytes }))
}

/// What a file is called: its kind and its days, in letters that every system takes.
pub(crate) fn file_name(run: &Run) -> String {
    let days = match run.question.period {
        ReportPeriod::Fixed { from, to } => format!("{from}_{to}"),
        ReportPeriod::Moving(period) => period.as_str().to_owned(),
    };
    format!("{}_{days}.{}", run.question.kind.as_str(), run.format.extension())
}

fn compose(
    app: &App,
    organisation: &str,
    run: &Run,
    file: Option<Attachment>,
) -> Result<vivier_domain::mail::Mail, HandlerError> {
    let (from, to) = match run.question.period {
        ReportPeriod::Fixed { from, to } => (from, to),
        ReportPeriod::Moving(_) => run.question.period.days(run.created_at.to_zoned(TimeZone::UTC).date()),
    };
    let figures = make::listed(run.headline.as_ref());
    let of = run.report.map_or_else(|| run.question.kind.as_str().to_owned(), |report| report.to_string());
    let telling = ReportMail {
        organisation,
        name: run.name.as_deref().unwrap_or(brand::title(run.question.kind, run.language)),
        from,
        to,
        figures: &figures,
        link: &format!("{}/reports/{of}/runs/{}", app.back_office, run.id),
        attached: file.is_some(),
        kept_until: run.expires_at.to_zoned(TimeZone::UTC).date(),
    };
    vivier_mail::report(telling, run.language, file)
        .map_err(|error| HandlerError::other("composing a mail", error))
}
