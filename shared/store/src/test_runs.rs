//! Runs over a front office's test questions: what was asked, and what came of it.
//!
//! A run is worked on by one process at a time, for as long as its lease holds. Each outcome is written once, and only
//! while the lease does: what a process that was killed, or overtaken, has asked without recording is asked again.

use std::{str::FromStr, time::Duration};

use jiff::Timestamp;
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    ids::{DocumentId, ProjectId, TestRunId},
    test_run::{Cause, Edition, TestRunStatus},
};
use vivier_tenancy::{
    TenancyError,
    rooms::database::{DatabaseError, PoolTx},
};

/// How long a run may be silent before another process takes it up.
pub const LEASE: Duration = Duration::from_mins(1);

/// A run.
#[derive(Debug, Clone, PartialEq)]
pub struct TestRun {
    /// Its id; ids follow the order in which runs were asked for.
    pub id: TestRunId,
    /// Whose front office it asks.
    pub project: ProjectId,
    /// How far it is.
    pub status: TestRunStatus,
    /// Who began it.
    pub cause: Cause,
    /// Which settings it answers by.
    pub edition: Edition,
    /// The chatbot's settings as they were when it was asked for.
    pub settings: Value,
    /// How many questions it has.
    pub questions: u32,
    /// How many of them were asked.
    pub asked: u32,
    /// What came of it, when it is done.
    pub figures: Option<Value>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// The right to work on a run, until another takes it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    project: Uuid,
    run: Uuid,
    // Whoever takes the run up later has another.
    token: Uuid,
    /// How often the run was taken up, this time included, since an outcome was last recorded.
    pub attempt: u32,
}

/// A question of a run, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its number in the run, from 0.
    pub ordinal: u32,
    /// What is asked.
    pub question: String,
    /// The document that answers; none where no document does.
    pub expected: Option<DocumentId>,
    /// That document's place among those found, from 1.
    pub place: Option<u32>,
    /// Whether documents were quoted; `None` until it was asked.
    pub answered: Option<bool>,
    /// Whether the expected one was.
    pub cited: bool,
}

/// What a run is to be.
#[derive(Debug, Clone, Copy)]
pub struct NewRun<'a> {
    /// Its id.
    pub id: TestRunId,
    /// Whose front office it asks.
    pub project: ProjectId,
    /// Who began it.
    pub cause: Cause,
    /// Which settings it answers by.
    pub edition: Edition,
    /// The chatbot's settings as they are now: what it says holds of these.
    pub settings: &'a Value,
}

/// Enters a run over all questions of a front office; whether it was entered: there is something to ask, and no other run
/// is unfinished. One of the same id is the same request's, and stays.
pub async fn create(tx: &PoolTx<'_>, run: NewRun<'_>, now: Timestamp) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- test_runs::create
        WITH asked AS MATERIALIZED (
            SELECT row_number() OVER (ORDER BY id) - 1 AS ordinal, question, document_id
            FROM test_questions WHERE project_id = $1),
        run AS (
            INSERT INTO test_runs (tenant_id, project_id, id, status, cause, edition, settings, questions, created_at)
            SELECT bound_tenant(), $1, $2, 'queued', $3, $4, $5, count(*), $6 FROM asked HAVING count(*) > 0
            ON CONFLICT DO NOTHING RETURNING id)
        INSERT INTO test_outcomes (tenant_id, project_id, run_id, ordinal, question, expected)
        SELECT bound_tenant(), $1, run.id, ordinal, question, document_id FROM asked CROSS JOIN run";
    const SAME: &str = "-- test_runs::exists\nSELECT FROM test_runs WHERE project_id = $1 AND id = $2";
    let NewRun { cause, edition, settings, .. } = run;
    let (project, id) = (run.project.as_uuid(), run.id.as_uuid());
    if tx.execute(SQL, &[&project, &id, &cause.as_str(), &edition.as_str(), &settings, &now]).await? > 0 {
        return Ok(true);
    }
    Ok(tx.query_opt(SAME, &[&project, &id]).await?.is_some())
}

/// How many runs were asked for before `cutoff` and have ended, up to `limit`.
pub async fn count_before(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- test_runs::count_before
        SELECT count(*) AS count FROM (
            SELECT FROM test_runs
            WHERE tenant_id = bound_tenant() AND created_at < $1 AND status NOT IN ('queued', 'running') LIMIT $2
        ) AS old";
    let row = tx.query_one(SQL, &[&cutoff, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}

/// Removes runs that were asked for before `cutoff` and have ended, with what came of each question, the oldest first and at most `limit`.
/// Returns how many.
pub async fn purge(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- test_runs::purge
        WITH old AS MATERIALIZED (
            SELECT project_id, id FROM test_runs
            WHERE tenant_id = bound_tenant() AND created_at < $1 AND status NOT IN ('queued', 'running')
            ORDER BY created_at LIMIT $2
        )
        DELETE FROM test_runs r USING old
        WHERE r.tenant_id = bound_tenant() AND r.project_id = old.project_id AND r.id = old.id";
    tx.execute(SQL, &[&cutoff, &i64::from(limit)]).await
}

const COLUMNS: &str = "r.id, r.project_id, r.status, r.cause, r.edition, r.settings, r.questions, r.figures, \
                       r.created_at, r.finished_at, (SELECT count(*) FROM test_outcomes o WHERE o.project_id = r.project_id \
                       AND o.run_id = r.id AND o.answered IS NOT NULL) AS asked";

/// One run that was asked for since a moment.
pub async fn fetch(
    tx: &PoolTx<'_>,
    project: ProjectId,
    id: TestRunId,
    since: Timestamp,
) -> Result<Option<TestRun>, TenancyError> {
    let sql = format!(
        "-- test_runs::fetch\nSELECT {COLUMNS} FROM test_runs r WHERE r.project_id = $1 AND r.id = $2 AND r.created_at >= $3"
    );
    tx.query_opt(&sql, &[&project.as_uuid(), &id.as_uuid(), &since]).await?.as_ref().map(read).transpose()
}

/// The runs before `before` that were asked for since a moment, the newest first.
pub async fn list(
    tx: &PoolTx<'_>,
    project: ProjectId,
    before: Option<TestRunId>,
    most: u32,
    since: Timestamp,
) -> Result<Vec<TestRun>, TenancyError> {
    let sql = format!(
        "-- test_runs::list
        SELECT {COLUMNS} FROM test_runs r
        WHERE r.project_id = $1 AND ($2::uuid IS NULL OR r.id < $2) AND r.created_at >= $4 ORDER BY r.id DESC LIMIT $3"
    );
    let before = before.map(TestRunId::as_uuid);
    let rows = tx.query(&sql, &[&project.as_uuid(), &before, &i64::from(most), &since]).await?;
    rows.iter().map(read).collect()
}

/// The newest run that is done of every front office, or of one, where it was asked for since a moment; front offices in the order of their
/// ids.
pub async fn list_latest(
    tx: &PoolTx<'_>,
    project: Option<ProjectId>,
    since: Timestamp,
) -> Result<Vec<TestRun>, TenancyError> {
    let sql = format!(
        "-- test_runs::list_latest
        SELECT DISTINCT ON (r.project_id) {COLUMNS} FROM test_runs r
        WHERE r.status = 'done' AND ($1::uuid IS NULL OR r.project_id = $1) AND r.created_at >= $2
        ORDER BY r.project_id, r.id DESC"
    );
    let rows = tx.query(&sql, &[&project.map(ProjectId::as_uuid), &since]).await?;
    rows.iter().map(read).collect()
}

/// The questions of a run, in order.
pub async fn list_outcomes(
    tx: &PoolTx<'_>,
    project: ProjectId,
    id: TestRunId,
) -> Result<Vec<Outcome>, DatabaseError> {
    const SQL: &str = "-- test_runs::list_outcomes
        SELECT ordinal, question, expected, place, answered, cited FROM test_outcomes
        WHERE project_id = $1 AND run_id = $2 ORDER BY ordinal";
    let rows = tx.query(SQL, &[&project.as_uuid(), &id.as_uuid()]).await?;
    Ok(rows.iter().map(outcome).collect())
}

/// Takes up one unfinished run that nobody works on, the oldest first.
pub async fn claim(tx: &PoolTx<'_>) -> Result<Option<(TestRun, Lease)>, TenancyError> {
    let sql = format!(
        "-- test_runs::claim
        WITH next AS (
            SELECT project_id, id FROM test_runs
            WHERE status IN ('queued', 'running') AND (lease_until IS NULL OR lease_until < now())
            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
        UPDATE test_runs r SET status = 'running', attempts = r.attempts + 1, lease = $2, lease_until = now() + $1::bigint * interval '1 s'
        FROM next WHERE r.project_id = next.project_id AND r.id = next.id
        RETURNING {COLUMNS}, r.attempts"
    );
    let token = Uuid::now_v7();
    let Some(row) = tx.query_opt(&sql, &[&LEASE.as_secs().cast_signed(), &token]).await? else {
        return Ok(None);
    };
    let attempt = row.get::<_, i32>("attempts").unsigned_abs();
    let lease = Lease { project: row.get("project_id"), run: row.get("id"), token, attempt };
    Ok(Some((read(&row)?, lease)))
}

/// The next question to be asked.
pub async fn next(tx: &PoolTx<'_>, lease: Lease) -> Result<Option<Outcome>, DatabaseError> {
    const SQL: &str = "-- test_runs::next
        SELECT ordinal, question, expected, place, answered, cited FROM test_outcomes
        WHERE project_id = $1 AND run_id = $2 AND answered IS NULL ORDER BY ordinal LIMIT 1";
    Ok(tx.query_opt(SQL, &[&lease.project, &lease.run]).await?.as_ref().map(outcome))
}

/// Writes what came of a question; `false` when the run is another's by now.
pub async fn record(tx: &PoolTx<'_>, lease: Lease, outcome: &Outcome) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- test_runs::record
        WITH held AS (
            UPDATE test_runs SET lease_until = now() + $8::bigint * interval '1 s', attempts = 1
            WHERE project_id = $1 AND id = $2 AND lease = $3 AND status = 'running' RETURNING id)
        UPDATE test_outcomes SET place = $5, answered = $6, cited = $7
        WHERE project_id = $1 AND run_id = (SELECT id FROM held) AND ordinal = $4 AND answered IS NULL";
    let place = outcome.place.map(|place| i32::try_from(place).unwrap_or(i32::MAX));
    let ordinal = i32::try_from(outcome.ordinal).unwrap_or(i32::MAX);
    let seconds = LEASE.as_secs().cast_signed();
    let Lease { project, run, token, .. } = lease;
    let written = tx
        .execute(
            SQL,
            &[&project, &run, &token, &ordinal, &place, &outcome.answered, &outcome.cited, &seconds],
        )
        .await?;
    Ok(written == 1)
}

/// Gives a run back before it is whole. `moved`: it came further, so that its attempts count anew.
pub async fn release(tx: &PoolTx<'_>, lease: Lease, moved: bool) -> Result<(), DatabaseError> {
    const SQL: &str = "-- test_runs::release
        UPDATE test_runs SET lease_until = NULL, attempts = CASE WHEN $4 THEN 0 ELSE attempts END
        WHERE project_id = $1 AND id = $2 AND lease = $3 AND status = 'running'";
    tx.execute(SQL, &[&lease.project, &lease.run, &lease.token, &moved]).await.map(drop)
}

/// Ends a run, with figures or, failed, without.
pub async fn finish(
    tx: &PoolTx<'_>,
    lease: Lease,
    figures: Option<&Value>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- test_runs::finish
        UPDATE test_runs SET status = CASE WHEN $4::jsonb IS NULL THEN 'failed' ELSE 'done' END, figures = $4,
               lease_until = NULL, finished_at = $5
        WHERE project_id = $1 AND id = $2 AND lease = $3 AND status = 'running'";
    tx.execute(SQL, &[&lease.project, &lease.run, &lease.token, &figures, &now]).await.map(drop)
}

fn read(row: &Row) -> Result<TestRun, TenancyError> {
    Ok(TestRun {
        id: row.get::<_, Uuid>("id").into(),
        project: row.get::<_, Uuid>("project_id").into(),
        status: name(row, "status")?,
        cause: name(row, "cause")?,
        edition: name(row, "edition")?,
        settings: row.get("settings"),
        questions: row.get::<_, i32>("questions").unsigned_abs(),
        asked: row.get::<_, i64>("asked").unsigned_abs() as u32,
        figures: row.get("figures"),
        created_at: row.get("created_at"),
        finished_at: row.get("finished_at"),
    })
}

fn name<T: FromStr>(row: &Row, column: &str) -> Result<T, TenancyError> {
    row.get::<_, &str>(column).parse().map_err(|_| TenancyError::Corrupt("test run"))
}

fn outcome(row: &Row) -> Outcome {
    Outcome {
        ordinal: row.get::<_, i32>("ordinal").unsigned_abs(),
        question: row.get("question"),
        expected: row.get::<_, Option<Uuid>>("expected").map(DocumentId::from),
        place: row.get::<_, Option<i32>>("place").map(i32::unsigned_abs),
        answered: row.get("answered"),
        cited: row.get("cited"),
    }
}
