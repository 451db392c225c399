//! The link that sets a new password (K6.2c): it works once, for an hour.

use jiff::{SignedDuration, Timestamp};

use super::{
    EXPIRES_AT, Item, OwnSessions, Sessions,
    item::{self, n, s},
    ticket::{ResetTicket, Ticket},
};
use crate::tenancy::TenancyError;

/// How long a link works.
pub const RESET_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// A link that its ticket opened.
#[derive(Debug)]
pub struct Reset {
    /// The member's subject.
    pub member: String,
    /// When it was asked for.
    pub created_at: Timestamp,
}

impl OwnSessions<'_> {
    /// Makes the ticket of a link.
    pub async fn reset(&self, member: &str, now: Timestamp) -> Result<ResetTicket, TenancyError> {
        let ticket: ResetTicket = Ticket::generate(self.scope);
        let until = now.as_second().saturating_add(RESET_LIFETIME.as_secs());
        let item = Item::from([
            ("pk".to_owned(), s(ticket.partition())),
            ("sk".to_owned(), s(ticket.sort())),
            ("member".to_owned(), s(member)),
            ("created_at".to_owned(), n(now.as_microsecond())),
            (EXPIRES_AT.to_owned(), n(until)),
        ]);
        self.sessions.put(item).await?;
        Ok(ticket)
    }
}

impl Sessions {
    /// What a link is for; it can still be used after that.
    pub async fn open_reset(
        &self,
        ticket: &ResetTicket,
        now: Timestamp,
    ) -> Result<Option<Reset>, TenancyError> {
        self.get(ticket, now).await?.as_ref().map(read).transpose()
    }

    /// Uses a link up; `None` where it was used before.
    pub async fn take_reset(
        &self,
        ticket: &ResetTicket,
        now: Timestamp,
    ) -> Result<Option<Reset>, TenancyError> {
        self.take(ticket, now).await?.as_ref().map(read).transpose()
    }
}

fn read(item: &Item) -> Result<Reset, TenancyError> {
    Ok(Reset { member: item::string(item, "member")?, created_at: item::time(item, "created_at")? })
}
