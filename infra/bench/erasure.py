"""The erasure of one person among millions of alerts: the database's time for each statement, and the whole run of the function. Then the
drop of a day of events, with few and with many in it."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
import uuid
from collections.abc import Iterator

from demo.stack import Stack
from . import figures
from .database import superuser
from .tenant import scratch

CHUNK = 1_000_000
PERSON = "one.person@nobody.example"
DAYS = (1_000, 10_000_000)
"""Events in a day that is dropped."""
EVENT = "INSERT INTO events (tenant_id, occurred_at, event_id, kind, detail) SELECT"
ROW = """INSERT INTO alerts (id, project_id, email, language, frequency, search, state, created_at, expires_at, next_at)
    SELECT gen_random_uuid(), '{project}', {email}, 'fr', 'daily', '[["q","soudeur"]]', 'pending', now(), now() + interval '1 day',
           now() + interval '1 day' FROM generate_series({first}, {last}) AS n"""
STATEMENTS = {
    "erase": "DELETE FROM alerts WHERE email = %s",
    "look again": "SELECT count(*) FROM alerts WHERE email = %s",
    "former requests": "DELETE FROM privacy_requests WHERE email = %s",
}
"""As `shared/store` has them."""


def run(stack: Stack, alerts: int) -> None:
    """`alerts`: how many of others there are."""
    with scratch(stack, "bench-erasure") as tenant, superuser(stack.name, tenant.database) as connection:
        project = uuid.uuid4()
        for first in range(1, alerts + 1, CHUNK):
            last = min(first + CHUNK - 1, alerts)
            connection.execute(ROW.format(project=project, email="'other' || n || '@nobody.example'", first=first, last=last))
        connection.execute(ROW.format(project=project, email=f"'{PERSON}'", first=1, last=10))
        connection.execute("ANALYZE alerts")
        size = connection.execute("SELECT pg_size_pretty(pg_total_relation_size('alerts'))").fetchone()[0]
        print(f"\nerasure: one person's 10 alerts among {alerts} ({size})")
        rows: list[list[object]] = [["statement", "database, ms", "by"]]
        for name, statement in STATEMENTS.items():
            with connection.transaction(force_rollback=True):
                told = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", [PERSON]).fetchone()[0][0]
                whole = told["Execution Time"] + told["Planning Time"]
                rows.append([name, whole, ", ".join(sorted(scans(told["Plan"])))])
        figures.table(rows)
        tenant.back.call("POST", "/v1/data-requests", {"kind": "erasure", "email": PERSON, "language": "fr"})
        began = time.perf_counter()
        done = tenant.operator.invoke("privacy", {"operation": "run", "tenant": tenant.slug})
        took = time.perf_counter() - began
        if done["answered"] != 1:
            raise RuntimeError(f"the erasure is not complete: {done}")
        print(f"the whole request, with its mails, receipt and second looks: {took:.2f} s")
    _days(stack)


def _days(stack: Stack) -> None:
    """Dropping a day, however much happened on it. The locks are released before the files go: what another session waits is told apart."""
    rows: list[list[object]] = [["events in the day", "statement, ms", "longest wait of a writer, ms", "commit with the files, ms"]]
    with superuser(stack.name) as connection:
        tenant = uuid.uuid4()
        connection.execute("INSERT INTO tenants (id) VALUES (%s)", [tenant])
        try:
            for number, count in enumerate(DAYS):
                day = dt.date.today() - dt.timedelta(days=400 + number)
                connection.execute("SELECT events_prepare(%s)", [[day]])
                connection.execute(
                    f"{EVENT} %s, %s::date::timestamp AT TIME ZONE 'UTC' + n * interval '8 milliseconds', gen_random_uuid(), 'search', '{{}}'"
                    " FROM generate_series(1, %s) AS n", [tenant, day, count])
                # As the consumer of events leaves it: what goes is counted from here.
                connection.execute("INSERT INTO usage_hours VALUES (%s, %s::date::timestamp AT TIME ZONE 'UTC',"
                                   " '00000000-0000-0000-0000-000000000000', 'search', '', 'web', 'fr', %s, 0)", [tenant, day, count])
                connection.execute("CHECKPOINT")
                with _writer(stack, tenant) as waits:
                    waits.clear()
                    with connection.transaction():
                        began = time.perf_counter()
                        connection.execute("SELECT events_drop_through(%s, %s)", [day, uuid.uuid4()])
                        said = time.perf_counter()
                    ended = time.perf_counter()
                rows.append([count, (said - began) * 1000, max(waits) * 1000, (ended - said) * 1000])
        finally:
            connection.execute("DELETE FROM events WHERE tenant_id = %s", [tenant])
            connection.execute("DELETE FROM tenants WHERE id = %s", [tenant])
    figures.table(rows)


@contextlib.contextmanager
def _writer(stack: Stack, tenant: uuid.UUID) -> Iterator[list[float]]:
    """Another session that writes events of today, one after another, until the block ends: how long each took, in seconds."""
    waits: list[float] = []
    over = threading.Event()
    with superuser(stack.name) as other:
        other.execute("SELECT events_prepare(%s)", [[dt.datetime.now(dt.timezone.utc).date()]])

        def write() -> None:
            while not over.is_set():
                began = time.perf_counter()
                other.execute(f"{EVENT} %s, now(), gen_random_uuid(), 'search', '{{}}'", [tenant])
                waits.append(time.perf_counter() - began)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            time.sleep(0.5)
            yield waits
            time.sleep(0.2)
        finally:
            over.set()
            thread.join()


def scans(plan: dict) -> set[str]:
    """How each table of a plan is read."""
    own = {f"{plan['Node Type']} of {plan['Relation Name']}"} if "Relation Name" in plan and plan["Node Type"] != "ModifyTable" else set()
    return own.union(*(scans(part) for part in plan.get("Plans", [])))

