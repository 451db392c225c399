"""What it costs to be let in: the same gateway with and without the question who calls."""

from __future__ import annotations

from collections.abc import Callable

import requests

from demo.client import ApiError
from demo.stack import Stack

from . import figures
from .tenant import scratch

WARM_UP, SAMPLES = 25, 300


def run(stack: Stack) -> None:
    """Prints a row for each way to come in; the peer is a route that asks nobody."""
    print(f"\ndoors: {SAMPLES} requests each over one kept connection, functions as deployed")
    with scratch(stack, "bench-doors") as tenant:
        # The tenant's plan is made for people; here one program asks as fast as it can.
        tenant.widen()
        public = requests.Session()
        ways: dict[str, Callable[[], object]] = {
            "peer: a route that asks nobody": lambda: _get(public, f"{stack.api_url}/v1/openapi.json"),
            "a publishable key, remembered for seconds": lambda: tenant.front.call("GET", "/v1/front-office"),
            "a cookie: session, member, roles, settings": lambda: tenant.back.call("GET", "/v1/session"),
            "a cookie, and a list from PostgreSQL": lambda: tenant.back.call("GET", "/v1/imports"),
            "a cookie, and a write refused before it": lambda: _refused(tenant.back),
        }
        rows = {way: _warm(ask) for way, ask in ways.items()}
        base = next(iter(rows.values()))[0]
        figures.table([["", "p50 ms", "p99 ms", "p50 / peer"], *([way, *row, row[0] / base] for way, row in rows.items())])


def _warm(ask: Callable[[], object]) -> tuple[float, float]:
    for _ in range(WARM_UP):
        ask()
    return figures.p50_p99([figures.timed(ask)[0] for _ in range(SAMPLES)])


def _get(session: requests.Session, url: str) -> None:
    # Told that it has the document already, the function sends its head alone, as the others' answers are small too.
    answer = session.get(url, headers={"If-None-Match": "*"}, timeout=60)
    answer.raise_for_status()


def _refused(back: object) -> None:
    """A write that is entered in the audit log twice, and refused by its handler."""
    try:
        back.call("POST", "/v1/documents", {"name": "a", "media_type": "none/none", "size": 1})
    except ApiError as error:
        if error.status != 400:
            raise
