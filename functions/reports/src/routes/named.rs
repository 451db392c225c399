//! The report that a path names: one that the suite gives, by its kind, or one that the tenant has saved, by its id.

use serde::Deserialize;
use vivier_domain::{
    ids::{ProjectId, ReportId},
    member::Language,
    project::Project,
    report::{MovingPeriod, ReportKind, ReportPeriod, ReportQuestion},
};
use vivier_runtime::{
    http::{Problem, ProblemKind},
    telemetry,
};
use vivier_store::{
    audit::{self, Entry, Outcome},
    reports,
};
use vivier_tenancy::{TenantScope, rooms::records::RecordKey};

use crate::{App, contents::MakeError, rights};

pub(super) const NOT_FOUND: fn() -> Problem = || Problem::new(ProblemKind::NotFound);

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum Named {
    /// One that the suite gives.
    Given(ReportKind),
    /// One that the tenant has saved.
    Saved(ReportId),
}

impl TryFrom<String> for Named {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.parse() {
            Ok(kind) => Ok(Self::Given(kind)),
            Err(_) => text.parse().map(Self::Saved).map_err(|_| "no report"),
        }
    }
}

impl Named {
    /// As the store asks.
    pub(super) const fn of(self) -> Result<ReportId, ReportKind> {
        match self {
            Self::Given(kind) => Err(kind),
            Self::Saved(id) => Ok(id),
        }
    }

    /// As it stands in a path.
    pub(super) fn written(self) -> String {
        match self {
            Self::Given(kind) => kind.as_str().to_owned(),
            Self::Saved(id) => id.to_string(),
        }
    }
}

/// What a report asks, before anything is asked otherwise.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) question: ReportQuestion,
    pub(super) name: Option<String>,
    pub(super) report: Option<ReportId>,
    pub(super) language: Language,
}

/// The report that is named, if the caller may read it; in a project, one that is of that project or can be.
pub(super) async fn base(
    app: &App,
    scope: &TenantScope,
    named: Named,
    project: Option<ProjectId>,
) -> Result<Base, Problem> {
    if let Some(project) = project {
        known(app, scope, project).await?;
    }
    let base = match named {
        Named::Given(kind) if project.is_some() && !kind.is_of_projects() => return Err(NOT_FOUND()),
        Named::Given(kind) => Base {
            question: ReportQuestion {
                kind,
                period: ReportPeriod::Moving(MovingPeriod::Last7Days),
                project,
                channel: None,
                language: None,
                grain: None,
                columns: Vec::new(),
            },
            name: None,
            report: None,
            language: Language::default(),
        },
        Named::Saved(id) => {
            let mut session = app.tenancy.silo(scope).await?;
            let tx = session.begin().await?;
            let report = reports::fetch(&tx, id, project).await?.ok_or_else(NOT_FOUND)?;
            tx.commit().await?;
            let terms = report.terms;
            Base {
                question: terms.question,
                name: Some(terms.name),
                report: Some(id),
                language: terms.language,
            }
        }
    };
    rights::require(scope, base.question.kind)?;
    Ok(base)
}

/// Another tenant's front office is as one that never was.
pub(super) async fn known(app: &App, scope: &TenantScope, project: ProjectId) -> Result<(), Problem> {
    let key: RecordKey<Project> = RecordKey::project(project);
    let found = app.tenancy.records(scope)?.fetch(&key).await?;
    found.map(drop).ok_or_else(NOT_FOUND)
}

/// Enters that somebody reads a report about members, before it is shown; without the entry it is not.
pub(super) async fn enter_reading(
    app: &App,
    scope: &TenantScope,
    kind: ReportKind,
    action: &str,
    subject: &str,
) -> Result<(), Problem> {
    if kind.also_needs().is_none() {
        return Ok(());
    }
    let entry = Entry::of(scope, app.clock.now(), action, subject, Outcome::Done);
    audit::enter(&app.tenancy, scope, &entry).await.map(drop).map_err(|error| {
        tracing::error!(
            error = telemetry::chain(&error),
            "a report is not shown: its reading could not be entered"
        );
        Problem::new(ProblemKind::Unavailable)
    })
}

/// What a caller is told of a report that was not made.
pub(super) fn not_made(error: MakeError) -> Problem {
    match error {
        MakeError::Tenancy(error) => error.into(),
        error => {
            tracing::error!(error = telemetry::chain(&error), "a report was not made");
            Problem::new(ProblemKind::Internal)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_a_kind_or_an_id() {
        let id = ReportId::generate();
        for (text, named) in [
            ("activity".to_owned(), Ok(Named::Given(ReportKind::Activity))),
            (id.to_string(), Ok(Named::Saved(id))),
            ("Activity".to_owned(), Err("no report")),
            (String::new(), Err("no report")),
        ] {
            assert_eq!(Named::try_from(text), named);
        }
        assert_eq!(Named::Saved(id).written(), id.to_string());
    }
}
