"""Uploads each tenant's documents and waits until the chatbot can answer from them."""

from __future__ import annotations

from .. import data, paper
from ..client import Json, wait_for
from ..memory import digest
from ..vivier import line
from .files import on_disk
from .visit import Visit


def bring(visit: Visit) -> list[Json]:
    """Uploads what is missing or has changed; the tenant's documents as listed afterwards."""
    known: dict[str, str] = visit.notes.setdefault("documents", {})
    listed = {document["name"]: document for document in visit.desk("documents", "list")["documents"]}
    missing = []
    for name, _, content in data.documents(visit.employer.slug):
        there = listed.get(name)
        if there and known.get(name) == digest(content) and there["status"] != "failed":
            continue
        if there:
            visit.desk("documents", "delete", there["document_id"])
        missing.append((name, content))
    if missing:
        with paper.progress(f"{visit.employer.name}: {len(missing)} documents to read, cut and turn into vectors"):
            with on_disk(missing) as paths:
                visit.desk("documents", "add", *paths)
            known |= {name: digest(content) for name, content in missing}
            wait_for(lambda: _settled(visit), "the last document", timeout=240, every=1.0, dots=True)
    return visit.desk("documents", "list")["documents"]


def _settled(visit: Visit) -> bool:
    names = {name for name, _, _ in data.documents(visit.employer.slug)}
    listed = visit.desk("documents", "list")["documents"]
    states = {document["name"]: document["status"] for document in listed if document["status"] != "deleting"}
    return names <= states.keys() and all(states[name] in ("ready", "failed") for name in names)


def show(visits: list[Visit]) -> None:
    """Brings every tenant's documents in and prints their state."""
    for visit in visits:
        rows: list[list[object]] = [[visit.employer.name, "status", "reason"]]
        found = bring(visit)
        failed = [document["name"] for document in found if document["status"] == "failed"]
        for document in sorted(found, key=lambda document: document["name"]):
            rows.append([document["name"], document["status"], document.get("reason") or ""])
        paper.table(rows)
        if failed:
            raise RuntimeError(f"Not ready: {', '.join(failed)}")
    paper.command(line("documents", "add", "Avantages.csv", "--wait"))
