//! The audit log: it names its tenant, its actor and its subject by id.

use vivier_domain::ids::DocumentId;
use vivier_store::audit::{self, Actor, Entry, Outcome};
use vivier_testkit::scope;

use crate::house::{House, in_tx, now};

#[tokio::test]
async fn an_entry_names_who_did_what() {
    const SQL: &str = "SELECT actor, action, subject, outcome FROM audit_log ORDER BY entry_id";
    let house = House::open().await;
    let member = scope::back(house.own.tenant(), "018f0000-0000-7000-8000-0000000000c1", &[]);
    let document = DocumentId::generate();
    for actor in [Actor::of(&member), Actor::of(&house.own), Actor::Operator] {
        let entry = Entry {
            happened_at: now(),
            actor,
            action: "documents.delete",
            subject: document.as_uuid(),
            outcome: Outcome::Done,
        };
        in_tx!(house, &house.own, |tx| audit::append(&tx, &entry).await.unwrap());
    }
    let rows = in_tx!(house, &house.own, |tx| tx.query(SQL, &[]).await.unwrap());
    let actors: Vec<&str> = rows.iter().map(|row| row.get("actor")).collect();
    assert_eq!(actors, ["018f0000-0000-7000-8000-0000000000c1", "system", "operator"]);
    for row in &rows {
        let text = |name: &str| row.get::<_, String>(name);
        assert_eq!((text("action"), text("outcome")), ("documents.delete".into(), "done".into()));
        assert_eq!(text("subject"), document.to_string());
    }
}
