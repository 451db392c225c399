//! Tags and projects: where a document may answer.

use std::collections::BTreeSet;

use uuid::Uuid;
use vivier_domain::{ids::ProjectId, project::Project, settings::chat};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::{TenancyError, TenantScope, rooms::records::RecordKey};

use crate::App;

/// The most tags of a document.
pub const MOST_TAGS: usize = chat::MOST_TAGS;
/// The most projects that a document names; it may answer in all of them by naming none.
pub const MOST_PROJECTS: usize = 20;

/// Why these cannot be a document's tags.
pub fn wrong_tags(tags: &[String]) -> Option<&'static str> {
    if tags.len() > MOST_TAGS {
        return Some("too-many");
    }
    if !tags.iter().all(|tag| chat::is_tag(tag)) {
        return Some("invalid");
    }
    repeated(tags).then_some("repeated")
}

/// Why these cannot be a document's projects; whether they exist is another question.
pub fn wrong_projects(projects: &[Uuid]) -> Option<&'static str> {
    if projects.len() > MOST_PROJECTS {
        return Some("too-many");
    }
    repeated(projects).then_some("repeated")
}

/// As many projects as may be named: more are refused, and not looked for.
pub fn few(projects: &[Uuid]) -> impl Iterator<Item = Uuid> + '_ {
    projects.iter().copied().take(MOST_PROJECTS)
}

fn repeated<T: Ord>(items: &[T]) -> bool {
    items.iter().collect::<BTreeSet<_>>().len() < items.len()
}

/// The projects of the tenant among those that were named.
#[derive(Debug, Default)]
pub struct Known(BTreeSet<ProjectId>);

impl Known {
    /// Reads them.
    pub async fn among(
        app: &App,
        scope: &TenantScope,
        named: impl IntoIterator<Item = Uuid>,
    ) -> Result<Self, TenancyError> {
        let named: Vec<ProjectId> =
            named.into_iter().map(ProjectId::from).collect::<BTreeSet<_>>().into_iter().collect();
        let records = app.tenancy.records(scope)?;
        let mut known = BTreeSet::new();
        // As many records as one reading takes.
        for some in named.chunks(100) {
            let keys: Vec<RecordKey<Project>> = some.iter().map(|id| RecordKey::project(*id)).collect();
            let read = records.batch(&keys.iter().map(RecordKey::sort).collect::<Vec<_>>()).await?;
            for (id, key) in some.iter().zip(&keys) {
                if read.get(key)?.is_some() {
                    known.insert(*id);
                }
            }
        }
        Ok(Self(known))
    }

    /// 400 unless all of these are among them.
    pub fn require(&self, projects: &[ProjectId]) -> Result<(), Problem> {
        if projects.iter().all(|project| self.0.contains(project)) {
            Ok(())
        } else {
            Err(Problem::new(ProblemKind::InvalidBody).field("projects", "unknown"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_few_short_and_distinct() {
        let many: Vec<String> = (0..=MOST_TAGS).map(|number| number.to_string()).collect();
        for (tags, expected) in [
            (vec![], None),
            (vec!["rh", "Congés payés"], None),
            (vec![""], Some("invalid")),
            (vec![" rh"], Some("invalid")),
            (vec!["a\nb"], Some("invalid")),
            (vec!["rh", "rh"], Some("repeated")),
            (many.iter().map(String::as_str).collect(), Some("too-many")),
        ] {
            let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
            assert_eq!(wrong_tags(&tags), expected, "{tags:?}");
        }
    }

    #[test]
    fn projects_are_few_and_distinct() {
        let one = Uuid::now_v7();
        let many: Vec<Uuid> = (0..=MOST_PROJECTS).map(|_| Uuid::now_v7()).collect();
        for (projects, expected) in
            [(vec![], None), (vec![one], None), (vec![one, one], Some("repeated")), (many, Some("too-many"))]
        {
            assert_eq!(wrong_projects(&projects), expected);
        }
    }
}
