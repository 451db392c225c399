"""The tantivy wheel as somebody would use it for offers: runs in an environment of its own, where `worker.py` puts it.

Lines are JSON. The first one in is a list with the path of a CSV file of offers; a line back says how many seconds the index took. Each
line after it is a query, and each line back its milliseconds and hits: a page of 20 in full, the total, and the facets contract, remote,
city and occupation, each without its own filter, as ours are.
"""

import csv
import json
import sys
import time

from tantivy import Document, Filter, Index, Occur, Query, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

WORDS = ("title", "occupation", "skills", "company", "city", "description")
VALUES = ("contract", "remote", "city_value", "occupation_code")
FILTERS = {"contract": "CDI", "remote": "none"}
BOOSTS = {"title": 2.0, "occupation": 1.5}


def build(path: str) -> tuple[Index, object]:
    """An index in memory: French stems, and fast fields for the facets."""
    schema = SchemaBuilder()
    for field in WORDS:
        schema.add_text_field(field, stored=True, tokenizer_name="fr")
    for field in VALUES:
        schema.add_text_field(field, stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    schema = schema.build()
    index = Index(schema)
    lower, fold, stem = Filter.lowercase(), Filter.ascii_fold(), Filter.stemmer("french")
    index.register_tokenizer("fr", TextAnalyzerBuilder(Tokenizer.simple()).filter(lower).filter(fold).filter(stem).build())
    writer = index.writer(256 << 20, 1)
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            values = {"contract": row["contract"], "remote": row["remote"] or "none", "city_value": row["city"],
                      "occupation_code": row["occupation_code"]}
            writer.add_document(Document(**{field: row[field].replace("|", " ") for field in WORDS}, **values))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index, schema


def terms(fields: tuple[str, ...]) -> dict:
    return {field: {"terms": {"field": field, "size": 100}} for field in fields}


def ask(index: Index, schema: object, text: str) -> tuple[float, int]:
    """Milliseconds and hits of one search."""
    started = time.perf_counter()
    searcher = index.searcher()
    wanted = index.parse_query(text, list(WORDS), field_boosts=BOOSTS)
    needed = {field: Query.term_query(schema, field, value, "basic") for field, value in FILTERS.items()}

    def under(*names: str) -> Query:
        return Query.boolean_query([(Occur.Must, wanted), *((Occur.Must, needed[name]) for name in names)])

    found = searcher.search(under("contract", "remote"), 20)
    for _, address in found.hits:
        searcher.doc(address).to_dict()
    searcher.aggregate(under("contract", "remote"), terms(("city_value", "occupation_code")))
    searcher.aggregate(under("remote"), terms(("contract",)))
    searcher.aggregate(under("contract"), terms(("remote",)))
    return (time.perf_counter() - started) * 1000, found.count


def main() -> None:
    """Answers line by line until the input ends."""
    started = time.perf_counter()
    (path,) = json.loads(sys.stdin.readline())
    index, schema = build(path)
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
    for line in sys.stdin:
        milliseconds, total = ask(index, schema, json.loads(line)["q"])
        print(json.dumps({"milliseconds": milliseconds, "total": total}), flush=True)


main()
