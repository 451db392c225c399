"""Events delivered over and over, in any order and in any batches, with poison among them, to a consumer that is killed in between: the
figures must be those that a plain program counts, and each poison record must lie in the queue once."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import itertools
import json
import random
import threading
import time
import uuid
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from demo.stack import Stack

from .database import superuser
from .roles import environment
from .runtime_api import PATIENCE, Process, binary

COPIES = 3
"""So often each record is delivered, redeliveries after a crash not counted."""
POISONED = 0.01
ZONES = ("Europe/Paris", "UTC", "America/New_York")
"""Each of a tenant: days of figures are theirs."""
DAYS = 40
"""Events are of so many days."""
KILLED = 0.1
"""Share of deliveries in which the consumer is killed."""
SIZES = (1, 7, 100, 500, 2_000, 5_000)
NEAR = 50_000
"""Within so many deliveries a record that is poison comes again: the queue knows the same bytes for five minutes, and Lambda delivers a batch that
failed again at once. What is good comes again at any time."""
NIL = uuid.UUID(int=0)
ALL_PROJECTS = str(uuid.UUID(int=2**128 - 1))


@dataclass
class Plain:
    """What a plain program counts."""

    hours: Counter = field(default_factory=Counter)
    hour_amounts: Counter = field(default_factory=Counter)
    days: Counter = field(default_factory=Counter)
    day_amounts: Counter = field(default_factory=Counter)
    subjects: Counter = field(default_factory=Counter)
    events: Counter = field(default_factory=Counter)
    visitors: dict[tuple, set[bytes]] = field(default_factory=lambda: defaultdict(set))

    def add(self, event: dict[str, Any], zone: zoneinfo.ZoneInfo, outcome: str, amount: int, steps: tuple[str, ...]) -> None:
        tenant, at = event["tenant_id"], dt.datetime.fromisoformat(event["occurred_at"].replace("Z", "+00:00"))
        day = at.astimezone(zone).date()
        kind = (event.get("project", str(NIL)), event["kind"], outcome, event["channel"], event.get("language", ""))
        hour = at.replace(minute=0, second=0, microsecond=0)
        self.events[tenant] += 1
        self.hours[tenant, hour, *kind] += 1
        self.hour_amounts[tenant, hour, *kind] += amount
        project, *what, channel, language = kind
        for sums in itertools.product((project, ALL_PROJECTS), (channel, "*"), (language, "*")):
            cell = (tenant, day, sums[0], *what, *sums[1:])
            self.days[cell] += 1
            self.day_amounts[cell] += amount
        if subject := event.get("offer_id"):
            self.subjects[tenant, event["kind"], day, kind[0], subject] += 1
        for step in steps:
            for project in {kind[0], str(NIL)}:
                self.visitors[tenant, day, project, step].add(event["visitor"])


def _kind(rng: random.Random, offers: list[str]) -> tuple[dict[str, Any], str, int, tuple[str, ...]]:
    """Fields of an event; what came of it; its number; how far its visitor came."""
    drawn = rng.random()
    if drawn < 0.4:
        results, further = rng.choice((0, 1, 7, 40)), rng.random() < 0.2
        outcome = "further" if further else "found" if results else "none"
        fields = {"kind": "search", "results": results, "filters": 1} | ({"further": True} if further else {})
        return fields, outcome, 0 if further else results, ("visited", "searched")
    if drawn < 0.7:
        return {"kind": "offer_viewed", "offer_id": rng.choice(offers)}, "direct", 0, ("visited", "viewed")
    if drawn < 0.8:
        return {"kind": "apply_clicked", "offer_id": rng.choice(offers)}, "", 0, ("visited", "applied")
    if drawn < 0.95:
        cited = rng.randint(1, 4)
        return {"kind": "chat_answered", "citations": cited}, "", cited, ("visited", "asked", "answered")
    return {"kind": "chat_unknown"}, "", 0, ("visited", "asked")


def _made(tenants: list[str], count: int, rng: random.Random) -> tuple[list[bytes], list[bytes], Plain]:
    """Good records, poison, and what a plain program counts of the good ones."""
    plain, now = Plain(), dt.datetime.now(dt.timezone.utc)
    zones = [zoneinfo.ZoneInfo(name) for name in ZONES]
    projects = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(3)]
    offers = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(200)]
    good = []
    for _ in range(count - int(count * POISONED)):
        # Few have most: a large neighbour and small ones.
        of = min(int(rng.expovariate(1.2)), len(tenants) - 1)
        at = now - dt.timedelta(seconds=rng.randint(60, DAYS * 86_400))
        fields, outcome, amount, steps = _kind(rng, offers)
        # Evenly spread, as hashes are.
        visitor = base64.urlsafe_b64encode(hashlib.sha256(b"%d" % rng.randrange(400)).digest()[:8]).decode().rstrip("=")
        event = {"version": 1, "event_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)), "tenant_id": tenants[of],
                 "occurred_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                 "channel": rng.choice(("web", "back_office")), "visitor": visitor, **fields}
        if rng.random() < 0.8:
            event["project"] = rng.choice(projects)
        if rng.random() < 0.8:
            event["language"] = rng.choice(("fr", "en"))
        plain.add(event, zones[of], outcome, amount, steps)
        good.append(json.dumps(event).encode())
    # Of this run alone: one that was interrupted leaves its own in the queue.
    poison = [f'{{"version": 1, "poison": "{uuid.uuid4()}"}}'.encode() for _ in range(int(count * POISONED))]
    return good, poison, plain


def verify(stack: Stack, count: int, seed: int = 1, sizes: tuple[int, ...] = SIZES) -> dict[str, float]:
    """Delivers `count` records three times, in batches of these sizes, and compares. What happened, in figures."""
    rng = random.Random(seed)
    tenants = [str(uuid.uuid4()) for _ in ZONES]
    with _entered(stack, tenants) as connection:
        good, poison, plain = _made(tenants, count, rng)
        queue = Queue(stack)
        started = time.perf_counter()
        told = _deliver(stack, _order(good, poison, rng), rng, sizes)
        told["seconds"] = time.perf_counter() - started
        _compare(connection, tenants, plain)
        queue.holds(poison)
    return told | {"events": len(good), "poison": len(poison), "rows by hour": len(plain.hours), "rows by day": len(plain.days)}


def _order(good: list[bytes], poison: list[bytes], rng: random.Random) -> list[bytes]:
    """Every record three times, in random order."""
    whole = len(good) * COPIES
    placed = [(rng.random() * whole, record) for record in good * COPIES]
    for record in poison:
        first = rng.random() * max(whole - NEAR, 0)
        placed += [(first + rng.random() * min(NEAR, whole), record) for _ in range(COPIES)]
    placed.sort()
    return [record for _, record in placed]


def _deliver(stack: Stack, records: list[bytes], rng: random.Random, sizes: tuple[int, ...]) -> dict[str, float]:
    """As Lambda does: a batch that is not answered comes again whole, one with a failure from there on."""
    program, _ = binary("metrics")
    delivered = kills = again = place = 0
    # How long a batch of a size took last: most kills shall come before its end.
    took: dict[int, float] = {}
    with environment(stack, "metrics") as variables:
        process = Process(program, variables)
        try:
            while place < len(records):
                size = rng.choice(sizes)
                batch = records[place : place + size]
                event, delivered = _event(batch, place), delivered + len(batch)
                if rng.random() < KILLED:
                    killed: list[Process] = []
                    killer = threading.Timer(rng.random() * took.get(size, 0.02), lambda: (killed.append(process), process.kill()))
                    killer.start()
                    try:
                        milliseconds, answer = process.invoke(event)
                    except RuntimeError:
                        # Killed before its answer.
                        answer = None
                    killer.cancel()
                    killer.join()
                    # One that was killed behind its answer may not have ended yet.
                    if killed or answer is None:
                        kills, process = kills + 1, Process(program, variables)
                else:
                    milliseconds, answer = process.invoke(event)
                    took[size] = milliseconds / 1000
                if answer is None:
                    continue
                failed = answer["batchItemFailures"]
                again += bool(failed)
                place = int(failed[0]["itemIdentifier"]) if failed else place + len(batch)
        finally:
            process.__exit__()
    return {"delivered": delivered, "kills": kills, "batches told to come again": again}


def _event(batch: list[bytes], place: int) -> dict[str, Any]:
    return {"Records": [{
        "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventName": "aws:kinesis:record", "awsRegion": "eu-west-3",
        "kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": "replay", "sequenceNumber": str(place + n),
                    "data": base64.b64encode(data).decode(), "approximateArrivalTimestamp": 0.0},
    } for n, data in enumerate(batch)]}  # fmt: skip


@contextmanager
def _entered(stack: Stack, tenants: list[str]) -> Iterator[psycopg.Connection]:
    """Tenants of the shared database alone, each with a time zone of its own."""
    with superuser(stack.name) as connection:
        try:
            for tenant, zone in zip(tenants, ZONES, strict=True):
                connection.execute("INSERT INTO tenants (id, time_zone) VALUES (%s, %s)", [tenant, zone])
            yield connection
        finally:
            connection.execute("DELETE FROM tenants WHERE id = ANY(%s::uuid[])", [tenants])


def _wholes(day: dt.date, held: dt.date, quarters: set[dt.date]) -> Iterator[tuple[str, dt.date]]:
    """What holds a day where months hold the days through `held`: its month, and its quarter where that is added up. One in which nothing was
    counted when it was over is not, and is told by its months."""
    if day <= held:
        yield "month", day.replace(day=1)
        quarter = day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
        if quarter in quarters:
            yield "quarter", quarter


def _compare(connection: psycopg.Connection, tenants: list[str], plain: Plain) -> None:
    def rows(table: str, columns: str) -> Iterator[tuple]:
        return connection.execute(f"SELECT tenant_id::text, {columns} FROM {table} WHERE tenant_id = ANY(%s::uuid[])", [tenants])

    parts = "project_id::text, kind, outcome, channel, language"
    stored = connection.execute("SELECT tenant_id::text, count(*) FROM events WHERE tenant_id = ANY(%s::uuid[]) GROUP BY 1", [tenants])
    same("events", Counter(dict(stored.fetchall())), plain.events)
    for table, moment, counts, amounts in (
        ("usage_hours", "hour AT TIME ZONE 'UTC'", plain.hours, plain.hour_amounts),
        ("usage_days", "day", plain.days, plain.day_amounts),
    ):
        found, added = Counter(), Counter()
        for *key, count, amount in rows(table, f"{moment}, {parts}, count, amount"):
            if table == "usage_hours":
                key[1] = key[1].replace(tzinfo=dt.timezone.utc)
            found[tuple(key)], added[tuple(key)] = count, amount
        same(table, found, counts)
        same(f"{table}, amounts", +added, +amounts)
    whole = dict(rows("usage_months", "whole_through"))
    found, wanted = Counter(), Counter()
    for *key, count, amount in rows("usage_whole_months", f"day, {parts}, count, amount"):
        found[(*key, "count")], found[(*key, "amount")] = count, amount
    for name, counted in (("count", plain.days), ("amount", plain.day_amounts)):
        for (tenant, day, *about), number in counted.items():
            if day <= whole[tenant]:
                wanted[tenant, day.replace(day=1), *about, name] += number
    same("usage_whole_months", +found, +wanted)
    held, quarters = dict(rows("usage_months", "through")), defaultdict(set)
    subjects = Counter({tuple(key): count for *key, count in rows("usage_subjects", "grain, kind, day, project_id::text, subject_id::text, count")})
    packs = list(rows("usage_subject_packs", "grain, kind, day, project_id::text, subjects::text[], counts"))
    for tenant, grain, _, day, *_ in packs:
        if grain == "quarter":
            quarters[tenant].add(day)
    for tenant, grain, kind, day, project, ids, counts in packs:
        for subject, count in zip(ids, counts, strict=True):
            if grain == "batch":
                # It is still to be added to its day, and to the month and the quarter that hold the day.
                subjects[tenant, "day", kind, day, project, subject] += count
                for whole, begins in _wholes(day, held[tenant], quarters[tenant]):
                    subjects[tenant, whole, kind, begins, project, subject] += count
            else:
                subjects[tenant, grain, kind, day, project, subject] += count
    wanted = Counter()
    for (tenant, kind, day, *about), count in plain.subjects.items():
        wanted[tenant, "day", kind, day, *about] += count
        for grain, begins in _wholes(day, held[tenant], quarters[tenant]):
            wanted[tenant, grain, kind, begins, *about] += count
    same("usage_subjects", subjects, wanted)
    estimates = {tuple(key): visitors for *key, visitors in rows("usage_visitors", "day, project_id::text, step, visitors")}
    same("usage_visitors", set(estimates), set(plain.visitors))
    for key, estimate in estimates.items():
        # HyperLogLog, 1.6 % standard error.
        if abs(estimate - len(plain.visitors[key])) > max(3, 0.08 * len(plain.visitors[key])):
            raise AssertionError(f"{estimate} visitors instead of {len(plain.visitors[key])} of {key}")


def same(what: str, found: Any, wanted: Any) -> None:
    """Fails with the first differences."""
    if found != wanted:
        keys = list(set(found) ^ set(wanted)) or [key for key in wanted if found[key] != wanted[key]]
        shown = [(key, found[key], wanted[key]) if isinstance(found, dict) else key for key in keys[:3]]
        raise AssertionError(f"{what}: {len(keys)} of {len(wanted)} differ: {shown}")


class Queue:
    """The queue of records that can never be counted."""

    def __init__(self, stack: Stack) -> None:
        self.client = stack.client("sqs", stack.administrator)
        self.url = self.client.get_queue_url(QueueName=f"vivier-{stack.name}-events-dead.fifo")["QueueUrl"]

    def holds(self, poison: list[bytes]) -> None:
        """Takes these records out; each must be there once."""
        wanted, found = {base64.b64encode(data).decode() for data in poison}, Counter()
        until = time.monotonic() + PATIENCE
        while answer := self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, VisibilityTimeout=20).get("Messages"):
            mine = [message for message in answer if message["Body"] in wanted]
            found.update(message["Body"] for message in mine)
            if mine:
                until = time.monotonic() + PATIENCE
                self.client.delete_message_batch(QueueUrl=self.url, Entries=[
                    {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(mine)])
            elif time.monotonic() > until:
                break
        same("dead letters", found, Counter(wanted))


def run(stack: Stack, count: int) -> None:
    """Prints what happened; fails where anything is lost or double. The queue is emptied first."""
    queue = Queue(stack)
    queue.client.purge_queue(QueueUrl=queue.url)
    told = verify(stack, count)
    print(f"\nreplay: {count} records, {COPIES} times each, in {told['seconds']:.0f} s: every figure is that of a plain program")
    for what, figure in told.items():
        print(f"  {what}: {figure:.0f}")
