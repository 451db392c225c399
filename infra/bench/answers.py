"""The questions of `infra/evaluation` through the deployed chat: how many are answered rightly, whether every quotation can be looked
up where it says it stands, and whether a document that was deleted a second ago still answers.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from demo.client import Json, wait_for
from demo.stack import ROOT, Stack
from local.settings import Stack as LocalStack
from local.stack import Running

from . import figures
from .tenant import Tenant, open_wide, scratch

FOLDER = ROOT / "infra/evaluation"
STREAMED = 30
"""Questions that are asked as a stream."""
TYPES = {".md": "text/markdown", ".txt": "text/plain", ".html": "text/html", ".csv": "text/csv"}


def run(stack: Stack) -> None:
    """Prints a line for each set of questions and half, the spans that were looked up, and what deleted documents answered."""
    with scratch(stack, "bench-answers") as tenant:
        tenant.widen()
        open_wide(tenant)
        documents = _load(tenant)
        with _database(stack.name, tenant.tenant_id) as connection:
            known = _ask_all(tenant, connection)
        _stream(tenant, list(known.values())[:STREAMED])
        _delete_all(tenant, documents, known)


def _load(tenant: Tenant) -> dict[str, str]:
    """Uploads the documents and waits for them; name to id."""
    ids = {file.name: tenant.back.add_document(file.name, TYPES[file.suffix], file.read_bytes()) for file in sorted((FOLDER / "documents").iterdir())}

    def ready() -> bool:
        return all(document["status"] == "ready" for document in tenant.back.documents())

    wait_for(ready, "the documents", timeout=600)
    return ids


def _ask_all(tenant: Tenant, connection: psycopg.Connection) -> dict[str, str]:
    """Asks every question and prints what comes of it; for each document that answered one, such a question."""
    rows: list[list[object]] = [["", "questions", "right", "other", "unknown", "right beside", "answered", "p50 ms", "p99 ms"]]
    known: dict[str, str] = {}
    spans = broken = 0
    for file in sorted((FOLDER / "questions").glob("*.jsonl")):
        questions = [json.loads(line) for line in file.read_text().splitlines()]
        for part in sorted({question["part"] for question in questions}):
            counts: Counter[str] = Counter()
            times: dict[bool, list[float]] = {True: [], False: []}
            for question in (question for question in questions if question["part"] == part):
                session = tenant.front.open_session()
                milliseconds, answer = figures.timed(lambda q=question, s=session: tenant.front.ask(s, q["text"]))
                times[question["quote"] is not None].append(milliseconds)
                cited = answer["citations"] + answer["related"]
                spans += len(cited)
                broken += sum(not _resolves(connection, citation) for citation in cited)
                counts[_verdict(question, answer)] += 1
                if answer["citations"]:
                    known.setdefault(answer["citations"][0]["document_id"], question["text"])
            name = f"{file.stem}, {part}"
            right, other, unknown, beside = (counts[verdict] for verdict in ("right", "other", "unknown", "beside"))
            answerable, silent = right + other + unknown + beside, counts["silent"]
            rows.append([f"{name}: answered", str(answerable), right / answerable, other / answerable, (unknown + beside) / answerable,
                         beside / answerable, (right + other) / answerable, *figures.p50_p99(times[True])])
            rows.append([f"{name}: unanswerable", str(silent + counts["invented"]), "", "", silent / (silent + counts["invented"]), "",
                         counts["invented"] / (silent + counts["invented"]), *figures.p50_p99(times[False])])
    figures.table(rows)
    print(f"{spans} quotations looked up in the stored pieces, {broken} of them not found there", flush=True)
    return known


def _stream(tenant: Tenant, questions: list[str]) -> None:
    """Prints how long the first event, the first sentence and the whole answer took, as a page meets them."""
    marks: dict[str, list[float]] = {"first event": [], "first sentence": [], "whole answer": []}
    for text in questions:
        path = f"/v1/chat/sessions/{tenant.front.open_session()}/messages/stream"
        started, seen = time.perf_counter(), set()
        for name in tenant.front.events(path, {"text": text}):
            mark = {"text": "first sentence", "done": "whole answer"}.get(name, "first event")
            if mark not in seen:
                seen.add(mark)
                marks[mark].append((time.perf_counter() - started) * 1000)
    figures.table([["a streamed answer, through the gateway", "p50 ms", "p99 ms"], *([mark, *figures.p50_p99(times)] for mark, times in marks.items())])


def _verdict(question: Json, answer: Json) -> str:
    """What an answer is to its question."""

    def has(citations: list[Json]) -> bool:
        said = " ".join(citation["quote"] for citation in citations)
        return any(quote in said for quote in [question["quote"], *question.get("also", [])])

    answers = answer["kind"] != "unknown"
    if question["quote"] is None:
        return "invented" if answer["citations"] else "silent"
    if answers:
        return "right" if has(answer["citations"]) else "other"
    return "beside" if has(answer["related"]) else "unknown"


def _resolves(connection: psycopg.Connection, citation: Json) -> bool:
    """Whether the characters that a citation names are its quotation, in the piece as it is stored."""
    row = connection.execute(
        "SELECT c.body FROM chunks c JOIN sources s USING (tenant_id, document_id, edition)"
        " WHERE c.document_id = %s AND c.ordinal = %s AND s.version = %s",
        [citation["document_id"], citation["chunk"], citation["version"]],
    ).fetchone()
    return row is not None and row[0][citation["start"] : citation["end"]] == citation["quote"]


def _delete_all(tenant: Tenant, documents: dict[str, str], known: dict[str, str]) -> None:
    """Deletes each document that answered, and asks again a second later."""
    asked = still = 0
    for document in documents.values():
        question = known.get(document)
        if question is None:
            continue
        tenant.back.delete_document(document)
        time.sleep(1)
        answer = tenant.front.ask(tenant.front.open_session(), question)
        asked += 1
        still += any(citation["document_id"] == document for citation in answer["citations"] + answer["related"])
    print(f"{asked} documents deleted and asked for a second later: {still} still answered")


@contextmanager
def _database(stack: str, tenant: str) -> Iterator[psycopg.Connection]:
    """The shared database as it is stored, bound to one tenant by row security like everybody."""
    server = Running(LocalStack.named(stack)).database
    place: dict[str, Any] = {"host": str(server._socket), "user": server.admin()["username"],
                             "password": server.admin()["password"], "autocommit": True}
    with psycopg.connect(dbname=f"vivier_{stack}_pool", **place) as connection:
        connection.execute("SELECT set_config('vivier.tenant', %s, false)", [tenant])
        yield connection
