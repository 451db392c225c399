//! Places: the one that a search is near to, and what may be meant while one is typed.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use vivier_domain::offer::Position;
use vivier_reference::{Places, Point, Suggestion};
use vivier_runtime::{
    http::{ApiQuery, FrontOffice, Problem, ProblemKind},
    telemetry,
};
use vivier_text::analysis::fold;

use crate::{App, parameters};

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

/// Where a search is to look.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Near {
    /// Around a point.
    Point(Position),
    /// Around a place that has a name, as people read it.
    Place(Position, String),
    /// Wherever one likes: work that is done at a distance.
    Remote,
}

/// What people type for a place when they mean none; as [`folded`] writes it.
const REMOTE: [&str; 8] = [
    "a distance",
    "distance",
    "distanciel",
    "full remote",
    "remote",
    "tele travail",
    "teletravail",
    "travail a distance",
];

/// What `near` means: degrees, a place by name or postal code, or none at all; `None` for what nobody knows.
pub(crate) fn near(text: &str, places: Option<&Places>) -> Option<Near> {
    if let Some(position) = parameters::position(text) {
        return Some(Near::Point(position));
    }
    if means_remote(text) {
        return Some(Near::Remote);
    }
    let place = *places?.find(text).first()?;
    Some(Near::Place(position(place.point)?, place.label()))
}

fn means_remote(text: &str) -> bool {
    REMOTE.contains(&folded(text).as_str())
}

/// Without case and accents, hyphens or doubled spaces.
fn folded(text: &str) -> String {
    fold(text).replace('-', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn position(point: Point) -> Option<Position> {
    Position::from_degrees(point.latitude, point.longitude)
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
    FrontOffice(_scope): FrontOffice,
    State(app): State<App>,
    ApiQuery(query): ApiQuery<Vec<(String, String)>>,
) -> Result<Json<Suggestions>, Problem> {
    let (typed, limit) = parameters::suggest(query)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_place_at_all() {
        for text in [
            "Télétravail",
            "te\u{301}le\u{301}travail",
            " télé-travail",
            "À distance",
            "remote",
            "Full  Remote",
        ] {
            assert_eq!(near(text, None), Some(Near::Remote), "{text}");
        }
        for text in ["", "Lyon", "91,0", "distant"] {
            assert_eq!(near(text, None), None, "{text}");
        }
        assert!(matches!(near("47.2,-1.5", None), Some(Near::Point(_))));
    }
}
