//! Whom a feed may reach. Its address is a member's, so whatever lies behind our own walls must be out of its reach: the address that
//! a name leads to is looked at, and that very address is connected to, so that a name cannot lead elsewhere in between.

use std::net::{IpAddr, SocketAddr};

use reqwest::Certificate;
use tokio::net::lookup_host;
use vivier_domain::{
    feed::FeedAddress,
    network::{IpRange, is_public},
};
use vivier_runtime::StartError;
use vivier_tenancy::config::{ConfigError, optional};

use super::{CONNECTING, fault::Fault};

/// Whom feeds may reach, and whose certificates they trust, beside everybody's.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    ranges: Vec<IpRange>,
    authorities: Vec<Certificate>,
}

impl Outside {
    /// From `FEEDS_EXTRA_RANGES`, ranges divided by commas, and `FEEDS_EXTRA_CA`, a file of certificates. Both are for a local cloud.
    pub fn from_env() -> Result<Self, StartError> {
        const RANGES: &str = "FEEDS_EXTRA_RANGES";
        let ranges = optional(RANGES).unwrap_or_default();
        let ranges = ranges.split(',').map(str::trim).filter(|range| !range.is_empty());
        let ranges: Result<Vec<_>, _> = ranges.map(|range| IpRange::try_from(range.to_owned())).collect();
        let authorities = match optional("FEEDS_EXTRA_CA") {
            None => Vec::new(),
            Some(path) => {
                let pem = std::fs::read(path).map_err(StartError::dependency)?;
                Certificate::from_pem_bundle(&pem).map_err(StartError::dependency)?
            }
        };
        Ok(Self { ranges: ranges.map_err(|_| ConfigError::Invalid(RANGES))?, authorities })
    }

    /// The authorities that are trusted beside everybody's.
    pub fn authorities(&self) -> &[Certificate] {
        &self.authorities
    }

    /// Where a feed's host is. Each of its addresses has to be allowed: one that is not says that somebody tries something.
    pub async fn resolve(&self, address: &FeedAddress) -> Result<Vec<SocketAddr>, Fault> {
        let lookup = lookup_host((address.host(), address.port()));
        let found = tokio::time::timeout(CONNECTING, lookup).await.map_err(|_| Fault::HostNotFound)?;
        let found: Vec<SocketAddr> = found.map_err(|_| Fault::HostNotFound)?.collect();
        if found.is_empty() {
            return Err(Fault::HostNotFound);
        }
        if found.iter().all(|found| self.allows(found.ip())) {
            Ok(found)
        } else {
            Err(Fault::AddressNotAllowed)
        }
    }

    fn allows(&self, address: IpAddr) -> bool {
        is_public(address) || self.ranges.iter().any(|range| range.contains(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outside(ranges: &[&str]) -> Outside {
        let ranges = ranges.iter().map(|range| IpRange::try_from((*range).to_owned()).unwrap());
        Outside { ranges: ranges.collect(), ..Outside::default() }
    }

    #[tokio::test]
    async fn addresses_that_a_feed_may_reach() {
        let local = ["127.0.0.1"];
        for (address, ranges, outcome) in [
            ("https://1.1.1.1/", &[][..], Ok("1.1.1.1:443")),
            ("sftp://1.1.1.1:2222/a", &[], Ok("1.1.1.1:2222")),
            ("https://127.0.0.1:8443/", &[], Err(Fault::AddressNotAllowed)),
            ("https://127.0.0.1:8443/", &local, Ok("127.0.0.1:8443")),
            ("https://127.0.0.2:8443/", &local, Err(Fault::AddressNotAllowed)),
            ("https://2130706433/", &[], Err(Fault::AddressNotAllowed)),
            ("https://0177.0.0.1/", &[], Err(Fault::AddressNotAllowed)),
            ("sftp://0x7f.1/a", &[], Err(Fault::AddressNotAllowed)),
            ("sftp://2130706433/a", &[], Err(Fault::AddressNotAllowed)),
            ("https://169.254.169.254/latest/meta-data/", &local, Err(Fault::AddressNotAllowed)),
            ("https://[::ffff:169.254.169.254]/", &local, Err(Fault::AddressNotAllowed)),
            ("https://[64:ff9b::a9fe:a9fe]/", &local, Err(Fault::AddressNotAllowed)),
            ("https://[fd00:ec2::254]/", &local, Err(Fault::AddressNotAllowed)),
            ("https://localhost/", &[], Err(Fault::AddressNotAllowed)),
            ("https://nobody.invalid/", &[], Err(Fault::HostNotFound)),
        ] {
            let to = FeedAddress::try_from(address.to_owned()).unwrap();
            let found = outside(ranges).resolve(&to).await.map(|found| found[0].to_string());
            assert_eq!(found, outcome.map(str::to_owned), "{address}");
        }
    }
}
