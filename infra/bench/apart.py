"""Peers from PyPI, each in an environment of its own under `.local/bench`: what they need is nobody else's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from local.settings import ROOT


def environment(name: str) -> Path:
    """The Python of the environment `name`, with what `requirements-<name>.txt` pins by version and hash."""
    folder = Path(ROOT) / ".local" / "bench" / name
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    requirements = Path(__file__).with_name(f"requirements-{name}.txt")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                    "--only-binary=:all:", "--require-hashes", "-r", requirements], check=True)
    return python
