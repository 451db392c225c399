//! Which record is meant, and of what type it is: a key of one type can read and write nothing else.

use std::{fmt, marker::PhantomData};

use vivier_domain::{
    ids::{KeyId, ProjectId},
    member::Member,
    project::Project,
    role::Roles,
    settings::{Published, SenderDomain},
};

/// Whose settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The tenant's own.
    Tenant,
    /// A project's.
    Project(ProjectId),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant => f.write_str("tenant"),
            Self::Project(id) => write!(f, "project:{id}"),
        }
    }
}

/// The key of a record of type `T`, or the beginning of several records' keys.
pub struct RecordKey<T> {
    sort: String,
    value: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for RecordKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RecordKey").field(&self.sort).finish()
    }
}

impl<T> RecordKey<T> {
    fn new(sort: impl Into<String>) -> Self {
        Self { sort: sort.into(), value: PhantomData }
    }

    /// The sort key.
    pub fn sort(&self) -> &str {
        &self.sort
    }

    /// The draft of a place's settings.
    pub fn draft(place: Place) -> Self {
        Self::new(format!("settings#{place}#draft"))
    }

    /// A publishable key's description, or with `None` the beginning of all of a project's.
    pub fn publishable_key(project: ProjectId, id: Option<KeyId>) -> Self {
        Self::new(format!("key#{project}#{}", id.map(|id| id.to_string()).unwrap_or_default()))
    }
}

impl<T> RecordKey<Published<T>> {
    /// The published settings of a place.
    pub fn published(place: Place) -> Self {
        Self::new(format!("settings#{place}#published"))
    }

    /// A version that was published once, or with `None` the beginning of all of them.
    pub fn version(place: Place, number: Option<u32>) -> Self {
        // Ten digits, so that they sort as numbers do.
        let number = number.map(|number| format!("{number:010}")).unwrap_or_default();
        Self::new(format!("settings#{place}#version#{number}"))
    }
}

impl RecordKey<Roles> {
    /// The tenant's roles.
    pub fn roles() -> Self {
        Self::new("roles")
    }
}

impl RecordKey<Member> {
    /// A member, by the user pool's subject.
    pub fn member(subject: &str) -> Self {
        Self::new(format!("member#{subject}"))
    }

    /// The beginning of every member's key.
    pub fn members() -> Self {
        Self::new("member#")
    }
}

impl RecordKey<()> {
    /// Changes with every change of who may administer people, so that two such changes cannot pass each other.
    pub fn people() -> Self {
        Self::new("people")
    }
}

impl RecordKey<Vec<SenderDomain>> {
    /// The domains that the tenant may mail from, as the operator says.
    pub fn senders() -> Self {
        Self::new("senders")
    }
}

impl RecordKey<Project> {
    /// A project.
    pub fn project(id: ProjectId) -> Self {
        Self::new(format!("project#{id}"))
    }

    /// The beginning of every project's key.
    pub fn projects() -> Self {
        Self::new("project#")
    }
}
