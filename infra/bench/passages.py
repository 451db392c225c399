"""How fast pieces of documents are found, and how surely, in a database of a million: a tenant with many of its own, one with few.

The statement is the one that `shared/store/src/passages.rs` sends, by a role that row security binds, with the settings that
`connector.rs` gives its connections, in a database made by the migrations. Pieces are made up: vectors lie around a few thousand
subjects, as those of texts do (they are not spread evenly, and nearness between subjects is low-dimensional); words are drawn
by Zipf's law.
"""

from __future__ import annotations

import re
import struct
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg

from demo.stack import ROOT
from local.settings import Stack as LocalStack
from local.stack import Running

from . import figures

DATABASE, ROLE = "vivier_bench_passages", "vivier_bench_passages"
TABLES = ("sources", "chunks", "vectors", "terms")
DIMENSION, MODEL = 384, "bench"
OF_A_DOCUMENT = 10
"""Pieces of a document."""
SUBJECTS, FREEDOM, SPREAD = 4_000, 48, 0.75
"""Subjects, dimensions in which they differ, and how far from its subject a piece lies (both of length 1)."""
VOCABULARY, WORDS, FEW = 40_000, 90, 8
"""Words there are; distinct ones of a piece of the tenants that ask; of other tenants', whose postings no index walk meets."""
ASKED, TERMS, LIMIT = 100, 5, 20
"""Questions, their words, and the pieces looked for."""
BLOCK = 20_000
"""Pieces that are made at a time."""
EVERYTHING = 2_000_000_000


def run(stack: str, pieces: int) -> None:
    """Prints p50 and p99 of one retrieval, and which share of the ten nearest it finds."""
    rng = np.random.default_rng(4)
    large, small = pieces // 10, min(10_000, pieces // 10)
    counts = [large, small]
    while sum(counts) < pieces:
        counts.append(min(large, pieces - sum(counts)))
    tenants = [uuid.UUID(int=number + 1) for number in range(len(counts))]
    subjects = _unit(rng.standard_normal((SUBJECTS, FREEDOM)) @ rng.standard_normal((FREEDOM, DIMENSION)))
    with _database(stack) as connection:
        started = time.monotonic()
        for position, (tenant, count) in enumerate(zip(tenants, counts, strict=True)):
            _fill(connection, rng, subjects, tenant, count, WORDS if position < 2 else FEW)
        print(f"{sum(counts):,} pieces of {len(counts)} tenants written in {time.monotonic() - started:.0f} s", flush=True)
        started = time.monotonic()
        _index(connection)
        print(f"indexes and statistics made in {time.monotonic() - started:.0f} s", flush=True)
        rows: list[list[object]] = [["", "p50 ms", "p99 ms", "recall@10", "p50 / looked"]]
        statement = _statement()
        for name, tenant, count in (("large", tenants[0], large), ("small", tenants[1], small)):
            questions = list(_questions(rng, subjects))
            looked, exact = _ask(connection, statement, tenant, questions, EVERYTHING)
            walked, near = _ask(connection, statement, tenant, questions, 0)
            p50 = figures.p50_p99(looked)[0]
            for how, times, found in (("each looked at", looked, exact), ("graph walked", walked, near)):
                middle, last = figures.p50_p99(times)
                rows.append([f"{name}: {count:,}, {how}", middle, last, _recall(exact, found), middle / p50])
        figures.table(rows)


def _statement() -> str:
    """The statement of the store; `$1` becomes `%s` with its number's parameter."""
    source = (ROOT / "shared/store/src/passages.rs").read_text()
    found = re.search(r'const SQL: &str = "(-- passages::retrieve.*?)";', source, re.DOTALL)
    assert found, "the statement has moved"
    return found[1]


@contextmanager
def _database(stack: str) -> Iterator[psycopg.Connection]:
    """A database with the shared tables, gone at the end."""
    server = Running(LocalStack.named(stack)).database
    place: dict[str, Any] = {"host": str(server._socket), "user": server.admin()["username"],
                             "password": server.admin()["password"], "autocommit": True}
    options = re.search(r'const OPTIONS: &str = "(.*?)";', (ROOT / "shared/tenancy/src/rooms/database/connector.rs").read_text(), re.DOTALL)
    assert options, "the connections' settings have moved"
    hnsw = " ".join(re.findall(r"-c hnsw\.\S+", options[1]))
    with psycopg.connect(dbname="postgres", **place) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        admin.execute(f"DROP ROLE IF EXISTS {ROLE}")
        admin.execute(f"CREATE DATABASE {DATABASE}")
        admin.execute(f"CREATE ROLE {ROLE}")
        admin.execute(f"GRANT {ROLE} TO CURRENT_USER WITH SET TRUE")
        try:
            with psycopg.connect(dbname=DATABASE, options=hnsw, **place) as connection:
                for migration in sorted((ROOT / "infra/migrations/pool").glob("V*.sql"), key=lambda path: int(path.name[1:].split("_")[0])):
                    connection.execute(migration.read_text())
                connection.execute(f"GRANT SELECT ON {', '.join(TABLES)} TO {ROLE}")
                # COPY is not for tables with row security; it is enabled again before anything is asked. So are the indexes:
                # a graph that grows with its rows takes hours.
                for table in TABLES:
                    connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
                connection.execute("DROP INDEX vectors_near; DROP INDEX terms_of_document")
                yield connection
        finally:
            admin.execute(f"DROP DATABASE {DATABASE}")
            admin.execute(f"DROP ROLE {ROLE}")


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _near(rng: np.random.Generator, subjects: np.ndarray, count: int) -> np.ndarray:
    """Vectors around subjects chosen at random, of length 1."""
    noise = _unit(rng.standard_normal((count, DIMENSION)).astype(np.float32))
    return _unit(subjects[rng.integers(0, SUBJECTS, count)] + SPREAD * noise)


def _words(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Ranks of words by Zipf's law, the most frequent hundred left out: they are stop words."""
    return (100 * (VOCABULARY / 100) ** rng.random(shape)).astype(np.int32)


def _fill(connection: psycopg.Connection, rng: np.random.Generator, subjects: np.ndarray, tenant: uuid.UUID, count: int, words: int) -> None:
    connection.execute("INSERT INTO tenants VALUES (%s)", [tenant])
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        documents = [uuid.UUID(int=(tenant.int << 64) + start + number) for number in range(0, size, OF_A_DOCUMENT)]
        vectors = _near(rng, subjects, size)
        with connection.cursor() as cursor:
            with cursor.copy("COPY sources (tenant_id, document_id, version, edition, name, tags, projects, model, chunks) FROM STDIN") as sink:
                for number, document in enumerate(documents):
                    pieces = min(OF_A_DOCUMENT, size - number * OF_A_DOCUMENT)
                    sink.write_row([tenant, document, 1, 1, f"{document}.txt", [], [], MODEL, pieces])
            with cursor.copy("COPY chunks (tenant_id, document_id, edition, ordinal, language, place, heading, body, sentences) FROM STDIN") as sink:
                # As long as a piece of 200 words with eight sentences.
                body, sentences = "mot " * 330, b"\0" * (8 * DIMENSION)
                for piece in range(size):
                    sink.write_row([tenant, documents[piece // OF_A_DOCUMENT], 1, piece % OF_A_DOCUMENT, "fr",
                                    '[{"start": 0, "place": {"in": "text"}}]', ["Titre"], body, sentences])
            with cursor.copy("COPY vectors FROM STDIN (FORMAT BINARY)") as sink:
                sink.write(b"".join(_binary(tenant, documents, vectors)))
            with cursor.copy("COPY terms FROM STDIN") as sink:
                _write_terms(sink, rng, tenant, documents, size, words)


def _binary(tenant: uuid.UUID, documents: list[uuid.UUID], vectors: np.ndarray) -> Iterator[bytes]:
    """Rows of `vectors` as PostgreSQL takes them in binary; a halfvec is its dimension, two bytes, and its components."""
    yield b"PGCOPY\n\xff\r\n\0" + bytes(8)
    halves = vectors.astype(">f2")
    model = struct.pack(">i", len(MODEL)) + MODEL.encode()
    dimension = struct.pack(">ihihh", 2, DIMENSION, 4 + 2 * DIMENSION, DIMENSION, 0)
    own = struct.pack(">hi", 7, 16) + tenant.bytes
    for piece, half in enumerate(halves):
        document = documents[piece // OF_A_DOCUMENT].bytes
        yield own + struct.pack(">i", 16) + document + struct.pack(">iiii", 4, 1, 4, piece % OF_A_DOCUMENT) + model + dimension + half.tobytes()
    yield b"\xff\xff"


def _write_terms(sink: psycopg.Copy, rng: np.random.Generator, tenant: uuid.UUID, documents: list[uuid.UUID], size: int, words: int) -> None:
    ranks = _words(rng, (size, words))
    for number, document in enumerate(documents):
        first = number * OF_A_DOCUMENT
        postings: dict[int, list[int]] = {}
        for ordinal, piece in enumerate(ranks[first : first + OF_A_DOCUMENT]):
            for rank in set(piece.tolist()):
                postings.setdefault(rank, []).append(ordinal)
        for rank, ordinals in postings.items():
            there = ",".join(map(str, ordinals))
            sink.write(f"{tenant}\tw{rank}\t{document}\t1\t0\t{{{there}}}\t{{{','.join(['1.1'] * len(ordinals))}}}\n")


def _index(connection: psycopg.Connection) -> None:
    connection.execute("SET maintenance_work_mem = '4GB'; SET max_parallel_maintenance_workers = 2")
    connection.execute("CREATE INDEX terms_of_document ON terms (tenant_id, document_id, edition, first_ordinal)")
    connection.execute("CREATE INDEX vectors_near ON vectors USING hnsw (embedding halfvec_ip_ops)")
    for table in TABLES:
        connection.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        connection.execute(f"VACUUM ANALYZE {table}")


def _questions(rng: np.random.Generator, subjects: np.ndarray) -> Iterator[tuple[str, list[str]]]:
    """Vectors as PostgreSQL writes arrays, so that the statement's own cast says of what, and words."""
    vectors, ranks = _near(rng, subjects, ASKED), _words(rng, (ASKED, TERMS))
    for vector, words in zip(vectors, ranks, strict=True):
        yield "{" + ",".join(map(str, vector.tolist())) + "}", [f"w{rank}" for rank in words]


def _ask(
    connection: psycopg.Connection, statement: str, tenant: uuid.UUID, questions: list[tuple[str, list[str]]], exact_up_to: int
) -> tuple[list[float], list[list[tuple[uuid.UUID, int]]]]:
    """Milliseconds of each question, and the ten nearest pieces it found by meaning."""
    cursor = psycopg.RawCursor(connection)
    times, found = [], []
    for vector, words in [questions[0], *questions]:
        with connection.transaction():
            cursor.execute(f"SET LOCAL ROLE {ROLE}")
            cursor.execute("SELECT set_config('vivier.tenant', $1, true)", [str(tenant)])
            positions = list(range(1, len(words) + 1))
            params = [vector, MODEL, words, positions, None, [], LIMIT, exact_up_to, len(words)]
            # Not prepared: the function's driver plans each question anew, with its vector as a constant.
            milliseconds, rows = figures.timed(lambda params=params: cursor.execute(statement, params, prepare=False).fetchall())
        names = [column.name for column in cursor.description or []]
        place = names.index("place_by_meaning")
        nearest = sorted((row for row in rows if row[place] and row[place] <= 10), key=lambda row: row[place])
        times.append(milliseconds)
        found.append([(row[0], row[3]) for row in nearest][:10])
    # The first one warms the caches.
    return times[1:], found[1:]


def _recall(exact: list[list[tuple[uuid.UUID, int]]], found: list[list[tuple[uuid.UUID, int]]]) -> float:
    shares = [len(set(right) & set(near)) / len(right) for right, near in zip(exact, found, strict=True)]
    return sum(shares) / len(shares)
