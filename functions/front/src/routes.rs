//! The function's routes.

use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use utoipa::OpenApi;
use vivier_domain::{
    purpose::serves,
    settings::{ProjectSettings, Published},
};
use vivier_runtime::http::{ETag, FrontOffice, IfNoneMatch, Problem, ProblemKind};
use vivier_tenancy::rooms::records::{Place, RecordKey};

use crate::{App, document, view::FrontOfficeView};

/// For a minute a browser need not ask again. Only a browser: what stood in a proxy between would go on answering to a
/// key that was revoked.
const CACHED: &str = "private, max-age=60";
/// The answer is another for another key, and for another host, which is part of the address; and it says which site may
/// read it.
const VARIES: &str = "X-Vivier-Key, Origin";

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/front-office", get(fetch))
        .route("/v1/openapi.json", get(document::fetch))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(fetch, document::fetch))]
    struct Document;
    Document::openapi()
}

/// Everything a front office shows before it is asked anything.
#[utoipa::path(
    get,
    path = "/v1/front-office",
    operation_id = "front_office_fetch",
    tag = "front",
    responses(
        (status = 200, description = "The front office", body = FrontOfficeView,
            headers(("ETag" = String, description = "Names this state of it"))),
        (status = 304, description = "It is as the asker knows it"),
        (status = 403, description = "The caller is no front office", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The front office is put away", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn fetch(
    State(app): State<App>,
    office: FrontOffice<serves::Nobody>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    const NONE: fn() -> Problem = || Problem::new(ProblemKind::NotFound);
    let id = office.0.project().ok_or_else(NONE)?;
    let records = app.tenancy.records(&office.0)?;
    let settings: RecordKey<Published<ProjectSettings>> = RecordKey::published(Place::Project(id));
    let project = RecordKey::project(id);
    let found = records.batch(&[project.sort(), settings.sort()]).await?;
    let project = found.get(&project)?.ok_or_else(NONE)?.value;
    let published = found.get(&settings)?.map(|published| published.value);
    let view = FrontOfficeView::of(project, published).ok_or_else(NONE)?;
    answer(&known, &view)
}

/// The tag is made of the answer itself, so that whatever goes into it (a product, a text of this release) changes it.
fn answer(known: &IfNoneMatch, view: &FrontOfficeView) -> Result<Response, Problem> {
    let body = serde_json::to_vec(view).map_err(|_| Problem::new(ProblemKind::Internal))?;
    let headers = [(header::CACHE_CONTROL, CACHED), (header::VARY, VARIES)];
    let tag = ETag::of_content(&body);
    let body = ([(header::CONTENT_TYPE, "application/json")], body).into_response();
    Ok(known.answer(tag, headers, body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, http::Request};
    use jiff::Timestamp;
    use tower::ServiceExt;
    use vivier_domain::{ids::ProjectId, project::Project};

    /// The routes of a state that opens nothing, with one more that answers as the front office does.
    fn router(name: &str) -> Router {
        let mut project = Project::first(ProjectId::from(uuid::Uuid::nil()), name, Timestamp::UNIX_EPOCH);
        project.products.clear();
        let view = std::sync::Arc::new(FrontOfficeView::of(project, None).unwrap());
        Router::new()
            .route("/front", get(move |known: IfNoneMatch| async move { answer(&known, &view) }))
            .route("/document", get(document::fetch))
    }

    async fn call(router: Router, path: &str, known: Option<&str>) -> (u16, String, String, usize) {
        let mut request = Request::get(path);
        if let Some(known) = known {
            request = request.header(header::IF_NONE_MATCH, known);
        }
        let answer = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let text = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap();
        let (status, tag, cached) =
            (answer.status().as_u16(), text(header::ETAG), text(header::CACHE_CONTROL));
        let body = axum::body::to_bytes(answer.into_body(), 10_000_000).await.unwrap();
        (status, tag, cached, body.len())
    }

    #[tokio::test]
    async fn what_is_known_is_not_sent_again() {
        for (path, cached) in [("/front", CACHED), ("/document", "public, max-age=300")] {
            let (status, tag, control, length) = call(router("Jobs"), path, None).await;
            assert_eq!((status, control.as_str(), length > 100), (200, cached, true), "{path}");
            let again = call(router("Jobs"), path, Some(&tag)).await;
            assert_eq!(again, (304, tag.clone(), cached.to_owned(), 0), "{path}");
            assert_eq!(call(router("Jobs"), path, Some("\"other\"")).await.0, 200, "{path}");
        }
        let (_, before, ..) = call(router("Jobs"), "/front", None).await;
        assert_eq!(
            call(router("Emplois"), "/front", Some(&before)).await.0,
            200,
            "a new name is a new state"
        );
    }
}
