"""Events of use: each counted once, whatever the stream does with it."""

from __future__ import annotations

import base64
import datetime as dt
import json
import time
import uuid
from collections import Counter
from typing import Any

import pytest

from bench import replay
from bench.database import superuser
from demo.client import Json, Operator, OperatorError, wait_for

from .api import is_problem, refused_fields
from .stage import Stage
from .tenants import Tenant, bring_documents, bring_offers, csv_file, offer


@pytest.fixture(scope="module")
def tenant(make_tenant) -> Tenant:
    return make_tenant("metrics-e2e")


def event(tenant: Tenant | None, **changes: Any) -> Json:
    """An event as producers write it."""
    return {
        "version": 1,
        "event_id": str(uuid.uuid4()),
        "tenant_id": tenant.tenant_id if tenant else str(uuid.uuid4()),
        "occurred_at": dt.datetime.now(dt.timezone.utc).isoformat().replace("+00:00", "Z"),
        "kind": "search",
        "results": 3,
        "filters": 1,
        **changes,
    }


def put(stage: Stage, records: list[bytes], shard: str = "one") -> None:
    """Puts records on one shard of the stream, in this order."""
    entries = [{"Data": data, "PartitionKey": shard} for data in records]
    answer = stage.client("kinesis").put_records(StreamName=stage.stream, Records=entries)
    assert answer["FailedRecordCount"] == 0


def pass_by(stage: Stage, tenant: Tenant) -> None:
    """Waits until everything that was on the stream before has been read: a mark behind it on each shard is."""
    kinesis, marks = stage.client("kinesis"), []
    for shard in kinesis.list_shards(StreamName=stage.stream)["Shards"]:
        marks.append(event(tenant, kind="suggested", results=0))
        kinesis.put_record(
            StreamName=stage.stream, Data=coded(marks[-1]), PartitionKey="mark",
            ExplicitHashKey=shard["HashKeyRange"]["StartingHashKey"],
        )  # fmt: skip
    arrived(tenant, *marks)


def coded(event: Json) -> bytes:
    return json.dumps(event).encode()


def ids_of(tenant: Tenant) -> set[str]:
    """Ids of the tenant's stored events."""
    return {str(row[0]) for row in tenant.pool("SELECT event_id FROM events")}


def arrived(tenant: Tenant, *events: Json, timeout: float = 30) -> None:
    """Waits until these events are stored."""
    wanted = {event["event_id"] for event in events}
    wait_for(lambda: wanted <= ids_of(tenant), f"the delivery of {len(wanted)} events", timeout=timeout, every=0.1)


def dead_letters(stage: Stage, records: list[bytes]) -> list[tuple[str, bytes]]:
    """Waits until these records lie in the dead-letter queue, takes them out and returns each with its reason."""
    queue, sqs = stage.dead_queue(), stage.client("sqs")
    wanted, found = {base64.b64encode(record).decode() for record in records}, []

    def all_there() -> bool:
        # What is another test's shall be seen again soon.
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=2, MessageAttributeNames=["All"])
        for message in answer.get("Messages", []):
            if message["Body"] in wanted:
                reason = message["MessageAttributes"]["reason"]["StringValue"]
                found.append((reason, base64.b64decode(message["Body"])))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return len(found) >= len(records)

    wait_for(all_there, "the dead letters", timeout=30, every=0.1)
    return sorted(found)


class TestCounting:
    def test_what_people_do_is_counted(self, tenant: Tenant):
        bring_offers(tenant, "csv", csv_file([offer("1"), offer("2")]))
        wait_for(lambda: tenant.front.search()["total"] == 2, "the index", timeout=10)
        found = bring_documents(tenant, [("Note.txt", "text/plain", "La prime de vacances est de 500 euros.".encode())])
        assert found["Note.txt"]["status"] == "ready"
        before = Counter(wait_for(lambda: (c := tenant.counts()).get("document_ready") and c, "the first events", 30))
        for q in ("soudeur", "rien"):
            tenant.front.search(q, limit=1)
        tenant.front.offer(tenant.front.search(limit=1)["hits"][0]["id"])
        tenant.front.suggest("sou")
        session = tenant.front.open_session()
        tenant.front.ask(session, "Quelle est la prime de vacances ?")
        tenant.front.ask(session, "Quelle est la capitale de la Mongolie ?")
        caused = Counter(search=3, offer_viewed=1, suggested=1, chat_opened=1, chat_answered=1, chat_unknown=1)
        wait_for(lambda: Counter(tenant.counts()) == before + caused, "the delivery of what was done", timeout=30)

    def test_refused_requests_are_not_counted(self, tenant: Tenant):
        before = ids_of(tenant)
        for path in ("/v1/offers?limit=0", "/v1/offers/nonsense", "/v1/offers/suggest", "/v1/offers?cursor=x"):
            assert tenant.candidate.get(path).status_code in (400, 404)
        mark = event(tenant)
        put(tenant.stage, [coded(mark)])
        arrived(tenant, mark)
        assert ids_of(tenant) - before == {mark["event_id"]}

    def test_events_hold_no_personal_text(self, tenant: Tenant):
        tenant.front.search("camille martin 06 12 34 56 78")
        mark = event(tenant)
        put(tenant.stage, [coded(mark)])
        arrived(tenant, mark)
        assert "camille" not in str(tenant.pool("SELECT kind, detail FROM events")).lower()


class TestDelivery:
    def test_the_same_event_counts_once(self, stage: Stage, tenant: Tenant):
        twice, before = event(tenant), tenant.counts().get("search", 0)
        put(stage, [coded(twice), coded(twice)])
        arrived(tenant, twice)
        put(stage, [coded(twice)])
        put(stage, [coded(twice)], shard="another")
        pass_by(stage, tenant)
        assert tenant.counts()["search"] == before + 1

    def test_poison_goes_aside_with_its_reason_and_holds_nobody_up(self, stage: Stage, tenant: Tenant):
        good, mark = [event(tenant) for _ in range(6)], uuid.uuid4().hex.encode()
        poison = {
            # Never the same twice: the queue refuses that for a while.
            "malformed": [b"\xff\xfe" + mark, b"not json" + mark, b'{"mark": "%s"}' % mark, coded({"version": 1, "kind": "search", "mark": mark.decode()}), b"[" * 3000 + mark],
            "version": [coded(event(tenant, version=2)), coded(event(tenant, version=99, kind="telepathy"))],
            "tenant": [coded(event(None))],
            "time": [coded(event(tenant, occurred_at="2020-01-01T00:00:00Z")),
                     coded(event(tenant, occurred_at="2090-01-01T00:00:00Z"))],
        }  # fmt: skip
        records = [coded(good[0])]
        for place, bad in enumerate(poison.values(), start=1):
            records += [*bad, coded(good[place])]
        put(stage, [*records, coded(good[5])])
        arrived(tenant, *good)
        aside = dead_letters(stage, [record for bad in poison.values() for record in bad])
        assert aside == sorted((reason, record) for reason, bad in poison.items() for record in bad)

    def test_newer_kinds_are_kept_aside_and_counted_and_newer_fields_pass(self, stage: Stage, tenant: Tenant):
        before = tenant.counts().get("unknown", 0)
        newer = event(tenant, kind="telepathy", thoughts=["of", "tomorrow"])
        last, poison = event(tenant, mood="fine"), [coded(event(tenant, results="many")), coded(event(tenant, kind="No Such Kind"))]
        put(stage, [*poison, coded(newer), coded(newer), coded(last)])
        arrived(tenant, last)
        assert dead_letters(stage, poison) == sorted(("malformed", record) for record in poison)
        with stage.pool(tenant.tenant_id, "metrics") as connection:
            aside = connection.execute("SELECT kind, body FROM events_aside WHERE event_id = %s", [newer["event_id"]]).fetchall()
        assert aside == [("telepathy", newer)]
        assert tenant.counts()["unknown"] == before + 1

    def test_many_at_once(self, stage: Stage, tenant: Tenant):
        many = [event(tenant) for _ in range(900)]
        for start in range(0, 900, 300):
            put(stage, [coded(one) for one in many[start : start + 300]], shard=str(start))
        arrived(tenant, *many)

    def test_what_the_database_cannot_hold_holds_nobody_up(self, stage: Stage, tenant: Tenant):
        refused = [coded(event(tenant, kind="telepathy", thought="\0"))]
        good = [event(tenant) for _ in range(9)]
        put(stage, [*map(coded, good[:5]), *refused, *map(coded, good[5:])])
        arrived(tenant, *good)
        assert dead_letters(stage, refused) == [("refused", refused[0])]

    def test_the_same_bytes_lie_aside_once(self, stage: Stage, tenant: Tenant):
        poison = f"no event: {uuid.uuid4()}".encode()
        for shard in ("one", "another", "one"):
            put(stage, [poison, coded(event(tenant))], shard=shard)
        pass_by(stage, tenant)
        assert dead_letters(stage, [poison]) == [("malformed", poison)]
        left = stage.client("sqs").receive_message(QueueUrl=stage.dead_queue(), MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
        assert base64.b64encode(poison).decode() not in [message["Body"] for message in left]

    def test_they_wait_while_the_database_is_away(self, stage: Stage, tenant: Tenant):
        late = [event(tenant) for _ in range(20)]
        stage.kill("database")
        try:
            put(stage, [coded(one) for one in late])
            put(stage, [coded(one) for one in late], shard="another")
        finally:
            stage.restart()
        arrived(tenant, *late, timeout=60)
        assert len(late) == len(ids_of(tenant) & {one["event_id"] for one in late})


class TestReplay:
    """What was put aside is counted when its cause is mended, once."""

    def stranger(self, stage: Stage) -> tuple[str, list[Json]]:
        """A tenant that the shared database does not know yet, with events that were put aside."""
        tenant_id = str(uuid.uuid4())
        events = [event(None, tenant_id=tenant_id) for _ in range(25)]
        put(stage, [coded(one) for one in events])
        return tenant_id, events

    def test_what_can_be_counted_now_is_and_the_rest_stays(self, stage: Stage, operator: Operator, tenant: Tenant):
        time.sleep(2.5)  # what other tests have looked at is seen again
        for reason in ("malformed", "version", "tenant", "time", "refused", "batch"):
            operator.invoke("metrics", {"operation": "discard", "reason": reason})
        assert operator.invoke("metrics", {"operation": "dead"}) == {"records": 0, "batches": 0, "reasons": {}}
        tenant_id, events = self.stranger(stage)
        poison = [f"no event: {uuid.uuid4()}".encode(), coded(event(tenant, version=99, kind="telepathy"))]
        put(stage, poison)
        pass_by(stage, tenant)
        dead = operator.invoke("metrics", {"operation": "dead"})
        assert dead == {"records": 27, "batches": 0, "reasons": {"tenant": 25, "malformed": 1, "version": 1}}
        nothing = operator.invoke("metrics", {"operation": "replay"})
        assert nothing == {"removed": 0, "stored": 0, "kept": {"tenant": 25, "malformed": 1, "version": 1}, "left": False}

        with superuser(stage.name) as connection:
            connection.execute("INSERT INTO tenants (id) VALUES (%s)", [tenant_id])
            try:
                assert operator.invoke("metrics", {"operation": "replay", "reason": "version"})["kept"] == {"version": 1}
                replayed = operator.invoke("metrics", {"operation": "replay"})
                assert replayed == {"removed": 25, "stored": 25, "kept": {"malformed": 1, "version": 1}, "left": False}
                again = operator.invoke("metrics", {"operation": "replay"})
                assert (again["removed"], again["stored"]) == (0, 0)
                count = connection.execute("SELECT count(*) FROM events WHERE tenant_id = %s", [tenant_id]).fetchone()
                hours = connection.execute("SELECT sum(count)::int FROM usage_hours WHERE tenant_id = %s", [tenant_id]).fetchone()
                assert count == hours == (25,)
            finally:
                connection.execute("DELETE FROM tenants WHERE id = %s", [tenant_id])
        assert operator.invoke("metrics", {"operation": "discard", "reason": "malformed"})["removed"] == 1
        assert operator.invoke("metrics", {"operation": "dead"})["reasons"] == {"version": 1}
        assert operator.invoke("metrics", {"operation": "discard", "reason": "version"})["removed"] == 1

    def test_a_batch_that_lambda_gave_up_is_read_from_the_stream_again(self, stage: Stage, operator: Operator, tenant: Tenant):
        kinesis, sqs = stage.client("kinesis"), stage.client("sqs")
        events = [event(tenant) for _ in range(7)]
        put(stage, [coded(one) for one in events], shard="batch")
        arrived(tenant, *events)
        shard, numbers = self.places(stage, events)
        # As if they had never been stored.
        with superuser(stage.name) as connection:
            connection.execute("DELETE FROM events WHERE event_id = ANY(%s::uuid[])", [[one["event_id"] for one in events]])
        notice = {"requestContext": {"condition": "RetryAttemptsExhausted"}, "version": "1.0", "KinesisBatchInfo": {
            "shardId": shard, "startSequenceNumber": numbers[0], "endSequenceNumber": numbers[-1], "batchSize": 7,
            "streamArn": kinesis.describe_stream_summary(StreamName=stage.stream)["StreamDescriptionSummary"]["StreamARN"],
        }}  # fmt: skip
        gone = json.loads(json.dumps(notice))
        gone["KinesisBatchInfo"]["shardId"] = "shardId-000000009999"
        queue = sqs.get_queue_url(QueueName=f"vivier-{stage.name}-batches-dead")["QueueUrl"]
        for body in (notice, gone, {"something": "else"}):
            sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(body))
        assert operator.invoke("metrics", {"operation": "dead"})["batches"] == 3
        replayed = operator.invoke("metrics", {"operation": "replay", "reason": "batch"})
        assert (replayed["removed"], replayed["stored"], replayed["kept"]) == (1, 7, {"gone": 1, "foreign": 1})
        assert {one["event_id"] for one in events} <= ids_of(tenant)
        assert operator.invoke("metrics", {"operation": "discard", "reason": "batch"})["removed"] == 2

    def places(self, stage: Stage, events: list[Json]) -> tuple[str, list[str]]:
        """Where these lie in the stream."""
        kinesis, wanted = stage.client("kinesis"), [coded(one) for one in events]
        for shard in kinesis.list_shards(StreamName=stage.stream)["Shards"]:
            iterator = kinesis.get_shard_iterator(
                StreamName=stage.stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            numbers: list[str] = []
            while (answer := kinesis.get_records(ShardIterator=iterator)) and (answer["Records"] or answer["MillisBehindLatest"]):
                numbers += [record["SequenceNumber"] for record in answer["Records"] if record["Data"] in wanted]
                iterator = answer["NextShardIterator"]
            if numbers:
                return shard["ShardId"], numbers
        raise AssertionError("they are not on the stream")

    def test_who_may(self, operator: Operator):
        for command in ({"operation": "discard"}, {"operation": "discard", "reason": "all"}, {"operation": "replay", "tenant": "x"}):
            with pytest.raises(OperatorError, match="invalid-command"):
                operator.invoke("metrics", command)

    def test_in_any_order_split_and_repetition_while_the_consumer_is_killed(self, stage: Stage):
        """Every figure is that of a plain program, and each poison record lies aside once."""
        told = replay.verify(stage.stack, 6_000, seed=20_261_129, sizes=(1, 7, 50, 200, 500))
        assert told["kills"] > 3 and told["poison"] == 60 and told["rows by day"] > 1_000, told
