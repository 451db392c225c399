"""The tantivy wheel, plain, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import apart

WORKER = Path(__file__).with_name("tantivy_worker.py")


class Peer:
    """One index in memory."""

    def __init__(self, process: subprocess.Popen[str], file: str) -> None:
        self._process = process
        self.index_seconds: float = self._ask(file)["seconds"]

    def search(self, q: str) -> tuple[float, dict[str, Any]]:
        """Milliseconds of a search as its own process measures them, and its total."""
        answer = self._ask(q)
        return answer["milliseconds"], answer

    def _ask(self, line: str) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def index(content: bytes) -> Iterator[Peer]:
    """An index of a CSV file of offers; its process ends with the block."""
    command = [apart.environment("tantivy"), WORKER]
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield Peer(process, file.name)
            finally:
                assert process.stdin
                process.stdin.close()
