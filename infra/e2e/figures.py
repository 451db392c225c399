"""Figures that functions write in the embedded metric format, and the alarms that watch them."""

from __future__ import annotations

import json
from functools import cache

from samcli.yamlhelper import yaml_parse

from demo.client import Json
from demo.stack import ROOT

from .stage import Stage


def alarms(stage: Stage) -> list[Json]:
    """The stage's alarms of figures."""
    pages = stage.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"vivier-{stage.name}-")
    return [alarm for page in pages for alarm in page["MetricAlarms"]]


def figures(stage: Stage, function: str) -> list[Json]:
    """What a function has written, the oldest first."""
    lines = (stage.running.stack.logs / f"vivier-{stage.name}-{function}.log").read_text(errors="replace").splitlines()
    found = (line[line.index("{") :] for line in lines if '"_aws"' in line)
    return [json.loads(line) for line in found]


def goes_off(stage: Stage, name: str, function: str) -> bool:
    """Whether the last figure that a function wrote of what an alarm watches is beyond the alarm's limit, one period alone being enough. The
    alarm is read where it is written: the emulator forgets alarms when it is killed."""
    (alarm,) = [one for one in _written() if one["AlarmName"] == {"Fn::Sub": f"vivier-${{Stage}}-{name}"}]
    assert (alarm["ComparisonOperator"], alarm["EvaluationPeriods"]) == ("GreaterThanThreshold", 1), alarm
    metric = alarm["MetricName"]
    dimensions = {one["Name"]: stage.name if one["Value"] == {"Ref": "Stage"} else one["Value"] for one in alarm["Dimensions"]}
    line = [one for one in figures(stage, function) if metric in one][-1]
    (written,) = line["_aws"]["CloudWatchMetrics"]
    assert written["Namespace"] == alarm["Namespace"] and metric in [one["Name"] for one in written["Metrics"]]
    assert sorted(dimensions) in [sorted(names) for names in written["Dimensions"]] and dimensions.items() <= line.items()
    return line[metric] > alarm["Threshold"]


@cache
def _written() -> list[Json]:
    resources = yaml_parse((ROOT / "infra" / "monitoring.yaml").read_text())["Resources"].values()
    return [one["Properties"] for one in resources if one["Type"] == "AWS::CloudWatch::Alarm" and "MetricName" in one["Properties"]]
