//! A login that is not complete: the password was right, and a new one or a second factor is still asked for.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    EXPIRES_AT, Item, OwnSessions, Sessions,
    item::{self, n, s},
    sealing,
    ticket::{ChallengeTicket, Ticket},
};
use crate::tenancy::TenancyError;

/// What a new challenge is made of.
#[derive(Debug)]
pub struct Challenge<'c, T> {
    /// The member's subject.
    pub member: &'c str,
    /// How long it can be answered.
    pub lifetime: SignedDuration,
    /// What only the holder of its ticket can have back.
    pub secrets: &'c T,
}

/// A challenge that its ticket opened.
#[derive(Debug)]
pub struct OpenChallenge<T> {
    /// The member's subject.
    pub member: String,
    /// What was sealed in it.
    pub secrets: T,
}

impl OwnSessions<'_> {
    /// Makes a challenge.
    pub async fn challenge<T: Serialize>(
        &self,
        challenge: &Challenge<'_, T>,
        now: Timestamp,
    ) -> Result<ChallengeTicket, TenancyError> {
        let ticket: ChallengeTicket = Ticket::generate(self.scope);
        let until = now.as_second().saturating_add(challenge.lifetime.as_secs());
        let item = Item::from([
            ("pk".to_owned(), s(ticket.partition())),
            ("sk".to_owned(), s(ticket.sort())),
            ("member".to_owned(), s(challenge.member)),
            ("sealed".to_owned(), AttributeValue::B(sealing::seal(&ticket, challenge.secrets)?.into())),
            (EXPIRES_AT.to_owned(), n(until)),
        ]);
        self.sessions.put(item).await?;
        Ok(ticket)
    }
}

impl Sessions {
    /// What a challenge waits for; `None` where there is no such challenge, or where it is over. How many answers are
    /// looked at, the [`Attempts`](crate::rooms::attempts::Attempts) of the account say.
    pub async fn open_challenge<T: DeserializeOwned>(
        &self,
        ticket: &ChallengeTicket,
        now: Timestamp,
    ) -> Result<Option<OpenChallenge<T>>, TenancyError> {
        let Some(found) = self.get(ticket, now).await? else { return Ok(None) };
        let secrets = sealing::open(ticket, item::blob(&found, "sealed")?)?;
        Ok(Some(OpenChallenge { member: item::string(&found, "member")?, secrets }))
    }

    /// Closes a challenge that was answered; `false` when another answer, or the end of its time, was quicker.
    pub async fn close_challenge(
        &self,
        ticket: &ChallengeTicket,
        now: Timestamp,
    ) -> Result<bool, TenancyError> {
        Ok(self.take(ticket, now).await?.is_some())
    }
}
