//! What the API says of reports.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    member::Language,
    report::{ReportFormat, ReportGrain, ReportKind, ReportRunCause, ReportRunStatus},
    task::Approval,
};
use vivier_store::reports::{Report, Run};
use vivier_tenancy::rooms::files::Download;

use crate::body::{Filters, Period, Schedule};

/// What reports there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportPage {
    /// Those that the suite gives, as far as the caller may read them; on the first page alone.
    pub given: Vec<GivenReport>,
    /// Those that the tenant has saved, in the order in which it did, as far as the caller may read them.
    pub saved: Vec<SavedReport>,
    /// The cursor of the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A report that the suite gives. It is named by its kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct GivenReport {
    /// Its name in paths.
    #[schema(value_type = String, example = "activity")]
    pub kind: ReportKind,
    /// What it is called.
    pub titles: Titles,
    /// The columns of its main table.
    pub columns: Vec<&'static str>,
    /// Whether it can be of one front office.
    pub of_projects: bool,
    /// Whether it can be narrowed to a way or a language.
    pub narrowed: bool,
}

/// A title in both languages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportTitles)]
pub struct Titles {
    /// In French.
    pub fr: &'static str,
    /// In English.
    pub en: &'static str,
}

impl GivenReport {
    /// A kind as it is shown.
    pub(crate) fn of(kind: ReportKind) -> Self {
        let title = |language| crate::brand::title(kind, language);
        Self {
            kind,
            titles: Titles { fr: title(Language::Fr), en: title(Language::En) },
            columns: kind.columns().to_vec(),
            of_projects: kind.is_of_projects(),
            narrowed: kind.is_narrowed(),
        }
    }
}

/// A saved report.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedReport {
    /// Its id.
    pub report_id: Uuid,
    /// What people call it.
    pub name: String,
    /// What it tells of.
    #[schema(value_type = String, example = "activity")]
    pub kind: ReportKind,
    /// Of which days.
    pub period: Period,
    /// What it is narrowed to.
    pub filters: Filters,
    /// How long points of series are; `null` for what suits the period.
    #[schema(value_type = Option<String>)]
    pub grain: Option<ReportGrain>,
    /// The columns of its main table; all of them where the list is empty.
    pub columns: Vec<String>,
    /// What it is written in.
    #[schema(value_type = String, example = "fr")]
    pub language: Language,
    /// What is mailed.
    #[schema(value_type = String, example = "pdf")]
    pub format: ReportFormat,
    /// When it is mailed; `null` for never.
    pub schedule: Option<Schedule>,
    /// The time zone that it is mailed by.
    pub time_zone: Option<String>,
    /// Whether the operator lets it be mailed: `awaiting`, `approved` or `refused`; `null` where it is never mailed.
    #[schema(value_type = Option<String>)]
    pub approval: Option<Approval>,
    /// When it is mailed next.
    pub next_mail_at: Option<Timestamp>,
    /// Which members are mailed it, as far as they may read it then.
    pub recipients: Vec<Uuid>,
    /// Counts its changes from 1; the `ETag` is made of it.
    pub revision: u32,
    /// When it was saved.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl SavedReport {
    /// A report, with how its approval stands and when it is due.
    pub(crate) fn of(report: Report, task: Option<(Approval, Option<Timestamp>)>) -> Self {
        let Report { id, terms, revision, created_at, updated_at, .. } = report;
        let timing = terms.timing.as_ref();
        let task = timing.map(|_| task.unwrap_or((Approval::Awaiting, None)));
        Self {
            report_id: id.as_uuid(),
            name: terms.name,
            kind: terms.question.kind,
            period: terms.question.period.into(),
            filters: Filters::of(&terms.question),
            grain: terms.question.grain,
            columns: terms.question.columns,
            language: terms.language,
            format: terms.format,
            schedule: timing.and_then(Schedule::of),
            time_zone: timing.map(|timing| timing.zone().to_owned()),
            approval: task.map(|(approval, _)| approval),
            next_mail_at: task.and_then(|(_, next_at)| next_at),
            recipients: terms.recipients,
            revision,
            created_at,
            updated_at,
        }
    }
}

/// A page of files.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportRunPage {
    /// Newest first.
    pub runs: Vec<ReportRun>,
    /// The cursor of the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A file of a report, from being asked for to being gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportRun {
    /// Its id.
    pub run_id: Uuid,
    /// Of which saved report; `null` of one that the suite gives.
    pub report_id: Option<Uuid>,
    /// What that was called.
    pub name: Option<String>,
    /// What it tells of.
    #[schema(value_type = String, example = "activity")]
    pub kind: ReportKind,
    /// Of which days.
    pub period: Period,
    /// What it is narrowed to.
    pub filters: Filters,
    /// What it is written in.
    #[schema(value_type = String, example = "fr")]
    pub language: Language,
    /// What it is written as.
    #[schema(value_type = String, example = "pdf")]
    pub format: ReportFormat,
    /// Who wanted it: `member` or `schedule`.
    #[schema(value_type = String, example = "member")]
    pub cause: ReportRunCause,
    /// Which member that was.
    pub requested_by: Option<Uuid>,
    /// `queued`, `running`, `ready` or `failed`.
    #[schema(value_type = String, example = "ready")]
    pub status: ReportRunStatus,
    /// Why it failed: a stable word.
    pub failure: Option<String>,
    /// How far it is.
    pub progress: RunProgress,
    /// Its size, once it is there.
    pub bytes: Option<u64>,
    /// Where it is fetched from, for 15 minutes; asking for the file anew gives another. Not in lists.
    pub download: Option<RunDownload>,
    /// When it was asked for, or due.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When it is removed.
    pub expires_at: Timestamp,
}

/// How far a file is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportRunProgress)]
pub struct RunProgress {
    /// Steps that are done.
    pub done: u32,
    /// Of so many; 0 while that is not known.
    pub of: u32,
}

/// A way to a file that ends by itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportRunDownload)]
pub struct RunDownload {
    /// The address; whoever has it may fetch the file.
    pub url: String,
    /// Until when.
    pub expires_at: Timestamp,
    /// What a browser calls the file.
    pub file_name: String,
    /// What the file is.
    pub media_type: &'static str,
}

impl ReportRun {
    /// A file, and the way to it where it is there.
    pub(crate) fn of(run: Run, download: Option<Download>) -> Self {
        let file_name = crate::mailing::file_name(&run);
        let media_type = run.format.media_type();
        Self {
            run_id: run.id.as_uuid(),
            report_id: run.report.map(vivier_domain::ids::ReportId::as_uuid),
            name: run.name,
            kind: run.question.kind,
            period: run.question.period.into(),
            filters: Filters::of(&run.question),
            language: run.language,
            format: run.format,
            cause: run.cause,
            requested_by: run.by,
            status: run.status,
            failure: run.failure,
            progress: RunProgress { done: run.done, of: run.steps },
            bytes: run.bytes,
            download: download.map(|Download { url, expires_at }| RunDownload {
                url,
                expires_at,
                file_name,
                media_type,
            }),
            created_at: run.created_at,
            finished_at: run.finished_at,
            expires_at: run.expires_at,
        }
    }
}
