use super::*;
use serde_json::json;
use vivier_domain::ids::ProjectId;

fn origins(texts: &[&str]) -> Vec<Origin> {
    texts.iter().map(|text| Origin::try_from((*text).to_owned()).unwrap()).collect()
}

fn opened() -> Opened {
    let project = Project::first(ProjectId::generate(), "Jobs", Timestamp::UNIX_EPOCH);
    Opened { entrance: Entrance::to(project.id), project, origins: vec![], grounds: None }
}

fn asking(route: &str, origin: Option<&str>) -> Value {
    let mut event =
        json!({"resource": route, "httpMethod": "GET", "multiValueHeaders": {"Host": ["acme.example"]}});
    if let Some(origin) = origin {
        event["multiValueHeaders"]["Origin"] = json!([origin]);
    }
    event
}

fn outcome(decided: Result<Option<Origin>, Refusal>) -> String {
    match decided {
        Ok(None) => "in".into(),
        Ok(Some(origin)) => origin.as_str().into(),
        Err(Refusal::Unknown) => "unknown".into(),
        Err(Refusal::Forbidden(why)) => why.into(),
        Err(Refusal::Failed(_)) => "failed".into(),
    }
}

#[test]
fn products_that_answer() {
    let now = Timestamp::UNIX_EPOCH;
    let only_search: fn(&mut Opened) = |opened| opened.entrance.products = vec![ProductKind::SearchEngine];
    let chat_off: fn(&mut Opened) = |opened| opened.project.products[0].enabled = false;
    let archived: fn(&mut Opened) = |opened| opened.project.status = ProjectStatus::Archived;
    let expired: fn(&mut Opened) = |opened| opened.entrance.expires_at = Some(Timestamp::UNIX_EPOCH);
    for (change, route, expected) in [
        ((|_| {}) as fn(&mut Opened), "/v1/offers", "in"),
        (|_| {}, "/v1/chat/sessions/{id}/messages", "in"),
        (only_search, "/v1/offers/{id}", "in"),
        (only_search, "/v1/chat/sessions", "product"),
        (only_search, "/v1/front-office", "in"),
        (chat_off, "/v1/chat/sessions", "product"),
        (chat_off, "/v1/offers", "in"),
        (archived, "/v1/offers", "unknown"),
        (archived, "/v1/front-office", "unknown"),
        (expired, "/v1/front-office", "unknown"),
    ] {
        let mut opened = opened();
        change(&mut opened);
        assert_eq!(outcome(opened.decide(&asking(route, None), now)), expected, "{route}");
    }
}

#[test]
fn web_sites_that_may_ask() {
    let (jobs, other) = ("https://jobs.acme.example", "https://other.example");
    for (entrance, settings, origin, expected) in [
        // No browser, or the front office's own page.
        (&[][..], &[][..], None, "in"),
        (&[jobs], &[], None, "in"),
        (&[], &[], Some("https://acme.example"), "https://acme.example"),
        (&[jobs], &[], Some("https://acme.example"), "https://acme.example"),
        // Without a list, nobody else.
        (&[], &[], Some(jobs), "origin"),
        // The entrance's list, or else the project's.
        (&[jobs], &[], Some(jobs), jobs),
        (&[], &[jobs], Some(jobs), jobs),
        (&[], &[jobs], Some("HTTPS://Jobs.Acme.Example:443"), jobs),
        (&[jobs], &[other], Some(other), "origin"),
        (&[], &[jobs], Some(other), "origin"),
        (&[], &[jobs], Some("http://jobs.acme.example"), "origin"),
        (&[], &[jobs], Some("https://jobs.acme.example.evil.example"), "origin"),
        (&[], &[jobs], Some("null"), "origin"),
        (&[], &[jobs], Some(""), "origin"),
    ] {
        let mut opened = opened();
        (opened.entrance.origins, opened.origins) = (origins(entrance), origins(settings));
        let found = outcome(opened.decide(&asking("/v1/offers", origin), Timestamp::UNIX_EPOCH));
        assert_eq!(found, expected, "{entrance:?} {settings:?} {origin:?}");
    }
}
