//! What came of searches, by text and by experiment.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use vivier_domain::{
    event::Variant,
    ids::ProjectId,
    opaque::Opaque,
    permission::needs,
    retention::DataKind,
    settings::{ProjectSettings, search::SearchSettings},
};
use vivier_runtime::http::{
    ApiQuery, InProject, Problem, ProblemKind,
    period::{Period, PeriodQuery},
    refusals::Listing,
};
use vivier_store::{
    query_figures::{self, Figures, Order, Span},
    settings,
};
use vivier_tenancy::{TenantScope, rooms::records::Place};

use crate::{
    App,
    figures::compare,
    view::{PositionClicks, QueryFigures, SearchExperiment, SearchExperiments, SearchQueries},
};

/// The most texts of one answer, and how many where nobody says.
const MOST: usize = 500;
const USUAL: usize = 50;

/// The parameters as they are sent.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct QueriesQuery {
    /// The beginning: an RFC 3339 timestamp, or a date, which begins at midnight UTC. Seven days before `to` when it
    /// is missing.
    from: Option<String>,
    /// The end, itself not counted: an RFC 3339 timestamp, or a date, which is counted whole. Now when it is missing.
    to: Option<String>,
    /// `searches` (where it is missing): the texts that were searched for most; `without_results`: those that found nothing most
    /// often, and no others.
    #[param(pattern = "^(searches|without_results)$")]
    order: Option<String>,
    /// At most so many texts: 1 to 500, 50 where it is missing.
    #[param(minimum = 1, maximum = 500, value_type = Option<u16>)]
    limit: Option<String>,
}

impl QueriesQuery {
    fn read(self) -> Result<(PeriodQuery, Order, usize), Problem> {
        let wrong = |field: &str| Problem::new(ProblemKind::InvalidQuery).field(field, "invalid");
        let order = match self.order.as_deref() {
            None | Some("searches") => Order::Searches,
            Some("without_results") => Order::WithoutResults,
            Some(_) => return Err(wrong("order")),
        };
        let limit = self.limit.map_or(Ok(USUAL), |text| text.parse()).ok();
        let limit = limit.filter(|limit| (1..=MOST).contains(limit)).ok_or_else(|| wrong("limit"))?;
        Ok((PeriodQuery { from: self.from, to: self.to }, order, limit))
    }
}

/// What candidates searched for in a front office, and what came of it. A text is listed when enough different visitors searched
/// for it within a month; everything else is summed.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/search-queries",
    operation_id = "search_queries_list",
    tag = "learning",
    params(("project" = Uuid, Path, description = "The project"), QueriesQuery),
    responses((status = 200, description = "The texts and their figures", body = SearchQueries), Listing),
)]
pub(super) async fn list_queries(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<QueriesQuery>,
) -> Result<Json<SearchQueries>, Problem> {
    let (scope, project) = (office.0, office.1);
    let (period, order, limit) = query.read()?;
    let period = kept(&app, &scope, period.period(app.clock.now())?).await?;
    let settings = search_settings(&app, &scope, project).await?;
    let span = span(project, period);
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    let texts = query_figures::list_texts(&tx, &span, order).await?;
    let positions = query_figures::list_positions(&tx, &span).await?;
    tx.commit().await?;
    let (mut queries, mut total, mut others) = (Vec::new(), Figures::default(), Figures::default());
    for (text, figures) in texts {
        total = add(total, figures);
        let wanted = order == Order::Searches || figures.without_results > 0;
        match text.filter(|_| wanted && queries.len() < limit) {
            Some(query) => queries.push(QueryFigures { query, figures: figures.into() }),
            None => others = add(others, figures),
        }
    }
    let positions =
        positions.into_iter().map(|(position, clicks)| PositionClicks { position, clicks }).collect();
    let (from, to, visitors) = (period.from, period.to, settings.query_visitors);
    let (total, others) = (total.into(), others.into());
    Ok(Json(SearchQueries { from, to, visitors, total, queries, others, positions }))
}

/// The experiments of a front office that visitors took part in, with what came of their searches by each of the two settings.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/search-experiments",
    operation_id = "search_experiments_list",
    tag = "learning",
    params(("project" = Uuid, Path, description = "The project"), PeriodQuery),
    responses((status = 200, description = "The experiments and their figures", body = SearchExperiments), Listing),
)]
pub(super) async fn list_experiments(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<PeriodQuery>,
) -> Result<Json<SearchExperiments>, Problem> {
    let (scope, project) = (office.0, office.1);
    let period = kept(&app, &scope, query.period(app.clock.now())?).await?;
    let current = search_settings(&app, &scope, project).await?.fingerprint();
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    let variants = query_figures::list_variants(&tx, &span(project, period)).await?;
    tx.commit().await?;
    let mut found: Vec<(Opaque<8>, [Figures; 2])> = Vec::new();
    for (experiment, variant, figures) in variants {
        let place = usize::from(variant == Variant::B);
        if found.last().is_none_or(|(last, _)| *last != experiment) {
            found.push((experiment, [Figures::default(); 2]));
        }
        if let Some((_, both)) = found.last_mut() {
            both[place] = figures;
        }
    }
    let experiments = found.into_iter().map(|(experiment, [a, b])| SearchExperiment {
        experiment: experiment.to_string(),
        current: current == Some(experiment),
        no_result_rate: compare((a.without_results, a.searches), (b.without_results, b.searches)),
        click_through_rate: compare((a.clicked, a.searches), (b.clicked, b.searches)),
        a: a.into(),
        b: b.into(),
    });
    Ok(Json(SearchExperiments { from: period.from, to: period.to, experiments: experiments.collect() }))
}

/// What of a period is kept: older events are answered to nobody, whether they are still there or not.
async fn kept(app: &App, scope: &TenantScope, period: Period) -> Result<Period, Problem> {
    let since = app.tenancy.retention(scope).await?.kept_since(DataKind::Events, app.clock.now());
    Ok(Period { from: period.from.max(since), ..period })
}

fn span(project: ProjectId, period: Period) -> Span {
    Span { project, from: period.from, to: period.to }
}

fn add(one: Figures, other: Figures) -> Figures {
    Figures {
        searches: one.searches + other.searches,
        without_results: one.without_results + other.without_results,
        clicked: one.clicked + other.clicked,
        clicks: one.clicks + other.clicks,
        reciprocal: one.reciprocal + other.reciprocal,
    }
}

/// The published search settings; 404 unless there is such a project.
async fn search_settings(
    app: &App,
    scope: &TenantScope,
    project: ProjectId,
) -> Result<SearchSettings, Problem> {
    super::require(app, scope, project).await?;
    let records = app.tenancy.records(scope)?;
    let state = settings::fetch::<ProjectSettings>(&records, Place::Project(project)).await?;
    Ok(state.settings().search)
}
