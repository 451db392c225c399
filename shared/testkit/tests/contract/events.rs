//! Every payload in `events/<function>/` is one that its sender could write and that its function takes: it opens the
//! door it claims to come by.

use serde_json::{Value, value::RawValue};
use vivier_runtime::Invocation;
use vivier_tenancy::{doors, names::Names};

use crate::{
    nothing_wrong,
    template::{Function, Trigger, functions, is_public, template},
    workspace,
};

/// The one function whose event is about a request instead of being one.
const AUTHORIZER: &str = "authorizer";
/// What takes operators' commands, in a function's `main.rs`.
const OPERATED: &str = ".operator(";

/// What a payload is: the trigger it stands for, or `None` for an operator's command.
fn kind(function: &Function, text: &str) -> Result<Option<Trigger>, String> {
    let payload: Value = serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
    let raw = RawValue::from_string(text.to_owned()).map_err(|error| error.to_string())?;
    match Invocation::parse(raw).map_err(|error| error.to_string())? {
        Invocation::Http(_) => {
            let route = format!("{} {}", text_of(&payload, "httpMethod"), text_of(&payload, "resource"));
            if !function.routes().contains(&route) {
                return Err(format!("asks for `{route}`, which is no route of {}", function.logical));
            }
            let context = serde_json::from_value(payload["requestContext"].clone())
                .map_err(|error| error.to_string())?;
            match (doors::http::enter(&context), is_public(&route)) {
                (Ok(_), true) => return Err("names a tenant, and no authorizer has been asked".to_owned()),
                (Err(error), false) => return Err(error.to_string()),
                (Ok(_), false) | (Err(_), true) => {}
            }
            Ok(Some(Trigger::Route(route)))
        }
        Invocation::File(event) => {
            let bucket = payload["detail"]["bucket"]["name"].as_str().unwrap_or_default();
            let stage = bucket.split('-').nth(1).unwrap_or_default();
            doors::file::enter(&Names::new(stage), &event).map_err(|error| error.to_string())?;
            Ok(Some(Trigger::File))
        }
        Invocation::Stream(event) => {
            let good = event.records.iter().any(|record| doors::stream::enter(record).is_ok());
            if good { Ok(Some(Trigger::Stream)) } else { Err("has no record that opens a scope".to_owned()) }
        }
        Invocation::Schedule(..) => Ok(Some(Trigger::Schedule)),
        Invocation::Operator(..) => Ok(None),
    }
}

fn text_of<'a>(payload: &'a Value, name: &str) -> &'a str {
    payload[name].as_str().unwrap_or_default()
}

/// What is wrong with a function's payloads, each given by its path and text. `operated`: it takes commands, too.
fn wrong(function: &Function, payloads: &[(String, String)], operated: bool) -> Vec<String> {
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    for (path, text) in payloads {
        match kind(function, text) {
            Ok(Some(trigger)) if !function.known().any(|known| *known == trigger) => {
                found.push(format!("{path}: {} is woken by no {}", function.logical, trigger.written()));
            }
            Ok(kind) => seen.push(kind),
            Err(reason) => found.push(format!("{path} {reason}")),
        }
    }
    // One payload for each kind of trigger: a route stands for all routes.
    let mut wanted = Vec::new();
    for kind in function.known().map(|trigger| Some(std::mem::discriminant(trigger))) {
        if !wanted.contains(&kind) {
            wanted.push(kind);
        }
    }
    if operated {
        wanted.push(None);
    }
    for kind in wanted {
        if !seen.iter().any(|seen| seen.as_ref().map(std::mem::discriminant) == kind) {
            let trigger = function.known().find(|known| Some(std::mem::discriminant(*known)) == kind);
            let name = trigger.map_or("an operator's command", Trigger::written);
            found.push(format!("events/{}: no payload for {name}", function.name()));
        }
    }
    found
}

/// The authorizer's event says what API Gateway always says, and carries a credential or at least a host name.
fn wrong_for_authorizer(path: &str, text: &str) -> Option<String> {
    let payload: Value = match serde_json::from_str(text) {
        Ok(payload) => payload,
        Err(error) => return Some(format!("{path} is no JSON: {error}")),
    };
    let objects = ["headers", "multiValueHeaders", "requestContext"];
    let shape = payload["type"] == "REQUEST"
        && text_of(&payload, "methodArn").starts_with("arn:aws:execute-api:")
        && objects.iter().all(|name| payload[*name].is_object());
    (!shape).then(|| format!("{path} is no event of a REQUEST authorizer"))
}

fn payloads(function: &str) -> Vec<(String, String)> {
    let files = workspace::files(&format!("events/{function}"), &["json"]);
    files.into_iter().map(|file| (file.clone(), workspace::read(&file))).collect()
}

#[test]
fn every_payload_is_taken() {
    let mut found = Vec::new();
    for function in functions(&template()) {
        let payloads = payloads(&function.name());
        if function.name() == AUTHORIZER {
            found.extend(payloads.iter().filter_map(|(path, text)| wrong_for_authorizer(path, text)));
            if payloads.is_empty() {
                found.push("events/authorizer is empty".to_owned());
            }
        } else {
            let main = workspace::read(&format!("functions/{}/src/main.rs", function.name()));
            found.extend(wrong(&function, &payloads, main.contains(OPERATED)));
        }
    }
    nothing_wrong(&found);
}

mod would_notice {
    use super::*;
    use serde_json::json;

    fn function() -> Function {
        let triggers = [
            Trigger::Route("GET /v1/offers".into()),
            Trigger::Route("POST /v1/offers".into()),
            Trigger::Schedule,
        ];
        Function { logical: "Search".into(), properties: Value::Null, triggers: triggers.map(Ok).to_vec() }
    }

    fn request(resource: &str, authorizer: &Value) -> (String, String) {
        let context = json!({"httpMethod": "GET", "identity": {}, "authorizer": authorizer});
        let payload = json!({"resource": resource, "httpMethod": "GET", "requestContext": context});
        ("a.json".into(), payload.to_string())
    }

    #[test]
    fn what_no_sender_writes() {
        let tenant = json!({"tenant": "018f0000-0000-7000-8000-000000000001", "office": "front"});
        let good = request("/v1/offers", &tenant);
        let tick = (
            "b.json".to_owned(),
            json!({"source": "aws.events", "detail-type": "Scheduled Event"}).to_string(),
        );
        assert_eq!(wrong(&function(), &[good.clone(), tick.clone()], false), Vec::<String>::new());

        for (payload, sentence) in [
            (request("/v1/imports", &tenant), "no route of Search"),
            (request("/v1/offers", &json!({})), "names no tenant"),
            (("c.json".into(), "{".into()), "is no JSON"),
            (("c.json".into(), "{}".into()), "unknown event"),
            (("c.json".into(), json!({"Records": []}).to_string()), "no record"),
        ] {
            let found = wrong(&function(), &[good.clone(), tick.clone(), payload], false);
            assert!(found.len() == 1 && found[0].contains(sentence), "{sentence}: {found:?}");
        }
        assert_eq!(
            wrong(&function(), std::slice::from_ref(&good), false),
            ["events/search: no payload for schedule"]
        );
        assert_eq!(
            wrong(&function(), &[good, tick], true),
            ["events/search: no payload for an operator's command"]
        );
        assert_eq!(wrong_for_authorizer("d.json", "{\"type\": \"TOKEN\"}").map(|_| ()), Some(()));
    }
}
