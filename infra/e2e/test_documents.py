"""The life of a document: versions, the same content, where it may answer, many pages, scans, many at once, its end."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from demo.client import Json, wait_for

from .api import NOT_FOUND, SOME_ID, filled, is_problem, refused_fields
from .papers import PDF, TEXT, manual, scan
from .stage import Stage
from .tenants import Tenant, bring_documents, finished_document
from .test_crashes import pieces_of
from .test_ingest_chat import announced, ask, upload, versions_of

POOL = ("sources", "chunks", "vectors", "terms")
"""Every shared table that speaks of documents."""


@pytest.fixture(scope="module")
def tenant(make_tenant) -> Tenant:
    return make_tenant("documents-e2e")


@pytest.fixture(scope="module")
def neighbour(make_tenant) -> Tenant:
    return make_tenant("documents-neighbour")


def new(tenant: Tenant, text: str, name: str = "Note.txt") -> str:
    """A document that answers from a text; its id."""
    document = bring_documents(tenant, [(name, TEXT, text.encode())])[name]
    assert document["status"] == "ready", document
    return document["document_id"]


def replace(tenant: Tenant, document_id: str, content: bytes, kind: str = TEXT) -> Json:
    """Announces and uploads another version; the announcement."""
    made = tenant.back.call("POST", f"/v1/documents/{document_id}/versions", {"media_type": kind, "size": len(content)})
    assert upload(made, content).ok
    return made


def source_of(tenant: Tenant, document_id: str) -> tuple | None:
    """What answers of a document: version, edition, tags, projects, name, how many pieces."""
    columns = "version, edition, tags, projects::text[], name, chunks"
    rows = tenant.pool(f"SELECT {columns} FROM sources WHERE document_id = %s", document_id)
    return rows[0] if rows else None


def remains(tenant: Tenant, document_id: str) -> dict[str, int]:
    """Rows of the shared tables that speak of a document."""
    count = "SELECT count(*) FROM {} WHERE document_id = %s"
    return {table: tenant.pool(count.format(table), document_id)[0][0] for table in POOL}


def progress_of(tenant: Tenant, document_id: str) -> tuple[str, int, int]:
    """Status, pieces and pages as stored, without the API."""
    return tenant.sql("SELECT status, chunks_done, pages_done FROM documents WHERE id = %s", document_id)[0]


def let_leases_end(tenant: Tenant) -> None:
    tenant.sql(
        "UPDATE documents SET lease_until = now() - interval '1 second', updated_at = updated_at - interval '1 hour'"
        " WHERE status NOT IN ('ready', 'failed', 'needs_ocr')"
    )


def runs_of(stage: Stage, document_id: str) -> list[str]:
    """How each run on a document ended that ended by itself, as the function's log says."""
    log = (stage.running.stack.logs / f"{stage.function('ingest')}.log").read_text(errors="replace")
    ended = [line for line in log.splitlines() if document_id in line and "a run ended" in line]
    return [outcome for line in ended for outcome in re.findall(r'"outcome":\s*"(\w+)"', line)]


@contextmanager
def short_turns(stage: Stage, seconds: int) -> Iterator[None]:
    """Invocations that begin nothing new after so long."""
    functions, name = stage.client("lambda"), stage.function("ingest")
    usual = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": usual | {"RUN_SECONDS": str(seconds)}}
    )
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": usual})


class TestVersions:
    def test_the_new_one_takes_the_old_ones_place_at_once(self, stage: Stage, tenant: Tenant):
        question = "Quel est le code du portail de la cour ?"
        document_id = new(tenant, "Le code du portail de la cour est 4711. Il ne change jamais.", "Portail.txt")
        assert "4711" in ask(tenant, question)["text"]
        content = "Le code du portail de la cour est 8150. Il ne change jamais.".encode()
        made = tenant.back.call("POST", f"/v1/documents/{document_id}/versions", {"media_type": TEXT, "size": len(content)})
        assert (made["document_id"], made["version"]) == (document_id, 2)
        document = tenant.back.document(document_id)
        assert (document["status"], document["version"], document["ready_version"]) == ("received", 2, 1)
        assert "4711" in ask(tenant, question)["text"], "it answers until the new one does"
        assert upload(made, content).ok
        heard: list[str] = []

        def answered_from_the_new_one() -> bool:
            answer = ask(tenant, question)
            assert answer["citations"], "there is an answer at every moment"
            heard.append("".join(re.findall(r"4711|8150", answer["citations"][0]["quote"])))
            return heard[-1] == "8150"

        wait_for(answered_from_the_new_one, "the new version", 60, 0.05)
        assert heard == sorted(heard) and set(heard) <= {"4711", "8150"}, "the old one, then the new one"
        assert {"8150" in ask(tenant, question)["text"] for _ in range(5)} == {True}
        document = finished_document(tenant, document_id)
        assert (document["status"], document["version"], document["ready_version"]) == ("ready", 2, 2)
        assert [body for _, _, _, _, body, *_ in pieces_of(tenant, document_id)] == [content.decode()]
        wait_for(lambda: len(versions_of(stage, tenant, document_id)) == 1, "the removal of the former file", 10)

    @pytest.mark.parametrize(("content", "reason"), [(b"\x00" * 40, {"mismatch", "corrupt", "unsupported"}), (b" \n \n", {"no_text"})])
    def test_one_that_fails_leaves_the_old_one(self, tenant: Tenant, content: bytes, reason: set[str]):
        text = f"Le vélo de fonction {uuid.uuid4().hex[:6]} est bleu."
        document_id = new(tenant, text, "Vélo.txt")
        before = (source_of(tenant, document_id), pieces_of(tenant, document_id))
        replace(tenant, document_id, content)
        document = finished_document(tenant, document_id)
        assert (document["status"], document["reason"], document["ready_version"]) == ("ready", None, 1)
        failure = document["last_failure"]
        assert failure["version"] == document["version"] == 2 and failure["reason"] in reason
        assert (source_of(tenant, document_id), pieces_of(tenant, document_id)) == before
        replace(tenant, document_id, text.replace("bleu", "vert").encode())
        better = finished_document(tenant, document_id)
        assert (better["status"], better["ready_version"], better["last_failure"]) == ("ready", 3, None)

    def test_one_that_never_comes(self, stage: Stage, tenant: Tenant):
        document_id = new(tenant, f"La cantine {uuid.uuid4().hex[:6]} ferme à quatorze heures.", "Cantine.txt")
        tenant.back.call("POST", f"/v1/documents/{document_id}/versions", {"media_type": TEXT, "size": 10})
        tenant.sql("UPDATE documents SET announced_at = announced_at - interval '1 hour' WHERE id = %s", document_id)
        let_leases_end(tenant)
        stage.tick("ingest")
        document = tenant.back.document(document_id)
        assert (document["status"], document["ready_version"]) == ("ready", 1)
        assert document["last_failure"] == {"version": 2, "reason": "no-upload", "duplicate_of": None}
        answer = tenant.member.send("POST", f"/v1/documents/{document_id}/reprocess")
        is_problem(answer, ("urn:vivier:problem:conflict", 409))

    def test_the_same_file_read_again(self, tenant: Tenant):
        document_id = new(tenant, f"Le badge {uuid.uuid4().hex[:6]} ouvre le hall.", "Badge.txt")
        before, pieces = source_of(tenant, document_id), pieces_of(tenant, document_id)
        answer = tenant.member.send("POST", f"/v1/documents/{document_id}/reprocess")
        assert answer.status_code == 202 and answer.json()["ready_version"] == 1, answer.text
        wait_for(lambda: source_of(tenant, document_id) != before, "the reading", 60, 0.1)
        document = finished_document(tenant, document_id)
        after = source_of(tenant, document_id)
        assert (document["version"], after[0], after[1]) == (1, before[0], before[1] + 1)
        assert pieces_of(tenant, document_id) == pieces, "the same pieces, once"

    def test_announced_twice_by_one_request_is_one(self, tenant: Tenant):
        document_id = new(tenant, f"Le casier {uuid.uuid4().hex[:6]} est gris.", "Casier.txt")
        path, body = f"/v1/documents/{document_id}/versions", {"media_type": TEXT, "size": 9}
        key = {"Idempotency-Key": str(uuid.uuid4())}
        first, again = (tenant.member.send("POST", path, json=body, headers=key) for _ in range(2))
        assert first.status_code == 201 and first.content == again.content
        assert tenant.back.document(document_id)["version"] == 2


class TestSameContent:
    def test_as_another_document(self, tenant: Tenant):
        text = f"Le vestiaire {uuid.uuid4().hex} est au sous-sol."
        first = new(tenant, text, "Vestiaire.txt")
        second = bring_documents(tenant, [("Vestiaire (copie).txt", TEXT, text.encode())])["Vestiaire (copie).txt"]
        assert (second["status"], second["reason"], second["duplicate_of"]) == ("failed", "duplicate", first)
        assert remains(tenant, second["document_id"]) == dict.fromkeys(POOL, 0)
        tenant.back.delete_document(first)
        assert tenant.back.document(second["document_id"])["duplicate_of"] is None
        tenant.back.call("POST", f"/v1/documents/{second['document_id']}/reprocess")
        assert finished_document(tenant, second["document_id"])["status"] == "ready"

    def test_at_the_same_moment(self, tenant: Tenant):
        content = f"Le parking {uuid.uuid4().hex} compte quarante places.".encode()
        made = [announced(tenant, f"Parking {n}.txt", TEXT, len(content)) for n in range(3)]
        with ThreadPoolExecutor(3) as pool:
            assert all(answer.ok for answer in pool.map(lambda one: upload(one, content), made))
        ended = [finished_document(tenant, one["document_id"]) for one in made]
        assert sorted((d["status"], d["reason"]) for d in ended) == [("failed", "duplicate")] * 2 + [("ready", None)]
        ready = next(d["document_id"] for d in ended if d["status"] == "ready")
        assert {d["duplicate_of"] for d in ended if d["status"] == "failed"} == {ready}

    def test_as_what_answers_already(self, tenant: Tenant):
        content = f"Le local à vélos {uuid.uuid4().hex[:6]} ferme à vingt heures.".encode()
        document_id = new(tenant, content.decode(), "Vélos.txt")
        before, pieces = source_of(tenant, document_id), pieces_of(tenant, document_id)
        replace(tenant, document_id, content)
        document = finished_document(tenant, document_id)
        assert (document["status"], document["ready_version"], document["last_failure"]) == ("ready", 2, None)
        after = source_of(tenant, document_id)
        assert (after[0], after[1:]) == (2, before[1:]), "the same edition, for the new version"
        assert pieces_of(tenant, document_id) == pieces

    def test_as_another_tenants(self, tenant: Tenant, neighbour: Tenant):
        text = f"La salle {uuid.uuid4().hex} a une fenêtre."
        assert new(tenant, text, "Salle.txt") != new(neighbour, text, "Salle.txt")


class TestLabels:
    def test_are_kept_and_changed_at_once(self, tenant: Tenant):
        content = f"Le code {uuid.uuid4().hex[:6]} est secret.".encode()
        body = {"name": "Code.txt", "media_type": TEXT, "size": len(content), "tags": ["rh", "Accès"], "projects": [tenant.project]}
        made = tenant.back.call("POST", "/v1/documents", body)
        assert upload(made, content).ok
        document = finished_document(tenant, made["document_id"])
        assert (document["tags"], document["projects"]) == (["rh", "Accès"], [tenant.project])
        edition = source_of(tenant, made["document_id"])[1]
        for change in ({"tags": ["paie"]}, {"projects": []}, {"name": "Codes.txt"}, {"tags": [], "projects": [tenant.project]}):
            document |= change
            assert tenant.back.call("PATCH", f"/v1/documents/{made['document_id']}", change) | change == \
                tenant.back.document(made["document_id"])
            stored = source_of(tenant, made["document_id"])
            assert stored[2:5] == (document["tags"], document["projects"], document["name"]) and stored[1] == edition

    def test_restrict_where_it_answers(self, tenant: Tenant):
        second = tenant.back.call("POST", "/v1/projects", {"name": "Second"})["project_id"]
        tenant.back.call("POST", f"/v1/projects/{second}/products", {"kind": "chatbot", "name": "Chatbot"})
        text = "La conciergerie du siège est ouverte de 9 heures à 17 h 45."
        document_id, question = new(tenant, text, "Conciergerie.txt"), "À quelle heure ouvre la conciergerie du siège ?"
        assert "17 h 45" in ask(tenant, question)["text"]
        tenant.back.call("PATCH", f"/v1/documents/{document_id}", {"projects": [second]})
        assert "17 h 45" not in ask(tenant, question)["text"]
        tenant.back.call("PATCH", f"/v1/documents/{document_id}", {"projects": [tenant.project, second]})
        assert "17 h 45" in ask(tenant, question)["text"]

    def test_restrict_what_a_front_office_asks_for(self, tenant: Tenant):
        text, question = "Le gardien de nuit du dépôt s'appelle le veilleur.", "Comment s'appelle le gardien de nuit du dépôt ?"
        document_id = new(tenant, text, "Gardien.txt")
        assert "veilleur" in ask(tenant, question)["text"]
        tenant.publish({"chat": {"tags": ["publié"]}})
        try:
            wait_for(lambda: "veilleur" not in ask(tenant, question)["text"], "the setting", 30)
            tenant.back.call("PATCH", f"/v1/documents/{document_id}", {"tags": ["publié"]})
            assert "veilleur" in ask(tenant, question)["text"]
        finally:
            tenant.publish({"chat": {"tags": []}})

    def test_are_listed_by(self, tenant: Tenant):
        tag = f"t-{uuid.uuid4().hex[:8]}"
        ids = [new(tenant, f"Liste {uuid.uuid4().hex}.", f"Liste {n}.txt") for n in range(2)]
        for document_id in ids:
            tenant.back.call("PATCH", f"/v1/documents/{document_id}", {"tags": [tag, "autre"]})
        listed = lambda **query: [d["document_id"] for d in tenant.back.call("GET", "/v1/documents", **query)["documents"]]  # noqa: E731
        assert listed(tag=tag) == ids[::-1]
        assert listed(tag=tag, status="failed") == [] and listed(tag=tag, status="ready", limit=1) == ids[:0:-1]

    def test_projects_must_be_the_tenants_own(self, tenant: Tenant, neighbour: Tenant):
        document_id = new(tenant, f"Rien {uuid.uuid4().hex}.", "Rien.txt")
        before, stored = tenant.back.documents(), source_of(tenant, document_id)
        announcement = {"name": "a.txt", "media_type": TEXT, "size": 1}
        answers = []
        for project in (neighbour.project, SOME_ID):
            for method, path, body in (
                ("POST", "/v1/documents", announcement | {"projects": [project]}),
                ("PATCH", f"/v1/documents/{document_id}", {"projects": [tenant.project, project]}),
            ):
                answers.append(tenant.member.send(method, path, json=body))
                is_problem(answers[-1], ("urn:vivier:problem:invalid-body", 400))
                assert refused_fields(answers[-1]) == {"projects": "unknown"}
        assert len({answer.content for answer in answers}) == 1, "another tenant's is as one that never was"
        assert (tenant.back.documents(), source_of(tenant, document_id)) == (before, stored)


class TestBadInput:
    @pytest.mark.parametrize(
        ("method", "path", "body", "refused"),
        [
            ("PATCH", "/v1/documents/{id}", {"name": " "}, {"name": "empty"}),
            ("PATCH", "/v1/documents/{id}", {"tags": ["a", "a"]}, {"tags": "repeated"}),
            ("PATCH", "/v1/documents/{id}", {"tags": ["x" * 41]}, {"tags": "invalid"}),
            ("PATCH", "/v1/documents/{id}", {"tags": [str(n) for n in range(21)]}, {"tags": "too-many"}),
            ("PATCH", "/v1/documents/{id}", {"projects": [SOME_ID] * 2}, {"projects": "repeated"}),
            ("PATCH", "/v1/documents/{id}", {"projects": ["x"]}, {"projects[0]": "invalid"}),
            ("PATCH", "/v1/documents/{id}", {"status": "ready"}, None),
            ("POST", "/v1/documents/{id}/versions", {"media_type": "image/png", "size": 1}, {"media_type": "unsupported"}),
            ("POST", "/v1/documents/{id}/versions", {"media_type": TEXT, "size": 0}, {"size": "out-of-range"}),
            ("POST", "/v1/documents/{id}/versions", {"media_type": TEXT, "size": 1, "name": "b"}, None),
            ("POST", "/v1/documents/batches", {"documents": []}, {"documents": "empty"}),
            ("POST", "/v1/documents/batches", {"documents": [{"name": "a", "media_type": TEXT, "size": 1}] * 101}, {"documents": "too-many"}),
            ("POST", "/v1/documents/batches", {"documents": [{"name": "a"}]}, None),
            ("POST", "/v1/documents", {"name": "a", "media_type": TEXT, "size": 1, "tags": [""]}, {"tags": "invalid"}),
        ],
    )  # fmt: skip
    def test_is_told_and_changes_nothing(self, tenant: Tenant, method: str, path: str, body: Json, refused: dict | None):
        if "document" not in tenant.notes:
            tenant.notes["document"] = new(tenant, f"Immuable {uuid.uuid4().hex}.", "Immuable.txt")
        before = tenant.back.documents()
        answer = tenant.member.send(method, filled(path, id=tenant.notes["document"]), json=body)
        is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
        if refused is not None:
            assert refused_fields(answer) == refused
        assert tenant.back.documents() == before

    @pytest.mark.parametrize("query", ["status=done", "status=", "batch=x", "tag=a&tag=b", "tag=%00"])
    def test_of_lists(self, tenant: Tenant, query: str):
        answer = tenant.member.send("GET", f"/v1/documents?{query}")
        is_problem(answer, ("urn:vivier:problem:invalid-query", 400))

    def test_of_what_is_being_removed(self, stage: Stage, tenant: Tenant):
        document_id = new(tenant, f"Adieu {uuid.uuid4().hex}.", "Adieu.txt")
        tenant.sql("UPDATE documents SET status = 'deleting' WHERE id = %s", document_id)
        for method, path, body in (
            ("PATCH", "/v1/documents/{id}", {"name": "b"}),
            ("POST", "/v1/documents/{id}/versions", {"media_type": TEXT, "size": 1}),
            ("POST", "/v1/documents/{id}/reprocess", None),
        ):
            is_problem(tenant.member.send(method, filled(path, id=document_id), json=body), NOT_FOUND)
        tenant.back.delete_document(document_id)


class TestDeletion:
    def test_leaves_nothing(self, stage: Stage, tenant: Tenant):
        document_id = new(tenant, f"Version une {uuid.uuid4().hex}.", "Traces.txt")
        replace(tenant, document_id, f"Version deux {uuid.uuid4().hex}.".encode())
        finished_document(tenant, document_id)
        replace(tenant, document_id, b"\x00" * 9)
        finished_document(tenant, document_id)
        found = remains(tenant, document_id)
        assert all(found.values()) and versions_of(stage, tenant, document_id)
        assert tenant.member.send("DELETE", f"/v1/documents/{document_id}").status_code == 204
        assert remains(tenant, document_id) == dict.fromkeys(POOL, 0)
        assert versions_of(stage, tenant, document_id) == []
        assert tenant.sql("SELECT 1 FROM documents WHERE id = %s", document_id) == []

    def test_that_was_cut_off_goes_on(self, stage: Stage, tenant: Tenant):
        text = f"Le coffre {uuid.uuid4().hex[:6]} contient les clés de secours."
        document_id = new(tenant, text, "Coffre.txt")
        tenant.sql("UPDATE documents SET status = 'deleting' WHERE id = %s", document_id)
        let_leases_end(tenant)
        stage.tick("ingest")
        assert remains(tenant, document_id) == dict.fromkeys(POOL, 0)
        assert versions_of(stage, tenant, document_id) == []
        assert tenant.sql("SELECT 1 FROM documents WHERE id = %s", document_id) == []


PAGES = 300


@pytest.fixture(scope="module")
def undisturbed(make_tenant) -> list[tuple]:
    """The pieces of the manual when nothing comes in between."""
    tenant = make_tenant("documents-calm")
    document = bring_documents(tenant, [("Manuel.pdf", PDF, manual(PAGES))], timeout=600)["Manuel.pdf"]
    assert (document["status"], document["pages"]) == ("ready", {"done": PAGES, "total": PAGES}), document
    return pieces_of(tenant, document["document_id"])


def same(pieces: list[tuple], undisturbed: list[tuple]) -> None:
    assert [piece[0] for piece in pieces] == list(range(len(undisturbed)))
    assert pieces == undisturbed


class TestManyPages:
    def test_take_several_invocations(self, stage: Stage, make_tenant, undisturbed: list[tuple]):
        tenant = make_tenant("documents-long")
        with short_turns(stage, 4):
            document_id = tenant.back.add_document("Manuel.pdf", PDF, manual(PAGES))
            seen: list[int] = []

            def ended() -> Json | None:
                document = tenant.back.document(document_id)
                seen.append(document["pages"]["done"] if document["pages"] else 0)
                return document if document["status"] in ("ready", "failed") else None

            document = wait_for(ended, "the end of a long document", 600, 0.3)
        assert (document["status"], document["pages"]) == ("ready", {"done": PAGES, "total": PAGES}), document
        assert seen == sorted(seen) and len(set(seen)) > 2, "progress is seen"
        outcomes = runs_of(stage, document_id)
        assert outcomes.count("Ready") == 1 and outcomes.count("HandedOn") >= 2, outcomes
        pages = {part["place"]["page"] for _, _, places, *_ in undisturbed for part in places}
        assert pages == set(range(1, PAGES + 1))
        same(pieces_of(tenant, document_id), undisturbed)

    def test_killed_at_every_step(self, stage: Stage, make_tenant, undisturbed: list[tuple]):
        """The process dies again and again, each time as soon as it has come further, until nothing is left to do."""
        tenant = make_tenant("documents-killed")
        document_id = tenant.back.add_document("Manuel.pdf", PDF, manual(PAGES))
        wait_for(lambda: progress_of(tenant, document_id)[0] != "received", "the beginning", 60, 0.02)
        kills, name = 0, stage.function("ingest")
        while progress_of(tenant, document_id)[0] != "ready":
            before = progress_of(tenant, document_id)
            wait_for(lambda: stage.running.cloud.kill_function(name), "a process to kill", 30, 0.01)
            kills += 1
            let_leases_end(tenant)
            stage.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=arrival(tenant, document_id))

            def further(before=before) -> bool:
                now = progress_of(tenant, document_id)
                return now[0] == "ready" or now[1:] > before[1:]

            wait_for(further, "the next step", 120, 0.02)
        assert kills >= 5, kills
        document = tenant.back.document(document_id)
        assert (document["status"], document["pages"]) == ("ready", {"done": PAGES, "total": PAGES}), document
        same(pieces_of(tenant, document_id), undisturbed)
        assert remains(tenant, document_id)["chunks"] == remains(tenant, document_id)["vectors"] == len(undisturbed)


def arrival(tenant: Tenant, document_id: str) -> bytes:
    """What the function takes as a file's arrival."""
    detail = {"bucket": {"name": tenant.bucket}, "object": {"key": f"documents/{document_id}/1"}}
    return json.dumps({"detail-type": "Object Created", "source": "aws.s3", "detail": detail}).encode()


class TestStandingStill:
    def test_is_found_by_the_schedule(self, stage: Stage, tenant: Tenant):
        """A run that died after its claim: its lease lapses, and nothing else comes."""
        document_id = new(tenant, f"Oublié {uuid.uuid4().hex}.", "Oublié.txt")
        tenant.sql(
            "UPDATE documents SET status = 'extracting', etag = NULL, attempts = 1, content_sha256 = NULL WHERE id = %s", document_id
        )
        let_leases_end(tenant)
        stage.tick("ingest")
        assert tenant.back.document(document_id)["status"] == "ready"

    def test_ends_after_five_runs_that_came_no_further(self, stage: Stage, tenant: Tenant):
        content = f"Maudit {uuid.uuid4().hex}.".encode()
        made = announced(tenant, "Maudit.txt", TEXT, len(content))
        tenant.sql("UPDATE documents SET attempts = 5 WHERE id = %s", made["document_id"])
        assert upload(made, content).ok
        document = finished_document(tenant, made["document_id"])
        assert (document["status"], document["reason"]) == ("failed", "attempts-exhausted")
        tenant.back.call("POST", f"/v1/documents/{made['document_id']}/reprocess")
        assert finished_document(tenant, made["document_id"])["status"] == "ready"


class TestScans:
    WORDS = ("Le restaurant du personnel\nest ouvert de midi\na quatorze heures.", "La navette part\na huit heures trente.")

    @pytest.fixture
    def recognition(self, tenant: Tenant) -> Iterator[None]:
        tenant.publish({"documents": {"recognition": True}}, "/v1/settings")
        yield
        tenant.publish({"documents": {"recognition": False}}, "/v1/settings")

    def test_wait_until_the_tenant_allows_it(self, request, tenant: Tenant):
        content = scan(list(self.WORDS))
        document = bring_documents(tenant, [("Numérisé.pdf", PDF, content)])["Numérisé.pdf"]
        assert (document["status"], document["reason"], document["flags"]) == ("needs_ocr", None, ["scanned_pages"])
        assert remains(tenant, document["document_id"]) == dict.fromkeys(POOL, 0)
        request.getfixturevalue("recognition")
        tenant.back.call("POST", f"/v1/documents/{document['document_id']}/reprocess")
        document = finished_document(tenant, document["document_id"])
        assert (document["status"], document["recognised_pages"], document["flags"]) == ("ready", 2, [])
        found = [(places[0]["place"], body) for _, _, places, _, body, *_ in pieces_of(tenant, document["document_id"])]
        assert "restaurant du personnel" in found[0][1] and found[0][0] == {"in": "page", "page": 1}
        assert "navette" in found[-1][1]

    def test_beside_text_are_flagged(self, tenant: Tenant):
        plain = "Cette page est écrite. " * 20
        document = bring_documents(tenant, [("Mixte.pdf", PDF, scan([self.WORDS[0]], plain))])["Mixte.pdf"]
        assert (document["status"], document["flags"], document["recognised_pages"]) == ("ready", ["scanned_pages"], 0)
        assert document["pages"] == {"done": 2, "total": 2}

    def test_are_recognised_beside_text(self, recognition: None, tenant: Tenant):
        plain = "Cette autre page est écrite. " * 20
        document = bring_documents(tenant, [("Mixte lu.pdf", PDF, scan([self.WORDS[1]], plain))])["Mixte lu.pdf"]
        assert (document["status"], document["flags"], document["recognised_pages"]) == ("ready", [], 1)
        bodies = [body for _, _, _, _, body, *_ in pieces_of(tenant, document["document_id"])]
        assert any("navette" in body for body in bodies) and any("autre page" in body for body in bodies)


class TestManyAtOnce:
    def test_are_announced_uploaded_and_followed(self, tenant: Tenant):
        texts = [f"Fiche {n} {uuid.uuid4().hex}. Le poste {n} est ouvert." for n in range(6)]
        files = [(f"Fiche {n}.txt", text.encode()) for n, text in enumerate(texts)]
        body = {"documents": [{"name": name, "media_type": TEXT, "size": len(content), "tags": ["fiches"]} for name, content in files]}
        body["documents"].insert(2, {"name": "", "media_type": "image/png", "size": 0})
        key = {"Idempotency-Key": str(uuid.uuid4())}
        answer = tenant.member.send("POST", "/v1/documents/batches", json=body, headers=key)
        assert answer.status_code == 201, answer.text
        made, path = answer.json()["documents"], answer.headers["Location"]
        refused = made.pop(2)
        assert refused["announced"] is None and refused["refused"]["type"] == "urn:vivier:problem:invalid-body"
        assert {e["field"]: e["code"] for e in refused["refused"]["errors"]} == {
            "name": "empty", "media_type": "unsupported", "size": "out-of-range",
        }  # fmt: skip
        batch = tenant.back.call("GET", path)
        assert (batch["announced"], batch["refused"], batch["statuses"]["received"], batch["finished"]) == (6, 1, 6, False)
        for one, (_, content) in zip(made, files, strict=True):
            assert upload(one["announced"], content).ok
        batch = wait_for(lambda: (b := tenant.back.call("GET", path))["finished"] and b, "the batch", 120)
        assert (batch["statuses"]["ready"], batch["pages"]) == (6, {"done": 6, "total": 6})
        ids = [one["announced"]["document_id"] for one in made]
        listed = tenant.back.call("GET", "/v1/documents", batch=batch["batch_id"])["documents"]
        assert [d["document_id"] for d in listed] == ids[::-1] and {d["batch_id"] for d in listed} == {batch["batch_id"]}
        again = tenant.member.send("POST", "/v1/documents/batches", json=body, headers=key)
        assert again.content == answer.content and again.headers["Idempotency-Replayed"] == "true"
        assert len(tenant.back.call("GET", "/v1/documents", batch=batch["batch_id"])["documents"]) == 6
        tenant.back.delete_document(ids[0])
        assert sum(tenant.back.call("GET", path)["statuses"].values()) == 5

    def test_a_request_that_broke_off_makes_the_same(self, stage: Stage, tenant: Tenant):
        """Its answer was not kept: the same documents are announced again, none twice."""
        body = {"documents": [{"name": f"Une fois {n}.txt", "media_type": TEXT, "size": 9} for n in range(100)]}
        key = {"Idempotency-Key": str(uuid.uuid4())}
        first = tenant.member.send("POST", "/v1/documents/batches", json=body, headers=key)
        assert first.status_code == 201, first.text
        requests_table, partition = f"vivier-{stage.name}-requests", {"S": f"tenant#{tenant.tenant_id}"}
        items = stage.client("dynamodb").query(
            TableName=requests_table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": partition}
        )["Items"]
        newest = max((item for item in items if "seed" in item), key=lambda item: item["seed"]["S"])
        broken = {name: value for name, value in newest.items() if name != "answer"}
        broken |= {"lease": {"S": str(uuid.uuid4())}, "lease_until": {"S": "1970-01-01T00:00:00Z"}}
        stage.client("dynamodb").put_item(TableName=requests_table, Item=broken)
        again = tenant.member.send("POST", "/v1/documents/batches", json=body, headers=key)
        assert again.status_code == 201 and "Idempotency-Replayed" not in again.headers, again.text
        ids = [[one["announced"]["document_id"] for one in answer.json()["documents"]] for answer in (first, again)]
        assert ids[0] == ids[1] and again.json()["batch_id"] == first.json()["batch_id"]
        listed = tenant.back.call("GET", "/v1/documents", batch=first.json()["batch_id"], limit=100)
        assert [d["document_id"] for d in listed["documents"]] == ids[0][::-1] and listed["next_cursor"] is None
