//! Days of events: made ahead, and dropped whole when they are over, for every tenant at once. What it costs does not depend on how much
//! happened on them.

use jiff::{Timestamp, ToSpan, civil::Date, tz::Offset};
use vivier_domain::ids::RunId;
use vivier_store::events;
use vivier_tenancy::{TenancyError, TenantScope};

use crate::App;

/// So many days are there before they begin: a week without a run costs nothing.
const AHEAD: i32 = 7;

/// Makes the days to come and drops those that are over at `now`. Returns how many were dropped. The scope only opens the database:
/// a partition is nobody's. What goes is entered in every tenant's report of the run.
pub async fn turn(app: &App, scope: &TenantScope, now: Timestamp, run: RunId) -> Result<u32, TenancyError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    events::prepare(&tx, &ahead(now)).await?;
    tx.commit().await?;
    let tx = session.begin().await?;
    let dropped = events::drop_through(&tx, events::last_day_over(now), run).await?;
    tx.commit().await?;
    Ok(dropped)
}

fn ahead(now: Timestamp) -> Vec<Date> {
    let today = Offset::UTC.to_datetime(now).date();
    (0..=AHEAD).map(|days| today.saturating_add(days.days())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_made_ahead() {
        let days = ahead("2026-12-28T23:59:59Z".parse().unwrap());
        assert_eq!((days[0].to_string(), days[7].to_string()), ("2026-12-28".into(), "2027-01-04".into()));
    }
}
