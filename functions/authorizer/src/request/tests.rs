use super::*;
use serde_json::json;

/// 48 bytes: a tenant's id and a secret.
const COOKIE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn event(headers: &[(&str, &str)]) -> Value {
    let mut multi = serde_json::Map::new();
    for (name, value) in headers {
        multi.entry(*name).or_insert_with(|| json!([])).as_array_mut().unwrap().push(json!(value));
    }
    json!({"multiValueHeaders": multi})
}

/// The credential in one word.
fn read(headers: &[(&str, &str)]) -> String {
    match credential(&event(headers)) {
        Credential::Token(token) => format!("token {token}"),
        Credential::Key(key) => format!("key {key}"),
        Credential::Cookie(cookie) => {
            format!("cookie {}", if cookie.expose() == COOKIE { "ours" } else { "other" })
        }
        Credential::Host(host) => format!("host {host}"),
        Credential::None => "none".into(),
    }
}

#[test]
fn credentials() {
    let ours = format!("__Host-vivier={COOKIE}");
    let ours = ours.as_str();
    let among_others = format!("consent=1; {ours}; lang=fr");
    let twice = format!("{ours}; {ours}");
    let joined = format!("{ours}, {ours}");
    let host = ("host", "acme.example");
    let bearer = ("Authorization", "Bearer abc");
    let key = ("X-Vivier-Key", "vpk_1");
    let table: &[(&[(&str, &str)], &str)] = &[
        (&[bearer], "token abc"),
        (&[("authorization", "bearer abc"), host], "token abc"),
        (&[("authorization", "Basic abc"), host], "none"),
        (&[("authorization", "Bearer "), host], "none"),
        (&[("authorization", "Bearer   "), host], "none"),
        (&[("authorization", ""), host], "none"),
        (&[key, host], "key vpk_1"),
        (&[("Host", "ACME.example:443")], "host acme.example"),
        (&[host, ("host", "other.example")], "none"),
        (&[], "none"),
        // Cookies.
        (&[("Cookie", ours), host], "cookie ours"),
        (&[("cookie", &among_others), host], "cookie ours"),
        (&[("cookie", "consent=1; lang=fr"), host], "host acme.example"),
        (&[("cookie", "consent=1"), ("cookie", "lang=fr"), host], "host acme.example"),
        (&[("cookie", "__host-vivier=x"), host], "host acme.example"),
        (&[("cookie", "__Host-vivier="), host], "none"),
        (&[("cookie", "__Host-vivier"), host], "none"),
        (&[("cookie", "__Host-vivier=short"), host], "none"),
        (&[("cookie", &twice), host], "none"),
        (&[("cookie", &joined), host], "none"),
        (&[("cookie", ours), ("cookie", "lang=fr"), host], "none"),
        // Only one may be shown.
        (&[bearer, key], "none"),
        (&[bearer, ("cookie", ours)], "none"),
        (&[key, ("cookie", ours)], "none"),
        (&[bearer, key, ("cookie", ours)], "none"),
        (&[key, ("cookie", "__Host-vivier=short")], "none"),
        // Repeated.
        (&[bearer, bearer, host], "none"),
        (&[key, ("x-vivier-key", "vpk_2"), host], "none"),
    ];
    for (headers, expected) in table {
        assert_eq!(&read(headers), expected, "{headers:?}");
    }
}

#[test]
fn an_over_long_credential_never_falls_back() {
    let long = format!("Bearer {}", "a".repeat(10_000));
    for name in ["authorization", "x-vivier-key"] {
        assert_eq!(read(&[(name, &long), ("host", "acme.example")]), "none", "{name}");
    }
    let cookie = format!("a={}; __Host-vivier={COOKIE}", "a".repeat(9_000));
    assert_eq!(read(&[("cookie", &cookie)]), "cookie ours", "other cookies' length is not ours");
}

#[test]
fn sites_that_ask_for_themselves() {
    for (host, origin, own) in [
        ("api.example", "https://api.example", true),
        ("API.example:443", "https://api.example", true),
        ("api.example", "http://api.example", false),
        ("api.example", "https://api.example:8443", false),
        ("api.example:8443", "https://api.example:8443", true),
        ("api.example", "https://evil.example", false),
        ("api.localhost:4566", "http://api.localhost:4566", true),
    ] {
        let named = site(&event(&[("host", host), ("origin", origin)]));
        let found = matches!(named, Site::Named(origin) if is_own(&event(&[("host", host)]), &origin));
        assert_eq!(found, own, "{host} {origin}");
    }
    assert_eq!(site(&event(&[])), Site::Unnamed);
    for origins in
        [&["null"][..], &[""], &["https://a.example", "https://a.example"], &["https://a.example/x"]]
    {
        let headers: Vec<_> = origins.iter().map(|origin| ("origin", *origin)).collect();
        assert_eq!(site(&event(&headers)), Site::Unknown, "{origins:?}");
    }
}

#[test]
fn addresses_projects_and_methods() {
    let mut request = event(&[("X-Forwarded-For", "203.0.113.5, 192.0.2.9")]);
    request["requestContext"] = json!({"identity": {"sourceIp": "192.0.2.9"}});
    let at = |proxies| address(&request, TrustedProxies(proxies)).map(|address| address.to_string());
    assert_eq!(
        [at(0).as_deref(), at(1).as_deref(), at(2).as_deref()],
        [Some("192.0.2.9"), Some("203.0.113.5"), None]
    );

    let id = "018f0000-0000-7000-8000-000000000001";
    for (parameters, expected) in [
        (json!({"project": id}), Some(id.to_owned())),
        (json!({"project": "all"}), None),
        (json!({"project": 3}), None),
        (json!({"id": id}), None),
        (json!(null), None),
    ] {
        let found = project(&json!({"pathParameters": parameters})).map(|project| project.to_string());
        assert_eq!(found, expected, "{parameters}");
    }

    for (method, write) in
        [("GET", false), ("HEAD", false), ("OPTIONS", false), ("POST", true), ("DELETE", true), ("get", true)]
    {
        assert_eq!(is_write(&json!({"httpMethod": method})), write, "{method}");
    }
    assert!(is_write(&json!({})));
}

#[test]
fn the_payloads_show_what_they_are_named_after() {
    for (name, payload) in [
        ("cookie", include_str!("../../../../events/authorizer/cookie.json")),
        ("host", include_str!("../../../../events/authorizer/host.json")),
        ("key", include_str!("../../../../events/authorizer/key.json")),
        ("token", include_str!("../../../../events/authorizer/token.json")),
    ] {
        let event: Value = serde_json::from_str(payload).unwrap();
        let shown = match credential(&event) {
            Credential::Token(_) => "token",
            Credential::Key(_) => "key",
            Credential::Cookie(_) => "cookie",
            Credential::Host(_) => "host",
            Credential::None => "none",
        };
        assert_eq!(shown, name);
        assert!(address(&event, TrustedProxies(0)).is_some(), "{name}");
    }
}
