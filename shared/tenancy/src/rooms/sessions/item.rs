//! How a session stands in the table, and when it is over.

use std::collections::HashMap;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use vivier_domain::ids::TenantId;

use super::ticket::Cookie;
use crate::tenancy::TenancyError;

pub(super) type Item = HashMap<String, AttributeValue>;

/// The attribute that holds an item's expiry, in seconds since 1970 (the table's TTL attribute).
pub(super) const EXPIRES_AT: &str = "expires_at";

const CORRUPT: TenancyError = TenancyError::Corrupt("session");

/// A session that its cookie opened.
#[derive(Debug, Clone)]
pub struct Session {
    /// The tenant.
    pub tenant: TenantId,
    /// The member's subject.
    pub member: String,
    /// The session's name: what stands in the table and in the request context.
    pub name: String,
    /// When the login began that the session came from. Renewing the cookie does not move it.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen: Timestamp,
    /// How long it may lie idle.
    pub idle: SignedDuration,
    /// When it ends, whatever happens.
    pub ends_at: Timestamp,
    pub(super) csrf: String,
}

impl Session {
    /// Whether it is neither over nor was left idle.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now < self.ends_at && now < self.idle_until()
    }

    /// When it dies if nobody uses it.
    pub fn idle_until(&self) -> Timestamp {
        self.last_seen.saturating_add(self.idle).unwrap_or(self.ends_at)
    }

    /// Whether a write repeats the session's CSRF token. It takes the same time wherever the two differ.
    pub fn admits_write(&self, csrf: &str) -> bool {
        verify_slices_are_equal(self.csrf.as_bytes(), csrf.as_bytes()).is_ok()
    }

    /// The token that writes must repeat.
    pub fn csrf(&self) -> &str {
        &self.csrf
    }
}

pub(super) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(super) fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(super) fn string(item: &Item, name: &str) -> Result<String, TenancyError> {
    item.get(name).and_then(|value| value.as_s().ok()).cloned().ok_or(CORRUPT)
}

pub(super) fn number(item: &Item, name: &str) -> Result<i64, TenancyError> {
    item.get(name).and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok()).ok_or(CORRUPT)
}

pub(super) fn time(item: &Item, name: &str) -> Result<Timestamp, TenancyError> {
    Timestamp::from_microsecond(number(item, name)?).map_err(|_| CORRUPT)
}

pub(super) fn blob<'i>(item: &'i Item, name: &str) -> Result<&'i [u8], TenancyError> {
    item.get(name).and_then(|value| value.as_b().ok()).map(AsRef::as_ref).ok_or(CORRUPT)
}

/// Whether DynamoDB should have removed the item by now: it does so within days, and reads must not wait for it.
pub(super) fn is_expired(item: &Item, now: Timestamp) -> bool {
    number(item, EXPIRES_AT).map_or(true, |until| until <= now.as_second())
}

/// The first second at which nothing of the session is left.
pub(super) fn expiry(session: &Session) -> i64 {
    session.ends_at.min(session.idle_until()).as_second().saturating_add(1)
}

pub(super) fn write(session: &Session, sealed: Vec<u8>) -> Item {
    Item::from([
        ("pk".to_owned(), s(format!("tenant#{}", session.tenant))),
        ("sk".to_owned(), s(format!("session#{}", session.name))),
        ("member".to_owned(), s(session.member.clone())),
        ("created_at".to_owned(), n(session.created_at.as_microsecond())),
        ("last_seen".to_owned(), n(session.last_seen.as_microsecond())),
        ("idle_seconds".to_owned(), n(session.idle.as_secs())),
        ("ends_at".to_owned(), n(session.ends_at.as_microsecond())),
        ("sealed".to_owned(), AttributeValue::B(sealed.into())),
        (EXPIRES_AT.to_owned(), n(expiry(session))),
    ])
}

/// The session that `cookie` found, alive or not.
pub(super) fn read(cookie: &Cookie, item: &Item) -> Result<Session, TenancyError> {
    Ok(Session {
        tenant: cookie.tenant(),
        member: string(item, "member")?,
        name: cookie.name(),
        created_at: time(item, "created_at")?,
        last_seen: time(item, "last_seen")?,
        idle: SignedDuration::from_secs(number(item, "idle_seconds")?),
        ends_at: time(item, "ends_at")?,
        csrf: cookie.csrf(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::ticket::tests::ticket;
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    fn session(cookie: &Cookie) -> Session {
        Session {
            tenant: cookie.tenant(),
            member: "m".into(),
            name: cookie.name(),
            created_at: at(0),
            last_seen: at(100),
            idle: SignedDuration::from_secs(300),
            ends_at: at(3600),
            csrf: cookie.csrf(),
        }
    }

    #[test]
    fn a_session_reads_back_as_it_was_written() {
        let cookie = ticket();
        let written = session(&cookie);
        let read = read(&cookie, &write(&written, vec![1])).unwrap();
        assert_eq!(format!("{read:?}"), format!("{written:?}"));
    }

    #[test]
    fn a_session_ends_and_dies_idle() {
        let mut session = session(&ticket());
        for (now, alive) in [(100, true), (399, true), (400, false), (3600, false)] {
            assert_eq!(session.is_alive(at(now)), alive, "{now}");
        }
        session.last_seen = at(3599);
        assert!(session.is_alive(at(3599)) && !session.is_alive(at(3600)), "use does not prolong it");
    }

    #[test]
    fn the_table_forgets_no_session_that_lives() {
        let mut session = session(&ticket());
        for (last_seen, last) in [(100, 399), (3500, 3599)] {
            session.last_seen = at(last_seen);
            let item = write(&session, vec![]);
            assert!(session.is_alive(at(last)) && !is_expired(&item, at(last)), "{last_seen}");
        }
        assert!(is_expired(&Item::new(), at(0)), "what has no expiry is over");
    }

    #[test]
    fn writes_repeat_the_token() {
        let session = session(&ticket());
        assert!(session.admits_write(session.csrf()));
        for text in ["", "x", &session.csrf()[1..], &session.csrf().to_uppercase()] {
            assert!(!session.admits_write(text), "{text}");
        }
    }
}
