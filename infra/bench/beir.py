"""Folders that say what should be found: the layout of BEIR (N. Thakur et al. 2021).

`corpus.jsonl` has `_id`, `title`, `text`; `queries.jsonl` has `_id`, `text`; `qrels.tsv` a query's id, a text's and a grade.
"""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from demo.client import Json

from . import figures


class Folder:
    """A corpus, queries, and which texts answer which query."""

    def __init__(self, path: Path, most: int | None = None) -> None:
        self.name = path.name
        self.corpus = list(_lines(path / "corpus.jsonl"))
        grades = _grades(path / "qrels.tsv")
        self.queries = [line for line in _lines(path / "queries.jsonl") if line["_id"] in grades]
        if most and most < len(self.queries):
            # Every so many, not the first ones: corpora are often in some order.
            step = len(self.queries) / most
            self.queries = [self.queries[int(number * step)] for number in range(most)]
        self.grades = grades


@dataclass
class Score:
    """hit@1, hit@5 and nDCG@10 of some queries."""

    first: float = 0
    five: float = 0
    gain: float = 0
    times: list[float] = field(default_factory=list)

    def add(self, order: list[int], wanted: dict[str, int], milliseconds: float) -> None:
        """Takes a query in: the grades of what was found, in order, and what should have been."""
        self.first += any(order[:1])
        self.five += any(order[:5])
        self.gain += _gain(order[:10]) / _gain(sorted(wanted.values(), reverse=True)[:10])
        self.times.append(milliseconds)

    def row(self) -> list[float]:
        """hit@1, hit@5, nDCG@10, p50 and p99 in milliseconds."""
        count = len(self.times)
        return [self.first / count, self.five / count, self.gain / count, *figures.p50_p99(self.times)]


def _lines(path: Path) -> Iterator[Json]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        next(rows)
        for query, document, grade in rows:
            grades[query][document] = int(grade)
    return dict(grades)


def _gain(order: list[int]) -> float:
    """Discounted cumulative gain (K. Järvelin and J. Kekäläinen 2002, as BEIR computes it)."""
    return sum(grade / math.log2(place + 2) for place, grade in enumerate(order))
