"""No statement of a purge reads what stays: the plans of all that the function itself has the database do, nested ones too, beside many rows
of others and of its own. Times are printed, not judged; `VIVIER_PURGE_ROWS` says how many events there are."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from bench.database import superuser
from demo.client import Operator
from local.settings import SetupError

from .stage import Stage
from .tenants import Tenant

ROWS = int(os.environ.get("VIVIER_PURGE_ROWS", "400000"))
"""Events."""
OTHERS = min(ROWS // 20, 50_000)
"""Of each other thing of a tenant."""
DAYS = 20
"""Partitions that they lie in."""
OVER = 500
"""Of each kind."""
LARGE = {"events", "events_aside", "usage_hours", "usage_days", "usage_subjects", "usage_subject_packs", "usage_whole_months", "usage_visitors", "query_shares", "query_texts",
         "declined_synonyms", "audit_log", "test_runs", "test_outcomes", "purge_reports", "legal_holds", "alerts", "alert_mails", "alert_tokens",
         "alert_offers", "feed_runs", "offers", "offer_vectors", "privacy_requests", "privacy_stores", "report_runs"}  # fmt: skip
"""Tables that grow with a tenant or with tenants."""
STATEMENTS = {
    "events::purge", "events::purge_aside", "queries::purge_shares", "queries::purge_texts", "declined_synonyms::purge", "audit::purge",
    "statistics::purge_hours", "statistics::purge_days", "statistics::purge_subjects", "statistics::purge_packs", "statistics::purge_months",
    "statistics::purge_visitors", "test_runs::purge",
    "purge_reports::purge", "purge_reports::add", "legal_holds::purge", "legal_holds::in_force", "alerts::purge", "alerts::purge_mails",
    "feeds::purge_runs", "offers::purge_closed", "privacy::purge", "reports::list_expired",
}  # fmt: skip
COUNTS = {"events::count_before", "queries::count_before", "audit::count_before", "statistics::count_hours_before", "statistics::count_days_before",
          "test_runs::count_before", "purge_reports::count_before", "legal_holds::count_before", "alerts::count_over", "feeds::count_runs_before",
          "offers::count_closed_before", "privacy::count_over"}  # fmt: skip


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("retention-plans")


def fill_pool(pool: psycopg.Connection, tenant: str, other: str, project: str) -> None:
    """Both have as much; what is over is of days 95 and more, what stays of the last ones."""
    today = dt.datetime.now(dt.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [(today - dt.timedelta(days=day)).date() for day in (*range(DAYS), 95)]
    pool.execute("SELECT events_prepare(%s)", [days])
    share = ROWS // DAYS // 2
    for owner in (tenant, other):
        for day in days[:DAYS]:
            pool.execute("INSERT INTO events (tenant_id, occurred_at, event_id, kind, detail) SELECT %s, %s::date::timestamp AT TIME ZONE 'UTC'"
                         " + n * interval '3 milliseconds', gen_random_uuid(), 'search', '{}' FROM generate_series(1, %s) n", [owner, day, share])  # fmt: skip
        pool.execute("INSERT INTO events (tenant_id, occurred_at, event_id, kind, detail) SELECT %s, %s::date::timestamp AT TIME ZONE 'UTC'"
                     " + n * interval '1 second', gen_random_uuid(), 'search', '{}' FROM generate_series(1, %s) n", [owner, days[-1], OVER])  # fmt: skip
    age = "CASE WHEN n <= %(over)s THEN interval '1200 days' ELSE (n %% 50) * interval '1 day' END"
    rows = {
        "events_aside (tenant_id, event_id, occurred_at, kind, body)": f"%(o)s, gen_random_uuid(), now() - {age}, 'new', '{{}}'",
        "query_shares (tenant_id, tag, x, y, project_id, visitors, sealed, seen_at)":
            f"%(o)s, 't' || n, decode(lpad(to_hex(n), 64, '0'), 'hex'), decode(repeat('00', 32), 'hex'), %(p)s, 2, decode(repeat('00', 144), 'hex'), now() - {age}",
        "query_texts (tenant_id, tag, project_id, query, seen_at)": f"%(o)s, 't' || n, %(p)s, 'soudeur', now() - {age}",
        "declined_synonyms (tenant_id, project_id, from_words, to_words, declined_at)": f"%(o)s, %(p)s, 'a' || n, 'b', now() - {age}",
        "usage_hours (tenant_id, hour, project_id, kind, outcome, channel, language, count, amount)":
            f"%(o)s, date_trunc('hour', now() - {age}), md5('h' || n)::uuid, 'search', '', 'web', 'fr', 1, 0",
        "usage_days (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)":
            f"%(o)s, (now() - {age})::date, md5('d' || n)::uuid, 'search', '', 'web', 'fr', 1, 0",
        "usage_subjects (tenant_id, grain, kind, day, project_id, subject_id, count)":
            f"%(o)s, 'day', 'offer_viewed', (now() - {age})::date, %(p)s, md5('s' || n)::uuid, 1",
        "usage_subject_packs (tenant_id, grain, kind, day, project_id, pack_id, subjects, counts)":
            f"%(o)s, 'batch', 'offer_viewed', (now() - {age})::date, %(p)s, md5('k' || n)::uuid, '{{}}', '{{}}'",
        "usage_whole_months (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)":
            f"%(o)s, date_trunc('month', now() - {age})::date, md5('m' || n)::uuid, 'search', '', 'web', 'fr', 1, 0",
        "usage_visitors (tenant_id, day, project_id, step, visitors, sketch)": f"%(o)s, (now() - {age})::date, md5('v' || n)::uuid, 'visited', 1, '\\x00'",
        "purge_reports (tenant_id, run_id, kind, dry_run, cutoff, removed, complete, finished_at)":
            f"%(o)s, gen_random_uuid(), 'events', false, now(), 0, true, now() - {age}",
        "test_runs (tenant_id, project_id, id, status, cause, edition, settings, questions, created_at)":
            f"%(o)s, %(p)s, gen_random_uuid(), 'failed', 'member', 'published', '{{}}', 1, now() - {age}",
        "legal_holds (tenant_id, id, scope, kind, reason, placed_at, ends_at)":
            f"%(o)s, gen_random_uuid(), 'kind', 'copies', 'Ancien', now() - interval '1300 days', now() - interval '3 days' - {age}",
    }  # fmt: skip
    for owner in (tenant, other):
        for table, values in rows.items():
            pool.execute(f"INSERT INTO {table} SELECT {values} FROM generate_series(1, %(n)s) n ON CONFLICT DO NOTHING",
                         {"o": owner, "p": project, "n": OTHERS, "over": OVER})  # fmt: skip
        # A chain whose links nobody follows here; its end is where it ends.
        first = pool.execute("SELECT coalesce(max(ordinal), 0) FROM audit_log WHERE tenant_id = %s", [owner]).fetchone()[0]
        pool.execute("DELETE FROM audit_log WHERE tenant_id = %s", [owner])
        pool.execute(f"INSERT INTO audit_log (tenant_id, entry_id, happened_at, actor, action, subject, outcome, ordinal, office, previous_hash, hash)"
                     f" SELECT %(o)s, gen_random_uuid(), now() - {age}, 'operator', 'test', 'plans', 'done', %(first)s + n, 'platform',"
                     " decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex') FROM generate_series(1, %(n)s) n",
                     {"o": owner, "n": OTHERS, "over": OVER, "first": first})  # fmt: skip
        pool.execute("INSERT INTO audit_chains (tenant_id) VALUES (%s) ON CONFLICT DO NOTHING", [owner])
        pool.execute("UPDATE audit_chains SET head_ordinal = %(head)s, anchor_ordinal = %(first)s WHERE tenant_id = %(o)s",
                     {"o": owner, "first": first, "head": first + OTHERS})  # fmt: skip
    pool.execute("ANALYZE")


def fill_silo(silo: psycopg.Connection, project: str) -> None:
    age = "CASE WHEN n <= %(over)s THEN interval '1200 days' ELSE (n %% 50) * interval '1 day' END"
    for statement in (
        "INSERT INTO alerts (id, project_id, email, language, frequency, search, state, created_at, confirmed_at, new_since, seen_until, expires_at, next_at)"
        f" SELECT md5('a' || n)::uuid, %(p)s, n || '@nobody.example', 'fr', 'daily', '[]', 'active', now(), now() - {age}, now(), now(),"
        f" now() - {age} + interval '90 days', now() + interval '9 days' FROM generate_series(1, %(n)s) n",
        "INSERT INTO alert_mails (id, alert_id, kind, state, created_at, ended_at)"
        f" SELECT gen_random_uuid(), md5('a' || (%(n)s - n / 2))::uuid, 'offers', 'sent', now(), now() - {age} FROM generate_series(1, %(n)s) n",
        "INSERT INTO alert_tokens (hash, alert_id, purpose) SELECT sha256(n::text::bytea), md5('a' || n)::uuid, 'keeping' FROM generate_series(1, %(n)s) n",
        "INSERT INTO alert_offers (alert_id, offer_id) SELECT md5('a' || n)::uuid, md5('o' || n)::uuid FROM generate_series(1, %(n)s) n",
        "INSERT INTO feeds (id, source, format, address, host_keys, every, enabled, next_at, created_at, updated_at)"
        " VALUES (md5('feed')::uuid, 'plans', 'csv', 'https://p.invalid/', '{}', 'hour', false, now(), now(), now())",
        f"INSERT INTO feed_runs (id, feed_id, cause, status, created_at, finished_at) SELECT gen_random_uuid(), md5('feed')::uuid, 'member', 'unchanged', now(), now() - {age} FROM generate_series(1, %(n)s) n",
        "INSERT INTO offers (id, source, reference, status, title, description, city, country, contract, remote, published_on, skills, content_hash, import_id,"
        " created_at, updated_at, closed_at) SELECT md5('o' || n)::uuid, 'plans', 'plans-' || n, CASE WHEN n %% 2 = 0 THEN 'closed' ELSE 'open' END, 'Soudeur', 'Souder.', 'Lyon', 'FR',"
        f" 'permanent', 'none', '2020-01-01', '{{}}', '\\x00', gen_random_uuid(), now(), now(), CASE WHEN n %% 2 = 0 THEN now() - {age} END FROM generate_series(1, %(n)s) n",
        "INSERT INTO offer_vectors (offer_id, model, text_hash, vector, read_at) SELECT md5('o' || n)::uuid, 'm', '\\x00', '\\x00', now() FROM generate_series(1, %(n)s) n",
        "INSERT INTO privacy_requests (id, kind, state, language, created_at, received_at, due_at, ended_at, next_at)"
        f" SELECT gen_random_uuid(), 'access', 'complete', 'fr', now(), now(), now(), now() - {age}, 'infinity' FROM generate_series(1, %(n)s) n",
        "INSERT INTO report_runs (id, name, question, language, format, cause, status, created_at, expires_at)"
        " SELECT gen_random_uuid(), 'Plan', '{\"kind\": \"activity\"}', 'fr', 'json', 'member', 'failed', now(), now() + interval '5 days' FROM generate_series(1, %(n)s) n",
    ):  # fmt: skip
        silo.execute(statement, {"p": project, "n": OTHERS, "over": OVER})
    silo.execute("ANALYZE")


def anew(stage: Stage) -> None:
    """Ends the function's processes with their sessions, where there are any."""
    with suppress(SetupError):
        stage.kill("retention")


@contextmanager
def explained(stage: Stage, connection: psycopg.Connection, *roles: str) -> Iterator[list[dict]]:
    """Has the server write down the plan of whatever these roles' new sessions have it do; the plans, afterwards."""
    settings = {"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_nested_statements": "on",
                "auto_explain.log_format": "json", "auto_explain.log_analyze": "off", "auto_explain.log_parameter_max_length": "0"}  # fmt: skip
    for role in roles:
        for name, value in settings.items():
            connection.execute(f"ALTER ROLE {role} SET {name} = '{value}'")
    log, plans = Path(stage.file).parent / "logs" / "postgres.log", []
    anew(stage)
    begins = log.stat().st_size
    try:
        yield plans
    finally:
        for role in roles:
            for name in settings:
                connection.execute(f"ALTER ROLE {role} RESET {name}")
        anew(stage)
        with log.open() as lines:
            lines.seek(begins)
            text = lines.read()
    for lasted, plan in re.findall(r"duration: ([\d.]+) ms  plan:\n((?:\t.*\n?)+)", text):
        plans.append({"ms": float(lasted)} | json.loads(plan.replace("\n\t", "\n").removeprefix("\t")))


def nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def stays(table: str) -> bool:
    """Whether a table has more in it than what is over: a day that nobody keeps has not."""
    over = f"events_{dt.date.today() - dt.timedelta(days=90):%Y%m%d}"
    return table in LARGE or re.fullmatch(r"events_\d{8}", table) is not None and table > over


def test_no_statement_of_a_purge_reads_what_stays(stage: Stage, operator: Operator, house: Tenant):
    other = str(uuid.uuid4())
    with superuser(stage.name) as pool, superuser(stage.name, house.database) as silo:
        pool.execute("INSERT INTO tenants (id) VALUES (%s)", [other])
        try:
            fill_pool(pool, house.tenant_id, other, house.project)
            fill_silo(silo, house.project)
            with explained(stage, pool, f"vivier_{stage.name}_retention", house.database) as plans:
                dry = operator.invoke("retention", {"operation": "run", "tenant": house.slug, "dry_run": True})
                began = time.perf_counter()
                done = operator.invoke("retention", {"operation": "run", "tenant": house.slug})
                took = time.perf_counter() - began
        finally:
            for table in ("events", "events_aside", "query_shares", "query_texts", "declined_synonyms", "usage_hours", "usage_days", "usage_subjects",
                          "usage_subject_packs", "usage_whole_months", "usage_visitors", "purge_reports", "test_runs", "legal_holds", "audit_log"):  # fmt: skip
                pool.execute(f"DELETE FROM {table} WHERE tenant_id = %s", [other])
            pool.execute("DELETE FROM tenants WHERE id = %s", [other])
    assert done["failed"] == dry["failed"] == []
    removed, counted = done["tenants"][0]["removed"], dry["tenants"][0]["removed"]
    # Requests that were answered long ago go each minute, by their own function.
    for kind in ("events", "audit_log", "alerts", "usage_hours", "usage_days", "feed_runs", "test_runs", "closed_offers", "purge_reports", "legal_holds"):
        assert removed[kind] >= OVER // 2, (kind, removed)
        assert counted[kind] >= OVER // 2, (kind, counted)
    ran: dict[str, list[dict]] = {}
    for plan in plans:
        name = re.match(r"\s*-- (\w+::\w+)", plan["Query Text"])
        ran.setdefault(name[1] if name else "nested", []).append(plan)
    assert STATEMENTS | COUNTS <= set(ran), f"no plan of {STATEMENTS | COUNTS - set(ran)}"
    read_whole = {
        (name, node["Relation Name"])
        for name, of in ran.items() for plan in of for node in nodes(plan["Plan"])
        if node["Node Type"] == "Seq Scan" and stays(node["Relation Name"])
    }  # fmt: skip
    assert not read_whole, "read whole:" + "".join(f"\n  {name}: {table}" for name, table in sorted(read_whole))
    purge = {name: sum(plan["ms"] for plan in of) for name, of in ran.items() if name in STATEMENTS}
    print(f"\npurge among {ROWS} events and {OTHERS} of each other thing of two tenants: {sum(purge.values()):.0f} ms of the database in"
          f" {sum(len(of) for of in ran.values())} statements, {took:.2f} s in all")  # fmt: skip
    for name, lasted in sorted(purge.items(), key=lambda one: -one[1])[:6]:
        print(f"  {name}: {lasted:.0f} ms")


@pytest.mark.parametrize("small", [1_000])
def test_a_day_is_dropped_whatever_its_size(stage: Stage, small: int):
    """Nothing is asked of time but that a day of hundreds of times as many events is not a hundred times as slow."""
    lasted = {}
    with superuser(stage.name) as connection:
        owner = uuid.uuid4()
        connection.execute("INSERT INTO tenants (id) VALUES (%s)", [owner])
        try:
            for number, count in enumerate((small, max(ROWS // 2, 100 * small))):
                day = dt.date.today() - dt.timedelta(days=500 + number)
                connection.execute("SELECT events_prepare(%s)", [[day]])
                connection.execute("INSERT INTO events (tenant_id, occurred_at, event_id, kind, detail) SELECT %s, %s::date::timestamp AT TIME ZONE 'UTC'"
                                   " + n * interval '10 milliseconds', gen_random_uuid(), 'search', '{}' FROM generate_series(1, %s) n", [owner, day, count])  # fmt: skip
                connection.execute("INSERT INTO usage_hours VALUES (%s, %s::date::timestamp AT TIME ZONE 'UTC', '00000000-0000-0000-0000-000000000000',"
                                   " 'search', '', 'web', 'fr', %s, 0)", [owner, day, count])  # fmt: skip
                connection.execute("CHECKPOINT")
                run = uuid.uuid4()
                began = time.perf_counter()
                connection.execute("SELECT events_drop_through(%s, %s)", [day, run])
                lasted[count] = (time.perf_counter() - began) * 1000
                told = connection.execute("SELECT removed, days FROM purge_reports WHERE tenant_id = %s AND run_id = %s", [owner, run]).fetchall()
                assert told == [(count, 1)], "the day stands in the report"
        finally:
            connection.execute("DELETE FROM tenants WHERE id = %s", [owner])
    print("\ndropping a day: " + ", ".join(f"{count} events {ms:.1f} ms" for count, ms in lasted.items()))
    few, many = lasted.values()
    assert many < 20 * few + 200
