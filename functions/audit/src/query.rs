//! The parameters of a search and of an export, and what is wrong with them.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vivier_runtime::http::{
    Problem, ProblemKind, cursor,
    moment::{self, Edge},
};
use vivier_store::audit::{Filter, Outcome};
use vivier_tenancy::TenantScope;

/// Entries of a page when no number is asked for.
pub const PAGE: u32 = 50;
/// The most entries of a page.
pub const LARGEST_PAGE: u32 = 200;
/// The most entries of one part of an export. None is longer than 1 000 bytes, and an answer has 6 MB at most.
pub const LARGEST_PART: u32 = 5_000;
/// The longest period of an export.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 90);
/// The longest text to look for.
const LONGEST_TEXT: usize = 256;

/// What to look for, as it is sent.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// From then on: an RFC 3339 timestamp, or a date, which begins at midnight UTC.
    pub from: Option<String>,
    /// Until then: an RFC 3339 timestamp, itself not counted, or a date, which is counted whole.
    pub to: Option<String>,
    /// A member's id, `operator`, `system`, or `unknown`.
    pub actor: Option<String>,
    /// An operation's id (`documents_delete`) or a command's name (`tenants.disable`).
    pub action: Option<String>,
    /// The id of a thing; of several that an entry names, any.
    pub subject: Option<String>,
    /// `begun`, `done`, `refused` or `failed`.
    pub outcome: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Entries of a page, 1 to 200; 50 when it is missing.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// What form a file has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma separated values, with a line of names.
    #[default]
    Csv,
    /// A JSON object on each line.
    Jsonl,
}

/// What to hand out, as it is sent.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// From then on: an RFC 3339 timestamp, or a date, which begins at midnight UTC. 90 days before `to` when it is
    /// missing.
    pub from: Option<String>,
    /// Until then: an RFC 3339 timestamp, itself not counted, or a date, which is counted whole. Now when it is missing.
    pub to: Option<String>,
    /// `csv` or `jsonl`; `csv` when it is missing.
    #[serde(default)]
    #[param(inline)]
    pub format: Format,
    /// The header `X-Vivier-Next-Cursor` of the part before.
    pub cursor: Option<String>,
    /// Entries of a part, 1 to 5000; 5000 when it is missing.
    #[param(minimum = 1, maximum = 5000)]
    pub limit: Option<u32>,
}

/// What to read from the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What fits.
    pub filter: Filter,
    /// The entry behind which to go on.
    pub place: Option<i64>,
    /// How many.
    pub limit: u32,
}

impl ListQuery {
    /// What is asked for, or what is wrong.
    pub fn read(&self, scope: &TenantScope) -> Result<Wanted, Problem> {
        let (from, to) = period(self.from.as_deref(), self.to.as_deref())?;
        let outcome = self.outcome.as_deref().map(str::parse::<Outcome>);
        let filter = Filter {
            from,
            to,
            actor: text("actor", self.actor.as_deref())?,
            action: text("action", self.action.as_deref())?,
            subject: text("subject", self.subject.as_deref())?,
            outcome: outcome.transpose().map_err(|_| wrong("outcome", "invalid"))?,
        };
        let limit = limit(self.limit, PAGE, LARGEST_PAGE)?;
        Ok(Wanted { filter, place: place(scope, self.cursor.as_deref())?, limit })
    }
}

impl ExportQuery {
    /// What is asked for at `now`, or what is wrong.
    pub fn read(&self, scope: &TenantScope, now: Timestamp) -> Result<Wanted, Problem> {
        let (from, to) = period(self.from.as_deref(), self.to.as_deref())?;
        let to = to.unwrap_or(now);
        let from = from.unwrap_or(to - LONGEST);
        if from >= to {
            return Err(wrong("from", "not-before-to"));
        }
        if to.duration_since(from) > LONGEST {
            return Err(wrong("to", "period-too-long"));
        }
        let filter = Filter { from: Some(from), to: Some(to), ..Filter::default() };
        let limit = limit(self.limit, LARGEST_PART, LARGEST_PART)?;
        Ok(Wanted { filter, place: place(scope, self.cursor.as_deref())?, limit })
    }
}

fn wrong(field: &str, code: &str) -> Problem {
    Problem::new(ProblemKind::InvalidQuery).field(field, code)
}

fn limit(asked: Option<u32>, usual: u32, most: u32) -> Result<u32, Problem> {
    let limit = asked.unwrap_or(usual);
    if (1..=most).contains(&limit) { Ok(limit) } else { Err(wrong("limit", "out-of-range")) }
}

/// The cursor behind an entry.
pub fn cursor_behind(scope: &TenantScope, ordinal: i64) -> String {
    cursor::write(scope, Uuid::from_u64_pair(0, ordinal.cast_unsigned()))
}

fn place(scope: &TenantScope, cursor: Option<&str>) -> Result<Option<i64>, Problem> {
    let place = cursor.map(|text| cursor::read(scope, text)).transpose()?;
    Ok(place.map(|place| place.as_u64_pair().1.cast_signed()))
}

fn text(field: &str, asked: Option<&str>) -> Result<Option<String>, Problem> {
    match asked {
        Some(text) if text.is_empty() || text.len() > LONGEST_TEXT || text.chars().any(char::is_control) => {
            Err(wrong(field, "invalid"))
        }
        asked => Ok(asked.map(str::to_owned)),
    }
}

type Moments = (Option<Timestamp>, Option<Timestamp>);

fn period(from: Option<&str>, to: Option<&str>) -> Result<Moments, Problem> {
    let from =
        from.map(|text| moment::read(text, Edge::Begin)).transpose().map_err(|code| wrong("from", code))?;
    let to = to.map(|text| moment::read(text, Edge::End)).transpose().map_err(|code| wrong("to", code))?;
    Ok((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::ids::TenantId;
    use vivier_testkit::scope;

    fn now() -> Timestamp {
        "2026-04-01T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn searches() {
        let own = scope::front(TenantId::generate());
        let other = scope::front(TenantId::generate());
        let cursor = Some(cursor_behind(&own, 7));
        let usual = ListQuery::default();
        assert_eq!(usual.read(&own), Ok(Wanted { filter: Filter::default(), place: None, limit: 50 }));
        let all = ListQuery {
            from: Some("2026-01-31".into()),
            to: Some("2026-01-31".into()),
            actor: Some("operator".into()),
            outcome: Some("done".into()),
            cursor: cursor.clone(),
            limit: Some(200),
            ..usual.clone()
        };
        let read = all.read(&own).unwrap();
        assert_eq!((read.place, read.limit), (Some(7), 200));
        assert_eq!(read.filter.from.unwrap().to_string(), "2026-01-31T00:00:00Z");
        assert_eq!(read.filter.to.unwrap().to_string(), "2026-02-01T00:00:00Z");
        assert_eq!(all.read(&other).unwrap_err().status, 404, "another's cursor");
        for (query, field) in [
            (ListQuery { limit: Some(0), ..usual.clone() }, "limit"),
            (ListQuery { limit: Some(201), ..usual.clone() }, "limit"),
            (ListQuery { from: Some("yesterday".into()), ..usual.clone() }, "from"),
            (ListQuery { to: Some("1999-12-30".into()), ..usual.clone() }, "to"),
            (ListQuery { actor: Some(String::new()), ..usual.clone() }, "actor"),
            (ListQuery { action: Some("a\u{0}".into()), ..usual.clone() }, "action"),
            (ListQuery { subject: Some("a".repeat(257)), ..usual.clone() }, "subject"),
            (ListQuery { outcome: Some("Done".into()), ..usual.clone() }, "outcome"),
        ] {
            assert_eq!(query.read(&own).unwrap_err().errors[0].field, field);
        }
    }

    #[test]
    fn exports() {
        let own = scope::front(TenantId::generate());
        let usual = ExportQuery::default().read(&own, now()).unwrap();
        assert_eq!((usual.filter.to, usual.limit), (Some(now()), 5000));
        assert_eq!(usual.filter.from.unwrap().to_string(), "2026-01-01T12:00:00Z");
        let query = |from: &str, to: &str| ExportQuery {
            from: Some(from.into()),
            to: Some(to.into()),
            ..ExportQuery::default()
        };
        for (from, to, code) in [
            ("2026-01-01", "2026-03-31", None),
            ("2026-01-01", "2026-04-01", Some("period-too-long")),
            ("2026-01-02", "2026-01-01T00:00:00Z", Some("not-before-to")),
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", Some("not-before-to")),
        ] {
            let problem =
                query(from, to).read(&own, now()).err().map(|problem| problem.errors[0].code.clone());
            assert_eq!(problem.as_deref(), code, "{from} {to}");
        }
    }
}
