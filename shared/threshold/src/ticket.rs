//! What a page hands back when a hit is opened: which search it was, sealed. A tag is never shown to whoever searched for its
//! text: with the shared database at hand, tags of guesses could be compared with those that are stored.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use vivier_domain::{
    event::{SearchContext, Trial, Variant},
    ids::ProjectId,
    opaque::Opaque,
};

use crate::key::{Key, first};

/// Whether there is a tag, whether there is a trial, and which variant; the tag; the experiment.
const BODY: usize = 1 + 16 + 8;
/// The whole, with nonce and authentication tag.
const LENGTH: usize = NONCE_LEN + BODY + 16;
const TAGGED: u8 = 1;
const TRIED: u8 = 2;
const VARIANT_B: u8 = 4;
const DAY: i64 = 86_400;

/// The tickets of one front office's searches. One holds on the day it was given and the day after.
#[derive(Debug, Clone, Copy)]
pub struct Tickets<'a> {
    key: &'a Key,
    project: ProjectId,
}

impl<'a> Tickets<'a> {
    /// Those of a front office.
    pub fn of(key: &'a Key, project: ProjectId) -> Self {
        Self { key, project }
    }

    /// A new search's ticket, and what the search is counted under.
    pub fn give(
        &self,
        now: Timestamp,
        tag: Option<Opaque<16>>,
        trial: Option<Trial>,
    ) -> Option<(String, SearchContext)> {
        let marks = [
            (tag.is_some(), TAGGED),
            (trial.is_some(), TRIED),
            (trial.is_some_and(|trial| trial.variant == Variant::B), VARIANT_B),
        ];
        let mut body: Vec<u8> = vec![marks.iter().filter(|(set, _)| *set).map(|(_, mark)| *mark).sum()];
        body.extend(tag.map_or([0; 16], |tag| tag.0));
        body.extend(trial.map_or([0; 8], |trial| trial.experiment.0));
        let nonce = self.cipher(day(now))?.seal_in_place_append_tag(self.bound(), &mut body).ok()?;
        let search = Opaque(*nonce.as_ref());
        let text = URL_SAFE_NO_PAD.encode([search.0.as_slice(), &body].concat());
        Some((text, SearchContext { project: self.project, search, tag, trial }))
    }

    /// Whether a text has the form of a ticket.
    pub fn is_one(text: &str) -> bool {
        URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == LENGTH)
    }

    /// What the search of a ticket is counted under. `None` where it is too old, another front office's, or made up.
    pub fn read(&self, now: Timestamp, text: &str) -> Option<SearchContext> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == LENGTH)?;
        let (search, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let opened = [day(now), day(now) - 1].into_iter().find_map(|day| {
            let mut body = sealed.to_vec();
            let nonce = Nonce::assume_unique_for_key(*search);
            let length = self.cipher(day)?.open_in_place(nonce, self.bound(), &mut body).ok()?.len();
            body.truncate(length);
            Some(body)
        })?;
        let (marks, rest) = opened.split_first()?;
        let (tag, experiment) = rest.split_first_chunk::<16>()?;
        let experiment = Opaque::from_slice(experiment)?;
        let variant = if marks & VARIANT_B == 0 { Variant::A } else { Variant::B };
        Some(SearchContext {
            project: self.project,
            search: Opaque(*search),
            tag: (marks & TAGGED != 0).then_some(Opaque(*tag)),
            trial: (marks & TRIED != 0).then_some(Trial { experiment, variant }),
        })
    }

    /// A key of its own each day: nonces are random, and so never come near the number at which two would meet.
    fn cipher(&self, day: i64) -> Option<RandomizedNonceKey> {
        let key: [u8; 32] = first(&self.key.derive("vivier ticket", &[&day.to_be_bytes()]));
        RandomizedNonceKey::new(&AES_256_GCM, &key).ok()
    }

    fn bound(&self) -> Aad<[u8; 16]> {
        Aad::from(*self.project.as_uuid().as_bytes())
    }
}

fn day(now: Timestamp) -> i64 {
    now.as_second().div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_ticket_says_what_its_search_was_counted_under_and_nothing_to_others() {
        let (key, other) = (Key::generate().unwrap(), Key::generate().unwrap());
        let (project, elsewhere) = (ProjectId::generate(), ProjectId::generate());
        let now: Timestamp = "2026-03-15T23:59:00Z".parse().unwrap();
        let tickets = Tickets::of(&key, project);
        let trial = |variant| Some(Trial { experiment: Opaque([3; 8]), variant });
        for (tag, trial) in [
            (None, None),
            (Some(Opaque([9; 16])), None),
            (Some(Opaque([9; 16])), trial(Variant::A)),
            (None, trial(Variant::B)),
        ] {
            let (text, context) = tickets.give(now, tag, trial).unwrap();
            assert_eq!((context.tag, context.trial, context.project), (tag, trial, project));
            assert!(Tickets::is_one(&text) && !text.contains(&Opaque([9; 16]).to_string()));
            assert_eq!(tickets.read(now, &text), Some(context));
            assert_eq!(tickets.read(now + SignedDuration::from_hours(20), &text), Some(context));
            assert_eq!(tickets.read(now + SignedDuration::from_hours(25), &text), None, "too old");
            assert_eq!(Tickets::of(&key, elsewhere).read(now, &text), None);
            assert_eq!(Tickets::of(&other, project).read(now, &text), None);
            let changed = format!("{}{}", if text.starts_with('A') { "B" } else { "A" }, &text[1..]);
            assert_eq!(tickets.read(now, &changed), None);
        }
        let (one, another) = (tickets.give(now, None, None), tickets.give(now, None, None));
        assert_ne!(one.unwrap().1.search, another.unwrap().1.search);
        for nonsense in ["", "AAAA", "é", "camille@example.org"] {
            assert!(!Tickets::is_one(nonsense) && tickets.read(now, nonsense).is_none());
        }
    }
}
