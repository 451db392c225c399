//! Walking through pages.

use jiff::civil::date;
use proptest::prelude::*;
use vivier_domain::offer::{Contract, Offer};
use vivier_index::{Cursor, CursorError, SearchError, SearchRequest, Sort};

use super::support::*;

fn many(count: u128) -> Vec<Offer> {
    (0..count)
        .map(|n| {
            let mut offer =
                offer(n, ["Vendeur", "Vendeuse en boutique de vêtements", "Chef"][n as usize % 3]);
            offer.content.published_on = date(2026, 3, 1 + (n % 7) as i8);
            offer
        })
        .collect()
}

#[test]
fn pages_joined_are_the_whole_list() {
    let index = index(&many(97));
    for q in ["", "vendeur", "vendeur boutique", "-chef"] {
        for sort in [Sort::Relevance, Sort::Date] {
            let mut asked = request(q);
            asked.sort = sort;
            asked.limit = 100;
            let whole = ids(&index.search(&asked).unwrap());
            for limit in [1, 7, 96, 97] {
                asked.limit = limit;
                assert_eq!(walk(&index, asked.clone()), whole, "{q} by {limit}");
            }
        }
    }
}

#[test]
fn a_limit_is_brought_into_bounds() {
    let index = index(&many(150));
    for (limit, shown) in [(0, 1), (1, 1), (100, 100), (usize::MAX, 100)] {
        let mut asked = request("");
        asked.limit = limit;
        assert_eq!(index.search(&asked).unwrap().hits.len(), shown);
    }
}

#[test]
fn the_total_and_facets_are_the_same_on_every_page() {
    let index = index(&many(30));
    let mut asked = request("vendeur");
    let first = index.search(&asked).unwrap();
    asked.limit = 5;
    asked.cursor = index.search(&asked).unwrap().next_cursor;
    let second = index.search(&asked).unwrap();
    assert_eq!((first.total, first.facets), (second.total, second.facets));
}

#[test]
fn a_newer_generation_goes_on_where_the_last_offer_stands() {
    let before = many(60);
    let old = index(&before);
    // A third of the offers are gone, and new ones change every score.
    let mut after: Vec<_> =
        before.iter().filter(|offer| offer.id.as_uuid().as_u128() % 3 != 0).cloned().collect();
    after.extend((1_000..1_100).map(|n| offer(n, "Boutique de chef")));
    let new = index(&after);
    for sort in [Sort::Relevance, Sort::Date] {
        let mut asked = request("vendeur boutique");
        asked.sort = sort;
        asked.limit = 10;
        let page = old.search(&asked).unwrap();
        let seen = ids(&page);
        asked.cursor = page.next_cursor;
        let rest = walk(&new, asked);
        assert!(!rest.is_empty());
        assert!(rest.iter().all(|id| !seen.contains(id)), "{sort:?}");
    }
}

#[test]
fn anything_else_is_unknown() {
    let index = index(&many(30));
    let mut asked = request("vendeur");
    asked.limit = 5;
    let cursor = index.search(&asked).unwrap().next_cursor.unwrap();
    assert!(Cursor::decode(&cursor, &tenant(1)).is_ok());
    let unknown = |asked: &SearchRequest, text: &str| {
        let mut asked = asked.clone();
        asked.cursor = Some(text.to_owned());
        assert!(matches!(index.search(&asked), Err(SearchError::Cursor(CursorError::Unknown))), "{text}");
    };
    for text in [
        "",
        "AAAA",
        "é",
        "=",
        &cursor[1..],
        &cursor[..cursor.len() - 1],
        &format!("{cursor}A"),
        &cursor.to_lowercase(),
    ] {
        unknown(&asked, text);
    }
    let mut other_tenant = asked.clone();
    other_tenant.tenant = tenant(2);
    unknown(&other_tenant, &cursor);
    let mut other_words = asked.clone();
    other_words.q = "chef".into();
    unknown(&other_words, &cursor);
    let mut other_filter = asked.clone();
    other_filter.contract = vec![Contract::Permanent];
    unknown(&other_filter, &cursor);
    let mut other_order = asked.clone();
    other_order.sort = Sort::Date;
    unknown(&other_order, &cursor);
}

proptest! {
    #[test]
    fn made_up_cursors_are_unknown(text in "[A-Za-z0-9_-]{0,120}") {
        prop_assert_eq!(Cursor::decode(&text, &tenant(1)), Err(CursorError::Unknown));
    }
}
