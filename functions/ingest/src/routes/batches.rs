//! Many documents at once.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use uuid::Uuid;
use vivier_domain::permission::needs;
use vivier_runtime::http::{
    ApiJson, ApiPath, BackOffice, NewId, Problem, ProblemKind, nth, refusals::Reading,
};
use vivier_store::{batches, documents};
use vivier_tenancy::rooms::files::FileKey;

use super::refusals::OfBody;
use crate::{
    App,
    announcement::{Accepted, Announcement},
    batch::{Announcements, Answered, BatchAnnounced, BatchView},
    labels::{Known, few},
    view::Announced,
};

/// The version of a document's first file.
const FIRST_VERSION: u32 = 1;

/// Announces up to 100 documents, each with an answer of its own; all that are taken are taken together.
#[utoipa::path(
    post,
    path = "/v1/documents/batches",
    operation_id = "documents_create_batch",
    tag = "documents",
    request_body = Announcements,
    responses((status = 201, description = "What became of each", body = BatchAnnounced), OfBody),
)]
pub(super) async fn create(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsWrite>,
    NewId(id): NewId<Uuid>,
    ApiJson(body): ApiJson<Announcements>,
) -> Result<Response, Problem> {
    body.check()?;
    let named = body.documents.iter().flat_map(|announcement| few(&announcement.projects));
    let known = Known::among(&app, &office.0, named).await?;
    let taken: Vec<_> = body.documents.into_iter().map(|announcement| take(announcement, &known)).collect();
    let now = app.clock.now();
    let files = app.tenancy.files(&office.0).await?;
    let mut answers = Vec::with_capacity(taken.len());
    let mut announced = Vec::new();
    for (position, taken) in taken.into_iter().enumerate() {
        let document = nth(id, position);
        answers.push(match taken {
            Ok(accepted) => {
                let (key, file) = (FileKey::Document(document, FIRST_VERSION), accepted.file);
                let upload = files.presign_upload(&key, file.size, file.media_type, now).await?;
                announced.push((document, accepted));
                let answer = Announced::of(document, FIRST_VERSION, upload);
                Answered { announced: Some(answer), refused: None }
            }
            Err(problem) => Answered { announced: None, refused: Some(problem) },
        });
    }
    let refused = (answers.len() - announced.len()) as u32;
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    batches::insert(&tx, id, announced.len() as u32, refused, now).await?;
    for (document, accepted) in &announced {
        documents::insert(&tx, accepted.announced(*document, Some(id)), now).await?;
    }
    tx.commit().await?;
    let location = [(header::LOCATION, format!("/v1/documents/batches/{id}"))];
    let answer = BatchAnnounced { batch_id: id, documents: answers };
    Ok((StatusCode::CREATED, location, Json(answer)).into_response())
}

fn take(announcement: Announcement, known: &Known) -> Result<Accepted, Problem> {
    let accepted = announcement.check()?;
    known.require(&accepted.projects)?;
    Ok(accepted)
}

/// How far documents that were announced together have come.
#[utoipa::path(
    get,
    path = "/v1/documents/batches/{id}",
    operation_id = "documents_fetch_batch",
    tag = "documents",
    params(("id" = Uuid, Path, description = "The batch")),
    responses((status = 200, description = "How far it has come", body = BatchView), Reading),
)]
pub(super) async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsRead>,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<BatchView>, Problem> {
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let found = batches::fetch(&tx, id).await?;
    tx.commit().await?;
    Ok(Json(found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?.into()))
}
