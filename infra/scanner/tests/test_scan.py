"""The template has no finding without a reason, and the test would see one."""

from __future__ import annotations

import copy

import pytest

from scanner.scan import ROOT, findings, reasons, translate, unexplained


@pytest.fixture(scope="module")
def template() -> dict:
    return translate((ROOT / "template.yaml").read_text())


def test_no_finding_without_a_reason(template: dict):
    left, idle = unexplained(findings(template), list(reasons()))
    assert not left, f"found, and infra/scanner/reasons.toml gives no reason: {sorted(left)}"
    assert not idle, f"infra/scanner/reasons.toml explains what is found no more: {idle}"


def test_a_new_finding_is_seen(template: dict):
    kept = ("EventsStream", "TenantsRole")
    worse = {"Resources": {name: copy.deepcopy(template["Resources"][name]) for name in kept}}
    del worse["Resources"]["EventsStream"]["Properties"]["StreamEncryption"]
    worse["Resources"]["TenantsRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].append(
        {"Effect": "Allow", "Action": "*", "Resource": "*"}
    )
    left, _ = unexplained(findings(worse), list(reasons()))
    assert {name for _, name in left} == set(kept)
