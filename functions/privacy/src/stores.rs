//! The stores that a person's data lies in. Each is erased one way and looked at another: what says "gone" is never what removed.

use jiff::Timestamp;
use vivier_domain::{
    ids::{PrivacyRequestId, SessionId},
    opaque::Opaque,
    privacy::{LeftReason, PrivacyStore},
    redacted::Redacted,
    retention::DataKind,
};
use vivier_store::{alerts, conversations, legal_holds, privacy};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::{database::DatabaseError, files::FileKey, privacy_keys::Keys},
};

use crate::App;

/// Whose data, as far as anything leads to it.
#[derive(Debug)]
pub(crate) struct Person<'a> {
    /// The request that is answered: it goes by its own way.
    pub(crate) request: PrivacyRequestId,
    /// In lower case.
    pub(crate) email: &'a Redacted,
    /// The address as a keyed hash.
    pub(crate) subject: Opaque<32>,
    /// Conversations that the person named.
    pub(crate) conversations: &'a [SessionId],
}

/// Removes what a store holds of a person; how many things. Repeating it removes 0.
pub(crate) async fn erase(
    app: &App,
    scope: &TenantScope,
    store: PrivacyStore,
    person: &Person<'_>,
) -> Result<u64, TenancyError> {
    match store {
        PrivacyStore::Alerts => {
            let mut session = app.tenancy.silo(scope).await?;
            let tx = session.begin().await?;
            privacy::hurry(&tx).await?;
            let removed = alerts::erase_of(&tx, person.email, None).await?;
            tx.commit().await?;
            Ok(removed)
        }
        PrivacyStore::Conversations => {
            let mut removed = 0;
            if !person.conversations.is_empty() {
                let room = app.tenancy.conversations(scope).await?;
                for id in person.conversations {
                    removed += u64::from(conversations::delete(&room, *id).await? > 0);
                }
            }
            Ok(removed)
        }
        PrivacyStore::Copies => copies(app, scope, &person.subject, None).await,
        PrivacyStore::Requests => {
            let mut session = app.tenancy.silo(scope).await?;
            let tx = session.begin().await?;
            privacy::hurry(&tx).await?;
            let removed = privacy::erase_pending(&tx, person.email, person.request).await?;
            tx.commit().await?;
            Ok(removed)
        }
        PrivacyStore::Members => Ok(0),
    }
}

/// Removes every version of the copies made for a person, those asked for until a moment where it is named. Which there were is forgotten only when none is left.
pub(crate) async fn copies(
    app: &App,
    scope: &TenantScope,
    subject: &Opaque<32>,
    until: Option<Timestamp>,
) -> Result<u64, TenancyError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    privacy::hurry(&tx).await?;
    let found = privacy::list_copies(&tx, subject, until).await?;
    tx.commit().await?;
    drop(session);
    for id in &found {
        remove_copy(app, scope, *id).await?;
    }
    Ok(found.len() as u64)
}

/// Removes one copy. [`TenancyError::Conflict`] where a version of it is still there.
pub(crate) async fn remove_copy(
    app: &App,
    scope: &TenantScope,
    id: PrivacyRequestId,
) -> Result<(), TenancyError> {
    let (files, key) = (app.tenancy.files(scope).await?, FileKey::Copy(id));
    files.delete(&key).await?;
    if files.holds(&key).await? {
        return Err(TenancyError::Conflict("file"));
    }
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    privacy::withdraw(&tx, id).await?;
    tx.commit().await?;
    Ok(())
}

/// Looks whether a store holds anything of a person, by another way than it was erased; `None`: nothing.
pub(crate) async fn look(
    app: &App,
    scope: &TenantScope,
    store: PrivacyStore,
    person: &Person<'_>,
) -> Result<Option<LeftReason>, TenancyError> {
    let left = match store {
        PrivacyStore::Conversations => {
            let mut left = false;
            if !person.conversations.is_empty() {
                let room = app.tenancy.conversations(scope).await?;
                for id in person.conversations {
                    left |= conversations::holds(&room, *id).await?;
                }
            }
            left
        }
        PrivacyStore::Members => {
            let found = app.tenancy.people(scope)?.find(person.email).await?;
            return Ok(found.map(|_| LeftReason::Member));
        }
        PrivacyStore::Alerts | PrivacyStore::Copies | PrivacyStore::Requests => {
            let mut session = app.tenancy.silo(scope).await?;
            let tx = session.begin().await?;
            privacy::hurry(&tx).await?;
            match store {
                PrivacyStore::Alerts => alerts::count_of(&tx, person.email, None).await? > 0,
                PrivacyStore::Copies => !privacy::list_copies(&tx, &person.subject, None).await?.is_empty(),
                _ => privacy::count_pending(&tx, person.email, person.request).await? > 0,
            }
        }
    };
    Ok(left.then_some(LeftReason::Found))
}

/// What is held of what an erasure would remove.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    /// The person, or all of what can be found by an address.
    person: bool,
    alerts: bool,
    /// All conversations, or those.
    conversations: bool,
    named: Vec<SessionId>,
}

impl Holds {
    /// What is held now.
    pub(crate) async fn of(
        app: &App,
        scope: &TenantScope,
        keys: &Keys,
        person: &Person<'_>,
    ) -> Result<Self, TenancyError> {
        let mut session = app.tenancy.pool(scope).await?;
        let tx = session.begin().await?;
        let held = legal_holds::in_force(&tx, app.clock.now()).await?;
        tx.commit().await?;
        let is_held = |id: &&SessionId| held.conversations.contains(&keys.subject(&id.to_string()));
        Ok(Self {
            person: held.persons.contains(&person.subject),
            alerts: held.kinds.contains(&DataKind::Alerts),
            conversations: held.kinds.contains(&DataKind::Conversations),
            named: person.conversations.iter().filter(is_held).copied().collect(),
        })
    }

    /// Whether nothing may go from a store.
    pub(crate) fn close(&self, store: PrivacyStore) -> bool {
        match store {
            PrivacyStore::Alerts => self.person || self.alerts,
            PrivacyStore::Conversations => self.person || self.conversations,
            PrivacyStore::Copies | PrivacyStore::Requests => self.person,
            // Whether somebody is a member is no thing that could go.
            PrivacyStore::Members => false,
        }
    }

    /// The conversations that may go.
    pub(crate) fn free(&self, named: &[SessionId]) -> Vec<SessionId> {
        named.iter().filter(|id| !self.named.contains(id)).copied().collect()
    }

    /// Why something is left, where it is left because it is held.
    pub(crate) fn explain(&self, store: PrivacyStore, left: LeftReason) -> LeftReason {
        let some = store == PrivacyStore::Conversations && !self.named.is_empty();
        if left == LeftReason::Found && (some || self.close(store)) { LeftReason::Held } else { left }
    }
}

/// What an error of a store is to whoever waits for an erasure.
pub(crate) fn reason(error: &TenancyError) -> LeftReason {
    match error {
        TenancyError::Database(DatabaseError::Statement { .. }) | TenancyError::Conflict(_) => {
            LeftReason::Refused
        }
        _ => LeftReason::Unavailable,
    }
}
