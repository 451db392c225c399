"""Tests spread over stacks: each process has its own, and nothing that did not run passes for having run."""

import os
import subprocess
import sys

import pytest

from local.checks import spread
from local.settings import ROOT, TESTING, Stack

TELLS = """
import os, time

def test_first():
    with open({told!r}, "a") as file:
        print(os.environ["VIVIER_TEST_STACK_JSON"], file=file)
    time.sleep(0.2)  # long enough for the other process to begin

def test_second():
    pass

def test_third():
    {third}
"""
DIES = "os._exit(0)"
LOST = """
import os

def pytest_sessionfinish(session):
    if hasattr(session.config, "workerinput"):
        os._exit(0)
"""


@pytest.fixture
def run(tmp_path):
    def ran(third="pass", conftest=""):
        for name in ("test_one.py", "test_two.py"):
            (tmp_path / name).write_text(TELLS.format(told=str(tmp_path / "told"), third=third if name == "test_two.py" else "pass"))
        (tmp_path / "conftest.py").write_text(conftest)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *spread(2), str(tmp_path)], cwd=tmp_path,
            env=inherited | {"PYTHONPATH": str(ROOT / "infra")}, capture_output=True, text=True, timeout=120, check=False)

    return ran


class TestSpread:
    def test_each_process_has_a_stack_of_its_own(self, run, tmp_path):
        ended = run()
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert "6 of 6 tests ran" in ended.stdout
        told = (tmp_path / "told").read_text().split()
        assert sorted(told) == sorted(str(Stack.named(name).outputs) for name in TESTING[:2])

    @pytest.mark.parametrize("third", ["assert False", DIES])
    def test_one_that_fails_or_ends_its_process_fails(self, run, third):
        ended = run(third)
        assert ended.returncode == 1, ended.stdout + ended.stderr
        assert "1 failed" in ended.stdout

    def test_a_process_that_is_lost_after_its_last_test_fails(self, run):
        ended = run(conftest=LOST)
        assert ended.returncode == 1, ended.stdout + ended.stderr
        assert "A process of pytest was lost" in ended.stdout


class TestPorts:
    def test_stacks_of_tests_lie_beside_each_other(self, monkeypatch):
        monkeypatch.setenv("VIVIER_PORT", "5000")
        monkeypatch.setenv("VIVIER_DATABASE_PORT", "6000")
        ports = [(stack.port, stack.database_port) for stack in map(Stack.named, TESTING)]
        assert ports == [(5000, 6000), (5002, 6002), (5004, 6004)]
