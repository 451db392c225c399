"""Qdrant Edge as somebody would use it for offers: words (BM25, French stems) and meaning (HNSW), fused by their ranks. Runs in an
environment of its own, where `worker.py` puts it.

Lines are JSON. The first one in is a list with the paths of a CSV file of offers and of their vectors (`f32`, little endian, in the order
of the rows); a line back says how many seconds the index took. Each line after it is a query with its vector, and each line back its
milliseconds and hits: a page of 20 in full, and the facets contract, remote, city and occupation, each without its own filter. Facets
count all that passes the filters: Qdrant has none of what a query by words or meaning finds.
"""

import csv
import json
import sys
import tempfile
import time
from array import array
from itertools import islice

from qdrant_edge import (
    Bm25,
    Bm25Config,
    Distance,
    EdgeConfig,
    EdgeShard,
    EdgeSparseVectorParams,
    EdgeVectorParams,
    FacetRequest,
    FieldCondition,
    Filter,
    Fusion,
    MatchValue,
    Memory,
    Modifier,
    PayloadSchemaType,
    Point,
    Prefetch,
    Query,
    QueryRequest,
    UpdateOperation,
)

WORDS = ("title", "occupation", "skills", "company", "city", "description")
VALUES = ("contract", "remote", "city", "occupation_code")
FILTERS = {"contract": "CDI", "remote": "none"}
SIZE, BATCH, NEAR, PAGE = 384, 1_000, 200, 20


def build(rows: str, vectors: str, folder: str, words: Bm25) -> EdgeShard:
    """An index in memory, with a graph of the vectors and an index for each facet."""
    shard = EdgeShard.create(folder, EdgeConfig(
        vectors={"meaning": EdgeVectorParams(size=SIZE, distance=Distance.Cosine, memory=Memory.Cached)},
        sparse_vectors={"words": EdgeSparseVectorParams(modifier=Modifier.Idf)},
        payload_memory=Memory.Cached, wal_enabled=False))
    with open(rows, newline="", encoding="utf-8") as offers, open(vectors, "rb") as figures:
        numbered = enumerate(csv.DictReader(offers))
        while some := list(islice(numbered, BATCH)):
            points = []
            for number, row in some:
                text = " ".join(row[field].replace("|", " ") for field in WORDS)
                meaning = list(array("f", figures.read(4 * SIZE)))
                vector = {"meaning": meaning, "words": words.embed_document(text)}
                points.append(Point(number, vector, row | {"remote": row["remote"] or "none"}))
            shard.update(UpdateOperation.upsert_points(points))
    for field in VALUES:
        shard.update(UpdateOperation.create_field_index(field, PayloadSchemaType.Keyword))
    shard.optimize()
    return shard


def ask(shard: EdgeShard, words: Bm25, text: str, vector: list[float]) -> tuple[float, int]:
    """Milliseconds and hits of one search."""
    started = time.perf_counter()

    def under(*names: str) -> Filter:
        return Filter(must=[FieldCondition(name, match=MatchValue(FILTERS[name])) for name in names])

    both = under(*FILTERS)
    found = shard.query(QueryRequest(limit=PAGE, query=Fusion.Rrf(k=60), with_payload=True, prefetches=[
        Prefetch(limit=NEAR, query=Query.Nearest(words.embed_query(text), using="words"), filter=both),
        Prefetch(limit=NEAR, query=Query.Nearest(vector, using="meaning"), filter=both)]))
    page = [point.payload for point in found]
    for facet in VALUES:
        shard.facet(FacetRequest(facet, limit=100, exact=True, filter=under(*(name for name in FILTERS if name != facet))))
    return (time.perf_counter() - started) * 1000, len(page)


def main() -> None:
    """Answers line by line until the input ends."""
    words = Bm25(Bm25Config(language="french", ascii_folding=True))
    rows, vectors = json.loads(sys.stdin.readline())
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        shard = build(rows, vectors, folder, words)
        print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
        for line in sys.stdin:
            asked = json.loads(line)
            milliseconds, total = ask(shard, words, asked["q"], asked["vector"])
            print(json.dumps({"milliseconds": milliseconds, "total": total}), flush=True)
        shard.close()


main()
