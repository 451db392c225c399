//! Where a caller is, as far as nobody can forge it (K6.1).
//!
//! Whoever sends a request may write any `X-Forwarded-For` into it. What can be believed is the peer that the gateway
//! itself saw and, where proxies of ours stand before it, as many entries from the header's end as there are proxies.

use std::net::{IpAddr, SocketAddr};

use aws_lambda_events::apigw::ApiGatewayProxyRequestContext;

use crate::config::{self, ConfigError};

/// How many proxies of ours stand before the gateway (`TRUSTED_PROXIES`, 0 when it is not set).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedProxies(pub usize);

impl TrustedProxies {
    /// Reads `TRUSTED_PROXIES`.
    pub fn from_env() -> Result<Self, ConfigError> {
        config::parsed("TRUSTED_PROXIES", 0).map(Self)
    }

    /// The caller's address. `peer` is the gateway's `identity.sourceIp`; `forwarded` are the values of the
    /// `X-Forwarded-For` lines, in their order. Without proxies it is the peer. With `n` of them it is the entry `n`
    /// places before the last, which is the peer that the gateway appended. `None` where it is missing or no address.
    pub fn client<'a>(
        self,
        peer: Option<&str>,
        forwarded: impl IntoIterator<Item = &'a str>,
    ) -> Option<IpAddr> {
        if self.0 == 0 {
            return peer.and_then(parse);
        }
        let entries: Vec<&str> = forwarded.into_iter().flat_map(|line| line.split(',')).collect();
        let place = entries.len().checked_sub(self.0.checked_add(1)?)?;
        entries.get(place).and_then(|entry| parse(entry))
    }

    /// The caller's address of a request on a route that has no authorizer.
    pub fn of_request<'a>(
        self,
        context: &ApiGatewayProxyRequestContext,
        forwarded: impl IntoIterator<Item = &'a str>,
    ) -> Option<IpAddr> {
        self.client(context.identity.source_ip.as_deref(), forwarded)
    }
}

/// An address, or an address with a port, as some proxies write it; an IPv4 address mapped into IPv6 is the IPv4 one.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse::<IpAddr>().ok();
    address.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip())).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_our_own_side_wrote_is_believed() {
        const PEER: Option<&str> = Some("192.0.2.9");
        for (proxies, peer, forwarded, address) in [
            (0, PEER, &["203.0.113.5, 192.0.2.9"][..], Some("192.0.2.9")),
            (0, PEER, &[], Some("192.0.2.9")),
            (0, None, &["203.0.113.5"], None),
            (0, Some("::ffff:192.0.2.9"), &[], Some("192.0.2.9")),
            // One proxy: it wrote the entry before the gateway's own.
            (1, PEER, &["203.0.113.5, 192.0.2.9"], Some("203.0.113.5")),
            (1, PEER, &["10.0.0.1, 203.0.113.5, 192.0.2.9"], Some("203.0.113.5")),
            (1, PEER, &["10.0.0.1", "203.0.113.5", "192.0.2.9"], Some("203.0.113.5")),
            (1, PEER, &["2001:db8::7 , 192.0.2.9"], Some("2001:db8::7")),
            (1, PEER, &["203.0.113.5:4711, 192.0.2.9"], Some("203.0.113.5")),
            (2, PEER, &["203.0.113.5, 198.51.100.1, 192.0.2.9"], Some("203.0.113.5")),
            // Nobody passed all the proxies there should be: unknown, never the nearest guess.
            (1, PEER, &["192.0.2.9"], None),
            (1, PEER, &[], None),
            (2, PEER, &["203.0.113.5, 192.0.2.9"], None),
            (1, PEER, &["unknown, 192.0.2.9"], None),
            (usize::MAX, PEER, &["203.0.113.5, 192.0.2.9"], None),
        ] {
            let expected: Option<IpAddr> = address.map(|text| text.parse().unwrap());
            let found = TrustedProxies(proxies).client(peer, forwarded.iter().copied());
            assert_eq!(found, expected, "{proxies} {peer:?} {forwarded:?}");
        }
    }
}
