//! Files of reports as members ask for them and read of them.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    ids::{ProjectId, ReportId, ReportRunId},
    member::Language,
    report::{ReportFormat, ReportKind, ReportQuestion, ReportRunCause, ReportRunStatus},
};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::{CORRUPT, json, language};

/// How long a file is kept.
pub const LIFETIME: Duration = Duration::from_hours(7 * 24);

/// A file that is asked for.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// Its id.
    pub id: ReportRunId,
    /// Of which saved report; none of a kind as it is given.
    pub report: Option<ReportId>,
    /// That report's name.
    pub name: Option<&'a str>,
    /// What it answers, with the very days.
    pub question: &'a ReportQuestion,
    /// What it is written in.
    pub language: Language,
    /// What it is written as.
    pub format: ReportFormat,
    /// Which member wants it.
    pub by: Option<Uuid>,
}

/// A file of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its id.
    pub id: ReportRunId,
    /// Of which saved report.
    pub report: Option<ReportId>,
    /// That report's name when it was asked for.
    pub name: Option<String>,
    /// What it answers, with the very days.
    pub question: ReportQuestion,
    /// What it is written in.
    pub language: Language,
    /// What it is written as.
    pub format: ReportFormat,
    /// Who wanted it.
    pub cause: ReportRunCause,
    /// Which member that was.
    pub by: Option<Uuid>,
    /// How far it is.
    pub status: ReportRunStatus,
    /// Why it failed: a stable word.
    pub failure: Option<String>,
    /// Steps that are done.
    pub done: u32,
    /// All steps; 0 while that is not known.
    pub steps: u32,
    /// Bytes of the file, once it is there.
    pub bytes: Option<u64>,
    /// Its headline figures as a mail shows them.
    pub headline: Option<Value>,
    /// When it was asked for, or due.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When its file goes.
    pub expires_at: Timestamp,
}

pub(super) const COLUMNS: &str = "id, report_id, name, question, language, format, cause, requested_by, status, failure, done, \
                                  steps, bytes, headline, created_at, finished_at, expires_at";

/// Enters a file that a member asks for. One of the same id is the same request's, and stays.
pub async fn open_run(tx: &SiloTx<'_>, asked: &Asked<'_>, now: Timestamp) -> Result<(), TenancyError> {
    const SQL: &str = "-- reports::open_run
        INSERT INTO report_runs (id, report_id, name, question, language, format, cause, requested_by, status, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'member', $7, 'queued', $8, $9)
        ON CONFLICT (id) DO NOTHING";
    let (report, question) = (asked.report.map(ReportId::as_uuid), json(asked.question)?);
    let (language, format) = (asked.language.as_str(), asked.format.as_str());
    let expires = now + LIFETIME;
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 9] =
        [&asked.id.as_uuid(), &report, &asked.name, &question, &language, &format, &asked.by, &now, &expires];
    tx.execute(SQL, &values).await?;
    Ok(())
}

/// The file that is mailed at one of a saved report's times; entered where it is not there.
pub async fn open_due(
    tx: &SiloTx<'_>,
    asked: &Asked<'_>,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<Run, TenancyError> {
    const SQL: &str = "-- reports::open_due
        INSERT INTO report_runs (id, report_id, name, question, language, format, cause, due_at, status, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'schedule', $7, 'queued', $8, $9)
        ON CONFLICT (report_id, due_at) DO NOTHING";
    let found = format!(
        "-- reports::fetch_due\nSELECT {COLUMNS} FROM report_runs WHERE report_id = $1 AND due_at = $2"
    );
    let (report, question) = (asked.report.map(ReportId::as_uuid), json(asked.question)?);
    let (language, format) = (asked.language.as_str(), asked.format.as_str());
    let expires = now + LIFETIME;
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 9] =
        [&asked.id.as_uuid(), &report, &asked.name, &question, &language, &format, &due_at, &now, &expires];
    tx.execute(SQL, &values).await?;
    read(&tx.query_one(&found, &[&report, &due_at]).await?)
}

/// How many files there are that members asked for, and how many of them wait or are being made. Those of schedules are bounded by these.
pub async fn count_runs(tx: &SiloTx<'_>) -> Result<(u64, u64), DatabaseError> {
    const SQL: &str = "-- reports::count_runs
        SELECT count(*) AS runs, count(*) FILTER (WHERE status IN ('queued', 'running')) AS open
        FROM report_runs WHERE cause = 'member'";
    let row = tx.query_one(SQL, &[]).await?;
    let count = |name: &str| row.get::<_, i64>(name).unsigned_abs();
    Ok((count("runs"), count("open")))
}

/// One file of a saved report, or of a kind as it is given; of a project where one is named. What is over is not there.
pub async fn fetch_run(
    tx: &SiloTx<'_>,
    of: Result<ReportId, ReportKind>,
    project: Option<ProjectId>,
    id: ReportRunId,
    now: Timestamp,
) -> Result<Option<Run>, TenancyError> {
    let sql = format!(
        "-- reports::fetch_run
        SELECT {COLUMNS} FROM report_runs
        WHERE id = $1 AND expires_at > $2 AND ($3::uuid IS NULL OR project_id = $3)
              AND (report_id = $4 OR $4::uuid IS NULL AND report_id IS NULL AND name IS NULL AND kind = $5)"
    );
    let (report, kind) = parts(of);
    let project = project.map(ProjectId::as_uuid);
    tx.query_opt(&sql, &[&id.as_uuid(), &now, &project, &report, &kind]).await?.as_ref().map(read).transpose()
}

/// Files of a saved report, or of a kind as it is given, the newest first, before `before`.
pub async fn list_runs(
    tx: &SiloTx<'_>,
    of: Result<ReportId, ReportKind>,
    project: Option<ProjectId>,
    before: Option<ReportRunId>,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<Run>, TenancyError> {
    let sql = format!(
        "-- reports::list_runs
        SELECT {COLUMNS} FROM report_runs
        WHERE ($1::uuid IS NULL OR id < $1) AND expires_at > $2 AND ($3::uuid IS NULL OR project_id = $3)
              AND (report_id = $4 OR $4::uuid IS NULL AND report_id IS NULL AND name IS NULL AND kind = $5)
        ORDER BY id DESC LIMIT $6"
    );
    let (report, kind) = parts(of);
    let (before, project) = (before.map(ReportRunId::as_uuid), project.map(ProjectId::as_uuid));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    tx.query(&sql, &[&before, &now, &project, &report, &kind, &limit]).await?.iter().map(read).collect()
}

fn parts(of: Result<ReportId, ReportKind>) -> (Option<Uuid>, Option<&'static str>) {
    match of {
        Ok(report) => (Some(report.as_uuid()), None),
        Err(kind) => (None, Some(kind.as_str())),
    }
}

pub(super) fn read(row: &Row) -> Result<Run, TenancyError> {
    let count = |name: &str| row.get::<_, i32>(name).unsigned_abs();
    Ok(Run {
        id: row.get::<_, Uuid>("id").into(),
        report: row.get::<_, Option<Uuid>>("report_id").map(ReportId::from),
        name: row.get("name"),
        question: serde_json::from_value(row.get("question")).map_err(|_| CORRUPT)?,
        language: language(row)?,
        format: row.get::<_, &str>("format").parse().map_err(|_| CORRUPT)?,
        cause: row.get::<_, &str>("cause").parse().map_err(|_| CORRUPT)?,
        by: row.get("requested_by"),
        status: row.get::<_, &str>("status").parse().map_err(|_| CORRUPT)?,
        failure: row.get("failure"),
        done: count("done"),
        steps: count("steps"),
        bytes: row.get::<_, Option<i64>>("bytes").map(i64::unsigned_abs),
        headline: row.get("headline"),
        created_at: row.get("created_at"),
        finished_at: row.get("finished_at"),
        expires_at: row.get("expires_at"),
    })
}
