//! The routes of the front office's search.

use axum::{
    Json, Router,
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use vivier_domain::{event::EventKind, ids::OfferId, purpose::serves};
use vivier_index::{
    Fingerprint, OfferDetail, SearchError, SearchPage, Suggestion,
    parameters::{self, Asked, Refused},
};
use vivier_runtime::{
    events::count,
    http::{ApiPath, ApiQuery, FrontOffice, Problem, ProblemKind},
    telemetry,
};

use crate::{
    App,
    learning::{self, Learning, Learnt},
    occupations, places,
};

/// The routes.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/offers", get(search))
        .route("/v1/offers/suggest", get(suggest))
        .route("/v1/offers/{id}", get(fetch))
        .route("/v1/places", get(places::suggest))
        .with_state(app)
}

/// This function's part of the API document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(search, suggest, fetch, places::suggest))]
struct Document;

/// Suggestions while typing.
#[derive(Debug, Serialize, ToSchema)]
struct Suggestions {
    /// Most frequent first.
    suggestions: Vec<Suggestion>,
}

/// Searches offers.
#[utoipa::path(
    get, path = "/v1/offers", tag = "offers",
    params(
        ("q" = Option<String>, Query, description = "Free text, at most 300 characters; `-word` excludes"),
        ("contract" = Option<Vec<String>>, Query, description = "Repeat for alternatives"),
        ("city" = Option<Vec<String>>, Query, description = "Repeat for alternatives"),
        ("occupation" = Option<Vec<String>>, Query, description = "ROME code or name; repeat for alternatives"),
        ("remote" = Option<Vec<String>>, Query, description = "none, partial or full"),
        ("working_time" = Option<Vec<String>>, Query, description = "full or part"),
        ("experience" = Option<Vec<String>>, Query, description = "Years asked for: 0, 1_2, 3_5 or 6_plus; repeat for alternatives"),
        ("education" = Option<Vec<String>>, Query, description = "Level asked for, 3 to 8; repeat for alternatives"),
        ("company" = Option<Vec<String>>, Query, description = "Repeat for alternatives"),
        ("department" = Option<Vec<String>>, Query, description = "Code; repeat for alternatives"),
        ("region" = Option<Vec<String>>, Query, description = "Code; repeat for alternatives"),
        ("family" = Option<Vec<String>>, Query, description = "First three characters of a ROME code; repeat for alternatives"),
        ("salary" = Option<Vec<String>>, Query, description = "A band of gross euros a year, as facets give it; repeat for alternatives"),
        ("salary_min" = Option<u32>, Query, description = "Gross euros that the offer reaches, for `salary_period`"),
        ("salary_max" = Option<u32>, Query, description = "Gross euros that the offer does not begin above, for `salary_period`"),
        ("salary_period" = Option<String>, Query, description = "hour, month or year (default)"),
        ("near" = Option<String>, Query, description = "A commune by name or postal code; degrees north and east, as 47.2184,-1.5536; or `télétravail`: wherever one likes"),
        ("radius_km" = Option<u32>, Query, description = "Around `near`, 1 to 500; 20 by default, and then wider, up to 100, where few offers are found"),
        ("match" = Option<String>, Query, description = "What decides: words, meaning, or both (default)"),
        ("duplicates" = Option<bool>, Query, description = "true: offers that say the same are all listed"),
        ("explain" = Option<bool>, Query, description = "true: each hit says why it stands where it does"),
        ("related" = Option<bool>, Query, description = "true: the occupation that `q` means, and others near it of which there are offers"),
        ("published_since" = Option<String>, Query, description = "A day, as 2026-01-31"),
        ("sort" = Option<String>, Query, description = "relevance (default), date, or distance with `near`"),
        ("limit" = Option<usize>, Query, description = "1 to 100, 20 by default"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, body = SearchPage), (status = 400, body = Problem), (status = 404, body = Problem))
)]
async fn search(
    FrontOffice(scope, ..): FrontOffice<serves::Nobody>,
    State(app): State<App>,
    ApiQuery(query): ApiQuery<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let places = if parameters::names_a_place(&query) { Some(places::open(&app).await?) } else { None };
    let asked = parameters::search(query, Fingerprint::of(scope.tenant()), app.clock.today(), places)
        .map_err(refused)?;
    let Asked { mut request, filters, related, place } = asked;
    let (front, index) = tokio::join!(app.tuning.front(&app.tenancy, &scope), app.index(&scope));
    let index = index?;
    let learning = Learning::of(&scope, index.as_deref());
    let trial = learning.zip(front.as_ref()).and_then(|(learning, front)| learning.trial(front));
    if let Some(front) = &front {
        front.tune(trial, &mut request);
    }
    let mut page = match &index {
        Some(index) => {
            if request.weights.meaning > 0.0
                && let Some(model) = index.model()
            {
                request.vector = app.meanings.of(scope.tenant(), &request.q, model).await;
            }
            let mut page = index.search(&request).map_err(|error| problem(&error))?;
            if related && !request.q.is_empty() {
                page.occupation = occupations::meant(&app, &request.q, index).await;
            }
            page
        }
        // A tenant that has published nothing has given out no cursor either.
        None if request.cursor.is_some() => return Err(Problem::new(ProblemKind::NotFound)),
        None => SearchPage::default(),
    };
    page.place = place;
    // A further page is the same search.
    let learnt = learning.zip(front).filter(|_| request.cursor.is_none());
    let learnt =
        learnt.map(|(learning, front)| learning.learn(app.clock.now(), &request.q, front.visitors(), trial));
    let Learnt { ticket, context, share } = learnt.unwrap_or_default();
    page.search = ticket;
    let further = request.cursor.is_some();
    let counted = EventKind::Search { results: page.total, filters, further, context, share };
    count(&app.tenancy, app.clock, &scope, counted);
    let json = page.to_json().map_err(|error| problem(&error))?;
    Ok(([(CONTENT_TYPE, "application/json")], json).into_response())
}

/// Completes what is being typed from the tenant's own offers.
#[utoipa::path(
    get, path = "/v1/offers/suggest", tag = "offers",
    params(
        ("q" = String, Query, description = "What was typed so far"),
        ("limit" = Option<usize>, Query, description = "1 to 100, 10 by default; at most 50 are given"),
    ),
    responses((status = 200, body = Suggestions), (status = 400, body = Problem))
)]
async fn suggest(
    FrontOffice(scope, ..): FrontOffice<serves::Nobody>,
    State(app): State<App>,
    ApiQuery(query): ApiQuery<Vec<(String, String)>>,
) -> Result<Json<Suggestions>, Problem> {
    let (prefix, limit) = parameters::suggest(query).map_err(refused)?;
    let index = app.index(&scope).await?;
    let suggestions = index.map(|index| index.suggest(&prefix, limit, app.clock.today())).unwrap_or_default();
    count(&app.tenancy, app.clock, &scope, EventKind::Suggested { results: suggestions.len() as u64 });
    Ok(Json(Suggestions { suggestions }))
}

/// Opens an offer. Where it is opened among the hits of a search, `search` and `position` say so, both or neither: the position is
/// counted, and a search that is not known any more is not.
#[utoipa::path(
    get, path = "/v1/offers/{id}", tag = "offers",
    params(
        ("id" = String, Path, description = "The offer's id"),
        ("search" = Option<String>, Query, description = "`search` of the answer whose hit it was"),
        ("position" = Option<u16>, Query, minimum = 1, maximum = 10000, description = "Its place among the hits of all pages, from 1"),
    ),
    responses((status = 200, body = OfferDetail), (status = 400, body = Problem), (status = 404, body = Problem))
)]
async fn fetch(
    FrontOffice(scope, ..): FrontOffice<serves::Nobody>,
    State(app): State<App>,
    ApiPath(id): ApiPath<OfferId>,
    ApiQuery(query): ApiQuery<Vec<(String, String)>>,
) -> Result<Json<OfferDetail>, Problem> {
    let opening = learning::opening(query)?;
    let index = app.index(&scope).await?;
    let offer = match &index {
        Some(index) => index.get(id, app.clock.today()).map_err(|error| problem(&error))?,
        None => None,
    };
    let offer = offer.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let learning = Learning::of(&scope, index.as_deref());
    let opened = learning.zip(opening).and_then(|(learning, (ticket, position))| {
        learning.opened(app.clock.now(), &ticket).map(|context| (context, position))
    });
    let (context, position) = opened.unzip();
    count(&app.tenancy, app.clock, &scope, EventKind::OfferViewed { offer_id: id, context, position });
    Ok(Json(offer))
}

/// The problem that names what was refused.
pub(crate) fn refused(refused: Refused) -> Problem {
    let problem = Problem::new(ProblemKind::InvalidQuery);
    refused.errors.into_iter().fold(problem, |problem, (field, code)| problem.field(field, code))
}

fn problem(error: &SearchError) -> Problem {
    match error {
        SearchError::Cursor(_) => Problem::new(ProblemKind::NotFound),
        SearchError::Engine(_) | SearchError::Stored(_) | SearchError::Unwritten(_) => {
            tracing::error!(error = telemetry::chain(error), "the index failed");
            Problem::new(ProblemKind::Internal)
        }
    }
}
