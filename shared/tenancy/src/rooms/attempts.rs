//! What slows down guessing: failures counted by account and by address, whoever they belong to and whether they exist.
//!
//! An attempt is counted before it is looked at and taken back when it was right: however many come at once, no more
//! than the limit are ever looked at. The table knows hashes alone.

mod key;

use aws_sdk_dynamodb::{
    Client,
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValue},
};
use jiff::{SignedDuration, Timestamp};

pub use key::{AttemptKey, Limit};

use self::key::LOCK;
use crate::{condition::unless_refused, tenancy::TenancyError};

/// Failures are forgotten when nothing was tried for so long.
pub const MEMORY: SignedDuration = SignedDuration::from_hours(1);

/// Whether an attempt is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is, and it is the so-manieth that was not right yet.
    Admitted(u32),
    /// It is not; it may be in so many whole seconds.
    Wait(u64),
}

/// The table of attempts.
#[derive(Debug, Clone)]
pub struct Attempts {
    client: Client,
    table: String,
}

impl Attempts {
    pub(crate) fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Counts an attempt and says whether it may be looked at. One that may not is not counted.
    pub async fn begin(
        &self,
        key: &AttemptKey,
        limit: Limit,
        now: Timestamp,
    ) -> Result<Admission, TenancyError> {
        // A second time where the count was forgotten in between, a third where somebody else was quicker to see it.
        for _ in 0..3 {
            if let Some(failures) = self.count(key, now).await? {
                if failures <= limit.lock_at || self.take_turn(key, now).await? {
                    return Ok(Admission::Admitted(failures));
                }
                // Others came at the same moment and are being looked at: this one is over the limit.
                self.block(key, LOCK, now).await?;
                return Ok(Admission::Wait(LOCK.as_secs().unsigned_abs()));
            }
            let (blocked_until, expires_at) = self.fetch(key).await?;
            if expires_at > now.as_second() {
                return Ok(Admission::Wait(wait(blocked_until, now)));
            }
            self.forget_expired(key, expires_at, now).await?;
        }
        Err(TenancyError::Busy("attempts table"))
    }

    /// An attempt was wrong: the next one has to wait, when it was one of many.
    pub async fn fail(
        &self,
        key: &AttemptKey,
        limit: Limit,
        failures: u32,
        now: Timestamp,
    ) -> Result<(), TenancyError> {
        let delay = limit.delay(failures);
        if delay.is_zero() { Ok(()) } else { self.block(key, delay, now).await }
    }

    /// All was right: nothing that was counted counts any more.
    pub async fn clear(&self, key: &AttemptKey) -> Result<(), TenancyError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", pk(key))
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }

    /// An attempt was no failure: it is taken back, and others stay counted.
    pub async fn withdraw(&self, key: &AttemptKey) -> Result<(), TenancyError> {
        let update = self
            .update(key)
            .update_expression("ADD failures :one")
            .condition_expression("failures > :none")
            .expression_attribute_values(":one", n(-1))
            .expression_attribute_values(":none", n(0));
        unless_refused(update.send().await).map(|_| ())
    }

    /// An attempt was right, and another has to follow at once: where it had the one turn after a lock, the next has a turn
    /// too. Without it a second factor could never follow its password there. A block of somebody else's failure stays.
    pub async fn pass_turn(&self, key: &AttemptKey, now: Timestamp) -> Result<(), TenancyError> {
        let update = self
            .update(key)
            .update_expression("SET blocked_until = :now")
            .condition_expression("blocked_until = :turn")
            .expression_attribute_values(":now", n(now.as_millisecond()))
            .expression_attribute_values(":turn", after(now, LOCK));
        unless_refused(update.send().await).map(|_| ())
    }

    fn update(&self, key: &AttemptKey) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("pk", pk(key))
    }

    /// Counts one more; `None` where nothing is looked at now, or where the item should be gone already.
    async fn count(&self, key: &AttemptKey, now: Timestamp) -> Result<Option<u32>, TenancyError> {
        let update = self
            .update(key)
            .update_expression("ADD failures :one SET expires_at = :until")
            .condition_expression(
                "attribute_not_exists(pk) \
                 OR (expires_at > :second AND (attribute_not_exists(blocked_until) OR blocked_until <= :now))",
            )
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":until", n(now.as_second() + MEMORY.as_secs()))
            .expression_attribute_values(":second", n(now.as_second()))
            .expression_attribute_values(":now", n(now.as_millisecond()))
            .return_values(ReturnValue::UpdatedNew);
        let Some(updated) = unless_refused(update.send().await)? else { return Ok(None) };
        let failures = updated.attributes().and_then(|attributes| number(attributes.get("failures")));
        let failures = failures.ok_or(TenancyError::Corrupt("attempt"))?;
        u32::try_from(failures).map(Some).map_err(|_| TenancyError::Corrupt("attempt"))
    }

    /// Until when nothing is looked at, in milliseconds, and when the count is forgotten, in seconds.
    async fn fetch(&self, key: &AttemptKey) -> Result<(i64, i64), TenancyError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", pk(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        let item = found.item.unwrap_or_default();
        Ok((number(item.get("blocked_until")).unwrap_or(0), number(item.get("expires_at")).unwrap_or(0)))
    }

    async fn block(
        &self,
        key: &AttemptKey,
        delay: SignedDuration,
        now: Timestamp,
    ) -> Result<(), TenancyError> {
        let update = self
            .update(key)
            .update_expression("SET blocked_until = :until")
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(blocked_until) OR blocked_until < :until)",
            )
            .expression_attribute_values(":until", after(now, delay));
        unless_refused(update.send().await).map(|_| ())
    }

    /// After a lock one attempt is looked at, and meanwhile the lock is back: of several at once, one has the turn.
    async fn take_turn(&self, key: &AttemptKey, now: Timestamp) -> Result<bool, TenancyError> {
        let update = self
            .update(key)
            .update_expression("SET blocked_until = :until")
            .condition_expression("blocked_until <= :now")
            .expression_attribute_values(":now", n(now.as_millisecond()))
            .expression_attribute_values(":until", after(now, LOCK));
        Ok(unless_refused(update.send().await)?.is_some())
    }

    /// The table removes an item within days; a count whose time is over is replaced at once.
    async fn forget_expired(
        &self,
        key: &AttemptKey,
        expires_at: i64,
        now: Timestamp,
    ) -> Result<(), TenancyError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", pk(key))
            .item("failures", n(0))
            .item("expires_at", n(now.as_second() + MEMORY.as_secs()))
            .condition_expression("attribute_not_exists(pk) OR expires_at = :seen")
            .expression_attribute_values(":seen", n(expires_at))
            .send()
            .await;
        unless_refused(put).map(|_| ())
    }
}

/// Whole seconds until a time in milliseconds, at least one.
fn wait(until: i64, now: Timestamp) -> u64 {
    let milliseconds = u64::try_from(until.saturating_sub(now.as_millisecond())).unwrap_or(0);
    milliseconds.div_ceil(1_000).max(1)
}

/// A moment after `now`, in milliseconds since 1970.
fn after(now: Timestamp, delay: SignedDuration) -> AttributeValue {
    n(now.as_millisecond().saturating_add(delay.as_millis() as i64))
}

fn pk(key: &AttemptKey) -> AttributeValue {
    AttributeValue::S(key.as_str().to_owned())
}

fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn number(value: Option<&AttributeValue>) -> Option<i64> {
    value.and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_told_in_whole_seconds() {
        let now = Timestamp::from_millisecond(10_000).unwrap();
        for (until, seconds) in [(9_000, 1), (10_000, 1), (10_001, 1), (11_000, 1), (11_001, 2), (25_000, 15)]
        {
            assert_eq!(wait(until, now), seconds, "{until}");
        }
    }
}
