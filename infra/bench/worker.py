"""Engines from PyPI that run in the process that asks them, each in a process of its own: `tantivy_worker.py`, `qdrant_worker.py`."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from . import apart
from .runtime_api import peak_mib


class Peer:
    """One index in memory."""

    def __init__(self, process: subprocess.Popen[str], files: list[str]) -> None:
        self._process = process
        self.index_seconds: float = self._ask(files)["seconds"]

    def search(self, q: str, vector: list[float] | None = None) -> tuple[float, dict[str, Any]]:
        """Milliseconds of a search as its own process measures them, and its total."""
        answer = self._ask({"q": q, "vector": vector})
        return answer["milliseconds"], answer

    def peak_mib(self) -> float:
        """The most memory its process has had resident so far."""
        return peak_mib(self._process.pid)

    def _ask(self, asked: object) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def index(name: str, *contents: bytes) -> Iterator[Peer]:
    """An index of a CSV file of offers, and of their vectors where the worker takes some; its process ends with the block."""
    command = [apart.environment(name), Path(__file__).with_name(f"{name}_worker.py")]
    with ExitStack() as files:
        names = []
        for content in contents:
            file = files.enter_context(tempfile.NamedTemporaryFile())
            file.write(content)
            file.flush()
            names.append(file.name)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield Peer(process, names)
            finally:
                assert process.stdin
                process.stdin.close()
