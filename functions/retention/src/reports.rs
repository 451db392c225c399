//! The kept reports, as the back office and operators read them.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vivier_domain::retention::{DataKind, days_before};
use vivier_store::purge_reports::{self, Report};
use vivier_tenancy::{TenancyError, TenantScope};

use crate::App;

/// How many reports are shown when no number is asked for.
const DEFAULT_LIMIT: u32 = 20;
/// The most reports shown at once.
const HIGHEST_LIMIT: u32 = 100;

/// What purges removed, the newest first.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reports {
    /// One for each run and kind of data.
    pub reports: Vec<ReportView>,
}

/// What one run removed of one kind of data.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportView {
    /// The run.
    #[schema(format = Uuid)]
    pub run_id: String,
    /// One of the kinds that the list of policies names.
    pub kind: String,
    /// Whether the run only counted.
    pub dry_run: bool,
    /// What was older than this went.
    pub cutoff: Timestamp,
    /// How many rows or items.
    pub removed: u64,
    /// How many were over and stayed, because they are held.
    pub held: u64,
    /// How many whole days went at once; what they held is counted from figures.
    pub days: u32,
    /// Whether nothing older than the cutoff was left, but for what is held.
    pub complete: bool,
    /// When the run was done with this kind.
    pub finished_at: Timestamp,
}

impl From<Report> for ReportView {
    fn from(report: Report) -> Self {
        Self {
            run_id: report.run_id.to_string(),
            kind: report.kind,
            dry_run: report.dry_run,
            cutoff: report.cutoff,
            removed: report.removed,
            held: report.held,
            days: report.days,
            complete: report.complete,
            finished_at: report.finished_at,
        }
    }
}

/// The number of reports to show; `None` when the number asked for is none of 1 to 100.
pub fn limit(asked: Option<u32>) -> Option<u32> {
    let limit = asked.unwrap_or(DEFAULT_LIMIT);
    (1..=HIGHEST_LIMIT).contains(&limit).then_some(limit)
}

/// The tenant's newest reports.
pub async fn list(app: &App, scope: &TenantScope, limit: u32) -> Result<Reports, TenancyError> {
    let since = days_before(app.clock.now(), DataKind::PurgeReports.most());
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let reports = purge_reports::list(&tx, limit, since).await?;
    tx.commit().await?;
    Ok(Reports { reports: reports.into_iter().map(ReportView::from).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        for (asked, shown) in
            [(None, Some(20)), (Some(1), Some(1)), (Some(100), Some(100)), (Some(0), None), (Some(101), None)]
        {
            assert_eq!(limit(asked), shown, "{asked:?}");
        }
    }
}
