"""Reads the little Markdown the sample papers are written in: headings, paragraphs, lists and tables.

One source serves eight file formats, so a paper is written once, as text one can review in a diff.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """A piece of a paper, in reading order."""

    kind: str
    """`title`, `heading`, `paragraph`, `list` or `table`."""
    lines: tuple[str, ...]
    """The text; one entry for an item of a list."""
    rows: tuple[tuple[str, ...], ...] = ()
    """The cells of a table, its header first."""


def parse(source: str) -> list[Block]:
    """The blocks of a paper; blocks are separated by blank lines."""
    return [_block(part) for part in source.strip().split("\n\n")]


def _block(part: str) -> Block:
    lines = part.strip().splitlines()
    first = lines[0]
    if first.startswith("## "):
        return Block("heading", (first[3:],))
    if first.startswith("# "):
        return Block("title", (first[2:],))
    if first.startswith("- "):
        return Block("list", tuple(line[2:] for line in lines))
    if first.startswith("|"):
        cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
        return Block("table", (), tuple(row for row in cells if not set("".join(row)) <= {"-", ":"}))
    return Block("paragraph", (" ".join(lines),))


def sections(blocks: list[Block]) -> list[tuple[str, list[Block]]]:
    """Heading and what stands under it; what comes before the first heading stands under the title."""
    found: list[tuple[str, list[Block]]] = []
    for block in blocks:
        if block.kind in ("title", "heading"):
            found.append((block.lines[0], []))
        else:
            found[-1][1].append(block)
    return [(heading, body) for heading, body in found if body]


def plain(block: Block) -> list[str]:
    """A block as lines of text, without marks."""
    return [" : ".join(row) for row in block.rows] if block.kind == "table" else list(block.lines)
