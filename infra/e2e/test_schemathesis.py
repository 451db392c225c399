"""Schemathesis over the API's own description: every operation, with data that fits it and data that does not."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.stack import ROOT

from .api import somewhere
from .stage import Stage
from .tenants import Tenant

DOCUMENT = ROOT / "openapi.json"
CONFIG = Path(__file__).with_name("schemathesis.toml")
SEEDS = (1, 20, 300)
EXAMPLES = "5"
"""Of each operation in each phase: a run takes well under a minute."""
REFUSED = {401, 403, 429}


@pytest.fixture
def house(make_tenant, request: pytest.FixtureRequest) -> Tenant:
    """A tenant of its own for each run, since a run leaves behind whatever chance brought."""
    seed = request.node.callspec.params["seed"] if hasattr(request.node, "callspec") else "bounds"
    return make_tenant(f"chance-{seed}-e2e")


def environment(stage: Stage, house: Tenant) -> dict[str, str]:
    """What the hooks need to come in as somebody."""
    return os.environ | {
        "PYTHONPATH": str(ROOT / "infra"),
        "SCHEMATHESIS_HOOKS": "e2e.openapi_hooks",
        "VIVIER_TEST_STACK_JSON": str(stage.file),
        "VIVIER_E2E_ADDRESS": somewhere(),
        "VIVIER_E2E_KEY": house.key,
        "VIVIER_E2E_MANAGER": house.email,
        "VIVIER_E2E_MANAGER_PASSWORD": house.password,
        "VIVIER_E2E_COLLEAGUE": house.colleague.email,
        "VIVIER_E2E_COLLEAGUE_PASSWORD": house.colleague.password,
    }


def run(stage: Stage, house: Tenant, folder: Path, seed: int, phases: str) -> dict[str, set[int]]:
    """One run. It fails with the first failures; the statuses that each operation was answered with."""
    har = folder / "requests.har"
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", CONFIG, "--no-color",
        "run", DOCUMENT, "--url", stage.stack.api_url, "--workers", "2", "--seed", seed,
        "--phases", phases, "--max-examples", EXAMPLES, "--report-har-path", har,
    ]  # fmt: skip
    ran = subprocess.run(
        [str(part) for part in command], env=environment(stage, house), cwd=folder, capture_output=True, text=True,
        timeout=600, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-5_000:]
    return statuses(stage, json.loads(har.read_text()))


def operations() -> list[tuple[str, re.Pattern[str], str]]:
    """Method, the form of the path, and name of each operation. A path without parameters goes before one with them."""
    paths = json.loads(DOCUMENT.read_text())["paths"]
    return [
        (method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]*", re.escape(path)) + "$"), operation["operationId"])
        for path in sorted(paths, key=lambda path: path.count("{"))
        for method, operation in paths[path].items()
    ]


def statuses(stage: Stage, har: dict) -> dict[str, set[int]]:
    """What each operation was answered."""
    known, base = operations(), urlsplit(stage.stack.api_url).path
    told: dict[str, set[int]] = {name: set() for *_, name in known}
    for entry in har["log"]["entries"]:
        asked = entry["request"]
        path = urlsplit(asked["url"]).path.removeprefix(base)
        for method, form, name in known:
            if asked["method"].upper() == method and form.match(path):
                told[name].add(entry["response"]["status"])
                break
    return told


class TestDescription:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_holds_for_whatever_chance_sends(self, stage: Stage, house: Tenant, tmp_path: Path, seed: int):
        told = run(stage, house, tmp_path, seed, "examples,fuzzing,stateful")
        # A run in which everybody was turned away at the door would have shown nothing.
        assert told and not {name: seen for name, seen in told.items() if not seen - REFUSED}

    def test_holds_at_the_bounds_of_every_parameter(self, stage: Stage, house: Tenant, tmp_path: Path):
        told = run(stage, house, tmp_path, 0, "coverage")
        assert told and all(told.values()), "every operation was asked"
