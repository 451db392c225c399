//! Addresses of the Internet: ranges from which a back office may be entered (K6.1), and which addresses are the public's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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

/// What is no public host's of the addresses that IPv4 has: IANA's register of special purposes, and multicast.
const SPECIAL_V4: [(u32, u8); 15] = [
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
];

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> (u32, u8) {
    (u32::from_be_bytes([a, b, c, d]), bits)
}

/// Of the addresses that IPv6 gives to hosts, `2000::/3`, those of protocols, documentation and 6to4.
const SPECIAL_V6: [(u128, u8); 4] =
    [(0x2001 << 112, 23), (0x2001_0db8 << 96, 32), (0x2002 << 112, 16), (0x3fff << 112, 20)];

/// Whether an address can be a public host's. Addresses of this machine, of the network around it and of the cloud's own services
/// never are, and neither are those that carry an IPv4 address: who may be reached would depend on a translator.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !SPECIAL_V4.iter().any(|(prefix, length)| (bits ^ prefix) >> (32 - length) == 0)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    bits >> 125 == 1 && !SPECIAL_V6.iter().any(|(prefix, length)| (bits ^ prefix) >> (128 - length) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses() {
        for (address, public) in [
            ("0.0.0.0", false),
            ("0.255.255.255", false),
            ("1.1.1.1", true),
            ("9.255.255.255", true),
            ("10.0.0.1", false),
            ("11.0.0.0", true),
            ("100.63.255.255", true),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("100.128.0.0", true),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("169.254.169.254", false),
            ("169.255.0.1", true),
            ("172.15.255.255", true),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("172.32.0.1", true),
            ("192.0.0.170", false),
            ("192.0.1.1", true),
            ("192.0.2.1", false),
            ("192.88.99.1", false),
            ("192.168.1.1", false),
            ("192.169.0.1", true),
            ("198.17.255.255", true),
            ("198.18.0.1", false),
            ("198.19.255.255", false),
            ("198.51.100.1", false),
            ("203.0.113.1", false),
            ("223.255.255.255", true),
            ("224.0.0.1", false),
            ("239.255.255.250", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::ffff:1.1.1.1", false),
            ("::ffff:127.0.0.1", false),
            ("::127.0.0.1", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b:1::1", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:1ff:ffff::1", false),
            ("2001:200::1", true),
            ("2001:4860:4860::8888", true),
            ("2001:db8::1", false),
            ("2002:7f00:1::1", false),
            ("2003::1", true),
            ("2600:1f18::1", true),
            ("3fff:fff::1", false),
            ("3fff:1000::1", true),
            ("4000::1", false),
            ("5f00::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

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
