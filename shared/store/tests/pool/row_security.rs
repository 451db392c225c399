//! The second lock alone: whatever a statement says, row security shows the bound tenant's rows and no others.

use tokio_postgres::error::SqlState;
use vivier_tenancy::{TenantScope, names::PoolRole};

use crate::{
    house::{House, in_tx, now, refusal, search},
    rights::may,
};

/// A row of each table, for the tenant that `$tenant` stands for. A new table is added here.
const ROWS: &[(&str, &str)] = &[
    ("audit_chains", "INSERT INTO audit_chains (tenant_id) VALUES ($tenant)"),
    (
        "audit_log",
        "INSERT INTO audit_log (tenant_id, entry_id, happened_at, actor, action, subject, outcome, ordinal, office,\n\
                                previous_hash, hash)\n\
         VALUES ($tenant, gen_random_uuid(), now(), 'system', 'test', 'test', 'done', 1, 'platform',\n\
                 sha256(''), sha256(''))",
    ),
    (
        "chunks",
        "INSERT INTO chunks (tenant_id, document_id, edition, ordinal, language, place, heading, body, sentences)\n\
         VALUES ($tenant, gen_random_uuid(), 1, 0, 'fr', '{}', '{}', 'test', '')",
    ),
    (
        "declined_synonyms",
        "INSERT INTO declined_synonyms (tenant_id, project_id, from_words, to_words, declined_at)\n\
         VALUES ($tenant, gen_random_uuid(), 'test', 'test', now())",
    ),
    (
        "events",
        "INSERT INTO events (tenant_id, event_id, kind, occurred_at, detail)\n\
         VALUES ($tenant, gen_random_uuid(), 'search', now(), '{}')",
    ),
    (
        "events_aside",
        "INSERT INTO events_aside (tenant_id, event_id, occurred_at, kind, body)\n\
         VALUES ($tenant, gen_random_uuid(), now(), 'telepathy', '{}')",
    ),
    (
        "legal_holds",
        "INSERT INTO legal_holds (tenant_id, id, scope, kind, reason, placed_at, ends_at)\n\
         VALUES ($tenant, gen_random_uuid(), 'kind', 'events', 'test', now(), now() + interval '1 day')",
    ),
    (
        "purge_reports",
        "INSERT INTO purge_reports (tenant_id, run_id, kind, dry_run, cutoff, removed, complete, finished_at)\n\
         VALUES ($tenant, gen_random_uuid(), 'events', false, now(), 0, true, now())",
    ),
    (
        "query_shares",
        "INSERT INTO query_shares (tenant_id, tag, x, y, project_id, visitors, sealed, seen_at)\n\
         VALUES ($tenant, 'test', sha256(''), sha256(''), gen_random_uuid(), 5, decode(repeat('00', 144), 'hex'), now())",
    ),
    (
        "query_texts",
        "INSERT INTO query_texts (tenant_id, tag, project_id, query, seen_at)\n\
         VALUES ($tenant, 'test', gen_random_uuid(), 'test', now())",
    ),
    (
        "search_tests",
        "INSERT INTO search_tests (tenant_id, project_id, version, tests, changed_at)\n\
         VALUES ($tenant, gen_random_uuid(), 1, '[]', now())",
    ),
    (
        "sources",
        "INSERT INTO sources (tenant_id, document_id, version, edition, name, tags, projects, model, chunks)\n\
         VALUES ($tenant, gen_random_uuid(), 1, 1, 'test', '{}', '{}', 'test', 1)",
    ),
    (
        "terms",
        "INSERT INTO terms (tenant_id, term, document_id, edition, first_ordinal, ordinals, impacts)\n\
         VALUES ($tenant, 'test', gen_random_uuid(), 1, 0, '{0}', '{1}')",
    ),
    (
        "test_questions",
        "INSERT INTO test_questions (tenant_id, project_id, id, question, created_at)\n\
         VALUES ($tenant, gen_random_uuid(), gen_random_uuid(), 'test', now())",
    ),
    // Before what refers to it.
    (
        "test_runs",
        "INSERT INTO test_runs (tenant_id, project_id, id, status, cause, edition, settings, questions, created_at)\n\
         VALUES ($tenant, $tenant, $tenant, 'failed', 'member', 'draft', '{}', 1, now())",
    ),
    (
        "test_outcomes",
        "INSERT INTO test_outcomes (tenant_id, project_id, run_id, ordinal, question)\n\
         VALUES ($tenant, $tenant, $tenant, 0, 'test')",
    ),
    (
        "usage_days",
        "INSERT INTO usage_days (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)\n\
         VALUES ($tenant, '2026-01-01', gen_random_uuid(), 'search', 'found', 'web', 'fr', 1, 1)",
    ),
    (
        "usage_hours",
        "INSERT INTO usage_hours (tenant_id, hour, project_id, kind, outcome, channel, language, count, amount)\n\
         VALUES ($tenant, now(), gen_random_uuid(), 'search', 'found', 'web', 'fr', 1, 1)",
    ),
    ("usage_months", "INSERT INTO usage_months (tenant_id, through) VALUES ($tenant, '2026-01-01')"),
    (
        "usage_subjects",
        "INSERT INTO usage_subjects (tenant_id, grain, kind, day, project_id, subject_id, count)\n\
         VALUES ($tenant, 'day', 'offer_viewed', '2026-01-01', gen_random_uuid(), gen_random_uuid(), 1)",
    ),
    (
        "usage_subject_packs",
        "INSERT INTO usage_subject_packs (tenant_id, grain, kind, day, project_id, pack_id, subjects, counts)\n\
         VALUES ($tenant, 'batch', 'offer_viewed', '2026-01-01', gen_random_uuid(), gen_random_uuid(), '{}', '{}')",
    ),
    (
        "usage_visitors",
        "INSERT INTO usage_visitors (tenant_id, day, project_id, step, visitors, sketch)\n\
         VALUES ($tenant, '2026-01-01', gen_random_uuid(), 'visited', 1, '')",
    ),
    (
        "usage_whole_months",
        "INSERT INTO usage_whole_months (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)\n\
         VALUES ($tenant, '2026-01-01', gen_random_uuid(), 'search', 'found', 'web', 'fr', 1, 1)",
    ),
    (
        "vectors",
        "INSERT INTO vectors (tenant_id, document_id, edition, ordinal, model, dimension, embedding)\n\
         VALUES ($tenant, gen_random_uuid(), 1, 0, 'test', 384, array_fill(0.5, ARRAY[384])::halfvec)",
    ),
];

/// An entry, and with it the chain's row: nobody writes them but the functions that keep the chain.
const APPEND: &str = "SELECT FROM audit_append(gen_random_uuid(), now(), 'platform', 'system', 'test', 'test', 'done', NULL, NULL)";

fn insert(sql: &str, tenant: &TenantScope) -> String {
    sql.replace("$tenant", &format!("'{}'", tenant.tenant()))
}

/// Each role with each table and the statement that adds a row to it.
fn every() -> impl Iterator<Item = (PoolRole, &'static str, &'static str)> {
    PoolRole::ALL.into_iter().flat_map(|role| ROWS.iter().map(move |(table, sql)| (role, *table, *sql)))
}

/// A house in which the own tenant has one row in every table.
async fn furnished() -> House {
    let house = House::open().await;
    for (role, table, sql) in every().filter(|(role, table, _)| may(*role, table, "INSERT")) {
        let added = house.execute_as(role, &house.own, &insert(sql, &house.own)).await.unwrap();
        assert_eq!(added, 1, "{role:?} {table}");
    }
    house.execute(&house.own, APPEND).await.unwrap();
    house
}

/// How many rows of a table are there for whom it is read as.
async fn count(house: &House, scope: &TenantScope, table: &str) -> u64 {
    let reader = PoolRole::ALL.into_iter().find(|role| may(*role, table, "SELECT")).unwrap();
    house.execute_as(reader, scope, &format!("SELECT FROM {table}")).await.unwrap()
}

#[tokio::test]
async fn every_table_is_tried() {
    const SQL: &str = "SELECT t.relname::text AS name FROM pg_class t\n\
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'tenant_id'\n\
        WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition\n\
        ORDER BY 1";
    let house = House::open().await;
    let rows = in_tx!(house, &house.own, |tx| tx.query(SQL, &[]).await.unwrap());
    let tables: Vec<String> = rows.iter().map(|row| row.get("name")).collect();
    let mut tried: Vec<&str> = ROWS.iter().map(|(table, _)| *table).collect();
    tried.sort_unstable();
    assert_eq!(tables, tried);
}

#[tokio::test]
async fn another_tenants_rows_are_not_there() {
    let house = furnished().await;
    for (role, table, _) in every() {
        let column = match table {
            "legal_holds" => "released_at",
            "purge_reports" => "removed",
            "query_texts" if role == PoolRole::Metrics => "seen_at",
            "events" | "events_aside" | "query_shares" | "query_texts" => "stored_at",
            _ => "tenant_id",
        };
        let seen = format!("SELECT FROM {table} WHERE tenant_id = '{}'", house.own.tenant());
        for (right, sql) in [
            ("SELECT", format!("SELECT FROM {table}")),
            ("SELECT", seen),
            ("UPDATE", format!("UPDATE {table} SET {column} = DEFAULT")),
            ("DELETE", format!("DELETE FROM {table}")),
        ] {
            let touched = house.execute_as(role, &house.other, &sql).await;
            if may(role, table, right) {
                assert_eq!(touched.unwrap(), 0, "{role:?}: {sql}");
            } else {
                let error = touched.unwrap_err();
                assert_eq!(
                    refusal(&error),
                    Some(&SqlState::INSUFFICIENT_PRIVILEGE),
                    "{role:?}: {sql}: {error:?}"
                );
            }
        }
        if may(role, table, "SELECT") {
            let own = house.execute_as(role, &house.own, &format!("SELECT FROM {table}")).await.unwrap();
            assert_eq!(own, 1, "{role:?}: {table}");
        }
        assert_eq!(count(&house, &house.own, table).await, 1, "{table}");
    }
}

#[tokio::test]
async fn without_a_tenant_there_are_no_rows() {
    let house = furnished().await;
    for unset in ["SELECT set_config('vivier.tenant', '', true)", "SET LOCAL vivier.tenant TO DEFAULT"] {
        for (role, table, sql) in every() {
            let mut session = house.entered_as(role).pool(&house.own).await.unwrap();
            let tx = session.begin().await.unwrap();
            tx.execute(unset, &[]).await.unwrap();
            if may(role, table, "SELECT") {
                let seen = tx.execute(&format!("SELECT FROM {table}"), &[]).await.unwrap();
                assert_eq!(seen, 0, "{role:?}: {table}");
            }
            let error = tx.execute(&insert(sql, &house.own), &[]).await.unwrap_err();
            assert_eq!(
                refusal(&error),
                Some(&SqlState::INSUFFICIENT_PRIVILEGE),
                "{role:?}: {table}: {error:?}"
            );
        }
    }
}

#[tokio::test]
async fn nobody_writes_for_another_tenant() {
    let house = furnished().await;
    for (role, table, sql) in every() {
        let stolen = format!("UPDATE {table} SET tenant_id = '{}'", house.other.tenant());
        for sql in [insert(sql, &house.other), stolen] {
            let error = house.execute_as(role, &house.own, &sql).await.unwrap_err();
            assert_eq!(
                refusal(&error),
                Some(&SqlState::INSUFFICIENT_PRIVILEGE),
                "{role:?}: {table}: {error:?}"
            );
        }
        assert_eq!(count(&house, &house.other, table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_tenant_is_bound_for_one_transaction() {
    let house = furnished().await;
    for (role, table) in [(PoolRole::App, "chunks"), (PoolRole::Retention, "purge_reports")] {
        {
            let mut session = house.entered_as(role).pool(&house.own).await.unwrap();
            // Not committed: dropped, as by an error.
            let tx = session.begin().await.unwrap();
            assert_eq!(tx.execute(&format!("DELETE FROM {table}"), &[]).await.unwrap(), 1);
        }
        assert_eq!(count(&house, &house.own, table).await, 1, "what was not committed did not happen");
        assert_eq!(count(&house, &house.other, table).await, 0, "the next transaction is another tenant's");
    }
}

#[tokio::test]
async fn the_lock_cannot_be_lifted() {
    let house = furnished().await;
    let name = |role| house.tenancy.names().pool_role(role);
    for (entered, other) in [
        (PoolRole::App, PoolRole::Metrics),
        (PoolRole::Metrics, PoolRole::Retention),
        (PoolRole::Retention, PoolRole::App),
    ] {
        let (role, other) = (name(entered), name(other));
        let administrator = vivier_tenancy::names::Names::ADMINISTRATOR_ROLE;
        for sql in [
            "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE events NO FORCE ROW LEVEL SECURITY",
            &format!("ALTER TABLE events OWNER TO {role}"),
            "DROP POLICY own_tenant ON events",
            "ALTER POLICY own_tenant ON events USING (true)",
            "CREATE POLICY all_tenants ON events USING (true)",
            "CREATE OR REPLACE FUNCTION bound_tenant() RETURNS uuid LANGUAGE sql RETURN NULL::uuid",
            "CREATE TABLE copies (id uuid)",
            "CREATE TEMPORARY TABLE copies (id uuid)",
            "TRUNCATE events",
            "TRUNCATE audit_log",
            "ALTER FUNCTION audit_append SECURITY INVOKER",
            "DROP FUNCTION audit_purge",
            "DROP TABLE events",
            "SELECT * FROM tenants",
            "INSERT INTO tenants VALUES (gen_random_uuid())",
            "DELETE FROM refinery_schema_history",
            &format!("ALTER ROLE {role} BYPASSRLS"),
            &format!("ALTER ROLE {role} SUPERUSER"),
            &format!("GRANT {administrator} TO {role}"),
            &format!("GRANT {other} TO {role}"),
            &format!("SET ROLE {administrator}"),
            &format!("SET ROLE {other}"),
            &format!("SET SESSION AUTHORIZATION {administrator}"),
            "CREATE ROLE helper",
            "CREATE DATABASE elsewhere",
            "COPY events TO PROGRAM 'true'",
        ] {
            let error = house.execute_as(entered, &house.own, sql).await.unwrap_err();
            // CREATE DATABASE is refused before its privilege is looked at: it cannot run in a transaction.
            let expected = [SqlState::INSUFFICIENT_PRIVILEGE, SqlState::ACTIVE_SQL_TRANSACTION];
            let refused = refusal(&error).is_some_and(|code| expected.contains(code));
            assert!(refused, "{entered:?}: {sql}: {error:?}");
        }
    }
}

#[tokio::test]
async fn turning_row_security_off_shows_an_error_instead_of_rows() {
    let house = furnished().await;
    for role in PoolRole::ALL {
        let mut session = house.entered_as(role).pool(&house.other).await.unwrap();
        let tx = session.begin().await.unwrap();
        tx.execute("SET LOCAL row_security = off", &[]).await.unwrap();
        let error = tx.query("SELECT FROM events", &[]).await.unwrap_err();
        assert_eq!(refusal(&error), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{role:?}: {error:?}");
    }
}

#[tokio::test]
async fn references_say_nothing_about_other_tenants() {
    let house = furnished().await;
    // The same id in two tenants is two events: neither can find out whether the other has it.
    let event = search(&house.own, now());
    assert_eq!(house.store(&house.own, std::slice::from_ref(&event)).await, 1);
    assert_eq!(house.store(&house.other, std::slice::from_ref(&event)).await, 1);
}
