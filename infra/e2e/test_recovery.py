"""Backups are had back (K8.2), and with them nobody who was erased since (K9.1d): whichever store is restored, the tenant is closed until
its ledger was carried out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest
import requests

from demo.client import Operator, wait_for
from local import recovery

from . import alerts
from .places import everywhere
from .privacy import confirmed, newest, run
from .stage import POOL, Stage
from .tenants import Tenant

Person = tuple[str, str]
"""An address and a conversation."""


@pytest.fixture(scope="module")
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    return make_tenant("recovery-e2e")


@pytest.fixture(autouse=True)
def unhurried(stage: Stage, tenant: Tenant) -> None:
    stage.forget_askers(tenant.tenant_id)


@pytest.fixture
def backup(stage: Stage, person: Person) -> Iterator[recovery.Backup]:
    """Taken when the person is there."""
    taken = recovery.take(stage.running)
    yield taken
    recovery.forget(stage.running, taken)


@pytest.fixture
def person(stage: Stage, operator: Operator, tenant: Tenant) -> Person:
    """Somebody with an alert, a conversation, a copy of it all, and a request that nobody confirmed."""
    email, session = alerts.saved(stage, tenant), tenant.front.open_session()
    tenant.front.ask(session, "Bonjour")
    confirmed(stage, operator, tenant, email, "access", conversations=[session])
    assert run(operator, tenant)["answered"] == 1
    return email, session


def erase(stage: Stage, operator: Operator, tenant: Tenant, person: Person) -> None:
    email, session = person
    confirmed(stage, operator, tenant, email, conversations=[session])
    run(operator, tenant)
    assert newest(tenant)["state"] == "complete"


def rows(connection: psycopg.Connection, text: str) -> list[str]:
    """The tables of a database that hold a text anywhere."""
    tables = connection.execute(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)'"
    ).fetchall()
    holds = "SELECT EXISTS (SELECT FROM {} AS t WHERE t::text LIKE '%%' || %s || '%%')"
    return [table for (table,) in tables if connection.execute(holds.format(table), [text]).fetchone() == (True,)]  # type: ignore[arg-type]


def traces(stage: Stage, tenant: Tenant, person: Person) -> list[str]:
    """Wherever anything of a person is: databases, tables, buckets with all versions, and what those who run the suite see."""
    found = []
    superuser = json.loads((stage.running.stack.folder / "database-superuser.json").read_text())
    dynamodb, s3 = stage.client("dynamodb"), stage.client("s3")
    tables = [name for page in dynamodb.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    items = {
        table: json.dumps([item for page in dynamodb.get_paginator("scan").paginate(TableName=table) for item in page["Items"]], default=str)
        for table in tables
    }
    seen = list(everywhere(stage))
    for text in person:
        for database in (tenant.database, POOL):
            with stage.connect(database, superuser) as connection:
                found += [f"{database}.{table}" for table in rows(connection, text)]
        found += [table for table, content in items.items() if text in content]
        found += [place for place, content in seen if text.encode() in content]
    listed = s3.list_object_versions(Bucket=tenant.bucket, Prefix="copies/")
    return found + [one["Key"] for part in ("Versions", "DeleteMarkers") for one in listed.get(part, [])]


def is_answered(tenant: Tenant, status: int) -> None:
    """The authorizer remembers who comes in for five seconds; connections of before a restore are noticed one by one."""
    for caller, path in ((tenant.candidate, "/v1/offers"), (tenant.member, "/v1/data-requests")):
        wait_for(lambda caller=caller, path=path: caller.get(path).status_code == status, f"{status} at {path}", 60, 0.5)


class TestPersons:
    @pytest.mark.parametrize("restored", ["everything", "database", "table", "bucket"])
    def test_who_was_erased_is_not_brought_back(
        self, stage: Stage, operator: Operator, tenant: Tenant, person: Person, backup: recovery.Backup, restored: str
    ):
        at = datetime.now(UTC)
        assert traces(stage, tenant, person)
        erase(stage, operator, tenant, person)
        assert traces(stage, tenant, person) == []
        assert stage.tick("privacy")["behind"] == 0
        if restored in ("everything", "database"):
            recovery.restore_database(stage.running, backup, at)
        if restored in ("everything", "table"):
            recovery.restore_table(stage.running, backup, tenant.table)
        if restored in ("everything", "bucket"):
            recovery.restore_bucket(stage.running, backup, tenant.bucket)
        assert traces(stage, tenant, person), "the backup has the person"
        wait_for(lambda: stage.tick("privacy")["behind"], "the restore to be noticed", 60, 0.5)
        is_answered(tenant, 503)
        done = operator.invoke("privacy", {"operation": "replay", "tenant": tenant.slug})
        assert done["whole"], done
        assert traces(stage, tenant, person) == []
        is_answered(tenant, 200)
        assert stage.tick("privacy")["behind"] == 0
        assert operator.invoke("privacy", {"operation": "verify", "tenant": tenant.slug})["whole"]


class TestTheLossOfTheDatabase:
    def test_what_was_acknowledged_is_there(self, stage: Stage, tenant: Tenant, backup: recovery.Backup, capsys: pytest.CaptureFixture[str]):
        acknowledged: list[tuple[float, str]] = []
        over = threading.Event()

        def write() -> None:
            while not over.is_set():
                try:
                    made = tenant.member.send("POST", "/v1/data-requests", json={
                        "kind": "rectification", "email": alerts.fresh(), "language": "fr", "note": "x"})  # fmt: skip
                except requests.RequestException:
                    continue
                if made.status_code == 201:
                    acknowledged.append((time.monotonic(), made.json()["id"]))

        writer = threading.Thread(target=write)
        writer.start()
        wait_for(lambda: len(acknowledged) > 20, "writes", 60)
        # The disk is lost, not only the process.
        lost_at = time.monotonic()
        recovery.restore_database(stage.running, backup)
        is_answered(tenant, 200)
        back_at = time.monotonic()
        over.set()
        writer.join()
        known = {str(one) for (one,) in tenant.sql("SELECT id FROM privacy_requests")}
        before = [(at, one) for at, one in acknowledged if at < lost_at]
        lost = [at for at, one in before if one not in known]
        assert len(before) > 20 and all(one in known for at, one in acknowledged if at > back_at)
        assert lost == [at for at, _ in before[len(before) - len(lost):]], "what is missing was written last"
        assert len(lost) <= 1, "changes are copied as they are made"
        with capsys.disabled():
            print(f"\nbackup of {backup.bytes / 2**20:.0f} MiB in {backup.seconds:.1f} s; RTO {back_at - lost_at:.1f} s (promised: 24 h), "
                  f"RPO {lost_at - min(lost) if lost else 0:.3f} s ({len(lost)} of {len(before)} writes)")
