"""Events of use: each counted once, whatever the stream does with it."""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from collections import Counter
from typing import Any

import pytest

from demo.client import Json, wait_for

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
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
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
        last = event(tenant)
        put(stage, [coded(twice), coded(last)])
        put(stage, [coded(twice)], shard="another")
        arrived(tenant, last)
        assert tenant.counts()["search"] == before + 2

    def test_poison_goes_aside_with_its_reason_and_holds_nobody_up(self, stage: Stage, tenant: Tenant):
        good = [event(tenant) for _ in range(6)]
        poison = {
            "malformed": [b"\xff\xfe", b"not json", b"{}", coded({"version": 1, "kind": "search"}), b"[" * 3000],
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
        last, poison = event(tenant, mood="fine"), [coded(event(tenant, results="many")), coded(event(tenant, kind="Camille Martin"))]
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
