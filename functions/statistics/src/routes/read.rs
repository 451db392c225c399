//! What the routes of the whole tenant and those of one front office both do.

use axum::Json;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Deserialize;
use utoipa::IntoParams;
use vivier_domain::{
    ids::ProjectId,
    retention::{DataKind, RetentionPolicy},
};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::statistics::{self, Dimension, Filter, Grain, Span};
use vivier_tenancy::{TenantScope, rooms::PoolTx};

use crate::{
    App,
    period::{FiguresQuery, wrong},
    view::{Breakdown, Funnels, Part, Period, Series, Subject, Subjects, Totals},
};

/// The longest period by the hour, in days: hours are kept little longer.
const LONGEST_BY_HOUR: i32 = 31;
/// Counts by the hour are kept as long as events are: what is older would look like nothing.
const HOURS_KEPT: i32 = 90;
/// The most that a list of subjects names, and how many where nobody says.
const MOST: u32 = 500;
const USUAL: u32 = 20;

/// A query of figures with something of its own. A flattened one would take what it does not know.
macro_rules! query {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub(super) struct $name {
            $($(#[$each])* $field: Option<String>,)*
            /// The first day, of the tenant's time zone; six days before `to` when it is missing.
            #[param(value_type = Option<String>, format = Date)]
            from: Option<String>,
            /// The last day, counted whole; today when it is missing. At most 366 days.
            #[param(value_type = Option<String>, format = Date)]
            to: Option<String>,
            /// One front office, by its id. Not where the path names one.
            project: Option<String>,
            /// One way: web, whatsapp, messenger, mail, back_office or system.
            channel: Option<String>,
            /// One language: fr or en.
            language: Option<String>,
            /// Kinds of events, separated by commas; all of them when it is missing.
            kinds: Option<String>,
        }

        impl $name {
            fn figures(&self) -> FiguresQuery {
                let Self { from, to, project, channel, language, kinds, .. } = self.clone();
                FiguresQuery { from, to, project, channel, language, kinds }
            }
        }
    };
}

query! {
    /// Figures of a period.
    TotalsQuery {}
}
query! {
    /// Figures from point to point.
    SeriesQuery {
        /// How long each point is: hour (at most 31 days, of the last 90), day (where it is missing), week, from a Monday on, or month.
        #[param(pattern = "^(hour|day|week|month)$")]
        grain,
    }
}
query! {
    /// Figures by parts.
    BreakdownQuery {
        /// What parts are: project, channel (where it is missing) or language.
        #[param(pattern = "^(project|channel|language)$")]
        by,
    }
}

/// A list of what was used most.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SubjectsQuery {
    /// The first day, of the tenant's time zone; six days before `to` when it is missing.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The last day, counted whole; today when it is missing. At most 366 days.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
    /// One front office, by its id. Not where the path names one.
    project: Option<String>,
    /// What happened to them: `offer_viewed` (where it is missing), `apply_clicked` or `document_ready`.
    #[param(pattern = "^(offer_viewed|apply_clicked|document_ready)$")]
    kind: Option<String>,
    /// At most so many: 1 to 500, 20 where it is missing.
    #[param(minimum = 1, maximum = 500, value_type = Option<u16>)]
    limit: Option<String>,
}

/// What is asked, once the tenant's time zone is known.
struct Asked {
    span: Span,
    zone: TimeZone,
    period: Period,
    /// The first day of which hours are kept.
    first_hour: Date,
}

async fn asked(
    app: &App,
    tx: &PoolTx<'_>,
    query: &FiguresQuery,
    policy: &RetentionPolicy,
) -> Result<Asked, Problem> {
    let name = statistics::fetch_zone(tx).await?;
    // What was chosen before this version's database of zones is read in UTC rather than not at all.
    let zone = TimeZone::get(&name).unwrap_or(TimeZone::UTC);
    let span = query.span(app.clock.now(), &zone)?;
    let since = zone.to_datetime(policy.kept_since(DataKind::UsageDays, app.clock.now())).date();
    let first_hour = zone.to_datetime(app.clock.now()).date().saturating_sub(HOURS_KEPT.days());
    Ok(Asked { span: span.kept(since), zone, period: Period::of(span, name), first_hour })
}

/// Runs one question in a transaction of the tenant.
macro_rules! ask {
    ($app:expr, $scope:expr, $query:expr, |$tx:ident, $asked:ident| $work:expr) => {{
        let policy = $app.tenancy.retention($scope).await?;
        let mut session = $app.tenancy.pool($scope).await?;
        let $tx = session.begin().await?;
        let $asked = asked($app, &$tx, $query, &policy).await?;
        let found = $work;
        $tx.commit().await?;
        found
    }};
}

pub(super) async fn totals(
    app: &App,
    scope: &TenantScope,
    project: Option<ProjectId>,
    query: &TotalsQuery,
) -> Result<Json<Totals>, Problem> {
    let figures = query.figures();
    let filter = figures.filter(project)?;
    Ok(ask!(app, scope, &figures, |tx, asked| {
        let counts = statistics::list_totals(&tx, asked.span, &filter).await?;
        Json(Totals::of(asked.period, &counts))
    }))
}

pub(super) async fn funnels(
    app: &App,
    scope: &TenantScope,
    project: Option<ProjectId>,
    query: &TotalsQuery,
) -> Result<Json<Funnels>, Problem> {
    let figures = query.figures();
    // Visitors are not counted by way, language or kind.
    for (field, given) in
        [("channel", &figures.channel), ("language", &figures.language), ("kinds", &figures.kinds)]
    {
        if given.is_some() {
            return Err(wrong(field, "not-here"));
        }
    }
    let filter = figures.filter(project)?;
    Ok(ask!(app, scope, &figures, |tx, asked| {
        let counts = statistics::list_totals(&tx, asked.span, &filter).await?;
        Json(Funnels::of(asked.period, &counts))
    }))
}

pub(super) async fn series(
    app: &App,
    scope: &TenantScope,
    project: Option<ProjectId>,
    query: &SeriesQuery,
) -> Result<Json<Series>, Problem> {
    let figures = query.figures();
    let filter = figures.filter(project)?;
    let grain = match query.grain.as_deref() {
        Some("hour") => None,
        None | Some("day") => Some(Grain::Day),
        Some("week") => Some(Grain::Week),
        Some("month") => Some(Grain::Month),
        Some(_) => return Err(wrong("grain", "invalid")),
    };
    Ok(ask!(app, scope, &figures, |tx, asked| {
        Json(if let Some(grain) = grain {
            let lines = statistics::list_series(&tx, asked.span, grain, &filter).await?;
            Series::of(asked.period, lines)
        } else {
            let lines = hours(&tx, &asked, &filter).await?;
            Series::of(asked.period, lines)
        })
    }))
}

async fn hours(
    tx: &PoolTx<'_>,
    asked: &Asked,
    filter: &Filter,
) -> Result<Vec<statistics::Line<Timestamp>>, Problem> {
    let Span { from, to, .. } = asked.span;
    if (to - from).get_days() >= LONGEST_BY_HOUR {
        return Err(wrong("to", "period-too-long"));
    }
    if from < asked.first_hour {
        return Err(wrong("from", "out-of-range"));
    }
    let begins = |day: Date| {
        day.to_zoned(asked.zone.clone())
            .map(|midnight| midnight.timestamp())
            .map_err(|_| Problem::new(ProblemKind::Internal))
    };
    let (from, to) = (begins(from)?, begins(to.saturating_add(1.day()))?);
    Ok(statistics::list_hours(tx, from, to, filter).await?)
}

pub(super) async fn breakdown(
    app: &App,
    scope: &TenantScope,
    project: Option<ProjectId>,
    query: &BreakdownQuery,
) -> Result<Json<Breakdown>, Problem> {
    let figures = query.figures();
    let filter = figures.filter(project)?;
    let dimension = match query.by.as_deref() {
        Some("project") => Dimension::Project,
        None | Some("channel") => Dimension::Channel,
        Some("language") => Dimension::Language,
        Some(_) => return Err(wrong("by", "invalid")),
    };
    Ok(ask!(app, scope, &figures, |tx, asked| {
        let parts = statistics::list_breakdown(&tx, asked.span, dimension, &filter).await?;
        let part = |one: statistics::PartCount| Part {
            part: one.part,
            kind: one.kind,
            outcome: one.outcome,
            count: one.count,
        };
        Json(Breakdown { period: asked.period, parts: parts.into_iter().map(part).collect() })
    }))
}

pub(super) async fn subjects(
    app: &App,
    scope: &TenantScope,
    project: Option<ProjectId>,
    query: &SubjectsQuery,
) -> Result<Json<Subjects>, Problem> {
    let SubjectsQuery { from, to, project: named, kind, limit } = query.clone();
    let figures = FiguresQuery { from, to, project: named, ..FiguresQuery::default() };
    let filter = figures.filter(project)?;
    let kind = match kind.as_deref() {
        None => "offer_viewed",
        Some(kind @ ("offer_viewed" | "apply_clicked" | "document_ready")) => kind,
        Some(_) => return Err(wrong("kind", "invalid")),
    };
    let limit = limit.map_or(Ok(USUAL), |text| text.parse()).ok();
    let limit = limit.filter(|limit| (1..=MOST).contains(limit)).ok_or_else(|| wrong("limit", "invalid"))?;
    Ok(ask!(app, scope, &figures, |tx, asked| {
        let found = statistics::list_subjects(&tx, asked.span, kind, filter.project, limit).await?;
        let subjects = found.into_iter().map(|(id, count)| Subject { id, count }).collect();
        Json(Subjects { period: asked.period, subjects })
    }))
}
