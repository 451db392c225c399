//! Servers whose addresses members enter. Whatever lies behind our own walls must be out of their reach: the address that a name leads
//! to is looked at, and that very address is connected to, so that a name cannot lead elsewhere in between.

mod fault;

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use reqwest::{Certificate, Client, ClientBuilder, RequestBuilder, redirect, tls};
use tokio::net::lookup_host;
use vivier_domain::{
    credential::HttpCredentials,
    network::{IpRange, is_public},
};
use vivier_tenancy::config::{ConfigError, optional};

pub use fault::Fault;

/// Puts credentials into a request, where they are printed nowhere.
pub fn open(request: RequestBuilder, credentials: HttpCredentials<'_>) -> RequestBuilder {
    match credentials {
        HttpCredentials::Basic { username, password } => {
            request.basic_auth(username.expose(), Some(password.expose()))
        }
        HttpCredentials::Bearer { token } => request.bearer_auth(token.expose()),
    }
}

/// Whom functions may reach, and whose certificates they trust, beside everybody's.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    ranges: Vec<IpRange>,
    authorities: Vec<Certificate>,
}

impl Outside {
    /// From `OUTSIDE_EXTRA_RANGES`, ranges divided by commas, and `OUTSIDE_EXTRA_CA`, a file of certificates. Both are for a local
    /// cloud.
    pub fn from_env() -> Result<Self, ConfigError> {
        const RANGES: &str = "OUTSIDE_EXTRA_RANGES";
        const CA: &str = "OUTSIDE_EXTRA_CA";
        let ranges = optional(RANGES).unwrap_or_default();
        let ranges = ranges.split(',').map(str::trim).filter(|range| !range.is_empty());
        let ranges: Result<Vec<_>, _> = ranges.map(|range| IpRange::try_from(range.to_owned())).collect();
        let authorities = match optional(CA) {
            None => Vec::new(),
            Some(path) => {
                let pem = std::fs::read(path).map_err(|_| ConfigError::Invalid(CA))?;
                Certificate::from_pem_bundle(&pem).map_err(|_| ConfigError::Invalid(CA))?
            }
        };
        Ok(Self { ranges: ranges.map_err(|_| ConfigError::Invalid(RANGES))?, authorities })
    }

    /// Where a host is. Each of its addresses has to be allowed: one that is not says that somebody tries something.
    pub async fn resolve(&self, host: &str, port: u16, within: Duration) -> Result<Vec<SocketAddr>, Fault> {
        let lookup = lookup_host((host, port));
        let found = tokio::time::timeout(within, lookup).await.map_err(|_| Fault::HostNotFound)?;
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

    /// The beginnings of a client for one server, at addresses that were looked at: HTTPS alone, TLS 1.2 at least, no redirects, no
    /// proxy. Looking up and connecting take `connecting` each, at most.
    pub async fn client(&self, host: &str, port: u16, connecting: Duration) -> Result<ClientBuilder, Fault> {
        let addresses = self.resolve(host, port, connecting).await?;
        Ok(Client::builder()
            .resolve_to_addrs(host, &addresses)
            .tls_version_min(tls::Version::TLS_1_2)
            .tls_certs_merge(self.authorities.iter().cloned())
            .https_only(true)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(connecting)
            .user_agent("Vivier"))
    }

    fn allows(&self, address: IpAddr) -> bool {
        is_public(address) || self.ranges.iter().any(|range| range.contains(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::{feed::FeedAddress, redacted::Redacted};

    #[test]
    fn what_a_request_carries() {
        let [name, word] = ["vivier", "été:1"].map(Redacted::new);
        for (credentials, carried) in [
            (HttpCredentials::Basic { username: &name, password: &word }, "Basic dml2aWVyOsOpdMOpOjE="),
            (HttpCredentials::Bearer { token: &name }, "Bearer vivier"),
        ] {
            let request = open(Client::new().get("https://partner.example/"), credentials).build().unwrap();
            let header = &request.headers()["authorization"];
            assert_eq!((header.to_str().unwrap(), header.is_sensitive()), (carried, true));
        }
    }

    fn outside(ranges: &[&str]) -> Outside {
        let ranges = ranges.iter().map(|range| IpRange::try_from((*range).to_owned()).unwrap());
        Outside { ranges: ranges.collect(), ..Outside::default() }
    }

    #[tokio::test]
    async fn addresses_that_may_be_reached() {
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
            let found = outside(ranges).resolve(&to.host(), to.port(), Duration::from_secs(5)).await;
            let found = found.map(|found| found[0].to_string());
            assert_eq!(found, outcome.map(str::to_owned), "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inwards_gets_no_client() {
        let client = Outside::default().client("localhost", 443, Duration::from_secs(5)).await;
        assert_eq!(client.err(), Some(Fault::AddressNotAllowed));
    }
}
