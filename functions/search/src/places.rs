//! Places: the one that a search is near to, and what may be meant while one is typed.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use vivier_domain::purpose::serves;
use vivier_index::{
    near::{REMOTE, folded},
    parameters,
};
use vivier_reference::{Places, Suggestion};
use vivier_runtime::{
    http::{ApiQuery, FrontOffice, Problem, ProblemKind},
    telemetry,
};

use crate::{App, routes::refused};

/// The places, read when first asked for: most searches name none.
pub(crate) async fn open(app: &App) -> Result<&Places, Problem> {
    let reference = app.reference.clone();
    let opening = tokio::task::spawn_blocking(move || reference.places().map(|_| ()));
    let failed = |error: &(dyn std::error::Error + 'static)| {
        tracing::error!(error = telemetry::chain(error), "the places cannot be read");
        Problem::new(ProblemKind::Unavailable)
    };
    opening.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
    app.reference.places().map_err(|error| failed(&error))
}

/// What may be meant by what is being typed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Suggestions {
    /// Likeliest first.
    suggestions: Vec<Suggested>,
}

/// A place.
#[derive(Debug, Serialize, ToSchema)]
struct Suggested {
    /// `commune`, `department`, `region`, or `remote`: work at a distance.
    kind: &'static str,
    /// As people read it; `near` of a search takes that of a commune and of `remote`.
    label: String,
    /// INSEE's code: for the filters `department` and `region`. Empty for `remote`.
    code: String,
    /// Of a commune.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    postal_codes: Vec<String>,
}

/// Completes a place that is being typed: by name, or by postal code.
#[utoipa::path(
    get, path = "/v1/places", tag = "offers",
    params(
        ("q" = String, Query, description = "What was typed so far: of a name, or of a postal code"),
        ("limit" = Option<usize>, Query, description = "1 to 100, 10 by default; at most 50 are given"),
    ),
    responses((status = 200, body = Suggestions), (status = 400, body = Problem))
)]
pub(crate) async fn suggest(
    _: FrontOffice<serves::Nobody>,
    State(app): State<App>,
    ApiQuery(query): ApiQuery<Vec<(String, String)>>,
) -> Result<Json<Suggestions>, Problem> {
    let (typed, limit) = parameters::suggest(query).map_err(refused)?;
    let places = open(&app).await?;
    Ok(Json(Suggestions { suggestions: complete(places, &typed, limit) }))
}

fn complete(places: &Places, typed: &str, limit: usize) -> Vec<Suggested> {
    let begins = folded(typed);
    let remote =
        (begins.chars().count() > 2 && REMOTE.iter().any(|text| text.starts_with(&begins))).then(|| {
            Suggested {
                kind: "remote",
                label: "Télétravail".into(),
                code: String::new(),
                postal_codes: Vec::new(),
            }
        });
    let found = places.suggest(typed, limit).into_iter().map(|suggestion| {
        let (kind, label, postal_codes) = match suggestion {
            Suggestion::Place(place) => {
                ("commune", place.label(), place.postal_codes.iter().map(ToString::to_string).collect())
            }
            Suggestion::Department(department) => {
                ("department", format!("{} ({})", department.name, department.code), Vec::new())
            }
            Suggestion::Region(region) => ("region", region.name.to_string(), Vec::new()),
        };
        Suggested { kind, label, code: suggestion.code().to_owned(), postal_codes }
    });
    remote.into_iter().chain(found).take(limit).collect()
}
