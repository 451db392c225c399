//! What can be done with settings, whoever's they are.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use uuid::Uuid;
use vivier_domain::settings::{Settings, flow::Obstacle};
use vivier_runtime::http::{ETag, IfMatch, IfNoneMatch, PageQuery, Problem, ProblemKind, page};
use vivier_store::settings::{self, PublishError, State};
use vivier_tenancy::{
    TenantScope,
    rooms::records::{Place, Records},
};

use super::view::{DraftSettings, PublishedSettings, VersionPage};
use crate::{
    App,
    body::refuse,
    projects::{require, unseen},
};

/// A scope and the place in it whose settings are meant.
#[derive(Debug)]
pub struct Where<'a> {
    app: &'a App,
    scope: &'a TenantScope,
    place: Place,
    records: Records<'a>,
}

impl<'a> Where<'a> {
    /// The place, if there is it.
    pub async fn find(app: &'a App, scope: &'a TenantScope, place: Place) -> Result<Self, Problem> {
        let records = app.tenancy.records(scope)?;
        if let Place::Project(id) = place {
            require(&records, id).await?;
        }
        Ok(Self { app, scope, place, records })
    }

    async fn state<T: Settings>(&self) -> Result<State<T>, Problem> {
        Ok(settings::fetch(&self.records, self.place).await?)
    }

    fn by(&self) -> Result<&'a str, Problem> {
        let member = self.scope.member().ok_or_else(|| Problem::new(ProblemKind::Forbidden))?;
        Ok(member.subject())
    }
}

fn draft_of<T: Settings>(state: &State<T>) -> Response {
    (ETag::of(state.tag()), Json(DraftSettings::of(state))).into_response()
}

/// What holds.
pub async fn fetch<T: Settings>(at: &Where<'_>, known: &IfNoneMatch) -> Result<Response, Problem> {
    let state = at.state::<T>().await?;
    Ok(known.answer(ETag::of(state.number()), (), Json(PublishedSettings::of(&state))))
}

/// The draft, or what one would begin with.
pub async fn fetch_draft<T: Settings>(at: &Where<'_>) -> Result<Response, Problem> {
    Ok(draft_of(&at.state::<T>().await?))
}

/// Saves the draft on the state that was seen.
pub async fn put_draft<T: Settings>(
    at: &Where<'_>,
    seen: &IfMatch,
    settings: T,
) -> Result<Response, Problem> {
    refuse(settings.broken())?;
    let state = at.state::<T>().await?;
    seen.check(&ETag::of(state.tag()))?;
    let now = at.app.clock.now();
    let saved = settings::put_draft(&at.records, state, settings, at.by()?, now).await.map_err(unseen)?;
    Ok(draft_of(&saved))
}

/// Throws the draft away that was seen.
pub async fn delete_draft<T: Settings>(at: &Where<'_>, seen: &IfMatch) -> Result<StatusCode, Problem> {
    let state = at.state::<T>().await?;
    seen.check(&ETag::of(state.tag()))?;
    if state.draft().is_none() {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    settings::delete_draft(&at.records, &state).await.map_err(unseen)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Publishes the draft: the one that was seen, if the caller names it. `allowed` has the last word.
pub async fn publish<T: Settings>(
    at: &Where<'_>,
    seen: Option<&IfMatch>,
    allowed: impl FnOnce(&T) -> Result<(), Problem> + Send,
) -> Result<Json<PublishedSettings<T>>, Problem> {
    let state = at.state::<T>().await?;
    if let Some(seen) = seen {
        seen.check(&ETag::of(state.tag()))?;
    }
    if let Some(draft) = state.draft() {
        allowed(&draft.settings)?;
    }
    let published = settings::publish(&at.records, &state, at.by()?, at.app.clock.now()).await;
    Ok(Json(published.map_err(problem)?.into()))
}

/// Brings an old version back. `allowed` has the last word.
pub async fn roll_back<T: Settings>(
    at: &Where<'_>,
    number: u32,
    allowed: impl FnOnce(&T) -> Result<(), Problem> + Send,
) -> Result<Json<PublishedSettings<T>>, Problem> {
    let state = at.state::<T>().await?;
    let version = settings::version::<T>(&at.records, at.place, number).await?;
    let version = version.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    allowed(&version.settings)?;
    let now = at.app.clock.now();
    let published = settings::rollback(&at.records, &state, &version, at.by()?, now).await;
    Ok(Json(published.map_err(problem)?.into()))
}

/// The versions that were published.
pub async fn list_versions(at: &Where<'_>, query: &PageQuery) -> Result<Json<VersionPage>, Problem> {
    let (cursor, limit) = query.read(at.scope)?;
    // A cursor holds an id; here the id is a number, and one that is none was given out by another list.
    let before = cursor.map(|id| u32::try_from(id.as_u128())).transpose();
    let before = before.map_err(|_| Problem::new(ProblemKind::NotFound))?;
    let mut found = settings::versions(&at.records, at.place, before, limit + 1).await?;
    let next_cursor = page::cut(at.scope, &mut found, limit, |last| Uuid::from_u128(last.number.into()));
    Ok(Json(VersionPage { versions: found.into_iter().map(Into::into).collect(), next_cursor }))
}

/// One version as it was published.
pub async fn fetch_version<T: Settings>(
    at: &Where<'_>,
    number: u32,
) -> Result<Json<PublishedSettings<T>>, Problem> {
    let found = settings::version::<T>(&at.records, at.place, number).await?;
    Ok(Json(found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?.into()))
}

fn problem(error: PublishError) -> Problem {
    match error {
        PublishError::Obstacle(Obstacle::NoDraft | Obstacle::Current) => Problem::new(ProblemKind::Conflict),
        PublishError::Obstacle(Obstacle::Outdated) => Problem::new(ProblemKind::DraftOutdated),
        // It was saved when other rules held.
        PublishError::Broken(broken) => {
            let problem = Problem::new(ProblemKind::Conflict);
            broken.into_iter().fold(problem, |problem, (field, code)| problem.field(field, code))
        }
        PublishError::Lacking(lacking) => {
            let problem = Problem::new(ProblemKind::LegalBasisMissing);
            lacking.into_iter().fold(problem, |problem, (field, code)| problem.field(field, code))
        }
        PublishError::Store(error) => error.into(),
    }
}
