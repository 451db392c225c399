"""100 000 offers from a file to a published index, beside the least PostgreSQL itself takes to store the same file."""

from __future__ import annotations

import json
import time

from demo.client import Json
from demo.stack import Stack

from . import figures, offers, peer
from .tenant import moment, scratch

ROWS = 100_000


def run(stack: Stack) -> None:
    """Prints how long each part took."""
    content = offers.csv_file(ROWS)
    print(f"\nimport: {ROWS} new offers, {len(content) / 1e6:.0f} MB of CSV, by the deployed function")
    with scratch(stack, "bench-import") as tenant:
        announced = time.time()
        status = tenant.bring(content)
        stored, built = _noted(stack, status)
    started, finished = moment(status["started_at"]), moment(status["finished_at"])
    with peer.database(stack.name) as connection:
        least = figures.timed(lambda: peer.copy(connection, content))[0] / 1000
    parts = {
        "announced, uploaded, on its way to the function": started - announced,
        "fetched, read, checked and stored": stored - started,
        "index built": built - stored,
        "index published": finished - built,
        "from announcement to `succeeded`": finished - announced,
        "peer: COPY into a table without index": least,
    }
    rows = ([part, seconds, ROWS / seconds, seconds / least] for part, seconds in parts.items())
    figures.table([["", "s", "offers/s", "s / peer"], *rows])


def _noted(stack: Stack, status: Json) -> tuple[float, float]:
    """When the rows were in and when the index was built, as the function's log tells."""
    log = (stack.folder / "logs" / f"vivier-{stack.name}-offers.log").read_text().splitlines()
    lines = [json.loads(line) for line in log if status["import_id"] in line or status["index_generation"] in line]
    times = {line["fields"]["message"]: moment(line["timestamp"]) for line in lines}
    return times["the rows of an import are in"], times["an archive of the index was built"]
