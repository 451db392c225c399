//! Hits by words and meaning are in the order of their whole scores, though most vectors are not read.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use vivier_domain::ids::GenerationId;
use vivier_domain::offer::Contract;
use vivier_index::{Entry, Part, SearchIndex, SearchRequest, build, build_changes, quantise};
use vivier_text::embed::ModelIdentity;

use super::support::*;

const DIMENSION: usize = 384;
/// More than have each their vector read.
const OFFERS: u32 = 3_000;

/// Numbers between -1 and 1, always the same.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    fn vector(&mut self) -> Vec<f32> {
        unit((0..DIMENSION).map(|_| self.next()).collect())
    }
}

fn dot(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn unit(vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt();
    vector.into_iter().map(|figure| figure / length).collect()
}

/// A vector whose cosine with another is this.
fn at(cosine: f32, from: &[f32], numbers: &mut Numbers) -> Vec<f32> {
    let other = numbers.vector();
    let along = dot(&other, from);
    let across = unit(other.iter().zip(from).map(|(figure, from)| figure - along * from).collect());
    let share = (1.0 - cosine * cosine).sqrt();
    from.iter().zip(&across).map(|(from, across)| cosine * from + share * across).collect()
}

/// Offers for welders with these vectors, of several days and lengths, in so many archives.
fn welders(vectors: Vec<Vec<f32>>, archives: usize) -> SearchIndex {
    let model = ModelIdentity { name: "made-up".into(), dimension: DIMENSION };
    let entries: Vec<Entry> = (0u32..)
        .zip(vectors)
        .map(|(n, vector)| {
            let mut made =
                offer(u128::from(n), ["Soudeur", "Soudeur de nuit", "Chef d'équipe soudeur"][n as usize % 3]);
            made.content.published_on = made.content.published_on.saturating_add(i64::from(n % 30).days());
            made.content.contract = if n % 50 == 0 { Contract::Internship } else { Contract::Permanent };
            Entry { vector: Some(quantise(&vector)), ..Entry::from(made) }
        })
        .collect();
    let mut parts = Vec::new();
    for entries in entries.chunks(entries.len().div_ceil(archives)) {
        let (entries, generation) = (entries.to_vec(), GenerationId::generate());
        let archive = if parts.is_empty() {
            build(entries, Some(&model), generation, Timestamp::UNIX_EPOCH)
        } else {
            build_changes(entries, &[], Some(&model), generation, Timestamp::UNIX_EPOCH)
        };
        let archive = archive.unwrap();
        parts.push(Arc::new(Part::open(archive.bytes, &archive.sha256).unwrap()));
    }
    SearchIndex::of(parts).unwrap()
}

/// Pages of `limit` hold each offer once, in the order of the scores that are told of it.
fn assert_ordered(index: &SearchIndex, asked: &SearchRequest, limit: usize) {
    let mut asked = SearchRequest { limit, explain: true, cursor: None, ..asked.clone() };
    let (mut seen, mut last, mut total) = (BTreeSet::new(), f32::INFINITY, None);
    loop {
        let page = index.search(&asked).unwrap();
        for hit in &page.hits {
            let score = hit.reason.as_ref().unwrap().score;
            assert!(score <= last, "{score} after {last}, page of {limit}");
            assert!(seen.insert(hit.id), "twice");
            last = score;
        }
        let total = *total.get_or_insert(page.total);
        match page.next_cursor {
            Some(next) => asked.cursor = Some(next),
            None => return assert_eq!(seen.len() as u64, total, "page of {limit}"),
        }
    }
}

#[test]
fn offers_are_in_the_order_of_their_scores() {
    let mut numbers = Numbers(7);
    let sought = numbers.vector();
    let vectors: Vec<_> = (0..OFFERS)
        .map(|n| at(0.1 + 0.85 * (n * 7 % OFFERS) as f32 / OFFERS as f32, &sought, &mut numbers))
        .collect();
    for archives in [1, 3] {
        let index = welders(vectors.clone(), archives);
        for q in ["soudeur", "chef soudeur"] {
            for words in [0.0, 0.15, 2.0] {
                let mut asked = request(q);
                asked.vector = Some(sought.clone());
                asked.weights.words = words;
                for limit in [7, 40, 100] {
                    assert_ordered(&index, &asked, limit);
                }
            }
        }
    }
}

/// The bits of the nearest say the opposite: of few that pass the filters, none is missed for that.
#[test]
fn of_few_each_is_compared() {
    let mut numbers = Numbers(11);
    // Nearly all of it lies in one dimension, which the bits take for one of many.
    let sought = unit((0..DIMENSION).map(|dimension| if dimension == 0 { 60.0 } else { 1.0 }).collect());
    let vectors = (0..OFFERS).map(|n| {
        let (first, side) = if n % 50 == 0 { (40.0 + (n % 7) as f32, -1.0) } else { (5.0, 1.0) };
        unit(
            (0..DIMENSION)
                .map(|dimension| if dimension == 0 { first } else { side * (1.0 + numbers.next() / 2.0) })
                .collect(),
        )
    });
    let index = welders(vectors.collect(), 1);
    let mut asked = request("soudeur");
    asked.vector = Some(sought);
    asked.contract = vec![Contract::Internship];
    for limit in [7, 40] {
        assert_ordered(&index, &asked, limit);
    }
}
