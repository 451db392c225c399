//! What members did, counted by the kinds of their actions: no text, no thing by name.

use jiff::Timestamp;
use tokio_postgres::Row;
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

/// How often a member's action ended one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionCount {
    /// The member, by the user pool's subject.
    pub actor: String,
    /// The action, an operation's id.
    pub action: String,
    /// Whether it was refused, or failed; done otherwise.
    pub refused: bool,
    /// How often.
    pub count: u64,
    /// When it happened last.
    pub last_at: Timestamp,
}

/// What members of the back office did from `from` until just before `to`. A write that has begun is counted when it ends.
pub async fn list_actions(
    tx: &PoolTx<'_>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<ActionCount>, DatabaseError> {
    const SQL: &str = "-- audit::list_actions\n\
        SELECT actor, action, outcome <> 'done' AS refused, count(*) AS count, max(happened_at) AS last_at FROM audit_log\n\
        WHERE tenant_id = bound_tenant() AND happened_at >= $1 AND happened_at < $2 AND outcome <> 'begun'\n\
              AND actor NOT IN ('operator', 'system', 'unknown')\n\
        GROUP BY actor, action, outcome <> 'done' ORDER BY actor, action, refused";
    let rows = tx.query(SQL, &[&from, &to]).await?;
    let read = |row: &Row| ActionCount {
        actor: row.get("actor"),
        action: row.get("action"),
        refused: row.get("refused"),
        count: row.get::<_, i64>("count").unsigned_abs(),
        last_at: row.get("last_at"),
    };
    Ok(rows.iter().map(read).collect())
}
