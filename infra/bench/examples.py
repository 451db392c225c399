"""The measuring programs that stand beside the crates, in their `examples/`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from demo.stack import ROOT


def built(name: str, *, release: bool = False) -> Path:
    """The program of this name, built with the workspace's features: what one crate alone asks of its libraries would
    compile them anew."""
    profile = ["--release"] if release else []
    subprocess.run(["cargo", "build", "--quiet", *profile, "--workspace", "--example", name], cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / ("release" if release else "debug") / "examples" / name
