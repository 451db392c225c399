"""What is held is not removed, and everything else is; a hold has a reason and an end, and erasures wait for it."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from typing import Any

import pytest

from demo.client import Operator, OperatorError, wait_for

from . import alerts, log
from .api import NOT_FOUND, is_problem
from .belongings import in_days
from .privacy import due, newest, stores
from .privacy import run as answer_requests
from .stage import Stage
from .tenants import Tenant
from .test_permissions import denied

INVALID_BODY = ("urn:vivier:problem:invalid-body", 400)
UNAVAILABLE = ("urn:vivier:problem:unavailable", 503)
CONFLICT = ("urn:vivier:problem:conflict", 409)
REASON = "Prud'hommes 24/00123"


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("retention-holds")


@pytest.fixture(scope="module")
def other(make_tenant) -> Tenant:
    return make_tenant("retention-free")


@pytest.fixture(autouse=True)
def nothing_held(house: Tenant):
    yield
    for hold in house.back.call("GET", "/v1/retention/holds", limit=100)["holds"]:
        if hold["in_force"]:
            house.member.send("DELETE", f"/v1/retention/holds/{hold['id']}")


def hold(tenant: Tenant, days: int = 30, **on: Any) -> dict[str, Any]:
    answer = tenant.member.send("POST", "/v1/retention/holds", json={"reason": REASON, "ends_at": in_days(days), **on})
    assert answer.status_code == 201, answer.text
    return answer.json()


def release(tenant: Tenant, held: dict[str, Any]) -> None:
    answer = tenant.member.send("DELETE", f"/v1/retention/holds/{held['id']}")
    assert answer.status_code == 200 and answer.json()["in_force"] is False, answer.text


def purge(operator: Operator, tenant: Tenant, **more: Any) -> dict[str, Any]:
    report = operator.invoke("retention", {"operation": "run", "tenant": tenant.slug, **more})
    assert report["failed"] == []
    return report["tenants"][0]


def old_events(stage: Stage, tenant: Tenant, number: int, days: int = 100) -> None:
    then = dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=days)
    with stage.pool(tenant.tenant_id, "metrics") as connection:
        connection.execute("SELECT usage_begin(%s)", [[then.date()]])
        connection.execute("INSERT INTO events (tenant_id, event_id, kind, occurred_at, detail)"
                           " SELECT bound_tenant(), gen_random_uuid(), 'search', %s, '{}' FROM generate_series(1, %s)", [then, number])  # fmt: skip


def talk(stage: Stage, tenant: Tenant, age: int = 100) -> str:
    """A conversation that is over, whatever the table removes by itself."""
    session, last = str(uuid.uuid4()), int(time.time()) - age * 86_400
    for order in ("session", f"message#{uuid.uuid4()}"):
        stage.client("dynamodb").put_item(TableName=tenant.table, Item={
            "pk": {"S": f"session#{session}"}, "sk": {"S": order}, "last_at": {"N": str(last)},
            "expires_at": {"N": str(last + 90 * 86_400)},
        })  # fmt: skip
    return session


def items(stage: Stage, tenant: Tenant, session: str) -> int:
    return stage.client("dynamodb").query(
        TableName=tenant.table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": f"session#{session}"}}
    )["Count"]


def expiry(stage: Stage, tenant: Tenant) -> str:
    return stage.client("dynamodb").describe_time_to_live(TableName=tenant.table)["TimeToLiveDescription"]["TimeToLiveStatus"]


class TestPurge:
    def test_a_kind_that_is_held_stays_and_everything_else_goes(self, stage: Stage, operator: Operator, house: Tenant, other: Tenant):
        held = hold(house, kind="events")
        for tenant in (house, other):
            old_events(stage, tenant, 7)
            stage.enter(tenant.tenant_id, "held", at=dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=500))
            stage.forget_entries(tenant.tenant_id)
            stage.enter(tenant.tenant_id, "held", at=dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=100))
        done = {tenant.slug: purge(operator, tenant) for tenant in (house, other)}
        assert (done[house.slug]["removed"]["events"], done[house.slug]["held"]) == (0, {"events": 7})
        assert (done[other.slug]["removed"]["events"], done[other.slug]["held"]) == (7, {})
        assert done[house.slug]["removed"]["audit_log"] >= 1 and done[house.slug]["complete"] is True
        count = "SELECT count(*) FROM events WHERE occurred_at < now() - interval '90 days'"
        assert (house.pool(count), other.pool(count)) == ([(7,)], [(0,)])
        kept = [one for one in house.back.call("GET", "/v1/retention/reports", limit=100)["reports"] if one["kind"] == "events"]
        assert (kept[0]["removed"], kept[0]["held"], kept[0]["complete"]) == (0, 7, True)
        assert {one["kind"]: one["held"] for one in house.back.call("GET", "/v1/retention/preview")["kinds"]}["events"] == 7
        release(house, held)
        assert purge(operator, house)["removed"]["events"] == 7

    def test_days_are_dropped_but_for_those_in_which_somebody_holds_events(self, stage: Stage, house: Tenant, other: Tenant):
        """What goes with a day is in the reports of those whose it was, counted from their hours."""
        held = hold(house, kind="events")
        then = dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=95)
        table = f"events_{then:%Y%m%d}"
        exists = lambda: other.pool("SELECT to_regclass(%s) IS NOT NULL", table)[0][0]  # noqa: E731
        for tenant in (house, other):
            old_events(stage, tenant, 5, days=95)
            with stage.pool(tenant.tenant_id, "metrics") as connection:
                connection.execute("INSERT INTO usage_hours VALUES (bound_tenant(), date_trunc('hour', %s::timestamptz),"
                                   " '00000000-0000-0000-0000-000000000000', 'search', '', 'web', 'fr', 5, 0) ON CONFLICT DO NOTHING", [then])  # fmt: skip
        stage.tick("retention")
        assert exists(), "the day is held"
        count = f"SELECT count(*) FROM {table}"
        with stage.pool(house.tenant_id, "retention") as connection:
            assert connection.execute("SELECT count(event_id) FROM events WHERE occurred_at < now() - interval '94 days'").fetchone()[0] >= 5, count
        assert other.pool("SELECT count(*) FROM events WHERE occurred_at < now() - interval '94 days'") == [(0,)], "the other's went one by one"
        release(house, held)
        old_events(stage, other, 5, days=95)
        stage.tick("retention")
        assert not exists()
        for tenant in (house, other):
            newest_run = [one for one in tenant.back.call("GET", "/v1/retention/reports", limit=100)["reports"] if one["kind"] == "events"][0]
            assert newest_run["days"] >= 1 and newest_run["removed"] >= 5, newest_run

    def test_one_conversation_or_all(self, stage: Stage, operator: Operator, house: Tenant):
        one, two = talk(stage, house), talk(stage, house)
        held = hold(house, conversation=one)
        assert expiry(stage, house) in ("DISABLED", "DISABLING"), "nothing but the purge removes what is held"
        done = purge(operator, house)
        assert (done["held"], items(stage, house, one), items(stage, house, two)) == ({"conversations": 2}, 2, 0)
        everything = hold(house, kind="conversations")
        three = talk(stage, house)
        assert purge(operator, house)["held"] == {"conversations": 4}
        for gone in (everything, held):
            release(house, gone)
        assert purge(operator, house)["removed"]["conversations"] == 4
        assert items(stage, house, one) == items(stage, house, three) == 0
        stage.tick("retention")
        assert expiry(stage, house) == "ENABLED"

    def test_nothing_is_promised_while_the_table_removes_by_itself(self, stage: Stage, operator: Operator, house: Tenant):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        body = {"kind": "conversations", "reason": REASON, "ends_at": in_days(30)}
        stage.tick("retention")
        assert expiry(stage, house) == "ENABLED"
        with denied(stage, "retention", "dynamodb:UpdateTimeToLive", f"table/{house.table}", as_tenant=True):
            answer = house.member.send("POST", "/v1/retention/holds", json=body, headers=key)
            is_problem(answer, UNAVAILABLE)
            assert [one for one in house.back.call("GET", "/v1/retention/holds", limit=100)["holds"] if one["in_force"]] == []
        again = house.member.send("POST", "/v1/retention/holds", json=body, headers=key)
        assert (again.status_code, expiry(stage, house)) == (201, "DISABLED"), again.text

    def test_a_tenant_of_which_something_is_held_is_not_deleted(self, operator: Operator, make_tenant):
        tenant = make_tenant("retention-kept")
        held = hold(tenant, kind="audit_log")
        with pytest.raises(OperatorError, match="held"):
            operator.invoke("tenants", {"operation": "delete", "slug": tenant.slug, "confirm": tenant.slug})
        assert tenant.back.call("GET", f"/v1/retention/holds/{held['id']}")["in_force"] is True
        command = {"operation": "release", "tenant": tenant.slug, "hold": held["id"]}
        assert [operator.invoke("retention", command)["released"] for _ in range(2)] == [True, False]
        done = [(one["actor"], one["outcome"]) for one in log.entries(tenant, action="retention.release")]
        assert done == [("operator", "begun"), ("operator", "done"), ("operator", "begun"), ("operator", "refused")]
        assert operator.invoke("tenants", {"operation": "delete", "slug": tenant.slug, "confirm": tenant.slug})["deleted"]

    def test_confirming_the_same_search_again_removes_nothing_that_is_held(self, stage: Stage, operator: Operator, house: Tenant):
        mine = alerts.saved(stage, house)
        held = hold(house, email=mine)
        (older,) = [one for (one,) in house.sql("SELECT id FROM alerts WHERE email = %s", mine)]
        stage.forget_askers(house.tenant_id)
        assert alerts.saved(stage, house, email=mine) == mine
        assert house.sql("SELECT count(*), count(*) FILTER (WHERE expires_at > now()) FROM alerts WHERE email = %s", mine) == [(2, 1)]
        assert purge(operator, house)["held"]["alerts"] >= 1
        assert house.sql("SELECT count(*) FROM alerts WHERE id = %s", older) == [(1,)]
        release(house, held)
        purge(operator, house)
        assert house.sql("SELECT count(*) FROM alerts WHERE id = %s", older) == [(0,)]
        house.sql("DELETE FROM alerts WHERE email = %s", mine)

    def test_what_a_candidate_ends_is_gone_for_everybody_and_kept(self, stage: Stage, operator: Operator, house: Tenant):
        held = [hold(house, kind="conversations"), hold(house, kind="alerts")]
        session = house.candidate.send("POST", "/v1/chat/sessions").json()["session_id"]
        assert house.candidate.send("DELETE", f"/v1/chat/sessions/{session}").status_code == 204
        is_problem(house.candidate.get(f"/v1/chat/sessions/{session}"), NOT_FOUND)
        assert items(stage, house, session) == 1
        assert purge(operator, house)["held"]["conversations"] == 1
        for one in held:
            release(house, one)
        purge(operator, house)
        assert items(stage, house, session) == 0

    def test_a_persons_alerts(self, stage: Stage, operator: Operator, house: Tenant):
        mine, others = alerts.saved(stage, house), alerts.saved(stage, house)
        held = hold(house, email=mine.upper())
        assert mine not in str(house.pool("SELECT * FROM legal_holds", role="retention")), "the address is nowhere in it"
        house.sql("UPDATE alerts SET expires_at = now() - interval '1 day' WHERE email = ANY(%s)", [mine, others])
        dry = purge(operator, house, dry_run=True)
        assert (dry["removed"]["alerts"], dry["held"]) == (1, {"alerts": 1})
        for expected in (1, 0):
            done = purge(operator, house)
            assert (done["removed"]["alerts"], done["held"]) == (expected, {"alerts": 1})
        assert house.sql("SELECT email FROM alerts") == [(mine,)]
        release(house, held)
        assert purge(operator, house)["removed"]["alerts"] == 1


class TestErasure:
    def erasure(self, house: Tenant, operator: Operator, email: str, **more: Any) -> dict[str, Any]:
        asked = {"kind": "erasure", "email": email, "language": "fr"} | more
        house.back.call("POST", "/v1/data-requests", asked)

        def answered() -> dict[str, Any] | None:
            answer_requests(operator, house)
            found = newest(house)
            return found if found["state"] in ("partial", "complete") else None

        return wait_for(answered, "an answer to the erasure", 60, 0.2)

    def settled(self, house: Tenant, operator: Operator) -> dict[str, Any]:
        due(house)

        def complete() -> dict[str, Any] | None:
            answer_requests(operator, house)
            found = newest(house)
            return found if found["state"] == "complete" else None

        return wait_for(complete, "the erasure's end", 60, 0.2)

    def test_of_a_held_person_waits_for_the_hold(self, stage: Stage, operator: Operator, house: Tenant):
        email = alerts.saved(stage, house)
        held = hold(house, email=email)
        found = self.erasure(house, operator, email)
        assert (found["state"], stores(found)["alerts"]["reason"]) == ("partial", "held")
        assert house.sql("SELECT count(*) FROM alerts WHERE email = %s", email) == [(1,)]
        due(house)
        answer_requests(operator, house)
        assert newest(house)["state"] == "partial"
        release(house, held)
        done = self.settled(house, operator)
        assert stores(done)["alerts"]["removed"] == 1
        assert house.sql("SELECT count(*) FROM alerts WHERE email = %s", email) == [(0,)]

    def test_leaves_the_held_conversation_and_takes_the_other(self, stage: Stage, operator: Operator, house: Tenant):
        one, two = talk(stage, house, age=1), talk(stage, house, age=1)
        held = hold(house, conversation=one)
        found = self.erasure(house, operator, alerts.fresh(), conversations=[one, two])
        assert (found["state"], stores(found)["conversations"]["reason"]) == ("partial", "held")
        assert (items(stage, house, one), items(stage, house, two)) == (2, 0)
        release(house, held)
        self.settled(house, operator)
        assert items(stage, house, one) == 0

    def test_of_whoever_has_nothing_there_waits_for_nothing(self, operator: Operator, house: Tenant):
        email = alerts.fresh()
        hold(house, email=email)
        hold(house, kind="alerts")
        assert self.erasure(house, operator, email)["state"] == "complete"


class TestHolds:
    def test_are_listed_renewed_and_ended_and_each_is_entered(self, house: Tenant):
        before = house.pool("SELECT coalesce(max(ordinal), 0) FROM audit_log")[0][0]
        held = hold(house, days=10, kind="audit_log")
        assert (held["on"], held["kind"], held["reason"], held["in_force"], held["ends_soon"]) == ("kind", "audit_log", REASON, True, True)
        assert house.back.call("GET", f"/v1/retention/holds/{held['id']}") == held == house.back.call("GET", "/v1/retention/holds", limit=1)["holds"][0]
        assert {one["kind"]: one["held"] for one in house.back.call("GET", "/v1/retention/policies")["policies"]}["audit_log"] is True
        path = f"/v1/retention/holds/{held['id']}"
        later = in_days(360)
        renewed = house.member.send("PATCH", path, json={"ends_at": later}).json()
        assert (renewed["ends_at"], renewed["ends_soon"]) == (later, False)
        for ends_at in (in_days(367), in_days(-1)):
            is_problem(house.member.send("PATCH", path, json={"ends_at": ends_at}), INVALID_BODY)
        release(house, held)
        again = house.member.send("DELETE", path)
        assert again.status_code == 200 and again.json()["released_at"], "once more changes nothing"
        is_problem(house.member.send("PATCH", path, json={"ends_at": later}), CONFLICT)
        made = house.pool("SELECT action, outcome FROM audit_log WHERE ordinal > %s ORDER BY ordinal", before)
        done = {action for action, outcome in made if outcome == "done"}
        assert done == {"retention_holds_create", "retention_holds_renew", "retention_holds_release"}

    def test_end_by_themselves(self, operator: Operator, stage: Stage, house: Tenant):
        held = hold(house, kind="events")
        old_events(stage, house, 2)
        assert purge(operator, house)["held"] == {"events": 2}
        with stage.pool(house.tenant_id, "retention") as connection:
            connection.execute("UPDATE legal_holds SET ends_at = now() WHERE id = %s", [held["id"]])
        assert house.back.call("GET", f"/v1/retention/holds/{held['id']}")["in_force"] is False
        assert purge(operator, house)["removed"]["events"] == 2

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({"kind": "events", "ends_at": in_days(367)}, "ends_at", "out-of-range"), ({"kind": "events", "ends_at": in_days(-1)}, "ends_at", "out-of-range"),
            ({"kind": "copies"}, "kind", "cannot-be-held"), ({}, "kind", "missing"), ({"kind": "events", "email": "a@b.example"}, "kind", "one-alone"),
            ({"email": "nobody"}, "email", "invalid"), ({"kind": "events", "reason": ""}, "reason", "invalid"),
            ({"kind": "events", "reason": "x" * 501}, "reason", "invalid"), ({"kind": "events", "reason": "a\nb\nc"}, "reason", "invalid"),
        ],
        ids=["too long", "in the past", "kind", "nothing", "two", "no address", "no reason", "long reason", "lines"],
    )  # fmt: skip
    def test_what_is_none(self, house: Tenant, body: dict[str, Any], field: str, code: str):
        answer = house.member.send("POST", "/v1/retention/holds", json={"reason": REASON, "ends_at": in_days(30)} | body)
        is_problem(answer, INVALID_BODY)
        assert {"field": field, "code": code} in answer.json()["errors"]
        assert house.pool("SELECT count(*) FROM legal_holds WHERE over_at > now()", role="retention") == [(0,)]

    def test_the_same_request_places_one(self, house: Tenant):
        key = str(uuid.uuid4())
        body = {"kind": "test_runs", "reason": REASON, "ends_at": in_days(30)}
        made = [house.member.send("POST", "/v1/retention/holds", json=body, headers={"Idempotency-Key": key}).json()["id"] for _ in range(2)]
        assert made[0] == made[1]
        assert house.pool("SELECT count(*) FROM legal_holds WHERE over_at > now()", role="retention") == [(1,)]


def test_a_purge_that_is_killed_is_gone_on_with(stage: Stage, operator: Operator, house: Tenant):
    """What it removed is reported, and what is left the next run takes: nothing is lost and nothing told twice."""
    number = 60_000
    old_events(stage, house, number, days=101)
    left = lambda: house.pool("SELECT count(*) FROM events WHERE occurred_at < now() - interval '90 days'")[0][0]  # noqa: E731
    told = "SELECT coalesce(sum(removed), 0) FROM purge_reports WHERE kind = 'events' AND NOT dry_run"
    before = house.pool(told, role="retention")[0][0]
    client = stage.client("lambda")
    client.invoke(FunctionName=f"vivier-{stage.name}-retention", InvocationType="Event",
                  Payload=('{"operation": "run", "tenant": "%s"}' % house.slug).encode())  # fmt: skip
    wait_for(lambda: left() < number, "the purge's first batch", 60, 0.01)
    stage.kill("retention")
    stopped = left()
    reported = house.pool(told, role="retention")[0][0] - before
    assert 0 < stopped < number, "it was in the middle"
    assert reported == number - stopped, "each batch was told with it"
    wait_for(lambda: purge(operator, house)["complete"] and left() == 0, "the rest", 120, 1)
    assert house.pool(told, role="retention")[0][0] - before == number
