"""The template as CloudFormation gets it, and what Checkov finds in it."""

from __future__ import annotations

import json
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from boto3.session import Session
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = Path(__file__).resolve().parents[2]
CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
REASONS = Path(__file__).with_name("reasons.toml")

Finding = tuple[str, str]
"""A check and the resource that fails it, by its logical name."""


def translate(text: str) -> dict[str, Any]:
    """A SAM template as CloudFormation gets it, with values for the parameters that have no default."""
    template = yaml_parse(text)
    values = {"Stage": "prod", "DatabaseHost": "database.example"}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # `sam deploy` puts the place it uploaded the code to here.
            resource["Properties"]["CodeUri"] = "s3://code/zip"
    session = Session(region_name="eu-west-3")
    return Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=session).translate(template, values)


def without_bodies(template: dict[str, Any]) -> dict[str, Any]:
    """The template without what its APIs say of their paths: no check reads it, and Checkov copies it whole with every value it fills in anywhere,
    which takes minutes."""
    resources = {
        name: resource | {"Properties": {key: value for key, value in resource["Properties"].items() if key != "Body"}}
        if resource["Type"] == "AWS::ApiGateway::RestApi" else resource
        for name, resource in template["Resources"].items()
    }  # fmt: skip
    return template | {"Resources": resources}


def findings(template: dict[str, Any]) -> set[Finding]:
    """Every check of Checkov that a resource of the template fails. Fails itself when the template cannot be read."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "template.json"
        file.write_text(json.dumps(without_bodies(template), default=str))
        ran = subprocess.run(
            [CHECKOV, "--file", file, "--framework", "cloudformation", "--quiet", "--compact", "--output", "json"],
            capture_output=True, text=True, cwd=folder, check=False,
        )  # fmt: skip
    told = json.loads(ran.stdout)
    summary = told["summary"]
    if summary["parsing_errors"] or not summary["passed"]:
        raise ValueError(f"the scanner could not read the template: {summary}")
    return {(check["check_id"], check["resource"].split(".")[-1]) for check in told["results"]["failed_checks"]}


def reasons() -> Iterator[dict[str, Any]]:
    """The accepted findings: `check`, `resources` (or `"all"`), `reason`."""
    yield from tomllib.loads(REASONS.read_text())["accepted"]


def unexplained(found: set[Finding], accepted: list[dict[str, Any]]) -> tuple[set[Finding], list[str]]:
    """Findings without a reason, and reasons that explain nothing any more."""
    left, idle = set(found), []
    for entry in accepted:
        names = entry["resources"]
        explained = {f for f in found if f[0] == entry["check"] and (names == "all" or f[1] in names)}
        left -= explained
        gone = [] if names == "all" else [name for name in names if (entry["check"], name) not in found]
        if not explained or gone:
            idle.append(f"{entry['check']}: {', '.join(gone) or 'every resource'}")
    return left, idle
