//! Ranges of Internet addresses, from which a back office may be entered (K6.1).

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A tenant lists at most so many ranges.
pub const MOST_RANGES: usize = 100;

/// One range, IPv4 or IPv6, in CIDR notation; a single address is a range of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IpRange(IpNet);

/// A text that is no range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a range is an address or CIDR notation, as 192.0.2.0/24 or 2001:db8::/32")]
pub struct InvalidIpRange;

impl TryFrom<String> for IpRange {
    type Error = InvalidIpRange;

    fn try_from(text: String) -> Result<Self, InvalidIpRange> {
        let range: IpNet = if text.contains('/') {
            text.parse().map_err(|_| InvalidIpRange)?
        } else {
            text.parse::<IpAddr>().map_err(|_| InvalidIpRange)?.into()
        };
        Ok(Self(range.trunc()))
    }
}

impl From<IpRange> for String {
    fn from(range: IpRange) -> Self {
        range.0.to_string()
    }
}

impl IpRange {
    /// Whether the address lies in the range. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is that IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// Whether `address` may come in: everybody where no range is named; an unknown address then only where none is.
pub fn admits(ranges: &[IpRange], address: Option<IpAddr>) -> bool {
    ranges.is_empty() || address.is_some_and(|address| ranges.iter().any(|range| range.contains(address)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> IpRange {
        IpRange::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn addresses_in_ranges() {
        let ranges = [range("192.0.2.0/24"), range("2001:db8::/32"), range("198.51.100.7")];
        for (address, admitted) in [
            ("192.0.2.255", true),
            ("192.0.3.1", false),
            ("::ffff:192.0.2.9", true),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
            ("198.51.100.7", true),
            ("198.51.100.8", false),
        ] {
            assert_eq!(admits(&ranges, Some(address.parse().unwrap())), admitted, "{address}");
        }
        assert!(!admits(&ranges, None) && admits(&[], None));
    }

    #[test]
    fn what_is_no_range() {
        for text in ["", "192.0.2.0/33", "192.0.2", "all", "2001:db8::/129", "192.0.2.1/", "1.2.3.4/24/8"] {
            assert!(IpRange::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert_eq!(String::from(range("192.0.2.77/24")), "192.0.2.0/24");
    }
}
