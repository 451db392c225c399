"""What was counted: the walk's own events, once they have come through the stream into PostgreSQL."""

from __future__ import annotations

import datetime as dt

from .. import paper
from ..client import BackOffice, wait_for
from .visit import Visit


def counts(back: BackOffice) -> dict[str, int]:
    """Events since yesterday by kind, as a member of the back office reads them."""
    # The day of the tenant's time zone may be another than that of this machine.
    now = dt.datetime.now(dt.timezone.utc)
    days = {"from": (now - dt.timedelta(days=1)).date().isoformat(), "to": (now + dt.timedelta(days=1)).date().isoformat()}
    return back.counts(**days)


def delivered(back: BackOffice, caused: dict[str, int], before: dict[str, int]) -> dict[str, int] | None:
    """The counts, once everything the walk caused is among them."""
    now = counts(back)
    return now if all(now.get(kind, 0) >= before.get(kind, 0) + n for kind, n in caused.items()) else None


def show(visits: list[Visit]) -> None:
    """Waits for the walk's events and prints the counts before and after."""
    for visit in visits:
        with paper.progress(f"{visit.employer.name}: waiting for {visit.counted.total()} events"):
            after = wait_for(
                lambda visit=visit: delivered(visit.back, visit.counted, visit.before),
                "the delivery of the walk's events",
                timeout=60,
                dots=True,
            )
        rows: list[list[object]] = [["event", "before", "by this walk", "now"]]
        for kind in sorted(after):
            rows.append([kind, visit.before.get(kind, 0), visit.counted.get(kind, 0), after[kind]])
        paper.table(rows, indent=4)
    paper.say(
        "Read back through GET /v1/statistics/totals from PostgreSQL: the functions put the events on a Kinesis stream, "
        "the consumer wrote each of them once, and row security shows a tenant its own rows only.",
        indent=2,
    )
