"""What is kept of a stage, how long and where (K8.2): the template says so, and leaves nothing lasting out."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest
from samcli.yamlhelper import yaml_parse

from scanner.scan import ROOT, translate

Json = dict[str, Any]
COPIES = "arn:${AWS::Partition}:backup:${BackupRegion}:${AWS::AccountId}:backup-vault:vivier-${Stage}-copies"


@pytest.fixture(scope="module")
def template() -> Json:
    return json.loads(json.dumps(translate((ROOT / "template.yaml").read_text()), default=str))


@pytest.fixture(scope="module")
def backups() -> Json:
    return json.loads(json.dumps(yaml_parse((ROOT / "infra" / "backups.yaml").read_text()), default=str))


@pytest.fixture(scope="module")
def selected(backups: Json) -> list[str]:
    """Patterns of what is backed up."""
    resources = backups["Resources"]["Selection"]["Properties"]["BackupSelection"]["Resources"]
    return [one["Fn::Sub"] if "Fn::Sub" in one else one["Fn::If"][1]["Fn::Sub"] for one in resources]


def is_selected(selected: list[str], kind: str, name: str) -> bool:
    return any(fnmatchcase(name, pattern.rpartition(kind)[2]) for pattern in selected if kind in pattern)


def test_daily_for_thirty_days_and_monthly_for_a_year_here_and_there(backups: Json):
    rules = backups["Resources"]["Plan"]["Properties"]["BackupPlan"]["BackupPlanRule"]
    kept = {rule["RuleName"]: rule["Lifecycle"]["DeleteAfterDays"] for rule in rules}
    assert kept == {"daily": 30, "monthly": 365}
    for rule in rules:
        (copied,) = rule["CopyActions"]
        assert copied == {"DestinationBackupVaultArn": {"Fn::Sub": COPIES}, "Lifecycle": rule["Lifecycle"]}
    there = yaml_parse((ROOT / "infra" / "backups-copies.yaml").read_text())
    assert there["Resources"]["Vault"]["Properties"]["BackupVaultName"] == {"Fn::Sub": COPIES.rpartition(":")[2]}


def test_every_lasting_table_is_in_them_and_the_ledger_is_not(template: Json, selected: list[str]):
    tables = [one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::DynamoDB::Table"]
    for table in tables:
        name = table["TableName"]["Fn::Sub"]
        lasts = table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled", False)
        assert is_selected(selected, ":table/", name) == lasts, name
    assert not is_selected(selected, ":table/", "vivier-${Stage}-ledger") and len(tables) > 5


def test_what_a_tenant_has_is_in_them(selected: list[str]):
    # As `shared/tenancy/src/names.rs` names them.
    assert is_selected(selected, ":table/", f"vivier-${{Stage}}-conversations-{'0' * 32}")
    assert is_selected(selected, ":s3:::", f"vivier-${{Stage}}-{'0' * 32}")
    assert any(":rds:" in one for one in selected)
