//! How often each publishable key was used in a minute, and how much was asked by a key or from an address in an hour,
//! counted for all environments together.
//!
//! A counter is one item per key and minute, or per asker and hour. It is only ever added to, so two environments that add at the same moment
//! both count, and each is told the sum.

use std::net::IpAddr;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, ReturnValue},
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use vivier_domain::ids::{KeyId, TenantId};

use crate::{hex, scope::TenantScope, tenancy::TenancyError};

/// A counter is of no use after its time; an hour leaves clocks room to disagree.
pub const KEPT_SECONDS: i64 = 3_600;

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

/// An hour, counted from 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hour(i64);

impl Hour {
    /// The hour a moment lies in.
    pub fn of(now: Timestamp) -> Self {
        Self(now.as_second().div_euclid(3_600))
    }

    /// The seconds from `now` until the next hour, 1 to 3600.
    pub fn left(now: Timestamp) -> u64 {
        3_600 - now.as_second().rem_euclid(3_600).unsigned_abs()
    }
}

/// By what questions are counted. An address is kept as a hash that is another for each tenant and hour: whoever can read the
/// table could find it out by trying all, so it is a pseudonym, and gone within two hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker(String);

impl Asker {
    /// Whoever comes by a publishable key.
    pub fn key(key: KeyId) -> Self {
        Self(format!("key:{key}"))
    }

    /// Whoever asks from an address. Of IPv6 it is the network (64 bits): one subscriber has as many addresses as it likes.
    fn address(tenant: TenantId, address: IpAddr, hour: Hour) -> Self {
        let network = match address {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => u128::from(address) >> 64,
        };
        let mut hash = Sha256::new_with_prefix(b"vivier questions by address\0");
        hash.update(tenant.as_uuid().as_bytes());
        hash.update(hour.0.to_be_bytes());
        hash.update([u8::from(address.is_ipv6())]);
        hash.update(network.to_be_bytes());
        Self(format!("address:{}", hex::encode(&hash.finalize())))
    }
}

/// The counters of one tenant's keys and candidates.
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
        self.count(format!("minute#{key}#{}", minute.0), minute.0 * 60 + KEPT_SECONDS, uses).await
    }

    /// Counts a question in the hour of `now`, and says how many there were with it.
    pub async fn ask(&self, asker: &Asker, now: Timestamp) -> Result<u64, TenancyError> {
        let hour = Hour::of(now);
        self.count(format!("hour#{}#{}", asker.0, hour.0), (hour.0 + 1) * 3_600 + KEPT_SECONDS, 1).await
    }

    /// The scope's caller by address at `now`, where the address is known.
    pub fn by_address(&self, now: Timestamp) -> Option<Asker> {
        Some(Asker::address(self.scope.tenant(), self.scope.address()?, Hour::of(now)))
    }

    async fn count(&self, sort: String, expires_at: i64, uses: u32) -> Result<u64, TenancyError> {
        const CORRUPT: TenancyError = TenancyError::Corrupt("counter");
        let added = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", self.partition())
            .key("sk", AttributeValue::S(sort))
            .update_expression("SET expires_at = :expires_at ADD uses :uses")
            .expression_attribute_values(":expires_at", AttributeValue::N(expires_at.to_string()))
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

    #[test]
    fn hours_begin_and_end() {
        for (second, left) in [(0, 3_600), (1, 3_599), (3_599, 1), (3_600, 3_600), (-1, 1)] {
            assert_eq!(Hour::left(Timestamp::from_second(second).unwrap()), left, "{second}");
        }
    }

    #[test]
    fn an_address_is_one_asker_within_a_tenant_and_an_hour() {
        let (tenant, other) = (TenantId::generate(), TenantId::generate());
        let asker =
            |tenant, address: &str, hour| Asker::address(tenant, address.parse().unwrap(), Hour(hour));
        let one = asker(tenant, "192.0.2.1", 7);
        assert_eq!(one, asker(tenant, "192.0.2.1", 7));
        for another in
            [asker(tenant, "192.0.2.2", 7), asker(other, "192.0.2.1", 7), asker(tenant, "192.0.2.1", 8)]
        {
            assert_ne!(one, another);
        }
        assert_eq!(
            asker(tenant, "2001:db8::1", 7),
            asker(tenant, "2001:db8::2", 7),
            "one subscriber's network"
        );
        assert_ne!(asker(tenant, "2001:db8::1", 7), asker(tenant, "2001:db8:0:1::1", 7));
        assert!(!format!("{one:?}").contains("192.0.2"));
    }
}
