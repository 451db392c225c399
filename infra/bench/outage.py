"""An outage: everything that the search function could ask is stopped in the middle of its work, and candidates search on.

The cloud's process (S3, DynamoDB, Kinesis, STS) and PostgreSQL's door are stopped, not ended: connections open and nothing ever
answers, which is worse than being refused. The function runs behind a Runtime API of its own, as Lambda would run it.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from demo.client import wait_for
from demo.stack import Stack
from local.settings import Stack as LocalStack
from local.stack import Running

from . import figures, offers
from .roles import environment
from .runtime_api import Process, binary
from .search import QUERIES, search_event
from .tenant import scratch

OFFERS = 10_000
FOUND = QUERIES[1:]
"""What offers without remote work have, which is what `search_event` asks for."""
EVERY = 0.2
"""Seconds between two searches."""


def run(stack: Stack, minutes: float) -> None:
    """Prints how searches fared before, during and after an outage of so many minutes; fails where one was refused."""
    program, profile = binary("search")
    print(f"\noutage: {minutes:g} minutes, {OFFERS} offers, {profile} build")
    with scratch(stack, "bench-outage") as tenant, environment(stack, "search") as variables:
        tenant.bring(offers.csv_file(OFFERS))
        project = tenant.back.call("GET", "/v1/projects", limit=1)["projects"][0]["project_id"]
        # A word that no offer has and that the front office's own settings alone give a meaning: found, the settings held.
        tenant.back.publish(f"/v1/projects/{project}/settings", {"search": {"synonyms": [["qwxzkj", FOUND[0]]]}})
        wait_for(lambda: tenant.front.search(limit=1, duplicates="true")["total"] == OFFERS, "the index in the deployed function")
        rows: list[list[object]] = [["", "searches", "not answered", "p50 ms", "p99 ms", "most ms"]]
        faults: Counter[str] = Counter()
        with Process(program, variables) as process:
            def ask(seconds: float) -> list[object]:
                times, wrong = [], Counter()
                until = time.monotonic() + seconds
                while time.monotonic() < until:
                    q, match = (FOUND[len(times) % len(FOUND)], "both") if len(times) % 2 else ("qwxzkj", "words")
                    milliseconds, answer = process.invoke(search_event(tenant.tenant_id, q, match, project=project))
                    times.append(milliseconds)
                    if answer["statusCode"] != 200:
                        wrong[f"{q}: {answer['statusCode']}"] += 1
                    elif not json.loads(answer["body"])["total"]:
                        wrong[f"{q}: nothing found"] += 1
                    time.sleep(EVERY)
                faults.update(wrong)
                return [str(len(times)), str(sum(wrong.values())), *figures.p50_p99(times), max(times)]

            ask(5)
            rows.append(["before", *ask(20)])
            with stopped(stack):
                rows.append(["during", *ask(minutes * 60)])
            rows.append(["after", *ask(20)])
        figures.table(rows)
        if faults:
            raise RuntimeError(f"searches were not answered: {dict(faults)}")


@contextmanager
def stopped(stack: Stack) -> Iterator[None]:
    """Nothing of the stack answers, until the block ends."""
    running = Running(LocalStack.named(stack.name))
    pids = [*running.cloud.pids().values(), *running.database.pids().values()]
    if not all(pids):
        raise RuntimeError("a process of the stack does not run")
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
