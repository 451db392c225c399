//! The sessions of one tenant: making, renewing and ending them.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{
    Cookie, Session, Sessions,
    item::{self, s},
    sealing,
    ticket::Ticket,
};
use crate::{condition::is_conflict, scope::TenantScope, tenancy::TenancyError};

/// What a new session is made of.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'m> {
    /// The member's subject.
    pub member: &'m str,
    /// When the login began; of a renewed session, when the login began that it came from.
    pub created_at: Timestamp,
    /// When it ends, whatever happens.
    pub ends_at: Timestamp,
    /// How long it may lie idle.
    pub idle: SignedDuration,
    /// Now.
    pub now: Timestamp,
}

/// One tenant's sessions.
#[derive(Debug)]
pub struct OwnSessions<'a> {
    pub(super) sessions: Sessions,
    pub(super) scope: &'a TenantScope,
}

impl<'a> OwnSessions<'a> {
    pub(super) fn new(sessions: Sessions, scope: &'a TenantScope) -> Self {
        Self { sessions, scope }
    }

    fn make(&self, new: &NewSession<'_>) -> (Cookie, Session) {
        let cookie = Ticket::generate(self.scope);
        let session = Session {
            tenant: self.scope.tenant(),
            member: new.member.to_owned(),
            name: cookie.name(),
            created_at: new.created_at,
            last_seen: new.now,
            idle: new.idle,
            ends_at: new.ends_at,
            csrf: cookie.csrf(),
        };
        (cookie, session)
    }

    /// Makes a session. `secrets` are sealed under the new cookie: only its holder can have them back.
    pub async fn create<T: Serialize>(
        &self,
        new: &NewSession<'_>,
        secrets: &T,
    ) -> Result<(Cookie, Session), TenancyError> {
        let (cookie, session) = self.make(new);
        self.sessions.put(item::write(&session, sealing::seal(&cookie, secrets)?)).await?;
        Ok((cookie, session))
    }

    /// Makes a session in the place of another, which ends in the same moment. [`TenancyError::Conflict`] when that one
    /// is gone already: of two renewals at once, one has the new cookie.
    pub async fn rotate<T: Serialize>(
        &self,
        old: &Cookie,
        new: &NewSession<'_>,
        secrets: &T,
    ) -> Result<(Cookie, Session), TenancyError> {
        let (cookie, session) = self.make(new);
        let delete = Delete::builder()
            .table_name(&self.sessions.table)
            .key("pk", s(old.partition()))
            .key("sk", s(old.sort()))
            .condition_expression("attribute_exists(pk)")
            .build()
            .map_err(TenancyError::cloud("dynamodb"))?;
        let put = Put::builder()
            .table_name(&self.sessions.table)
            .set_item(Some(item::write(&session, sealing::seal(&cookie, secrets)?)))
            .build()
            .map_err(TenancyError::cloud("dynamodb"))?;
        let actions = vec![
            TransactWriteItem::builder().delete(delete).build(),
            TransactWriteItem::builder().put(put).build(),
        ];
        match self.sessions.client.transact_write_items().set_transact_items(Some(actions)).send().await {
            Ok(_) => Ok((cookie, session)),
            Err(error) if is_conflict(&error) => Err(TenancyError::Conflict("session")),
            Err(error) => Err(TenancyError::cloud("dynamodb")(error)),
        }
    }

    /// Ends a session by its name. Ending it twice is fine.
    pub async fn delete(&self, name: &str) -> Result<(), TenancyError> {
        self.sessions
            .client
            .delete_item()
            .table_name(&self.sessions.table)
            .key("pk", s(self.partition()))
            .key("sk", s(format!("session#{name}")))
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }

    /// Removes all that the member has here, sessions, open logins and links, but for the session of this name; how
    /// many there were. Moving the member's `sessions_from` first makes sure of those that are made meanwhile.
    pub async fn delete_all(&self, member: &str, except: Option<&str>) -> Result<u64, TenancyError> {
        let kept = except.map(|name| format!("session#{name}"));
        let mut removed = 0;
        let mut start = None;
        loop {
            let page = self
                .sessions
                .client
                .query()
                .table_name(&self.sessions.table)
                .key_condition_expression("pk = :pk")
                .filter_expression("#member = :member")
                .expression_attribute_names("#member", "member")
                .expression_attribute_values(":pk", s(self.partition()))
                .expression_attribute_values(":member", s(member))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            for found in page.items.unwrap_or_default() {
                let sort = item::string(&found, "sk")?;
                if kept.as_ref() == Some(&sort) {
                    continue;
                }
                self.sessions
                    .client
                    .delete_item()
                    .table_name(&self.sessions.table)
                    .key("pk", s(self.partition()))
                    .key("sk", s(sort))
                    .send()
                    .await
                    .map_err(TenancyError::cloud("dynamodb"))?;
                removed += 1;
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(removed);
            }
        }
    }

    fn partition(&self) -> String {
        format!("tenant#{}", self.scope.tenant())
    }
}
