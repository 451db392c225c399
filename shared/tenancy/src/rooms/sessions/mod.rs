//! Sessions on the server (K6.2d), logins that are not complete, and links that set a new password.
//!
//! A browser holds one opaque cookie. It names the tenant's partition, and its secret proves it: so [`Sessions::open`]
//! needs no scope, and neither do the tickets of challenges and links. Whoever opens one still has to ask the registry
//! whether the member leads to the same tenant ([`crate::registry::Door::Member`]) and the tenant's records whether the
//! member may come in. Everything that makes or removes a session needs the scope that comes from there:
//! [`Sessions::of`].

mod challenge;
mod item;
mod own;
mod reset;
mod sealing;
mod ticket;

use aws_sdk_dynamodb::Client;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;

pub use challenge::{Challenge, OpenChallenge};
pub use item::Session;
pub use own::{NewSession, OwnSessions};
pub use reset::{RESET_LIFETIME, Reset};
pub use ticket::{COOKIE_NAME, ChallengeTicket, Cookie, ResetTicket, Ticket, TicketKind, kinds};

use self::item::{EXPIRES_AT, Item, n, s};
use crate::{condition::unless_refused, scope::TenantScope, tenancy::TenancyError};

/// `last_seen` moves at most this often: a page with twenty requests writes once.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// The table of sessions.
#[derive(Debug, Clone)]
pub struct Sessions {
    client: Client,
    table: String,
}

impl Sessions {
    pub(crate) fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The session that this cookie opens; `None` where there is none, or where it is over or was left idle at `now`.
    ///
    /// It does not say whether the member may still come in: that the tenant is active, the member neither suspended
    /// nor removed, and the session not older than the member's `sessions_from`, the caller has to see.
    pub async fn open(&self, cookie: &Cookie, now: Timestamp) -> Result<Option<Session>, TenancyError> {
        let Some(item) = self.get(cookie, now).await? else { return Ok(None) };
        Ok(Some(item::read(cookie, &item)?).filter(|session| session.is_alive(now)))
    }

    /// What was sealed in the session when it was made.
    pub async fn unseal<T: DeserializeOwned>(
        &self,
        cookie: &Cookie,
        now: Timestamp,
    ) -> Result<Option<T>, TenancyError> {
        let Some(item) = self.get(cookie, now).await? else { return Ok(None) };
        sealing::open(cookie, item::blob(&item, "sealed")?).map(Some)
    }

    /// Notes that the session was used, which keeps it from dying idle. It writes at most once a minute, and never
    /// brings back a session that was removed.
    pub async fn touch(&self, session: &Session, now: Timestamp) -> Result<(), TenancyError> {
        if now.duration_since(session.last_seen) < TOUCH_EVERY {
            return Ok(());
        }
        let seen = Session { last_seen: now, ..session.clone() };
        let outcome = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", s(format!("tenant#{}", session.tenant)))
            .key("sk", s(format!("session#{}", session.name)))
            .update_expression("SET last_seen = :now, expires_at = :until")
            .condition_expression("attribute_exists(pk) AND last_seen < :now")
            .expression_attribute_values(":now", n(now.as_microsecond()))
            .expression_attribute_values(":until", n(item::expiry(&seen)))
            .send()
            .await;
        unless_refused(outcome).map(|_| ())
    }

    /// Ends the session of a cookie that its own browser sends along: holding it is proof enough.
    pub async fn end(&self, cookie: &Cookie) -> Result<(), TenancyError> {
        self.delete(cookie).await
    }

    /// The sessions of the scope's tenant.
    pub fn of<'a>(&self, scope: &'a TenantScope) -> OwnSessions<'a> {
        OwnSessions::new(self.clone(), scope)
    }

    async fn get<K: TicketKind>(
        &self,
        ticket: &Ticket<K>,
        now: Timestamp,
    ) -> Result<Option<Item>, TenancyError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", s(ticket.partition()))
            .key("sk", s(ticket.sort()))
            .consistent_read(true)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(found.item.filter(|item| !item::is_expired(item, now)))
    }

    async fn put(&self, item: Item) -> Result<(), TenancyError> {
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }

    async fn delete<K: TicketKind>(&self, ticket: &Ticket<K>) -> Result<(), TenancyError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", s(ticket.partition()))
            .key("sk", s(ticket.sort()))
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }

    /// Removes an item and says whether this call removed it: of two that try, one has it.
    async fn take<K: TicketKind>(
        &self,
        ticket: &Ticket<K>,
        now: Timestamp,
    ) -> Result<Option<Item>, TenancyError> {
        let removed = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", s(ticket.partition()))
            .key("sk", s(ticket.sort()))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllOld)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(removed.attributes.filter(|item| !item::is_expired(item, now)))
    }
}
