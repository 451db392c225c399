"""A front office changes its colour: nothing shows while it is a draft, and everything once it is published."""

from __future__ import annotations

import json

from .. import paper
from ..client import wait_for
from ..vivier import line
from .files import on_disk
from .visit import Visit

COLOURS = ("#7a3b00", "#00507a")
"""Dark enough for white text on them. Each walk publishes the one that is not in use."""


def show(visit: Visit) -> None:
    """Drafts, compares, publishes, and reads what the front office shows."""
    of = ("--project", visit.project)
    before = colour(visit)
    chosen = COLOURS[0] if before == COLOURS[1] else COLOURS[1]
    draft = visit.desk("settings", "show", "--draft", *of)["settings"]
    draft["theme"]["primary"] = chosen
    with on_disk([("settings.json", json.dumps(draft, ensure_ascii=False).encode())]) as (path,):
        visit.desk("settings", "edit", "--file", path, *of)
    drafted = colour(visit)
    published = visit.desk("settings", "publish", *of)
    paper.command(line("settings", "publish", *of))
    with paper.progress("The front office follows"):
        wait_for(
            lambda: colour(visit) == chosen,
            "the published colour in the front office", timeout=70, dots=True,
        )
    paper.table([["front office", "primary colour"], ["before", before], ["with a draft", drafted],
                 [f"version {published['number']} published", chosen]])
    if drafted != before:
        raise RuntimeError("A draft showed in the front office.")


def colour(visit: Visit) -> str:
    """The primary colour that the front office shows now."""
    return visit.front.call("GET", "/v1/front-office")["theme"]["primary"]
