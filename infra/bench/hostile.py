"""What hostile and broken files do to the reader: how each ends, how long it takes, how much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from local.deploy import pdfium
from local.settings import ROOT

from . import examples
from .figures import table

SECONDS, MEBIBYTES = 10, 512


def run(folder: Path) -> None:
    """Reads each file that the folder's EXPECTED.json names, and prints its end beside the expectation."""
    expected = json.loads((folder / "EXPECTED.json").read_text(encoding="utf-8"))
    program = examples.built("extract_folder")
    print(f"\nhostile: {len(expected)} files, at most {SECONDS} s and {MEBIBYTES} MiB each", flush=True)
    rows: list[list[object]] = [["file", "expected", "outcome", "seconds", "MiB"]]
    beyond = 0
    for name, expectation in sorted(expected.items()):
        outcome, seconds, peak = _read(program, folder / name)
        beyond += seconds > SECONDS or peak > MEBIBYTES
        rows.append([name, expectation, outcome, f"{seconds:.2f}", f"{peak:.0f}"])
    table(rows)
    print(f"{beyond} beyond the limits")
    if beyond:
        sys.exit(1)


def _read(program: Path, file: Path) -> tuple[str, float, float]:
    """Outcome, seconds by the clock, and the most memory that the program or its child had resident."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [program, file, "--json"],
        stdout=subprocess.PIPE, env={"PDFIUM_PATH": str(pdfium())}, cwd=ROOT)
    assert process.stdout
    answer = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    found = json.loads(answer)
    if "error" in found:
        outcome = found["error"]
    else:
        text = found["extracted"]
        flags = ", ".join(text["flags"])
        outcome = f"{sum(len(block['text']) for block in text['blocks'])} characters{f', {flags}' if flags else ''}"
    return outcome, seconds, usage.ru_maxrss / 1024
