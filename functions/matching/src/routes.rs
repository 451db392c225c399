//! The route by which a CV comes in and its offers go out.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    routing::post,
};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use vivier_domain::{event::EventKind, purpose::serves};
use vivier_index::SuitableOffer;
use vivier_runtime::{
    events::count,
    http::{ApiJson, FrontOffice, Problem, ProblemKind},
    telemetry,
};

use crate::{
    App,
    candidate::{Understood, understand},
    cv::{self, CvBody, CvParser, MAX_BODY, Read},
    residency::Residency,
};

/// The routes.
pub fn router(app: App) -> Router {
    let takes_files = DefaultBodyLimit::max(MAX_BODY);
    Router::new().route("/v1/offers/match", post(match_cv).layer(takes_files)).with_state(app)
}

/// This function's part of the API document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(match_cv))]
struct Document;

/// Offers that suit a CV.
#[derive(Debug, Serialize, ToSchema)]
struct MatchedCv {
    /// Best first.
    matches: Vec<SuitableOffer>,
    /// What was read of the CV, and all that counted: nobody is weighed by name, gender, age, photograph, nationality or street.
    profile: Understood,
    /// Who read it: `own`, our parser, or `external`, one that the tenant has a contract with. Where that one fails, ours reads.
    parser: CvParser,
    /// Milliseconds that the CV was here. Nothing of it is kept.
    cv_residency_ms: u64,
}

/// Finds the offers that suit a CV, and says why. The CV is read in memory, and nothing of it is kept.
#[utoipa::path(
    post, path = "/v1/offers/match", tag = "offers",
    request_body = CvBody,
    extensions(("x-vivier-keeps-nothing" = json!(true))),
    responses(
        (status = 200, body = MatchedCv),
        (status = 400, description = "Neither text nor file, or a file that cannot be read", body = Problem),
        (status = 413, body = Problem)
    )
)]
async fn match_cv(
    office: FrontOffice<serves::Matching>,
    residency: Residency,
    State(app): State<App>,
    ApiJson(body): ApiJson<CvBody>,
) -> Result<Json<MatchedCv>, Problem> {
    // Agreed or not is all that counts: nothing is written down.
    office.agreed(body.consent_version)?;
    let scope = office.0;
    let (cv, limit) = body.check()?;
    let given = cv.field();
    let index = app.index(&scope).await?;
    let Read { profile, parser, .. } = cv::read(&app, &scope, cv).await?;
    if profile.titles.is_empty() && profile.skills.is_empty() {
        return Err(Problem::new(ProblemKind::InvalidBody).field(given, "nothing-to-match"));
    }
    let weighing = app.clone();
    let weighed = tokio::task::spawn_blocking(move || {
        let model = index.as_ref().and_then(|index| index.model());
        let places = weighing.reference.places().map_err(|error| internal(&error))?;
        let (candidate, understood) =
            understand(&profile, places, &*weighing.embedder, model).map_err(|error| internal(&error))?;
        let suitable = match &index {
            Some(index) => index.suitable(&candidate, limit, weighing.clock.today()),
            None => Ok(Vec::new()),
        };
        Ok::<_, Problem>((suitable.map_err(|error| internal(&error))?, understood))
    });
    let (matches, profile) = weighed.await.map_err(|_| {
        // Its cause may quote the CV.
        tracing::error!("weighing a CV ended early");
        Problem::new(ProblemKind::Internal)
    })??;
    let results = matches.len() as u64;
    count(&app.tenancy, app.clock, &scope, EventKind::CvMatched { results });
    let cv_residency_ms = residency.over();
    tracing::info!(cv_residency_ms, results, ?parser, "a CV was matched and forgotten");
    Ok(Json(MatchedCv { matches, profile, parser, cv_residency_ms }))
}

fn internal(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error = telemetry::chain(error), "a CV could not be matched");
    Problem::new(ProblemKind::Internal)
}
