//! Reports as members save, change and remove them.

use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::ids::{ProjectId, ReportId};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::{COLUMNS, Report, ReportTerms, json, read};

/// Lets nobody else save reports until the transaction ends: how many there are stays true.
pub async fn lock(tx: &SiloTx<'_>) -> Result<(), DatabaseError> {
    const SQL: &str = "-- reports::lock\nSELECT pg_advisory_xact_lock(3)";
    tx.execute(SQL, &[]).await?;
    Ok(())
}

/// How many there are.
pub async fn count(tx: &SiloTx<'_>) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- reports::count\nSELECT count(*) AS reports FROM reports";
    Ok(tx.query_one(SQL, &[]).await?.get::<_, i64>("reports").unsigned_abs())
}

/// Saves a report. One of the same id is the same request's, and stays.
pub async fn insert(
    tx: &SiloTx<'_>,
    id: ReportId,
    terms: &ReportTerms,
    now: Timestamp,
) -> Result<(), TenancyError> {
    const SQL: &str = "-- reports::insert
        INSERT INTO reports (id, name, question, language, format, timing, recipients, revision, told, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $6::jsonb IS NULL, $8, $8)
        ON CONFLICT (id) DO NOTHING";
    let (question, timing) = (json(&terms.question)?, terms.timing.as_ref().map(json).transpose()?);
    let (language, format) = (terms.language.as_str(), terms.format.as_str());
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
        [&id.as_uuid(), &terms.name, &question, &language, &format, &timing, &terms.recipients, &now];
    tx.execute(SQL, &values).await?;
    Ok(())
}

/// One report, if the tenant has it; of a project where one is named.
pub async fn fetch(
    tx: &SiloTx<'_>,
    id: ReportId,
    project: Option<ProjectId>,
) -> Result<Option<Report>, TenancyError> {
    let sql = format!(
        "-- reports::fetch\nSELECT {COLUMNS} FROM reports WHERE id = $1 AND ($2::uuid IS NULL OR project_id = $2)"
    );
    let project = project.map(ProjectId::as_uuid);
    tx.query_opt(&sql, &[&id.as_uuid(), &project]).await?.as_ref().map(read).transpose()
}

/// Reports in the order in which they were saved, behind `after`; of a project where one is named.
pub async fn list(
    tx: &SiloTx<'_>,
    project: Option<ProjectId>,
    after: Option<ReportId>,
    limit: usize,
) -> Result<Vec<Report>, TenancyError> {
    let sql = format!(
        "-- reports::list
        SELECT {COLUMNS} FROM reports
        WHERE ($1::uuid IS NULL OR project_id = $1) AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3"
    );
    let (project, after): (Option<Uuid>, Option<Uuid>) =
        (project.map(ProjectId::as_uuid), after.map(ReportId::as_uuid));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    tx.query(&sql, &[&project, &after, &limit]).await?.iter().map(read).collect()
}

/// Changes a report that is at `revision`; `false` where it is at another, or gone.
pub async fn update(
    tx: &SiloTx<'_>,
    id: ReportId,
    revision: u32,
    terms: &ReportTerms,
    now: Timestamp,
) -> Result<bool, TenancyError> {
    const SQL: &str = "-- reports::update
        UPDATE reports
        SET name = $3, question = $4, language = $5, format = $6, timing = $7, recipients = $8, revision = revision + 1,
            told = false, updated_at = $9
        WHERE id = $1 AND revision = $2";
    let (question, timing) = (json(&terms.question)?, terms.timing.as_ref().map(json).transpose()?);
    let (language, format) = (terms.language.as_str(), terms.format.as_str());
    let revision = i32::try_from(revision).unwrap_or(i32::MAX);
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 9] = [
        &id.as_uuid(),
        &revision,
        &terms.name,
        &question,
        &language,
        &format,
        &timing,
        &terms.recipients,
        &now,
    ];
    Ok(tx.execute(SQL, &values).await? == 1)
}

/// Removes a report; whether there was one. Its files are over from now on, and removed after it.
pub async fn delete(tx: &SiloTx<'_>, id: ReportId, now: Timestamp) -> Result<bool, DatabaseError> {
    // Whoever is entering a file of it has done so, or finds no report.
    const LOCK: &str = "-- reports::lock_one\nSELECT FROM reports WHERE id = $1 FOR UPDATE";
    const END: &str = "-- reports::end_runs
        UPDATE report_runs SET expires_at = $2 WHERE report_id = $1 AND expires_at > $2";
    const MAILS: &str = "-- reports::end_mails
        UPDATE report_mails SET state = 'failed' FROM report_runs
        WHERE report_runs.id = run_id AND report_runs.report_id = $1 AND report_mails.state = 'ready'";
    const SQL: &str = "-- reports::delete\nDELETE FROM reports WHERE id = $1";
    tx.execute(LOCK, &[&id.as_uuid()]).await?;
    tx.execute(END, &[&id.as_uuid(), &now]).await?;
    tx.execute(MAILS, &[&id.as_uuid()]).await?;
    Ok(tx.execute(SQL, &[&id.as_uuid()]).await? == 1)
}

/// Reports of whose schedules the table of tasks has yet to be told, at most 100.
pub async fn list_untold(tx: &SiloTx<'_>) -> Result<Vec<Report>, TenancyError> {
    let sql = format!(
        "-- reports::list_untold\nSELECT {COLUMNS} FROM reports WHERE NOT told ORDER BY id LIMIT 100"
    );
    tx.query(&sql, &[]).await?.iter().map(read).collect()
}

/// Notes that the table of tasks has been told of a report as it was at `revision`.
pub async fn note_told(tx: &SiloTx<'_>, id: ReportId, revision: u32) -> Result<(), DatabaseError> {
    const SQL: &str = "-- reports::note_told\nUPDATE reports SET told = true WHERE id = $1 AND revision = $2";
    let revision = i32::try_from(revision).unwrap_or(i32::MAX);
    tx.execute(SQL, &[&id.as_uuid(), &revision]).await?;
    Ok(())
}
