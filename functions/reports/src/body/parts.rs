//! What bodies and answers share: days, filters, times.

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_domain::{
    event::{Channel, Spoken},
    ids::ProjectId,
    report::{MovingPeriod, ReportPeriod, ReportQuestion},
    task::{Recurrence, Timing, Weekday},
};

use super::Broken;

/// Which days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ReportPeriod)]
pub enum Period {
    /// One that moves with the calendar and ends before today: `last_7_days`, `last_30_days`, `last_month`, `last_quarter` or `last_year`.
    #[schema(value_type = String, example = "last_month")]
    Moving(MovingPeriod),
    /// These days.
    Fixed(Days),
}

/// Days, both counted, at most 366.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportDays)]
pub struct Days {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    from: String,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    to: String,
}

impl Period {
    pub(super) fn read(&self, field: &str, broken: &mut Broken) -> ReportPeriod {
        match self {
            Self::Moving(period) => ReportPeriod::Moving(*period),
            Self::Fixed(days) => {
                let mut day = |name: &str, text: &str| {
                    self::day(text).unwrap_or_else(|| {
                        broken.push((format!("{field}.{name}"), "invalid-date"));
                        Date::constant(2026, 1, 1)
                    })
                };
                let (from, to) = (day("from", &days.from), day("to", &days.to));
                ReportPeriod::Fixed { from, to }
            }
        }
    }
}

impl From<ReportPeriod> for Period {
    fn from(period: ReportPeriod) -> Self {
        match period {
            ReportPeriod::Moving(period) => Self::Moving(period),
            ReportPeriod::Fixed { from, to } => {
                Self::Fixed(Days { from: from.to_string(), to: to.to_string() })
            }
        }
    }
}

/// A day in ISO 8601's one form; jiff reads others beside.
pub(super) fn day(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| day.to_string() == text)
}

/// What a report is narrowed to; what is not named is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ReportFilters)]
pub struct Filters {
    /// One front office.
    #[schema(value_type = Option<Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) project: Option<ProjectId>,
    /// One way: web, whatsapp, messenger, mail, back_office or system.
    #[schema(value_type = Option<String>, example = "web")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) channel: Option<Channel>,
    /// One language of candidates: fr or en.
    #[schema(value_type = Option<String>, example = "fr")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<Spoken>,
}

impl Filters {
    /// What a question is narrowed to.
    pub(crate) fn of(question: &ReportQuestion) -> Self {
        Self { project: question.project, channel: question.channel, language: question.language }
    }
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Every {
    Day,
    Week,
    Month,
}

/// When a report is mailed, by the clocks of the tenant's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportSchedule)]
pub struct Schedule {
    /// `day`, `week` or `month`.
    #[schema(value_type = String, pattern = "^(day|week|month)$")]
    every: Every,
    /// Of a week: on which day, `monday` to `sunday`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "monday")]
    weekday: Option<Weekday>,
    /// Of a month: on which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 28)]
    day: Option<u8>,
    /// At which hour.
    #[schema(minimum = 0, maximum = 23)]
    hour: u8,
    /// And minute; 0 where it is missing.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 59)]
    minute: u8,
}

impl Schedule {
    /// The timing, or what is wrong with it.
    pub(super) fn read(&self, zone: &TimeZone) -> Result<Timing, (&'static str, &'static str)> {
        let Self { every, weekday, day, hour, minute } = *self;
        let recurrence = match (every, weekday, day) {
            (Every::Day, None, None) => Recurrence::Day { hour, minute },
            (Every::Week, Some(weekday), None) => Recurrence::Week { weekday, hour, minute },
            (Every::Month, None, Some(day)) => Recurrence::Month { day, hour, minute },
            (Every::Week, None, _) => return Err(("weekday", "required")),
            (Every::Month, _, None) => return Err(("day", "required")),
            (Every::Day | Every::Month, Some(_), _) => return Err(("weekday", "not-here")),
            (Every::Day | Every::Week, _, Some(_)) => return Err(("day", "not-here")),
        };
        Timing::new(recurrence, zone.iana_name().unwrap_or("UTC")).map_err(|error| (error.0, "out-of-range"))
    }

    /// A timing as it is shown.
    pub(crate) fn of(timing: &Timing) -> Option<Self> {
        let (every, weekday, day, hour, minute) = match timing.recurrence() {
            Recurrence::Day { hour, minute } => (Every::Day, None, None, hour, minute),
            Recurrence::Week { weekday, hour, minute } => (Every::Week, Some(weekday), None, hour, minute),
            Recurrence::Month { day, hour, minute } => (Every::Month, None, Some(day), hour, minute),
            Recurrence::Minutes { .. } | Recurrence::Hour { .. } => return None,
        };
        Some(Self { every, weekday, day, hour, minute })
    }
}
