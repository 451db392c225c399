//! The hold on a file that is being made, and what is written down of it. Each attempt begins anew and writes to the one place that the
//! file has, so that however often it is interrupted, there is one file.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;
use vivier_domain::ids::ReportRunId;
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::runs::{COLUMNS, Run, read};

/// How long whoever makes a file may be silent before another begins anew.
const LEASE: Duration = Duration::from_mins(1);
/// So often a file is begun.
pub const MOST_ATTEMPTS: u32 = 3;

/// The hold on a file. A later attempt has a higher number, which makes this one's claim void.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    run: ReportRunId,
    attempt: i32,
}

/// A file that was taken up.
#[derive(Debug, Clone)]
pub struct Taken {
    /// What it is.
    pub run: Run,
    /// To be shown at every write.
    pub lease: Lease,
    /// Which attempt this is.
    pub attempt: u32,
}

/// A file that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    /// Its id.
    pub id: ReportRunId,
}

/// What of a schedule's nobody has worked on for so long was left by the run that wanted it.
const LEFT: Duration = Duration::from_mins(2);

/// Takes up the file that has been waited for longest, unless somebody makes it. One that a schedule wants is made by that run, and here
/// only when it was left.
pub async fn claim(tx: &SiloTx<'_>) -> Result<Option<Taken>, TenancyError> {
    let sql = format!(
        "-- reports::claim
        UPDATE report_runs
        SET status = 'running', attempts = attempts + 1, done = 0, steps = 0,
            lease_until = statement_timestamp() + make_interval(secs => $1)
        WHERE id = (
            SELECT id FROM report_runs
            WHERE status IN ('queued', 'running') AND expires_at > statement_timestamp()
                  AND coalesce(lease_until, created_at) <= statement_timestamp()
                      - CASE cause WHEN 'schedule' THEN make_interval(secs => $2) ELSE interval '0' END
            ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING {COLUMNS}, attempts"
    );
    taken(tx.query_opt(&sql, &[&LEASE.as_secs_f64(), &LEFT.as_secs_f64()]).await?)
}

/// Takes up this file; `None` where somebody makes it or it has ended. `alone`: whoever asks holds the task that wants it, so that nobody
/// makes it any more, whatever a lease says.
pub async fn claim_one(tx: &SiloTx<'_>, id: ReportRunId, alone: bool) -> Result<Option<Taken>, TenancyError> {
    let sql = format!(
        "-- reports::claim_one
        UPDATE report_runs
        SET status = 'running', attempts = attempts + 1, done = 0, steps = 0,
            lease_until = statement_timestamp() + make_interval(secs => $2)
        WHERE id = $1 AND status IN ('queued', 'running')
              AND ($3 OR lease_until IS NULL OR lease_until <= statement_timestamp())
        RETURNING {COLUMNS}, attempts"
    );
    taken(tx.query_opt(&sql, &[&id.as_uuid(), &LEASE.as_secs_f64(), &alone]).await?)
}

fn taken(row: Option<tokio_postgres::Row>) -> Result<Option<Taken>, TenancyError> {
    let Some(row) = row else { return Ok(None) };
    let (run, attempt) = (read(&row)?, row.get::<_, i32>("attempts"));
    Ok(Some(Taken { lease: Lease { run: run.id, attempt }, run, attempt: attempt.unsigned_abs() }))
}

/// Renews the lease; `false` when it is lost: then nothing more may be written.
pub async fn hold(tx: &SiloTx<'_>, lease: Lease) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- reports::hold
        UPDATE report_runs SET lease_until = statement_timestamp() + make_interval(secs => $3)
        WHERE id = $1 AND attempts = $2 AND status = 'running'";
    Ok(tx.execute(SQL, &[&lease.run.as_uuid(), &lease.attempt, &LEASE.as_secs_f64()]).await? == 1)
}

/// Says how far it is, and renews the lease; `false` when that is lost.
pub async fn move_on(tx: &SiloTx<'_>, lease: Lease, done: u32, steps: u32) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- reports::move_on
        UPDATE report_runs
        SET done = $3, steps = $4, lease_until = statement_timestamp() + make_interval(secs => $5)
        WHERE id = $1 AND attempts = $2 AND status = 'running'";
    let count = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let (id, secs) = (lease.run.as_uuid(), LEASE.as_secs_f64());
    Ok(tx.execute(SQL, &[&id, &lease.attempt, &count(done), &count(steps), &secs]).await? == 1)
}

/// Ends it: with so many bytes and the headline figures, or with the word why not. `false` when the lease is lost.
pub async fn finish(
    tx: &SiloTx<'_>,
    lease: Lease,
    came: Result<(u64, &Value), &str>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- reports::finish
        UPDATE report_runs
        SET status = $3, failure = $4, bytes = $5, headline = $6, finished_at = $7, lease_until = NULL,
            done = CASE WHEN $4::text IS NULL THEN steps ELSE done END
        WHERE id = $1 AND attempts = $2 AND status = 'running'";
    let (status, failure, bytes, headline) = match came {
        Ok((bytes, headline)) => {
            ("ready", None, Some(i64::try_from(bytes).unwrap_or(i64::MAX)), Some(headline))
        }
        Err(failure) => ("failed", Some(failure), None, None),
    };
    let id = lease.run.as_uuid();
    Ok(tx.execute(SQL, &[&id, &lease.attempt, &status, &failure, &bytes, &headline, &now]).await? == 1)
}

/// Files that are over and that nobody makes, the oldest first, at most `limit`.
pub async fn list_expired(
    tx: &SiloTx<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Expired>, DatabaseError> {
    const SQL: &str = "-- reports::list_expired
        SELECT id FROM report_runs
        WHERE expires_at <= $1 AND (lease_until IS NULL OR lease_until <= statement_timestamp())
        ORDER BY expires_at, id LIMIT $2";
    let rows = tx.query(SQL, &[&now, &i64::from(limit)]).await?;
    Ok(rows.iter().map(|row| Expired { id: row.get::<_, Uuid>("id").into() }).collect())
}

/// Forgets a file that is gone, with whom it was mailed to.
pub async fn forget_run(tx: &SiloTx<'_>, id: ReportRunId) -> Result<(), DatabaseError> {
    const SQL: &str = "-- reports::forget_run\nDELETE FROM report_runs WHERE id = $1";
    tx.execute(SQL, &[&id.as_uuid()]).await?;
    Ok(())
}
