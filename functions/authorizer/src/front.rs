//! A candidate: a publishable key or a host name leads to one project's front office, within the entrance's limits.
//!
//! Where it leads is remembered for seconds; what this request may do there is decided for each request.

use jiff::Timestamp;
use serde_json::Value;
use vivier_domain::{
    entrance::Entrance,
    origin::Origin,
    project::{ProductKind, Project, ProjectStatus},
    purpose::Grounds,
    settings::{ProjectSettings, Published},
};
use vivier_tenancy::{
    registry::Found,
    rooms::records::{Place, RecordKey, Records},
};

use crate::{
    answer::Refusal,
    request::{Site, is_own, route, site},
};

/// Where a door of the front office leads.
#[derive(Debug, Clone)]
pub(crate) struct Front {
    pub(crate) found: Found,
    pub(crate) place: Opened,
}

/// What lies behind the door.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) entrance: Entrance,
    pub(crate) project: Project,
    /// The web sites of the project's published settings.
    pub(crate) origins: Vec<Origin>,
    /// What it has published of candidates' data; `None` where that is nothing.
    pub(crate) grounds: Option<Grounds>,
}

/// Reads the project that the entrance leads to; `None` where there is none.
pub(crate) async fn open(records: &Records<'_>, entrance: &Entrance) -> Result<Option<Opened>, Refusal> {
    let project = RecordKey::project(entrance.project);
    let settings: RecordKey<Published<ProjectSettings>> =
        RecordKey::published(Place::Project(entrance.project));
    let read = records.batch(&[project.sort(), settings.sort()]).await?;
    let Some(project) = read.get(&project)? else { return Ok(None) };
    let published = read.get(&settings)?.map(|found| found.value);
    let grounds = published.as_ref().and_then(Published::grounds);
    let origins = published.map(|published| published.settings.allowed_origins).unwrap_or_default();
    Ok(Some(Opened { entrance: entrance.clone(), project: project.value, origins, grounds }))
}

impl Opened {
    /// The web site that may read the answer, where the request names one.
    pub(crate) fn decide(&self, event: &Value, now: Timestamp) -> Result<Option<Origin>, Refusal> {
        if !self.entrance.opens(now) || self.project.status != ProjectStatus::Active {
            return Err(Refusal::Unknown);
        }
        if let Some(kind) = ProductKind::of_path(route(event))
            && !(self.entrance.admits(kind) && self.project.serves(kind))
        {
            return Err(Refusal::Forbidden("product"));
        }
        match site(event) {
            Site::Unnamed => Ok(None),
            Site::Named(origin) if self.origins().contains(&origin) || is_own(event, &origin) => {
                Ok(Some(origin))
            }
            Site::Named(_) | Site::Unknown => Err(Refusal::Forbidden("origin")),
        }
    }

    fn origins(&self) -> &[Origin] {
        if self.entrance.origins.is_empty() { &self.origins } else { &self.entrance.origins }
    }
}

#[cfg(test)]
mod tests;
