"""The audit log: what this walk did, as the tenant reads it, and the proof that nobody changed it."""

from __future__ import annotations

from .. import paper
from ..vivier import Vivier, line
from .visit import Visit

LIMIT = 10


def show(operator: Vivier, visit: Visit) -> None:
    """Lists the newest entries and has the chain verified."""
    entries = visit.desk("audit", "list", "--limit", LIMIT)["entries"]
    if not entries:
        raise RuntimeError("The walk's writes are not in the audit log.")
    paper.table([["when", "action", "outcome"],
                 *([entry["happened_at"][:19], entry["action"], entry["outcome"]] for entry in entries)])
    verified = operator("audit", "verify", "--tenant", visit.employer.slug)
    paper.command(line("audit", "verify", "--tenant", visit.employer.slug))
    for chain in verified["tenants"]:
        paper.say(f"{chain['entries']} entries, each of them bound to the one before it.", indent=2)
    if not verified["whole"]:
        raise RuntimeError(f"The audit log is broken: {verified}")
    paper.say("Who, what, on what, when, from where, with what outcome; no content and no name of a person.", indent=2)

