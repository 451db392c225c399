"""The operators' view (K8.3): what the template brings of it, what functions write for it, and `vivier status`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from demo.client import Json, wait_for
from demo.stack import ROOT
from demo.vivier import Vivier

from .figures import alarms, figures
from .stage import Stage
from .tenants import Tenant

MONITORING = (ROOT / "infra" / "monitoring.yaml").read_text()


@pytest.fixture
def on(stage: Stage) -> Iterator[str]:
    """An alarm that is on, with a figure of its own."""
    cloudwatch, name = stage.client("cloudwatch"), f"vivier-{stage.name}-tasks-failing"
    alarm = next(alarm for alarm in alarms(stage) if alarm["AlarmName"] == name)
    cloudwatch.put_metric_data(
        Namespace=alarm["Namespace"],
        MetricData=[{"MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"], "Value": 2, "Timestamp": datetime.now(UTC)}],
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    yield "tasks-failing"
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a test")


def test_the_template_brings_alarms_and_a_dashboard(stage: Stage):
    made = {alarm["AlarmName"].removeprefix(f"vivier-{stage.name}-") for alarm in alarms(stage)}
    written = set(re.findall(r'AlarmName: !Sub "vivier-\$\{Stage\}-([\w-]+)"', MONITORING))
    # The local database is no instance of RDS.
    assert made == {name for name in written if not name.startswith("database-")}
    body = stage.client("cloudwatch").get_dashboard(DashboardName=f"vivier-{stage.name}")["DashboardBody"]
    widgets = json.loads(body)["widgets"]
    assert len(widgets) >= 12 and "${" not in body


def test_status_shows_each_alarm_with_its_figure_and_its_page(stage: Stage, on: str):
    shown = Vivier.operator(stage.stack)("status")["alarms"]
    assert {one["alarm"] for one in shown} == {alarm["AlarmName"].removeprefix(f"vivier-{stage.name}-") for alarm in alarms(stage)}
    ours = next(one for one in shown if one["alarm"] == on)
    assert (ours["state"], ours["figure"], ours["limit"]) == ("ALARM", 2.0, 0.0)
    # Those that are on come first.
    states = [one["state"] == "ALARM" for one in shown]
    assert states == sorted(states, reverse=True)
    for one in shown:
        assert (ROOT / one["runbook"]).is_file(), one


def test_what_a_tenant_used_is_counted_by_its_id_alone(stage: Stage, alpha: Tenant, beta: Tenant):
    of = lambda tenant: [one for one in figures(stage, "search") if one.get("tenant") == tenant.tenant_id]  # noqa: E731
    before = len(of(alpha)), len(of(beta))
    alpha.front.search("soudeur camille@example.org")
    wait_for(lambda: len(of(alpha)) > before[0], "the figures of a request", timeout=10)
    line = of(alpha)[-1]
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["tenant", "stage"]]
    assert (line["Requests"], line["stage"]) == (1, stage.name) and line["Compute"] > 0
    assert set(line) == {"_aws", "tenant", "stage", "Requests", "Compute"}
    assert len(of(beta)) == before[1]
    # Nobody unknown makes a new value of a dimension.
    known = {one["tenant"] for one in figures(stage, "search") if "tenant" in one}
    alpha.visitor("vpk_unknown").get("/v1/offers")
    assert {one["tenant"] for one in figures(stage, "search") if "tenant" in one} == known


def test_runs_of_tasks_are_figures(stage: Stage):
    stage.tick("evaluation")
    runs = [one for one in figures(stage, "evaluation") if one.get("task") == "evaluation.tick"]
    assert runs and runs[-1]["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["task", "stage"]]
    assert {"TaskRuns", "TaskFailures", "TaskDuration"} <= set(runs[-1])
    stage.tick("tasks")
    watch = [one for one in figures(stage, "tasks") if "TasksSilent" in one]
    assert watch and {"TasksSilent", "TasksFailing", "TasksLate", "TasksAwaiting"} <= set(watch[-1])
