//! An index of several archives answers as one that was made of the same offers at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use vivier_domain::ids::{GenerationId, OfferId};
use vivier_domain::offer::{Contract, Offer};
use vivier_index::{
    Archive, Digest, Entry, FacetCount, Part, SearchIndex, SearchRequest, Sort, Synonym, Synonyms, build,
    build_changes, quantise,
};
use vivier_text::embed::ModelIdentity;

use super::support::*;

const DIMENSION: usize = 64;

fn model() -> ModelIdentity {
    ModelIdentity { name: "made-up".into(), dimension: DIMENSION }
}

/// A vector that lies where the title says.
fn vector(title: &str) -> Vec<f32> {
    let at = title.bytes().map(usize::from).sum::<usize>() % DIMENSION;
    (0..DIMENSION).map(|dimension| if dimension == at { 1.0 } else { 0.0 }).collect()
}

fn entry(offer: Offer) -> Entry {
    let vector = Some(quantise(&vector(&offer.content.title)));
    Entry { vector, ..Entry::from(offer) }
}

fn part(offers: impl IntoIterator<Item = Offer>, closed: Option<&[OfferId]>) -> Arc<Part> {
    let archive = archive(offers, closed);
    Arc::new(Part::open(archive.bytes, &archive.sha256).unwrap())
}

fn archive(offers: impl IntoIterator<Item = Offer>, closed: Option<&[OfferId]>) -> Archive {
    let (model, generation) = (model(), GenerationId::generate());
    let entries = offers.into_iter().map(entry);
    let archive = match closed {
        Some(closed) => build_changes(entries, closed, Some(&model), generation, Timestamp::UNIX_EPOCH),
        None => build(entries, Some(&model), generation, Timestamp::UNIX_EPOCH),
    };
    archive.unwrap()
}

fn whole(offers: impl IntoIterator<Item = Offer>) -> SearchIndex {
    SearchIndex::of(vec![part(offers, None)]).unwrap()
}

const TITLES: [&str; 6] =
    ["Chef de rang", "Chef de cuisine", "Boulanger", "Boulangère de nuit", "Soudeur", "Chaudronnier soudeur"];
const COMPANIES: [&str; 3] = ["Détours", "Ô Fournil", "Métal 49"];

fn made_up(n: u8, kind: usize) -> Offer {
    let mut made = offer(u128::from(n), TITLES[kind % TITLES.len()]);
    made.content.company = Some(COMPANIES[kind % COMPANIES.len()].to_owned());
    made.content.city = ["Angers", "Nantes"][kind % 2].into();
    made.content.contract = Contract::ALL[kind % 3];
    made.content.published_on = made.content.published_on.saturating_add(i64::from(n).days());
    made
}

/// What a later archive says.
type Step = BTreeMap<u8, Option<usize>>;

fn sorted(counts: &[FacetCount]) -> BTreeSet<(String, u64)> {
    counts.iter().map(|count| (count.value.clone(), count.count)).collect()
}

fn asked(fill: impl FnOnce(&mut SearchRequest)) -> SearchRequest {
    let mut asked = request("");
    asked.limit = 100;
    fill(&mut asked);
    asked
}

/// Both say the same; `ordered` where also the order of hits must be the same.
fn assert_alike(one: &SearchIndex, other: &SearchIndex, ordered: bool) {
    assert_eq!(one.offers(), other.offers());
    let searches = [
        asked(|asked| asked.sort = Sort::Date),
        asked(|asked| asked.q = "boulanger".into()),
        asked(|asked| asked.q = "chef de rang".into()),
        asked(|asked| asked.q = "chef -cuisine".into()),
        asked(|asked| {
            asked.q = "soudeur".into();
            asked.company = vec!["metal 49".into()];
        }),
        asked(|asked| {
            asked.q = "soudeur".into();
            asked.vector = Some(vector("Soudeur"));
        }),
        asked(|asked| asked.city = vec!["Nantes".into()]),
    ];
    for search in searches {
        let (a, b) = (one.search(&search).unwrap(), other.search(&search).unwrap());
        assert_eq!(a.total, b.total, "{}", search.q);
        if ordered || search.q.is_empty() {
            assert_eq!(ids(&a), ids(&b), "{}", search.q);
        } else {
            let set = |page| ids(page).into_iter().collect::<BTreeSet<_>>();
            assert_eq!(set(&a), set(&b), "{}", search.q);
        }
        for (a, b) in [
            (&a.facets.company, &b.facets.company),
            (&a.facets.city, &b.facets.city),
            (&a.facets.contract, &b.facets.contract),
        ] {
            assert_eq!(sorted(a), sorted(b), "{}", search.q);
        }
    }
    for prefix in ["bou", "che", "sou", "ang", "m", "o f"] {
        assert_eq!(one.suggest(prefix, 10, TODAY), other.suggest(prefix, 10, TODAY), "{prefix}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_changed_holds(
        base in proptest::collection::btree_map(0u8..40, 0usize..30, 1..30),
        steps in proptest::collection::vec(
            proptest::collection::btree_map(0u8..50, proptest::option::weighted(0.7, 0usize..30), 0..12), 0..5),
    ) {
        let mut open: BTreeMap<u8, usize> = base.clone();
        let mut parts = vec![part(base.iter().map(|(n, kind)| made_up(*n, *kind)), None)];
        for step in &steps {
            let step: &Step = step;
            let written = step.iter().filter_map(|(n, kind)| Some(made_up(*n, (*kind)?)));
            let closed: Vec<OfferId> =
                step.iter().filter(|(_, kind)| kind.is_none()).map(|(n, _)| id(u128::from(*n))).collect();
            parts.push(part(written, Some(&closed)));
            for (n, kind) in step {
                match kind {
                    Some(kind) => drop(open.insert(*n, *kind)),
                    None => drop(open.remove(n)),
                }
            }
        }
        let together = SearchIndex::of(parts).unwrap();
        assert_alike(&together, &whole(open.iter().map(|(n, kind)| made_up(*n, *kind))), false);
        for n in 0..50 {
            let found = together.get(id(u128::from(n)), TODAY).unwrap();
            let title = open.get(&n).map(|kind| TITLES[kind % TITLES.len()].to_owned());
            prop_assert_eq!(found.map(|found| found.summary.title), title);
        }
    }

    #[test]
    fn parts_of_all_offers_score_as_one(kinds in proptest::collection::vec(0usize..30, 1..60), at in 0usize..60) {
        let offers: Vec<Offer> = (0u8..).zip(&kinds).map(|(n, kind)| made_up(n, *kind)).collect();
        let (first, second) = offers.split_at(at.min(offers.len()));
        let parts = vec![part(first.to_vec(), None), part(second.to_vec(), None)];
        assert_alike(&SearchIndex::of(parts).unwrap(), &whole(offers.clone()), true);
    }
}

#[test]
fn pages_go_on_in_an_index_that_changed() {
    let offers: Vec<Offer> = (0..30).map(|n| made_up(n, 2)).collect();
    let base = part(offers.clone(), None);
    let mut search = asked(|asked| {
        asked.q = "boulanger".into();
        asked.limit = 10;
    });
    let first = SearchIndex::of(vec![Arc::clone(&base)]).unwrap().search(&search).unwrap();
    search.cursor.clone_from(&first.next_cursor);
    // The last one seen is closed, one that was seen and one still to come are written anew.
    let closed = [*ids(&first).last().unwrap()];
    let changes = part([made_up(29, 2), made_up(3, 2)], Some(&closed));
    let later = SearchIndex::of(vec![base, changes]).unwrap();
    let mut seen = ids(&first);
    loop {
        let page = later.search(&search).unwrap();
        seen.extend(ids(&page));
        search.cursor.clone_from(&page.next_cursor);
        if search.cursor.is_none() {
            break;
        }
    }
    let all: BTreeSet<OfferId> = offers.iter().map(|offer| offer.id).collect();
    assert_eq!(seen.iter().copied().collect::<BTreeSet<_>>(), all);
    assert!(seen.len() <= 32, "{} of 30", seen.len());
}

#[test]
fn archives_that_do_not_fit_are_refused() {
    assert!(SearchIndex::of(Vec::new()).is_err());
    let one = part([made_up(1, 1)], None);
    assert!(SearchIndex::of(vec![Arc::clone(&one), one]).is_err());
}

/// Any bytes are vectors, scales or identifiers: they are read, and every search ends with offers that are there.
#[test]
fn forged_vectors_and_identifiers_end_no_search() {
    let first = part((0..4).map(|n| made_up(n, usize::from(n))), None);
    let changes = archive([made_up(1, 5)], Some(&[id(2)])).bytes;
    let mut forged = 0;
    for entry in tar::Archive::new(changes.as_slice()).entries().unwrap() {
        let entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        if !matches!(name.as_str(), "vectors.i8" | "vectors.f32" | "vectors.bits" | "closed.bin") {
            continue;
        }
        let (from, size) = (entry.raw_file_position() as usize, entry.size() as usize);
        assert!(size > 0, "{name}");
        // Zeros, great and small numbers, those that are none, negative ones; the last is without end as a scale.
        for rubbish in [[0x00; 4], [0x5a; 4], [0x7f; 4], [0x80; 4], [0xff; 4], [0x00, 0x00, 0x80, 0x7f]] {
            let mut bytes = changes.clone();
            for (byte, rubbish) in bytes[from..from + size].iter_mut().zip(rubbish.iter().cycle()) {
                *byte = *rubbish;
            }
            let digest = Digest::of(&bytes);
            let later = Arc::new(Part::open(bytes, &digest).unwrap());
            let index = SearchIndex::of(vec![Arc::clone(&first), later]).unwrap();
            for q in ["", "soudeur", "chef"] {
                let page = index
                    .search(&asked(|asked| {
                        asked.q = q.into();
                        asked.vector = Some(vector(TITLES[5]));
                        asked.explain = true;
                    }))
                    .unwrap();
                assert!(page.hits.len() as u64 == page.total && page.total <= 4, "{name} {rubbish:x?} {q}");
            }
            forged += 1;
        }
    }
    assert_eq!(forged, 24);
}

/// A page of all has no offer that is left out by what its words weigh; pages of few have.
#[test]
fn pages_by_meaning_are_the_whole_list() {
    let index = whole((0..97u8).map(|n| made_up(n, usize::from(n) * 7 + usize::from(n) / 9)));
    let same = Synonym::Equal { words: vec!["soudeur".into(), "boulanger".into()] };
    for q in ["soudeur", "chef de nuit", "boulangère cuisine", "xyzzy"] {
        for synonyms in [&[][..], std::slice::from_ref(&same)] {
            for words in [0.0, 0.15, 3.0] {
                let mut asked = request(q);
                asked.vector = Some(vector("Soudeur"));
                asked.weights.words = words;
                asked.synonyms = Arc::new(Synonyms::new(synonyms));
                asked.limit = 100;
                let all = ids(&index.search(&asked).unwrap());
                assert!(!all.is_empty());
                for limit in [1, 7, 40] {
                    asked.limit = limit;
                    assert_eq!(walk(&index, asked.clone()), all, "{q} by {limit}, words {words}");
                }
            }
        }
    }
}
