"""Imports each tenant's offers, unless the very same file went in before."""

from __future__ import annotations

from .. import data, paper
from ..client import ApiError, Json
from ..memory import digest
from ..vivier import line
from .files import on_disk
from .visit import Visit

COUNTS = ("read", "created", "updated", "unchanged", "closed", "rejected")


def bring(visit: Visit) -> Json:
    """The finished import of the tenant's feed as its status says it."""
    file = data.import_file(visit.employer.slug)
    known = visit.notes.get("import", {})
    if known.get("sha256") == digest(file.content):
        earlier = _earlier(visit, known["id"])
        if earlier:
            return earlier | {"skipped": True}
    with paper.progress(f"{visit.employer.name}: {len(file.content) // 1024} kB of {file.format}"):
        with on_disk([(f"offers.{file.format}", file.content)]) as (path,):
            status = visit.desk("imports", "add", path, "--wait", "--timeout", 120)
    if status["status"] != "succeeded":
        raise RuntimeError(f"The import {status['import_id']} of {visit.employer.slug} failed: {status.get('failure')}")
    visit.notes["import"] = {"sha256": digest(file.content), "id": status["import_id"]}
    return status


def _earlier(visit: Visit, import_id: str) -> Json | None:
    try:
        status = visit.desk("imports", "show", import_id)
    except ApiError as error:
        if error.status == 404:
            return None
        raise
    return status if status["status"] == "succeeded" else None


def show(visits: list[Visit]) -> None:
    """Imports for every tenant and prints the counts and what was wrong with single rows."""
    imports = [(visit, bring(visit)) for visit in visits]
    paper.command(line("imports", "add", "offers.csv", "--wait"))
    rows: list[list[object]] = [["tenant", "file", *COUNTS, "ms"]]
    for visit, status in imports:
        name = visit.employer.import_format + (" (went in before)" if status.get("skipped") else "")
        counts = [status["counts"][count] for count in COUNTS]
        rows.append([visit.employer.name, name, *counts, status["duration_ms"] or 0])
    paper.table(rows)
    for visit, status in imports:
        for error in status.get("errors") or []:
            paper.say(f"{visit.employer.slug}, line {error['line']}: {error['field']} is {error['code']}", indent=2)
    paper.say("Each bad row is reported; the others went in, and a new search index was published.", indent=2)
