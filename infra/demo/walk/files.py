"""Sample data as files, for commands that take files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def on_disk(files: Iterable[tuple[str, bytes]]) -> Iterator[list[Path]]:
    """The files by their names in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="vivier-demo-") as folder:
        paths = []
        for name, content in files:
            path = Path(folder) / name
            path.write_bytes(content)
            paths.append(path)
        yield paths
