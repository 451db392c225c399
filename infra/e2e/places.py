"""Everything that a stack tells those who run it: logs, events, queues, metrics, names of files. No place here holds what is a person's."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import requests

from .stage import Stage

Place = tuple[str, bytes]


def everywhere(stage: Stage) -> Iterator[Place]:
    """Every place with what it holds, one after the other."""
    yield from log_files(stage)
    yield from log_groups(stage)
    yield from streams(stage)
    yield from queues(stage)
    yield metrics(stage)
    yield keys(stage)


def log_files(stage: Stage) -> Iterator[Place]:
    """What functions, PostgreSQL, the cloud and the deployment wrote."""
    for file in sorted(stage.running.stack.logs.glob("*.log")):
        yield file.name, file.read_bytes()


def log_groups(stage: Stage, prefix: str = "") -> Iterator[Place]:
    """The same lines as CloudWatch Logs has them, and whatever else is sent there. Metrics in the embedded format are lines too."""
    logs = stage.client("logs")
    for page in logs.get_paginator("describe_log_groups").paginate(**({"logGroupNamePrefix": prefix} if prefix else {})):
        for group in page["logGroups"]:
            name = group["logGroupName"]
            lines = (f"{event['logStreamName']} {event['message']}" for event in _events(stage, name))
            yield f"log group {name}", "\n".join(lines).encode()


def _events(stage: Stage, group: str) -> Iterator[dict]:
    """Every event of a group. The local cloud has no further pages, so each begins where the one before it ended."""
    start, full = 0, 10_000
    while True:
        events = stage.client("logs").filter_log_events(logGroupName=group, startTime=start, limit=full)["events"]
        yield from events
        if len(events) < full:
            return
        # A whole page of one millisecond would begin anew for ever.
        start = max(events[-1]["timestamp"], start + 1)


def streams(stage: Stage) -> Iterator[Place]:
    """Every record that can still be read."""
    kinesis = stage.client("kinesis")
    for name in kinesis.list_streams()["StreamNames"]:
        yield f"stream {name}", b"\n".join(
            record for shard in kinesis.list_shards(StreamName=name)["Shards"] for record in _records(stage, name, shard["ShardId"])
        )


def _records(stage: Stage, stream: str, shard: str) -> Iterator[bytes]:
    kinesis, empty = stage.client("kinesis"), 0
    place = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    while place and empty < 2:
        told = kinesis.get_records(ShardIterator=place, Limit=10_000)
        for record in told["Records"]:
            yield record["PartitionKey"].encode() + b" " + record["Data"]
        place = told.get("NextShardIterator")
        empty = 0 if told["Records"] or told.get("MillisBehindLatest") else empty + 1


def queues(stage: Stage) -> Iterator[Place]:
    """Every message, with its attributes. The local cloud shows them all and takes none: receiving would hide those of the same group."""
    told = requests.get(f"{stage.stack.endpoint_url}/_ministack/sqs/messages", timeout=30)
    assert told.status_code == 200, told.text
    for account in told.json()["messages"].values():
        for region in account.values():
            for address, messages in region.items():
                yield f"queue {address.rsplit('/', 1)[1]}", b"\n".join(map(_opened, messages))


def _opened(message: dict) -> bytes:
    """A message, and once more without the Base64 that records are kept in."""
    written = json.dumps(message, ensure_ascii=False, default=str).encode()
    try:
        return written + b"\n" + base64.b64decode(message["Body"], validate=True)
    except ValueError:
        return written


def metrics(stage: Stage) -> Place:
    """Names and dimensions of every metric, and what alarms say of themselves."""
    cloudwatch = stage.client("cloudwatch")
    named = [metric for page in cloudwatch.get_paginator("list_metrics").paginate() for metric in page["Metrics"]]
    alarms = [alarm for page in cloudwatch.get_paginator("describe_alarms").paginate() for alarm in page["MetricAlarms"]]
    return "metrics", json.dumps([named, alarms], ensure_ascii=False, default=str).encode()


def keys(stage: Stage) -> Place:
    """Names of buckets and files: events and addresses hold them."""
    s3, found = stage.client("s3"), []
    for bucket in s3.list_buckets()["Buckets"]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
            found += [f"{bucket['Name']}/{entry['Key']}" for entry in page.get("Contents", [])]
    return "keys of buckets", "\n".join(found).encode()
