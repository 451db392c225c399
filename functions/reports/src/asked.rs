//! A question with all that is needed to answer it: the very days, whose days these are, and what it is written in.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use vivier_domain::{
    member::Language,
    report::{ReportGrain, ReportPeriod, ReportQuestion},
    retention::DataKind,
};
use vivier_store::statistics::{self, Filter, Grain, Span};
use vivier_tenancy::{TenancyError, TenantScope};

use crate::App;

/// Up to so many days a series goes by days where nobody says, and up to so many by weeks.
const BY_DAYS: i32 = 62;
const BY_WEEKS: i32 = 190;

/// A question that can be answered.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// What is asked; its period has its days.
    pub(crate) question: ReportQuestion,
    /// The days, and those that they are compared with.
    pub(crate) span: Span,
    /// Whose days.
    pub(crate) zone: TimeZone,
    /// What the answer is written in.
    pub(crate) language: Language,
    /// When it is asked.
    pub(crate) now: Timestamp,
}

impl Asked {
    /// A question as it is asked at `now` in the tenant's time zone.
    pub(crate) fn new(
        mut question: ReportQuestion,
        language: Language,
        zone: TimeZone,
        now: Timestamp,
    ) -> Self {
        let (from, to) = question.period.days(zone.to_datetime(now).date());
        question.period = ReportPeriod::Fixed { from, to };
        let days = (to - from).get_days() + 1;
        let before = from.saturating_sub(days.days());
        Self { question, span: Span { from, to, before }, zone, language, now }
    }

    /// What figures are narrowed to.
    pub(crate) fn filter(&self) -> Filter {
        let (channel, language) = (self.question.channel, self.question.language);
        Filter { project: self.question.project, channel, language, kinds: None }
    }

    /// How long points of its series are.
    pub(crate) fn grain(&self) -> ReportGrain {
        let days = (self.span.to - self.span.from).get_days() + 1;
        let suits = if days <= BY_DAYS {
            ReportGrain::Day
        } else if days <= BY_WEEKS {
            ReportGrain::Week
        } else {
            ReportGrain::Month
        };
        self.question.grain.unwrap_or(suits)
    }

    /// The first days of all points of its series.
    pub(crate) fn points(&self) -> Vec<Date> {
        let grain = self.grain();
        let mut at = match grain {
            ReportGrain::Day => self.span.from,
            ReportGrain::Week => {
                let past = i32::from(self.span.from.weekday().to_monday_zero_offset());
                self.span.from.saturating_sub(past.days())
            }
            ReportGrain::Month => self.span.from.first_of_month(),
        };
        let mut points = Vec::new();
        while at <= self.span.to {
            points.push(at);
            at = match grain {
                ReportGrain::Day => at.saturating_add(1.day()),
                ReportGrain::Week => at.saturating_add(1.week()),
                ReportGrain::Month => at.saturating_add(1.month()),
            };
        }
        points
    }

    /// The moments at which its days begin and end.
    pub(crate) fn moments(&self) -> (Timestamp, Timestamp) {
        let begins = |day: Date| {
            let midnight = day.to_zoned(self.zone.clone());
            midnight.map_or(self.now, |midnight| midnight.timestamp())
        };
        (begins(self.span.from), begins(self.span.to.saturating_add(1.day())))
    }
}

/// A grain as the store knows it.
pub(crate) const fn stored(grain: ReportGrain) -> Grain {
    match grain {
        ReportGrain::Day => Grain::Day,
        ReportGrain::Week => Grain::Week,
        ReportGrain::Month => Grain::Month,
    }
}

/// From when on things of a kind are kept: what is older is in no report, whether it is still there or not.
pub(crate) async fn since(app: &App, scope: &TenantScope, kind: DataKind) -> Result<Timestamp, TenancyError> {
    Ok(app.tenancy.retention(scope).await?.kept_since(kind, app.clock.now()))
}

/// The days of a question that are counted: those that are kept.
pub(crate) async fn counted(app: &App, scope: &TenantScope, asked: &Asked) -> Result<Span, TenancyError> {
    let since = since(app, scope, DataKind::UsageDays).await?;
    Ok(asked.span.kept(asked.zone.to_datetime(since).date()))
}

/// The tenant's time zone. One that this version's database does not know is read as UTC rather than not at all.
pub(crate) async fn zone(app: &App, scope: &TenantScope) -> Result<TimeZone, TenancyError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let name = statistics::fetch_zone(&tx).await?;
    tx.commit().await?;
    Ok(TimeZone::get(&name).unwrap_or(TimeZone::UTC))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use vivier_domain::report::{MovingPeriod, ReportKind};

    use super::*;

    pub(crate) fn asked(from: Date, to: Date, grain: Option<ReportGrain>) -> Asked {
        let question = ReportQuestion {
            kind: ReportKind::Activity,
            period: ReportPeriod::Fixed { from, to },
            project: None,
            channel: None,
            language: None,
            grain,
            columns: Vec::new(),
        };
        Asked::new(question, Language::Fr, TimeZone::get("Europe/Paris").unwrap(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_period_moves_by_the_tenants_clock() {
        // Half past midnight in Paris, and the day before in UTC.
        let now = "2026-03-14T23:30:00Z".parse().unwrap();
        let mut question = asked(date(2026, 1, 1), date(2026, 1, 1), None).question;
        question.period = ReportPeriod::Moving(MovingPeriod::Last7Days);
        let asked = Asked::new(question, Language::Fr, TimeZone::get("Europe/Paris").unwrap(), now);
        let Span { from, to, before } = asked.span;
        assert_eq!((from, to, before), (date(2026, 3, 8), date(2026, 3, 14), date(2026, 3, 1)));
        assert_eq!(asked.question.period, ReportPeriod::Fixed { from, to });
        let (begins, ends) = asked.moments();
        assert_eq!(
            (begins.to_string(), ends.to_string()),
            ("2026-03-07T23:00:00Z".into(), "2026-03-14T23:00:00Z".into())
        );
    }

    #[test]
    fn points_suit_the_period() {
        for (to, grain, first, count) in [
            (date(2026, 1, 31), None, date(2026, 1, 1), 31),
            (date(2026, 4, 30), None, date(2025, 12, 29), 18),
            (date(2026, 12, 31), None, date(2026, 1, 1), 12),
            (date(2026, 12, 31), Some(ReportGrain::Day), date(2026, 1, 1), 365),
            (date(2026, 1, 1), Some(ReportGrain::Month), date(2026, 1, 1), 1),
        ] {
            let points = asked(date(2026, 1, 1), to, grain).points();
            assert_eq!((points[0], points.len()), (first, count), "{to} {grain:?}");
            assert!(*points.last().unwrap() <= to);
        }
    }
}
