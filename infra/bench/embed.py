"""The embedder alone, without a function around it: shared/text has the measurement."""

from __future__ import annotations

import subprocess

from local.settings import MODEL

from . import examples


def run() -> None:
    """Prints what `embed_time` says. The dev profile optimises the crates that compute as release does, without LTO."""
    print("\nembed: multilingual-e5-small in this process, dev profile", flush=True)
    subprocess.run([examples.built("embed_time"), MODEL], check=True)
