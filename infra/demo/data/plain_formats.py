"""Renders a paper as text: txt, Markdown, HTML and CSV."""

from __future__ import annotations

import csv
import html
import io

from .markup import Block, plain


def to_txt(blocks: list[Block]) -> bytes:
    """Headings in capitals, as people write them in plain text."""
    parts = []
    for block in blocks:
        text = "\n".join(plain(block))
        parts.append(text.upper() if block.kind in ("title", "heading") else text)
    return ("\n\n".join(parts) + "\n").encode()


def to_markdown(blocks: list[Block]) -> bytes:
    """The source again, in its canonical form."""
    parts = []
    for block in blocks:
        if block.kind == "table":
            rows = [f"| {' | '.join(row)} |" for row in block.rows]
            parts.append("\n".join([rows[0], "|" + "---|" * len(block.rows[0]), *rows[1:]]))
        else:
            mark = {"title": "# ", "heading": "## ", "list": "- "}.get(block.kind, "")
            parts.append("\n".join(mark + line for line in block.lines))
    return ("\n\n".join(parts) + "\n").encode()


def to_html(blocks: list[Block]) -> bytes:
    """A small, well-formed page."""
    title = html.escape(blocks[0].lines[0])
    body = "\n".join(_element(block) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="fr">\n<head><meta charset="utf-8"><title>{title}</title>\n'
        "<style>body { font-family: sans-serif }</style></head>\n<body>\n"
        f"<main>\n{body}\n</main>\n</body>\n</html>\n"
    ).encode()


def _element(block: Block) -> str:
    lines = [html.escape(line) for line in block.lines]
    if block.kind == "list":
        return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
    if block.kind == "table":
        rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in block.rows)
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
    tag = {"title": "h1", "heading": "h2"}.get(block.kind, "p")
    return f"<{tag}>{lines[0]}</{tag}>"


def to_csv(blocks: list[Block]) -> bytes:
    """The table of the paper, separated by semicolons as a French spreadsheet saves it."""
    out = io.StringIO(newline="")
    table = next(block for block in blocks if block.kind == "table")
    csv.writer(out, delimiter=";").writerows(table.rows)
    return out.getvalue().encode()
