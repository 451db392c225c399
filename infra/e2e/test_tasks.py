"""Scheduled tasks (K8.1b): every run in one table, one at a time; what is lost is made up for once; tenants' own schedules wait."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo.client import Json, Operator, OperatorError, wait_for
from demo.stack import ROOT

from .api import FORBIDDEN, NOT_FOUND, SOME_ID, is_problem
from .feeds import ENDED, Partner, approve, expired, finished_run, known, new_feed
from .stage import Stage
from .tenants import Tenant, csv_file, delete, offer

DAY = 24 * 3600 * 1000
"""In milliseconds, as the table counts."""


@pytest.fixture(scope="module")
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    return make_tenant("tasks-e2e")


@pytest.fixture(scope="module")
def partner(stage: Stage) -> Iterator[Partner]:
    server = Partner(known(stage))
    yield server
    server.close()


def some(*references: str) -> bytes:
    return csv_file([offer(reference) for reference in references])


def fresh() -> str:
    return f"s-{uuid.uuid4().hex[:10]}"


class Table:
    """The table, as the administrator sees and bends it."""

    def __init__(self, stage: Stage) -> None:
        self.client, self.name = stage.client("dynamodb"), f"vivier-{stage.name}-tasks"

    def key(self, task: str, tenant: Tenant | None = None) -> dict:
        pk = f"tenant#{tenant.tenant_id}" if tenant else "platform"
        return {"pk": {"S": pk}, "sk": {"S": f"task#{task}"}}

    def number(self, task: str, name: str) -> int:
        item = self.client.get_item(TableName=self.name, Key=self.key(task), ConsistentRead=True)["Item"]
        return int(item[name]["N"])

    def set(self, task: str, **moments: int) -> None:
        self.client.update_item(
            TableName=self.name, Key=self.key(task),
            UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in moments),
            ExpressionAttributeValues={f":{name}": {"N": str(value)} for name, value in moments.items()},
        )  # fmt: skip

    def forget(self, task: str, *names: str) -> None:
        self.client.update_item(TableName=self.name, Key=self.key(task), UpdateExpression="REMOVE " + ", ".join(names))

    def of(self, tenant: Tenant) -> list[dict]:
        answer = self.client.query(
            TableName=self.name, KeyConditionExpression="pk = :pk", ConsistentRead=True,
            ExpressionAttributeValues={":pk": {"S": f"tenant#{tenant.tenant_id}"}},
        )  # fmt: skip
        return answer["Items"]

    def lapse(self, task: str) -> None:
        """Lets the lease of whoever holds a task be over."""
        self.set(task, lease_until=now() - 1000)


@pytest.fixture(scope="module")
def table(stage: Stage) -> Table:
    return Table(stage)


@pytest.fixture(scope="module", autouse=True)
def _no_schedule_of_feeds(stage: Stage) -> Iterator[None]:
    """Here feeds are fetched when a test says so, and by nobody else."""
    events, name = stage.client("events"), stage.function("feeds")
    rules = [rule["Name"] for rule in events.list_rules()["Rules"] if rule.get("ScheduleExpression")]
    ours = [rule for rule in rules if any(name in target["Arn"] for target in events.list_targets_by_rule(Rule=rule)["Targets"])]
    assert len(ours) == 1
    events.disable_rule(Name=ours[0])
    yield
    events.enable_rule(Name=ours[0])


def now() -> int:
    return int(time.time() * 1000)


def listed(operator: Operator, name: str) -> Json:
    """A task of the platform as operators see it."""
    return next(task for task in operator.invoke("tasks", {"operation": "list"})["tasks"] if task["task"] == name)


def watched(stage: Stage) -> Json:
    """What a turn of the watch finds."""
    return stage.tick("tasks")


class Slow:
    """A run of `feeds.tick` that lasts until its partner goes on."""

    def __init__(self, stage: Stage, tenant: Tenant, partner: Partner) -> None:
        self.stage, self.tenant, self.partner, self.path = stage, tenant, partner, f"/{fresh()}"
        self.source = fresh()
        self.feed = new_feed(tenant, partner.put(self.path, some("P-1"), part=20), self.source)
        self.run = tenant.back.call("POST", f"/v1/feeds/{self.feed}/runs")["run_id"]
        self.outcome: Any = None
        self.thread = threading.Thread(target=self._fire)
        self.thread.start()
        wait_for(lambda: partner.requests(self.path), "the first request", timeout=60, every=0.05)

    def _fire(self) -> None:
        try:
            self.outcome = self.stage.tick("feeds")
        except Exception as error:  # noqa: BLE001 - whatever the cloud says of a run that was ended
            self.outcome = error

    def go_on(self) -> None:
        self.partner.answers[self.path].released.set()
        self.thread.join()


class TestPlatform:
    def test_every_schedule_is_in_the_table(self, stage: Stage, operator: Operator):
        tasks = operator.invoke("tasks", {"operation": "list"})["tasks"]
        template = (ROOT / "template.yaml").read_text()
        assert len(tasks) == template.count("Type: Schedule\n") and len({task["task"] for task in tasks}) == len(tasks)
        before = listed(operator, "evaluation.tick")["last_run"]["number"]
        stage.tick("evaluation")
        task = listed(operator, "evaluation.tick")
        run = task["last_run"]
        # The cloud's own schedule may have come in between.
        assert run["number"] > before and run["state"] in ("done", "running") and not task["silent"]
        assert task["timing"] == {"every": "minutes", "count": 1, "zone": "UTC"}

    def test_one_at_a_time(self, stage: Stage, operator: Operator, tenant: Tenant, partner: Partner, table: Table):
        slow = Slow(stage, tenant, partner)
        try:
            assert listed(operator, "feeds.tick")["last_run"]["state"] == "running"
            number = listed(operator, "feeds.tick")["last_run"]["number"]
            for cause in (None, "operator", "catch_up"):
                assert stage.fire("feeds", cause) == {"skipped": "running"}
            # A partner that says nothing is left after 20 s: the lease is seen to be renewed before.
            until = table.number("feeds.tick", "lease_until")
            wait_for(lambda: table.number("feeds.tick", "lease_until") > until, "a renewal", timeout=15, every=0.5)
            assert stage.fire("feeds", "operator") == {"skipped": "running"}
            assert listed(operator, "feeds.tick")["last_run"]["number"] == number
        finally:
            slow.go_on()
        assert slow.outcome["imported"] == 1, slow.outcome
        assert len(partner.requests(slow.path)) == 1

    def test_killed_in_the_middle(self, stage: Stage, operator: Operator, tenant: Tenant, partner: Partner, table: Table):
        slow = Slow(stage, tenant, partner)
        number = table.number("feeds.tick", "run")
        stage.kill("feeds")
        slow.go_on()
        assert isinstance(slow.outcome, Exception)
        assert stage.fire("feeds", "operator") == {"skipped": "running"}, "its lease holds on"
        table.lapse("feeds.tick")
        assert listed(operator, "feeds.tick")["last_run"]["state"] in ("cut_off", "running")
        expired(tenant)
        assert finished_run(tenant, slow.feed, slow.run)["status"] == "imported"
        assert table.number("feeds.tick", "run") > number
        imports = lambda: tenant.sql("SELECT id FROM imports WHERE source = %s", slow.source)  # noqa: E731
        wait_for(imports, "the import", timeout=30)
        assert len(imports()) == 1

    def test_who_was_overtaken_writes_nothing(self, stage: Stage, tenant: Tenant, partner: Partner, table: Table):
        slow = Slow(stage, tenant, partner)
        number = table.number("feeds.tick", "run")
        # A run that the table takes for dead, and is not. The next one takes the next number, unless a renewal is quicker.
        begun = lambda: table.lapse("feeds.tick") or "skipped" not in stage.fire("feeds", "operator")  # noqa: E731
        wait_for(begun, "the next run", timeout=30, every=0.2)
        slow.thread.join(60)
        assert "overtaken" in str(slow.outcome), slow.outcome
        assert table.number("feeds.tick", "run") > number
        slow.go_on()
        expired(tenant)
        assert finished_run(tenant, slow.feed, slow.run)["status"] == "imported"

    def test_a_time_is_done_once(self, stage: Stage, operator: Operator):
        stage.tick("retention")
        number = listed(operator, "retention.daily")["last_run"]["number"]
        for cause in (None, "schedule", "catch_up"):
            assert stage.fire("retention", cause) == {"skipped": "done"}
        assert listed(operator, "retention.daily")["last_run"]["number"] == number
        assert stage.fire("retention", "operator")["failed"] == []
        assert listed(operator, "retention.daily")["last_run"]["number"] == number + 1

    def test_what_was_missed_is_made_up_for_once(self, stage: Stage, operator: Operator, table: Table):
        stage.tick("retention")
        assert "retention.daily" not in watched(stage)["silent"]
        old = now() - 3 * DAY
        missed = {"begun_at": old, "ended_at": old, "done_at": old, "known_since": old}
        table.set("retention.daily", **missed)
        table.forget("retention.daily", "caught_up_at")
        found = watched(stage)
        assert found["silent"] == found["caught_up"] == ["retention.daily"]
        ran = lambda: (run := listed(operator, "retention.daily")["last_run"])["state"] == "done" and run  # noqa: E731
        assert wait_for(ran, "the run that was missed", timeout=60)["cause"] == "catch_up"
        found = watched(stage)
        assert found["silent"] == found["caught_up"] == []
        # Missed once more within the same day: it is told, and left to people.
        table.set("retention.daily", **missed)
        found = watched(stage)
        assert (found["silent"], found["caught_up"]) == (["retention.daily"], [])
        stage.tick("retention")

    def test_one_that_was_cut_off_is_run_again(self, stage: Stage, operator: Operator, table: Table):
        stage.tick("retention")
        table.forget("retention.daily", "caught_up_at", "ended_at", "done_at")
        table.client.update_item(
            TableName=table.name, Key=table.key("retention.daily"), UpdateExpression="SET outcome = :r",
            ExpressionAttributeValues={":r": {"S": "running"}},
        )  # fmt: skip
        assert listed(operator, "retention.daily")["last_run"]["state"] == "cut_off"
        assert watched(stage)["caught_up"] == ["retention.daily"]
        wait_for(lambda: listed(operator, "retention.daily")["last_run"]["state"] == "done", "the run", timeout=60)
        assert watched(stage)["caught_up"] == []

    def test_by_hand(self, stage: Stage, operator: Operator):
        number = listed(operator, "retention.daily")["last_run"]["number"]
        assert operator.invoke("tasks", {"operation": "run", "task": "retention.daily"})["woken"] is True
        ran = lambda: (run := listed(operator, "retention.daily")["last_run"])["number"] > number and run["state"] == "done" and run  # noqa: E731
        assert wait_for(ran, "the run", timeout=60)["cause"] == "operator"
        for task in ("retention.hourly", "", SOME_ID):
            with pytest.raises(OperatorError, match="unknown-task"):
                operator.invoke("tasks", {"operation": "run", "task": task})


def task_of(tenant: Tenant, task: str) -> Json:
    return tenant.back.call("GET", f"/v1/tasks/{task}")


def enabled(tenant: Tenant, address: str, **more: Any) -> Json:
    """An enabled feed that nobody has approved."""
    feed = {"source": fresh(), "format": "csv", "address": address, "schedule": {"every": "hour"}}
    return tenant.back.call("POST", "/v1/feeds", feed | more)


class TestApproval:
    def runs(self, tenant: Tenant, feed: str) -> list[Json]:
        return tenant.back.call("GET", f"/v1/feeds/{feed}/runs")["runs"]

    def ended(self, stage: Stage, tenant: Tenant, feed: str, count: int) -> list[Json]:
        def all_ended() -> list[Json] | None:
            stage.tick("feeds")
            runs = self.runs(tenant, feed)
            return runs if len(runs) == count and runs[0]["status"] in ENDED else None

        return wait_for(all_ended, f"{count} runs of a feed", timeout=60, every=0.2)

    def test_a_schedule_waits_for_the_operator(self, stage: Stage, operator: Operator, tenant: Tenant, partner: Partner):
        path = f"/{fresh()}"
        made = enabled(tenant, partner.put(f"{path}?key=sesame", some("P-1")))
        feed = made["feed_id"]
        assert (made["approval"], made["next_run_at"]) == ("awaiting", None)
        stage.tick("feeds")
        assert self.runs(tenant, feed) == [] and partner.requests(f"{path}?key=sesame") == []
        task = task_of(tenant, feed)
        assert (task["kind"], task["approval"], task["next_run_at"], task["last_run"]["state"]) == ("feed", "awaiting", None, "never")
        assert task["timing"] == {"every": "minutes", "count": 60, "zone": "UTC"}
        waiting = next(one for one in operator.invoke("tasks", {"operation": "pending"})["tasks"] if one["task_id"] == feed)
        assert waiting["tenant"] == tenant.slug and waiting["what"] == f"{made['source']} ← https://127.0.0.1"
        assert "sesame" not in str(waiting), "a query may hold what opens it"
        answer = tenant.member.send("POST", f"/v1/tasks/{feed}/runs")
        assert answer.status_code == 409, answer.text
        # By hand is no schedule.
        run = tenant.back.call("POST", f"/v1/feeds/{feed}/runs")["run_id"]
        assert finished_run(tenant, feed, run)["status"] == "imported"
        assert task_of(tenant, feed)["last_run"]["state"] == "never"

        approved = approve(tenant, feed)
        assert (approved["approval"], approved["tenant"]) == ("approved", tenant.slug) and approved["decided_at"]
        newest = self.ended(stage, tenant, feed, 2)[0]
        assert (newest["cause"], newest["status"]) == ("schedule", "unchanged")
        ran = task_of(tenant, feed)
        assert (ran["last_run"]["state"], ran["last_run"]["cause"], ran["last_run"]["number"]) == ("done", "schedule", 1)
        assert ran["last_run"]["duration_ms"] >= 0 and ran["next_run_at"] == tenant.back.call("GET", f"/v1/feeds/{feed}")["next_run_at"]
        assert feed not in [one["task_id"] for one in operator.invoke("tasks", {"operation": "pending"})["tasks"]]
        entries = tenant.pool("SELECT actor, outcome FROM audit_log WHERE action = 'tasks.approve' AND subject = %s ORDER BY ordinal", feed)
        assert entries == [("operator", "begun"), ("operator", "done")]

    def test_by_hand_once_it_is_approved(self, stage: Stage, tenant: Tenant, partner: Partner):
        feed = new_feed(tenant, partner.put(f"/{fresh()}", some("P-1")), fresh(), enabled=True, schedule={"every": "day", "hour": 3})
        self.ended(stage, tenant, feed, 1)
        answer = tenant.member.send("POST", f"/v1/tasks/{feed}/runs")
        assert answer.status_code == 202 and answer.json()["wanted"] is True, answer.text
        assert self.ended(stage, tenant, feed, 2)[0]["cause"] == "member"
        task = task_of(tenant, feed)
        assert (task["wanted"], task["last_run"]["cause"], task["last_run"]["state"]) == (False, "member", "done")

    def test_another_schedule_waits_anew(self, stage: Stage, operator: Operator, tenant: Tenant, partner: Partner):
        address = partner.put(f"/{fresh()}", some("P-1"))
        feed = new_feed(tenant, address, fresh(), enabled=True)
        self.ended(stage, tenant, feed, 1)
        seen = task_of(tenant, feed)["revision"]
        for change in ({"schedule": {"every": "hour"}}, {"address": partner.put(f"/{fresh()}", some("P-2"))}, {"format": "jsonl"}):
            assert tenant.back.call("PATCH", f"/v1/feeds/{feed}", change)["approval"] == "awaiting", change
            stage.tick("feeds")
            assert len(self.runs(tenant, feed)) == 1
            with pytest.raises(OperatorError, match="changed"):
                operator.invoke("tasks", {"operation": "approve", "tenant": tenant.slug, "task": feed, "revision": seen})
            with pytest.raises(OperatorError, match="revision"):
                operator.invoke("tasks", {"operation": "approve", "tenant": tenant.slug, "task": feed})
            assert task_of(tenant, feed)["approval"] == "awaiting"
            seen = approve(tenant, feed)["revision"]
            tenant.sql("UPDATE feeds SET next_at = now() + interval '1 hour' WHERE id = %s", feed)
        # What says nothing of when and what leaves it as it is.
        assert tenant.back.call("PATCH", f"/v1/feeds/{feed}", {"host_keys": []})["approval"] == "approved"

    def test_what_is_refused_does_not_run(self, stage: Stage, operator: Operator, tenant: Tenant, partner: Partner):
        feed = enabled(tenant, partner.put(f"/{fresh()}", some("P-1")))["feed_id"]
        refused = operator.invoke("tasks", {"operation": "refuse", "tenant": tenant.slug, "task": feed, "revision": 1})
        assert refused["approval"] == "refused"
        stage.tick("feeds")
        assert self.runs(tenant, feed) == [] and tenant.back.call("GET", f"/v1/feeds/{feed}")["approval"] == "refused"
        assert tenant.member.send("POST", f"/v1/tasks/{feed}/runs").status_code == 409
        assert feed not in [one["task_id"] for one in operator.invoke("tasks", {"operation": "pending"})["tasks"]]

    def test_goes_with_what_it_serves(self, stage: Stage, tenant: Tenant, partner: Partner):
        address = partner.put(f"/{fresh()}", some("P-1"))
        for change in ("PATCH", "DELETE"):
            feed = new_feed(tenant, address, fresh(), enabled=True)
            tenant.back.call(change, f"/v1/feeds/{feed}", {"enabled": False} if change == "PATCH" else None)
            is_problem(tenant.member.get(f"/v1/tasks/{feed}"), NOT_FOUND)

    def test_what_was_lost_between_the_two_comes_back(self, stage: Stage, tenant: Tenant, partner: Partner, table: Table):
        feed = enabled(tenant, partner.put(f"/{fresh()}", some("P-1")))["feed_id"]
        table.client.delete_item(TableName=table.name, Key=table.key(feed, tenant))
        stray = str(uuid.uuid4())
        item = next(item for item in table.of(tenant) if item["kind"]["S"] == "feed")
        table.client.put_item(TableName=table.name, Item=item | table.key(stray, tenant))
        stage.tick("feeds")
        assert task_of(tenant, feed)["approval"] == "awaiting"
        is_problem(tenant.member.get(f"/v1/tasks/{stray}"), NOT_FOUND)

    def test_a_failure_is_told(self, stage: Stage, tenant: Tenant, partner: Partner):
        feed = new_feed(tenant, partner.put(f"/{fresh()}", status=404), fresh(), enabled=True)
        self.ended(stage, tenant, feed, 1)
        run = task_of(tenant, feed)["last_run"]
        assert (run["state"], run["failure"], run["failures"]) == ("failed", "file-not-found", 1)


class TestRights:
    def test_who_may_read_and_run(self, tenant: Tenant, partner: Partner):
        feed = enabled(tenant, partner.put(f"/{fresh()}", some("P-1")))["feed_id"]
        for role, read, run in (("reader", 403, 403), ("analyst", 403, 403), ("editor", 200, 403)):
            caller = tenant.person(role).bearer
            assert caller.get("/v1/tasks").status_code == caller.get(f"/v1/tasks/{feed}").status_code == read, role
            assert caller.send("POST", f"/v1/tasks/{feed}/runs").status_code == run, role
        is_problem(tenant.candidate.get("/v1/tasks"), FORBIDDEN)

    def test_no_route_decides(self, tenant: Tenant, partner: Partner):
        feed = enabled(tenant, partner.put(f"/{fresh()}", some("P-1")))["feed_id"]
        for method in ("PUT", "PATCH", "POST", "DELETE"):
            assert tenant.member.send(method, f"/v1/tasks/{feed}", json={"approval": "approved"}).status_code in (403, 404, 405)
        assert tenant.member.send("PATCH", f"/v1/feeds/{feed}", json={"approval": "approved"}).status_code == 400
        assert task_of(tenant, feed)["approval"] == "awaiting"


class TestTenants:
    def test_anothers_is_not_there(self, stage: Stage, operator: Operator, make_tenant: Callable[..., Tenant], tenant: Tenant, partner: Partner, table: Table):
        other = make_tenant("tasks-other")
        feed = new_feed(tenant, partner.put(f"/{fresh()}", some("P-1")), fresh(), enabled=True)
        before = task_of(tenant, feed)
        for method, path in (("GET", f"/v1/tasks/{feed}"), ("POST", f"/v1/tasks/{feed}/runs")):
            is_problem(other.member.send(method, path), NOT_FOUND)
        assert other.back.call("GET", "/v1/tasks")["tasks"] == []
        for operation, more in (("approve", {"revision": 1}), ("refuse", {"revision": 1}), ("run", {})):
            with pytest.raises(OperatorError, match="unknown-task"):
                operator.invoke("tasks", {"operation": operation, "tenant": other.slug, "task": feed, **more})
        assert task_of(tenant, feed) == before
        delete(operator, other.slug)
        assert table.of(other) == [] and table.of(tenant)

    def test_pages(self, tenant: Tenant, partner: Partner):
        for _ in range(3):
            enabled(tenant, partner.put(f"/{fresh()}", some("P-1")))
        whole = [task["task_id"] for task in tenant.back.call("GET", "/v1/tasks", limit=100)["tasks"]]
        paged, cursor = [], {}
        while True:
            page = tenant.back.call("GET", "/v1/tasks", limit=2, **cursor)
            paged += [task["task_id"] for task in page["tasks"]]
            if not page["next_cursor"]:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert len(whole) >= 3 and paged == whole == sorted(whole)
        assert tenant.member.get("/v1/tasks", limit=0).status_code == 400

    def test_the_watch_mixes_none(self, stage: Stage, alpha: Tenant, beta: Tenant, table: Table):
        before = [table.of(one) for one in (alpha, beta)]
        watched(stage)
        assert [table.of(one) for one in (alpha, beta)] == before


class TestFailures:
    def test_a_run_that_fails_is_told_until_one_does_not(self, stage: Stage, operator: Operator):
        stage.tick("retention")
        stage.kill("database")
        try:
            with pytest.raises(AssertionError, match="unfinished"):
                stage.tick("retention")
            task = listed(operator, "retention.daily")
            assert task["last_run"]["state"] == "failed" and task["last_run"]["failures"] == 1
            assert "unfinished" in task["last_run"]["failure"]
            assert "retention.daily" in watched(stage)["failing"], "the watch needs no database"
        finally:
            stage.restart()
        stage.tick("retention")
        assert listed(operator, "retention.daily")["last_run"]["failures"] == 0
        assert "retention.daily" not in watched(stage)["failing"]
