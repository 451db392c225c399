"""How well passages are found: a folder's corpus as the documents of a scratch tenant, its queries through the chat.

The folder is one of `beir.py`. Every query is a question in a conversation of its own; the
order of documents is read from the trace of its answer, where a document stands where its best passage does.
"""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path

from demo.client import Json, wait_for
from demo.stack import Stack

from . import figures
from .beir import Folder, Score
from .tenant import Tenant, open_wide, scratch

BATCH = 8
"""Documents that are brought in at a time: the local cloud starts a process for each file that arrives."""
PATIENCE = 600
"""Seconds for a batch to be read and embedded."""


def run(stack: Stack, path: Path, most: int | None = None) -> None:
    """Prints hit@1, hit@5, nDCG@10, how many queries were answered, and how long an answer took."""
    folder = Folder(path, most)
    with scratch(stack, "bench-relevance") as tenant:
        tenant.widen()
        open_wide(tenant)
        started = time.monotonic()
        names = _load(tenant, folder.corpus)
        print(f"{folder.name}: {len(set(names))} documents ready after {time.monotonic() - started:.0f} s", flush=True)
        score, answered = Score(), 0
        for query in folder.queries:
            milliseconds, found, known = _ask(tenant, query["text"])
            wanted = folder.grades[query["_id"]]
            # A document may stand for several of the corpus that say the very same.
            order = [max((wanted.get(name, 0) for name in names[document]), default=0) for document in found]
            score.add(order, wanted, milliseconds)
            answered += known
        count = len(folder.queries)
        figures.table([
            ["", "queries", "hit@1", "hit@5", "nDCG@10", "p50 ms", "p99 ms", "answered"],
            [folder.name, str(count), *score.row(), answered / count],
        ])


def _load(tenant: Tenant, corpus: list[Json]) -> dict[str, list[str]]:
    """Uploads the corpus and waits for it; the corpus' ids that each document stands for."""
    names: dict[str, list[str]] = defaultdict(list)
    for start in range(0, len(corpus), BATCH):
        part = [(_name(line), line["text"].encode(), line["_id"]) for line in corpus[start : start + BATCH]]
        announced = [{"name": name, "media_type": "text/plain", "size": len(text)} for name, text, _ in part]
        made = tenant.back.call("POST", "/v1/documents/batches", {"documents": announced})
        for answer, (_, text, corpus_id) in zip(made["documents"], part, strict=True):
            if not answer["announced"]:
                raise RuntimeError(f"a document was refused: {answer['refused']}")
            names[answer["announced"]["document_id"]].append(corpus_id)
            tenant.back.upload(answer["announced"]["upload"], text)
        progress = f"/v1/documents/batches/{made['batch_id']}"
        wait_for(lambda progress=progress: tenant.back.call("GET", progress)["finished"], "the end of a batch", timeout=PATIENCE)
    for document in tenant.back.documents():
        if document["duplicate_of"]:
            names[document["duplicate_of"]] += names.pop(document["document_id"])
        elif document["status"] != "ready":
            raise RuntimeError(f"a document is {document['status']}: {document['reason']}")
    return names


def _name(line: Json) -> str:
    title = " ".join((line.get("title") or line["_id"]).split())
    return f"{title[:190]}.txt"


def _ask(tenant: Tenant, text: str) -> tuple[float, list[str], bool]:
    """Milliseconds until the answer was there, documents as they were found, and whether it was answered."""
    conversation = tenant.front.open_session()
    messages = f"/v1/chat/sessions/{conversation}/messages"
    milliseconds, said = figures.timed(lambda: tenant.front.call("POST", messages, {"text": text}))
    path = f"/v1/conversations/{conversation}/messages/{said['message_id']}/trace"
    retrieval = tenant.back.call("GET", path)["trace"].get("retrieval", {})
    found = list(dict.fromkeys(passage["document_id"] for passage in retrieval.get("passages", [])))
    return milliseconds, found, bool(retrieval.get("accepted"))
