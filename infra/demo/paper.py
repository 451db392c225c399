"""Prints the walk: numbered steps, tables and quotes, a hundred columns wide, in colour where a terminal shows it."""

from __future__ import annotations

import html
import os
import re
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

WIDTH = 100
_COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ
_CODES = {"bold": "1", "dim": "2", "green": "32", "yellow": "1;33", "cyan": "36", "red": "31"}


def styled(text: str, style: str) -> str:
    """The text in a style, or as it is where colours are not wanted."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if _COLOUR else text


def title(text: str) -> None:
    """Opens the walk."""
    print(f"\n{styled(text, 'bold')}\n{'=' * len(text)}")


def step(number: int, text: str) -> None:
    """Opens a step."""
    print(f"\n{styled(f'{number}. {text}', 'bold')}\n{styled('-' * WIDTH, 'dim')}")


def say(text: str, indent: int = 0, hanging: int = 0) -> None:
    """A paragraph; lines after the first stand `hanging` columns further in."""
    print(textwrap.fill(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + hanging)))


def command(text: str) -> None:
    """Something to type or paste, never wrapped."""
    print(styled(f"  {text}", "cyan"))


def table(rows: Sequence[Sequence[object]], indent: int = 2) -> None:
    """Columns as wide as their widest cell; the first row is the header; figures stand to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    for number, row in enumerate(cells):
        parts = [
            cell.rjust(width) if isinstance(rows[-1][column], int) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        line = (" " * indent + "  ".join(parts)).rstrip()
        print(styled(line, "dim") if number == 0 else line)


def marked(text: str, indent: int = 0) -> None:
    """HTML in which `<mark>` shows what matched, as text: in colour, or in square brackets without."""
    opening, closing = ("\x1b[1;33m", "\x1b[0m") if _COLOUR else ("[", "]")
    lines = textwrap.wrap(
        html.unescape(re.sub(r"\s+", " ", text.replace("<mark>", "\x01").replace("</mark>", "\x02"))),
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
    )
    print("\n".join(lines).replace("\x01", opening).replace("\x02", closing))


def quote(text: str, source: str) -> None:
    """A quotation with where it stands."""
    for line in textwrap.wrap(text, WIDTH - 6):
        print(f"    {styled('|', 'green')} {line}")
    print(f"    {styled('|', 'green')} {styled(source, 'dim')}")


@contextmanager
def progress(text: str) -> Iterator[None]:
    """Says what is being done, leaves room for dots, and ends the line with the time it took."""
    print(f"  {text} ", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(styled(" failed", "red"))
        raise
    print(f" {styled(f'{time.monotonic() - started:.1f} s', 'dim')}")
