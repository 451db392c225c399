//! Kinds that lie in the shared database: rows and report go in one transaction.

use jiff::{Timestamp, civil::Date, tz::Offset};
use vivier_domain::retention::DataKind;
use vivier_store::{audit, events, legal_holds, purge_reports, purges, queries, statistics, test_runs};
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

use super::{Asked, Batch};

/// One batch of a kind. What is held as a whole is counted.
pub(super) async fn batch(tx: &PoolTx<'_>, asked: Asked, held: bool) -> Result<Batch, DatabaseError> {
    let Asked { kind, cutoff, wanted, dry_run, .. } = asked;
    purges::by_index(tx).await?;
    if held {
        return Ok(Batch::held(count(tx, kind, cutoff, wanted).await?));
    }
    let found = if dry_run {
        count(tx, kind, cutoff, wanted).await?
    } else {
        remove(tx, kind, cutoff, wanted).await?
    };
    Ok(Batch::of(found, wanted))
}

fn day(cutoff: Timestamp) -> Date {
    Offset::UTC.to_datetime(cutoff).date()
}

/// How many of `limit` are left when so many were found.
fn left(limit: u32, found: u64) -> u32 {
    limit.saturating_sub(u32::try_from(found).unwrap_or(u32::MAX))
}

async fn count(tx: &PoolTx<'_>, kind: DataKind, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    match kind {
        // With them goes what candidates searched for: it is kept as long as the events that count for it.
        DataKind::Events => {
            let found = events::count_before(tx, cutoff, limit).await?;
            Ok(found + queries::count_before(tx, cutoff, left(limit, found)).await?)
        }
        DataKind::AuditLog => audit::count_before(tx, cutoff, limit).await,
        DataKind::UsageHours => statistics::count_hours_before(tx, cutoff, limit).await,
        DataKind::UsageDays => statistics::count_days_before(tx, day(cutoff), limit).await,
        DataKind::TestRuns => test_runs::count_before(tx, cutoff, limit).await,
        DataKind::PurgeReports => purge_reports::count_before(tx, cutoff, limit).await,
        DataKind::LegalHolds => legal_holds::count_before(tx, cutoff, limit).await,
        _ => Ok(0),
    }
}

async fn remove(
    tx: &PoolTx<'_>,
    kind: DataKind,
    cutoff: Timestamp,
    limit: u32,
) -> Result<u64, DatabaseError> {
    match kind {
        DataKind::Events => {
            let found = events::purge(tx, cutoff, limit).await?;
            match left(limit, found) {
                0 => Ok(found),
                left => Ok(found + queries::purge(tx, cutoff, left).await?),
            }
        }
        DataKind::AuditLog => audit::purge(tx, cutoff, limit).await,
        DataKind::UsageHours => statistics::purge_hours(tx, cutoff, limit).await,
        DataKind::UsageDays => statistics::purge_days(tx, day(cutoff), limit).await,
        DataKind::TestRuns => test_runs::purge(tx, cutoff, limit).await,
        DataKind::PurgeReports => purge_reports::purge(tx, cutoff, limit).await,
        DataKind::LegalHolds => legal_holds::purge(tx, cutoff, limit).await,
        _ => Ok(0),
    }
}
