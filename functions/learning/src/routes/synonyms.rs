//! Proposals for synonyms: seen, weighed, accepted into the draft, or declined.

use std::{
    cmp::Reverse,
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_domain::{
    ids::ProjectId,
    permission::needs,
    retention::DataKind,
    settings::{
        ProjectSettings,
        search::{LONGEST_WORD, MOST_WORDS, OneWay, SearchSettings},
    },
};
use vivier_runtime::{
    http::{
        ApiJson, Deadline, ETag, IfMatch, InProject, Problem, ProblemKind,
        refusals::{Changing, Conditional, Reading},
    },
    telemetry,
};
use vivier_store::{
    declined_synonyms,
    query_figures::{self, Order, Span},
    search_tests, settings,
};
use vivier_tenancy::{TenancyError, TenantScope, rooms::records::Place};

use crate::{
    App,
    effect::{self, Asked, SynonymEffect},
    engine::{Engine, EngineError, Settings},
    propose::{self, Known, MOST, SynonymProposal},
};

/// What was searched for in the last thirty days is looked at.
const PERIOD: SignedDuration = SignedDuration::from_hours(24 * 30);
/// So many of the most frequent searches are asked for the effect.
const TOP: usize = 20;
/// Nothing is asked any more when there is so much time left: the last search has to end, and the answer to be entered and get there.
const SPARE: Duration = Duration::from_secs(5);

/// Proposals, those that would help most searches first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SynonymProposals {
    /// The proposals.
    proposals: Vec<SynonymProposal>,
}

/// A rule: who searches `from` finds `to` as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SynonymRule {
    /// A word, or several, as candidates type them.
    #[schema(min_length = 1, max_length = 60)]
    from: String,
    /// What is found as well.
    #[schema(min_items = 1, max_items = 19)]
    to: Vec<String>,
}

/// What candidates searched for in vain within thirty days and still would, with what the tenant's own offers may call it. Computed
/// from texts that enough visitors searched for; nothing of it is stored.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/synonym-proposals",
    operation_id = "synonym_proposals_list",
    tag = "learning",
    params(("project" = Uuid, Path, description = "The project")),
    responses((status = 200, description = "The proposals", body = SynonymProposals), Reading),
)]
pub(super) async fn list(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
) -> Result<Json<SynonymProposals>, Problem> {
    let (scope, project) = (office.0, office.1);
    let state = state(&app, &scope, project).await?;
    let by = working(&state);
    let since = since(&app, &scope).await?;
    let span = span(&app, project, since);
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    let texts = query_figures::list_texts(&tx, &span, Order::WithoutResults).await?;
    let declined = declined_synonyms::list(&tx, project, since).await?;
    tx.commit().await?;
    let known = Known::of(&by, &declined);
    let vain = texts.into_iter().filter_map(|(text, figures)| Some((text?, figures.without_results)));
    let vain: Vec<(String, u64)> = vain.filter(|(_, count)| *count > 0).take(MOST).collect();
    let (reference, settings) = (app.reference.clone(), Settings::from(by));
    let proposals = asking(&app, &scope, move |engine| {
        let occupations = reference.occupations().map_err(|error| {
            tracing::error!(error = telemetry::chain(&error), "the occupations cannot be read");
            Problem::new(ProblemKind::Unavailable)
        })?;
        propose::propose(engine, occupations, &settings, &known, vain).map_err(|error| failed(&error))
    });
    Ok(Json(SynonymProposals { proposals: proposals.await?.unwrap_or_default() }))
}

/// What a rule would change if it were added to the draft, or to what holds where there is no draft: of searches that find nothing,
/// of the front office's own searches, and of what is searched for most. Changes nothing. Where there is not time for everything,
/// `compared` says how much there was time for.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/synonym-proposals/effect",
    operation_id = "synonym_proposals_measure",
    tag = "learning",
    params(("project" = Uuid, Path, description = "The project")),
    request_body = SynonymRule,
    responses((status = 200, description = "The effect", body = SynonymEffect), Changing),
)]
pub(super) async fn measure(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    deadline: Deadline,
    ApiJson(rule): ApiJson<SynonymRule>,
) -> Result<Json<SynonymEffect>, Problem> {
    let (scope, project) = (office.0, office.1);
    let state = state(&app, &scope, project).await?;
    let before = working(&state);
    let mut after = before.clone();
    add(&mut after, &rule)?;
    check(&ProjectSettings { search: after.clone(), ..ProjectSettings::default() })?;
    let span = span(&app, project, since(&app, &scope).await?);
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    let top = query_figures::list_texts(&tx, &span, Order::Searches).await?;
    let tests = search_tests::fetch(&tx, project).await?.tests;
    tx.commit().await?;
    let mut vain: Vec<_> = top.iter().filter(|(_, figures)| figures.without_results > 0).collect();
    vain.sort_by_key(|(_, figures)| Reverse(figures.without_results));
    let asked = Asked {
        without_results: vain.into_iter().filter_map(|(text, _)| text.clone()).take(MOST).collect(),
        tests,
        top: top.into_iter().filter_map(|(text, _)| text).take(TOP).collect(),
    };
    let (before, after) = (Settings::from(before), Settings::from(after));
    let until = deadline.less(SPARE);
    let measured = asking(&app, &scope, move |engine| {
        let time = || Instant::now() < until;
        effect::measure(engine, &before, &after, &asked, time).map_err(|error| failed(&error))
    });
    // Without an index there are no offers that a rule could change anything of.
    Ok(Json(measured.await?.ok_or_else(|| Problem::new(ProblemKind::Conflict))?))
}

/// Adds a rule to the draft of the project's settings, which begins with what holds where there is none. It is published like any
/// other change.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/synonym-proposals/acceptance",
    operation_id = "synonym_proposals_accept",
    tag = "learning",
    params(
        ("project" = Uuid, Path, description = "The project"),
        ("If-Match" = String, Header, description = "The ETag of the settings' draft as it was seen"),
    ),
    request_body = SynonymRule,
    responses(
        (status = 200, description = "The rule as the draft has it now", body = SynonymRule,
            headers(("ETag" = String, description = "Names this state of the draft"))),
        Changing, Conditional,
    ),
)]
pub(super) async fn accept(
    State(app): State<App>,
    office: InProject<needs::SettingsWrite>,
    seen: IfMatch,
    ApiJson(rule): ApiJson<SynonymRule>,
) -> Result<Response, Problem> {
    let (scope, project) = (office.0, office.1);
    let state = state(&app, &scope, project).await?;
    let mut draft = state.draft().map_or_else(|| state.settings(), |draft| draft.settings.clone());
    let added = add(&mut draft.search, &rule)?;
    check(&draft)?;
    seen.check(&ETag::of(state.tag()))?;
    let by = scope.member().ok_or_else(|| Problem::new(ProblemKind::Forbidden))?.subject();
    let records = app.tenancy.records(&scope)?;
    let saved = settings::put_draft(&records, state, draft, by, app.clock.now()).await;
    let saved = saved.map_err(|error| match error {
        TenancyError::Conflict(_) => Problem::new(ProblemKind::PreconditionFailed),
        error => error.into(),
    })?;
    Ok((ETag::of(saved.tag()), Json(added)).into_response())
}

/// Notes that a rule is not wanted: it is not proposed again for as long as events are kept.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/synonym-proposals/refusal",
    operation_id = "synonym_proposals_decline",
    tag = "learning",
    params(("project" = Uuid, Path, description = "The project")),
    request_body = SynonymRule,
    responses((status = 204, description = "It is noted"), Changing),
)]
pub(super) async fn decline(
    State(app): State<App>,
    office: InProject<needs::SettingsWrite>,
    ApiJson(rule): ApiJson<SynonymRule>,
) -> Result<StatusCode, Problem> {
    let (scope, project) = (office.0, office.1);
    add(&mut SearchSettings::default(), &rule)?;
    super::require(&app, &scope, project).await?;
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    declined_synonyms::add(&tx, project, &rule.from, &rule.to, app.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn span(app: &App, project: ProjectId, since: Timestamp) -> Span {
    let to = app.clock.now();
    Span { project, from: (to - PERIOD).max(since), to }
}

/// What candidates searched for before this is over, whether it is still there or not.
async fn since(app: &App, scope: &TenantScope) -> Result<Timestamp, Problem> {
    Ok(app.tenancy.retention(scope).await?.kept_since(DataKind::Events, app.clock.now()))
}

/// The project's settings; 404 unless there is such a project.
async fn state(
    app: &App,
    scope: &TenantScope,
    project: ProjectId,
) -> Result<settings::State<ProjectSettings>, Problem> {
    super::require(app, scope, project).await?;
    Ok(settings::fetch(&app.tenancy.records(scope)?, Place::Project(project)).await?)
}

/// What somebody works on, or what holds.
fn working(state: &settings::State<ProjectSettings>) -> SearchSettings {
    state.draft().map_or_else(|| state.settings(), |draft| draft.settings.clone()).search
}

/// Adds a rule, to one of the same words where there is one; the rule as it is then. 400 where it is none.
fn add(settings: &mut SearchSettings, rule: &SynonymRule) -> Result<SynonymRule, Problem> {
    let wrong = |field: &str, code: &str| Problem::new(ProblemKind::InvalidBody).field(field, code);
    let fits = |text: &str| {
        let length = text.chars().count();
        length > 0 && length <= LONGEST_WORD && text.trim() == text && !text.chars().any(char::is_control)
    };
    if !fits(&rule.from) {
        return Err(wrong("from", "invalid"));
    }
    if rule.to.is_empty() || rule.to.len() >= MOST_WORDS {
        return Err(wrong("to", if rule.to.is_empty() { "too-few" } else { "too-many" }));
    }
    for (place, to) in rule.to.iter().enumerate() {
        if !fits(to) {
            return Err(wrong(&format!("to[{place}]"), "invalid"));
        }
        let same = |other: &String| other.to_lowercase() == to.to_lowercase();
        if same(&rule.from) || rule.to[..place].iter().any(same) {
            return Err(wrong(&format!("to[{place}]"), "repeated"));
        }
    }
    let same = |known: &&mut OneWay| known.from.to_lowercase() == rule.from.to_lowercase();
    if let Some(known) = settings.one_way.iter_mut().find(same) {
        for to in &rule.to {
            if !known.to.iter().any(|other| other.to_lowercase() == to.to_lowercase()) {
                known.to.push(to.clone());
            }
        }
        return Ok(SynonymRule { from: known.from.clone(), to: known.to.clone() });
    }
    settings.one_way.push(OneWay { from: rule.from.clone(), to: rule.to.clone() });
    Ok(rule.clone())
}

/// 409 where the settings would not hold with the rule, naming the fields: there are as many rules as there may be.
fn check(settings: &ProjectSettings) -> Result<(), Problem> {
    let broken = settings.broken();
    if broken.is_empty() {
        return Ok(());
    }
    let problem = Problem::new(ProblemKind::Conflict);
    Err(broken.into_iter().fold(problem, |problem, (field, code)| problem.field(field, code)))
}

/// Asks the tenant's index, where it may compute; `None` where nothing was published yet.
async fn asking<T: Send + 'static>(
    app: &App,
    scope: &TenantScope,
    ask: impl FnOnce(&mut Engine) -> Result<T, Problem> + Send + 'static,
) -> Result<Option<T>, Problem> {
    let open = async { Ok::<_, TenancyError>(app.tenancy.files(scope).await?.published_index()) };
    let index = app.indexes.current(scope.tenant(), open).await.map_err(|error| {
        tracing::error!(error = telemetry::chain(&error), "no index could be loaded");
        Problem::new(ProblemKind::Unavailable)
    })?;
    let Some(index) = index else { return Ok(None) };
    let mut engine = Engine::new(index, app.embedder.clone(), scope.tenant(), app.clock.today());
    let asked = tokio::task::spawn_blocking(move || ask(&mut engine)).await;
    // Its cause may quote a search.
    asked.unwrap_or_else(|_| Err(Problem::new(ProblemKind::Internal))).map(Some)
}

fn failed(error: &EngineError) -> Problem {
    tracing::error!(error = telemetry::chain(error), "the search engine could not be asked");
    Problem::new(ProblemKind::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(from: &str, to: &[&str]) -> SynonymRule {
        SynonymRule { from: from.into(), to: to.iter().map(|word| (*word).to_owned()).collect() }
    }

    #[test]
    fn a_rule_joins_one_of_the_same_words() {
        let mut settings = SearchSettings::default();
        assert_eq!(add(&mut settings, &rule("toubib", &["médecin"])).unwrap(), rule("toubib", &["médecin"]));
        let joined = add(&mut settings, &rule("Toubib", &["Médecin", "docteur"])).unwrap();
        assert_eq!(joined, rule("toubib", &["médecin", "docteur"]));
        assert_eq!(settings.one_way.len(), 1);
    }

    #[test]
    fn what_is_no_rule_is_named() {
        let many: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let long = "a".repeat(61);
        for (rule, field, code) in [
            (rule("", &["a"]), "from", "invalid"),
            (rule(" b", &["a"]), "from", "invalid"),
            (rule(&long, &["a"]), "from", "invalid"),
            (rule("b", &[]), "to", "too-few"),
            (rule("b", &many), "to", "too-many"),
            (rule("b", &["a", "c\n"]), "to[1]", "invalid"),
            (rule("b", &["B"]), "to[0]", "repeated"),
            (rule("b", &["a", "A"]), "to[1]", "repeated"),
        ] {
            let problem = add(&mut SearchSettings::default(), &rule).unwrap_err();
            let named: Vec<_> =
                problem.errors.iter().map(|error| (error.field.as_str(), &*error.code)).collect();
            assert_eq!(named, [(field, code)]);
        }
    }
}
