"""Events: how many a second one connection stores and counts, beside plain `COPY` of the same rows into the same table; the same again
with many days stored; then every view of the statistics over a year."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import statistics
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from demo.stack import ROOT, Stack
from local.settings import Stack as LocalStack
from local.stack import Running

from . import examples, figures
from .database import superuser
from .roles import environment
from .runtime_api import Process, binary
from .tenant import scratch

EVENTS = 410_000
"""So many that what batches have counted of offers is added to days as often as it is in the long run: once in forty batches (`zipf`) or in 27."""
BATCH, SMALL = 5_000, 500
"""The second is what the stream gives while it is not behind."""
ROUNDS = 5
A_DAY = 1_000_000
OTHER = uuid.UUID(int=0xBE7C)
"""Whose events lie in the other days."""
VIEWS = ("totals", "series", "breakdown", "subjects", "funnels")
SAMPLES, WARM_UP = 200, 10
POPULARITIES = ("zipf", "even")
"""How often each offer is looked at: as web pages are, or all as often, which makes every view a row of its own."""


def run(stack: Stack, stored: int) -> None:
    """`stored`: how many events lie in other days when it is measured a second time."""
    program = examples.built("store_events", release=True)
    told = subprocess.run([examples.built("record_events", release=True)], check=True, capture_output=True, text=True).stdout
    recorded = {name: nanoseconds / 1000 for name, nanoseconds in json.loads(told).items()}
    print(f"\nproducer: what recording an event adds to a request: p50 {recorded['p50_ns']:.1f} µs, p99 {recorded['p99_ns']:.1f} µs")
    with superuser(stack.name) as connection:
        rows: list[list[object]] = [["", "events/s, stored and counted", "events/s, COPY", "ratio", "events/s, one COPY", "ratio"]]
        for popularity in POPULARITIES:
            rows.append([f"nothing stored, {popularity}", *_rates(stack, connection, program, popularity)])
        rows.append([f"the same in batches of {SMALL}, zipf", *_rates(stack, connection, program, "zipf", SMALL)])
        days = _days(stored)
        # What an interrupted run left.
        _empty(connection, days)
        connection.execute("INSERT INTO tenants (id) VALUES (%s)", [OTHER])
        try:
            for day in days:
                _fill(connection, day, min(stored, A_DAY))
            for popularity in POPULARITIES:
                rows.append([f"{stored} stored in other days, {popularity}", *_rates(stack, connection, program, popularity)])
        finally:
            _empty(connection, days)
        print(f"\nevents: {EVENTS} of one tenant, in batches of {BATCH}; COPY without row security, in the same batches, and all in one")
        figures.table(rows)
    _statistics(stack)


def _rates(stack: Stack, connection: psycopg.Connection, program: Path, popularity: str, batch: int = BATCH) -> list[float]:
    """Medians of several rounds, in each of which everything is measured, as what else the machine does changes."""
    rounds = [_round(stack, connection, program, popularity, batch) for _ in range(ROUNDS)]
    own, alike, whole = (statistics.median(one[part] for one in rounds) for part in range(3))
    return [own, alike, own / alike, whole, own / whole]


def _round(stack: Stack, connection: psycopg.Connection, program: Path, popularity: str, batch: int) -> tuple[float, float, float]:
    variables = Running(LocalStack.named(stack.name)).environment()
    told = subprocess.run([program, str(EVENTS), str(batch), popularity],
                          env={**os.environ, **variables}, check=True, capture_output=True, text=True).stdout
    outcome = json.loads(told)
    tenant = uuid.UUID(outcome["tenant"])
    try:
        alike, whole = (_copied(connection, tenant, size) for size in (batch, EVENTS))
    finally:
        _forget(connection, tenant)
    return EVENTS / outcome["seconds"], alike, whole


def _copied(connection: psycopg.Connection, tenant: uuid.UUID, batch: int) -> float:
    """How many of the tenant's events a second plain `COPY` stores once more, as another tenant's, with a transaction for each batch."""
    other = uuid.uuid4()
    take = sql.SQL("COPY (SELECT {}::uuid, occurred_at, event_id, kind, detail, stored_at FROM taken WHERE n > {} AND n <= {}) TO STDOUT (FORMAT binary)")
    connection.execute("DROP TABLE IF EXISTS taken")
    connection.execute(sql.SQL("CREATE TEMPORARY TABLE taken AS SELECT row_number() OVER (ORDER BY occurred_at) AS n, * FROM events WHERE tenant_id = {}")
                       .format(sql.Literal(str(tenant))))  # fmt: skip
    connection.execute("CREATE INDEX ON taken (n)")
    with connection.cursor() as cursor:
        batches = []
        for begin in range(0, EVENTS, batch):
            with cursor.copy(take.format(*(sql.Literal(part) for part in (str(other), begin, begin + batch)))) as source:
                batches.append(b"".join(bytes(piece) for piece in source))
        # As before our own run: after it, a page that is changed for the first time is written down as a whole.
        connection.execute("CHECKPOINT")
        try:
            started = time.perf_counter()
            for content in batches:
                with cursor.copy("COPY events FROM STDIN (FORMAT binary)") as sink:
                    sink.write(content)
            plain = time.perf_counter() - started
        finally:
            _forget(connection, other)
    return EVENTS / plain


def _forget(connection: psycopg.Connection, tenant: uuid.UUID) -> None:
    connection.execute("DELETE FROM events WHERE tenant_id = %s", [tenant])
    connection.execute("DELETE FROM tenants WHERE id = %s", [tenant])
    # Otherwise the server tidies up while the next is measured.
    today = dt.datetime.now(dt.timezone.utc).date()
    for day in (today - dt.timedelta(days=1), today):
        if _is_there(connection, day):
            connection.execute(sql.SQL("VACUUM {}").format(_partition(day)))
    connection.execute("VACUUM usage_hours, usage_days, usage_subjects, usage_subject_packs, usage_whole_months, usage_visitors")
    connection.execute("CHECKPOINT")


def _partition(day: dt.date) -> sql.Identifier:
    return sql.Identifier(f"events_{day:%Y%m%d}")


def _is_there(connection: psycopg.Connection, day: dt.date) -> bool:
    return connection.execute("SELECT to_regclass(%s) IS NOT NULL", [f"events_{day:%Y%m%d}"]).fetchone()[0]


def _fill(connection: psycopg.Connection, day: dt.date, stored: int) -> None:
    connection.execute("SELECT events_prepare(%s)", [[day]])
    connection.execute(sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = off)").format(_partition(day)))
    connection.execute(
        "INSERT INTO events (tenant_id, occurred_at, event_id, kind, detail)"
        " SELECT %s, %s::date::timestamp AT TIME ZONE 'UTC' + n * interval '80 milliseconds', gen_random_uuid(), 'search',"
        " '{\"results\": 3, \"filters\": 1}' FROM generate_series(0, %s) AS n", [OTHER, day, stored - 1])


def _empty(connection: psycopg.Connection, days: list[dt.date]) -> None:
    """Days in which nobody else has events are dropped: to delete a hundred million rows takes longer than to store them."""
    for day in (day for day in days if _is_there(connection, day)):
        partition = _partition(day)
        others = connection.execute(sql.SQL("SELECT FROM {} WHERE tenant_id <> %s LIMIT 1").format(partition), [OTHER]).fetchone()
        if others is None:
            connection.execute(sql.SQL("DROP TABLE {}").format(partition))
        else:
            connection.execute(sql.SQL("DELETE FROM {} WHERE tenant_id = %s").format(partition), [OTHER])
            connection.execute(sql.SQL("ALTER TABLE {} RESET (autovacuum_enabled)").format(partition))
    connection.execute("DELETE FROM tenants WHERE id = %s", [OTHER])


def _days(stored: int) -> list[dt.date]:
    """Those before yesterday, a million events on each."""
    today = dt.datetime.now(dt.timezone.utc).date()
    return [today - dt.timedelta(days=back) for back in range(2, 2 + -(-stored // A_DAY))]


def _statistics(stack: Stack) -> None:
    """A year of ten million events a month, as it is counted: three front offices, thirty kinds and outcomes, two ways, three languages;
    two thousand offers a day."""
    program, profile = binary("statistics")
    with scratch(stack, "bench-statistics") as tenant, environment(stack, "statistics") as variables, superuser(stack.name) as connection:
        _year(connection, uuid.UUID(tenant.tenant_id))
        connection.execute("VACUUM (ANALYZE) usage_days, usage_subjects, usage_subject_packs, usage_months, usage_whole_months, usage_visitors")
        print(f"\nstatistics: {profile} build; {SAMPLES} answers of each view, over 366 days beside the 366 before")
        rows: list[list[object]] = [["", "p50 ms", "p99 ms"]]
        with Process(program, variables) as process:
            for view in VIEWS:
                event = _event(view, tenant.tenant_id)
                samples = [process.invoke(event) for _ in range(WARM_UP + SAMPLES)][WARM_UP:]
                if any(answer["statusCode"] != 200 for _, answer in samples):
                    raise RuntimeError(f"{view} answered {samples[0][1]}")
                rows.append([view, *figures.p50_p99(milliseconds for milliseconds, _ in samples)])
        figures.table(rows)


def _event(view: str, tenant_id: str) -> dict[str, Any]:
    event = json.loads((ROOT / f"events/statistics/{view}.json").read_text())
    event["requestContext"]["authorizer"] |= {"tenant": tenant_id, "principalId": tenant_id}
    today = dt.date.today()
    days = {"from": (today - dt.timedelta(days=365)).isoformat(), "to": today.isoformat()}
    event["queryStringParameters"] = days
    event["multiValueQueryStringParameters"] = {name: [text] for name, text in days.items()}
    return event


def _year(connection: psycopg.Connection, tenant: uuid.UUID) -> None:
    rng = random.Random(7)
    projects = [uuid.UUID(int=rng.getrandbits(128)) for _ in range(3)]
    connection.execute(
        "INSERT INTO usage_days SELECT %s, day, coalesce(p, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), 'kind_' || chr(97 + k), 'found',"
        " coalesce(c, '*'), coalesce(l, '*'), sum(1 + (d * 7 + k) %% 900), sum(3)"
        " FROM (SELECT d, current_date - d AS day FROM generate_series(0, 730) AS d), unnest(%s::uuid[]) AS p, generate_series(0, 29) AS k,"
        " unnest(ARRAY['web', 'whatsapp']) AS c, unnest(ARRAY['fr', 'en', '']) AS l GROUP BY day, k, CUBE (p, c, l)"
        # As they are written: day after day, with each day's first batches what is frequent, later what is rare, each in the order of the key.
        " ORDER BY day, k %% 3, c, l, p, k", [tenant, projects])
    connection.execute("INSERT INTO usage_months VALUES (%s, current_date - 1, date_trunc('month', current_date - 3)::date - 1)"
                       " ON CONFLICT (tenant_id) DO UPDATE SET through = excluded.through, whole_through = excluded.whole_through", [tenant])
    connection.execute(
        "INSERT INTO usage_whole_months (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)"
        " SELECT tenant_id, date_trunc('month', day)::date AS month, project_id, kind, outcome, channel, language, sum(count), sum(amount) FROM usage_days"
        " WHERE tenant_id = %s AND day < date_trunc('month', current_date - 3) GROUP BY 1, 2, 3, 4, 5, 6, 7", [tenant])
    offers = [uuid.UUID(int=rng.getrandbits(128)) for _ in range(5_000)]
    seen = ("SELECT date_trunc(%(grain)s, current_date - d)::date AS at, o, sum(1 + n %% 5) AS count"
            " FROM generate_series(%(first)s, 366) AS d, unnest(%(offers)s::uuid[]) WITH ORDINALITY AS u (o, n) WHERE (n + d * 13) %% 5 < 2"
            " GROUP BY 1, 2 ORDER BY 1, 2")  # fmt: skip
    known = {"tenant": tenant, "project": projects[0], "offers": offers}
    connection.execute(f"INSERT INTO usage_subjects SELECT %(tenant)s, 'day', 'offer_viewed', at, %(project)s, o, count FROM ({seen}) AS s",
                       known | {"grain": "day", "first": 0})  # fmt: skip
    connection.execute("INSERT INTO usage_subject_packs SELECT %(tenant)s, 'month', 'offer_viewed', at, %(project)s, gen_random_uuid(), array_agg(o),"
                       f" array_agg(count) FROM ({seen}) AS s GROUP BY at", known | {"grain": "month", "first": 1})  # fmt: skip
    connection.execute("INSERT INTO usage_subject_packs SELECT %s, 'quarter', kind, quarter, project_id, gen_random_uuid(), array_agg(o), array_agg(count) FROM ("
                       "SELECT kind, date_trunc('quarter', day)::date AS quarter, project_id, o, sum(count)::bigint AS count FROM usage_subject_packs,"
                       " unnest(subjects, counts) AS u (o, count) WHERE tenant_id = %s AND day < date_trunc('quarter', current_date) GROUP BY 1, 2, 3, 4"
                       ") AS s GROUP BY kind, quarter, project_id", [tenant, tenant])
    # As much as waits at most: the same offers of more batches are put together.
    connection.execute("INSERT INTO usage_subject_packs SELECT %s, 'batch', 'offer_viewed', current_date, %s, gen_random_uuid(), %s,"
                       " array_fill(1::bigint, ARRAY[%s]) FROM generate_series(1, 4)", [tenant, projects[0], offers[:3_000], 3_000])  # fmt: skip
    connection.execute(
        "INSERT INTO usage_visitors SELECT %s, current_date - d, p, s, 5000 + d, '' FROM generate_series(0, 730) AS d,"
        " unnest(%s::uuid[]) AS p, unnest(ARRAY['visited', 'searched', 'viewed', 'applied', 'asked', 'answered', 'satisfied']) AS s",
        [tenant, [*projects, uuid.UUID(int=0)]])
