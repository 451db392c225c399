"""The embedder alone, without a function around it: shared/text has the measurement."""

from __future__ import annotations

import subprocess

from demo.stack import ROOT
from local.settings import MODEL


def run() -> None:
    """Prints what `embed_time` says. The dev profile optimises the crates that compute as release does, without LTO."""
    print("\nembed: multilingual-e5-small in this process, dev profile", flush=True)
    subprocess.run(["cargo", "run", "--quiet", "-p", "vivier-text", "--example", "embed_time", "--", MODEL],
                   cwd=ROOT, check=True)
