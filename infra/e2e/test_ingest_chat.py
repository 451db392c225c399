"""From an uploaded document to an answer that quotes it, and back to nothing when it is deleted."""

from __future__ import annotations

import csv
import io
import time
import uuid
import zipfile

import pytest
import requests
from openpyxl import load_workbook

from demo.client import Json, wait_for
from demo.data import CROUTEFRANCHE, ZEPHYROUAGE, Question, questions

from .api import NOT_FOUND, SOME_ID, Api, is_problem, refused_fields
from .stage import Stage
from .tenants import Tenant, bring_documents, finished_document

OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "txt": "text/plain",
    "md": "text/markdown",
    "html": "text/html",
    "csv": "text/csv",
    "pdf": "application/pdf",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "pptx": f"{OFFICE}.presentationml.presentation",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
}
PLACES = {
    "txt": "line", "md": "section", "html": "section", "csv": "row",
    "pdf": "page", "docx": "section", "pptx": "slide", "xlsx": "row",
}  # fmt: skip
"""What a place of each format names."""


@pytest.fixture(scope="module")
def tenant(make_tenant) -> Tenant:
    return make_tenant("ingest-e2e")


@pytest.fixture(scope="module")
def neighbour(make_tenant) -> Tenant:
    return make_tenant("ingest-neighbour")


def chunks_of(tenant: Tenant, document_id: str) -> list[tuple[int, str, list[Json]]]:
    """Number, text and the places of the parts of a document's pieces."""
    return tenant.pool("SELECT ordinal, body, place FROM chunks WHERE document_id = %s ORDER BY ordinal", document_id)


def rows_of(name: str, content: bytes) -> dict[tuple[str | None, int], str]:
    """What a table says, by sheet and row: under the names of its first row, as pieces put it."""
    if name.endswith(".csv"):
        tables = [(None, list(csv.reader(io.StringIO(content.decode()), delimiter=";")))]
    else:
        book = load_workbook(io.BytesIO(content), read_only=True)
        tables = [(sheet.title, [list(row) for row in sheet.iter_rows(values_only=True)]) for sheet in book]
    return {
        (sheet, number): " | ".join(f"{column}: {cell}" if number > 1 else cell for column, cell in zip(rows[0], row, strict=True) if cell)
        for sheet, rows in tables
        for number, row in enumerate(rows, start=1)
    }


def versions_of(stage: Stage, tenant: Tenant, document_id: str) -> list[str]:
    """Every version of a document's file, markers of deletion included."""
    listed = stage.client("s3").list_object_versions(Bucket=tenant.bucket, Prefix=f"documents/{document_id}")
    return [entry["VersionId"] for kind in ("Versions", "DeleteMarkers") for entry in listed.get(kind, [])]


def ask(tenant: Tenant, text: str) -> Json:
    """The answer to a question in a conversation of its own."""
    return tenant.front.ask(tenant.front.open_session(), text)


def announced(tenant: Tenant, name: str, media_type: str, size: int) -> Json:
    return tenant.back.call("POST", "/v1/documents", {"name": name, "media_type": media_type, "size": size})


def upload(made: Json, content: bytes) -> requests.Response:
    to = made["upload"]
    return requests.request(to["method"], to["url"], data=content, headers=to["headers"], timeout=30)


class TestFormats:
    @pytest.mark.parametrize("ending", TYPES)
    def test_each_becomes_pieces_with_their_places(self, alpha: Tenant, beta: Tenant, ending: str):
        for tenant in (alpha, beta):
            name = next(name for name in tenant.notes["files"] if name.endswith(f".{ending}"))
            document = tenant.notes["documents"][name]
            assert (document["status"], document["reason"], document["media_type"]) == ("ready", None, TYPES[ending])
            pieces = chunks_of(tenant, document["document_id"])
            assert len(pieces) == document["chunks"] > 0
            assert [number for number, _, _ in pieces] == list(range(len(pieces)))
            assert {part["place"]["in"] for _, _, parts in pieces for part in parts} == {PLACES[ending]}
            for _, body, parts in pieces:
                starts = [part["start"] for part in parts]
                assert starts[0] == 0 and starts == sorted(set(starts)) and starts[-1] < len(body)

    def test_vectors_carry_the_identity_of_their_model(self, alpha: Tenant):
        models = alpha.pool("SELECT DISTINCT model, dimension, vector_dims(embedding) FROM vectors")
        assert len(models) == 1 and models[0][1] == models[0][2] == 384 and models[0][0]


def damaged(ending: str) -> bytes:
    """A file of the format, cut off in the middle."""
    from demo.data import documents

    content = next(content for name, _, content in documents("croutefranche") if name.endswith(f".{ending}"))
    return content[: len(content) // 2]


def packed(**files: bytes) -> bytes:
    """A ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


HOSTILE: dict[str, tuple[str, bytes, set[str]]] = {
    "blank.txt": ("txt", b" \n\t\n ", {"no_text"}),
    "binary.txt": ("txt", bytes(range(256)) * 40, {"mismatch", "corrupt", "unsupported"}),
    "image.txt": ("txt", b"\x89PNG\r\n\x1a\n" + bytes(200), {"mismatch", "unsupported"}),
    "archive.txt": ("txt", packed(a=b"a"), {"mismatch", "unsupported"}),
    "text.pdf": ("pdf", b"Ceci n'est pas un PDF.", {"mismatch", "corrupt"}),
    "cut.pdf": ("pdf", damaged("pdf"), {"corrupt", "no_text"}),
    "header.pdf": ("pdf", b"%PDF-1.7\n" + b"garbage " * 100, {"corrupt", "no_text", "crashed"}),
    "page.pdf": ("docx", damaged("pdf"), {"mismatch"}),
    "cut.docx": ("docx", damaged("docx"), {"corrupt", "mismatch"}),
    "empty.docx": ("docx", packed(), {"corrupt", "mismatch", "unsupported"}),
    "no-text.docx": ("docx", packed(**{"[Content_Types].xml": b"<Types/>", "word__document.xml": b"<w:document/>"}),
                     {"corrupt", "no_text", "mismatch"}),
    "bomb.docx": ("docx", packed(**{"[Content_Types].xml": b"<Types/>", "word__document.xml": b"<a>" + b" " * 300_000_000}),
                  {"too_large", "corrupt", "mismatch", "no_text", "out_of_memory", "timed_out"}),
    "laughs.docx": ("docx", packed(**{"[Content_Types].xml": b"<Types/>", "word__document.xml": (
        b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">' + b"".join(
            f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9)) + b"]><w:document>&j;</w:document>")}),
        {"corrupt", "no_text", "mismatch", "too_large"}),
    "cut.xlsx": ("xlsx", damaged("xlsx"), {"corrupt", "mismatch"}),
    "cut.pptx": ("pptx", damaged("pptx"), {"corrupt", "mismatch"}),
    "zip.xlsx": ("xlsx", packed(a=b"a"), {"corrupt", "mismatch", "unsupported", "no_text"}),
    "script.html": ("html", b"<script>alert(1)</script><style>p{}</style>", {"no_text"}),
    "old.doc": ("docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), {"mismatch", "unsupported", "corrupt", "encrypted"}),
}  # fmt: skip
"""Name to announced format, content and the reasons that fit."""

STRANGE: dict[str, tuple[str, bytes]] = {
    "deep.html": ("html", b"<div>" * 20_000 + b"La prime est de 12 euros." + b"</div>" * 20_000),
    "open.html": ("html", b"<p>La prime est de 12 euros.<table><tr><td>x" * 200),
    "latin.txt": ("txt", "La prime d'été est versée en août.".encode("latin-1")),
    "bom.txt": ("txt", b"\xef\xbb\xbfLa prime est de 12 euros."),
    "sixteen.txt": ("txt", "La prime est de 12 euros.".encode("utf-16")),
    "line.txt": ("txt", ("prime " * 8_000).encode()),
    "ragged.csv": ("csv", b'a;b;c\n1;2\n"open;3\nx;y;z;t\n'),
    "direction.txt": ("txt", "La prime \u202eest de\u202c 12 euros.".encode()),
    "nested.md": ("md", b"> " * 500 + b"La prime est de 12 euros.\n" + b"#" * 50 + b" T\n" + b"* " * 300),
}
"""Unusual, but with a text to be found."""


class TestHostileFiles:
    def test_fail_with_a_reason(self, tenant: Tenant):
        ids = {name: tenant.back.add_document(name, TYPES[form], content) for name, (form, content, _) in HOSTILE.items()}
        ended = {name: finished_document(tenant, document_id) for name, document_id in ids.items()}
        told = {name: (document["status"], document["reason"]) for name, document in ended.items()}
        wrong = {name: told[name] for name, (_, _, reasons) in HOSTILE.items()
                 if told[name][0] != "failed" or told[name][1] not in reasons}  # fmt: skip
        assert not wrong
        assert all(not chunks_of(tenant, document_id) for document_id in ids.values())

    def test_strange_ones_end_one_way_or_the_other(self, tenant: Tenant):
        files = [(name, TYPES[form], content) for name, (form, content) in STRANGE.items()]
        ended = bring_documents(tenant, files)
        for name, document in ended.items():
            assert document["status"] == "ready" or document["reason"], name
        for name in ("latin.txt", "bom.txt", "sixteen.txt", "open.html"):
            assert ended[name]["status"] == "ready", ended[name]
        body = chunks_of(tenant, ended["latin.txt"]["document_id"])[0][1]
        assert body == "La prime d'été est versée en août."
        assert ended["direction.txt"]["status"] == "ready", ended["direction.txt"]
        assert "\u202e" not in chunks_of(tenant, ended["direction.txt"]["document_id"])[0][1]

    def test_a_later_file_does_better(self, stage: Stage, tenant: Tenant):
        content = "Le parking est gratuit pour tous.".encode()
        made = announced(tenant, "Parking.txt", "text/plain", len(content))
        assert upload(made, b"\x00" * len(content)).ok
        assert finished_document(tenant, made["document_id"])["status"] == "failed"
        assert upload(made, content).ok
        wait_for(lambda: tenant.back.document(made["document_id"])["status"] == "ready", "the better file", 60)
        assert [body for _, body, _ in chunks_of(tenant, made["document_id"])] == [content.decode()]


class TestAnnouncements:
    @pytest.mark.parametrize(
        ("body", "refused"),
        [
            ({"name": "", "media_type": "text/plain", "size": 1}, {"name": "empty"}),
            ({"name": "a" * 201, "media_type": "text/plain", "size": 1}, {"name": "too-long"}),
            ({"name": "a\u0000b", "media_type": "text/plain", "size": 1}, {"name": "control-character"}),
            ({"name": "gpj.\u202etxt", "media_type": "text/plain", "size": 1}, {"name": "control-character"}),
            ({"name": "a", "media_type": "image/png", "size": 1}, {"media_type": "unsupported"}),
            ({"name": "a", "media_type": "", "size": 1}, {"media_type": "unsupported"}),
            ({"name": "a", "media_type": "text/plain", "size": 0}, {"size": "out-of-range"}),
            ({"name": "a", "media_type": "text/plain", "size": 50 * 1024 * 1024 + 1}, {"size": "out-of-range"}),
            ({"name": "", "media_type": "x", "size": 0},
             {"name": "empty", "media_type": "unsupported", "size": "out-of-range"}),
        ],
    )  # fmt: skip
    def test_what_does_not_hold_is_named(self, tenant: Tenant, body: Json, refused: dict):
        answer = tenant.member.send("POST", "/v1/documents", json=body)
        is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
        assert refused_fields(answer) == refused

    def test_an_announced_document_waits_for_its_file(self, tenant: Tenant):
        made = announced(tenant, "Plus tard.txt", "text/plain", 10)
        document = tenant.back.document(made["document_id"])
        assert (document["status"], document["chunks"], document["reason"]) == ("received", None, None)
        tenant.back.delete_document(made["document_id"])

    def test_the_list_is_walked(self, alpha: Tenant):
        ids, cursor = [], None
        while True:
            page = alpha.back.call("GET", "/v1/documents", limit=3, **({"cursor": cursor} if cursor else {}))
            ids += [document["document_id"] for document in page["documents"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert ids == sorted(alpha.notes["document_ids"].values(), reverse=True)


def answered(group: str) -> list[Question]:
    return [question for question in questions(group) if question.document]


def unanswered(group: str) -> list[Question]:
    return [question for question in questions(group) if not question.document]


class TestAnswers:
    @pytest.mark.parametrize(
        ("owner", "question"),
        [(owner, question) for owner, group in (("alpha", CROUTEFRANCHE), ("beta", ZEPHYROUAGE)) for question in answered(group.slug)],
        ids=lambda value: value if isinstance(value, str) else value.text,
    )  # fmt: skip
    def test_quote_the_document_at_its_place(self, request, owner: str, question: Question):
        tenant: Tenant = request.getfixturevalue(owner)
        answer = ask(tenant, question.text)
        assert (answer["kind"] == "extract") == bool(answer["citations"]), answer
        for kind in ("citations", "related"):
            said = any(question.phrase in citation["quote"] for citation in answer[kind])
            tenant.notes.setdefault(kind, {})[question.text] = said
        for citation in answer["citations"]:
            document = tenant.notes["documents"][citation["document_name"]]
            assert citation["document_id"] == document["document_id"]
            number, body, parts = chunks_of(tenant, citation["document_id"])[citation["chunk"]]
            place = [part["place"] for part in parts if part["start"] <= citation["start"]][-1]
            assert (number, place) == (citation["chunk"], citation["place"])
            assert body[citation["start"] : citation["end"]] == citation["quote"]
            assert citation["quote"] in answer["text"]
            if citation["document_name"].endswith(".txt"):
                uploaded = tenant.notes["files"][citation["document_name"]].decode()
                assert " ".join(citation["quote"].split()) in " ".join(uploaded.split())
            if citation["document_name"].endswith((".csv", ".xlsx")):
                rows = rows_of(citation["document_name"], tenant.notes["files"][citation["document_name"]])
                assert citation["quote"].splitlines()[0] in rows[place["sheet"], place["row"]]

    def test_quote_what_answers_or_show_it_beside(self, alpha: Tenant, beta: Tenant):
        """Of the questions above, those whose answer quotes the words that answer them, and those that have them beside."""
        told, shown = ({text: said for tenant in (alpha, beta) for text, said in tenant.notes[kind].items()} for kind in ("citations", "related"))
        assert sum(told.values()) >= 0.6 * len(told), [text for text, said in told.items() if not said]
        seen = {text: said or shown[text] for text, said in told.items()}
        assert sum(seen.values()) >= 0.8 * len(seen), [text for text, said in seen.items() if not said]

    @pytest.mark.parametrize(
        ("owner", "question"),
        [(owner, question) for owner, group in (("alpha", CROUTEFRANCHE), ("beta", ZEPHYROUAGE)) for question in unanswered(group.slug)],
        ids=lambda value: value if isinstance(value, str) else value.text,
    )  # fmt: skip
    def test_are_not_made_up(self, request, owner: str, question: Question):
        answer = ask(request.getfixturevalue(owner), question.text)
        assert (answer["kind"], answer["citations"]) == ("unknown", []), answer

    @pytest.mark.parametrize(("question", "language"), [("Quel est le cours de l'action ?", "fr"), ("What is the share price?", "en")])
    def test_speak_the_language_of_the_question(self, alpha: Tenant, question: str, language: str):
        assert ask(alpha, question)["language"] == language

    def test_another_tenant_does_not_know(self, tenant: Tenant, neighbour: Tenant):
        text = "Le mot de passe du vestiaire des apprentis est pamplemousse. Il change chaque lundi."
        bring_documents(tenant, [("Vestiaire.txt", "text/plain", text.encode())])
        question = "Quel est le mot de passe du vestiaire des apprentis ?"
        own, other = ask(tenant, question), ask(neighbour, question)
        assert own["kind"] == "extract" and "pamplemousse" in own["text"]
        assert other["kind"] == "unknown" and "pamplemousse" not in str(other)

    @pytest.mark.parametrize("text", ["?", "a", "😀😀😀", "' OR 1=1; DROP TABLE chunks; --", "\u200b?", "a" * 1000, "%s %d {} \\", "<b>?</b>"])
    def test_odd_questions_have_an_answer(self, alpha: Tenant, text: str):
        assert ask(alpha, text)["kind"] in ("extract", "unknown")

    @pytest.mark.parametrize(("text", "code"), [("", "empty"), ("  \n ", "empty"), ("a" * 1001, "too-long")])
    def test_no_question_has_none(self, alpha: Tenant, text: str, code: str):
        answer = alpha.candidate.send("POST", f"/v1/chat/sessions/{alpha.front.open_session()}/messages", json={"text": text})
        is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
        assert refused_fields(answer) == {"text": code}


class TestDeletion:
    def test_takes_answers_pieces_and_files_away(self, stage: Stage, tenant: Tenant):
        text = "La salle de sieste est ouverte de treize heures à quatorze heures."
        document = bring_documents(tenant, [("Sieste.txt", "text/plain", text.encode())])["Sieste.txt"]
        question = "Quand la salle de sieste est-elle ouverte ?"
        assert ask(tenant, question)["citations"][0]["document_id"] == document["document_id"]
        tenant.back.delete_document(document["document_id"])
        after = ask(tenant, question)
        assert document["document_id"] not in str(after) and "treize heures" not in after["text"]
        assert chunks_of(tenant, document["document_id"]) == []
        assert versions_of(stage, tenant, document["document_id"]) == []
        for method in ("GET", "DELETE"):
            is_problem(tenant.member.send(method, f"/v1/documents/{document['document_id']}"), NOT_FOUND)
        assert document["document_id"] not in {d["document_id"] for d in tenant.back.documents()}

    def test_a_file_that_comes_late_is_removed(self, stage: Stage, tenant: Tenant):
        content = "Trop tard pour être lu.".encode()
        made = announced(tenant, "Tard.txt", "text/plain", len(content))
        tenant.back.delete_document(made["document_id"])
        assert upload(made, content).ok
        wait_for(lambda: not versions_of(stage, tenant, made["document_id"]), "the removal of the late file", 30)
        assert chunks_of(tenant, made["document_id"]) == []
        is_problem(tenant.member.get(f"/v1/documents/{made['document_id']}"), NOT_FOUND)

    def test_during_its_ingestion(self, stage: Stage, tenant: Tenant):
        text = "\n\n".join(f"Article {n}. Le règlement numéro {n} prévoit {n} jours de congé." for n in range(400))
        made = announced(tenant, "Règlement.txt", "text/plain", len(text.encode()))
        assert upload(made, text.encode()).ok
        wait_for(lambda: tenant.back.document(made["document_id"])["status"] != "received", "its beginning", 30, 0.05)
        tenant.back.delete_document(made["document_id"])
        is_problem(tenant.member.get(f"/v1/documents/{made['document_id']}"), NOT_FOUND)
        stage.tick("ingest")
        time.sleep(1)  # the run that was cut off may be writing at this very moment
        assert chunks_of(tenant, made["document_id"]) == []
        assert versions_of(stage, tenant, made["document_id"]) == []

    def test_a_repeated_event_brings_nothing_back(self, stage: Stage, tenant: Tenant):
        document = bring_documents(tenant, [("Écho.txt", "text/plain", b"Rien ne revient.")])["Écho.txt"]
        before = chunks_of(tenant, document["document_id"])
        stage.arrived("ingest", tenant.bucket, f"documents/{document['document_id']}/1")
        assert chunks_of(tenant, document["document_id"]) == before
        assert tenant.back.document(document["document_id"]) == document
        tenant.back.delete_document(document["document_id"])
        stage.arrived("ingest", tenant.bucket, f"documents/{document['document_id']}/1")
        assert chunks_of(tenant, document["document_id"]) == []
        is_problem(tenant.member.get(f"/v1/documents/{document['document_id']}"), NOT_FOUND)


class TestConversations:
    def test_are_kept_as_they_were(self, alpha: Tenant):
        session = alpha.front.open_session()
        asked = [question.text for question in answered("croutefranche")[:2]] + ["Quel est le cours de l'action ?"]
        given = [alpha.front.ask(session, text) for text in asked]
        kept = alpha.front.session(session)
        assert [message["text"] for message in kept["messages"]] == asked
        assert [message["answer"] for message in kept["messages"]] == given

    def test_a_deleted_one_is_gone(self, stage: Stage, alpha: Tenant):
        session = alpha.front.open_session()
        alpha.front.ask(session, "Combien de congés ?")
        alpha.front.close_session(session)
        gone(alpha, session)
        assert items_of(stage, alpha, session) == []

    def test_an_expired_one_is_gone_at_once(self, stage: Stage, alpha: Tenant):
        """DynamoDB removes what is over within days; nobody can read it meanwhile."""
        session = alpha.front.open_session()
        alpha.front.ask(session, "Combien de congés ?")
        for item in items_of(stage, alpha, session):
            over = item | {"expires_at": {"N": str(int(time.time()) - 1)}}
            stage.client("dynamodb").put_item(TableName=alpha.table, Item=over)
        gone(alpha, session)
        assert len(items_of(stage, alpha, session)) == 3, "it is still in the table, with how it was answered"

    def test_an_expired_message_is_not_shown(self, stage: Stage, alpha: Tenant):
        session = alpha.front.open_session()
        for text in ("Combien de congés ?", "Et pour un mariage ?"):
            alpha.front.ask(session, text)
        message = next(item for item in items_of(stage, alpha, session) if item["sk"]["S"].startswith("message#"))
        over = message | {"expires_at": {"N": str(int(time.time()) - 1)}}
        stage.client("dynamodb").put_item(TableName=alpha.table, Item=over)
        assert [m["text"] for m in alpha.front.session(session)["messages"]] == ["Et pour un mariage ?"]

    def test_every_item_ends_within_ninety_days(self, stage: Stage, alpha: Tenant):
        session = alpha.front.open_session()
        alpha.front.ask(session, "Combien de congés ?")
        for item in items_of(stage, alpha, session):
            assert time.time() < int(item["expires_at"]["N"]) <= time.time() + 90 * 86_400 + 5

    def test_one_that_never_was(self, alpha: Tenant):
        for session in (SOME_ID, "nonsense", str(uuid.uuid4()), "%00", "0"):
            gone(alpha, session)

    def test_two_questions_at_once_are_both_kept(self, alpha: Tenant):
        from concurrent.futures import ThreadPoolExecutor

        session, asked = alpha.front.open_session(), ["Combien de congés ?", "Quelle prime de nuit ?"]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda text: Api(alpha.candidate.base, {"X-Vivier-Key": alpha.key}).send(
                "POST", f"/v1/chat/sessions/{session}/messages", json={"text": text}), asked))  # fmt: skip
        assert sorted(message["text"] for message in alpha.front.session(session)["messages"]) == sorted(asked)


def items_of(stage: Stage, tenant: Tenant, session: str) -> list[dict]:
    """What the tenant's table holds of a conversation."""
    return stage.client("dynamodb").query(
        TableName=tenant.table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": f"session#{session}"}}
    )["Items"]


def gone(tenant: Tenant, session: str) -> None:
    """A conversation answers, byte for byte, as one that never was."""
    for method, path, options in (
        ("GET", "/v1/chat/sessions/{}", {}),
        ("POST", "/v1/chat/sessions/{}/messages", {"json": {"text": "Encore là ?"}}),
        ("DELETE", "/v1/chat/sessions/{}", {}),
    ):
        answer = tenant.candidate.send(method, path.format(session), **options)
        is_problem(answer, NOT_FOUND)
        assert answer.content == tenant.candidate.send(method, path.format(SOME_ID), **options).content
