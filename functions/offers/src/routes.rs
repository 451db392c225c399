//! The back office announces imports and reads what became of them.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, OpenApi, ToSchema};
use uuid::Uuid;
use vivier_domain::{
    ids::ImportId,
    import::{ImportFormat, ImportSource, MAXIMUM_BYTES},
    permission::needs,
};
use vivier_runtime::http::{
    ApiJson, ApiPath, ApiQuery, BackOffice, NewId, Problem, ProblemKind, cursor, page,
};
use vivier_store::imports;
use vivier_tenancy::rooms::files::FileKey;

use crate::{App, view};

const DEFAULT_LIMIT: u32 = 20;
const MAXIMUM_LIMIT: u32 = 100;

/// A file that is about to be uploaded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImport {
    /// `csv`, `jsonl`, or the name of a partner's feed.
    #[schema(value_type = String)]
    pub format: ImportFormat,
    /// Where the offers come from: small letters, figures and hyphens, at most 40. An import closes what its own source no longer has.
    /// Without it, a partner's feed is a source by its name, and `csv` and `jsonl` files are the source `file`.
    #[schema(value_type = Option<String>)]
    pub source: Option<ImportSource>,
    /// Bytes in the file, at most 268 435 456.
    pub size: u64,
}

/// Where to send the file, once, exactly as announced.
#[derive(Debug, Serialize, ToSchema)]
pub struct Upload {
    /// The signed address.
    pub url: String,
    /// `PUT`.
    pub method: &'static str,
    /// Headers that must be sent along.
    pub headers: BTreeMap<String, String>,
}

/// An announced import.
#[derive(Debug, Serialize, ToSchema)]
pub struct Announced {
    /// Its id.
    pub import_id: Uuid,
    /// Where to send the file.
    pub upload: Upload,
    /// When the address stops working.
    pub expires_at: Timestamp,
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Entries a page, 1 to 100; 20 without it.
    pub limit: Option<u32>,
}

/// The routes of this function.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/imports", get(list).post(create))
        .route("/v1/imports/{id}", get(fetch))
        .route("/v1/imports/{id}/confirmation", post(confirm))
        .with_state(app)
}

/// This function's part of the API's description.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(create, list, fetch, confirm), components(schemas(Problem)))]
    struct Api;
    Api::openapi()
}

/// Announces an import; the answer says where to upload its file, which starts it.
#[utoipa::path(post, path = "/v1/imports", request_body = NewImport,
               responses((status = 201, body = Announced), (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn create(
    State(app): State<App>,
    office: BackOffice<needs::OffersWrite>,
    NewId(id): NewId<ImportId>,
    ApiJson(new): ApiJson<NewImport>,
) -> Result<impl IntoResponse, Problem> {
    check_size(new.size)?;
    let source = new.source.unwrap_or_else(|| ImportSource::of(new.format));
    let now = app.clock.now();
    let files = app.tenancy.files(&office.0).await?;
    let upload = files.presign_upload(&FileKey::Import(id), new.size, new.format.media_type(), now).await?;
    // Entered before the address is given out: a file never arrives unannounced.
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    imports::create(&tx, id, new.format, &source, now).await?;
    tx.commit().await?;
    let announced = Announced {
        import_id: id.as_uuid(),
        upload: Upload { url: upload.url, method: "PUT", headers: upload.headers.into_iter().collect() },
        expires_at: upload.expires_at,
    };
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/v1/imports/{id}"))], Json(announced)))
}

/// Lists imports, newest first.
#[utoipa::path(get, path = "/v1/imports", params(Page),
               responses((status = 200, body = view::List), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn list(
    State(app): State<App>,
    office: BackOffice<needs::OffersRead>,
    ApiQuery(query): ApiQuery<Page>,
) -> Result<Json<view::List>, Problem> {
    let limit = limit(query.limit)?;
    let before = query.cursor.as_deref().map(|text| cursor::read(&office.0, text)).transpose()?;
    let before = before.map(ImportId::from);
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let mut found = imports::list(&tx, before, limit + 1).await?;
    let next_cursor = page::cut(&office.0, &mut found, limit as usize, |last| last.id.as_uuid());
    Ok(Json(view::List { imports: found.iter().map(view::Summary::from).collect(), next_cursor }))
}

/// One import: where it stands, what it counted, what was wrong with its rows.
#[utoipa::path(get, path = "/v1/imports/{id}", params(("id" = Uuid, Path)),
               responses((status = 200, body = view::Detail), (status = 404, body = Problem)))]
async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::OffersRead>,
    ApiPath(id): ApiPath<ImportId>,
) -> Result<Json<view::Detail>, Problem> {
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let import = imports::fetch(&tx, id).await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let errors = imports::list_errors(&tx, id).await?;
    Ok(Json(view::Detail::new(&import, errors)))
}

/// Confirms that the source of a held import did shrink: it is carried out within a minute or two.
#[utoipa::path(post, path = "/v1/imports/{id}/confirmation", params(("id" = String, Path, description = "The import's id")),
               responses((status = 200, body = view::Summary), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn confirm(
    State(app): State<App>,
    office: BackOffice<needs::OffersWrite>,
    ApiPath(id): ApiPath<ImportId>,
) -> Result<Json<view::Summary>, Problem> {
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let confirmed = imports::confirm(&tx, id, app.clock.now()).await?;
    let import = imports::fetch(&tx, id).await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    if !confirmed {
        return Err(Problem::new(ProblemKind::Conflict));
    }
    tx.commit().await?;
    Ok(Json((&import).into()))
}

fn check_size(size: u64) -> Result<(), Problem> {
    let refuse = |code| Err(Problem::new(ProblemKind::InvalidBody).field("size", code));
    match size {
        0 => refuse("too-small"),
        1..=MAXIMUM_BYTES => Ok(()),
        _ => refuse("too-large"),
    }
}

fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAXIMUM_LIMIT => Ok(limit),
        _ => Err(Problem::new(ProblemKind::InvalidQuery).field("limit", "out-of-range")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (size, code) in
            [(0, Some("too-small")), (1, None), (MAXIMUM_BYTES, None), (MAXIMUM_BYTES + 1, Some("too-large"))]
        {
            let problem = check_size(size).err().map(|problem| problem.errors[0].code.clone());
            assert_eq!(problem.as_deref(), code, "{size}");
        }
    }

    #[test]
    fn limits() {
        for (asked, given) in
            [(None, Some(20)), (Some(0), None), (Some(1), Some(1)), (Some(100), Some(100)), (Some(101), None)]
        {
            assert_eq!(limit(asked).ok(), given, "{asked:?}");
        }
    }

    #[test]
    fn the_description_names_every_route() {
        let paths: Vec<_> = openapi().paths.paths.keys().cloned().collect();
        assert_eq!(paths, ["/v1/imports", "/v1/imports/{id}", "/v1/imports/{id}/confirmation"]);
    }
}
