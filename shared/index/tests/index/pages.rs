//! Pages as they are written.

use serde::Serialize;
use serde_json::{Value, json};
use vivier_index::SearchPage;

use super::support::*;

/// As it reads once it was written: numbers have as many digits as they need.
fn read(of: &impl Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(of).unwrap()).unwrap()
}

fn written(page: &SearchPage) -> Value {
    serde_json::from_slice(&page.to_json().unwrap()).expect("it is JSON")
}

#[test]
fn a_page_is_written_with_all_that_is_in_it() {
    let mut asked = request("soudeur nantes");
    asked.explain = true;
    let odd = ["Soudeur \"TIG\" } à Nantes", "Soudeur\nà Nantes null", "Soudeur {à} Nantes"];
    let page = titles(&odd).search(&asked).unwrap();
    let json = written(&page);
    assert_eq!((&json["total"], json["hits"].as_array().map(Vec::len)), (&json!(3), Some(3)));
    assert_eq!(json["facets"], read(&page.facets));
    for (hit, json) in page.hits.iter().zip(json["hits"].as_array().unwrap()) {
        let offer = hit.offer.read().unwrap();
        assert_eq!(json!(hit.id), json["id"]);
        let mut expected = read(&offer);
        expected["highlight"] = read(&hit.highlight);
        expected["reason"] = read(&hit.reason);
        assert!(hit.reason.is_some() && odd.contains(&offer.title.as_str()));
        assert_eq!(*json, expected);
    }
}

#[test]
fn an_empty_page_is_written_too() {
    let page = SearchPage { did_you_mean: Some("null".to_owned()), ..SearchPage::default() };
    let json = written(&page);
    assert_eq!((&json["hits"], &json["did_you_mean"]), (&json!([]), &json!("null")));
    assert_eq!(json["next_cursor"], Value::Null);
}
