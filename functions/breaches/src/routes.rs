//! Routes of the back office: what breaches concern the tenant, what it decides about the authority, and the notification for it.

use axum::{
    Json, Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use vivier_domain::{ids::BreachId, member::Language, permission::needs};
use vivier_runtime::{
    HandlerError,
    http::{
        ApiJson, ApiPath, ApiQuery, BackOffice, Problem, ProblemKind,
        refusals::{Changing, Listing, Reading},
    },
};
use vivier_tenancy::{TenancyError, TenantScope};

use crate::{
    App,
    body::{BreachList, BreachSummary, BreachView, NewBreachDecision},
    breach::Breach,
    case::Case,
    entry::{What, Who},
    notification, register,
};

/// Times a decision is written anew when others are quicker.
const TRIES: usize = 8;

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/breaches", get(list))
        .route("/v1/breaches/{id}", get(fetch))
        .route("/v1/breaches/{id}/decision", post(decide))
        .route("/v1/breaches/{id}/notification", get(notify))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, fetch, decide, notify))]
    struct Document;
    Document::openapi()
}

async fn own(app: &App, scope: &TenantScope, id: BreachId) -> Result<(Breach, Case), Problem> {
    register::own(app, scope, id).await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// Breaches of personal data that concern the tenant.
#[utoipa::path(
    get,
    path = "/v1/breaches",
    operation_id = "breaches_list",
    tag = "breaches",
    responses((status = 200, description = "The breaches", body = BreachList), Reading),
)]
pub(crate) async fn list(
    State(app): State<App>,
    office: BackOffice<needs::PrivacyRead>,
) -> Result<Json<BreachList>, Problem> {
    let scope = &office.0;
    let mut breaches = Vec::new();
    // Identifiers sort as they were made. There are as many as there were breaches.
    for id in app.tenancy.breaches()?.list_own(scope).await?.into_iter().rev() {
        let found = register::own(&app, scope, id).await?;
        breaches.extend(found.map(|(breach, case)| BreachSummary::of(&breach, &case)));
    }
    Ok(Json(BreachList { breaches }))
}

/// A breach: what happened, how much of the tenant's it concerns, deadlines, and all that was entered about it.
#[utoipa::path(
    get,
    path = "/v1/breaches/{id}",
    operation_id = "breaches_fetch",
    tag = "breaches",
    params(("id" = Uuid, Path, description = "The breach")),
    responses((status = 200, description = "The breach", body = BreachView), Reading),
)]
pub(crate) async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::PrivacyRead>,
    ApiPath(id): ApiPath<BreachId>,
) -> Result<Json<BreachView>, Problem> {
    let (breach, case) = own(&app, &office.0, id).await?;
    Ok(Json(BreachView::of(&breach, &case)))
}

/// What the tenant, as the controller, decides about the supervisory authority (Art. 33(1) GDPR). It may decide otherwise until the authority was notified.
#[utoipa::path(
    post,
    path = "/v1/breaches/{id}/decision",
    operation_id = "breaches_decide",
    tag = "breaches",
    params(("id" = Uuid, Path, description = "The breach")),
    request_body = NewBreachDecision,
    responses((status = 200, description = "The breach", body = BreachView), Changing),
)]
pub(crate) async fn decide(
    State(app): State<App>,
    office: BackOffice<needs::PrivacyWrite>,
    ApiPath(id): ApiPath<BreachId>,
    ApiJson(body): ApiJson<NewBreachDecision>,
) -> Result<Json<BreachView>, Problem> {
    let scope = &office.0;
    let member = scope.member().ok_or_else(|| Problem::new(ProblemKind::Forbidden))?;
    let (breach, mut case) = own(&app, scope, id).await?;
    let decision = body.check(breach.recorded.aware_at, app.clock.now())?;
    for _ in 0..TRIES {
        if case.decided.as_ref().is_some_and(|(known, ..)| *known == decision) {
            return Ok(Json(BreachView::of(&breach, &case)));
        }
        if !case.notified.is_empty() {
            return Err(Problem::new(ProblemKind::Conflict).field("decision", "authority-notified"));
        }
        let entry = (
            Who::Member { subject: member.subject().to_owned() },
            What::Decided { decision: decision.clone() },
        );
        match register::append_own(&app, scope, id, Some(&case.walked), entry).await {
            Ok(()) => {
                let case = own(&app, scope, id).await?.1;
                return Ok(Json(BreachView::of(&breach, &case)));
            }
            Err(HandlerError::Tenancy(TenancyError::Conflict(_))) => {}
            Err(HandlerError::Tenancy(error)) => return Err(error.into()),
            Err(_) => return Err(Problem::new(ProblemKind::Internal)),
        }
        case = own(&app, scope, id).await?.1;
    }
    Err(Problem::new(ProblemKind::Unavailable))
}

/// What a notification is written in.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NotificationQuery {
    /// `fr` or `en`.
    #[serde(default)]
    #[param(value_type = Option<String>, example = "fr")]
    language: Language,
}

/// The notification for the supervisory authority, as it stands now: with all that Art. 33(3) GDPR demands, as a page.
#[utoipa::path(
    get,
    path = "/v1/breaches/{id}/notification",
    operation_id = "breaches_notification",
    tag = "breaches",
    params(("id" = Uuid, Path, description = "The breach"), NotificationQuery),
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html; charset=utf-8"),
        Listing,
    ),
)]
pub(crate) async fn notify(
    State(app): State<App>,
    office: BackOffice<needs::PrivacyRead>,
    ApiPath(id): ApiPath<BreachId>,
    ApiQuery(query): ApiQuery<NotificationQuery>,
) -> Result<Response, Problem> {
    let (breach, case) = own(&app, &office.0, id).await?;
    let page = notification::page(&breach, &case, app.clock.now(), query.language);
    Ok(notification::answer(page.map_err(|_| Problem::new(ProblemKind::Internal))?))
}
