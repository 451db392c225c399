"""`make test`: every check, in the order in which they are likeliest to fail soon, then one summary.

A failed check does not stop the next one; what needs the test stack is skipped when it does not come up.
"""

import os
import subprocess
import time
from dataclasses import dataclass

from local.settings import ROOT, VENV, SetupError
from local.stack import Running


@dataclass
class Result:
    """How one check ended."""

    title: str
    outcome: str
    seconds: float


def run_all(stack, keep):
    """Runs everything against the stack; 0 when all passed. The stack is stopped at the end unless `keep`."""
    running, results = Running(stack), []
    bin_folder = VENV / "bin"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "infra"), "SAM_CLI_TELEMETRY": "0",
                   "AWS_DEFAULT_REGION": "eu-west-3", "PATH": f"{bin_folder}:{os.environ['PATH']}"}

    def check(title, command):
        results.append(_timed(title, lambda: subprocess.run(
            [str(part) for part in command], cwd=ROOT, env=environment).returncode == 0))

    check("cargo fmt", ["cargo", "fmt", "--all", "--check"])
    check("sam validate", [bin_folder / "sam", "validate", "--lint", "--template", ROOT / "template.yaml"])
    check("cargo clippy", ["cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
    results.append(_timed("test stack up", lambda: _up(running)))
    try:
        if results[-1].outcome == "passed":
            environment.update(running.environment())
            check("cargo test", ["cargo", "test", "--workspace", "--no-fail-fast"])
            check("pytest", [bin_folder / "python", "-m", "pytest", "-q", "--import-mode=importlib", "-p", "no:cacheprovider", "--durations=25",
                             *_python_tests()])
        else:
            results += [Result(title, "skipped", 0.0) for title in ("cargo test", "pytest")]
    finally:
        if not keep:
            running.down()
    return _summary(results, running)


def _up(running):
    try:
        running.reset()  # from nothing, so that no test leans on what an earlier run left
        running.up()
    except SetupError as error:
        print(error, flush=True)
        return False
    return True


def _python_tests():
    return sorted(folder for folder in (ROOT / "infra").glob("*") if folder.name == "e2e" or (folder / "tests").is_dir())


def _timed(title, check):
    print(f"\n== {title}", flush=True)
    started = time.monotonic()
    passed = check()
    result = Result(title, "passed" if passed else "FAILED", time.monotonic() - started)
    print(f"   {result.outcome} after {result.seconds:.0f} s", flush=True)
    return result


def _summary(results, running):
    print("\n== Summary")
    for result in results:
        print(f"   {result.outcome:8} {result.seconds:6.0f} s  {result.title}")
    failed = sum(result.outcome != "passed" for result in results)
    if failed:
        print(f"   The functions' logs are in {running.stack.logs}")
    print(f"\nchecks: {len(results) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0
