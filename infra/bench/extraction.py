"""What of a document's words comes out, beside another extractor, format by format."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

from local.deploy import pdfium

from . import apart, examples
from .figures import table

# Runs in the peer's environment: a path a line in, its text as JSON out. It stays alive from file to file, as ours does not.
WORKER = """
import json, sys
from kreuzberg import extract_file_sync
for path in sys.stdin:
    try:
        text = extract_file_sync(path.rstrip("\\n")).content
    except Exception as error:
        text = ""
    print(json.dumps(text), flush=True)
"""
PATIENCE = 60


def run(folder: Path) -> None:
    """Prints a line for each format, and all. The folder holds `<format>/sources` and `<format>/groundtruth`."""
    cases = list(_cases(folder))
    if not cases:
        sys.exit(f"{folder} holds no <format>/groundtruth/*.md with its file in <format>/sources")
    print(f"\nextraction: word F1 on {len(cases)} files with an expected text, beside kreuzberg (PyPI)", flush=True)
    ours, theirs = _ours(folder), _Peer()
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for source, expected in cases:
        wanted = words(plain(expected.read_text(encoding="utf-8")))
        pair = f1(words(ours.get(str(source), "")), wanted), f1(words(theirs.text(source)), wanted)
        scores[source.suffix.lstrip(".")].append(pair)
        if os.environ.get("VIVIER_BENCH_FILES"):
            print(f"  {pair[0]:.3f} {pair[1]:.3f} {source.relative_to(folder)}")
    theirs.end()
    rows: list[list[object]] = [["format", "files", "vivier", "kreuzberg"]]
    for suffix, pairs in sorted(scores.items()):
        rows.append([suffix, len(pairs), *(f"{mean(side):.3f}" for side in zip(*pairs, strict=True))])
    pairs = [pair for some in scores.values() for pair in some]
    rows.append(["all files", len(pairs), *(f"{mean(side):.3f}" for side in zip(*pairs, strict=True))])
    table(rows)


def f1(found: Counter[str], wanted: Counter[str]) -> float:
    """Harmonic mean of precision and recall of two bags of words. Two empty bags are alike."""
    if not found and not wanted:
        return 1.0
    return 2 * (found & wanted).total() / (found.total() + wanted.total())


def words(text: str) -> Counter[str]:
    """Runs of letters, figures and underscores, without regard to case, as often as they occur."""
    return Counter(re.findall(r"\w+", text.lower()))


def plain(markdown: str) -> str:
    """Markdown without its marks: comments, tags, addresses of links and pictures, entities, escapes."""
    text = re.sub(r"<!--.*?-->", " ", markdown, flags=re.DOTALL)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"</?[a-zA-Z][^>\n]*>", " ", text)
    return html.unescape(text).replace("\\", "")


def rows_once(blocks: list[dict]) -> Iterator[str]:
    """The text of blocks. Rows of a table repeat its column names, so that each can be quoted alone; counted are their
    cells, and the names once, as the peer writes them."""
    names: set[str] = set()
    for block in blocks:
        if block["kind"] != "row":
            names = set()
            yield block["text"]
            continue
        cells = block["text"].split(" | ")
        told = [cell.split(": ", 1) for cell in cells]
        if names and all(len(cell) == 2 and cell[0] in names for cell in told):
            yield " | ".join(cell[1] for cell in told)
            continue
        # Some columns of a table may have no name.
        yield " | ".join(cell[-1] if len(cell) == 2 and cell[0] in names else ": ".join(cell) for cell in told)
        names = names or set(cells)


def _cases(folder: Path) -> Iterator[tuple[Path, Path]]:
    for expected in sorted(folder.glob("*/groundtruth/*.md")):
        name, sources = expected.name.removesuffix(".md"), expected.parent.parent / "sources"
        for source in (sources / name, sources / f"{name}{'.' + sources.parent.name}"):
            if source.is_file():
                yield source, expected
                break


def _ours(folder: Path) -> dict[str, str]:
    """By file. Each is read in a child process of its own, with the limits of operation."""
    command = [examples.built("extract_folder"), folder, "--json"]
    started = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True,
                          env={**os.environ, "PDFIUM_PATH": str(pdfium())})
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    print(f"{len(found)} files read in {time.perf_counter() - started:.1f} s", flush=True)
    return {one["file"]: "\n".join(rows_once(one["extracted"]["blocks"])) for one in found if "extracted" in one}


class _Peer:
    """The other extractor, in an environment of its own."""

    def __init__(self) -> None:
        self._python = apart.environment("kreuzberg")
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen([self._python, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True)

    def text(self, source: Path) -> str:
        """A file's text; nothing where the extractor fails or breaks down on it."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{source}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self.end()
            self._process = self._start()
        return json.loads(line) if line else ""

    def end(self) -> None:
        """Stops it."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
