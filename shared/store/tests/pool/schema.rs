//! The contract of the shared schema, read from the catalogue: a new table that forgets it fails here.

use vivier_tenancy::names::PoolRole;

use crate::house::{House, in_session, in_tx};

#[tokio::test]
async fn every_table_with_a_tenant_forces_row_security() {
    const SQL: &str = "SELECT t.relname AS name, t.relrowsecurity AS enabled, t.relforcerowsecurity AS forced,\n\
        a.attnotnull AS not_null, a.atttypid::regtype::text AS type,\n\
        (SELECT coalesce(array_agg(format('%s %s %s %s %s', p.permissive, p.roles, p.cmd, p.qual, p.with_check)), '{}')\n\
         FROM pg_policies p WHERE p.schemaname = n.nspname AND p.tablename = t.relname) AS policies\n\
        FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace\n\
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'tenant_id'\n\
        WHERE n.nspname = 'public' AND t.relkind IN ('r', 'p')\n\
        ORDER BY t.relname";
    let house = House::open().await;
    let rows = in_tx!(house, &house.own, |tx| tx.query(SQL, &[]).await.unwrap());
    let expected = "PERMISSIVE {public} ALL (tenant_id = ( SELECT bound_tenant() AS bound_tenant)) \
                    (tenant_id = ( SELECT bound_tenant() AS bound_tenant))";
    let mut names = Vec::new();
    for row in &rows {
        let name: String = row.get("name");
        assert!(row.get::<_, bool>("enabled"), "{name}: row security is not enabled");
        assert!(row.get::<_, bool>("forced"), "{name}: row security is not forced");
        assert!(row.get::<_, bool>("not_null"), "{name}: tenant_id may be null");
        assert_eq!(row.get::<_, String>("type"), "uuid", "{name}");
        assert_eq!(row.get::<_, Vec<String>>("policies"), [expected], "{name}");
        names.push(name);
    }
    for known in [
        "audit_chains",
        "audit_log",
        "chunks",
        "events",
        "legal_holds",
        "purge_reports",
        "sources",
        "terms",
        "test_outcomes",
        "test_questions",
        "test_runs",
        "vectors",
    ] {
        assert!(names.iter().any(|name| name == known), "{known} is missing from {names:?}");
    }
}

#[tokio::test]
async fn what_has_no_tenant_is_closed_to_functions() {
    const SQL: &str = "SELECT t.relname AS name FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace\n\
        WHERE n.nspname = 'public' AND t.relkind IN ('r', 'p', 'v', 'm', 'f')\n\
        AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant_id')\n\
        AND has_table_privilege(t.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')";
    let house = House::open().await;
    for role in PoolRole::ALL {
        let session = async { house.entered_as(role).pool(&house.own).await.unwrap() };
        let rows = in_session!(session, |tx| tx.query(SQL, &[]).await.unwrap());
        let open: Vec<String> = rows.iter().map(|row| row.get("name")).collect();
        assert!(open.is_empty(), "{role:?} may use {open:?}");
    }
}

#[tokio::test]
async fn no_role_of_a_function_has_power_beyond_rows() {
    const SQL: &str = "SELECT\n\
        session_user::text AS name, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS mighty,\n\
        EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS member,\n\
        EXISTS (SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass\n\
                AND d.refobjid = r.oid AND d.deptype = 'o') AS owner,\n\
        has_schema_privilege('public', 'CREATE') AS creates,\n\
        has_database_privilege(current_database(), 'CREATE') AS extends,\n\
        has_database_privilege(current_database(), 'TEMPORARY') AS borrows\n\
        FROM pg_roles r WHERE rolname = session_user";
    let house = House::open().await;
    for role in PoolRole::ALL {
        let session = async { house.entered_as(role).pool(&house.own).await.unwrap() };
        let row = in_session!(session, |tx| tx.query_one(SQL, &[]).await.unwrap());
        assert_eq!(row.get::<_, String>("name"), house.tenancy.names().pool_role(role));
        for power in ["mighty", "member", "owner", "creates", "extends", "borrows"] {
            assert!(!row.get::<_, bool>(power), "{role:?}: {power}");
        }
    }
}

#[tokio::test]
async fn the_audit_log_is_written_by_its_functions_alone() {
    const SQL: &str = "SELECT p.proname::text AS name, p.prosecdef AS definer, p.proconfig AS config,\n\
        pg_get_userbyid(p.proowner) = session_user AS own,\n\
        has_function_privilege('public', p.oid, 'EXECUTE') AS open\n\
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef ORDER BY 1";
    const TABLES: &str = "SELECT bool_or(has_table_privilege(name, 'INSERT, UPDATE, DELETE, TRUNCATE')) AS written,\n\
        bool_or(has_any_column_privilege(name, 'INSERT, UPDATE')) AS columns,\n\
        bool_and(has_table_privilege(name, 'SELECT')) AS read FROM unnest(ARRAY['audit_chains', 'audit_log']) AS name";
    let house = House::open().await;
    let rows = in_tx!(house, &house.own, |tx| tx.query(SQL, &[]).await.unwrap());
    let names: Vec<String> = rows.iter().map(|row| row.get("name")).collect();
    let known = [
        "audit_append",
        "audit_purge",
        "events_drop_through",
        "events_follow_tenant",
        "events_prepare",
        "usage_begin",
        "usage_set_zone",
        "usage_zone",
    ];
    assert_eq!(names, known, "functions with another's rights");
    for row in &rows {
        let config: Vec<String> = row.get("config");
        assert_eq!(config[0], "search_path=pg_catalog, public, pg_temp");
        assert!(!row.get::<_, bool>("own") && !row.get::<_, bool>("open"));
    }
    let row = in_tx!(house, &house.own, |tx| tx.query_one(TABLES, &[]).await.unwrap());
    let may = |name: &str| row.get::<_, bool>(name);
    assert_eq!((may("written"), may("columns"), may("read")), (false, false, true));
}
