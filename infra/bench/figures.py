"""From samples to figures, and from figures to lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from statistics import quantiles
from typing import TypeVar

T = TypeVar("T")


def timed(run: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds that a call took, and what it returned."""
    started = time.perf_counter()
    result = run()
    return (time.perf_counter() - started) * 1000, result


def p50_p99(samples: Iterable[float]) -> tuple[float, float]:
    """Median and 99th percentile, interpolated between samples."""
    cuts = quantiles(samples, n=100, method="inclusive")
    return cuts[49], cuts[98]


def table(rows: list[list[object]]) -> None:
    """A table that Markdown reads as well; the first row is its header, figures stand to the right."""
    cells = [[_short(cell) for cell in row] for row in rows]
    first, *others = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * first, *("-" * (width - 1) + ":" for width in others)])
    for name, *row in cells:
        print("|", " | ".join([name.ljust(first), *map(str.rjust, row, others)]), "|", flush=True)


def _short(cell: object) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:.0f}" if cell >= 100 else f"{cell:.3g}"
