"""Nothing outlives its days (K8.1a, K9.1e): what is past goes, what is not stays, and a report says so."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections import Counter

import pytest

from demo.client import Json, Operator, OperatorError

from .api import is_problem
from .stage import Stage
from .tenants import Tenant

DAY = 86_400
AGES = (200, 95, 91, 89, 40, 31, 29, 8, 6, 1)
"""Days; around each limit of the policies below."""
MAXIMUM = {"conversations_days": 90, "events_days": 90, "audit_log_days": 90, "alerts_days": 90, "figures_days": 1098,
           "feed_runs_days": 90, "test_runs_days": 366, "closed_offers_days": 1098, "import_files_days": 90}  # fmt: skip


@pytest.fixture(scope="module")
def lasting(make_tenant) -> Tenant:
    """Keeps everything for 90 days, the promised maximum."""
    return make_tenant("retention-lasting")


@pytest.fixture(scope="module")
def brief(make_tenant, operator: Operator) -> Tenant:
    """Keeps conversations for 7 days, events for 30, the audit log for 90."""
    tenant = make_tenant("retention-brief")
    change = {"conversations_days": 7, "events_days": 30}
    answer = operator.invoke("retention", {"operation": "configure", "tenant": tenant.slug, "retention": change})
    assert answer["retention"] == MAXIMUM | change
    return tenant


@pytest.fixture
def aged(stage: Stage, lasting: Tenant, brief: Tenant) -> None:
    """Fills both tenants with things of every age."""
    for tenant in (lasting, brief):
        keep_expired(stage, tenant)
        empty(stage, tenant)
        fill(stage, tenant, AGES)


def keep_expired(stage: Stage, tenant: Tenant) -> None:
    """Switches the table's own expiry off: it sweeps at moments of its own, and would take what the purge is to count."""
    stage.client("dynamodb").update_time_to_live(
        TableName=tenant.table, TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires_at"}
    )


def fill(stage: Stage, tenant: Tenant, ages: tuple[int, ...]) -> None:
    now = dt.datetime.now(dt.timezone.utc)
    with stage.pool(tenant.tenant_id, "metrics") as connection:
        for age in ages:
            connection.execute("SELECT usage_begin(%s)", [[(now - dt.timedelta(days=age)).date()]])
            connection.execute(
                "INSERT INTO events (tenant_id, event_id, kind, occurred_at, detail)"
                " VALUES (bound_tenant(), %s, 'search', %s, '{}')",
                [uuid.uuid4(), now - dt.timedelta(days=age)],
            )
    # The log's entries come one after the other, so the oldest goes first.
    for age in sorted(ages, reverse=True):
        stage.enter(tenant.tenant_id, "age", at=now - dt.timedelta(days=age))
    dynamodb = stage.client("dynamodb")
    for age in ages:
        session, last = f"session#{uuid.uuid4()}", int(time.time()) - age * DAY
        for order in ("session", f"message#{uuid.uuid4()}"):
            dynamodb.put_item(
                TableName=tenant.table,
                Item={
                    "pk": {"S": session},
                    "sk": {"S": order},
                    "last_at": {"N": str(last)},
                    # As written under the longest policy: a shorter one must reach it all the same.
                    "expires_at": {"N": str(last + 90 * DAY)},
                    "age": {"N": str(age)},
                },
            )


def empty(stage: Stage, tenant: Tenant) -> None:
    with stage.pool(tenant.tenant_id, "retention") as connection:
        connection.execute("DELETE FROM events")
        connection.execute("DELETE FROM purge_reports")
    stage.forget_entries(tenant.tenant_id)
    dynamodb = stage.client("dynamodb")
    for item in dynamodb.scan(TableName=tenant.table)["Items"]:
        dynamodb.delete_item(TableName=tenant.table, Key={"pk": item["pk"], "sk": item["sk"]})


def ages_of(stage: Stage, tenant: Tenant) -> dict[str, list[int]]:
    """Kind to the ages in days of what is there, in order."""
    items = stage.client("dynamodb").scan(TableName=tenant.table)["Items"]
    days = "SELECT round(extract(epoch FROM now() - {}) / 86400)::int FROM {} WHERE {} ORDER BY 1"
    return {
        "conversations": sorted(int(item["age"]["N"]) for item in items if item["sk"]["S"] == "session"),
        "messages": sorted(int(item["age"]["N"]) for item in items if item["sk"]["S"] != "session"),
        "events": [row[0] for row in tenant.pool(days.format("occurred_at", "events", "true"))],
        "audit_log": [row[0] for row in tenant.pool(days.format("happened_at", "audit_log", "subject = 'age'"))],
    }


def kept(**days: int) -> dict[str, list[int]]:
    """What must be left under a policy."""
    limits = {"conversations": 90, "events": 90, "audit_log": 90} | days
    limits["messages"] = limits["conversations"]
    return {kind: sorted(age for age in AGES if age < limit) for kind, limit in limits.items()}


def run(operator: Operator, **more: object) -> Json:
    report = operator.invoke("retention", {"operation": "run", **more})
    assert report["failed"] == []
    return report


def removed(report: Json, tenant: Tenant) -> Counter:
    """Kind to number for one tenant of a report."""
    return Counter(next(entry["removed"] for entry in report["tenants"] if entry["tenant"] == tenant.tenant_id))


ALL = kept(conversations=999, events=999, audit_log=999)
LASTING = kept()
BRIEF = kept(conversations=7, events=30)
PAST_LASTING = Counter(conversations=6, events=3, audit_log=3)
PAST_BRIEF = Counter(conversations=16, events=6, audit_log=3)
"""Conversations count as items: the conversation and its message."""


class TestRuns:
    def test_a_dry_run_counts_and_removes_nothing(self, stage: Stage, operator: Operator, lasting, brief, aged):
        report = run(operator, dry_run=True)
        assert report["dry_run"] is True
        assert (removed(report, lasting), removed(report, brief)) == (PAST_LASTING, PAST_BRIEF)
        assert ages_of(stage, lasting) == ages_of(stage, brief) == ALL

    def test_a_run_removes_exactly_what_is_past_and_a_second_one_nothing(
        self, stage: Stage, operator: Operator, lasting, brief, aged
    ):
        first = run(operator)
        assert (removed(first, lasting), removed(first, brief)) == (PAST_LASTING, PAST_BRIEF)
        assert (ages_of(stage, lasting), ages_of(stage, brief)) == (LASTING, BRIEF)
        second = run(operator)
        assert not +removed(second, lasting) and not +removed(second, brief)
        assert (ages_of(stage, lasting), ages_of(stage, brief)) == (LASTING, BRIEF)

    def test_the_schedule_does_the_same(self, stage: Stage, lasting, brief, aged):
        assert stage.tick("retention")["failed"] == []
        assert (ages_of(stage, lasting), ages_of(stage, brief)) == (LASTING, BRIEF)

    def test_one_tenant_alone(self, stage: Stage, operator: Operator, lasting, brief, aged):
        report = run(operator, tenant=brief.slug)
        assert [entry["tenant"] for entry in report["tenants"]] == [brief.tenant_id]
        assert (ages_of(stage, lasting), ages_of(stage, brief)) == (ALL, BRIEF)

    def test_a_bounded_run_is_continued_by_the_next(self, stage: Stage, operator: Operator, lasting, aged):
        total: Counter = Counter()
        for _ in range(10):
            report = run(operator, tenant=lasting.slug, limit=2)
            done = removed(report, lasting)
            assert all(number <= 2 for number in done.values())
            total += done
            if report["tenants"][0]["complete"]:
                break
        assert (total, ages_of(stage, lasting)) == (PAST_LASTING, LASTING)

    def test_the_moment_can_be_chosen(self, stage: Stage, operator: Operator, lasting, aged):
        early = (dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=50)).strftime("%Y-%m-%dT%H:%M:%SZ")
        run(operator, tenant=lasting.slug, as_of=early)
        assert ages_of(stage, lasting)["events"] == sorted(age for age in AGES if age < 140)

    def test_an_expired_conversation_goes_whatever_its_last_message(self, stage: Stage, operator: Operator, lasting):
        empty(stage, lasting)
        fill(stage, lasting, (1,))
        for item in stage.client("dynamodb").scan(TableName=lasting.table)["Items"]:
            over = item | {"expires_at": {"N": str(int(time.time()) - 5)}}
            stage.client("dynamodb").put_item(TableName=lasting.table, Item=over)
        assert removed(run(operator, tenant=lasting.slug), lasting)["conversations"] == 2
        assert ages_of(stage, lasting)["conversations"] == []

    def test_a_disabled_tenants_data_ages_as_well(self, stage: Stage, operator: Operator, brief, aged):
        operator.invoke("tenants", {"operation": "disable", "slug": brief.slug})
        try:
            assert removed(run(operator), brief) == PAST_BRIEF
        finally:
            operator.invoke("tenants", {"operation": "enable", "slug": brief.slug})
        assert ages_of(stage, brief) == BRIEF

    def test_a_tenant_that_fails_stops_no_other(self, stage: Stage, operator: Operator, lasting, brief, aged):
        lasting.publish({"sessions": {"hours": 12, "idle_minutes": 60}}, "/v1/settings")
        empty(stage, lasting)
        fill(stage, lasting, AGES)
        settings = {"pk": {"S": f"tenant#{lasting.tenant_id}"}, "sk": {"S": "settings#tenant#published"}}
        dynamodb, table = stage.client("dynamodb"), f"vivier-{stage.name}-projects"
        whole = dynamodb.get_item(TableName=table, Key=settings)["Item"]
        dynamodb.put_item(TableName=table, Item=whole | {"value": {"S": "{broken"}})
        try:
            report = operator.invoke("retention", {"operation": "run"})
        finally:
            dynamodb.put_item(TableName=table, Item=whole)
        assert report["failed"] == [lasting.tenant_id]
        assert (ages_of(stage, lasting), ages_of(stage, brief)) == (ALL, BRIEF)


class TestReports:
    def test_are_kept_and_shown_to_the_tenant_and_the_operator(self, operator: Operator, lasting, brief, aged):
        dry, real = run(operator, dry_run=True), run(operator)
        shown = lasting.back.call("GET", "/v1/retention/reports", limit=100)["reports"]
        told = {(r["run_id"], r["kind"]): (r["dry_run"], r["removed"], r["complete"]) for r in shown}
        for report, was_dry in ((dry, True), (real, False)):
            for kind, number in PAST_LASTING.items():
                assert told[report["run_id"], kind] == (was_dry, number, True)
        assert shown == operator.invoke("retention", {"operation": "reports", "tenant": lasting.slug, "limit": 100})["reports"]

    def test_are_the_tenants_own(self, operator: Operator, lasting, brief, aged):
        run(operator, tenant=brief.slug)
        assert lasting.back.call("GET", "/v1/retention/reports")["reports"] == []
        kinds = sorted(report["kind"] for report in brief.back.call("GET", "/v1/retention/reports")["reports"])
        assert kinds == sorted(one["kind"] for one in brief.back.call("GET", "/v1/retention/policies")["policies"])

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "1.5", ""])
    def test_bad_limits(self, lasting: Tenant, limit: str):
        is_problem(
            lasting.member.get("/v1/retention/reports", limit=limit), ("urn:vivier:problem:invalid-query", 400)
        )


class TestCommands:
    @pytest.mark.parametrize(
        ("command", "code"),
        [
            ({"operation": "configure", "retention": {"events_days": 91}}, "invalid-command"),
            ({"operation": "configure", "retention": {"conversations_days": 0}}, "invalid-command"),
            ({"operation": "configure", "retention": {"conversations_days": -1}}, "invalid-command"),
            ({"operation": "configure", "retention": {"audit_log_days": 36500}}, "invalid-command"),
            ({"operation": "configure", "retention": {"cvs_days": 1}}, "invalid-command"),
            ({"operation": "configure", "retention": {"events_days": "ten"}}, "invalid-command"),
            ({"operation": "run", "limit": 0}, "invalid-command"),
            ({"operation": "run", "as_of": "tomorrow"}, "invalid-command"),
            ({"operation": "run", "tenant": "nobody-here"}, "unknown-tenant"),
            ({"operation": "reports", "tenant": "nobody-here"}, "unknown-tenant"),
            ({"operation": "reports", "limit": 1000}, "invalid-command"),
            ({"operation": "erase"}, "invalid-command"),
        ],
        ids=str,
    )
    def test_beyond_the_promise_are_refused(self, operator: Operator, lasting: Tenant, command: Json, code: str):
        needs_tenant = command["operation"] in ("configure", "reports") and "tenant" not in command
        with pytest.raises(OperatorError, match=f": {code}: "):
            operator.invoke("retention", command | ({"tenant": lasting.slug} if needs_tenant else {}))

    def test_the_future_reaches_nobody_by_a_slip(self, stage: Stage, operator: Operator, lasting, brief, aged):
        with pytest.raises(OperatorError, match="invalid-command"):
            operator.invoke("retention", {"operation": "run", "as_of": "2099-01-01T00:00:00Z"})
        assert ages_of(stage, lasting) == ages_of(stage, brief) == ALL

    def test_a_change_is_entered_in_the_audit_log(self, operator: Operator, lasting: Tenant):
        change = {"operation": "configure", "tenant": lasting.slug, "retention": {"events_days": 90}}
        entries = "SELECT actor, outcome FROM audit_log WHERE action = 'settings.retention' ORDER BY ordinal"
        before = lasting.pool(entries)
        assert operator.invoke("retention", change)["retention"] == MAXIMUM
        assert lasting.pool(entries) == [*before, ("operator", "begun"), ("operator", "done")]
