//! Routes of the back office: members of a tenant that leaves see how that stands, fetch what they take along, and acknowledge it.

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use utoipa::OpenApi;
use vivier_bundle::{Acknowledgement, Departure, Signed};
use vivier_domain::{opaque::Opaque, permission::needs};
use vivier_runtime::http::{
    ApiJson, BackOffice, Problem, ProblemKind,
    refusals::{Changing, Reading},
};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::{files::FileKey, records::Versioned},
};

use crate::{
    App,
    body::{AcknowledgementView, BundleDownload, DepartureView, NewAcknowledgement},
};

/// What a browser keeps the bundle as.
const NAME: &str = "vivier-bundle.zip";

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/departure", get(fetch))
        .route("/v1/departure/download", post(download))
        .route("/v1/departure/acknowledgement", post(acknowledge))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(fetch, download, acknowledge))]
    struct Document;
    Document::openapi()
}

async fn own(app: &App, scope: &TenantScope) -> Result<Versioned<Departure>, Problem> {
    let found = app.tenancy.departures()?.own::<Departure>(scope).await?;
    found.ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// How the tenant's departure stands. Nothing is there while nobody has begun one.
#[utoipa::path(
    get,
    path = "/v1/departure",
    operation_id = "departure_fetch",
    tag = "departure",
    responses((status = 200, description = "The departure", body = DepartureView), Reading),
)]
pub(crate) async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::DepartureAcknowledge>,
) -> Result<Json<DepartureView>, Problem> {
    Ok(Json(DepartureView::of(&own(&app, &office.0).await?.value)))
}

/// Where everything the tenant takes along can be fetched, for 15 minutes.
#[utoipa::path(
    post,
    path = "/v1/departure/download",
    operation_id = "departure_download",
    tag = "departure",
    responses((status = 200, description = "The address", body = BundleDownload), Changing),
)]
pub(crate) async fn download(
    State(app): State<App>,
    office: BackOffice<needs::DepartureAcknowledge>,
) -> Result<Json<BundleDownload>, Problem> {
    let departure = own(&app, &office.0).await?.value;
    let bundle = departure.bundle.ok_or_else(|| Problem::new(ProblemKind::Conflict))?;
    let files = app.tenancy.files(&office.0).await?;
    let found =
        files.presign_download(&FileKey::DepartureBundle, NAME, "application/zip", app.clock.now()).await?;
    Ok(Json(BundleDownload {
        url: found.url,
        expires_at: found.expires_at,
        sha256: bundle.sha256,
        bytes: bundle.bytes,
    }))
}

/// Acknowledges that everything was received, whole. From then on the operator may destroy what is here.
#[utoipa::path(
    post,
    path = "/v1/departure/acknowledgement",
    operation_id = "departure_acknowledge",
    tag = "departure",
    request_body = NewAcknowledgement,
    responses((status = 200, description = "What was signed", body = AcknowledgementView), Changing),
)]
pub(crate) async fn acknowledge(
    State(app): State<App>,
    office: BackOffice<needs::DepartureAcknowledge>,
    ApiJson(body): ApiJson<NewAcknowledgement>,
) -> Result<Json<AcknowledgementView>, Problem> {
    let scope = &office.0;
    let Versioned { version, value: mut departure } = own(&app, scope).await?;
    let bundle = departure.bundle.as_ref().ok_or_else(|| Problem::new(ProblemKind::Conflict))?;
    if body.sha256 != bundle.sha256 {
        return Err(Problem::new(ProblemKind::InvalidBody).field("sha256", "another-file"));
    }
    if let Some(signed) = &departure.acknowledgement {
        return Ok(Json(AcknowledgementView::of(signed)));
    }
    let member = scope.member().ok_or_else(|| Problem::new(ProblemKind::Forbidden))?;
    let last = app.tenancy.ledger(scope)?.last().await?;
    let acknowledgement = Acknowledgement {
        seq: last.as_ref().map_or(1, |(seq, _)| seq + 1),
        tenant: scope.tenant(),
        bundle_sha256: bundle.sha256.clone(),
        bundle_bytes: bundle.bytes,
        member: member.subject().to_owned(),
        at: app.clock.now(),
        previous: last.map_or(Opaque([0; 32]), |(_, receipt)| receipt.hash),
    };
    let keys = app.tenancy.privacy_keys(scope).await?.open().await?;
    let text =
        serde_json::to_string(&acknowledgement).map_err(|_| TenancyError::Corrupt("acknowledgement"))?;
    let signed = Signed::seal(text, keys.public_key(), |bytes| keys.sign(bytes));
    let view = AcknowledgementView::of(&signed);
    departure.acknowledgement = Some(signed);
    app.tenancy.departures()?.put_own(scope, &departure, version).await?;
    Ok(Json(view))
}
