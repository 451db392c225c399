//! Who may do what, found by asking: every route of every function is asked by every kind of caller. What the code
//! allows is held against `golden/rights.txt`, in which people read it.

use std::{collections::BTreeMap, fmt, sync::OnceLock};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json, value::RawValue};
use vivier_domain::{ids::TenantId, permission::Permission, role::Roles};
use vivier_runtime::Function;
use vivier_tenancy::rooms::sessions::{COOKIE_NAME, Cookie};

use super::parts::{House, parts};

const TENANT: &str = "01920000-0000-7000-8000-00000000000a";
const PROJECT: &str = "01920000-0000-7000-8000-00000000000b";
const SOME_ID: &str = "01920000-0000-7000-8000-00000000000c";

/// How a caller fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fared {
    /// Let through to the handler's work.
    In,
    /// 401 or 403.
    Out(u64),
}

impl fmt::Display for Fared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In => f.pad("yes"),
            Self::Out(status) => f.pad(&status.to_string()),
        }
    }
}

/// What it takes to be let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    /// Nothing.
    Public,
    /// To come in by a front office's door.
    Candidate,
    /// To be a member, whatever was granted.
    Member,
    /// To hold a permission in the whole tenant.
    InTenant(Permission),
    /// To hold a permission in the whole tenant or in the project that the path names.
    InProject(Permission),
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.pad("public"),
            Self::Candidate => f.pad("candidate"),
            Self::Member => f.pad("member"),
            Self::InTenant(permission) => f.pad(permission.as_str()),
            Self::InProject(permission) => f.pad(&format!("{permission} in project")),
        }
    }
}

/// What was found out about a route.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) right: Right,
    /// In the order of [`callers`].
    pub(super) fared: Vec<Fared>,
}

/// Somebody who asks: a name and what the authorizer says of them.
struct Caller {
    name: String,
    authorizer: Value,
}

/// A session's cookie as it may look. Nobody has such a session; that, only a store tells.
fn cookie() -> Cookie {
    let tenant: TenantId = TENANT.parse().expect("an id");
    let bytes = [tenant.as_uuid().as_bytes().as_slice(), &[7; 32]].concat();
    Cookie::parse(&URL_SAFE_NO_PAD.encode(bytes)).expect("a cookie")
}

/// A candidate of a front office that may do everything.
pub(super) fn front() -> Value {
    json!({"tenant": TENANT, "office": "front", "project": PROJECT, "address": "192.0.2.1",
           "grounds": "1 chatbot alerts matching statistics"})
}

fn member(permissions: &[Permission]) -> Value {
    let names: Vec<_> = permissions.iter().map(|permission| permission.as_str()).collect();
    json!({"tenant": TENANT, "office": "back", "member": SOME_ID, "permissions": names.join(" "), "address": "192.0.2.1",
           "session": cookie().name()})
}

/// The columns of the table.
fn callers() -> Vec<Caller> {
    let caller = |name: &str, authorizer| Caller { name: name.to_owned(), authorizer };
    let mut callers = vec![caller("nobody", json!({})), caller("candidate", front())];
    for role in Roles::default().roles {
        let permissions: Vec<_> = role.permissions.iter().copied().collect();
        callers.push(caller(role.id.as_str(), member(&permissions)));
    }
    callers.push(caller("no role", member(&[])));
    callers
}

/// The table's head.
pub(super) fn columns() -> Vec<String> {
    callers().into_iter().map(|caller| caller.name).collect()
}

/// What a route answers, with one more header: the status, and the kind of problem it is.
pub(super) async fn answer(
    function: &Function,
    route: &str,
    authorizer: &Value,
    header: (&str, &str),
) -> (u64, String) {
    let (method, path) = route.split_once(' ').expect("a route is a method and a path");
    let path = path.replace("{project}", PROJECT).replace("{number}", "1");
    let path = path.replace("{id}", SOME_ID).replace("{message_id}", SOME_ID);
    let cookie = format!("{COOKIE_NAME}={}", cookie().expose());
    let headers = json!({"content-type": ["application/json"], "cookie": [cookie], header.0: [header.1]});
    let event = json!({
        "resource": path, "path": path, "httpMethod": method, "headers": {}, "multiValueHeaders": headers,
        "requestContext": {"stage": "contract", "httpMethod": method, "requestId": "contract",
                           "identity": {"sourceIp": "192.0.2.1"}, "authorizer": authorizer},
        "body": null, "isBase64Encoded": false,
    });
    let event = RawValue::from_string(event.to_string()).expect("an event is JSON");
    let answer = function.invoke(event).await.expect("a request is always answered");
    let problem: Value =
        serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
    let kind = problem["type"].as_str().and_then(|kind| kind.rsplit(':').next()).unwrap_or_default();
    (answer["statusCode"].as_u64().expect("an answer has a status"), kind.to_owned())
}

async fn ask(function: &Function, route: &str, authorizer: &Value) -> u64 {
    answer(function, route, authorizer, ("accept", "*/*")).await.0
}

async fn fared(function: &Function, route: &str, authorizer: &Value) -> Fared {
    let mut authorizer = authorizer.clone();
    if route.contains("{project}") && authorizer["office"] == "back" {
        authorizer["project"] = json!(PROJECT);
    }
    match ask(function, route, &authorizer).await {
        status @ (401 | 403) => Fared::Out(status),
        _ => Fared::In,
    }
}

async fn row(function: &Function, route: &str) -> Result<Row, String> {
    let mut answers = Vec::new();
    for caller in callers() {
        answers.push(fared(function, route, &caller.authorizer).await);
    }
    let mut enough = Vec::new();
    for permission in Permission::ALL {
        if fared(function, route, &member(&[*permission])).await == Fared::In {
            enough.push(*permission);
        }
    }
    let (nobody, candidate, nothing) = (answers[0], answers[1], answers[answers.len() - 1]);
    let right = match (nobody, candidate, nothing, enough.as_slice()) {
        (Fared::In, Fared::In, Fared::In, _) => Right::Public,
        (Fared::Out(401), Fared::In, Fared::Out(403), []) => Right::Candidate,
        (Fared::Out(401), Fared::Out(403), Fared::In, all) if all.len() == Permission::ALL.len() => {
            Right::Member
        }
        (Fared::Out(401), Fared::Out(403), Fared::Out(403), [one]) => {
            // Without the project in its context, a route within projects names nothing.
            let lost = route.contains("{project}") && ask(function, route, &member(&[*one])).await == 404;
            if lost { Right::InProject(*one) } else { Right::InTenant(*one) }
        }
        _ => {
            return Err(format!(
                "{route}: what it takes cannot be told: {answers:?}, enough is any of {enough:?}"
            ));
        }
    };
    if route.contains("{project}") && !matches!(right, Right::InProject(_)) {
        return Err(format!("{route} names a project and does not ask for a right in it"));
    }
    Ok(Row { right, fared: answers })
}

pub(super) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// Every route that the code has, by `METHOD path`.
pub(super) fn table() -> &'static BTreeMap<String, Row> {
    static TABLE: OnceLock<BTreeMap<String, Row>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let (table, wrong) = run(async {
            let house = House::out_of_reach().await;
            let (mut table, mut wrong) = (BTreeMap::new(), Vec::new());
            for part in parts() {
                let function = part.function(&house);
                for route in super::routes(&part.json()) {
                    match row(&function, &route).await {
                        Ok(row) => drop(table.insert(route, row)),
                        Err(sentence) => wrong.push(sentence),
                    }
                }
            }
            (table, wrong)
        });
        crate::nothing_wrong(&wrong);
        table
    })
}

/// The table as it is committed.
pub(super) fn written(table: &BTreeMap<String, Row>) -> String {
    let mut rows: Vec<_> = table.iter().collect();
    // By path, so that what belongs together stands together.
    rows.sort_by_key(|(route, _)| {
        route.split_once(' ').map(|(method, path)| (path.to_owned(), method.to_owned()))
    });
    let wide = rows.iter().map(|(route, _)| route.len()).max().unwrap_or_default();
    let columns = columns();
    let head: Vec<_> = columns.iter().map(|name| format!("{name:9}")).collect();
    let mut lines = vec![format!("{:wide$} | {:27} | {}", "route", "right", head.join(" | "))];
    for (route, row) in rows {
        let fared: Vec<_> = row.fared.iter().map(|fared| format!("{fared:9}")).collect();
        lines.push(format!("{route:wide$} | {:27} | {}", row.right, fared.join(" | ")));
    }
    let lines: Vec<_> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n") + "\n"
}

/// Writes that do not look at their `Idempotency-Key`, or look at it for callers whom nobody knows yet.
pub(super) fn careless() -> Vec<String> {
    const KEY: &str = "idempotency-key";
    run(async {
        let (house, mut found) = (House::out_of_reach().await, Vec::new());
        for part in parts().into_iter().filter(|part| !part.keeps_nothing()) {
            let function = part.function(&house);
            for route in super::routes(&part.json()).into_iter().filter(|route| !route.starts_with("GET ")) {
                let right = table()[&route].right;
                let caller = if right == Right::Candidate { front() } else { member(Permission::ALL) };
                let caller = if right == Right::Public { json!({}) } else { caller };
                let no_key = answer(&function, &route, &caller, (KEY, "1")).await;
                // The store of requests is out of reach, and nothing is done without it.
                let key = answer(&function, &route, &caller, (KEY, SOME_ID)).await;
                let heeded = (no_key.1 == "invalid-idempotency-key", key.1 == "unavailable");
                if heeded.0 == (right == Right::Public) || (right != Right::Public && !heeded.1) {
                    found.push(format!(
                        "{route} is answered {no_key:?} for a bad key and {key:?} for a good one"
                    ));
                }
            }
        }
        found
    })
}
