"""`make test`: every check, in the order in which they are likeliest to fail soon, then one summary.

A failed check does not stop the next one; what needs the test stacks is skipped when they do not come up.
End-to-end tests wait more than they compute, so they run on several stacks side by side.
"""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from local.console import step
from local.deploy import build
from local.settings import ROOT, TESTING, VENV, SetupError, Stack
from local.stack import Running

#: What a log says of a panic: the runtime's hook, and whoever catches one.
PANIC = ('"a panic"', "panicked")


@dataclass
class Result:
    """How one check ended."""

    title: str
    outcome: str
    seconds: float


def run_all(count, keep):
    """Runs everything, end-to-end tests on `count` stacks; 0 when all passed. They are stopped at the end unless `keep`."""
    stacks, results = [Running(Stack.named(name)) for name in TESTING[:count]], []
    bin_folder = VENV / "bin"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "infra"), "SAM_CLI_TELEMETRY": "0",
                   "AWS_DEFAULT_REGION": "eu-west-3", "PATH": f"{bin_folder}:{os.environ['PATH']}"}

    def check(title, command, **more):
        results.append(_timed(title, lambda: subprocess.run(
            [str(part) for part in command], cwd=ROOT, env=environment | more).returncode == 0))

    check("cargo fmt", ["cargo", "fmt", "--all", "--check"])
    check("sam validate", [bin_folder / "sam", "validate", "--lint", "--template", ROOT / "template.yaml"])
    check("cargo clippy", ["cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
    results.append(_timed("test stacks up", lambda: _up(stacks)))
    try:
        if results[-1].outcome == "passed":
            environment.update(stacks[0].environment())
            check("cargo test", ["cargo", "test", "--workspace", "--no-fail-fast"])
            pytest = [bin_folder / "python", "-m", "pytest", "-q", "--import-mode=importlib", "-p", "no:cacheprovider"]
            check("pytest", [*pytest, "--durations=25", *spread(count), *_python_tests()])
            results.append(_timed("no panic in a log", lambda: _no_panic(stacks)))
            # After all that writes logs, and on every stack: the tests' people are in none.
            for running in stacks:
                check(f"nobody in the logs of {running.stack.name}", [*pytest, ROOT / "infra" / "e2e" / "last_look.py"],
                      VIVIER_TEST_STACK_JSON=str(running.stack.outputs))
        else:
            results += [Result(title, "skipped", 0.0) for title in ("cargo test", "pytest", "no panic in a log", "nobody in the logs")]
    finally:
        if not keep:
            for running in stacks:
                running.down()
    return _summary(results, stacks)


def _up(stacks):
    try:
        for running in stacks:
            running.reset()  # from nothing, so that no test leans on what an earlier run left
        with step("Building the functions"):
            build()
        with ThreadPoolExecutor(len(stacks)) as beside:
            list(beside.map(Running.up, stacks))
    except SetupError as error:
        print(error, flush=True)
        return False
    return True


def spread(count):
    """One process of pytest for each stack. One that dies is not replaced: its stack may be in any state."""
    return ["-p", "local.spread", "-n", str(count), "--dist", "loadfile", "--no-loadscope-reorder", "--max-worker-restart", "0"]


def _no_panic(stacks):
    """Whether no function panicked, whatever it answered. Names those that did."""
    told = [log for running in stacks for log in sorted(running.stack.logs.glob("vivier-*.log"))
            if any(word in log.read_text(errors="replace") for word in PANIC)]
    for log in told:
        print(f"   a panic: {log}")
    return not told


def _python_tests():
    return sorted(folder for folder in (ROOT / "infra").glob("*") if folder.name == "e2e" or (folder / "tests").is_dir())


def _timed(title, check):
    print(f"\n== {title}", flush=True)
    started = time.monotonic()
    passed = check()
    result = Result(title, "passed" if passed else "FAILED", time.monotonic() - started)
    print(f"   {result.outcome} after {result.seconds:.0f} s", flush=True)
    return result


def _summary(results, stacks):
    print("\n== Summary")
    for result in results:
        print(f"   {result.outcome:8} {result.seconds:6.0f} s  {result.title}")
    failed = sum(result.outcome != "passed" for result in results)
    if failed:
        print(f"   The functions' logs are in {', '.join(str(running.stack.logs) for running in stacks)}")
    print(f"\nchecks: {len(results) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0
