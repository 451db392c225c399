//! What is shown and what is taken.

use serde_json::json;

use super::*;

fn member() -> Member {
    let project: ProjectId = "018f0000-0000-7000-8000-0000000000a1".parse().unwrap();
    let at = "2026-01-15T09:00:00Z".parse().unwrap();
    Member {
        state: MemberState::Invited,
        grants: [
            (GrantScope::Tenant, RoleId::try_from("reader".to_owned()).unwrap()),
            (GrantScope::Project(project), RoleId::manager()),
        ]
        .into(),
        language: Language::En,
        created_at: at,
        invited_at: Timestamp::UNIX_EPOCH,
        sessions_from: at,
    }
}

#[test]
fn a_member_is_shown_whole_or_as_the_project_sees_it() {
    let id = Uuid::now_v7();
    let project = "018f0000-0000-7000-8000-0000000000a1";
    let whole = serde_json::to_value(MemberView::of(id, member(), None, None)).unwrap();
    let expected = json!({
        "id": id, "email": null, "state": "invited", "language": "en",
        "grants": {"*": "reader", project: "manager"},
        "created_at": "2026-01-15T09:00:00Z", "invited_at": null, "mfa": [],
    });
    assert_eq!(whole, expected);
    let there = MemberView::of(id, member(), None, Some(project.parse().unwrap()));
    assert_eq!(serde_json::to_value(there).unwrap()["grants"], json!({project: "manager"}));
}

#[test]
fn invitations() {
    for (body, outcome) in [
        (json!({"email": "camille@acme.example", "role": "reader"}), Ok(())),
        (json!({"email": "c+rh@acme.example", "role": "reader", "language": "fr"}), Ok(())),
        (json!({"email": "camille", "role": "reader"}), Err("email")),
        (json!({"email": "camille@acme", "role": "reader"}), Err("email")),
        (json!({"email": "élise@acme.example", "role": "reader"}), Err("email")),
        (json!({"email": " camille@acme.example", "role": "reader"}), Err("email")),
        (json!({"email": "camille@acme.example\r\nBcc: x@y.example", "role": "reader"}), Err("email")),
        (json!({"email": "camille@acme.example", "role": "Reader"}), Err("body")),
        (json!({"email": "camille@acme.example", "role": "reader", "language": "de"}), Err("body")),
        (json!({"email": "camille@acme.example", "role": "reader", "tenant": "other"}), Err("body")),
        (json!({"email": "camille@acme.example"}), Err("body")),
    ] {
        let read = serde_json::from_value::<InvitationRequest>(body.clone()).map_err(|_| "body".to_owned());
        let checked = read.and_then(|request| match request.check() {
            Ok(_) => Ok(()),
            Err(problem) => Err(problem.errors[0].field.clone()),
        });
        assert_eq!(checked, outcome.map_err(str::to_owned), "{body}");
    }
}

#[test]
fn roles() {
    for (body, accepted) in [
        (json!({"name": "Jury", "permissions": ["offers.read", "documents.read"]}), true),
        (json!({"name": "Jury", "permissions": []}), true),
        (json!({"name": "", "permissions": []}), false),
        (json!({"name": " Jury", "permissions": []}), false),
        (json!({"name": "J".repeat(81), "permissions": []}), false),
        (json!({"name": "Jury", "permissions": ["everything.write"]}), false),
        (json!({"name": "Jury"}), false),
        (json!({"name": "Jury", "permissions": [], "id": "manager"}), false),
    ] {
        let role = serde_json::from_value::<RoleRequest>(body.clone());
        let accepts = role.is_ok_and(|request| request.check(RoleId::manager()).is_ok());
        assert_eq!(accepts, accepted, "{body}");
    }
}

#[test]
fn the_document_names_every_permission() {
    let document = serde_json::to_value(crate::routes::openapi()).unwrap();
    let names =
        &document["components"]["schemas"]["RoleRequest"]["properties"]["permissions"]["items"]["enum"];
    assert_eq!(names.as_array().map(Vec::len), Some(Permission::ALL.len()), "{names}");
}

#[test]
fn a_request_does_not_print_the_address() {
    let body = json!({"email": "camille@acme.example", "role": "reader"});
    let request: InvitationRequest = serde_json::from_value(body).unwrap();
    assert!(!format!("{request:?}").contains("camille"));
}
