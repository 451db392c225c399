//! Policies and previews, as the back office and operators read them.

use std::time::Instant;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vivier_domain::{
    retention::{DataKind, RetentionPolicy},
    task::{PlatformTask, Recurrence},
};
use vivier_runtime::http::Problem;
use vivier_tenancy::{TenancyError, TenantScope};

use crate::{App, kind};

/// The most that is counted of a kind.
const MOST_COUNTED: u32 = 100_000;
/// Pages of conversations that are looked at: half a million items.
const PAGES: usize = 1_000;

/// Each kind of data.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Policies {
    /// In the order a purge takes them.
    pub policies: Vec<PolicyView>,
}

/// How long a kind of data is kept.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PolicyView {
    /// The kind.
    #[schema(value_type = String, example = "conversations")]
    pub kind: DataKind,
    /// Days it is kept.
    pub days: u16,
    /// The least that may be chosen; none where there is no choice.
    pub least: Option<u16>,
    /// The most: what was promised.
    pub most: u16,
    /// Whether a hold may keep it longer.
    pub can_be_held: bool,
    /// Whether all of it is held now.
    pub held: bool,
}

/// What a purge would remove.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Preview {
    /// Of when the purge would be.
    pub as_of: Timestamp,
    /// Each kind.
    pub kinds: Vec<PreviewOfKind>,
}

/// What a purge would remove of a kind.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PreviewOfKind {
    /// The kind.
    #[schema(value_type = String, example = "conversations")]
    pub kind: DataKind,
    /// How many rows or items would go.
    pub removed: u64,
    /// How many are over and would stay, because they are held.
    pub held: u64,
    /// Whether these are all; there may be more where it is false.
    pub complete: bool,
}

/// The tenant's policies.
pub async fn list(app: &App, scope: &TenantScope) -> Result<Policies, TenancyError> {
    let policy = app.tenancy.retention(scope).await?;
    let held = kind::in_force(app, scope).await?.kinds;
    let view = |kind: DataKind| PolicyView {
        kind,
        days: policy.days(kind),
        least: kind.least(),
        most: kind.most(),
        can_be_held: kind.can_be_held(),
        held: held.contains(&kind),
    };
    Ok(Policies { policies: DataKind::ALL.iter().copied().map(view).collect() })
}

/// Counts what a purge at `as_of` would remove, kind by kind; what is not counted by `until` is told as not complete.
pub async fn preview(
    app: &App,
    scope: &TenantScope,
    as_of: Timestamp,
    until: Instant,
) -> Result<Preview, Problem> {
    let policy: RetentionPolicy = app.tenancy.retention(scope).await?;
    let mut kinds = Vec::new();
    for kind in DataKind::ALL.iter().copied() {
        let limits = (as_of, MOST_COUNTED, PAGES);
        let left = until.saturating_duration_since(Instant::now());
        let counted = tokio::time::timeout(left, Box::pin(kind::count(app, scope, kind, &policy, limits)));
        let found = counted.await.unwrap_or_else(|_| Ok(kind::Purged::default()))?;
        kinds.push(PreviewOfKind {
            kind,
            removed: found.removed,
            held: found.held,
            complete: found.complete,
        });
    }
    Ok(Preview { as_of, kinds })
}

/// When the schedule purges next.
pub(crate) fn next_purge(now: Timestamp) -> Timestamp {
    let Recurrence::Day { hour, minute } = PlatformTask::RetentionDaily.recurrence() else { return now };
    let today = now.as_second().div_euclid(86_400) * 86_400;
    let at = |day: i64| {
        let second = day + i64::from(hour) * 3_600 + i64::from(minute) * 60;
        Timestamp::from_second(second).unwrap_or(now)
    };
    if at(today) > now { at(today) } else { at(today + 86_400) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_purge_is_tonights() {
        for (now, next) in [
            ("2026-01-15T00:00:00Z", "2026-01-15T01:15:00Z"),
            ("2026-01-15T01:15:00Z", "2026-01-16T01:15:00Z"),
            ("2026-12-31T23:59:59Z", "2027-01-01T01:15:00Z"),
        ] {
            assert_eq!(next_purge(now.parse().unwrap()).to_string(), next);
        }
    }
}
