//! Every way to tamper with a chain of ten entries of which the first four were purged.

use super::*;

/// The chain as somebody with every right could rewrite it.
#[derive(Clone)]
struct Chain {
    entries: Vec<Linked>,
    anchor: Link,
    head: Link,
}

impl Chain {
    fn whole() -> Self {
        let (mut entries, mut at): (Vec<Linked>, _) = (Vec::new(), Link::ORIGIN);
        for number in 0..10 {
            let entry = entry(number, at);
            at = entry.link;
            entries.push(entry);
        }
        let anchor = entries[3].link;
        Self { entries: entries.split_off(4), anchor, head: at }
    }

    /// Makes every entry's hash right again, from this place on, and the end with them.
    fn rewrite(&mut self) {
        let mut at = self.anchor;
        for entry in &mut self.entries {
            entry.link.ordinal = at.ordinal + 1;
            entry.previous = at.hash;
            entry.link.hash = entry.compute();
            at = entry.link;
        }
        self.head = at;
    }

    fn verify(&self, noted: Option<Link>) -> Verified {
        let ordinals = || self.entries.iter().map(|entry| entry.link.ordinal);
        let state = State {
            head: self.head,
            anchor: self.anchor,
            lowest: ordinals().min(),
            highest: ordinals().max(),
        };
        let mut walk = Walk::new(&state, noted);
        let read = self.entries.iter().filter(|entry| {
            entry.link.ordinal > self.anchor.ordinal && entry.link.ordinal <= self.head.ordinal
        });
        let mut read: Vec<_> = read.collect();
        read.sort_by_key(|entry| entry.link.ordinal);
        for entry in read {
            walk.step(entry);
        }
        walk.end(&state)
    }
}

fn entry(number: u8, before: Link) -> Linked {
    let mut entry = Linked {
        tenant: Uuid::from_bytes([7; 16]),
        entry_id: Uuid::from_bytes([number; 16]),
        link: Link { ordinal: before.ordinal + 1, hash: Hash::ORIGIN },
        previous: before.hash,
        happened_at: "2026-01-15T03:00:00Z".parse().unwrap(),
        office: "back".into(),
        actor: "018f0000-0000-7000-8000-0000000000c1".into(),
        action: "documents_delete".into(),
        subject: format!("thing-{number}"),
        outcome: "done".into(),
        from_address: Some("192.0.2.1".into()),
        request_id: None,
    };
    entry.link.hash = entry.compute();
    entry
}

#[test]
fn a_whole_chain() {
    let chain = Chain::whole();
    let verified = chain.verify(None);
    assert_eq!(
        verified,
        Verified { entries: 6, first: Some(5), last: Some(10), head: chain.head, broken_at: None }
    );
    for noted in [chain.anchor, chain.entries[2].link, chain.head, Link { ordinal: 1, hash: Hash::ORIGIN }] {
        assert_eq!(chain.verify(Some(noted)).broken_at, None, "{noted:?}");
    }
}

#[test]
fn a_chain_of_which_everything_was_purged_and_one_that_never_began() {
    let mut chain = Chain::whole();
    (chain.entries, chain.anchor) = (Vec::new(), chain.head);
    let never = Chain { entries: Vec::new(), anchor: Link::ORIGIN, head: Link::ORIGIN };
    for chain in [chain, never] {
        let verified = chain.verify(None);
        assert_eq!((verified.entries, verified.first, verified.broken_at), (0, None, None));
    }
}

#[test]
fn each_kind_of_tampering_is_found_where_it_is() {
    type Tampering = (&'static str, fn(&mut Chain), i64, Fault);
    let table: &[Tampering] = &[
        ("a field changed", |c| c.entries[2].subject = "another".into(), 7, Fault::Changed),
        (
            "a field changed and its hash with it",
            |c| {
                c.entries[2].outcome = "refused".into();
                c.entries[2].link.hash = c.entries[2].compute();
            },
            8,
            Fault::Misplaced,
        ),
        (
            "the last one changed and its hash with it",
            |c| {
                c.entries[5].outcome = "refused".into();
                c.entries[5].link.hash = c.entries[5].compute();
            },
            10,
            Fault::HeadMoved,
        ),
        ("the first removed", |c| drop(c.entries.remove(0)), 5, Fault::Missing),
        ("one in the middle removed", |c| drop(c.entries.remove(2)), 7, Fault::Missing),
        (
            "one in the middle removed and the others moved up",
            |c| {
                c.entries.remove(2);
                c.entries[2..].iter_mut().for_each(|entry| entry.link.ordinal -= 1);
            },
            7,
            Fault::Changed,
        ),
        ("the last removed", |c| drop(c.entries.pop()), 10, Fault::Missing),
        ("all removed", |c| c.entries.clear(), 5, Fault::Missing),
        (
            "two exchanged",
            |c| {
                let (a, b) = (c.entries[1].link.ordinal, c.entries[3].link.ordinal);
                (c.entries[1].link.ordinal, c.entries[3].link.ordinal) = (b, a);
            },
            6,
            Fault::Changed,
        ),
        (
            "two exchanged and their own hashes with them",
            |c| {
                for (one, other) in [(1, 3), (3, 1)] {
                    let from = Chain::whole();
                    c.entries[one] = from.entries[other].clone();
                    c.entries[one].link.ordinal = from.entries[one].link.ordinal;
                    c.entries[one].link.hash = c.entries[one].compute();
                }
            },
            6,
            Fault::Misplaced,
        ),
        ("one put behind the end", |c| c.entries.push(entry(99, c.head)), 11, Fault::Inserted),
        (
            "one put before the beginning",
            |c| c.entries.push(entry(99, Link { ordinal: 2, hash: Hash::ORIGIN })),
            3,
            Fault::Inserted,
        ),
        (
            "one put in between, in place of another",
            |c| c.entries[2] = entry(99, Link { ordinal: 6, hash: Hash::ORIGIN }),
            7,
            Fault::Misplaced,
        ),
        ("another tenant's taken in", |c| c.entries[2].tenant = Uuid::nil(), 7, Fault::Inserted),
        ("the end moved back", |c| c.head = c.entries[3].link, 9, Fault::Inserted),
        ("the end moved on", |c| c.head.ordinal = 12, 11, Fault::Missing),
        ("the end's hash changed", |c| c.head.hash = Hash::ORIGIN, 10, Fault::HeadMoved),
        ("the beginning moved on", |c| c.anchor = c.entries[1].link, 5, Fault::Inserted),
        ("the beginning moved back", |c| c.anchor = Link::ORIGIN, 1, Fault::Missing),
        ("the beginning's hash changed", |c| c.anchor.hash = Hash::ORIGIN, 5, Fault::Misplaced),
    ];
    for (what, tamper, ordinal, fault) in table {
        let mut chain = Chain::whole();
        tamper(&mut chain);
        assert_eq!(chain.verify(None).broken_at, Some(Break { ordinal: *ordinal, fault: *fault }), "{what}");
    }
}

#[test]
fn a_chain_written_anew_is_found_by_what_was_noted() {
    type Tampering = (&'static str, fn(&mut Chain), usize, i64, Fault);
    let table: &[Tampering] = &[
        ("one changed", |c| c.entries[1].subject = "another".into(), 1, 6, Fault::NotAsNoted),
        ("one before it changed", |c| c.entries[1].subject = "another".into(), 4, 9, Fault::NotAsNoted),
        ("one before it removed", |c| drop(c.entries.remove(1)), 4, 9, Fault::NotAsNoted),
        ("the end cut off", |c| c.entries.truncate(2), 5, 7, Fault::Missing),
    ];
    for (what, tamper, noted, ordinal, fault) in table {
        let mut chain = Chain::whole();
        let noted = chain.entries[*noted].link;
        tamper(&mut chain);
        chain.rewrite();
        assert_eq!(chain.verify(None).broken_at, None, "{what}: it is whole in itself");
        let broken = chain.verify(Some(noted)).broken_at;
        assert_eq!(broken, Some(Break { ordinal: *ordinal, fault: *fault }), "{what}");
    }
}
