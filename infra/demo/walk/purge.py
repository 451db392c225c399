"""A purge, shown on a tenant that is made for it and removed afterwards.

The promise is 90 days. Nobody waits that long for a demonstration, so the purge is told to act as if it were later.
"""

from __future__ import annotations

import datetime as dt

from .. import paper
from ..client import ApiError, Json, wait_for
from ..data import Employer
from ..memory import Memory
from ..stack import Stack
from ..vivier import Vivier
from .answers import ask
from .figures import delivered
from .visit import Visit, begin

PASSER_BY = Employer(
    slug="passage-demo",
    name="Maison Passagère",
    manager_email="rh@passage-demo.example",
    prefix="PD",
    import_format="csv",
    houses={},
    places=(),
    perks=(),
)
LATER = dt.timedelta(days=91)


def show(stack: Stack, operator: Vivier, memory: Memory) -> None:
    """Makes conversations and events, previews and runs the purge, and runs it again to find nothing."""
    with paper.progress(f"A tenant for the purpose: {PASSER_BY.name}"):
        visit = begin(stack, operator, memory, PASSER_BY)
        session = _talk(visit)
        wait_for(lambda: delivered(visit.back, visit.counted, {}), "the delivery of its events", dots=True)
    later = (dt.datetime.now(dt.timezone.utc) + LATER).strftime("%Y-%m-%dT%H:%M:%SZ")
    paper.say(f"Its conversations and events are of today; the purge is run as of {later[:10]}, 91 days on.", indent=2)
    runs = [(name, _run(operator, dry, later)) for name, dry in (("dry run", True), ("run", False), ("again", False))]
    kinds = sorted({kind for _, counts in runs for kind in counts})
    paper.table([["", *kinds], *([name, *(counts.get(kind, 0) for kind in kinds)] for name, counts in runs)], indent=4)
    _check(runs)
    _gone(visit, session)
    operator("tenants", "delete", PASSER_BY.slug, "--confirm", PASSER_BY.slug)
    memory.forget(visit.tenant_id)
    paper.say(
        "The one entry that is left each time is the run's own. "
        "A conversation that was purged answers 404, as one that never was. The tenant itself is deleted again: "
        "database, table, bucket, keys and member.",
        indent=2,
    )


def _talk(visit: Visit) -> str:
    for question in ("Où déposer un CV ?", "Quels sont les horaires ?"):
        ask(visit, question)
    visit.counted["chat_opened"] += 1
    return visit.front.open_session()


def _run(operator: Vivier, dry_run: bool, as_of: str) -> dict[str, int]:
    words = ["retention", "run", "--tenant", PASSER_BY.slug, "--as-of", as_of]
    return removed(operator(*words, *(["--dry-run"] if dry_run else [])))


def removed(report: Json) -> dict[str, int]:
    """Kind of data to the number of rows or items a report names; raises when a tenant was not finished."""
    if report["failed"] or not all(tenant["complete"] for tenant in report["tenants"]):
        raise RuntimeError(f"The purge {report['run_id']} is unfinished: see the log of the function retention.")
    counts: dict[str, int] = {}
    for tenant in report["tenants"]:
        for kind, number in tenant["removed"].items():
            counts[kind] = counts.get(kind, 0) + number
    return counts


def _check(runs: list[tuple[str, dict[str, int]]]) -> None:
    (_, preview), (_, first), (_, second) = runs
    # A purge enters itself in the audit log, and seen from the day it is run as of, that entry is old too.
    own = {"audit_log": 1}
    left = {kind: number for kind, number in second.items() if number != own.get(kind, 0)}
    if not first.get("conversations") or preview != first or left:
        raise RuntimeError(f"The purge did not do what its dry run said, or not once: {runs}")


def _gone(visit: Visit, session: str) -> None:
    try:
        visit.front.session(session)
    except ApiError as error:
        if error.status == 404:
            return
        raise
    raise RuntimeError("A purged conversation can still be read.")
