"""The second lock: PostgreSQL. Row security in the shared database, a database and a role for each tenant, TLS."""

from __future__ import annotations

import re
import uuid

import psycopg
import pytest

from .stage import POOL, Stage
from .tenants import Tenant


class TestSharedDatabase:
    """Row security, as the roles of functions meet it."""

    TABLES = ("sources", "chunks", "vectors", "terms", "test_questions", "test_runs", "test_outcomes",
              "query_shares", "query_texts", "search_tests", "declined_synonyms",
              "events", "events_aside", "usage_hours", "usage_days", "usage_subjects", "usage_subject_packs", "usage_months", "usage_whole_months", "usage_visitors", "audit_log", "audit_chains", "purge_reports",
              "legal_holds")  # fmt: skip
    ROLES = ("app", "metrics", "retention")
    SEEN = [("app", "sources"), ("app", "chunks"), ("app", "vectors"), ("app", "terms"), ("app", "test_questions"), ("app", "test_runs"),
            ("app", "test_outcomes"), ("app", "events"), ("app", "query_texts"), ("app", "audit_log"), ("app", "audit_chains"),
            ("metrics", "events"), ("metrics", "query_shares"), ("metrics", "query_texts"),
            ("retention", "events"), ("retention", "query_shares"), ("retention", "query_texts"),
            ("retention", "audit_log"), ("retention", "purge_reports"), ("retention", "legal_holds")]  # fmt: skip
    #: Table to the role that removes from it.
    WRITABLE = {"sources": "app", "chunks": "app", "vectors": "app", "terms": "app", "test_questions": "app", "test_runs": "app",
                "test_outcomes": "app", "events": "retention", "query_shares": "retention", "query_texts": "retention",
                "purge_reports": "retention", "legal_holds": "retention"}  # fmt: skip
    #: Table to a column that is written; `edition` where none is named.
    COLUMN = {"events": "stored_at", "query_shares": "stored_at", "query_texts": "stored_at", "purge_reports": "removed", "legal_holds": "released_at",
              "test_questions": "question", "test_outcomes": "place"}  # fmt: skip

    @pytest.fixture(autouse=True)
    def _rows(self, stage: Stage, alpha: Tenant, beta: Tenant) -> None:
        for tenant in (alpha, beta):
            with stage.pool(tenant.tenant_id, "metrics") as connection:
                connection.execute(
                    "INSERT INTO events (tenant_id, event_id, kind, occurred_at, detail)"
                    " VALUES (bound_tenant(), %s, 'search', now(), '{}')", [uuid.uuid4()]
                )  # fmt: skip
                connection.execute(
                    "INSERT INTO query_shares (tenant_id, tag, x, y, project_id, visitors, sealed, seen_at)"
                    " VALUES (bound_tenant(), %s, sha256(''), sha256(''), %s, 5, decode(repeat('00', 144), 'hex'), now())",
                    [uuid.uuid4().hex, uuid.uuid4()],
                )
                connection.execute(
                    "INSERT INTO query_texts (tenant_id, tag, project_id, query, seen_at)"
                    " VALUES (bound_tenant(), %s, %s, 'test', now())", [uuid.uuid4().hex, uuid.uuid4()]
                )  # fmt: skip
            with stage.pool(tenant.tenant_id) as connection:
                project, run = uuid.uuid4(), uuid.uuid4()
                connection.execute(
                    "INSERT INTO test_questions (tenant_id, project_id, id, question, created_at)"
                    " VALUES (bound_tenant(), %s, %s, 'test', now())", [project, uuid.uuid4()]
                )  # fmt: skip
                connection.execute(
                    "INSERT INTO test_runs (tenant_id, project_id, id, status, cause, edition, settings, questions, created_at)"
                    " VALUES (bound_tenant(), %s, %s, 'failed', 'member', 'draft', '{}', 1, now())", [project, run]
                )  # fmt: skip
                connection.execute(
                    "INSERT INTO test_outcomes (tenant_id, project_id, run_id, ordinal, question)"
                    " VALUES (bound_tenant(), %s, %s, 0, 'test')", [project, run]
                )  # fmt: skip
            with stage.pool(tenant.tenant_id, "retention") as connection:
                connection.execute(
                    "INSERT INTO purge_reports VALUES (bound_tenant(), %s, 'events', true, now(), 0, true, now())", [uuid.uuid4()]
                )
                connection.execute(
                    "INSERT INTO legal_holds (tenant_id, id, scope, kind, reason, placed_at, ends_at)"
                    " VALUES (bound_tenant(), %s, 'kind', 'feed_runs', 'test', now(), now() + interval '1 second')", [uuid.uuid4()]
                )  # fmt: skip
            stage.enter(tenant.tenant_id, "row")

    @pytest.mark.parametrize(("role", "table"), SEEN)
    def test_without_a_tenant_there_are_no_rows(self, stage: Stage, role: str, table: str):
        with stage.pool(None, role) as connection:
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
            if self.WRITABLE.get(table) == role:
                assert connection.execute(f"DELETE FROM {table}").rowcount == 0

    @pytest.mark.parametrize(("role", "table"), SEEN)
    def test_with_one_there_are_its_own_only(self, stage: Stage, alpha: Tenant, beta: Tenant, role: str, table: str):
        column = self.COLUMN.get(table, "edition")
        for own, other in ((alpha, beta), (beta, alpha)):
            with stage.pool(own.tenant_id, role) as connection:
                assert connection.execute(f"SELECT DISTINCT tenant_id::text FROM {table}").fetchall() == [(own.tenant_id,)]
                for statement in ("DELETE FROM {} WHERE tenant_id = %s", f"UPDATE {{}} SET {column} = DEFAULT WHERE tenant_id = %s"):
                    if self.WRITABLE.get(table) != role:
                        continue
                    assert connection.execute(statement.format(table), [other.tenant_id]).rowcount == 0

    @pytest.mark.parametrize("bound", ["alpha", "nobody"])
    def test_nothing_is_written_for_another(self, stage: Stage, alpha: Tenant, beta: Tenant, bound: str):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            with stage.pool(alpha.tenant_id if bound == "alpha" else None, "metrics") as connection:
                connection.execute(
                    "INSERT INTO events (tenant_id, event_id, kind, occurred_at, detail) VALUES (%s, %s, 'search', now(), '{}')",
                    [beta.tenant_id, uuid.uuid4()],
                )

    @pytest.mark.parametrize("table", ["audit_log", "audit_chains"])
    @pytest.mark.parametrize(
        "statement",
        ["DELETE FROM {}", "UPDATE {} SET tenant_id = tenant_id", "TRUNCATE {}", "INSERT INTO {} SELECT * FROM {} LIMIT 1",
         "ALTER TABLE {} DISABLE TRIGGER ALL", "SELECT * FROM {} FOR UPDATE"],
    )  # fmt: skip
    def test_the_log_is_added_to_and_never_changed(self, stage: Stage, alpha: Tenant, table: str, statement: str):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), stage.pool(alpha.tenant_id) as connection:
            connection.execute(statement.format(table, table))

    @pytest.mark.parametrize(
        ("role", "statement"),
        [("app", "SELECT audit_purge(now(), 1000)"), ("app", "DELETE FROM events"), ("app", "SELECT * FROM purge_reports"), ("app", "SELECT reason FROM legal_holds"),
         ("metrics", "SELECT audit_purge(now(), 1000)"), ("metrics", "DELETE FROM events"), ("metrics", "SELECT count(*) FROM chunks"),
         ("metrics", "SELECT query FROM query_texts"), ("metrics", "SELECT actor FROM audit_log"),
         ("retention", "SELECT count(*) FROM chunks"), ("retention", "SELECT detail FROM events"),
         ("retention", "SELECT y FROM query_shares"), ("retention", "SELECT query FROM query_texts"),
         ("retention", "SELECT actor FROM audit_log")],
    )  # fmt: skip
    def test_who_removes_does_not_read_and_who_reads_does_not_remove(
        self, stage: Stage, alpha: Tenant, role: str, statement: str
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), stage.pool(alpha.tenant_id, role) as connection:
            connection.execute(statement)

    @pytest.mark.parametrize("statement", ["SELECT count(*) FROM query_shares", "SELECT y FROM query_shares", "DELETE FROM query_shares",
                                           "INSERT INTO query_shares SELECT * FROM query_shares", "UPDATE query_shares SET y = x",
                                           "INSERT INTO query_texts SELECT * FROM query_texts", "UPDATE query_texts SET seen_at = now()",
                                           "INSERT INTO events SELECT * FROM events"])  # fmt: skip
    def test_who_reaches_the_key_of_shares_reaches_no_share(self, stage: Stage, alpha: Tenant, statement: str):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), stage.pool(alpha.tenant_id, "app") as connection:
            connection.execute(statement)

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("call", ["audit_append(gen_random_uuid(), now(), 'back', 'm', 'a', 's', 'done', NULL, NULL)",
                                      "audit_purge(now(), 1)"])  # fmt: skip
    def test_nobody_enters_or_purges_without_a_tenant(self, stage: Stage, call: str, role: str):
        with stage.connect(POOL) as admin:
            before = admin.execute("SELECT count(*), max(happened_at) FROM audit_log").fetchone()
        try:
            with stage.pool(None, role) as connection:
                assert connection.execute(f"SELECT {call}").fetchone() == (0,)
        except psycopg.errors.InsufficientPrivilege:
            pass
        with stage.connect(POOL) as admin:
            assert admin.execute("SELECT count(*), max(happened_at) FROM audit_log").fetchone() == before

    @pytest.mark.parametrize("role", ROLES)
    def test_nothing_is_moved_to_another(self, stage: Stage, alpha: Tenant, beta: Tenant, role: str):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), stage.pool(alpha.tenant_id, role) as connection:
            connection.execute("UPDATE events SET tenant_id = %s", [beta.tenant_id])

    def test_the_binding_ends_with_its_transaction(self, stage: Stage, alpha: Tenant):
        with stage.connect(POOL, stage.secret(f"vivier_{stage.name}_app")) as connection:
            with connection.transaction():
                connection.execute("SELECT set_config('vivier.tenant', %s, true)", [alpha.tenant_id])
                assert connection.execute("SELECT count(*) FROM events").fetchone() > (0,)
            assert connection.execute("SELECT count(*) FROM events").fetchone() == (0,)

    @pytest.mark.parametrize(
        "statement",
        [
            "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE events NO FORCE ROW LEVEL SECURITY",
            "DROP POLICY own_tenant ON events",
            "CREATE POLICY open ON events USING (true)",
            "DROP TABLE events",
            "TRUNCATE events",
            "SELECT * FROM tenants",
            "INSERT INTO tenants VALUES (gen_random_uuid())",
            "CREATE OR REPLACE FUNCTION bound_tenant() RETURNS uuid LANGUAGE sql RETURN NULL::uuid",
            "CREATE TABLE public.loot (id int)",
            "CREATE ROLE burglar",
            "SET ROLE vivier_admin",
            "COPY events TO PROGRAM 'cat'",
            "SELECT pg_read_file('/etc/passwd')",
        ],
    )
    @pytest.mark.parametrize("role", ROLES)
    def test_no_role_of_functions_can_lift_it(self, stage: Stage, statement: str, role: str):
        with stage.connect(POOL, stage.secret(f"vivier_{stage.name}_{role}")) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)

    def test_the_role_has_no_way_around(self, stage: Stage, alpha: Tenant):
        with stage.connect("postgres") as admin:
            roles = admin.execute(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = ANY(%s)",
                [[*(f"vivier_{stage.name}_{role}" for role in self.ROLES), alpha.database]],
            ).fetchall()
        assert roles == [(False, False, False, False)] * (len(self.ROLES) + 1)
        with stage.connect(POOL) as admin:
            secured = admin.execute(
                "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind IN ('r', 'p')"
            ).fetchall()
            with_tenant = admin.execute(
                "SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id' AND table_schema = 'public'"
            ).fetchall()
        # Each day of events is a table of its own, and secured as the whole is.
        assert sorted(secured) == sorted(with_tenant)
        assert sorted(one for one in secured if not re.fullmatch(r"events_\d{8}", one[0])) == sorted((table,) for table in self.TABLES)


class TestOwnDatabases:
    """Each tenant's database opens to its own role, over TLS, with its password."""

    def test_a_tenants_role_enters_its_own_only(self, stage: Stage, alpha: Tenant, beta: Tenant):
        login = stage.secret(alpha.database)
        assert alpha.sql("SELECT count(*) FROM offers")[0][0] > 0
        for database in (beta.database, POOL, "postgres_maintenance"):
            with pytest.raises(psycopg.OperationalError):
                stage.connect(database, login)

    @pytest.mark.parametrize("role", TestSharedDatabase.ROLES)
    def test_no_role_of_functions_enters_one(self, stage: Stage, alpha: Tenant, role: str):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            stage.connect(alpha.database, stage.secret(f"vivier_{stage.name}_{role}"))

    def test_another_password_opens_nothing(self, stage: Stage, alpha: Tenant, beta: Tenant):
        for password in (stage.secret(beta.database)["password"], "", "postgres"):
            with pytest.raises(psycopg.OperationalError):
                stage.connect(alpha.database, {"username": alpha.database, "password": password})

    @pytest.mark.parametrize("mode", ["disable", "allow"])
    def test_without_tls_nobody_enters(self, stage: Stage, alpha: Tenant, mode: str):
        with pytest.raises(psycopg.OperationalError):
            stage.connect(alpha.database, stage.secret(alpha.database), sslmode="disable", sslrootcert=None)
        if mode == "allow":
            with stage.connect(alpha.database, stage.secret(alpha.database), sslmode="require") as connection:
                assert connection.pgconn.ssl_in_use

    def test_the_servers_name_is_verified(self, stage: Stage, alpha: Tenant):
        with pytest.raises(psycopg.OperationalError, match="certificate|host name"):
            stage.connect(alpha.database, stage.secret(alpha.database), host="elsewhere.example")

    @pytest.mark.parametrize(
        "statement", ["CREATE TABLE loot (id int)", "ALTER TABLE offers ADD loot int", "DROP TABLE offers", "CREATE ROLE burglar"]
    )
    def test_a_tenants_role_changes_no_schema(self, stage: Stage, alpha: Tenant, statement: str):
        with stage.connect(alpha.database, stage.secret(alpha.database)) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
