"""What long steps print: a title, the lines of what they run, the time they took."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

from local.settings import SetupError


@contextlib.contextmanager
def step(title):
    """Prints a title, and when the block ends the seconds it took."""
    print(f"== {title}", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(f"   failed after {time.monotonic() - started:.1f} s: {title}", flush=True)
        raise
    print(f"   done in {time.monotonic() - started:.1f} s", flush=True)


def run(command, what, **options):
    """Runs a command with its output shown; SetupError names `what` when it fails."""
    sys.stdout.flush()
    code = subprocess.run([str(part) for part in command], **options).returncode
    if code != 0:
        raise SetupError(f"{what} failed (`{command[0]}` ended with {code}); the lines above say why.")


def run_quietly(command, what, log, **options):
    """Runs a command with its output in the file `log`; SetupError shows the end of it when the command fails."""
    with open(log, "w", encoding="utf-8") as output:
        code = subprocess.run([str(part) for part in command], stdout=output, stderr=subprocess.STDOUT, **options).returncode
    if code != 0:
        end = "\n".join(Path(log).read_text(errors="replace").splitlines()[-40:])
        raise SetupError(f"{what} failed. The end of {log}:\n{end}")
