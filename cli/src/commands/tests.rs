//! Every command and what it asks of the service, as one table: a route that changes its words shows here.

use clap::Parser;
use serde_json::{Value, json};

use crate::{
    args::{Cli, Command},
    plan::{Method, Plan},
};

const P: &str = "018f0000-0000-7000-8000-00000000000a";

fn plan(line: &str) -> Plan {
    let cli = Cli::try_parse_from(line.split(' ').map(|word| word.replace('_', " ")))
        .unwrap_or_else(|error| panic!("{line}: {error}"));
    match cli.command {
        Command::Members(command) => command.plan(),
        Command::Roles(command) => command.plan(),
        Command::Projects(command) => command.plan(),
        Command::Settings(command) => command.plan(),
        Command::Keys(command) => command.plan(),
        Command::Documents(command) => command.plan(),
        Command::Imports(command) => command.plan(),
        Command::Audit(command) => command.plan(),
        Command::Tenants(command) => command.plan(),
        Command::Retention(command) => command.plan(),
        Command::Tasks(command) => command.plan(),
        Command::Events(command) => command.plan(),
        Command::Privacy(command) => command.plan(),
        Command::Departure(command) => command.plan(),
        Command::Breaches(command) => command.plan(),
        other => panic!("{other:?} is no plan"),
    }
    .0
}

#[test]
fn members_commands_are_requests() {
    let (project, none) = (format!("/v1/projects/{P}"), Value::Null);
    for (line, method, path, body) in [
        ("members list", Method::Get, "/v1/members", none.clone()),
        ("members list --project P", Method::Get, "P/members", none.clone()),
        ("members show m1", Method::Get, "/v1/members/m1", none.clone()),
        (
            "members invite a@b.example --role editor",
            Method::Post,
            "/v1/members",
            json!({"email": "a@b.example", "role": "editor"}),
        ),
        (
            "members invite a@b.example --role editor --language en --project P",
            Method::Post,
            "P/members",
            json!({"email": "a@b.example", "role": "editor", "language": "en"}),
        ),
        ("members reinvite m1", Method::Post, "/v1/members/m1/invitation", none.clone()),
        ("members remove m1", Method::Delete, "/v1/members/m1", none.clone()),
        ("members suspend m1", Method::Put, "/v1/members/m1/suspension", none.clone()),
        ("members resume m1", Method::Delete, "/v1/members/m1/suspension", none.clone()),
        ("members logout m1", Method::Delete, "/v1/members/m1/sessions", none.clone()),
        ("members grant m1 editor", Method::Put, "/v1/members/m1/role", json!({"role": "editor"})),
        ("members grant m1 editor --project P", Method::Put, "P/members/m1", json!({"role": "editor"})),
        ("members withdraw m1", Method::Delete, "/v1/members/m1/role", none.clone()),
        ("members withdraw m1 --project P", Method::Delete, "P/members/m1", none.clone()),
        ("roles list", Method::Get, "/v1/roles", none.clone()),
        (
            "roles put chef --name Chef --permission offers.read,offers.write",
            Method::Put,
            "/v1/roles/chef",
            json!({"name": "Chef", "permissions": ["offers.read", "offers.write"]}),
        ),
        ("roles delete chef", Method::Delete, "/v1/roles/chef", none.clone()),
        ("projects list", Method::Get, "/v1/projects", none.clone()),
        ("projects show P", Method::Get, "P", none.clone()),
        ("projects create Jobs", Method::Post, "/v1/projects", json!({"name": "Jobs"})),
        ("settings show", Method::Get, "/v1/settings", none.clone()),
        ("settings show --project P --draft", Method::Get, "P/settings/draft", none.clone()),
        ("settings show --project P --version 3", Method::Get, "P/settings/versions/3", none.clone()),
        ("settings edit --file -", Method::Put, "/v1/settings/draft", none.clone()),
        ("settings discard --project P", Method::Delete, "P/settings/draft", none.clone()),
        ("settings publish --project P", Method::Post, "P/settings/publication", none.clone()),
        ("settings publish --force", Method::Post, "/v1/settings/publication", json!({"force": true})),
        ("settings versions", Method::Get, "/v1/settings/versions", none.clone()),
        ("settings rollback 2", Method::Post, "/v1/settings/rollback", json!({"number": 2})),
        ("keys list --project P", Method::Get, "P/keys", none.clone()),
        (
            "keys create Site --project P --origin https://a.example --product chatbot --requests-per-minute 60",
            Method::Post,
            "P/keys",
            json!({"name": "Site", "origins": ["https://a.example"], "products": ["chatbot"], "requests_per_minute": 60}),
        ),
        (
            "keys rotate k1 --project P --overlap-minutes 5",
            Method::Post,
            "P/keys/k1/rotation",
            json!({"overlap_minutes": 5}),
        ),
        ("keys revoke k1 --project P", Method::Delete, "P/keys/k1", none.clone()),
        ("documents add a.md", Method::Post, "/v1/documents", none.clone()),
        ("documents list", Method::Get, "/v1/documents", none.clone()),
        ("documents show d1", Method::Get, "/v1/documents/d1", none.clone()),
        ("documents replace d1 a.md", Method::Post, "/v1/documents/d1/versions", none.clone()),
        ("documents reprocess d1", Method::Post, "/v1/documents/d1/reprocess", none.clone()),
        (
            "documents label d1 --name Note --tag rh --tag paie --everywhere",
            Method::Patch,
            "/v1/documents/d1",
            json!({"name": "Note", "tags": ["rh", "paie"], "projects": []}),
        ),
        ("documents label d1 --no-tags", Method::Patch, "/v1/documents/d1", json!({"tags": []})),
        ("documents delete d1", Method::Delete, "/v1/documents/d1", none.clone()),
        ("imports add a.csv", Method::Post, "/v1/imports", none.clone()),
        ("imports list", Method::Get, "/v1/imports", none.clone()),
        ("imports show i1", Method::Get, "/v1/imports/i1", none.clone()),
        ("audit list", Method::Get, "/v1/audit", none.clone()),
        ("audit export", Method::Get, "/v1/audit/export", none.clone()),
    ] {
        let Plan::Call(call) = plan(&format!("vivier {}", line.replace(" P", &format!(" {P}")))) else {
            panic!("{line} is no request")
        };
        let path = if let Some(rest) = path.strip_prefix('P') {
            format!("{project}{rest}")
        } else {
            path.to_owned()
        };
        assert_eq!((call.method, call.path), (method, path), "{line}");
        assert_eq!(call.body.unwrap_or_default(), body, "{line}");
    }
}

#[test]
fn what_may_have_changed_is_guarded_by_its_version() {
    for (line, guard) in [
        ("roles put chef --name Chef --permission offers.read", Some("/v1/roles")),
        ("roles delete chef", Some("/v1/roles")),
        ("settings edit --file -", Some("/v1/settings/draft")),
        ("settings discard", Some("/v1/settings/draft")),
        ("members remove m1", None),
    ] {
        let Plan::Call(call) = plan(&format!("vivier {line}")) else { panic!("{line} is no request") };
        assert_eq!(call.guarded_by.as_deref(), guard, "{line}");
    }
}

#[test]
fn filters_are_parameters() {
    let Plan::Call(call) = plan("vivier audit list --from 2026-01-01T00:00:00Z --actor operator --limit 5")
    else {
        panic!("no request")
    };
    let expected = [("from", "2026-01-01T00:00:00Z".to_owned()), ("actor", "operator".to_owned())];
    assert_eq!(call.query, expected);
    assert_eq!(call.pages.map(|pages| (pages.list, pages.most)), Some(("entries", 5)));
    let Plan::Call(call) = plan("vivier documents list --status needs_ocr --tag rh") else {
        panic!("no request")
    };
    assert_eq!(call.query, [("status", "needs ocr".to_owned()), ("tag", "rh".to_owned())]);
}

#[test]
fn operators_commands_are_invocations() {
    for (line, function, payload) in [
        ("tenants list", "tenants", json!({"operation": "list"})),
        ("tenants show acme", "tenants", json!({"operation": "show", "slug": "acme"})),
        (
            "tenants create acme --name Acme_SA --manager-email rh@acme.example",
            "tenants",
            json!({"operation": "create", "slug": "acme", "name": "Acme SA", "manager_email": "rh@acme.example", "kind": "production"}),
        ),
        (
            "tenants create acme-test --name Acme --manager-email rh@acme.example --test-of acme",
            "tenants",
            json!({"operation": "create", "slug": "acme-test", "name": "Acme", "manager_email": "rh@acme.example",
                   "kind": "test", "production": "acme"}),
        ),
        ("tenants disable acme", "tenants", json!({"operation": "disable", "slug": "acme"})),
        ("tenants close acme", "tenants", json!({"operation": "close", "slug": "acme"})),
        ("tenants enable acme", "tenants", json!({"operation": "enable", "slug": "acme"})),
        ("tenants rotate-key acme", "tenants", json!({"operation": "rotate_key", "slug": "acme"})),
        (
            "tenants delete acme --confirm acme",
            "tenants",
            json!({"operation": "delete", "slug": "acme", "confirm": "acme"}),
        ),
        (
            "tenants limit acme --requests-per-second 5 --burst 9",
            "tenants",
            json!({"operation": "limit", "slug": "acme", "requests_per_second": 5, "burst": 9}),
        ),
        ("tenants migrate", "tenants", json!({"operation": "migrate"})),
        (
            "tenants invite acme a@b.example",
            "tenants",
            json!({"operation": "invite", "slug": "acme", "email": "a@b.example"}),
        ),
        (
            "tenants invite acme a@b.example --role reader --language en",
            "tenants",
            json!({"operation": "invite", "slug": "acme", "email": "a@b.example", "role": "reader", "language": "en"}),
        ),
        (
            "tenants reinvite-manager acme a@b.example",
            "tenants",
            json!({"operation": "reinvite_manager", "slug": "acme", "email": "a@b.example"}),
        ),
        ("tenants restore-manager acme", "tenants", json!({"operation": "restore_manager", "slug": "acme"})),
        ("tenants clear-ip-ranges acme", "tenants", json!({"operation": "clear_ip_ranges", "slug": "acme"})),
        (
            "tenants approve-senders acme acme.example jobs.acme.test",
            "tenants",
            json!({"operation": "approve_senders", "slug": "acme", "domains": ["acme.example", "jobs.acme.test"]}),
        ),
        (
            "tenants approve-senders acme --none",
            "tenants",
            json!({"operation": "approve_senders", "slug": "acme", "domains": []}),
        ),
        ("retention run --dry-run", "retention", json!({"operation": "run", "dry_run": true})),
        (
            "retention run --tenant acme --as-of 2026-06-01T00:00:00Z --limit 5",
            "retention",
            json!({"operation": "run", "dry_run": false, "tenant": "acme", "as_of": "2026-06-01T00:00:00Z", "limit": 5}),
        ),
        ("retention reports --tenant acme", "retention", json!({"operation": "reports", "tenant": "acme"})),
        ("retention policies --tenant acme", "retention", json!({"operation": "policies", "tenant": "acme"})),
        ("retention holds --tenant acme", "retention", json!({"operation": "holds", "tenant": "acme"})),
        (
            "retention release --tenant acme 018f0000-0000-7000-8000-000000000001",
            "retention",
            json!({"operation": "release", "tenant": "acme", "hold": "018f0000-0000-7000-8000-000000000001"}),
        ),
        (
            "retention configure --tenant acme --events-days 30",
            "retention",
            json!({"operation": "configure", "tenant": "acme", "retention": {"events_days": 30}}),
        ),
        ("tasks list", "tasks", json!({"operation": "list"})),
        ("tasks list --tenant acme", "tasks", json!({"operation": "list", "tenant": "acme"})),
        ("tasks pending", "tasks", json!({"operation": "pending"})),
        (
            "tasks approve 018f0000-0000-7000-8000-00000000000a --tenant acme --revision 2",
            "tasks",
            json!({"operation": "approve", "tenant": "acme", "task": P, "revision": 2}),
        ),
        (
            "tasks refuse 018f0000-0000-7000-8000-00000000000a --tenant acme --revision 1",
            "tasks",
            json!({"operation": "refuse", "tenant": "acme", "task": P, "revision": 1}),
        ),
        (
            "tasks run 018f0000-0000-7000-8000-00000000000a --tenant acme",
            "tasks",
            json!({"operation": "run", "tenant": "acme", "task": P}),
        ),
        (
            "departure begin --tenant acme --confirm acme",
            "departure",
            json!({"operation": "begin", "tenant": "acme", "confirm": "acme", "hand_over_requests": false}),
        ),
        (
            "departure begin --tenant acme --confirm acme --hand-over-requests",
            "departure",
            json!({"operation": "begin", "tenant": "acme", "confirm": "acme", "hand_over_requests": true}),
        ),
        ("departure cancel --tenant acme", "departure", json!({"operation": "cancel", "tenant": "acme"})),
        ("departure run --tenant acme", "departure", json!({"operation": "run", "tenant": "acme"})),
        ("departure show --tenant acme", "departure", json!({"operation": "show", "tenant": "acme"})),
        ("departure list", "departure", json!({"operation": "list"})),
        (
            "departure certificate --tenant acme",
            "departure",
            json!({"operation": "certificate", "tenant": "acme", "language": "fr"}),
        ),
        (
            "departure anonymise --tenant acme",
            "departure",
            json!({"operation": "anonymise", "tenant": "acme"}),
        ),
        (
            "tenants refresh acme --confirm acme",
            "tenants",
            json!({"operation": "refresh", "slug": "acme", "confirm": "acme"}),
        ),
        ("departure import --tenant acme", "tenants", json!({"operation": "import", "slug": "acme"})),
        (
            "departure destroy --tenant acme --confirm acme",
            "tenants",
            json!({"operation": "destroy", "slug": "acme", "confirm": "acme"}),
        ),
        (
            "breaches affect 018f0000-0000-7000-8000-00000000000a --tenant acme --tenant beta",
            "breaches",
            json!({"operation": "affect", "breach": P, "tenants": ["acme", "beta"]}),
        ),
        (
            "breaches affect 018f0000-0000-7000-8000-00000000000a --all --known-at 2026-01-15T08:00:00Z",
            "breaches",
            json!({"operation": "affect", "breach": P, "tenants": "all", "known_at": "2026-01-15T08:00:00Z"}),
        ),
        (
            "breaches tell 018f0000-0000-7000-8000-00000000000a",
            "breaches",
            json!({"operation": "tell", "breach": P}),
        ),
        (
            "breaches told 018f0000-0000-7000-8000-00000000000a --tenant acme --at 2026-01-15T16:20:00Z --how telephone",
            "breaches",
            json!({"operation": "told", "breach": P, "tenant": "acme", "at": "2026-01-15T16:20:00Z", "how": "telephone"}),
        ),
        (
            "breaches notification 018f0000-0000-7000-8000-00000000000a --tenant acme --language en",
            "breaches",
            json!({"operation": "notification", "breach": P, "tenant": "acme", "language": "en"}),
        ),
        (
            "breaches authority 018f0000-0000-7000-8000-00000000000a --tenant acme --at 2026-01-17T09:30:00Z --reference CNIL-7",
            "breaches",
            json!({"operation": "authority", "breach": P, "tenant": "acme", "at": "2026-01-17T09:30:00Z", "reference": "CNIL-7"}),
        ),
        (
            "breaches close 018f0000-0000-7000-8000-00000000000a --reason-fr Fini --reason-en Done",
            "breaches",
            json!({"operation": "close", "breach": P, "reason": {"fr": "Fini", "en": "Done"}}),
        ),
        (
            "breaches show 018f0000-0000-7000-8000-00000000000a",
            "breaches",
            json!({"operation": "show", "breach": P}),
        ),
        ("breaches list", "breaches", json!({"operation": "list"})),
        ("privacy run --tenant acme", "privacy", json!({"operation": "run", "tenant": "acme"})),
        ("privacy verify --tenant acme", "privacy", json!({"operation": "verify", "tenant": "acme"})),
        (
            "privacy announce --tenant acme --sub-processor s3",
            "privacy",
            json!({"operation": "announce", "tenant": "acme", "sub_processor": "s3"}),
        ),
        ("privacy replay --tenant acme", "privacy", json!({"operation": "replay", "tenant": "acme"})),
        ("events dead", "metrics", json!({"operation": "dead"})),
        ("events replay", "metrics", json!({"operation": "replay"})),
        ("events replay --reason tenant", "metrics", json!({"operation": "replay", "reason": "tenant"})),
        ("events discard --reason batch", "metrics", json!({"operation": "discard", "reason": "batch"})),
        ("audit verify", "audit", json!({"operation": "verify"})),
        ("audit verify --tenant acme", "audit", json!({"operation": "verify", "tenant": "acme"})),
        (
            "audit verify --tenant acme --expect 7:5e5e",
            "audit",
            json!({"operation": "verify", "tenant": "acme", "expect": {"ordinal": 7, "hash": "5e5e"}}),
        ),
    ] {
        let Plan::Invoke(invoke) = plan(&format!("vivier {line}")) else { panic!("{line} is no invocation") };
        assert_eq!((invoke.function.as_str(), invoke.payload), (function, payload), "{line}");
    }
}

#[test]
fn a_run_that_left_something_undone_did_not_come_out() {
    for (answer, good) in [
        (json!({"whole": true, "tenants": [], "failed": []}), true),
        (json!({"whole": false, "tenants": [], "failed": []}), false),
        (json!({"run_id": "r", "failed": ["t1"]}), false),
        (json!({"status": "failed"}), true),
        (Value::Null, true),
    ] {
        assert_eq!(super::came_out(&answer), good, "{answer}");
    }
}

#[test]
fn completions_name_the_commands() {
    for shell in [super::Shell::Bash, super::Shell::Zsh, super::Shell::Fish] {
        let report = super::completions(shell);
        let text = report.json.as_str().unwrap();
        assert!(text.contains("retention") && text.contains("whoami"), "{shell:?}");
    }
}
