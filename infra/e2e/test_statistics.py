"""Figures: counted once when an event is stored, told by days of the tenant's own time zone."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import uuid
from collections import Counter
from typing import Any

import psycopg
import pytest

from demo.client import Json, wait_for

from .api import is_problem, refused_fields
from .stage import POOL, Stage
from .tenants import Tenant
from .test_metrics import arrived, coded, event, pass_by, put


@pytest.fixture(scope="module")
def tenant(make_tenant) -> Tenant:
    return make_tenant("statistics-e2e")


def day(back: int) -> dt.date:
    """So many days ago, in UTC."""
    return (dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=back)).date()


def at(date: dt.date, time: str) -> str:
    return f"{date.isoformat()}T{time}Z"


def span(first: dt.date, last: dt.date) -> dict[str, str]:
    return {"from": first.isoformat(), "to": last.isoformat()}


def figures(tenant: Tenant, view: str, **query: str) -> Json:
    return tenant.back.call("GET", f"/v1/statistics/{view}", **query)


def points(series: Json) -> list[Json]:
    """What happened at each point of a series, in order."""
    found = [{"at": moment, "kind": line["kind"], "outcome": line["outcome"], "count": count}
             for line in series["series"] for moment, count in zip(series["at"], line["counts"], strict=True) if count]  # fmt: skip
    return sorted(found, key=lambda one: (one["at"], one["kind"], one["outcome"]))


def counted(totals: Json) -> Counter:
    return Counter({(one["kind"], one["outcome"]): one["count"] for one in totals["totals"] if one["count"]})


def deliver(stage: Stage, tenant: Tenant, events: list[Json]) -> None:
    for start in range(0, len(events), 300):
        put(stage, [coded(one) for one in events[start : start + 300]], shard=str(start))
    arrived(tenant, *events)


class TestTotals:
    def test_by_kind_and_outcome_beside_the_period_before(self, stage: Stage, tenant: Tenant):
        now, before = day(20), day(21)
        deliver(stage, tenant, [
            *(event(tenant, occurred_at=at(now, "08:00:00"), results=4) for _ in range(3)),
            event(tenant, occurred_at=at(now, "09:00:00"), results=0),
            event(tenant, occurred_at=at(now, "09:30:00"), results=9, further=True),
            event(tenant, occurred_at=at(before, "09:00:00"), results=2),
            event(tenant, occurred_at=at(now, "10:00:00"), kind="chat_feedback", rating="up"),
        ])  # fmt: skip
        totals = figures(tenant, "totals", **span(now, now))
        assert counted(totals) == {("search", "found"): 3, ("search", "none"): 1, ("search", "further"): 1, ("chat_feedback", "up"): 1}
        found = next(one for one in totals["totals"] if one["outcome"] == "found")
        assert (found["amount"], found["count_before"], found["amount_before"]) == (12, 1, 2)
        assert (totals["total"], totals["total_before"], totals["time_zone"]) == (6, 1, "Europe/Paris")

    def test_narrowed(self, stage: Stage, tenant: Tenant):
        date, project = day(23), str(uuid.uuid4())
        deliver(stage, tenant, [
            event(tenant, occurred_at=at(date, "08:00:00"), project=project, channel="whatsapp", language="fr"),
            event(tenant, occurred_at=at(date, "08:00:00"), project=project, language="en", kind="chat_unknown"),
            event(tenant, occurred_at=at(date, "08:00:00"), channel="system", kind="chat_person"),
        ])  # fmt: skip
        for query, kinds in [
            ({"project": project}, {"search", "chat_unknown"}),
            ({"channel": "whatsapp"}, {"search"}),
            ({"channel": "web"}, {"chat_unknown"}),
            ({"language": "fr"}, {"search"}),
            ({"kinds": "chat_unknown,chat_person"}, {"chat_unknown", "chat_person"}),
            ({"project": str(uuid.uuid4())}, set()),
        ]:
            totals = figures(tenant, "totals", **span(date, date), **query)
            assert {kind for kind, _ in counted(totals)} == kinds, query

    def test_visitors_are_told_apart_within_a_day(self, stage: Stage, tenant: Tenant):
        one, other = "AAAAAAAAAAA", "AAAAAAAAAAE"
        first, second = day(26), day(25)
        deliver(stage, tenant, [
            *(event(tenant, occurred_at=at(first, "08:00:00"), visitor=one) for _ in range(3)),
            event(tenant, occurred_at=at(first, "09:00:00"), visitor=other),
            event(tenant, occurred_at=at(first, "09:00:00"), visitor=other, kind="offer_viewed", offer_id=str(uuid.uuid4())),
            event(tenant, occurred_at=at(second, "09:00:00"), visitor=one),
            event(tenant, occurred_at=at(second, "09:00:00")),
        ])  # fmt: skip
        visitors = {one["step"]: one["visitors"] for one in figures(tenant, "totals", **span(first, second))["visitors"]}
        assert visitors == {"visited": 3, "searched": 3, "viewed": 1}


class TestViews:
    def test_a_series_in_the_tenants_days(self, stage: Stage, tenant: Tenant):
        # Half past eleven in the evening in UTC is the next day in Paris.
        date = day(30)
        deliver(stage, tenant, [event(tenant, occurred_at=at(date, time)) for time in ("12:00:00", "23:30:00", "23:45:00")])
        after = date + dt.timedelta(days=1)
        days = [(one["at"], one["count"]) for one in points(figures(tenant, "series", **span(date, after)))]
        assert days == [(date.isoformat(), 1), (after.isoformat(), 2)]
        hours = points(figures(tenant, "series", grain="hour", **span(date, after)))
        assert [(one["at"], one["count"]) for one in hours] == [(at(date, "12:00:00"), 1), (at(date, "23:00:00"), 2)]
        month = points(figures(tenant, "series", grain="month", **span(date, after)))
        assert sum(one["count"] for one in month) == 3 and all(one["at"].endswith("-01") for one in month)
        weeks = points(figures(tenant, "series", grain="week", **span(date, after)))
        assert all(dt.date.fromisoformat(one["at"]).weekday() == 0 for one in weeks)

    def test_another_time_zone_counts_days_anew(self, stage: Stage, tenant: Tenant):
        date = day(33)
        deliver(stage, tenant, [event(tenant, occurred_at=at(date, "21:30:00"))])
        before = points(figures(tenant, "series", **span(date, date)))
        assert [one["at"] for one in before] == [date.isoformat()]
        whole = span(day(60), day(2))
        total = figures(tenant, "totals", **whole)["total"]
        try:
            assert tenant.back.call("PUT", "/v1/statistics/time-zone", body={"time_zone": "Indian/Reunion"})["time_zone"] == "Indian/Reunion"
            moved = points(figures(tenant, "series", **span(date, date + dt.timedelta(days=1))))
            assert (date + dt.timedelta(days=1)).isoformat() in [one["at"] for one in moved]
            nothing = figures(tenant, "series", **span(date, date))
            assert nothing["at"] == nothing["series"] == []
            # Twice is as once, and nothing is lost.
            tenant.back.call("PUT", "/v1/statistics/time-zone", body={"time_zone": "Indian/Reunion"})
            assert figures(tenant, "totals", **whole)["total"] == total
        finally:
            tenant.back.call("PUT", "/v1/statistics/time-zone", body={"time_zone": "Europe/Paris"})
        assert points(figures(tenant, "series", **span(date, date))) == before

    def test_a_breakdown(self, stage: Stage, tenant: Tenant):
        date, project = day(36), str(uuid.uuid4())
        deliver(stage, tenant, [
            event(tenant, occurred_at=at(date, "08:00:00"), project=project, language="fr"),
            event(tenant, occurred_at=at(date, "08:00:00"), project=project, language="en", channel="messenger"),
            event(tenant, occurred_at=at(date, "08:00:00")),
        ])  # fmt: skip
        for by, expected in [
            ("project", {project: 2, "": 1}),
            ("channel", {"web": 2, "messenger": 1}),
            ("language", {"fr": 1, "en": 1, "": 1}),
        ]:
            parts = figures(tenant, "breakdown", by=by, **span(date, date))["parts"]
            assert {one["part"]: one["count"] for one in parts} == expected

    def test_what_was_used_most_over_months(self, stage: Stage, tenant: Tenant):
        offers = sorted(str(uuid.uuid4()) for _ in range(3))
        days = [day(80), day(50), day(45), day(3)]
        views = [(offers[0], days[0]), (offers[0], days[1]), (offers[0], days[3]), (offers[1], days[1]), (offers[1], days[2]), (offers[2], days[3])]
        deliver(stage, tenant, [
            event(tenant, occurred_at=at(date, "12:00:00"), kind="offer_viewed", offer_id=offer) for offer, date in views
        ])  # fmt: skip
        for first, last in itertools.combinations_with_replacement(sorted({*days, days[0] - dt.timedelta(days=2), days[3]}), 2):
            expected = Counter(offer for offer, date in views if first <= date <= last)
            subjects = figures(tenant, "subjects", **span(first, last))["subjects"]
            found = {one["id"]: one["count"] for one in subjects if one["id"] in offers}
            assert found == expected, (first, last)
        assert figures(tenant, "subjects", kind="apply_clicked", **span(days[0], days[3]))["subjects"] == []

    @pytest.mark.parametrize("back", [None, 3, 31, 62], ids=str)
    def test_months_follow_their_days(self, stage: Stage, tenant: Tenant, back: int | None):
        """Whatever months held, and through which day."""
        offer, days = str(uuid.uuid4()), [day(0), day(1), day(2), day(30), day(45), day(75)]
        views = [event(tenant, occurred_at=at(date, "00:30:00"), kind="offer_viewed", offer_id=offer) for date in days]
        deliver(stage, tenant, views)
        with stage.connect(POOL) as admin:
            admin.execute("SELECT set_config('vivier.tenant', %s, false)", [tenant.tenant_id])
            if back is None:
                admin.execute("DELETE FROM usage_months WHERE tenant_id = %s", [tenant.tenant_id])
            else:
                through = day(back)
                admin.execute("UPDATE usage_months SET through = %s WHERE tenant_id = %s", [through, tenant.tenant_id])
                # So they were added up then; what is later is wrong.
                admin.execute(
                    "UPDATE usage_subject_packs SET counts = array_fill(1000::bigint, ARRAY[cardinality(counts)])"
                    " WHERE tenant_id = %s AND grain = 'month' AND day >= date_trunc('month', %s::date)",
                    [tenant.tenant_id, through])  # fmt: skip
            deliver(stage, tenant, [event(tenant, occurred_at=at(days[0], "00:45:00"), kind="offer_viewed", offer_id=offer)])
            wrong = admin.execute(
                "WITH months AS (SELECT kind, day AS month, project_id, subject_id, sum(count) AS count FROM usage_subject_packs,"
                "  unnest(subjects, counts) AS u (subject_id, count) WHERE tenant_id = %(t)s AND grain = 'month' GROUP BY 1, 2, 3, 4),"
                " days AS (SELECT kind, date_trunc('month', day)::date AS month, project_id, subject_id, sum(count) AS count FROM usage_subjects"
                "  WHERE tenant_id = %(t)s AND day <= (SELECT through FROM usage_months WHERE tenant_id = %(t)s) GROUP BY 1, 2, 3, 4)"
                " SELECT * FROM months FULL JOIN days USING (kind, month, project_id, subject_id)"
                " WHERE months.count IS DISTINCT FROM days.count", {"t": tenant.tenant_id}).fetchall()  # fmt: skip
            held = admin.execute("SELECT through FROM usage_months WHERE tenant_id = %s", [tenant.tenant_id]).fetchone()[0]
        assert wrong == [] and day(2) <= held <= day(0), (wrong, held)
        subjects = figures(tenant, "subjects", **span(days[-1], days[0]))["subjects"]
        assert next(one["count"] for one in subjects if one["id"] == offer) == len(views) + 1

    def test_funnels(self, stage: Stage, tenant: Tenant):
        date, visitors = day(40), ["AAAAAAAAAAA", "AAAAAAAAAAE", "AAAAAAAAAAI", "AAAAAAAAAAM"]
        offer = str(uuid.uuid4())
        deliver(stage, tenant, [
            *(event(tenant, occurred_at=at(date, "08:00:00"), visitor=visitor) for visitor in visitors),
            *(event(tenant, occurred_at=at(date, "08:01:00"), visitor=one, kind="offer_viewed", offer_id=offer) for one in visitors[:2]),
            event(tenant, occurred_at=at(date, "08:02:00"), visitor=visitors[0], kind="apply_clicked", offer_id=offer),
            event(tenant, occurred_at=at(date, "08:03:00"), visitor=visitors[0], kind="chat_answered", citations=1),
            event(tenant, occurred_at=at(date, "08:04:00"), visitor=visitors[1], kind="chat_unknown"),
            event(tenant, occurred_at=at(date, "08:05:00"), visitor=visitors[0], kind="chat_feedback", rating="up"),
        ])  # fmt: skip
        funnels = figures(tenant, "funnels", **span(date, date))
        told = {name: [(one["step"], one["count"], one["visitors"], one["rate"]) for one in funnels[name]] for name in ("search", "chatbot")}
        assert told == {
            "search": [("searched", 4, 4, None), ("viewed", 2, 2, 0.5), ("applied", 1, 1, 0.5)],
            "chatbot": [("asked", 2, 2, None), ("answered", 1, 1, 0.5), ("satisfied", 1, 1, 1.0)],
        }


class TestVisitors:
    def test_browsers_are_told_apart_at_the_door(self, stage: Stage, make_tenant):
        """From the door to the figure: nothing but a hash of the day reaches the stream."""
        tenant = make_tenant("visitors-e2e")

        def seen() -> dict[str, int]:
            for agent in ("Firefox", "Chromium", "Firefox"):
                answer = tenant.candidate.send("GET", "/v1/offers", headers={"User-Agent": agent})
                assert answer.status_code == 200
            return {one["step"]: one["visitors"] for one in figures(tenant, "totals")["visitors"]}

        # Nobody is a visitor while a busy table has not told the day's salt: they come again.
        assert wait_for(lambda: (found := seen()).get("searched", 0) > 1 and found, "both", 60, 1) == {"visited": 2, "searched": 2}


class TestRights:
    def test_each_tenant_has_its_own(self, stage: Stage, tenant: Tenant, alpha: Tenant):
        before = figures(alpha, "totals")["total"]
        deliver(stage, tenant, [event(tenant) for _ in range(5)])
        assert figures(alpha, "totals")["total"] - before < 5
        with stage.pool(alpha.tenant_id, "metrics") as connection:
            for table in ("events", "events_aside", "usage_hours", "usage_days", "usage_subjects", "usage_subject_packs", "usage_months", "usage_whole_months", "usage_visitors"):
                seen = connection.execute(f"SELECT DISTINCT tenant_id::text FROM {table}").fetchall()
                assert set(seen) <= {(alpha.tenant_id,)}, table

    def test_a_partition_cannot_be_read_past_the_table(self, stage: Stage, tenant: Tenant):
        with stage.pool(tenant.tenant_id) as connection:
            name = connection.execute(
                "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass LIMIT 1"
            ).fetchone()[0]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT 1 FROM {name}")

    def test_a_project_shows_its_own(self, stage: Stage, tenant: Tenant):
        date = day(43)
        deliver(stage, tenant, [event(tenant, occurred_at=at(date, "08:00:00"), project=project) for project in (tenant.project, str(uuid.uuid4()))])
        for view in ("totals", "series", "breakdown", "funnels"):
            own = tenant.back.call("GET", f"/v1/projects/{tenant.project}/statistics/{view}", **span(date, date))
            parts = points(own) if view == "series" else own.get("parts") or own.get("search")
            assert (own.get("total") or sum(one["count"] for one in parts)) == 1, view
        answer = tenant.member.get(f"/v1/projects/{tenant.project}/statistics/totals", project=tenant.project)
        assert refused_fields(answer) == {"project": "not-here"}


@pytest.mark.parametrize(
    ("view", "query", "refused"),
    [
        ("totals", {"from": "yesterday"}, {"from": "invalid-date"}),
        ("totals", {"from": "2026-02-30"}, {"from": "invalid-date"}),
        ("totals", {"to": "9999-12-31"}, {"to": "out-of-range"}),
        ("totals", {"from": "1999-01-01"}, {"from": "out-of-range"}),
        ("totals", {"from": "2026-03-02", "to": "2026-03-01"}, {"from": "not-before-to"}),
        ("totals", {"from": "2024-01-01", "to": "2026-01-01"}, {"to": "period-too-long"}),
        ("totals", {"channel": "pigeon"}, {"channel": "invalid"}),
        ("totals", {"kinds": "search,telepathy"}, {"kinds": "invalid"}),
        ("totals", {"tenant": "alpha-e2e"}, {}),
        ("totals", {"from": ["2026-01-01", "2026-01-02"]}, {}),
        ("series", {"grain": "minute"}, {"grain": "invalid"}),
        ("series", {"grain": "hour", "from": "2026-01-01", "to": "2026-03-01"}, {"to": "period-too-long"}),
        ("series", {"grain": "hour", "from": "2025-12-01", "to": "2025-12-02"}, {"from": "out-of-range"}),
        ("breakdown", {"by": "person"}, {"by": "invalid"}),
        ("subjects", {"kind": "search"}, {"kind": "invalid"}),
        ("subjects", {"limit": "0"}, {"limit": "invalid"}),
        ("funnels", {"channel": "web"}, {"channel": "not-here"}),
    ],
)
def test_bad_questions_are_named(tenant: Tenant, view: str, query: dict[str, Any], refused: dict[str, str]):
    answer = tenant.member.get(f"/v1/statistics/{view}", **query)
    is_problem(answer, ("urn:vivier:problem:invalid-query", 400))
    assert refused_fields(answer) == refused


@pytest.mark.parametrize("zone", ["Europe/Camille", "europe/paris", "Asia/Kolkata", "", "+02:00"])
def test_bad_zones_change_nothing(tenant: Tenant, zone: str):
    answer = tenant.member.send("PUT", "/v1/statistics/time-zone", json={"time_zone": zone})
    is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
    assert tenant.back.call("GET", "/v1/statistics/time-zone") == {"time_zone": "Europe/Paris"}


class TestExactness:
    def test_any_order_repetition_and_split_give_the_same_figures(self, stage: Stage, tenant: Tenant):
        """Compared with a count by a plain program over what was sent."""
        rng = random.Random(20_261_129)
        date = day(70)
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("search", {"results": 3}), ("search", {"results": 0}), ("chat_answered", {"citations": 2}), ("chat_unknown", {}),
            ("offer_viewed", {"offer_id": str(uuid.UUID(int=rng.getrandbits(128)))}),
        ]  # fmt: skip
        events = []
        for _ in range(400):
            kind, fields = rng.choice(kinds)
            moment = f"{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
            events.append(event(tenant, occurred_at=at(date, moment), kind=kind, language=rng.choice(["fr", "en"]), **fields))
        sent = events * 3
        rng.shuffle(sent)
        while sent:
            size = rng.randrange(1, 200)
            put(stage, [coded(one) for one in sent[:size]], shard=str(rng.random()))
            sent = sent[size:]
        pass_by(stage, tenant)
        expected: Counter = Counter()
        for one in events:
            outcome = {"search": "found" if one["results"] else "none", "offer_viewed": "direct"}.get(one["kind"], "")
            expected[(one["occurred_at"][:13] + ":00:00Z", one["kind"], outcome)] += 1
        series = figures(tenant, "series", grain="hour", **span(date - dt.timedelta(days=1), date + dt.timedelta(days=1)))
        hours = {(one["at"], one["kind"], one["outcome"]): one["count"] for one in points(series) if one["at"].startswith(date.isoformat())}
        assert hours == expected
