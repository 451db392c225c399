//! Filters, facets and order, against the plainest way to count them.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use vivier_domain::offer::{Contract, Offer, Position, Remote};
use vivier_index::{Circle, FacetCount, SearchPage, Sort};

use super::support::*;

const CITIES: [(&str, &str); 5] = [
    ("Nantes", "nantes"),
    ("NANTES", "nantes"),
    ("Saint-Étienne", "saint etienne"),
    ("Saint Etienne", "saint etienne"),
    ("Le Mans", "le mans"),
];
const OCCUPATIONS: [(Option<&str>, Option<&str>, Option<&str>); 4] = [
    (Some("M1805"), Some("Développement"), Some("m1805")),
    (Some("H2913"), None, Some("h2913")),
    (None, Some("Métier d’art"), Some("metier d art")),
    (None, None, None),
];
const TITLES: [&str; 3] = ["Soudeur", "Vendeuse", "Soudeuse vendeur"];

#[derive(Clone, Debug)]
struct Made {
    title: usize,
    city: usize,
    occupation: usize,
    contract: Contract,
    remote: Remote,
    published: i8,
    expires: Option<i8>,
}

prop_compose! {
    fn made()(
        title in 0..TITLES.len(),
        city in 0..CITIES.len(),
        occupation in 0..OCCUPATIONS.len(),
        contract in prop::sample::select(Contract::ALL),
        remote in prop::sample::select(Remote::ALL),
        published in -3i8..=0,
        expires in prop::option::of(-1i8..=1),
    ) -> Made {
        Made { title, city, occupation, contract, remote, published, expires }
    }
}

fn day(offset: i8) -> Date {
    TODAY.checked_add(jiff::Span::new().days(offset)).unwrap()
}

fn offer_of(n: usize, made: &Made) -> Offer {
    let mut offer = offer(n as u128, TITLES[made.title]);
    let content = &mut offer.content;
    content.city = CITIES[made.city].0.into();
    content.occupation_code = OCCUPATIONS[made.occupation].0.map(str::to_owned);
    content.occupation = OCCUPATIONS[made.occupation].1.map(str::to_owned);
    content.contract = made.contract;
    content.remote = made.remote;
    content.published_on = day(made.published);
    content.expires_on = made.expires.map(day);
    offer
}

fn chosen<T: Clone + std::fmt::Debug>(values: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    prop_oneof![3 => Just(Vec::new()), 2 => prop::sample::subsequence(values, 1..=2)]
}

fn as_map(facet: &[FacetCount]) -> BTreeMap<String, u64> {
    assert!(facet.is_sorted_by(|a, b| a.count >= b.count));
    facet.iter().filter(|value| value.count > 0).map(|value| (value.value.clone(), value.count)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn filters_and_facets_agree_with_a_recount(
        made in prop::collection::vec(made(), 0..40),
        word in prop::option::of(prop::sample::select(&["soudeur", "vendeur"][..])),
        without in prop::bool::weighted(0.2),
        contracts in chosen(Contract::ALL),
        cities in chosen(&["nantes", "SAINT-ETIENNE", "Le Mans", "Nulle-Part"][..]),
        occupations in chosen(&["M1805", "h2913", "Métier d'art"][..]),
        remotes in chosen(Remote::ALL),
        since in prop::option::of(-2i8..=0),
        by_date in any::<bool>(),
    ) {
        let offers: Vec<_> = made.iter().enumerate().map(|(n, made)| offer_of(n, made)).collect();
        let index = index(&offers);
        let mut asked = request(&format!("{} {}", word.unwrap_or(""), if without { "-vendeuse" } else { "" }));
        asked.contract.clone_from(&contracts);
        asked.city = cities.iter().map(ToString::to_string).collect();
        asked.occupation = occupations.iter().map(ToString::to_string).collect();
        asked.remote.clone_from(&remotes);
        asked.published_since = since.map(day);
        asked.sort = if by_date { Sort::Date } else { Sort::Relevance };
        asked.limit = 100;
        let page = index.search(&asked).unwrap();

        let city_keys: Vec<_> = cities.iter().map(|city| match *city {
            "SAINT-ETIENNE" => "saint etienne",
            "Le Mans" => "le mans",
            other => other,
        }).collect();
        let occupation_keys: Vec<_> = occupations.iter().map(|occupation| match *occupation {
            "M1805" => "m1805",
            "Métier d'art" => "metier d art",
            other => other,
        }).collect();
        let (mut total, mut counts) = (0, [const { BTreeMap::<String, u64>::new() }; 4]);
        let mut expected = Vec::new();
        for (n, made) in made.iter().enumerate() {
            let title = TITLES[made.title].to_lowercase().replace("euse", "eur");
            let words: Vec<_> = title.split(' ').collect();
            let open = made.expires.is_none_or(|last| last >= 0) && since.is_none_or(|first| made.published >= first);
            let text = word.is_none_or(|word| words.contains(&word)) && !(without && words.contains(&"vendeur"));
            if !(open && text) {
                continue;
            }
            let values = [
                Some(made.contract.as_str()),
                Some(CITIES[made.city].1),
                OCCUPATIONS[made.occupation].2,
                Some(made.remote.as_str()),
            ];
            let passes = [
                contracts.is_empty() || contracts.contains(&made.contract),
                cities.is_empty() || city_keys.contains(&CITIES[made.city].1),
                occupations.is_empty() || OCCUPATIONS[made.occupation].2.is_some_and(|key| occupation_keys.contains(&key)),
                remotes.is_empty() || remotes.contains(&made.remote),
            ];
            for facet in 0..4 {
                let others = (0..4).filter(|other| *other != facet).all(|other| passes[other]);
                if let Some(value) = values[facet] && others {
                    *counts[facet].entry(value.to_owned()).or_default() += 1;
                }
            }
            if passes == [true; 4] {
                total += 1;
                expected.push((made.published, id(n as u128)));
            }
        }
        prop_assert_eq!(page.total, total);
        let facets = [&page.facets.contract, &page.facets.city, &page.facets.occupation, &page.facets.remote];
        for (facet, expected) in facets.into_iter().zip(&counts) {
            prop_assert_eq!(&as_map(facet), expected);
        }
        let mut found = ids(&page);
        if by_date || word.is_none() {
            expected.sort_unstable_by(|a, b| b.cmp(a));
        } else {
            found.sort_unstable();
            expected.sort_unstable_by_key(|(_, id)| *id);
        }
        prop_assert_eq!(found, expected.into_iter().map(|(_, id)| id).collect::<Vec<_>>());
    }
}

#[test]
fn an_offer_is_shown_until_its_last_day() {
    let mut ending = offer(0, "Vendeur");
    ending.content.expires_on = Some(TODAY);
    let index = index(&[ending]);
    for (today, total) in [(TODAY, 1), (date(2026, 4, 2), 0), (date(1900, 1, 1), 1), (Date::MAX, 0)] {
        let mut asked = request("vendeur");
        asked.today = today;
        assert_eq!(index.search(&asked).unwrap().total, total, "{today}");
        assert_eq!(u64::from(index.get(id(0), today).unwrap().is_some()), total);
        assert_eq!(index.suggest("ven", 5, today).len() as u64, total);
    }
}

#[test]
fn a_facet_reads_as_most_offers_write_it() {
    let cities = ["NANTES", "Nantes", "Nantes", "Rezé"];
    let offers: Vec<_> = (0u128..)
        .zip(cities)
        .map(|(n, city)| {
            let mut offer = offer(n, "Vendeur");
            offer.content.city = city.to_owned();
            offer
        })
        .collect();
    let mut asked = request("");
    asked.city = vec!["Rezé".into(), "Atlantide".into()];
    let page = index(&offers).search(&asked).unwrap();
    let read: Vec<_> =
        page.facets.city.iter().map(|v| (v.value.as_str(), v.label.as_str(), v.count)).collect();
    assert_eq!(
        read,
        [("nantes", "Nantes", 3), ("reze", "Rezé", 1), ("atlantide", "Atlantide", 0)],
        "every chosen one"
    );
    assert_eq!(page.total, 1);
}

#[test]
fn an_offer_is_given_in_full() {
    let mut full = offer(7, "Vendeur");
    full.content.description = "Première ligne.\nSeconde ligne.".into();
    full.content.skills = vec!["Caisse".into()];
    let index = index(&[offer(6, "Autre"), full.clone()]);
    let found = index.get(id(7), TODAY).unwrap().unwrap();
    assert_eq!(found, full.into());
    assert_eq!(index.get(id(8), TODAY).unwrap(), None);
}

#[test]
fn a_search_among_some_offers_keeps_its_filters_and_its_circle() {
    let at = |n, title, north: f64| {
        let mut offer = offer(n, title);
        offer.content.position = Position::from_degrees(47.0 + north, -1.5);
        offer
    };
    // The second lies some 56 km from the first.
    let index =
        index(&[at(0, "Vendeur", 0.0), at(1, "Vendeur", 0.5), at(2, "Soudeur", 0.0), at(3, "Vendeur", 0.0)]);
    let mut asked = request("vendeur");
    let among = |numbers: &[u128]| Some(Arc::new(numbers.iter().map(|n| id(*n)).collect::<HashSet<_>>()));
    asked.among = among(&[0, 1, 2, 9]);
    let sorted = |page: &SearchPage| {
        let mut found = ids(page);
        found.sort();
        found
    };
    assert_eq!(sorted(&index.search(&asked).unwrap()), [id(0), id(1)]);
    let centre = Position::from_degrees(47.0, -1.5).unwrap();
    asked.within = Some(Circle { centre, radius_km: 20, widen: true });
    let page = index.search(&asked).unwrap();
    assert_eq!((sorted(&page), page.radius_km), (vec![id(0)], Some(20)), "not drawn wider");
    asked.among = None;
    assert_eq!(sorted(&index.search(&asked).unwrap()), [id(0), id(1), id(3)], "drawn wider");
    asked.among = among(&[]);
    assert_eq!(index.search(&asked).unwrap().total, 0);
}
