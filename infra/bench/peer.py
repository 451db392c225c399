"""PostgreSQL as everyone would set it up for the same work, on the stack's own server, through its Unix socket."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from demo.data.columns import COLUMNS
from local.settings import Stack as LocalStack
from local.stack import Running

DATABASE = "vivier_bench_peer"
TYPES = {"published_on": "date", "expires_on": "date", "salary_min": "bigint", "salary_max": "bigint"}

INDEX = """
CREATE TEXT SEARCH CONFIGURATION fr (COPY = french);
ALTER TEXT SEARCH CONFIGURATION fr ALTER MAPPING FOR asciiword, word, hword, hword_part, hword_asciipart
    WITH unaccent, french_stem;
ALTER TABLE offers ADD id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ADD words tsvector;
UPDATE offers SET words = setweight(to_tsvector('fr', title), 'A') || setweight(to_tsvector('fr', occupation), 'B')
    || to_tsvector('fr', concat_ws(' ', translate(skills, '|', ' '), company, city, description));
CREATE INDEX ON offers USING gin (words);
"""
MEANING = """
CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE meanings (reference text PRIMARY KEY, meaning vector(384));
"""
# Each by itself: the graph is to be made of a table without what was replaced.
GRAPH = (
    "ALTER TABLE offers ADD meaning vector(384)",
    "UPDATE offers SET meaning = meanings.meaning FROM meanings WHERE meanings.reference = offers.reference",
    "VACUUM (FULL, ANALYZE) offers",
    "SET maintenance_work_mem = '2GB'",
    "CREATE INDEX ON offers USING hnsw (meaning vector_cosine_ops)",
    "SET hnsw.ef_search = 200",
)
# One statement, one way there and back. A facet is counted without its own filter, as ours are.
FOUND = """
WITH found AS MATERIALIZED (
    SELECT id, contract, city, occupation_code, remote, published_on, contract = 'CDI' AS c, remote = 'none' AS r,
           CASE WHEN contract = 'CDI' AND remote = 'none' THEN ts_rank(words, query) END AS score
    FROM offers, websearch_to_tsquery('fr', %s) AS query WHERE words @@ query AND expires_on >= current_date),
"""
# By words and meaning, fused by their ranks (Cormack, Clarke and Buettcher 2009).
FOUND_BY_BOTH = """
WITH by_words AS MATERIALIZED (
    SELECT id, row_number() OVER (ORDER BY ts_rank(words, query) DESC) AS place
    FROM offers, websearch_to_tsquery('fr', %s) AS query WHERE words @@ query AND expires_on >= current_date),
near AS MATERIALIZED (
    SELECT id, row_number() OVER (ORDER BY distance) AS place
    FROM (SELECT id, expires_on, meaning <=> %s::vector AS distance FROM offers ORDER BY distance LIMIT 200) AS nearest
    WHERE expires_on >= current_date),
found AS MATERIALIZED (
    SELECT id, contract, city, occupation_code, remote, published_on, contract = 'CDI' AS c, remote = 'none' AS r,
           coalesce(1.0 / (60 + by_words.place), 0) + coalesce(1.0 / (60 + near.place), 0) AS score
    FROM by_words FULL JOIN near USING (id) JOIN offers USING (id)),
"""
PAGE = f"""
page AS (SELECT id, score FROM found WHERE c AND r ORDER BY score DESC, published_on DESC, id LIMIT 20)
SELECT json_build_object(
    'total', (SELECT count(*) FROM found WHERE c AND r),
    'hits', (SELECT json_agg(to_jsonb(o) ORDER BY score DESC) FROM page
        JOIN (SELECT id, {', '.join(COLUMNS)} FROM offers) o USING (id)),
    'contract', (SELECT json_object_agg(v, n) FROM (
        SELECT contract v, count(*) n FROM found WHERE r GROUP BY v ORDER BY n DESC LIMIT 100) f),
    'remote', (SELECT json_object_agg(v, n) FROM (
        SELECT remote v, count(*) n FROM found WHERE c GROUP BY v ORDER BY n DESC LIMIT 100) f),
    'city', (SELECT json_object_agg(v, n) FROM (
        SELECT city v, count(*) n FROM found WHERE c AND r GROUP BY v ORDER BY n DESC LIMIT 100) f),
    'occupation', (SELECT json_object_agg(v, n) FROM (
        SELECT occupation_code v, count(*) n FROM found WHERE c AND r GROUP BY v ORDER BY n DESC LIMIT 100) f))::text
"""


@contextmanager
def database(stack: str) -> Iterator[psycopg.Connection]:
    """A database of its own, gone at the end."""
    server = Running(LocalStack.named(stack)).database
    # Past the TLS door, whose relay is part of the local cloud and would be held against PostgreSQL.
    place: dict[str, Any] = {"host": str(server._socket), "user": server.admin()["username"],
                             "password": server.admin()["password"], "autocommit": True}
    with psycopg.connect(dbname="postgres", **place) as admin:
        # Without FORCE, which stumbles over a running autovacuum; nobody else is in there.
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        admin.execute(f"CREATE DATABASE {DATABASE}")
        try:
            with psycopg.connect(dbname=DATABASE, **place) as connection:
                yield connection
        finally:
            admin.execute(f"DROP DATABASE {DATABASE}")


def copy(connection: psycopg.Connection, content: bytes) -> None:
    """The file's rows into a new table with the file's columns and no index."""
    columns = ", ".join(f"{column} {TYPES.get(column, 'text')}" for column in COLUMNS)
    connection.execute(f"CREATE TABLE offers ({columns})")
    with connection.cursor() as cursor, cursor.copy("COPY offers FROM STDIN (FORMAT csv, HEADER)") as sink:
        sink.write(content)


def index(connection: psycopg.Connection) -> None:
    """Full text over the copied rows, as good as vacuumed and analysed tables make it."""
    connection.execute(INDEX)
    connection.execute("VACUUM (FULL, ANALYZE) offers")


def bring_meaning(connection: psycopg.Connection, references: Iterable[str], vectors: Iterable[str]) -> None:
    """Vectors of 384 figures, by the offers' references."""
    connection.execute(MEANING)
    with connection.cursor() as cursor, cursor.copy("COPY meanings FROM STDIN") as sink:
        for row in zip(references, vectors, strict=True):
            sink.write_row(row)


def index_meaning(connection: psycopg.Connection) -> None:
    """The vectors beside the rows, and pgvector's graph of them."""
    for statement in GRAPH:
        connection.execute(statement)


def size(connection: psycopg.Connection) -> int:
    """Bytes of the rows and their indexes."""
    return connection.execute("SELECT pg_total_relation_size('offers')").fetchone()[0]


def search_by_both(connection: psycopg.Connection, q: str, vector: str) -> dict[str, Any]:
    """The same as [`search`], by words and meaning."""
    return json.loads(connection.execute(FOUND_BY_BOTH + PAGE, [q, vector], prepare=True).fetchone()[0])


def search(connection: psycopg.Connection, q: str) -> dict[str, Any]:
    """A page, the total and all facets of permanent contracts without remote work."""
    return json.loads(connection.execute(FOUND + PAGE, [q], prepare=True).fetchone()[0])


def written(vector: Iterable[float]) -> str:
    """As pgvector reads it."""
    return f"[{','.join(map(str, vector))}]"
