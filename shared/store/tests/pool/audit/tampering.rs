//! Whoever has every right on the database can change the log, but not without being found out.

use vivier_store::audit::{self, Break, Fault, Link};
use vivier_tenancy::names::PoolRole;

use super::{add, administrator::tamper, all, verify};
use crate::house::{House, days_ago, in_purge, in_tx, now, refusal};

/// Ten entries of which the first four were purged.
async fn purged_once() -> House {
    let house = House::open().await;
    let moments: Vec<_> = (0..10).map(|number| days_ago(100 - number)).collect();
    add(&house, &house.own, &moments).await;
    add(&house, &house.other, &moments).await;
    let gone = in_purge!(house, &house.own, |tx| audit::purge(&tx, days_ago(96), 100).await.unwrap());
    assert_eq!(gone, 4);
    house
}

#[tokio::test]
async fn each_kind_is_found_where_it_is() {
    let rewritten = "DO $$ DECLARE entry audit_log; before bytea; BEGIN\n\
        SELECT anchor_hash INTO before FROM audit_chains;\n\
        FOR entry IN SELECT * FROM audit_log ORDER BY ordinal LOOP\n\
            entry.previous_hash := before; before := audit_hash(entry);\n\
            UPDATE audit_log SET previous_hash = entry.previous_hash, hash = before WHERE ordinal = entry.ordinal;\n\
        END LOOP;\n\
        UPDATE audit_chains SET head_hash = before; END $$";
    let whole = format!("UPDATE audit_log SET subject = 'another' WHERE ordinal = 7; {rewritten}");
    for (what, statements, expected) in [
        ("nothing", "SELECT 1", None),
        ("changed", "UPDATE audit_log SET subject = 'another' WHERE ordinal = 7", Some((7, Fault::Changed))),
        (
            "changed with its hash",
            "UPDATE audit_log l SET subject = 'another' WHERE ordinal = 7;\n\
             UPDATE audit_log l SET hash = audit_hash(l) WHERE ordinal = 7",
            Some((8, Fault::Misplaced)),
        ),
        ("removed", "DELETE FROM audit_log WHERE ordinal = 7", Some((7, Fault::Missing))),
        ("the last removed", "DELETE FROM audit_log WHERE ordinal = 10", Some((10, Fault::Missing))),
        (
            "inserted behind the end",
            "INSERT INTO audit_log SELECT tenant_id, gen_random_uuid(), happened_at, actor, action, subject, outcome, 11,\n\
             office, from_address, request_id, hash, hash FROM audit_log WHERE ordinal = 10",
            Some((11, Fault::Inserted)),
        ),
        (
            "inserted before the beginning",
            "INSERT INTO audit_log SELECT tenant_id, gen_random_uuid(), happened_at, actor, action, subject, outcome, 3,\n\
             office, from_address, request_id, hash, hash FROM audit_log WHERE ordinal = 10",
            Some((3, Fault::Inserted)),
        ),
        (
            "two exchanged",
            "UPDATE audit_log SET ordinal = 70 WHERE ordinal = 7; UPDATE audit_log SET ordinal = 7 WHERE ordinal = 8;\n\
             UPDATE audit_log SET ordinal = 8 WHERE ordinal = 70",
            Some((7, Fault::Changed)),
        ),
        (
            "the end moved back",
            "UPDATE audit_chains SET head_ordinal = 8, head_hash = (SELECT hash FROM audit_log WHERE ordinal = 8)",
            Some((9, Fault::Inserted)),
        ),
        ("the end moved on", "UPDATE audit_chains SET head_ordinal = 12", Some((11, Fault::Missing))),
        ("the end's hash", "UPDATE audit_chains SET head_hash = sha256('')", Some((10, Fault::HeadMoved))),
        ("the beginning moved on", "UPDATE audit_chains SET anchor_ordinal = 6", Some((5, Fault::Inserted))),
        ("the chain's row removed", "DELETE FROM audit_chains", Some((5, Fault::Inserted))),
        ("all written anew", &whole, None),
    ] {
        let house = purged_once().await;
        let noted = all(&house, &house.own).await[4].link;
        tamper(&house, &house.own, statements).await;
        let broken = verify(&house, &house.own).await.broken_at;
        assert_eq!(broken, expected.map(|(ordinal, fault)| Break { ordinal, fault }), "{what}");
        let other = verify(&house, &house.other).await;
        assert_eq!((other.entries, other.broken_at), (10, None), "{what}: the other tenant's is whole");
        if what == "all written anew" {
            let found = in_tx!(house, &house.own, |tx| audit::verify(&tx, Some(noted)).await.unwrap());
            assert_eq!(found.broken_at, Some(Break { ordinal: noted.ordinal, fault: Fault::NotAsNoted }));
        }
    }
}

#[tokio::test]
async fn an_end_noted_once_stays_in_the_chain() {
    let house = purged_once().await;
    let noted = verify(&house, &house.own).await.head;
    add(&house, &house.own, &[now(), now()]).await;
    let cut_off = Link { ordinal: 13, hash: noted.hash };
    for (noted, expected) in [(noted, None), (cut_off, Some(Break { ordinal: 13, fault: Fault::Missing }))] {
        let found = in_tx!(house, &house.own, |tx| audit::verify(&tx, Some(noted)).await.unwrap());
        assert_eq!(found.broken_at, expected, "{noted:?}");
    }
}

/// Changes of the log that do not go through its functions.
const WRITES: &[&str] = &[
    "UPDATE audit_log SET outcome = 'refused'",
    "DELETE FROM audit_log",
    "INSERT INTO audit_log SELECT * FROM audit_log WHERE false",
    "UPDATE audit_chains SET head_ordinal = 5",
    "DELETE FROM audit_chains",
    "SELECT FROM audit_chains FOR UPDATE",
    "TRUNCATE audit_log",
    "ALTER TABLE audit_log DISABLE ROW LEVEL SECURITY",
    "CREATE OR REPLACE FUNCTION audit_hash(entry audit_log) RETURNS bytea LANGUAGE sql RETURN sha256('')",
];

#[tokio::test]
async fn no_role_of_a_function_changes_anything() {
    let house = purged_once().await;
    for (role, sql) in PoolRole::ALL.into_iter().flat_map(|role| WRITES.iter().map(move |sql| (role, sql))) {
        let error = house.execute_as(role, &house.own, sql).await.unwrap_err();
        assert_eq!(
            refusal(&error),
            Some(&tokio_postgres::error::SqlState::INSUFFICIENT_PRIVILEGE),
            "{role:?}: {sql}: {error:?}"
        );
    }
    assert_eq!(verify(&house, &house.own).await.entries, 6);
}
