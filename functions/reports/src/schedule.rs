//! A report's schedule is a task of its tenant's own, and waits for the operator's approval (K8.1b). The table of tasks is told of it when it
//! changes; what cannot be told then, the next turn tells.

use vivier_domain::{
    ids::{ReportId, TaskId},
    task::{Approval, TaskKind},
};
use vivier_runtime::telemetry;
use vivier_store::reports::{self, Report};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::tasks::{OwnTask, Wanted},
};

use crate::App;

/// Tells the table of a report as it is; how its approval stands, where it has a schedule.
pub(crate) async fn tell(
    app: &App,
    scope: &TenantScope,
    report: &Report,
) -> Result<Option<Approval>, TenancyError> {
    let tasks = app.tenancy.own_tasks(scope)?;
    let approval = match &report.terms.timing {
        None => {
            tasks.withdraw(task(report.id)).await?;
            None
        }
        Some(timing) => {
            let (what, terms) = (what(report), terms(report)?);
            let wanted =
                Wanted { id: task(report.id), kind: TaskKind::Report, what: &what, terms: &terms, timing };
            Some(tasks.register(&wanted, app.clock.now()).await?.approval)
        }
    };
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    reports::note_told(&tx, report.id, report.revision).await?;
    tx.commit().await?;
    Ok(approval)
}

/// The same at the end of a change that holds already.
pub(crate) async fn tell_now(app: &App, scope: &TenantScope, report: &Report) -> Option<Approval> {
    if report.told {
        return None;
    }
    match tell(app, scope, report).await {
        Ok(approval) => approval,
        Err(error) => {
            tracing::warn!(report = %report.id, error = telemetry::chain(&error), "a report's approval is asked for later");
            report.terms.timing.as_ref().map(|_| Approval::Awaiting)
        }
    }
}

/// Forgets a report that is gone. Where that fails, its task finds no report when it is due, and goes then.
pub(crate) async fn forget(app: &App, scope: &TenantScope, id: ReportId) {
    let forgotten = async { app.tenancy.own_tasks(scope)?.withdraw(task(id)).await };
    if let Err(error) = forgotten.await {
        tracing::warn!(report = %id, error = telemetry::chain(&error), "a report's task is removed later");
    }
}

/// Whether a report is, to the letter, what the operator decided about.
pub(crate) fn is_approved(report: &Report, known: &OwnTask) -> Result<bool, TenancyError> {
    let Some(timing) = &report.terms.timing else { return Ok(false) };
    let (what, terms) = (what(report), terms(report)?);
    let wanted = Wanted { id: task(report.id), kind: TaskKind::Report, what: &what, terms: &terms, timing };
    Ok(wanted.is(known) && known.approval == Approval::Approved)
}

/// What operators read, in no language: no name that a member gave, and nobody's address.
fn what(report: &Report) -> String {
    let terms = &report.terms;
    format!("{} → {} × {}", terms.question.kind.as_str(), terms.format.as_str(), terms.recipients.len())
}

/// What is approved beside: the very question, and whom it is mailed to.
fn terms(report: &Report) -> Result<String, TenancyError> {
    let terms = &report.terms;
    let whole = (&terms.question, terms.language, terms.format, &terms.recipients);
    serde_json::to_string(&whole).map_err(|_| TenancyError::Corrupt("report"))
}

pub(crate) fn task(id: ReportId) -> TaskId {
    id.as_uuid().into()
}
