"""How well offers are found: a folder's corpus as the offers of a scratch tenant, its queries through the deployed search.

The folder is one of `beir.py`. A text without a title that is short is a title. Each query is asked three times, with the weights that
everybody has: by words alone, by meaning alone, and by both.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import time
from pathlib import Path
from unicodedata import category

from demo.client import Json, wait_for
from demo.stack import Stack

from . import figures
from .beir import Folder, Score
from .tenant import Tenant, scratch

PATIENCE = 3_600
"""Seconds for the vectors to follow the words."""
TITLE = 200
"""A text of no more characters is a title where it has none."""


def run(stack: Stack, paths: list[Path], most: int | None = None) -> None:
    """Prints hit@1, hit@5, nDCG@10 and how long a search took, for each folder and each way."""
    for path in paths:
        table: list[list[object]] = [["", "by", "queries", "hit@1", "hit@5", "nDCG@10", "p50 ms", "p99 ms"]]
        folder = Folder(path, most)
        with scratch(stack, "bench-hits") as tenant:
            tenant.widen()
            names = _load(tenant, folder)
            for way in ("words", "meaning", "both"):
                score = Score()
                for query in folder.queries:
                    milliseconds, page = figures.timed(
                        lambda text=query["text"], way=way: tenant.front.search(text, match=way, duplicates="true", limit=10))
                    wanted = folder.grades[query["_id"]]
                    order = [wanted.get(names[hit["reference"]], 0) for hit in page["hits"]]
                    score.add(order, wanted, milliseconds)
                table.append([folder.name, way, str(len(folder.queries)), *score.row()])
        figures.table(table)


def _load(tenant: Tenant, folder: Folder) -> dict[str, str]:
    """Imports the corpus and waits until its meaning can be compared as well; ids by reference."""
    started = time.monotonic()
    out = io.StringIO(newline="")
    rows = [_row(number, line) for number, line in enumerate(folder.corpus)]
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    tenant.bring(out.getvalue().encode())
    print(f"{folder.name}: {len(rows)} offers searchable by words after {time.monotonic() - started:.0f} s", flush=True)
    last = rows[-1]["title"]

    def meant() -> bool:
        page = tenant.front.search(last, match="meaning", duplicates="true", explain="true", limit=1)
        return bool(page["hits"]) and page["hits"][0]["reason"].get("meaning") is not None

    wait_for(meant, "the vectors of the offers", timeout=PATIENCE)
    print(f"{folder.name}: and by meaning after {time.monotonic() - started:.0f} s", flush=True)
    return {row["reference"]: line["_id"] for row, line in zip(rows, folder.corpus, strict=True)}


def _row(number: int, line: Json) -> dict[str, str]:
    title, text = _shown(line.get("title") or ""), _shown(line["text"])
    if not title and len(text) <= TITLE:
        title, text = text, ""
    return {
        "reference": f"R-{number}",
        "title": title[:300] or "-",
        # An offer must have a description; one that says nothing is compared by its title.
        "description": text[:20_000] or "-",
        "city": "-",
        "contract": "other",
        "published_on": dt.date.today().isoformat(),
    }


def _shown(text: str) -> str:
    """Without the control characters that an offer may not have."""
    return "".join(character for character in text if character in "\n\t" or category(character) != "Cc").strip()
