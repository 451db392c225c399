//! Tokens by which another device takes a conversation up. Only a token's hash is stored, twice: by itself, where whoever
//! brings the token finds the conversation, and in the conversation's partition, so that it goes with the conversation.

use jiff::{SignedDuration, Timestamp};
use vivier_domain::ids::SessionId;
use vivier_tenancy::{
    TenancyError,
    rooms::conversations::{Conversations, Item},
};

use super::{
    item::{as_text, field, item, partition, text},
    session,
};

/// How long a token is good for.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// The most tokens of a conversation that are looked at when it ends.
const MOST: i32 = 1_000;

const MARK: &str = "resume#";
const SORT: &str = "resume";
const SESSION: &str = "session";

/// Stores a token's hash for a conversation; when it ends. [`TenancyError::Conflict`]: the conversation is gone.
pub async fn put(
    room: &Conversations<'_>,
    id: SessionId,
    hash: &str,
    now: Timestamp,
) -> Result<Timestamp, TenancyError> {
    room.put_beside(&partition(id), session::SORT, write(id, hash, now)).await?;
    Ok(now + LIFETIME)
}

/// A token as the items that are stored.
pub fn write(id: SessionId, hash: &str, now: Timestamp) -> Vec<Item> {
    let (until, mark) = (now + LIFETIME, format!("{MARK}{hash}"));
    let mut found_by = item(mark.clone(), SORT.to_owned(), until, now);
    found_by.insert(SESSION.to_owned(), text(id.to_string()));
    vec![found_by, item(partition(id), mark, until, now)]
}

/// The conversation that a token leads to, which is used up by it; `None` where it leads to none at `now`.
pub async fn take(
    room: &Conversations<'_>,
    hash: &str,
    now: Timestamp,
) -> Result<Option<SessionId>, TenancyError> {
    let mark = format!("{MARK}{hash}");
    let Some(found) = room.take(&mark, SORT, now).await? else { return Ok(None) };
    let id: SessionId = field(&found, SESSION, |value| as_text(value)?.parse().ok())?;
    room.take(&partition(id), &mark, now).await?;
    Ok(Some(id))
}

/// Makes a conversation's tokens lead nowhere; how many there were.
pub(super) async fn revoke(room: &Conversations<'_>, id: SessionId) -> Result<u64, TenancyError> {
    let mut revoked = 0;
    // Those past their time are removed by the table itself.
    for mark in room.list(&partition(id), MARK, MOST, Timestamp::UNIX_EPOCH).await? {
        let mark = field(&mark, "sk", |value| as_text(value).map(str::to_owned))?;
        let taken = room.take(&mark, SORT, Timestamp::UNIX_EPOCH).await?;
        revoked += u64::from(taken.is_some());
    }
    Ok(revoked)
}
