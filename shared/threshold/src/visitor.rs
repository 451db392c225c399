//! Who searches, as far as it can be told without anything being stored with them: by their network.

use std::net::IpAddr;

use vivier_domain::{ids::ProjectId, opaque::Opaque};

use crate::key::{Key, first};

/// Where a search came from.
#[derive(Clone, Copy)]
pub struct Visitor(IpAddr);

impl std::fmt::Debug for Visitor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Visitor {
    /// The visitor at an address that nobody can forge.
    pub fn at(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// Who counts as one for a text: a network of 256 IPv4 addresses, or an IPv6 /48. A person's address changes within those
    /// from day to day, and must not become several visitors by that; two neighbours who count as one only make a text wait longer.
    pub(crate) fn network(&self) -> Vec<u8> {
        match self.0 {
            IpAddr::V4(address) => address.octets()[..3].to_vec(),
            IpAddr::V6(address) => address.octets()[..6].to_vec(),
        }
    }

    /// Who stays with one setting in an experiment: an IPv4 address, or an IPv6 /64, which a host changes its address within.
    fn host(&self) -> Vec<u8> {
        match self.0 {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets()[..8].to_vec(),
        }
    }

    /// Whether the visitor is among the `percent` of an experiment's visitors who search by the setting that is tried. Nothing
    /// of it is kept: it comes out the same each time.
    pub fn tries(&self, key: &Key, project: ProjectId, experiment: Opaque<8>, percent: u8) -> bool {
        let project = project.as_uuid();
        let parts: [&[u8]; 3] = [project.as_bytes(), experiment.as_bytes(), &self.host()];
        let number = u64::from_be_bytes(first(&key.derive("vivier experiment", &parts)));
        number % 100 < u64::from(percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Visitor {
        Visitor::at(address.parse().unwrap())
    }

    #[test]
    fn neighbours_are_one_visitor() {
        for (one, other, same) in [
            ("192.0.2.1", "192.0.2.254", true),
            ("192.0.2.1", "::ffff:192.0.2.9", true),
            ("192.0.2.1", "192.0.3.1", false),
            ("2001:db8:1:2::1", "2001:db8:1:ffff::2", true),
            ("2001:db8:1::1", "2001:db8:2::1", false),
        ] {
            assert_eq!(at(one).network() == at(other).network(), same, "{one} {other}");
        }
    }

    #[test]
    fn an_experiment_takes_its_share_and_keeps_to_it() {
        let (key, project, experiment) = (Key::generate().unwrap(), ProjectId::generate(), Opaque([1; 8]));
        let visitors: Vec<Visitor> =
            (0..4000).map(|n| at(&format!("10.{}.{}.7", n / 250, n % 250))).collect();
        let tries = |percent| {
            let among = visitors.iter().map(|one| one.tries(&key, project, experiment, percent));
            among.collect::<Vec<_>>()
        };
        let count = |found: &[bool]| found.iter().filter(|tries| **tries).count();
        assert_eq!((count(&tries(0)), count(&tries(100))), (0, 4000));
        let fifth = tries(20);
        // Six standard deviations of a binomial distribution around 800.
        assert!((650..950).contains(&count(&fifth)), "{}", count(&fifth));
        assert_eq!(fifth, tries(20));
        let more = tries(40);
        assert!(fifth.iter().zip(&more).all(|(few, more)| !few || *more), "a greater share takes nobody out");
    }
}
