"""Something dies in the middle of an import, an ingestion and a batch: nothing is lost, nothing doubled.

What was cut off is taken up when its lease ends, by a schedule that fires each minute. The tests do not wait that long:
they let the leases end and fire the schedule themselves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from demo.client import Json, wait_for

from .stage import Stage
from .tenants import Tenant, bring_documents, bring_offers, csv_file, finished_document, finished_import, offer
from .test_metrics import coded, event, ids_of, put

OFFERS = 15_000
PARAGRAPHS = 300
EVENTS = 750


@dataclass
class Work:
    """What is under way when something dies."""

    import_id: str
    document_id: str
    accepted: list[Json]
    """Events that the stream has on disk."""
    later: list[Json]
    """Events that it took in the last moment: the local cloud may forget them when it dies."""


@pytest.fixture
def tenant(make_tenant, request) -> Tenant:
    return make_tenant(f"crash-{request.node.callspec.params['killed']}".lower())


def feed() -> bytes:
    """A feed that takes seconds to go in."""
    return csv_file([offer(f"N{number:06}", title=f"Poste numéro {number}") for number in range(OFFERS)])


def handbook() -> bytes:
    """A document that takes seconds to turn into vectors."""
    text = "L'article {0} du règlement prévoit {0} euros de prime et {1} jours de congé pour le service numéro {0}."
    return "\n\n".join(text.format(number, number % 30) for number in range(PARAGRAPHS)).encode()


def begin(stage: Stage, tenant: Tenant, killed: str) -> Work:
    """Starts an import, an ingestion and a batch, and returns while all three are under way."""
    accepted, later = ([event(tenant) for _ in range(EVENTS)] for _ in range(2))
    batches(stage, accepted)
    if killed == "cloud":
        stage.remembered("dynamodb", "cognito", "apigateway_v1", "kinesis")
    import_id = tenant.back.start_import("csv", feed())
    document_id = tenant.back.add_document("Règlement.txt", "text/plain", handbook())
    wait_for(lambda: status_of(tenant, "documents", document_id) == "embedding", "the ingestion's beginning", 60, 0.02)
    wait_for(lambda: status_of(tenant, "imports", import_id) == "running", "the import's beginning", 60, 0.02)
    batches(stage, later)
    return Work(import_id, document_id, accepted, later)


def batches(stage: Stage, events: list[Json]) -> None:
    """Puts events on the stream as several producers do."""
    for start in range(0, len(events), 250):
        put(stage, [coded(one) for one in events[start : start + 250]], shard=str(start))


def status_of(tenant: Tenant, table: str, id_: str) -> str:
    """A status as stored, without the API."""
    return tenant.sql(f"SELECT status FROM {table} WHERE id = %s", id_)[0][0]


def take_up(stage: Stage, tenant: Tenant) -> bool:
    """Lets the leases of whoever died end, and the schedules fire; whether all has come to its end."""
    tenant.sql(
        "UPDATE imports SET lease_until = now() - interval '1 second', created_at = created_at - interval '1 hour'"
        " WHERE status IN ('awaiting_upload', 'running')"
    )
    tenant.sql(
        "UPDATE documents SET lease_until = now() - interval '1 second', updated_at = updated_at - interval '1 hour'"
        " WHERE status NOT IN ('ready', 'failed', 'needs_ocr')"
    )
    for function in ("offers", "ingest"):
        stage.tick(function)
    statuses = tenant.sql("SELECT status FROM imports UNION ALL SELECT status FROM documents")
    return {status for (status,) in statuses} <= {"succeeded", "failed", "ready"}


def pieces_of(tenant: Tenant, document_id: str) -> list[tuple]:
    """A document's pieces, all but the document's own id."""
    return tenant.pool(
        "SELECT c.ordinal, c.language, c.place, c.heading, c.body, c.sentences, v.model, v.embedding::text FROM chunks c"
        " LEFT JOIN vectors v USING (tenant_id, document_id, edition, ordinal) WHERE c.document_id = %s"
        " ORDER BY c.edition, c.ordinal", document_id
    )  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(make_tenant) -> list[tuple]:
    """The pieces of the document when nothing dies."""
    tenant = make_tenant("crash-nothing")
    document = bring_documents(tenant, [("Règlement.txt", "text/plain", handbook())])["Règlement.txt"]
    return pieces_of(tenant, document["document_id"])


def whole(tenant: Tenant, work: Work, undisturbed: list[tuple], killed: str) -> None:
    """Everything went in once."""
    status = finished_import(tenant, work.import_id)
    assert status["status"] == "succeeded", status
    counts = status["counts"]
    assert (counts["read"], counts["created"] + counts["unchanged"], counts["closed"]) == (OFFERS, OFFERS, 0)
    stored = tenant.sql("SELECT count(*), count(DISTINCT reference) FROM offers WHERE status = 'open'")
    assert stored == [(OFFERS, OFFERS)]
    wait_for(lambda: tenant.front.search(limit=1)["total"] == OFFERS, "the index", timeout=15)

    document = finished_document(tenant, work.document_id)
    assert document["status"] == "ready", document
    assert document["chunks"] == len(undisturbed)
    assert pieces_of(tenant, work.document_id) == undisturbed
    assert tenant.pool("SELECT count(*) FROM chunks") == [(len(undisturbed),)]

    taken = work.accepted if killed == "cloud" else work.accepted + work.later
    wanted = {one["event_id"] for one in taken}
    wait_for(lambda: wanted <= ids_of(tenant), "the delivery of every event", timeout=60)
    # Primary keys make the rows single; the figures a tenant reads must say the same.
    assert tenant.counts()["search"] == len(tenant.pool("SELECT 1 FROM events WHERE kind = 'search'"))

    for table in ("imports", "documents"):
        ends = {"imports": {"succeeded"}, "documents": {"ready"}}[table]
        assert {row[0] for row in tenant.sql(f"SELECT status FROM {table}")} == ends


class TestCrashes:
    @pytest.mark.parametrize("killed", ["database", "cloud", "functions"])
    def test_in_the_middle_of_everything(self, stage: Stage, tenant: Tenant, undisturbed: list[tuple], killed: str):
        work = begin(stage, tenant, killed)
        before = status_of(tenant, "imports", work.import_id), status_of(tenant, "documents", work.document_id)
        if killed == "functions":
            for function in ("metrics", "offers", "ingest"):
                name = stage.function(function)
                wait_for(lambda name=name: stage.running.cloud.kill_function(name), f"the end of {name}", 10, 0.01)
        else:
            stage.kill(killed)
        try:
            assert before == ("running", "embedding"), "all was under way when it was cut off"
        finally:
            stage.restart()
        if killed != "database":
            after = {status_of(tenant, "imports", work.import_id), status_of(tenant, "documents", work.document_id)}
            assert not after & {"succeeded", "failed", "ready"}, "nothing ended by itself"
        wait_for(lambda: take_up(stage, tenant), "the end of all that was taken up", timeout=90, every=1)
        whole(tenant, work, undisturbed, killed)

    @pytest.mark.parametrize("killed", ["Again"])
    def test_again_and_again(self, stage: Stage, tenant: Tenant, killed: str):
        """A process that dies three times in a row: the fourth run ends what the first began."""
        bring_offers(tenant, "csv", csv_file([offer("N000001", title="Déjà là"), offer("GONE")]))
        import_id = tenant.back.start_import("csv", feed())
        for _ in range(3):
            wait_for(lambda: status_of(tenant, "imports", import_id) == "running", "a run", 60, 0.02)
            wait_for(lambda: stage.running.cloud.kill_function(stage.function("offers")), "its end", 10, 0.01)
            assert tenant.sql("SELECT count(*) FROM offers") == [(2,)] or applied(tenant, import_id)
            tenant.sql("UPDATE imports SET lease_until = now() - interval '1 second' WHERE status = 'running'")
            stage.client("lambda").invoke(
                FunctionName=stage.function("offers"), InvocationType="Event", Payload=arrival(tenant, import_id)
            )
            wait_for(lambda: tenant.sql("SELECT lease_until > now() FROM imports WHERE id = %s", import_id) == [(True,)],
                     "the next run", 60, 0.02)  # fmt: skip
        status = finished_import(tenant, import_id)
        assert status["status"] == "succeeded"
        assert (status["counts"]["created"], status["counts"]["updated"], status["counts"]["closed"]) == (OFFERS - 1, 1, 1)
        assert tenant.sql("SELECT count(*) FROM offers WHERE status = 'open'") == [(OFFERS,)]

    def test_the_schedules_stand(self, stage: Stage):
        """What the tests fire by hand fires each minute by itself."""
        rules = stage.client("events").list_rules()["Rules"]
        each_minute = [rule for rule in rules if rule.get("ScheduleExpression") == "rate(1 minute)" and rule["State"] == "ENABLED"]
        targets = {
            target["Arn"].rsplit(":", 1)[1]
            for rule in each_minute
            for target in stage.client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
        }
        assert {stage.function(name) for name in ("offers", "ingest", "evaluation")} <= targets


def applied(tenant: Tenant, import_id: str) -> bool:
    return tenant.sql("SELECT applied_at IS NOT NULL FROM imports WHERE id = %s", import_id) == [(True,)]


def arrival(tenant: Tenant, import_id: str) -> bytes:
    return json.dumps({
        "detail-type": "Object Created", "source": "aws.s3",
        "detail": {"bucket": {"name": tenant.bucket}, "object": {"key": f"imports/{import_id}"}},
    }).encode()  # fmt: skip


class TestAcceptedEvents:
    @pytest.mark.parametrize("killed", ["Accepted"])
    def test_an_upload_that_nobody_could_handle_is_handled_later(self, stage: Stage, tenant: Tenant, killed: str):
        """The file arrives while the database is away; the cloud goes down as well before any try succeeds."""
        content = csv_file([offer("LATE")])
        made = tenant.back.call("POST", "/v1/imports", {"format": "csv", "size": len(content)})
        stage.remembered("dynamodb", "cognito", "apigateway_v1")
        stage.kill("database")
        tenant.back.upload(made["upload"], content)
        stage.kill("cloud")
        stage.restart()
        wait_for(lambda: take_up(stage, tenant), "the end of the import", timeout=60, every=1)
        assert finished_import(tenant, made["import_id"])["counts"]["created"] == 1
        assert tenant.sql("SELECT reference FROM offers") == [("LATE",)]
