//! The audit log: who did what to which thing. It names people and things by id only, so that it holds no personal text.

use jiff::Timestamp;
use uuid::Uuid;
use vivier_tenancy::{
    TenantScope,
    rooms::{PoolTx, database::DatabaseError},
};

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor<'a> {
    /// A member of the back office, by the user pool's subject.
    Member(&'a str),
    /// An operator, by a command.
    Operator,
    /// The suite itself: a schedule, a file that arrived.
    System,
}

impl<'a> Actor<'a> {
    /// The member behind a scope; the suite itself where there is none.
    pub fn of(scope: &'a TenantScope) -> Self {
        scope.member().map_or(Self::System, |member| Self::Member(member.subject()))
    }

    const fn as_str(self) -> &'a str {
        match self {
            Self::Member(subject) => subject,
            Self::Operator => "operator",
            Self::System => "system",
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was not allowed or not possible.
    Refused,
    /// It was tried and failed.
    Failed,
}

impl Outcome {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// When it happened.
    pub happened_at: Timestamp,
    /// Who acted.
    pub actor: Actor<'a>,
    /// What was done: `documents.delete`, `settings.retention` …
    pub action: &'static str,
    /// To what: the id of a document, an import, a member, or the tenant itself.
    pub subject: Uuid,
    /// How it ended.
    pub outcome: Outcome,
}

/// Writes an entry. It stands or falls with the transaction.
pub async fn append(tx: &PoolTx<'_>, entry: &Entry<'_>) -> Result<(), DatabaseError> {
    const SQL: &str = "-- audit::append\n\
        INSERT INTO audit_log (tenant_id, entry_id, happened_at, actor, action, subject, outcome)\n\
        VALUES (bound_tenant(), $1, $2, $3, $4, $5, $6)";
    let subject = entry.subject.to_string();
    let (actor, outcome) = (entry.actor.as_str(), entry.outcome.as_str());
    tx.execute_one(SQL, &[&Uuid::now_v7(), &entry.happened_at, &actor, &entry.action, &subject, &outcome])
        .await
}

/// How many entries are from before `cutoff`, counted up to `limit`.
pub async fn count_before(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- audit::count_before\n\
        SELECT count(*) AS count FROM (\n\
            SELECT FROM audit_log WHERE tenant_id = bound_tenant() AND happened_at < $1 LIMIT $2\n\
        ) AS old";
    let row = tx.query_one(SQL, &[&cutoff, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}

/// Removes entries from before `cutoff`, the oldest first and at most `limit`. Returns how many.
pub async fn purge(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    // MATERIALIZED: see `events::purge`.
    const SQL: &str = "-- audit::purge\n\
        WITH old AS MATERIALIZED (\n\
            SELECT entry_id FROM audit_log\n\
            WHERE tenant_id = bound_tenant() AND happened_at < $1\n\
            ORDER BY happened_at LIMIT $2 FOR UPDATE SKIP LOCKED\n\
        )\n\
        DELETE FROM audit_log USING old\n\
        WHERE audit_log.tenant_id = bound_tenant() AND audit_log.entry_id = old.entry_id";
    tx.execute(SQL, &[&cutoff, &i64::from(limit)]).await
}
