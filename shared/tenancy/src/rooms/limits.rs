//! How often each publishable key was used in a minute, counted for all environments together.
//!
//! A counter is one item per key and minute. It is only ever added to, so two environments that add at the same moment
//! both count, and each is told the sum.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, ReturnValue},
};
use jiff::Timestamp;
use vivier_domain::ids::KeyId;

use crate::{scope::TenantScope, tenancy::TenancyError};

/// A counter is of no use after its minute; an hour leaves clocks room to disagree.
const KEPT_SECONDS: i64 = 3_600;

/// A minute, counted from 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Minute(i64);

impl Minute {
    /// The minute a moment lies in.
    pub fn of(now: Timestamp) -> Self {
        Self(now.as_second().div_euclid(60))
    }

    /// The seconds from `now` until the next minute, 1 to 60.
    pub fn left(now: Timestamp) -> u8 {
        60 - u8::try_from(now.as_second().rem_euclid(60)).unwrap_or(0)
    }
}

/// The counters of one tenant's keys.
#[derive(Debug)]
pub struct Limits<'a> {
    client: Client,
    table: String,
    scope: &'a TenantScope,
}

impl<'a> Limits<'a> {
    pub(crate) fn new(client: Client, table: String, scope: &'a TenantScope) -> Self {
        Self { client, table, scope }
    }

    fn partition(&self) -> AttributeValue {
        AttributeValue::S(format!("tenant#{}", self.scope.tenant()))
    }

    /// Counts `uses` of a key in a minute, and says how many there are with them.
    pub async fn add(&self, key: KeyId, minute: Minute, uses: u32) -> Result<u64, TenancyError> {
        const CORRUPT: TenancyError = TenancyError::Corrupt("counter");
        let added = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", self.partition())
            .key("sk", AttributeValue::S(format!("minute#{key}#{}", minute.0)))
            .update_expression("SET expires_at = :expires_at ADD uses :uses")
            .expression_attribute_values(
                ":expires_at",
                AttributeValue::N((minute.0 * 60 + KEPT_SECONDS).to_string()),
            )
            .expression_attribute_values(":uses", AttributeValue::N(uses.to_string()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        let uses = added.attributes.as_ref().and_then(|item| item.get("uses")).ok_or(CORRUPT)?;
        uses.as_n().ok().and_then(|uses| uses.parse().ok()).ok_or(CORRUPT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_begin_and_end() {
        for (second, same_as_first, left) in [(0, true, 60), (1, true, 59), (59, true, 1), (60, false, 60)] {
            let now = Timestamp::from_second(1_700_000_040 + second).unwrap();
            let first = Timestamp::from_second(1_700_000_040).unwrap();
            assert_eq!(
                (Minute::of(now) == Minute::of(first), Minute::left(now)),
                (same_as_first, left),
                "{second}"
            );
        }
    }
}
