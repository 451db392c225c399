"""100 000 offers from a file to a published index, beside the least PostgreSQL itself takes to store the same file; then the same file with
1 % changed, until a changed offer is found."""

from __future__ import annotations

import csv
import io
import json
import time

from demo.client import Json, wait_for
from demo.stack import Stack

from . import figures, offers, peer
from .deployed import release_builds
from .tenant import Tenant, moment, scratch

ROWS = 100_000


def run(stack: Stack) -> None:
    """Prints how long each part took."""
    content = offers.csv_file(ROWS)
    print(f"\nimport: {ROWS} new offers, {len(content) / 1e6:.0f} MB of CSV, by the function in the local cloud")
    with release_builds(stack, "offers", "search"), scratch(stack, "bench-import") as tenant:
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
        _changed(tenant, content)


def _changed(tenant: Tenant, content: bytes) -> None:
    """The same file with a word that no offer has in 1 % of the titles: how long until those are found."""
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    changed = ROWS // 100
    for row in rows[:changed]:
        row["title"] = f"{row['title']} qwxzkj"
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    announced = time.time()
    status = tenant.bring(out.getvalue().encode())
    found = lambda: tenant.front.search("qwxzkj", limit=1, match="words", duplicates="true")["total"] == changed  # noqa: E731
    wait_for(found, "what changed in the deployed function", every=0.1)
    seconds = {
        "from the run's start to `succeeded`": moment(status["finished_at"]) - moment(status["started_at"]),
        "from announcement until found": time.time() - announced,
    }
    print(f"\n{changed} of {ROWS} offers changed, while vectors are being made")
    figures.table([["", "s"], *([part, taken] for part, taken in seconds.items())])


def _noted(stack: Stack, status: Json) -> tuple[float, float]:
    """When the rows were in and when the index was built, as the function's log tells."""
    log = (stack.folder / "logs" / f"vivier-{stack.name}-offers.log").read_text().splitlines()
    lines = [json.loads(line) for line in log if status["import_id"] in line or status["index_generation"] in line]
    times = {line["fields"]["message"]: moment(line["timestamp"]) for line in lines}
    return times["the rows of an import are in"], times["an archive of the index was built"]
