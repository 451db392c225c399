//! The function's routes.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use utoipa::OpenApi;
use vivier_domain::{permission::needs, retention::DataKind};
use vivier_runtime::http::{ApiQuery, BackOffice, Problem};
use vivier_store::audit;
use vivier_tenancy::TenantScope;

use crate::{
    App, export,
    query::{ExportQuery, ListQuery, Wanted},
    view::{self, EntryPage},
};

/// The header that says where the next part of an export begins.
pub const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-vivier-next-cursor");

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new().route("/v1/audit", get(list)).route("/v1/audit/export", get(take_out)).with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, take_out))]
    struct Document;
    Document::openapi()
}

/// The entries of the audit log, the newest first. Reading them is itself entered.
#[utoipa::path(
    get,
    path = "/v1/audit",
    operation_id = "audit_list",
    tag = "audit",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of entries", body = EntryPage),
        (status = 400, description = "A parameter is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `audit.read` is not held", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The cursor is none that was given out", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn list(
    State(app): State<App>,
    office: BackOffice<needs::AuditRead>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<EntryPage>, Problem> {
    let wanted = kept(&app, &office.0, query.read(&office.0)?).await?;
    let mut session = app.tenancy.pool(&office.0).await?;
    let tx = session.begin().await?;
    let found = audit::list(&tx, &wanted.filter, wanted.place, wanted.limit + 1).await?;
    tx.commit().await?;
    let (entries, next_cursor) = view::page(&office.0, found, wanted.limit);
    Ok(Json(EntryPage { entries, next_cursor }))
}

/// A part of the audit log as a file, the oldest entries first. Taking it out is itself entered.
#[utoipa::path(
    get,
    path = "/v1/audit/export",
    operation_id = "audit_export",
    tag = "audit",
    params(ExportQuery),
    responses(
        (status = 200, description = "A part of the file; where more follows, the header says where to go on",
            content((String = "text/csv"), (String = "application/x-ndjson")),
            headers(("X-Vivier-Next-Cursor" = Option<String>, description = "The cursor of the next part"))),
        (status = 400, description = "A parameter is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `audit.export` is not held", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The cursor is none that was given out", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn take_out(
    State(app): State<App>,
    office: BackOffice<needs::AuditExport>,
    ApiQuery(query): ApiQuery<ExportQuery>,
) -> Result<Response, Problem> {
    let wanted = kept(&app, &office.0, query.read(&office.0, app.clock.now())?).await?;
    let mut session = app.tenancy.pool(&office.0).await?;
    let tx = session.begin().await?;
    let found = audit::export(&tx, &wanted.filter, wanted.place, wanted.limit + 1).await?;
    tx.commit().await?;
    let (entries, next) = view::page(&office.0, found, wanted.limit);
    let body = export::write(query.format, wanted.place.is_none(), &entries)?;
    let headers = [
        (header::CONTENT_TYPE, query.format.media_type()),
        (header::CONTENT_DISPOSITION, query.format.disposition()),
    ];
    let mut response = (headers, body).into_response();
    if let Some(next) = next.and_then(|next| HeaderValue::from_str(&next).ok()) {
        response.headers_mut().insert(NEXT_CURSOR, next);
    }
    Ok(response)
}

/// What is wanted, of what is kept: older entries are answered to nobody, whether they are still there or not.
async fn kept(app: &App, scope: &TenantScope, wanted: Wanted) -> Result<Wanted, Problem> {
    let since = app.tenancy.retention(scope).await?.kept_since(DataKind::AuditLog, app.clock.now());
    let from = wanted.filter.from.map_or(since, |from| from.max(since));
    Ok(Wanted { filter: audit::Filter { from: Some(from), ..wanted.filter }, ..wanted })
}
