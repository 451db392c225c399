"""A search with two filters and all facets, by words alone, and by words and meaning: in the function's own process, in PostgreSQL, and
through the whole API.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any

from demo.client import wait_for
from demo.stack import ROOT, Stack

from . import figures, meanings, offers, peer, worker
from .database import superuser
from .deployed import release_builds
from .roles import environment
from .runtime_api import Process, binary
from .tenant import Tenant, scratch

SIZES = (300, 10_000, 100_000)
FILE = 100_000
"""Offers in one file at most."""
MOST_MEANT = 100_000
"""Of more offers, other engines make no graph of meanings: that of a million would take them long."""
PATIENCE = 600, 0.02
"""Seconds for the vectors to follow the words: for any, and for each offer."""
QUERIES = ("télétravail", "horaires décalés", "crèche entreprise", "école interne", "ingénieur")
FILTERS = {"contract": "permanent", "remote": "none"}
STARTS, WARM_UP, SAMPLES = 5, 25, 300
INSIDE = ": in the handler"

Row = tuple[float, float, float]
"""Hits of a search on average; median and 99th percentile in milliseconds."""


def run(stack: Stack, sizes: Sequence[int] = SIZES) -> None:
    """Prints a table for each size, with a row for each way to search."""
    program, profile = binary("search")
    wishes = _wishes()
    print(f"\nsearch: {profile} build, {program.stat().st_size / 1e6:.1f} MB; {STARTS} starts, {SAMPLES} warm searches")
    with release_builds(stack, "offers", "search"), scratch(stack, "bench-search") as tenant, environment(stack, "search") as variables:
        tenant.widen()
        # A stream that is not there is left alone: what remains is the search itself.
        alone = variables | {"EVENTS_STREAM": "none"}
        # None that is there is closed by a smaller file.
        for size in sorted(set(sizes)):
            for number, content in enumerate(offers.csv_files(size, FILE)):
                tenant.bring(content, source=f"part-{number}")
            wait_for(lambda: tenant.front.search(limit=1, duplicates="true")["total"] == size, "the new index in the deployed function")
            _wait_for_meaning(stack, tenant, size)
            print(f"\n{size} offers")
            ways = {
                "a refused search: the way there and back": _refused(program, alone, tenant.tenant_id),
                **_process(program, alone, tenant.tenant_id, "search function, by words", starts=1),
                **_process(program, variables, tenant.tenant_id, "… and its event to the stream"),
                **_meant(program, alone, tenant.tenant_id, wishes),
                "… behind gateway and authorizer": _warm(
                    lambda q: figures.timed(lambda: tenant.front.search(q, match="words", **FILTERS))),
            }
            print(f"the function's index: {_bytes(stack, tenant) / 1e6:.0f} MB")
            ways |= _peers(stack, size, wishes)
            rows = ([way, *row, _ratio(ways, way)] for way, row in ways.items())
            figures.table([["", "hits", "p50 ms", "p99 ms", "p50 / peer"], *rows])


WORDS, BOTH = "peer: PostgreSQL 18", "peer: PostgreSQL 18 and pgvector"
MEANT = {"search function, by words and meaning", "… the same again", BOTH, "peer: Qdrant Edge"}
"""What searches by meaning too."""


def _ratio(ways: dict[str, Row], way: str) -> float | str:
    """The median divided by that of PostgreSQL, which did the same; none where it did not."""
    base = ways.get(BOTH if way.removesuffix(INSIDE) in MEANT else WORDS)
    return ways[way][1] / base[1] if base else ""


def _wait_for_meaning(stack: Stack, tenant: Tenant, size: int) -> None:
    """Until each offer has its vector in the published index."""
    with superuser(stack.name, tenant.database) as connection:
        def meant() -> bool:
            vectors, published = connection.execute(
                "SELECT (SELECT count(*) FROM offer_vectors), made = published FROM search_index").fetchall()[0]
            return vectors == size and published
        wait_for(meant, "the vectors in the index", timeout=PATIENCE[0] + PATIENCE[1] * size, every=1)


def _wishes() -> list[str]:
    """Jobs and towns as candidates type them, each once: what a search means is computed when it is met first."""
    def wish(row: dict[str, str]) -> str:
        return " ".join([*[word for word in row["title"].split() if word.isalpha()][:2], row["city"]])

    wishes = list(dict.fromkeys(map(wish, offers.rows(10 * SAMPLES))))[:WARM_UP + SAMPLES]
    assert len(wishes) == WARM_UP + SAMPLES, "a search that is asked twice is known"
    return wishes


def _bytes(stack: Stack, tenant: Tenant) -> int:
    """Bytes of the published index's archives."""
    s3 = stack.client("s3", stack.administrator)
    pointer = json.loads(s3.get_object(Bucket=tenant.bucket, Key="index/current.json")["Body"].read())
    return sum(s3.head_object(Bucket=tenant.bucket, Key=archive["key"])["ContentLength"] for archive in pointer["archives"])


def _peers(stack: Stack, size: int, wishes: Sequence[str]) -> dict[str, Row]:
    """The same offers elsewhere: what one engine takes for its index is told, and each search's time is a row."""
    ways = {}
    content = offers.csv_file(size)
    with worker.index("tantivy", content) as other:
        ways["peer: tantivy from PyPI, without HTTP"] = _warm(other.search)
        print(f"tantivy: index in {other.index_seconds:.1f} s, peak memory {other.peak_mib():.0f} MiB")
    with peer.database(stack.name) as connection:
        peer.copy(connection, content)
        seconds = figures.timed(lambda: peer.index(connection))[0] / 1000
        print(f"PostgreSQL: index in {seconds:.1f} s, {peer.size(connection) / 1e6:.0f} MB")
        ways[WORDS] = _warm(lambda q: figures.timed(lambda: peer.search(connection, q)))
        if size > MOST_MEANT:
            return ways
        vectors, sought = meanings.of_offers(size), meanings.of_searches(wishes)
        references = (row["reference"] for row in offers.rows(size))
        peer.bring_meaning(connection, references, map(peer.written, vectors.tolist()))
        seconds = figures.timed(lambda: peer.index_meaning(connection))[0] / 1000
        print(f"pgvector: index in {seconds:.1f} s, {peer.size(connection) / 1e6:.0f} MB with the words'")
        texts = {q: peer.written(vector) for q, vector in sought.items()}
        ways[BOTH] = _warm(lambda q: figures.timed(lambda: peer.search_by_both(connection, q, texts[q])), wishes)
    with worker.index("qdrant", content, vectors.tobytes()) as other:
        ways["peer: Qdrant Edge"] = _warm(lambda q: other.search(q, sought[q]), wishes)
        print(f"Qdrant Edge: index in {other.index_seconds:.1f} s, peak memory {other.peak_mib():.0f} MiB")
    return ways


def _meant(program: Path, variables: dict[str, str], tenant_id: str, wishes: Sequence[str]) -> dict[str, Row]:
    """By words and meaning: searches that the process has not met, and the same again, whose vectors it remembers."""
    rows = {}
    with Process(program, variables) as process:
        process.invoke(search_event(tenant_id, QUERIES[0]))
        for way in ("search function, by words and meaning", "… the same again"):
            row = _warm(lambda q: _page(*process.invoke(search_event(tenant_id, q, "both"))), wishes)
            rows |= {way: row, f"{way}{INSIDE}": (row[0], *figures.p50_p99(process.handled()[-SAMPLES:]))}
    return rows


def _process(program: Path, variables: dict[str, str], tenant_id: str, way: str, starts: int = STARTS) -> dict[str, Row]:
    """Starts the function some times; the last process stays for the warm searches, from outside and in the handler."""
    init, cold = [], []
    for left in reversed(range(starts)):
        with Process(program, variables) as process:
            init.append(process.init_ms)
            cold.append(process.invoke(search_event(tenant_id, QUERIES[0]))[0])
            if not left:
                row = _warm(lambda q: _page(*process.invoke(search_event(tenant_id, q))))
                inside = figures.p50_p99(process.handled()[-SAMPLES:])
                peak = process.peak_mib()
    if starts > 1:
        print(f"init {median(init):.0f} ms, first answer {median(cold):.0f} ms, peak memory {peak:.0f} MiB")
    return {way: row, f"{way}{INSIDE}": (row[0], *inside)}


def _refused(program: Path, variables: dict[str, str], tenant_id: str) -> Row:
    """A search that is refused for its parameter: what HTTP, JSON and this measurement cost without any search."""
    event = search_event(tenant_id, QUERIES[0])
    event["multiValueQueryStringParameters"]["limit"] = ["0"]
    with Process(program, variables) as process:
        return _warm(lambda _: (process.invoke(event)[0], {"total": 0}))


def search_event(tenant_id: str, q: str, match: str = "words", **more: str) -> dict[str, Any]:
    """The stored trigger with this tenant and this search; `more` is what the authorizer says beside."""
    event = json.loads((ROOT / "events/search/search.json").read_text())
    event["requestContext"]["authorizer"] |= {"tenant": tenant_id, "principalId": tenant_id, **more}
    event["queryStringParameters"] = {"q": q, "match": match, **FILTERS}
    event["multiValueQueryStringParameters"] = {name: [text] for name, text in event["queryStringParameters"].items()}
    return event


def _page(milliseconds: float, answer: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    if answer["statusCode"] != 200:
        raise RuntimeError(f"the search function answered {answer['statusCode']}")
    return milliseconds, json.loads(answer["body"])


def _warm(search: Callable[[str], tuple[float, dict[str, Any]]], queries: Sequence[str] = QUERIES) -> Row:
    """The queries in turn, as often as the warm-up and the samples want."""
    pages = [search(queries[n % len(queries)]) for n in range(WARM_UP + SAMPLES)][WARM_UP:]
    return mean(page["total"] for _, page in pages), *figures.p50_p99(milliseconds for milliseconds, _ in pages)
