//! The day's salt: what makes a visitor of today somebody else tomorrow.
//!
//! It is random, the same for everybody on one UTC day, and replaced by the first who asks on the next: the one before is gone then.
//! It never leaves the account. Whoever had it could try addresses until one fits; nothing that is kept can be tried by.

use std::net::IpAddr;

use aws_lc_rs::{hmac, rand};
use aws_sdk_dynamodb::{
    Client,
    primitives::Blob,
    types::{AttributeValue, ReturnValue},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use vivier_domain::{event::Visitor, ids::TenantId, opaque::Opaque};

use crate::{condition::unless_refused, tenancy::TenancyError};

/// The one item: no tenant's partition.
const PLACE: (&str, &str) = ("platform", "salt");

/// The salt of one day.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt(Opaque<16>);

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt")
    }
}

impl Salt {
    /// As the authorizer hands it to functions.
    pub fn encode(&self) -> String {
        self.0.to_string()
    }

    pub(crate) fn decode(text: &str) -> Option<Self> {
        Opaque::decode(text).map(Self)
    }

    /// Who calls, as far as a network address and a browser's name tell. The same person at two tenants is two visitors.
    pub(crate) fn visitor(&self, tenant: TenantId, address: IpAddr, agent: &str) -> Visitor {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes());
        let mut mac = hmac::Context::with_key(&key);
        mac.update(tenant.as_uuid().as_bytes());
        mac.update(&network(address));
        mac.update(&[0]);
        mac.update(agent.as_bytes());
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&mac.sign().as_ref()[..8]);
        Opaque(bytes)
    }
}

/// What of an address tells a household: of IPv6 the first half, as devices change the other at will.
fn network(address: IpAddr) -> [u8; 8] {
    let octets = match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => {
            let mut octets = address.octets();
            octets[8..].fill(0);
            octets
        }
    };
    let mut network = [0; 8];
    network.copy_from_slice(if octets[..8] == [0; 8] { &octets[8..] } else { &octets[..8] });
    network
}

/// The day that a salt is for.
pub fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// Where the salt lies: the table of sessions, which is read at every request anyway.
#[derive(Debug, Clone)]
pub struct Salts {
    client: Client,
    table: String,
}

impl Salts {
    pub(crate) fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The salt of today. The first who asks makes it.
    pub async fn of(&self, today: Date) -> Result<Salt, TenancyError> {
        let mut fresh = [0; 16];
        rand::fill(&mut fresh).map_err(|_| TenancyError::Busy("source of randomness"))?;
        let made = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(PLACE.0.to_owned()))
            .key("sk", AttributeValue::S(PLACE.1.to_owned()))
            .update_expression("SET salt = :fresh, today = :today")
            // Days only go forward: a clock that is behind takes what is there.
            .condition_expression("attribute_not_exists(pk) OR today < :today")
            .expression_attribute_values(":fresh", AttributeValue::B(Blob::new(fresh)))
            .expression_attribute_values(":today", AttributeValue::S(today.to_string()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        if unless_refused(made)?.is_some() {
            return Ok(Salt(Opaque(fresh)));
        }
        let there = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(PLACE.0.to_owned()))
            .key("sk", AttributeValue::S(PLACE.1.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        let salt = there.item.as_ref().and_then(|item| item.get("salt")?.as_b().ok()).map(Blob::as_ref);
        salt.and_then(Opaque::from_slice).map(Salt).ok_or(TenancyError::Corrupt("salt"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_is_the_same_within_a_day_and_a_tenant_only() {
        let (salt, tomorrow) = (Salt(Opaque([1; 16])), Salt(Opaque([2; 16])));
        let (tenant, address) = (TenantId::generate(), IpAddr::from([192, 0, 2, 1]));
        let visitor = salt.visitor(tenant, address, "Firefox");
        assert_eq!(visitor, salt.visitor(tenant, "::ffff:192.0.2.1".parse().unwrap(), "Firefox"));
        assert_eq!(Salt::decode(&salt.encode()).unwrap(), salt);
        let v6 = |text: &str| salt.visitor(tenant, text.parse().unwrap(), "Firefox");
        assert_eq!(v6("2001:db8:1:2::1"), v6("2001:db8:1:2:a:b:c:d"));
        assert_ne!(v6("2001:db8:1:2::1"), v6("2001:db8:1:3::1"));
        for other in [
            tomorrow.visitor(tenant, address, "Firefox"),
            salt.visitor(TenantId::generate(), address, "Firefox"),
            salt.visitor(tenant, IpAddr::from([192, 0, 2, 2]), "Firefox"),
            salt.visitor(tenant, address, "Chromium"),
        ] {
            assert_ne!(visitor, other);
        }
        assert_eq!(format!("{salt:?}"), "Salt");
    }
}
