//! The function's routes: all of the front office.

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use http::StatusCode;
use utoipa::OpenApi;
use uuid::Uuid;
use vivier_domain::{alert::AlertDays, event::EventKind, ids::AlertId, purpose::serves, redacted::Redacted};
use vivier_runtime::{
    events::count,
    http::{ApiJson, ApiPath, FrontOffice, NewId, Problem, ProblemKind, nth},
    telemetry,
};
use vivier_store::{
    alerts::{self, NewAlert, TokenHash},
    legal_holds,
};
use vivier_tenancy::TenantScope;

use crate::{
    App,
    body::{AlertToken, KeptAlert, NewAlertRequest},
    limits, page, saved, token,
};

const NOT_FOUND: fn() -> Problem = || Problem::new(ProblemKind::NotFound);

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/alerts", post(create))
        .route("/v1/alerts/page", get(page::fetch))
        .route("/v1/alerts/confirmation", post(confirm))
        .route("/v1/alerts/renewal", post(renew))
        .route("/v1/alerts/unsubscription", post(unsubscribe))
        .route("/v1/alerts/unsubscription/{token}", post(unsubscribe_at_one_click))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(create, page::fetch, confirm, renew, unsubscribe, unsubscribe_at_one_click))]
    struct Document;
    Document::openapi()
}

/// Asks for an alert: the address is mailed a link within minutes, and told of new offers once its holder has followed it. The
/// answer is the same whether the address has alerts already, or as many as it may have.
#[utoipa::path(
    post,
    path = "/v1/alerts",
    operation_id = "alerts_create",
    tag = "alerts",
    request_body = NewAlertRequest,
    responses(
        (status = 202, description = "It was asked for"),
        (status = 400, description = "The body is not what this route takes; a parameter of the search is named as `search.contract`",
            body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is larger than the route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The `Idempotency-Key` was used for another request", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many were asked for in this hour", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn create(
    State(app): State<App>,
    office: FrontOffice<serves::Alerts>,
    NewId(request): NewId<Uuid>,
    ApiJson(body): ApiJson<NewAlertRequest>,
) -> Result<StatusCode, Problem> {
    let consent = office.agreed(body.consent_version)?;
    let scope = office.0;
    // Every entrance leads to a front office; one that does not has nothing to save a search in.
    let project = scope.project().ok_or_else(NOT_FOUND)?;
    let (email, query) = body.check()?;
    let search = search(&app, &scope, query).await?;
    limits::count(&app, &scope).await?;
    let new = NewAlert {
        id: AlertId::from(request),
        mail: nth(request, 0),
        project,
        email: &email,
        language: body.language.into(),
        frequency: body.frequency.into(),
        search: &search,
        consent,
    };
    let mut session = app.tenancy.silo(&scope).await?;
    let tx = session.begin().await?;
    limits::check_project(&app, &tx, project).await?;
    alerts::insert(&tx, new, app.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

/// The search as it is stored, or what is wrong with it.
async fn search(app: &App, scope: &TenantScope, query: &str) -> Result<Redacted, Problem> {
    let invalid = || Problem::new(ProblemKind::InvalidBody);
    let pairs = saved::pairs(query).ok_or_else(|| invalid().field("search", "invalid"))?;
    let places = saved::places(app, &pairs).await.map_err(|error| {
        tracing::error!(error = telemetry::chain(&error), "the places cannot be read");
        Problem::new(ProblemKind::Unavailable)
    })?;
    saved::check(pairs.clone(), scope.tenant(), app.clock.today(), places).map_err(|refused| {
        let errors = refused.errors.into_iter();
        errors.fold(invalid(), |problem, (field, code)| problem.field(format!("search.{field}"), code))
    })?;
    saved::stored(pairs).ok_or_else(|| invalid().field("search", "invalid"))
}

/// Confirms an alert by the link that was mailed. It then lasts as long as the tenant keeps alerts: 90 days at most. Once more changes nothing.
#[utoipa::path(
    post,
    path = "/v1/alerts/confirmation",
    operation_id = "alerts_confirm",
    tag = "alerts",
    request_body = AlertToken,
    responses(
        (status = 200, description = "It is confirmed", body = KeptAlert),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The link leads nowhere: it is too old, or the alert is over, or it never was", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn confirm(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::Alerts>,
    ApiJson(body): ApiJson<AlertToken>,
) -> Result<Json<KeptAlert>, Problem> {
    let hash = hash(&body.token)?;
    let days = AlertDays::of(&app.tenancy.retention(&scope).await?);
    let mut session = app.tenancy.silo(&scope).await?;
    let tx = session.begin().await?;
    let kept = alerts::confirm(&tx, &hash, app.clock.now(), days).await?;
    tx.commit().await?;
    if kept.is_some() {
        count(&app.tenancy, app.clock, &scope, EventKind::AlertConfirmed {});
    }
    kept.map(|kept| Json(kept.into())).ok_or_else(NOT_FOUND)
}

/// Lets an alert last as long as one that is confirmed now, by a link that was mailed with offers.
#[utoipa::path(
    post,
    path = "/v1/alerts/renewal",
    operation_id = "alerts_renew",
    tag = "alerts",
    request_body = AlertToken,
    responses(
        (status = 200, description = "It lasts longer", body = KeptAlert),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The link leads nowhere: the alert is over, or it never was", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn renew(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::Alerts>,
    ApiJson(body): ApiJson<AlertToken>,
) -> Result<Json<KeptAlert>, Problem> {
    let hash = hash(&body.token)?;
    let days = AlertDays::of(&app.tenancy.retention(&scope).await?);
    let mut session = app.tenancy.silo(&scope).await?;
    let tx = session.begin().await?;
    let kept = alerts::renew(&tx, &hash, app.clock.now(), days).await?;
    tx.commit().await?;
    kept.map(|kept| Json(kept.into())).ok_or_else(NOT_FOUND)
}

/// Ends an alert by a link that was mailed with offers: the address and all that is kept with it are gone at once.
#[utoipa::path(
    post,
    path = "/v1/alerts/unsubscription",
    operation_id = "alerts_unsubscribe",
    tag = "alerts",
    request_body = AlertToken,
    responses(
        (status = 204, description = "It is gone"),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The link leads nowhere: the alert is over, or it never was", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn unsubscribe(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::OwnRights>,
    ApiJson(body): ApiJson<AlertToken>,
) -> Result<StatusCode, Problem> {
    delete(&app, &scope, &hash(&body.token)?).await
}

/// Ends an alert as mail programs do (RFC 8058), at the address in `List-Unsubscribe`. What the body says is not looked at: whoever
/// posts here means it, and programs that follow links do not post.
#[utoipa::path(
    post,
    path = "/v1/alerts/unsubscription/{token}",
    operation_id = "alerts_unsubscribe_at_one_click",
    tag = "alerts",
    params(("token" = String, Path, description = "As the header has it")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "The address leads nowhere: the alert is over, or it never was", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn unsubscribe_at_one_click(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::OwnRights>,
    ApiPath(token): ApiPath<Redacted>,
) -> Result<StatusCode, Problem> {
    delete(&app, &scope, &hash(&token)?).await
}

fn hash(token: &Redacted) -> Result<TokenHash, Problem> {
    token::hash(token.expose()).ok_or_else(NOT_FOUND)
}

async fn delete(app: &App, scope: &TenantScope, hash: &TokenHash) -> Result<StatusCode, Problem> {
    let (now, days) = (app.clock.now(), AlertDays::of(&app.tenancy.retention(scope).await?));
    // Of what may be held nothing is removed here: it is over, and the purge takes what is not held.
    let held = {
        let mut session = app.tenancy.pool(scope).await?;
        let tx = session.begin().await?;
        let held = legal_holds::in_force(&tx, now).await?.has_alerts();
        tx.commit().await?;
        held
    };
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let deleted = if held {
        alerts::end(&tx, hash, now, days).await?
    } else {
        alerts::delete(&tx, hash, now, days).await?
    };
    tx.commit().await?;
    if !deleted {
        return Err(NOT_FOUND());
    }
    count(&app.tenancy, app.clock, scope, EventKind::AlertEnded {});
    Ok(StatusCode::NO_CONTENT)
}
