//! The searches that a front office's search engine is measured by: a small set, read and changed as a whole.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_domain::permission::needs;
use vivier_runtime::http::{
    ApiJson, ETag, IfMatch, InProject, Problem, ProblemKind,
    refusals::{Changing, Conditional, Reading},
};
use vivier_store::search_tests;

use crate::App;

/// The most searches of a set, characters of one, and offers that one is to find.
const MOST: usize = 100;
const LONGEST: usize = 300;
const MOST_EXPECTED: usize = 10;

/// A front office's searches.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchTests {
    /// At most 100.
    #[schema(max_items = 100)]
    tests: Vec<SearchTest>,
}

/// A search with what it is to find.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchTest {
    /// What is searched for.
    #[schema(min_length = 1, max_length = 300, example = "boulanger de nuit")]
    query: String,
    /// Offers, each by its reference or its title: a title stands for every offer that bears it.
    #[schema(min_items = 1, max_items = 10)]
    expected: Vec<String>,
}

impl SearchTests {
    fn check(&self) -> Result<(), Problem> {
        let mut problem = Problem::new(ProblemKind::InvalidBody);
        if self.tests.len() > MOST {
            return Err(problem.field("tests", "too-many"));
        }
        for (place, test) in self.tests.iter().enumerate() {
            if !fits(&test.query) {
                problem = problem.field(format!("tests[{place}].query"), "invalid");
            }
            if !(1..=MOST_EXPECTED).contains(&test.expected.len()) {
                let code = if test.expected.is_empty() { "too-few" } else { "too-many" };
                problem = problem.field(format!("tests[{place}].expected"), code);
            }
            for (at, name) in test.expected.iter().enumerate().take(MOST_EXPECTED) {
                if !fits(name) {
                    problem = problem.field(format!("tests[{place}].expected[{at}]"), "invalid");
                }
            }
        }
        if problem.errors.is_empty() { Ok(()) } else { Err(problem) }
    }
}

fn fits(text: &str) -> bool {
    let length = text.chars().count();
    (1..=LONGEST).contains(&length) && !text.trim().is_empty() && !text.chars().any(char::is_control)
}

/// The searches that a front office's search engine is measured by.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/search-tests",
    operation_id = "search_tests_fetch",
    tag = "learning",
    params(("project" = Uuid, Path, description = "The project")),
    responses((status = 200, description = "The searches", body = SearchTests,
        headers(("ETag" = String, description = "Names this state of them"))), Reading),
)]
pub(super) async fn fetch(
    State(app): State<App>,
    office: InProject<needs::SettingsRead>,
) -> Result<Response, Problem> {
    let (scope, project) = (office.0, office.1);
    super::require(&app, &scope, project).await?;
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    let found = search_tests::fetch(&tx, project).await?;
    tx.commit().await?;
    let tests = found.tests.into_iter();
    let tests = tests.map(|test| SearchTest { query: test.query, expected: test.expected }).collect();
    Ok((ETag::of(found.version), Json(SearchTests { tests })).into_response())
}

/// Puts searches in the place of those that were seen.
#[utoipa::path(
    put,
    path = "/v1/projects/{project}/search-tests",
    operation_id = "search_tests_replace",
    tag = "learning",
    params(
        ("project" = Uuid, Path, description = "The project"),
        ("If-Match" = String, Header, description = "The ETag of the searches as they were seen"),
    ),
    request_body = SearchTests,
    responses((status = 200, description = "The searches", body = SearchTests,
        headers(("ETag" = String, description = "Names this state of them"))), Changing, Conditional),
)]
pub(super) async fn replace(
    State(app): State<App>,
    office: InProject<needs::SettingsWrite>,
    seen: IfMatch,
    ApiJson(body): ApiJson<SearchTests>,
) -> Result<Response, Problem> {
    let (scope, project) = (office.0, office.1);
    body.check()?;
    super::require(&app, &scope, project).await?;
    let tests: Vec<search_tests::SearchTest> = body
        .tests
        .iter()
        .map(|test| search_tests::SearchTest { query: test.query.clone(), expected: test.expected.clone() })
        .collect();
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    let known = search_tests::fetch(&tx, project).await?.version;
    seen.check(&ETag::of(known))?;
    let version = search_tests::replace(&tx, project, known, &tests, app.clock.now()).await?;
    let version = version.ok_or_else(|| Problem::new(ProblemKind::PreconditionFailed))?;
    tx.commit().await?;
    Ok((ETag::of(version), Json(body)).into_response())
}
