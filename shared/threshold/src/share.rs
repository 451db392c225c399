//! From a text to one visitor's share of it, and from enough shares back to the text.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use curve25519_dalek::Scalar;
use jiff::{Timestamp, tz::TimeZone};
use vivier_domain::{event::QueryShare, ids::ProjectId, opaque::Opaque};

use crate::{
    key::{Key, derive, first},
    query::{MOST_BYTES, Query},
    visitor::Visitor,
};

/// What is encrypted: the text's length and the text, filled up with zeros, so that no length shows.
const PADDED: usize = MOST_BYTES + 1;

/// Where and when a text is collected: shares of two of these do not come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    project: ProjectId,
    /// Year and month, in UTC. Within a month visitors are told apart; over longer, one person's addresses would pile up to many.
    month: (i16, i8),
    visitors: u16,
}

impl Place {
    /// A front office at a moment; so many different visitors are needed there.
    pub fn new(project: ProjectId, now: Timestamp, visitors: u16) -> Self {
        let day = now.to_zoned(TimeZone::UTC).date();
        Self { project, month: (day.year(), day.month()), visitors: visitors.max(2) }
    }
}

/// A share as it is stored until there are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Where the polynomial was looked at.
    pub x: Opaque<32>,
    /// What it is there.
    pub y: Opaque<32>,
}

/// The tag of a text, and a visitor's share of it. Everything but the visitor's point is the same for whoever searches for it.
pub fn share(key: &Key, place: Place, query: &Query, visitor: Visitor) -> Option<(Opaque<16>, QueryShare)> {
    let Place { project, month: (year, month), visitors } = place;
    let (project, when) = (project.as_uuid(), [year.to_be_bytes().as_slice(), &month.to_be_bytes()].concat());
    let parts: [&[u8]; 4] = [project.as_bytes(), &when, &visitors.to_be_bytes(), query.as_str().as_bytes()];
    let seed = key.derive("vivier query", &parts);
    let tag = Opaque(first(&derive(&seed, "tag", &[])));
    let coefficient = |number: u16| {
        Scalar::from_bytes_mod_order_wide(&derive(&seed, "coefficient", &[&number.to_be_bytes()]))
    };
    // Of the text as well: a visitor's points in two texts have nothing in common.
    let x = Scalar::from_bytes_mod_order_wide(&key.derive("vivier visitor", &[&seed, &visitor.network()]));
    // Horner's rule, from the highest power down.
    let y = (0..visitors).rev().fold(Scalar::ZERO, |sum, number| sum * x + coefficient(number));
    let sealed = seal(&coefficient(0), &tag, query)?;
    let share = QueryShare { visitors, x: Opaque(x.to_bytes()), y: Opaque(y.to_bytes()), sealed };
    // At nought the polynomial is the secret itself; no hash is known that comes out there.
    (x != Scalar::ZERO).then_some((tag, share))
}

/// The text that these shares of one tag are of. `None` where they are too few, of one visitor, of several texts, or made up.
pub fn open(tag: &Opaque<16>, shares: &[Kept], sealed: &Opaque<144>) -> Option<String> {
    let mut points = Vec::with_capacity(shares.len());
    for kept in shares {
        let read = |bytes: &Opaque<32>| Option::<Scalar>::from(Scalar::from_canonical_bytes(bytes.0));
        let (x, y) = (read(&kept.x)?, read(&kept.y)?);
        // A point that is there twice has no part in the interpolation, and would divide by nought.
        if x == Scalar::ZERO || points.iter().any(|(known, _)| *known == x) {
            return None;
        }
        points.push((x, y));
    }
    unseal(&at_nought(&points), tag, sealed)
}

/// What the polynomial through these points is at nought (Lagrange).
fn at_nought(points: &[(Scalar, Scalar)]) -> Scalar {
    let term = |(place, (x, y)): (usize, &(Scalar, Scalar))| {
        let others = points.iter().enumerate().filter(|(other, _)| *other != place);
        let (above, below) = others.fold((Scalar::ONE, Scalar::ONE), |(above, below), (_, (other, _))| {
            (above * other, below * (other - x))
        });
        y * above * below.invert()
    };
    points.iter().enumerate().map(term).sum()
}

/// The cipher that a secret stands for. Each secret encrypts one text, always the same, so a fixed nonce repeats nothing.
fn cipher(secret: &Scalar) -> Option<(LessSafeKey, Nonce)> {
    let key: [u8; 32] = first(&derive(secret.as_bytes(), "text", &[]));
    let key = UnboundKey::new(&AES_256_GCM, &key).ok()?;
    Some((LessSafeKey::new(key), Nonce::assume_unique_for_key([0; NONCE_LEN])))
}

fn seal(secret: &Scalar, tag: &Opaque<16>, query: &Query) -> Option<Opaque<144>> {
    let text = query.as_str().as_bytes();
    let mut bytes = vec![u8::try_from(text.len()).ok()?];
    bytes.extend(text);
    bytes.resize(PADDED, 0);
    let (cipher, nonce) = cipher(secret)?;
    cipher.seal_in_place_append_tag(nonce, Aad::from(tag.as_bytes()), &mut bytes).ok()?;
    Opaque::from_slice(&bytes)
}

fn unseal(secret: &Scalar, tag: &Opaque<16>, sealed: &Opaque<144>) -> Option<String> {
    let (cipher, nonce) = cipher(secret)?;
    let mut bytes = sealed.0;
    let padded = cipher.open_in_place(nonce, Aad::from(tag.as_bytes()), &mut bytes).ok()?;
    let (length, text) = padded.split_first()?;
    String::from_utf8(text.get(..usize::from(*length))?.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(seed: u8) -> Key {
        serde_json::from_value(serde_json::json!(Opaque([seed; 32]))).unwrap()
    }

    fn visitor(number: u16) -> Visitor {
        let [high, low] = number.to_be_bytes();
        Visitor::at(std::net::IpAddr::from([10, high, low, 1]))
    }

    fn place(project: ProjectId, visitors: u16) -> Place {
        Place::new(project, "2026-03-15T12:00:00Z".parse().unwrap(), visitors)
    }

    fn kept(share: &QueryShare) -> Kept {
        Kept { x: share.x, y: share.y }
    }

    fn text() -> impl Strategy<Value = String> {
        "[a-z]{1,20}( [a-z0-9]{1,5}){0,4}".prop_filter("collected", |text| Query::read(text).is_some())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_k_of_n_open_it(text in text(), k in 2u16..9, more in 0u16..6, order in any::<u64>()) {
            let (key, project, query) = (key(1), ProjectId::generate(), Query::read(&text).unwrap());
            let mut all: Vec<_> = (0..k + more)
                .map(|number| share(&key, place(project, k), &query, visitor(number)).unwrap())
                .collect();
            let tag = all[0].0;
            prop_assert!(all.iter().all(|(other, share)| *other == tag && share.sealed == all[0].1.sealed));
            let turned = order as usize % all.len();
            all.rotate_left(turned);
            let shares: Vec<Kept> = all.iter().take(usize::from(k)).map(|(_, share)| kept(share)).collect();
            prop_assert_eq!(open(&tag, &shares, &all[0].1.sealed), Some(query.as_str().to_owned()));
        }

        #[test]
        fn fewer_do_not_open(text in text(), k in 2u16..9, guess in any::<[u8; 32]>()) {
            let (key, project, query) = (key(2), ProjectId::generate(), Query::read(&text).unwrap());
            let all: Vec<_> = (0..k)
                .map(|number| share(&key, place(project, k), &query, visitor(number)).unwrap())
                .collect();
            let (tag, sealed) = (all[0].0, all[0].1.sealed);
            let shares: Vec<Kept> = all.iter().map(|(_, share)| kept(share)).collect();
            for taken in 0..shares.len() {
                prop_assert_eq!(open(&tag, &shares[..taken], &sealed), None);
            }
            let secret = Scalar::from_bytes_mod_order(guess);
            prop_assert_eq!(unseal(&secret, &tag, &sealed), None);
        }

        #[test]
        fn one_visitor_has_one_share(text in text(), k in 2u16..6, times in 2usize..12) {
            let (key, project, query) = (key(3), ProjectId::generate(), Query::read(&text).unwrap());
            let all: Vec<_> = (0..times)
                .map(|_| share(&key, place(project, k), &query, visitor(7)).unwrap())
                .collect();
            prop_assert!(all.iter().all(|one| *one == all[0]));
            let shares: Vec<Kept> = all.iter().map(|(_, share)| kept(share)).collect();
            prop_assert_eq!(open(&all[0].0, &shares, &all[0].1.sealed), None);
        }

        #[test]
        fn what_was_tampered_with_does_not_open(text in text(), at in 0usize..144, flip in 1u8..) {
            let (key, project, query) = (key(4), ProjectId::generate(), Query::read(&text).unwrap());
            let all: Vec<_> = (0..3)
                .map(|number| share(&key, place(project, 3), &query, visitor(number)).unwrap())
                .collect();
            let mut shares: Vec<Kept> = all.iter().map(|(_, share)| kept(share)).collect();
            let (tag, mut sealed) = (all[0].0, all[0].1.sealed);
            sealed.0[at] ^= flip;
            prop_assert_eq!(open(&tag, &shares, &sealed), None);
            shares[1].y.0[at % 31] ^= flip;
            prop_assert_eq!(open(&tag, &shares, &all[0].1.sealed), None);
            prop_assert_eq!(open(&Opaque([0; 16]), &shares, &all[0].1.sealed), None);
        }
    }

    #[test]
    fn nothing_comes_together_that_does_not_belong_together() {
        let (project, other) = (ProjectId::generate(), ProjectId::generate());
        let query = Query::read("boulanger de nuit").unwrap();
        let made = |key: &Key, place, query: &Query| share(key, place, query, visitor(1)).unwrap();
        let (tag, first) = made(&key(5), place(project, 5), &query);
        let later = Place::new(project, "2026-04-01T00:00:00Z".parse().unwrap(), 5);
        for (tags, shares) in [
            made(&key(6), place(project, 5), &query),
            made(&key(5), place(other, 5), &query),
            made(&key(5), place(project, 6), &query),
            made(&key(5), later, &query),
            made(&key(5), place(project, 5), &Query::read("boulanger de jour").unwrap()),
        ] {
            assert_ne!(tags, tag);
            assert_ne!((shares.x, shares.y), (first.x, first.y));
            assert_ne!(shares.sealed, first.sealed);
        }
    }
}
