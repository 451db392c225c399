//! Routes of the front office: persons about themselves.

use axum::{Json, extract::State};
use http::StatusCode;
use uuid::Uuid;
use vivier_domain::{ids::PrivacyRequestId, privacy::PrivacyRequestKind, purpose::serves};
use vivier_runtime::http::{ApiJson, FrontOffice, NewId, Problem};
use vivier_store::privacy::{self, NewRequest};
use vivier_tenancy::rooms::files::FileKey;

use super::NOT_FOUND;
use crate::{
    App,
    body::{ConfirmedRequest, CopyLink, CopyToken, NewPrivacyRequest, PrivacyToken},
    copy::{MEDIA_TYPE, NAME},
    limits,
    mails::{CONFIRMATION, COPY},
};

/// Asks for a copy of one's data, for a correction, or that all of it goes. The address is mailed a link within minutes, and nothing is done
/// before its holder has followed it. The answer is the same whether anything of the address is kept here or not.
#[utoipa::path(
    post,
    path = "/v1/privacy-requests",
    operation_id = "privacy_requests_create",
    tag = "privacy",
    request_body = NewPrivacyRequest,
    responses(
        (status = 202, description = "It was asked for"),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 413, description = "The body is larger than the route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The `Idempotency-Key` was used for another request", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many were asked for in this hour", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::OwnRights>,
    NewId(id): NewId<Uuid>,
    ApiJson(body): ApiJson<NewPrivacyRequest>,
) -> Result<StatusCode, Problem> {
    let email = body.check()?;
    limits::count(&app, &scope).await?;
    let mut session = app.tenancy.silo(&scope).await?;
    let tx = session.begin().await?;
    limits::check_tenant(&app, &tx).await?;
    let new = NewRequest {
        id: PrivacyRequestId::from(id),
        kind: body.kind,
        email: &email,
        language: body.language,
        conversations: &body.conversations,
        note: body.note.as_ref(),
    };
    privacy::insert(&tx, new, app.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

/// Confirms a request by the link that was mailed. Once more changes nothing. Of a copy, the answer has the code that opens it beside the
/// link that is mailed later, until the copy was fetched: who finds that mail, and not this page, opens nothing.
#[utoipa::path(
    post,
    path = "/v1/privacy-requests/confirmation",
    operation_id = "privacy_requests_confirm",
    tag = "privacy",
    request_body = PrivacyToken,
    responses(
        (status = 200, description = "It came in", body = ConfirmedRequest),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The link leads nowhere: it is too old, or it never was", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too much was asked for in this hour", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn confirm(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::OwnRights>,
    ApiJson(body): ApiJson<PrivacyToken>,
) -> Result<Json<ConfirmedRequest>, Problem> {
    limits::count(&app, &scope).await?;
    let keys = app.tenancy.privacy_keys(&scope).await?.open().await?;
    let id = keys.request_of(CONFIRMATION, body.token.expose()).ok_or_else(NOT_FOUND)?;
    let mut session = app.tenancy.silo(&scope).await?;
    let tx = session.begin().await?;
    let request = privacy::confirm(&tx, id, app.clock.now()).await?.ok_or_else(NOT_FOUND)?;
    tx.commit().await?;
    // Whoever opens the old mail once the copy was fetched is not told.
    let code = (request.kind == PrivacyRequestKind::Access && request.downloads == 0).then(|| keys.code(id));
    Ok(Json(ConfirmedRequest::of(&request, code)))
}

/// Opens a copy of one's data by the link that was mailed and the code that was shown. It can be fetched for seven days, ten times; after five
/// wrong codes it cannot be opened any more.
#[utoipa::path(
    post,
    path = "/v1/privacy-requests/copy",
    operation_id = "privacy_copies_fetch",
    tag = "privacy",
    request_body = CopyToken,
    responses(
        (status = 200, description = "Where it can be fetched", body = CopyLink),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "Link and code do not open a copy, or do not any more", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too much was asked for in this hour", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn fetch_copy(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::OwnRights>,
    ApiJson(body): ApiJson<CopyToken>,
) -> Result<Json<CopyLink>, Problem> {
    limits::count(&app, &scope).await?;
    let (keys, now) = (app.tenancy.privacy_keys(&scope).await?.open().await?, app.clock.now());
    let id = keys.request_of(COPY, body.token.expose()).ok_or_else(NOT_FOUND)?;
    let mut session = app.tenancy.silo(&scope).await?;
    let tx = session.begin().await?;
    let left = privacy::count_try(&tx, id, now).await?;
    tx.commit().await?;
    if !left || !keys.is_code(id, body.code.expose()) {
        return Err(NOT_FOUND());
    }
    let tx = session.begin().await?;
    privacy::take(&tx, id).await?;
    tx.commit().await?;
    let files = app.tenancy.files(&scope).await?;
    let download = files.presign_download(&FileKey::Copy(id), NAME, MEDIA_TYPE, now).await?;
    Ok(Json(CopyLink { url: download.url, expires_at: download.expires_at }))
}
