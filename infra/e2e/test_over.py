"""What is past its time is answered by no read, though it is physically there; and days may be chosen within what was promised (K8.1a, K9.1e)."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from demo.client import Operator

from . import alerts
from .api import FORBIDDEN, NOT_FOUND, is_problem
from .stage import Stage
from .tenants import Tenant

AGE = 40
"""Days; what every thing of these tests is old. It is within the longest that may be chosen, and beyond the shortest."""
INVALID_BODY = ("urn:vivier:problem:invalid-body", 400)
NOW = dt.datetime.now(dt.timezone.utc)
THEN = NOW - dt.timedelta(days=AGE)


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("retention-over")


def policies(tenant: Tenant) -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in tenant.back.call("GET", "/v1/retention/policies")["policies"]}


def choose(tenant: Tenant, **days: int) -> None:
    answer = tenant.member.send("PATCH", "/v1/retention/policies", json={"days": days})
    assert answer.status_code == 200, answer.text


def conversation(stage: Stage, tenant: Tenant) -> Callable[[], bool]:
    session = tenant.candidate.send("POST", "/v1/chat/sessions").json()["session_id"]
    last = int(THEN.timestamp())
    table, key = stage.client("dynamodb"), {"pk": {"S": f"session#{session}"}, "sk": {"S": "session"}}
    table.update_item(TableName=tenant.table, Key=key, UpdateExpression="SET last_at = :l", ExpressionAttributeValues={":l": {"N": str(last)}})
    listed = lambda: [one["session_id"] for one in tenant.back.call("GET", "/v1/conversations", status="open")["conversations"]]  # noqa: E731

    def seen() -> bool:
        assert "Item" in table.get_item(TableName=tenant.table, Key=key), "it is there"
        answers = {tenant.candidate.get(f"/v1/chat/sessions/{session}").status_code,
                   tenant.member.get(f"/v1/conversations/{session}").status_code,
                   200 if session in listed() else 404}  # fmt: skip
        assert len(answers) == 1, answers
        return answers == {200}

    return seen


def events(stage: Stage, tenant: Tenant) -> Callable[[], bool]:
    detail = {"results": 0, "filters": 0, "context": {"search": str(uuid.uuid4()), "project": tenant.project, "tag": None}}
    with stage.pool(tenant.tenant_id, "metrics") as connection:
        connection.execute("SELECT usage_begin(%s)", [[THEN.date()]])
        connection.execute(
            "INSERT INTO events (tenant_id, event_id, kind, occurred_at, detail) VALUES (bound_tenant(), %s, 'search', %s, %s)",
            [uuid.uuid4(), THEN, json.dumps(detail)],
        )
    path, period = f"/v1/projects/{tenant.project}/search-queries", {"from": str(THEN.date()), "to": str(THEN.date())}

    def seen() -> bool:
        assert tenant.pool("SELECT count(*) FROM events WHERE occurred_at = %s", THEN) == [(1,)]
        return tenant.back.call("GET", path, **period)["total"]["searches"] == 1

    return seen


def audit_log(stage: Stage, tenant: Tenant) -> Callable[[], bool]:
    subject = f"over-{uuid.uuid4()}"
    stage.enter(tenant.tenant_id, subject, at=THEN)

    def seen() -> bool:
        assert tenant.pool("SELECT count(*) FROM audit_log WHERE subject = %s", subject) == [(1,)]
        listed = subject in tenant.member.get("/v1/audit", subject=subject).text
        taken = subject in tenant.member.get("/v1/audit/export", **{"from": str(THEN.date()), "to": str(NOW.date()), "format": "csv"}).text
        assert listed == taken
        return listed

    return seen


def alert(stage: Stage, tenant: Tenant) -> Callable[[], bool]:
    email = alerts.saved(stage, tenant)
    tenant.sql("UPDATE alerts SET confirmed_at = %s, expires_at = %s WHERE email = %s", THEN, THEN + dt.timedelta(days=90), email)

    def seen() -> bool:
        assert tenant.sql("SELECT count(*) FROM alerts WHERE email = %s", email) == [(1,)]
        alerts.due(tenant, email)
        stage.tick("alerts")
        # Whoever works on it moves what is next; of one that is over nobody takes it up.
        return tenant.sql("SELECT next_at > now() FROM alerts WHERE email = %s", email) == [(True,)]

    return seen


def figures(stage: Stage, tenant: Tenant) -> Callable[[], bool]:
    day = (NOW - dt.timedelta(days=200)).date()
    row = "INSERT INTO usage_days VALUES (bound_tenant(), %s, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'search', '', '*', '*', 7, 0)"
    with stage.pool(tenant.tenant_id, "metrics") as connection:
        connection.execute(row, [day])

    def seen() -> bool:
        counts = tenant.back.call("GET", "/v1/statistics/totals", **{"from": str(day), "to": str(day)})
        return "7" in json.dumps(counts["counts"] if "counts" in counts else counts["totals"])

    return seen


def feed_run(stage: Stage, tenant: Tenant) -> Callable[[], bool]:
    body = {"source": f"over-{uuid.uuid4().hex[:8]}", "format": "csv", "address": "https://partner.invalid/a.csv",
            "schedule": {"every": "hour"}, "enabled": False}  # fmt: skip
    feed, run = tenant.back.call("POST", "/v1/feeds", body)["feed_id"], uuid.uuid4()
    tenant.sql("INSERT INTO feed_runs (id, feed_id, cause, status, created_at, started_at, finished_at)"
               " VALUES (%s, %s, 'member', 'unchanged', %s, %s, %s)", run, feed, THEN, THEN, THEN)  # fmt: skip

    def seen() -> bool:
        listed = bool(tenant.back.call("GET", f"/v1/feeds/{feed}/runs")["runs"])
        assert listed == (tenant.member.get(f"/v1/feeds/{feed}/runs/{run}").status_code == 200)
        return listed

    return seen


def test_run(stage: Stage, tenant: Tenant) -> Callable[[], bool]:
    run = uuid.uuid4()
    tenant.pool("INSERT INTO test_runs (tenant_id, project_id, id, status, cause, edition, settings, questions, created_at)"
                " VALUES (bound_tenant(), %s, %s, 'failed', 'member', 'published', '{}', 1, %s)", tenant.project, run, THEN)  # fmt: skip
    path = f"/v1/projects/{tenant.project}/test-runs"

    def seen() -> bool:
        listed = str(run) in tenant.member.get(path).text
        assert listed == (tenant.member.get(f"{path}/{run}").status_code == 200)
        return listed

    return seen


test_run.__test__ = False  # type: ignore[attr-defined]
THINGS: dict[str, tuple[Callable, int, int]] = {
    "conversations": (conversation, 90, 30),
    "events": (events, 90, 30),
    "audit_log": (audit_log, 90, 30),
    "alerts": (alert, 90, 30),
    "usage_days": (figures, 1098, 92),
    "feed_runs": (feed_run, 90, 30),
    "test_runs": (test_run, 366, 30),
}


class TestReads:
    @pytest.mark.parametrize("kind", THINGS)
    def test_nothing_that_is_over_is_answered_though_it_is_there(self, stage: Stage, house: Tenant, kind: str):
        """By the days that hold now: shorter ones hide it at once, before any purge; longer ones show it again."""
        make, longest, shorter = THINGS[kind]
        choose(house, **{kind: longest})
        seen = make(stage, house)
        assert seen(), "it is within its days"
        try:
            choose(house, **{kind: shorter})
            assert not seen(), "it is over, and there"
            choose(house, **{kind: AGE + 165 if kind == "usage_days" else AGE + 1})
            assert seen(), "nothing removed it"
        finally:
            choose(house, **{kind: longest})

    def test_a_report_file_that_is_over(self, house: Tenant):
        run = house.back.call("POST", "/v1/reports/activity/runs", {"format": "json", "period": "last_7_days", "language": "fr"})["run_id"]
        path = f"/v1/reports/activity/runs/{run}"
        assert house.member.get(path).status_code == 200
        house.sql("UPDATE report_runs SET expires_at = now() WHERE id = %s", run)
        is_problem(house.member.get(path), NOT_FOUND)
        assert run not in house.member.get("/v1/reports/activity/runs").text

    def test_a_request_that_was_answered_long_ago(self, house: Tenant):
        asked = {"kind": "rectification", "email": alerts.fresh(), "language": "fr", "note": "Une correction"}
        request = house.back.call("POST", "/v1/data-requests", asked)["id"]
        house.sql("UPDATE privacy_requests SET state = 'complete', ended_at = now() - interval '399 days', email = NULL, note = NULL,"
                  " next_at = 'infinity' WHERE id = %s", request)  # fmt: skip
        path = f"/v1/data-requests/{request}"
        assert house.member.get(path).status_code == 200
        house.sql("UPDATE privacy_requests SET ended_at = now() - interval '401 days' WHERE id = %s", request)
        is_problem(house.member.get(path), NOT_FOUND)
        assert request not in house.member.get("/v1/data-requests").text

    def test_reports_and_holds_of_long_ago(self, stage: Stage, house: Tenant):
        run, hold = uuid.uuid4(), uuid.uuid4()
        with stage.pool(house.tenant_id, "retention") as connection:
            connection.execute("INSERT INTO purge_reports (tenant_id, run_id, kind, dry_run, cutoff, removed, complete, finished_at)"
                               " VALUES (bound_tenant(), %s, 'events', true, now(), 0, true, now() - interval '401 days')", [run])  # fmt: skip
            connection.execute("INSERT INTO legal_holds (tenant_id, id, scope, kind, reason, placed_at, ends_at) VALUES (bound_tenant(), %s,"
                               " 'kind', 'events', 'Alt', now() - interval '500 days', now() - interval '401 days')", [hold])  # fmt: skip
        assert str(run) not in house.member.get("/v1/retention/reports", limit=100).text
        assert str(hold) not in house.member.get("/v1/retention/holds").text
        is_problem(house.member.get(f"/v1/retention/holds/{hold}"), NOT_FOUND)


class TestPolicies:
    def test_are_listed_with_what_may_be_chosen(self, house: Tenant):
        found = policies(house)
        assert list(found) == ["conversations", "events", "audit_log", "alerts", "usage_hours", "usage_days", "feed_runs", "test_runs",
                               "closed_offers", "import_files", "report_files", "copies", "privacy_requests", "purge_reports",
                               "legal_holds"]  # fmt: skip
        for one in found.values():
            assert one["days"] <= one["most"] and (one["least"] is None or one["least"] <= one["days"])
        assert all(found[kind]["most"] <= 90 for kind in ("conversations", "events", "audit_log", "alerts", "import_files"))

    def test_are_the_settings_that_hold(self, house: Tenant, operator: Operator):
        choose(house, conversations=33, feed_runs=44)
        holds = house.member.get("/v1/settings").json()
        assert (holds["settings"]["retention"]["conversations_days"], holds["settings"]["retention"]["feed_runs_days"]) == (33, 44)
        told = operator.invoke("retention", {"operation": "policies", "tenant": house.slug})["policies"]
        assert {one["kind"]: one["days"] for one in told} == {kind: one["days"] for kind, one in policies(house).items()}
        choose(house, conversations=90, feed_runs=90)

    @pytest.mark.parametrize(
        ("days", "field", "code"),
        [
            ({"conversations": 91}, "days.conversations", "out-of-range"), ({"audit_log": 0}, "days.audit_log", "out-of-range"),
            ({"alerts": 6}, "days.alerts", "out-of-range"), ({"usage_days": 91}, "days.usage_days", "out-of-range"),
            ({"usage_days": 1099}, "days.usage_days", "out-of-range"), ({"copies": 3}, "days.copies", "fixed"),
            ({"purge_reports": 400}, "days.purge_reports", "fixed"), ({}, "days", "missing"),
        ],
        ids=str,
    )  # fmt: skip
    def test_nothing_beyond_what_was_promised(self, house: Tenant, days: dict, field: str, code: str):
        before = policies(house)
        answer = house.member.send("PATCH", "/v1/retention/policies", json={"days": days | ({"events": 55} if days else {})})
        is_problem(answer, INVALID_BODY)
        assert {"field": field, "code": code} in answer.json()["errors"]
        assert policies(house) == before, "nothing of it was taken"

    @pytest.mark.parametrize("body", [{"days": {"cvs": 1}}, {"days": {"events": -1}}, {"days": {"events": "ten"}}, {"days": 3}, {"dayz": {}}, []], ids=str)
    def test_nothing_that_is_none(self, house: Tenant, body: Any):
        before = policies(house)
        is_problem(house.member.send("PATCH", "/v1/retention/policies", json=body), INVALID_BODY)
        assert policies(house) == before

    def test_need_their_rights(self, house: Tenant):
        reader = house.person("analyst").bearer
        assert reader.get("/v1/retention/policies").status_code == 200
        is_problem(reader.send("PATCH", "/v1/retention/policies", json={"days": {"events": 10}}), FORBIDDEN)
        is_problem(reader.send("POST", "/v1/retention/holds", json={}), FORBIDDEN)
        is_problem(house.person("reader").bearer.get("/v1/retention/policies"), FORBIDDEN)


class TestPreview:
    def test_counts_and_changes_nothing(self, stage: Stage, house: Tenant):
        for _ in range(3):
            stage.enter(house.tenant_id, "preview")
        house.sql("INSERT INTO feeds (id, source, format, address, host_keys, every, enabled, next_at, created_at, updated_at)"
                  " VALUES ('018f0000-0000-7000-8000-00000000feed', 'preview', 'csv', 'https://p.invalid/', '{}', 'hour', false, now(), now(), now())"
                  " ON CONFLICT DO NOTHING")  # fmt: skip
        house.sql("INSERT INTO feed_runs (id, feed_id, cause, status, created_at, finished_at) SELECT gen_random_uuid(),"
                  " '018f0000-0000-7000-8000-00000000feed', 'member', 'unchanged', now(), now() - interval '100 days' FROM generate_series(1, 4)")  # fmt: skip
        before = (house.pool("SELECT count(*) FROM audit_log"), house.sql("SELECT count(*) FROM feed_runs"))
        reports = house.member.get("/v1/retention/reports", limit=100).json()
        preview = house.back.call("GET", "/v1/retention/preview")
        kinds = {one["kind"]: one for one in preview["kinds"]}
        assert kinds["feed_runs"] == {"kind": "feed_runs", "removed": 4, "held": 0, "complete": True}
        assert kinds["audit_log"]["removed"] == 0
        later = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=91)).strftime("%Y-%m-%dT%H:%M:%SZ")
        then = {one["kind"]: one for one in house.back.call("GET", "/v1/retention/preview", as_of=later)["kinds"]}
        assert then["audit_log"]["removed"] >= 3
        assert (house.pool("SELECT count(*) FROM audit_log"), house.sql("SELECT count(*) FROM feed_runs")) == before
        assert house.member.get("/v1/retention/reports", limit=100).json() == reports, "a preview is no run"

    @pytest.mark.parametrize("as_of", ["tomorrow", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "", "12"])
    def test_of_no_such_moment(self, house: Tenant, as_of: str):
        is_problem(house.member.get("/v1/retention/preview", as_of=as_of), ("urn:vivier:problem:invalid-query", 400))


def test_files_go_with_all_their_versions(stage: Stage, operator: Operator, house: Tenant):
    """Of imports, reports and copies; what nothing tells of any more too. Nothing else does."""
    s3, ids = stage.client("s3"), [str(uuid.uuid4()) for _ in range(3)]
    keys = [f"imports/{ids[0]}", f"reports/{ids[1]}", f"copies/{ids[2]}"]
    for key in (*keys, "index/e2e"):
        for text in (b"one", b"two"):
            s3.put_object(Bucket=house.bucket, Key=key, Body=text)
    for key in keys:
        s3.delete_object(Bucket=house.bucket, Key=key)

    def versions(key: str) -> int:
        found = s3.list_object_versions(Bucket=house.bucket, Prefix=key)
        return len(found.get("Versions", [])) + len(found.get("DeleteMarkers", []))

    assert [versions(key) for key in keys] == [3, 3, 3], "two versions and a mark"
    later = lambda days: (dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: E731
    run = {"operation": "run", "tenant": house.slug}
    for days, left in ((6, [3, 3, 3]), (8, [3, 0, 0]), (91, [0, 0, 0])):
        report = operator.invoke("retention", run | {"as_of": later(days), "dry_run": True})["tenants"][0]["removed"]
        assert operator.invoke("retention", run | {"as_of": later(days)})["tenants"][0]["removed"] == report
        assert [versions(key) for key in keys] == left, days
    assert versions("index/e2e") == 2
    for version in s3.list_object_versions(Bucket=house.bucket, Prefix="index/e2e")["Versions"]:
        s3.delete_object(Bucket=house.bucket, Key="index/e2e", VersionId=version["VersionId"])


def test_closed_offers_go_with_their_vectors(operator: Operator, house: Tenant):
    old, new, still = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    for offer, status, days in ((old, "closed", 1099), (new, "closed", 1097), (still, "open", None)):
        house.sql(
            "INSERT INTO offers (id, source, reference, status, title, description, city, country, contract, remote, published_on, skills,"
            " content_hash, import_id, created_at, updated_at, closed_at) SELECT %s, 'over', %s, %s, 'Soudeur', 'Souder.', 'Lyon', 'FR', 'permanent',"
            " 'none', '2020-01-01', '{}', '\\x00', %s, now(), now(), now() - make_interval(days => %s)",
            offer, str(offer), status, uuid.uuid4(), days,
        )  # fmt: skip
        house.sql("INSERT INTO offer_vectors (offer_id, model, text_hash, vector, read_at) VALUES (%s, 'm', '\\x00', '\\x00', now())", offer)
    done = operator.invoke("retention", {"operation": "run", "tenant": house.slug})["tenants"][0]["removed"]
    assert done["closed_offers"] == 1
    left = {row[0] for row in house.sql("SELECT offer_id FROM offer_vectors WHERE offer_id = ANY(%s)", [old, new, still])}
    assert left == {new, still} == {row[0] for row in house.sql("SELECT id FROM offers WHERE source = 'over'")}
    house.sql("DELETE FROM offers WHERE source = 'over'")

