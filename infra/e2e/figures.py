"""Figures that functions write in the embedded metric format, and the alarms that watch them."""

from __future__ import annotations

import json

from demo.client import Json

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
    """Whether the last figure that a function wrote of what an alarm watches is beyond the alarm's limit, one period alone being enough."""
    (alarm,) = [one for one in alarms(stage) if one["AlarmName"] == f"vivier-{stage.name}-{name}"]
    assert (alarm["ComparisonOperator"], alarm["EvaluationPeriods"]) == ("GreaterThanThreshold", 1), alarm
    metric, dimensions = alarm["MetricName"], {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
    line = [one for one in figures(stage, function) if metric in one][-1]
    (written,) = line["_aws"]["CloudWatchMetrics"]
    assert written["Namespace"] == alarm["Namespace"] and metric in [one["Name"] for one in written["Metrics"]]
    assert sorted(dimensions) in [sorted(names) for names in written["Dimensions"]] and dimensions.items() <= line.items()
    return line[metric] > alarm["Threshold"]
