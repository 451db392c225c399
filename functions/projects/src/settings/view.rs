//! What the API says of settings.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_domain::settings::{Published, Settings};
use vivier_store::settings::State;

/// Settings that hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedSettings<T> {
    /// The number of the version, counted from 1; 0 where nothing was published and the defaults hold.
    pub number: u32,
    /// When they were published.
    pub published_at: Option<Timestamp>,
    /// Who published them: a member's id, or `operator`.
    pub published_by: Option<String>,
    /// The version that they brought back.
    pub restores: Option<u32>,
    /// The settings.
    pub settings: T,
}

impl<T> From<Published<T>> for PublishedSettings<T> {
    fn from(published: Published<T>) -> Self {
        Self {
            number: published.number,
            published_at: Some(published.published_at),
            published_by: Some(published.published_by),
            restores: published.restores,
            settings: published.settings,
        }
    }
}

impl<T: Settings> PublishedSettings<T> {
    /// What holds in this state.
    pub fn of(state: &State<T>) -> Self {
        match state.published() {
            Some(published) => published.clone().into(),
            None => Self {
                number: 0,
                published_at: None,
                published_by: None,
                restores: None,
                settings: T::default(),
            },
        }
    }
}

/// Settings that somebody works on. Where nobody does, what a draft would begin with.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftSettings<T> {
    /// Whether there is a draft.
    pub exists: bool,
    /// The number of the version that it was made on.
    pub based_on: u32,
    /// Whether another version was published since: then it cannot be published as it is.
    pub outdated: bool,
    /// When it was last changed.
    pub changed_at: Option<Timestamp>,
    /// Who changed it last: a member's id.
    pub changed_by: Option<String>,
    /// The settings.
    pub settings: T,
}

impl<T: Settings> DraftSettings<T> {
    /// The draft of this state.
    pub fn of(state: &State<T>) -> Self {
        match state.draft() {
            Some(draft) => Self {
                exists: true,
                based_on: draft.based_on,
                outdated: draft.based_on != state.number(),
                changed_at: Some(draft.changed_at),
                changed_by: Some(draft.changed_by.clone()),
                settings: draft.settings.clone(),
            },
            None => Self {
                exists: false,
                based_on: state.number(),
                outdated: false,
                changed_at: None,
                changed_by: None,
                settings: state.settings(),
            },
        }
    }
}

/// A version that was published.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    /// Its number.
    number: u32,
    /// When it was published.
    published_at: Timestamp,
    /// Who published it: a member's id, or `operator`.
    published_by: String,
    /// The version that it brought back.
    restores: Option<u32>,
}

impl<T> From<Published<T>> for VersionView {
    fn from(version: Published<T>) -> Self {
        Self {
            number: version.number,
            published_at: version.published_at,
            published_by: version.published_by,
            restores: version.restores,
        }
    }
}

/// A page of versions, the newest first. The last 50 are kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionPage {
    /// The versions.
    pub versions: Vec<VersionView>,
    /// The next page's cursor; null on the last.
    pub next_cursor: Option<String>,
}

/// The body that rolls back.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// The version to bring back.
    #[schema(minimum = 1)]
    pub number: u32,
}

/// The body that publishes the tenant's settings. It may be left out.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Publication {
    /// Publish even what keeps the publisher's own address out.
    pub force: bool,
}

/// The body that rolls the tenant's settings back.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantRollback {
    /// The version to bring back.
    #[schema(minimum = 1)]
    pub number: u32,
    /// Publish even what keeps the publisher's own address out.
    #[serde(default)]
    pub force: bool,
}
