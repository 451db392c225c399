//! What each candidate's route handles personal data for, found by asking it in front offices that have published more or less. What the code
//! says is held against `golden/purposes.txt`, in which people read it: a new route that handles nothing of a person has to be named here
//! with its reason.

use std::collections::BTreeMap;

use serde_json::json;
use vivier_domain::purpose::Purpose;

use super::{
    nothing_wrong,
    parts::{House, parts},
    rights::{Right, answer, front, run, table},
};

const PURPOSES: &str = "shared/testkit/tests/contract/golden/purposes.txt";
/// Routes that ask for no legal basis, each with why.
const WITHOUT: &[(&str, &str)] = &[
    ("GET /v1/front-office", "the texts themselves, which are read before anything is agreed to"),
    (
        "GET /v1/offers",
        "a search stores nothing of a person; whether it is counted is the purpose `statistics`",
    ),
    ("GET /v1/offers/suggest", "as a search"),
    ("GET /v1/offers/{id}", "as a search"),
    ("GET /v1/places", "the same for everybody"),
    ("POST /v1/privacy-requests", "a person's right"),
    ("POST /v1/privacy-requests/confirmation", "a person's right"),
    ("POST /v1/privacy-requests/copy", "a person's right"),
    ("POST /v1/alerts/unsubscription", "ends it"),
    ("POST /v1/alerts/unsubscription/{token}", "ends it"),
    ("GET /v1/chat/sessions/{id}", "a person's right: to see what was said"),
    ("GET /v1/chat/sessions/{id}/export", "a person's right: to take it"),
    ("DELETE /v1/chat/sessions/{id}", "a person's right: to end it"),
];

/// The problems by which a route says that it may not.
const NOTHING_PUBLISHED: &str = "front-office-not-published";
const OFF: &str = "purpose-off";

fn candidate(grounds: Option<&str>) -> serde_json::Value {
    let mut caller = front();
    match grounds {
        Some(grounds) => caller["grounds"] = json!(grounds),
        None => drop(caller.as_object_mut().and_then(|caller| caller.remove("grounds"))),
    }
    caller
}

/// Each candidate's route with its purpose; a sentence for each that answers neither as one with a purpose nor as one without.
async fn purposes() -> (BTreeMap<String, Option<Purpose>>, Vec<String>) {
    let house = House::out_of_reach().await;
    let (mut found, mut wrong) = (BTreeMap::new(), Vec::new());
    for part in parts() {
        let function = part.function(&house);
        for route in super::routes(&part.json()) {
            if table()[&route].right != Right::Candidate {
                continue;
            }
            let accept = ("accept", "*/*");
            let nothing = answer(&function, &route, &candidate(None), accept).await;
            let none = answer(&function, &route, &candidate(Some("1")), accept).await;
            let mut opened = Vec::new();
            for purpose in Purpose::ALL {
                let grounds = format!("1 {purpose}");
                if answer(&function, &route, &candidate(Some(&grounds)), accept).await.1 != OFF {
                    opened.push(*purpose);
                }
            }
            let refused = (nothing == (403, NOTHING_PUBLISHED.to_owned()), none == (403, OFF.to_owned()));
            match (refused, opened.as_slice()) {
                ((true, true), [purpose]) => drop(found.insert(route, Some(*purpose))),
                ((false, false), all) if all.len() == Purpose::ALL.len() => drop(found.insert(route, None)),
                _ => wrong.push(format!(
                    "{route}: for what it is cannot be told: {nothing:?}, {none:?}, {opened:?}"
                )),
            }
        }
    }
    (found, wrong)
}

#[test]
fn every_route_of_candidates_names_its_purpose() {
    let (found, mut wrong) = run(purposes());
    let known: BTreeMap<_, _> = WITHOUT.iter().copied().collect();
    for (route, purpose) in &found {
        if purpose.is_none() != known.contains_key(route.as_str()) {
            wrong.push(format!(
                "{route}: {purpose:?}, and {:?} is why it needs none",
                known.get(route.as_str())
            ));
        }
    }
    let gone = known.keys().filter(|route| !found.contains_key(**route));
    wrong.extend(gone.map(|route| format!("{route} is no route of candidates")));
    let wide = found.keys().map(String::len).max().unwrap_or_default();
    let lines = found.iter().map(|(route, purpose)| {
        let purpose = purpose
            .map_or_else(|| format!("- {}", known.get(route.as_str()).unwrap_or(&"")), |p| p.to_string());
        format!("{route:wide$} | {purpose}\n")
    });
    let current: String = lines.collect();
    let committed = super::committed(PURPOSES, &current);
    if committed != current {
        wrong.push(format!("{PURPOSES} has drifted: `UPDATE=1` writes it anew"));
    }
    nothing_wrong(&wrong);
}
