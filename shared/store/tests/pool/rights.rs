//! What each role of functions may do on the shared database, and nothing else: a right too many fails here.

use tokio_postgres::error::SqlState;
use vivier_tenancy::names::PoolRole;

use crate::house::{House, in_session, refusal};

/// Table or function, right, and the one column where it is not all of them.
const APP: &[&str] = &[
    "audit_append EXECUTE ",
    "audit_chains SELECT ",
    "audit_log SELECT ",
    "chunks DELETE ",
    "chunks INSERT ",
    "chunks SELECT ",
    "chunks UPDATE ",
    "declined_synonyms INSERT ",
    "declined_synonyms SELECT ",
    "events SELECT ",
    "legal_holds SELECT kind",
    "legal_holds SELECT over_at",
    "legal_holds SELECT scope",
    "legal_holds SELECT subject",
    "legal_holds SELECT tenant_id",
    "query_texts SELECT ",
    "search_tests INSERT ",
    "search_tests SELECT ",
    "search_tests UPDATE ",
    "sources DELETE ",
    "sources INSERT ",
    "sources SELECT ",
    "sources UPDATE ",
    "terms DELETE ",
    "terms INSERT ",
    "terms SELECT ",
    "terms UPDATE ",
    "test_outcomes DELETE ",
    "test_outcomes INSERT ",
    "test_outcomes SELECT ",
    "test_outcomes UPDATE ",
    "test_questions DELETE ",
    "test_questions INSERT ",
    "test_questions SELECT ",
    "test_questions UPDATE ",
    "test_runs DELETE ",
    "test_runs INSERT ",
    "test_runs SELECT ",
    "test_runs UPDATE ",
    "usage_days SELECT ",
    "usage_hours SELECT ",
    "usage_months SELECT ",
    "usage_set_zone EXECUTE ",
    "usage_subject_packs SELECT ",
    "usage_subjects SELECT ",
    "usage_visitors SELECT ",
    "usage_whole_months SELECT ",
    "usage_zone EXECUTE ",
    "vectors DELETE ",
    "vectors INSERT ",
    "vectors SELECT ",
    "vectors UPDATE ",
];
const METRICS: &[&str] = &[
    "audit_append EXECUTE ",
    "events INSERT ",
    "events SELECT ",
    "events_aside INSERT ",
    "events_aside SELECT ",
    "query_shares DELETE ",
    "query_shares INSERT ",
    "query_shares SELECT ",
    "query_texts INSERT ",
    "query_texts SELECT seen_at",
    "query_texts SELECT tag",
    "query_texts SELECT tenant_id",
    "query_texts UPDATE seen_at",
    "usage_begin EXECUTE ",
    "usage_days INSERT ",
    "usage_days SELECT ",
    "usage_days UPDATE ",
    "usage_hours INSERT ",
    "usage_hours SELECT ",
    "usage_hours UPDATE ",
    "usage_months INSERT ",
    "usage_months SELECT ",
    "usage_months UPDATE ",
    "usage_subject_packs DELETE ",
    "usage_subject_packs INSERT ",
    "usage_subject_packs SELECT ",
    "usage_subjects INSERT ",
    "usage_subjects SELECT ",
    "usage_subjects UPDATE ",
    "usage_visitors INSERT ",
    "usage_visitors SELECT ",
    "usage_visitors UPDATE ",
    "usage_whole_months INSERT ",
    "usage_whole_months SELECT ",
    "usage_whole_months UPDATE ",
];
const RETENTION: &[&str] = &[
    "audit_append EXECUTE ",
    "audit_log SELECT happened_at",
    "audit_log SELECT ordinal",
    "audit_log SELECT tenant_id",
    "audit_purge EXECUTE ",
    "declined_synonyms DELETE ",
    "declined_synonyms SELECT declined_at",
    "declined_synonyms SELECT tenant_id",
    "events DELETE ",
    "events SELECT event_id",
    "events SELECT occurred_at",
    "events SELECT tenant_id",
    "events UPDATE stored_at",
    "events_aside DELETE ",
    "events_aside SELECT event_id",
    "events_aside SELECT occurred_at",
    "events_aside SELECT tenant_id",
    "events_aside UPDATE stored_at",
    "events_drop_through EXECUTE ",
    "events_prepare EXECUTE ",
    "legal_holds DELETE ",
    "legal_holds INSERT ",
    "legal_holds SELECT ",
    "legal_holds UPDATE ends_at",
    "legal_holds UPDATE released_at",
    "legal_holds UPDATE released_by",
    "purge_reports DELETE ",
    "purge_reports INSERT ",
    "purge_reports SELECT ",
    "purge_reports UPDATE complete",
    "purge_reports UPDATE finished_at",
    "purge_reports UPDATE held",
    "purge_reports UPDATE removed",
    "query_shares DELETE ",
    "query_shares SELECT seen_at",
    "query_shares SELECT tag",
    "query_shares SELECT tenant_id",
    "query_shares SELECT x",
    "query_shares UPDATE stored_at",
    "query_texts DELETE ",
    "query_texts SELECT seen_at",
    "query_texts SELECT tag",
    "query_texts SELECT tenant_id",
    "query_texts UPDATE stored_at",
    "test_runs DELETE ",
    "test_runs SELECT created_at",
    "test_runs SELECT id",
    "test_runs SELECT project_id",
    "test_runs SELECT status",
    "test_runs SELECT tenant_id",
    "usage_days DELETE ",
    "usage_days SELECT day",
    "usage_days SELECT tenant_id",
    "usage_hours DELETE ",
    "usage_hours SELECT hour",
    "usage_hours SELECT tenant_id",
    "usage_subject_packs DELETE ",
    "usage_subject_packs SELECT day",
    "usage_subject_packs SELECT tenant_id",
    "usage_subjects DELETE ",
    "usage_subjects SELECT day",
    "usage_subjects SELECT tenant_id",
    "usage_visitors DELETE ",
    "usage_visitors SELECT day",
    "usage_visitors SELECT tenant_id",
    "usage_whole_months DELETE ",
    "usage_whole_months SELECT day",
    "usage_whole_months SELECT tenant_id",
];

const DEPARTURE: &[&str] = &[
    "audit_append EXECUTE ",
    "audit_chains SELECT ",
    "audit_log SELECT ",
    "chunks SELECT ",
    "declined_synonyms SELECT ",
    "events SELECT ",
    "events_aside SELECT ",
    "legal_holds SELECT ",
    "purge_reports SELECT ",
    "query_texts SELECT ",
    "search_tests SELECT ",
    "sources SELECT ",
    "terms SELECT ",
    "test_outcomes SELECT ",
    "test_questions SELECT ",
    "test_runs SELECT ",
    "usage_days SELECT ",
    "usage_hours SELECT ",
    "usage_months SELECT ",
    "usage_subject_packs SELECT ",
    "usage_subjects SELECT ",
    "usage_visitors SELECT ",
    "usage_whole_months SELECT ",
    "usage_zone EXECUTE ",
    "vectors SELECT ",
];

const BREACHES: &[&str] = &[
    "audit_append EXECUTE ",
    "audit_chains SELECT tenant_id",
    "audit_log SELECT actor",
    "audit_log SELECT tenant_id",
    "chunks SELECT tenant_id",
    "declined_synonyms SELECT tenant_id",
    "events SELECT tenant_id",
    "events_aside SELECT tenant_id",
    "legal_holds SELECT subject",
    "legal_holds SELECT tenant_id",
    "purge_reports SELECT tenant_id",
    "query_shares SELECT tenant_id",
    "query_texts SELECT tenant_id",
    "search_tests SELECT tenant_id",
    "sources SELECT tenant_id",
    "terms SELECT tenant_id",
    "test_outcomes SELECT tenant_id",
    "test_questions SELECT tenant_id",
    "test_runs SELECT tenant_id",
    "usage_days SELECT tenant_id",
    "usage_hours SELECT tenant_id",
    "usage_months SELECT tenant_id",
    "usage_subject_packs SELECT tenant_id",
    "usage_subjects SELECT tenant_id",
    "usage_visitors SELECT tenant_id",
    "usage_whole_months SELECT tenant_id",
    "vectors SELECT tenant_id",
];

const fn rights(role: PoolRole) -> &'static [&'static str] {
    match role {
        PoolRole::App => APP,
        PoolRole::Metrics => METRICS,
        PoolRole::Retention => RETENTION,
        PoolRole::Departure => DEPARTURE,
        PoolRole::Breaches => BREACHES,
    }
}

/// Whether a role may do this with a table, or with some column of it.
pub(crate) fn may(role: PoolRole, table: &str, right: &str) -> bool {
    rights(role).iter().any(|known| known.starts_with(&format!("{table} {right} ")))
}

#[tokio::test]
async fn no_role_has_others_than_these() {
    const SQL: &str = "SELECT format('%s %s %s', held.name, held.privilege, held.place) AS held FROM (\n\
            SELECT c.relname AS name, a.privilege_type AS privilege, '' AS place, a.grantee\n\
            FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'public'::regnamespace\n\
            UNION ALL\n\
            SELECT c.relname, a.privilege_type, t.attname, a.grantee\n\
            FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a\n\
            WHERE c.relnamespace = 'public'::regnamespace\n\
            UNION ALL\n\
            SELECT p.proname, a.privilege_type, '', a.grantee\n\
            FROM pg_proc p, aclexplode(p.proacl) a WHERE p.pronamespace = 'public'::regnamespace\n\
        ) AS held JOIN pg_roles r ON r.oid = held.grantee\n\
        WHERE r.rolname = session_user ORDER BY held.name COLLATE \"C\", held.privilege, held.place COLLATE \"C\"";
    let house = House::open().await;
    for role in PoolRole::ALL {
        let session = async { house.entered_as(role).pool(&house.own).await.unwrap() };
        let rows = in_session!(session, |tx| tx.query(SQL, &[]).await.unwrap());
        let held: Vec<String> = rows.iter().map(|row| row.get("held")).collect();
        assert_eq!(held, rights(role), "{role:?}");
    }
}

#[tokio::test]
async fn who_removes_does_not_read_and_who_reads_does_not_remove() {
    let house = House::open().await;
    for (role, sql) in [
        (PoolRole::App, "SELECT audit_purge(now(), 1000)"),
        (PoolRole::App, "DELETE FROM audit_log"),
        (PoolRole::App, "DELETE FROM events"),
        (PoolRole::App, "UPDATE events SET occurred_at = now()"),
        (PoolRole::App, "DELETE FROM purge_reports"),
        (PoolRole::App, "UPDATE purge_reports SET removed = 0"),
        (PoolRole::Retention, "SELECT body FROM chunks"),
        (PoolRole::Retention, "SELECT count(*) FROM chunks"),
        (PoolRole::Retention, "DELETE FROM chunks"),
        (PoolRole::Retention, "SELECT detail FROM events"),
        (PoolRole::Retention, "SELECT query FROM query_texts"),
        (PoolRole::Retention, "SELECT y FROM query_shares"),
        (PoolRole::App, "DELETE FROM query_texts"),
        (PoolRole::App, "UPDATE query_texts SET query = ''"),
        (PoolRole::Metrics, "UPDATE query_texts SET query = ''"),
        (PoolRole::Metrics, "DELETE FROM events"),
        (PoolRole::Metrics, "SELECT count(*) FROM chunks"),
        (PoolRole::Metrics, "SELECT count(*) FROM audit_log"),
        (PoolRole::Retention, "SELECT from_address FROM audit_log"),
        (PoolRole::Retention, "UPDATE events SET occurred_at = now()"),
        (PoolRole::Retention, "UPDATE purge_reports SET cutoff = now()"),
        (PoolRole::Breaches, "SELECT from_address FROM audit_log"),
        (PoolRole::Breaches, "SELECT reason FROM legal_holds"),
        (PoolRole::Breaches, "SELECT body FROM chunks"),
        (PoolRole::Breaches, "SELECT query FROM query_texts"),
        (PoolRole::Breaches, "DELETE FROM audit_log"),
        (PoolRole::Breaches, "DELETE FROM events"),
        (PoolRole::Breaches, "UPDATE legal_holds SET reason = ''"),
    ] {
        let error = house.execute_as(role, &house.own, sql).await.unwrap_err();
        assert_eq!(refusal(&error), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{role:?}: {sql}: {error:?}");
    }
}

/// Whoever else reaches the key that shares are made by could test guesses at them.
#[tokio::test]
async fn shares_are_for_metrics_alone() {
    let house = House::open().await;
    for role in PoolRole::ALL {
        for (sql, allowed) in [
            ("SELECT x, y, sealed FROM query_shares", role == PoolRole::Metrics),
            ("SELECT count(*) FROM query_shares", !matches!(role, PoolRole::App | PoolRole::Departure)),
            ("INSERT INTO query_shares SELECT * FROM query_shares", role == PoolRole::Metrics),
            ("UPDATE query_shares SET y = x", false),
            ("DELETE FROM query_shares", matches!(role, PoolRole::Metrics | PoolRole::Retention)),
            ("SELECT * FROM query_shares FOR UPDATE", false),
        ] {
            let outcome = house.execute_as(role, &house.own, sql).await;
            let refused = outcome.as_ref().err().and_then(refusal);
            let expected = (!allowed).then_some(&SqlState::INSUFFICIENT_PRIVILEGE);
            assert_eq!(refused, expected, "{role:?}: {sql}: {outcome:?}");
        }
    }
}
