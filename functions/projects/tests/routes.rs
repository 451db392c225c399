//! The routes as the gateway calls them, against the shared tables of the test stack. The authorizer's decision is
//! written into each event, as it would be.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does: by panicking")]

use projects::{App, routes};
use serde_json::{Value, json, value::RawValue};
use vivier_domain::{
    ids::{ProjectId, TenantId},
    permission::Permission,
};
use vivier_runtime::{Clock, Function};
use vivier_testkit::{legal, stack::Stack};

struct House {
    function: Function,
    tenant: TenantId,
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u64,
    tag: String,
    body: Value,
}

impl Answer {
    /// The word of a problem.
    fn problem(&self) -> (u64, &str) {
        let kind = self.body["type"].as_str().unwrap_or_default();
        (self.status, kind.rsplit(':').next().unwrap_or_default())
    }
}

impl House {
    async fn open() -> Self {
        let stack = Stack::from_env();
        let (tenancy, clock) = (stack.tenancy().await, Clock::System);
        // The audit log takes entries of tenants it knows.
        let tenant = stack.pool_tenant(&tenancy).await.tenant();
        let function = Function::new("projects")
            .http(routes::router(App { tenancy: tenancy.clone(), clock }))
            .audited(&tenancy, clock, &routes::openapi());
        Self { function, tenant }
    }

    async fn call(&self, method: &str, path: &str, seen: Option<&str>, body: Option<Value>) -> Answer {
        self.call_as(self.tenant, method, path, seen, body).await
    }

    async fn call_as(
        &self,
        tenant: TenantId,
        method: &str,
        path: &str,
        seen: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let all: Vec<_> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
        let mut authorizer = json!({
            "tenant": tenant, "office": "back", "member": "member-1", "permissions": all.join(" "),
            "address": "192.0.2.1",
        });
        if let Some(project) = path.strip_prefix("/v1/projects/") {
            authorizer["project"] = json!(project.split('/').next().unwrap());
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query: serde_json::Map<String, Value> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), json!([value])))
            .collect();
        let mut headers = json!({"content-type": ["application/json"]});
        if let Some(seen) = seen {
            let name = if method == "GET" { "if-none-match" } else { "if-match" };
            headers[name] = json!([seen]);
        }
        let event = json!({
            "resource": path, "path": path, "httpMethod": method, "headers": {}, "multiValueHeaders": headers,
            "multiValueQueryStringParameters": query,
            "requestContext": {"stage": "t", "httpMethod": method, "identity": {}, "authorizer": authorizer},
            "body": body.map(|body| body.to_string()), "isBase64Encoded": false,
        });
        let answer = self.function.invoke(RawValue::from_string(event.to_string()).unwrap()).await.unwrap();
        Answer {
            status: answer["statusCode"].as_u64().unwrap(),
            tag: answer["multiValueHeaders"]["etag"][0].as_str().unwrap_or_default().to_owned(),
            body: serde_json::from_str(answer["body"].as_str().unwrap()).unwrap_or_default(),
        }
    }

    async fn project(&self, name: &str) -> String {
        let made = self.call("POST", "/v1/projects", None, Some(json!({"name": name}))).await;
        assert_eq!(made.status, 201, "{made:?}");
        format!("/v1/projects/{}", made.body["project_id"].as_str().unwrap())
    }
}

#[tokio::test]
async fn projects_and_products() {
    let house = House::open().await;
    let path = house.project("Boutiques").await;
    house.project("Ateliers").await;

    let first = house.call("GET", "/v1/projects?limit=1", None, None).await.body;
    assert_eq!(first["projects"][0]["name"], "Boutiques");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = house.call("GET", &format!("/v1/projects?limit=1&cursor={cursor}"), None, None).await.body;
    assert_eq!((&second["projects"][0]["name"], &second["next_cursor"]), (&json!("Ateliers"), &Value::Null));

    let product = json!({"kind": "chatbot", "name": "Camille"});
    let product = house.call("POST", &format!("{path}/products"), None, Some(product)).await;
    assert_eq!((product.status, &product.body["enabled"]), (201, &json!(true)));
    let product = format!("{path}/products/{}", product.body["product_id"].as_str().unwrap());
    let changed = house.call("PATCH", &product, None, Some(json!({"enabled": false}))).await;
    assert_eq!((&changed.body["enabled"], &changed.body["name"]), (&json!(false), &json!("Camille")));

    let found = house.call("GET", &path, None, None).await;
    assert_eq!(found.body["products"][0]["enabled"], false);
    assert_eq!(house.call("GET", &path, Some(&found.tag), None).await.status, 304);
    let archive = || Some(json!({"status": "archived"}));
    assert_eq!(house.call("PATCH", &path, None, archive()).await.problem(), (428, "precondition-required"));
    let put_away = house.call("PATCH", &path, Some(&found.tag), archive()).await;
    assert_eq!((put_away.status, &put_away.body["status"]), (200, &json!("archived")));
    let stale = house.call("PATCH", &path, Some(&found.tag), archive()).await;
    assert_eq!(stale.problem(), (412, "precondition-failed"));

    assert_eq!(house.call("DELETE", &product, None, None).await.status, 204);
    assert_eq!(house.call("DELETE", &product, None, None).await.problem(), (404, "not-found"));
}

#[tokio::test]
async fn what_is_refused() {
    let house = House::open().await;
    let path = house.project("Boutiques").await;
    let (settings, products, keys) =
        (format!("{path}/settings/draft"), format!("{path}/products"), format!("{path}/keys"));
    let tag = house.call("GET", &settings, None, None).await.tag;
    for (method, path, body, field) in [
        ("POST", "/v1/projects", json!({"name": " "}), "name"),
        ("POST", "/v1/projects", json!({"name": "a", "status": "active"}), ""),
        ("POST", &products, json!({"kind": "chatbot", "name": ""}), "name"),
        ("POST", &products, json!({"kind": "crm", "name": "a"}), "kind"),
        ("POST", &keys, json!({"name": "a", "origins": ["*"]}), "origins[0]"),
        ("POST", &keys, json!({"name": "a", "requests_per_minute": 0}), "requests_per_minute"),
        ("PUT", &settings, json!({"theme": {"text": "#eeeeee"}}), "theme.text"),
        ("PUT", &settings, json!({"theme": {"text": "black"}}), "theme.text"),
        ("PUT", &settings, json!({"ip_ranges": []}), ""),
    ] {
        let refused = house.call(method, path, Some(&tag), Some(body.clone())).await;
        assert_eq!(refused.problem(), (400, "invalid-body"), "{method} {path} {body}");
        let found = refused.body["errors"][0]["field"].as_str().unwrap_or_default();
        // The place of a field that is unknown is told by no path.
        assert!(field.is_empty() || found == field, "{body}: {found}");
    }
    assert_eq!(house.call("GET", &settings, None, None).await.tag, tag, "nothing was changed");
}

#[tokio::test]
async fn another_tenants_things_are_not_there() {
    let (house, other) = (House::open().await, House::open().await.tenant);
    let path = house.project("Boutiques").await;
    let nowhere = format!("/v1/projects/{}", ProjectId::generate());
    for (tenant, root) in [(other, &path), (house.tenant, &nowhere)] {
        for (method, rest, seen, body) in [
            ("GET", "", None, None),
            ("PATCH", "", Some("*"), Some(json!({"name": "x"}))),
            ("POST", "/products", None, Some(json!({"kind": "chatbot", "name": "x"}))),
            ("GET", "/settings", None, None),
            ("PUT", "/settings/draft", Some("*"), Some(json!({}))),
            ("POST", "/settings/publication", None, None),
            ("GET", "/settings/versions", None, None),
            ("POST", "/settings/rollback", None, Some(json!({"number": 1}))),
            ("GET", "/keys", None, None),
            ("POST", "/keys", None, Some(json!({"name": "x"}))),
            ("DELETE", "/keys/018f0000-0000-7000-8000-000000000009", None, None),
        ] {
            let path = format!("{root}{rest}");
            let answer = house.call_as(tenant, method, &path, seen, body).await;
            assert_eq!(answer.problem(), (404, "not-found"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn settings_from_draft_to_roll_back() {
    let house = House::open().await;
    let root = format!("{}/settings", house.project("Boutiques").await);
    let (draft, publication) = (format!("{root}/draft"), format!("{root}/publication"));
    let named = |name: &str| Some(json!({"name": name, "privacy": legal::privacy_json()}));

    let begin = house.call("GET", &draft, None, None).await;
    assert_eq!((&begin.body["exists"], &begin.body["based_on"]), (&json!(false), &json!(0)));
    assert_eq!(house.call("PUT", &draft, None, named("One")).await.problem(), (428, "precondition-required"));
    let saved = house.call("PUT", &draft, Some(&begin.tag), named("One")).await;
    assert_eq!((saved.status, &saved.body["changed_by"]), (200, &json!("member-1")));
    let stale = house.call("PUT", &draft, Some(&begin.tag), named("Two")).await;
    assert_eq!(stale.problem(), (412, "precondition-failed"));
    assert_eq!(house.call("GET", &root, None, None).await.body["number"], 0, "a draft holds for nobody");

    let other = house.call("POST", &publication, Some(&begin.tag), None).await;
    assert_eq!(other.problem(), (412, "precondition-failed"), "not the draft that was seen");
    let first = house.call("POST", &publication, Some(&saved.tag), None).await;
    assert_eq!((first.status, &first.body["number"]), (200, &json!(1)), "{first:?}");
    assert_eq!(house.call("POST", &publication, None, None).await.problem(), (409, "conflict"), "no draft");

    let tag = house.call("GET", &draft, None, None).await.tag;
    house.call("PUT", &draft, Some(&tag), named("Two")).await;
    assert_eq!(house.call("POST", &publication, None, None).await.body["number"], 2);
    let tag = house.call("GET", &draft, None, None).await.tag;
    house.call("PUT", &draft, Some(&tag), named("Three")).await;

    let back = house.call("POST", &format!("{root}/rollback"), None, Some(json!({"number": 1}))).await;
    assert_eq!((&back.body["number"], &back.body["restores"]), (&json!(3), &json!(1)));
    let holds = house.call("GET", &root, None, None).await;
    assert_eq!(holds.body["settings"]["name"], "One");
    assert_eq!(house.call("GET", &root, Some(&holds.tag), None).await.status, 304);

    // What was drafted before the roll-back is not published unseen.
    let seen = house.call("GET", &draft, None, None).await;
    assert_eq!(seen.body["outdated"], true);
    assert_eq!(house.call("POST", &publication, None, None).await.problem(), (409, "draft-outdated"));
    assert_eq!(house.call("DELETE", &draft, Some(&seen.tag), None).await.status, 204);
    let tag = house.call("GET", &draft, None, None).await.tag;
    assert_eq!(house.call("DELETE", &draft, Some(&tag), None).await.problem(), (404, "not-found"));

    let page = house.call("GET", &format!("{root}/versions?limit=2"), None, None).await.body;
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = house.call("GET", &format!("{root}/versions?cursor={cursor}"), None, None).await.body;
    let numbers: Vec<_> = [&page, &rest]
        .into_iter()
        .flat_map(|page| page["versions"].as_array().unwrap().iter().map(|version| &version["number"]))
        .collect();
    assert_eq!(numbers, [3, 2, 1]);
    let second = house.call("GET", &format!("{root}/versions/2"), None, None).await;
    assert_eq!(second.body["settings"]["name"], "Two");
    for path in ["versions/9", "versions/x"] {
        let missing = house.call("GET", &format!("{root}/{path}"), None, None).await;
        assert_eq!(missing.problem(), (404, "not-found"), "{path}");
    }
}

#[tokio::test]
async fn nothing_is_published_before_its_legal_basis() {
    let house = House::open().await;
    let root = format!("{}/settings", house.project("Boutiques").await);
    let (draft, publication) = (format!("{root}/draft"), format!("{root}/publication"));
    let save = async |settings: Value| {
        let tag = house.call("GET", &draft, None, None).await.tag;
        assert_eq!(house.call("PUT", &draft, Some(&tag), Some(settings)).await.status, 200);
        let answer = house.call("POST", &publication, None, None).await;
        let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
        let fields = errors.iter().map(|error| error["field"].as_str().unwrap().to_owned());
        (answer.status, fields.collect::<Vec<_>>(), answer)
    };
    let (status, fields, answer) = save(json!({"languages": ["fr", "en"]})).await;
    assert_eq!(answer.problem(), (409, "legal-basis-missing"));
    assert_eq!(
        (status, fields),
        (
            409,
            ["controller.name", "controller.contact", "purposes"]
                .map(|field| format!("privacy.{field}"))
                .to_vec()
        )
    );
    let mut privacy = legal::privacy_json();
    let (_, fields, _) = save(json!({"languages": ["fr", "en"], "privacy": privacy})).await;
    let texts = ["chatbot", "alerts", "matching", "statistics"];
    assert_eq!(fields, texts.map(|purpose| format!("privacy.purposes.{purpose}.texts.en")));
    assert_eq!(house.call("GET", &root, None, None).await.body["number"], 0, "nothing was published");
    privacy["purposes"]["chatbot"]["basis"] = Value::Null;
    let (_, fields, _) = save(json!({"privacy": privacy})).await;
    assert_eq!(fields, ["privacy.purposes.chatbot.basis"], "a text without a basis says nothing");
    let (status, ..) = save(json!({"privacy": legal::privacy_json()})).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn nobody_locks_themselves_out_by_mistake() {
    let house = House::open().await;
    let save = async |ranges: Value| {
        let tag = house.call("GET", "/v1/settings/draft", None, None).await.tag;
        let saved = house.call("PUT", "/v1/settings/draft", Some(&tag), Some(json!({"ip_ranges": ranges})));
        assert_eq!(saved.await.status, 200);
    };
    let publish = async |body| house.call("POST", "/v1/settings/publication", None, body).await;
    save(json!(["198.51.100.0/24"])).await;
    for body in [None, Some(json!({})), Some(json!({"force": false}))] {
        assert_eq!(publish(body).await.problem(), (409, "would-lock-out"));
    }
    assert_eq!(publish(Some(json!({"force": true}))).await.body["number"], 1);
    save(json!(["192.0.2.0/24"])).await;
    assert_eq!(publish(None).await.body["number"], 2);
    let rollback = async |body| house.call("POST", "/v1/settings/rollback", None, Some(body)).await;
    assert_eq!(rollback(json!({"number": 1})).await.problem(), (409, "would-lock-out"));
    assert_eq!(rollback(json!({"number": 1, "force": true})).await.body["number"], 3);
}

#[tokio::test]
async fn keys() {
    let house = House::open().await;
    let root = format!("{}/keys", house.project("Boutiques").await);
    let body = json!({"name": "Site", "origins": ["https://Jobs.acme.example:443"], "products": ["chatbot"]});
    let made = house.call("POST", &root, None, Some(body)).await;
    let text = made.body["text"].as_str().unwrap().to_owned();
    assert!(made.status == 201 && text.starts_with("vpk_"));
    assert_eq!(made.body["key"]["origins"], json!(["https://jobs.acme.example"]));
    let key = format!("{root}/{}", made.body["key"]["key_id"].as_str().unwrap());

    let rotated = house.call("POST", &format!("{key}/rotation"), None, None).await;
    assert_ne!(rotated.body["text"], text.as_str());
    assert_eq!(rotated.body["key"]["generations"].as_array().unwrap().len(), 2, "an hour's overlap");
    let long = Some(json!({"overlap_minutes": 10_081}));
    let refused = house.call("POST", &format!("{key}/rotation"), None, long).await;
    assert_eq!(refused.problem(), (400, "invalid-body"));

    let change = Some(json!({"name": "Borne", "requests_per_minute": 60}));
    let changed = house.call("PATCH", &key, None, change).await;
    assert_eq!((&changed.body["name"], &changed.body["requests_per_minute"]), (&json!("Borne"), &json!(60)));
    let list = house.call("GET", &root, None, None).await.body;
    assert!(list["keys"][0]["name"] == "Borne" && !list.to_string().contains("vpk_"));

    assert_eq!(house.call("DELETE", &key, None, None).await.status, 204);
    for (method, path) in [("DELETE", key.clone()), ("POST", format!("{key}/rotation"))] {
        assert_eq!(house.call(method, &path, None, None).await.problem(), (404, "not-found"), "{method}");
    }
    assert_eq!(house.call("GET", &root, None, None).await.body["keys"], json!([]));
}
