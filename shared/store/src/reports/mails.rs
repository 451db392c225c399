//! Who is mailed a report's file. A mail is noted before it is handed over and after: whoever finds one in between knows that it may have
//! gone out, and hands it over no more.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use vivier_domain::ids::ReportRunId;
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::runs::{COLUMNS, Run, read};

/// What could not be handed over is tried again after this long.
const PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// A mail is handed over so often.
pub const MOST_HANDOVERS: u32 = 5;
/// Handing a mail over takes seconds: of what lasts longer nobody will say how it ended.
const SILENT: Duration = Duration::from_mins(2);

/// A mail that waits to be handed over.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenMail {
    /// The file that it carries.
    pub run: Run,
    /// To whom.
    pub member: Uuid,
    /// How often it was handed over.
    pub attempts: u32,
}

/// What came of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// It was taken; what the mail service calls it.
    Sent(Option<String>),
    /// It was not sent, and may be handed over once more.
    Ready,
    /// Nobody knows.
    Unclear,
    /// It was refused.
    Failed,
    /// Its member may not read the report any more.
    NoRight,
}

/// Enters the mails of a file, one to each member. Those that are there stay as they are.
pub async fn compose(
    tx: &SiloTx<'_>,
    run: ReportRunId,
    members: &[Uuid],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- reports::compose_mails
        INSERT INTO report_mails (run_id, member_id, state, at)
        SELECT $1, member, 'ready', $3 FROM unnest($2::uuid[]) AS given (member) ON CONFLICT DO NOTHING";
    tx.execute(SQL, &[&run.as_uuid(), &members, &now]).await?;
    Ok(())
}

/// Mails whose time has come and whose file is there, at most 50; those of one file where it is named.
pub async fn list_open_mails(
    tx: &SiloTx<'_>,
    run: Option<ReportRunId>,
    now: Timestamp,
) -> Result<Vec<OpenMail>, TenancyError> {
    let sql = format!(
        "-- reports::list_open_mails
        SELECT {COLUMNS}, member_id, report_mails.attempts AS handovers FROM report_mails JOIN report_runs ON report_runs.id = run_id
        WHERE state = 'ready' AND at <= $1 AND status = 'ready' AND expires_at > $1 AND ($2::uuid IS NULL OR run_id = $2)
        ORDER BY run_id, member_id LIMIT 50"
    );
    let rows = tx.query(&sql, &[&now, &run.map(ReportRunId::as_uuid)]).await?;
    let mail = |row| {
        let attempts = tokio_postgres::Row::get::<_, i32>(row, "handovers").unsigned_abs();
        Ok(OpenMail { run: read(row)?, member: row.get("member_id"), attempts })
    };
    rows.iter().map(mail).collect()
}

/// Notes that a mail is handed over now. `false`: another hands it over, or it is gone; nothing may be sent.
pub async fn hand_over(
    tx: &SiloTx<'_>,
    run: ReportRunId,
    member: Uuid,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- reports::hand_over
        UPDATE report_mails SET state = 'sending', attempts = attempts + 1, at = $3
        WHERE run_id = $1 AND member_id = $2 AND state = 'ready'";
    Ok(tx.execute(SQL, &[&run.as_uuid(), &member, &now]).await? == 1)
}

/// Notes what came of a mail that was handed over, or that nobody may be sent.
pub async fn close_mail(
    tx: &SiloTx<'_>,
    run: ReportRunId,
    member: Uuid,
    came: &Came,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- reports::close_mail
        UPDATE report_mails
        SET state = $3, message_id = $4, at = $5
        WHERE run_id = $1 AND member_id = $2 AND state IN ('ready', 'sending')";
    let (state, message, at) = match came {
        Came::Sent(message) => ("sent", message.as_deref(), now),
        Came::Ready => ("ready", None, now + PAUSE),
        Came::Unclear => ("unclear", None, now),
        Came::Failed => ("failed", None, now),
        Came::NoRight => ("no_right", None, now),
    };
    tx.execute(SQL, &[&run.as_uuid(), &member, &state, &message, &at]).await?;
    Ok(())
}

/// Settles mails whose handing over was cut off: they may have gone out, and are not sent again. How many there were.
pub async fn settle_lost(tx: &SiloTx<'_>, now: Timestamp) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- reports::settle_lost_mails
        UPDATE report_mails SET state = 'unclear', at = $1 WHERE state = 'sending' AND at <= $2";
    tx.execute(SQL, &[&now, &(now - SILENT)]).await
}
