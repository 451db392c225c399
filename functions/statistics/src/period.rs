//! The days that figures are asked of, and what they are narrowed to.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Deserialize;
use utoipa::IntoParams;
use vivier_domain::{event::kind::CATALOGUE, ids::ProjectId};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::statistics::{Filter, Span};

/// The longest period in days: a leap year and a year before it to compare with lie within what is kept.
pub const LONGEST: i32 = 366;
/// How many days where nobody says.
const USUAL: i32 = 7;
/// The first day of which anything can be told.
const EARLIEST: Date = Date::constant(2000, 1, 1);

/// The parameters as they are sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FiguresQuery {
    /// The first day, of the tenant's time zone; six days before `to` when it is missing.
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<String>,
    /// The last day, counted whole; today when it is missing. At most 366 days.
    #[param(value_type = Option<String>, format = Date)]
    pub to: Option<String>,
    /// One front office.
    #[param(value_type = Option<uuid::Uuid>)]
    pub project: Option<String>,
    /// One way: web, whatsapp, messenger, mail, back_office or system.
    pub channel: Option<String>,
    /// One language: fr or en.
    pub language: Option<String>,
    /// Kinds of events, separated by commas; all of them when it is missing.
    pub kinds: Option<String>,
}

/// What is wrong with a parameter.
pub(crate) fn wrong(field: &str, code: &str) -> Problem {
    Problem::new(ProblemKind::InvalidQuery).field(field, code)
}

impl FiguresQuery {
    /// The days that are meant at `now` in the tenant's time zone.
    ///
    /// # Errors
    /// A day that is none, one out of range, or a period that ends before it begins or is too long.
    pub fn span(&self, now: Timestamp, zone: &TimeZone) -> Result<Span, Problem> {
        let day = |field: &str, text: Option<&str>| -> Result<Option<Date>, Problem> {
            let Some(text) = text else { return Ok(None) };
            let day: Date = text.parse().map_err(|_| wrong(field, "invalid-date"))?;
            // What jiff reads beside ISO 8601's one form of a day is none here.
            if day.to_string() != text {
                return Err(wrong(field, "invalid-date"));
            }
            if (EARLIEST..=Date::constant(9998, 12, 31)).contains(&day) {
                Ok(Some(day))
            } else {
                Err(wrong(field, "out-of-range"))
            }
        };
        let today = zone.to_datetime(now).date();
        let to = day("to", self.to.as_deref())?.unwrap_or(today);
        let from = day("from", self.from.as_deref())?;
        let back = |day: Date, days: i32| day.saturating_sub(days.days());
        let from = from.unwrap_or_else(|| back(to, USUAL - 1));
        if from > to {
            return Err(wrong("from", "not-before-to"));
        }
        let days = (to - from).get_days() + 1;
        if days > LONGEST {
            return Err(wrong("to", "period-too-long"));
        }
        Ok(Span { from, to, before: back(from, days) })
    }

    /// What the figures are narrowed to. A front office that the path names is the only one.
    ///
    /// # Errors
    /// A name that no list knows.
    pub fn filter(&self, of_path: Option<ProjectId>) -> Result<Filter, Problem> {
        let project = match (of_path, self.project.as_deref()) {
            (Some(_), Some(_)) => return Err(wrong("project", "not-here")),
            (Some(project), None) => Some(project),
            (None, named) => named.map(str::parse).transpose().map_err(|_| wrong("project", "invalid"))?,
        };
        let channel = self.channel.as_deref().map(str::parse).transpose();
        let language = self.language.as_deref().map(str::parse).transpose();
        let kinds = self.kinds.as_deref().map(kinds).transpose()?;
        Ok(Filter {
            project,
            channel: channel.map_err(|_| wrong("channel", "invalid"))?,
            language: language.map_err(|_| wrong("language", "invalid"))?,
            kinds,
        })
    }
}

/// Kinds from their names.
pub(crate) fn kinds(text: &str) -> Result<Vec<String>, Problem> {
    let known = |name: &str| CATALOGUE.iter().any(|kind| kind.name == name) || name == "unknown";
    let names: Vec<String> = text.split(',').map(str::to_owned).collect();
    if names.iter().all(|name| known(name)) { Ok(names) } else { Err(wrong("kinds", "invalid")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: Option<&str>, to: Option<&str>) -> Result<(String, String, String), (String, String)> {
        let query = FiguresQuery {
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            ..FiguresQuery::default()
        };
        // Half past midnight in Paris, and the day before in UTC.
        let now = "2026-03-14T23:30:00Z".parse().unwrap();
        let span = query.span(now, &TimeZone::get("Europe/Paris").unwrap());
        span.map(|span| (span.from.to_string(), span.to.to_string(), span.before.to_string())).map_err(
            |problem| {
                let error = problem.errors.into_iter().next().unwrap();
                (error.field, error.code)
            },
        )
    }

    #[test]
    fn days_that_are_meant() {
        for (from, to, expected) in [
            (None, None, ("2026-03-09", "2026-03-15", "2026-03-02")),
            (Some("2026-03-01"), None, ("2026-03-01", "2026-03-15", "2026-02-14")),
            (Some("2026-03-01"), Some("2026-03-01"), ("2026-03-01", "2026-03-01", "2026-02-28")),
            (None, Some("2026-01-03"), ("2025-12-28", "2026-01-03", "2025-12-21")),
            (Some("2024-01-01"), Some("2024-12-31"), ("2024-01-01", "2024-12-31", "2022-12-31")),
        ] {
            let expected = (expected.0.to_owned(), expected.1.to_owned(), expected.2.to_owned());
            assert_eq!(span(from, to), Ok(expected), "{from:?} {to:?}");
        }
    }

    #[test]
    fn days_that_are_refused() {
        for (from, to, field, code) in [
            (Some("yesterday"), None, "from", "invalid-date"),
            (Some("2026-02-30"), None, "from", "invalid-date"),
            (Some("20260201"), None, "from", "invalid-date"),
            (Some("2026-03-01T00:00:00Z"), None, "from", "invalid-date"),
            (None, Some("9999-12-31"), "to", "out-of-range"),
            (Some("1999-12-31"), None, "from", "out-of-range"),
            (Some("2026-03-16"), None, "from", "not-before-to"),
            (Some("2025-01-01"), Some("2026-01-02"), "to", "period-too-long"),
        ] {
            assert_eq!(span(from, to), Err((field.to_owned(), code.to_owned())), "{from:?} {to:?}");
        }
    }

    #[test]
    fn what_narrows() {
        let query = |field: &str, value: &str| -> FiguresQuery {
            serde_json::from_value(serde_json::json!({field: value})).unwrap()
        };
        let project = ProjectId::generate();
        assert_eq!(
            query("kinds", "search,chat_unknown").filter(Some(project)).unwrap().project,
            Some(project)
        );
        for (field, value) in [
            ("project", "all"),
            ("channel", "pigeon"),
            ("language", "de"),
            ("kinds", "search,telepathy"),
            ("kinds", ""),
        ] {
            let problem = query(field, value).filter(None).unwrap_err();
            assert_eq!(problem.errors[0].field, field);
        }
        let named = query("project", &ProjectId::generate().to_string());
        assert!(named.filter(None).is_ok() && named.filter(Some(project)).is_err());
    }
}
