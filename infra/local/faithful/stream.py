"""Kinesis event source mappings as AWS runs them.

The emulator delivers batches, but drops what `ReportBatchItemFailures` gives back, retries a failed batch for ever and
knows neither bisecting nor an on-failure destination. It also remembers a place in the stream by counting records, which
moves when old ones expire. Here the place is a sequence number, kept in a file, and the four settings count.
"""

import base64
import json
import os
import time
from dataclasses import dataclass

from ministack.core.responses import get_region
from ministack.services import kinesis, lambda_svc

from local.faithful import dead_letter

BACKOFF = 1.0


@dataclass
class Shard:
    """How far one mapping has come in one shard."""

    #: Sequence number of the last record done with; "" before the first.
    done: str = ""
    #: Failed deliveries of the batch that comes next.
    attempts: int = 0
    #: Records in the next batch at most; 0 means the mapping's own batch size. Bisecting halves it.
    limit: int = 0
    not_before: float = 0.0


class Mappings:
    """Delivers the records of every Kinesis mapping."""

    def __init__(self, file):
        self._file = file
        self._shards = {}
        self._saved = None
        if os.path.exists(file):
            with open(file, encoding="utf-8") as content:
                self._shards = {key: Shard(done=done) for key, done in json.load(content).items()}

    def snapshot(self):
        """The places as they are now. Taken before the streams are saved: a place never lies ahead of its stream."""
        return {key: shard.done for key, shard in list(self._shards.items())}

    def save(self, snapshot):
        if snapshot != self._saved:
            with open(self._file + ".part", "w", encoding="utf-8") as content:
                json.dump(snapshot, content)
            os.replace(self._file + ".part", self._file)
            self._saved = snapshot

    def poll(self):
        """One pass over all mappings; True when some shard moved on."""
        moved = False
        for account, region, mapping in lambda_svc._iter_all_esms():
            stream_account, stream_region, stream_name = _stream(mapping)
            if stream_name is None or not mapping.get("Enabled", True):
                continue
            stream = kinesis._streams.get_scoped(stream_account, stream_region, stream_name)
            func = _in_scope(account, region, _target, mapping)
            if stream and func is not None and stream["StreamStatus"] == "ACTIVE":
                for shard_id, content in list(stream["shards"].items()):
                    moved |= bool(_in_scope(account, region, self._deliver, mapping, func, shard_id, content["records"]))
        return moved

    def _deliver(self, mapping, func, shard_id, records):
        key = f"{mapping['UUID']}/{shard_id}"
        shard = self._shards.get(key)
        if shard is None:
            shard = self._shards[key] = Shard()
            if mapping.get("StartingPosition", "LATEST") == "LATEST" and records:
                shard.done = records[-1]["SequenceNumber"]
        if time.monotonic() < shard.not_before:
            return False
        size = shard.limit or mapping.get("BatchSize", 100)
        batch = _after(records, shard.done)[:size]
        if not batch:
            return False
        events = [_event(record, shard_id, mapping["EventSourceArn"], func) for record in batch]
        events = lambda_svc._apply_filter_criteria(events, mapping)
        result = lambda_svc._execute_function(func, {"Records": events}) if events else {}
        failed = _first_failure(mapping, result, batch)
        if failed is None:
            shard.done, shard.attempts, shard.limit = batch[-1]["SequenceNumber"], 0, 0
            return True
        if failed > 0:
            shard.done = batch[failed - 1]["SequenceNumber"]
        self._retry(mapping, func, shard_id, shard, batch[failed:], failed)
        return failed > 0

    def _retry(self, mapping, func, shard_id, shard, remaining, done):
        """`remaining` of a batch whose first `done` records succeeded is to come again, unless its retries are used up."""
        shard.attempts = 1 if done else shard.attempts + 1
        retries = mapping.get("MaximumRetryAttempts", -1)
        age = mapping.get("MaximumRecordAgeInSeconds", -1)
        too_old = age > 0 and time.time() - remaining[0]["ApproximateArrivalTimestamp"] > age
        if too_old or 0 <= retries < shard.attempts:
            condition = "RecordAgeExceeded" if too_old else "RetryAttemptsExhausted"
            dead_letter.send(mapping, func, shard_id, remaining, condition, shard.attempts)
            shard.done, shard.attempts, shard.limit = remaining[-1]["SequenceNumber"], 0, 0
            return
        if mapping.get("BisectBatchOnFunctionError") and len(remaining) > 1 and not done:
            # Each half is a new batch with retries of its own.
            shard.limit, shard.attempts = (len(remaining) + 1) // 2, 0
        shard.not_before = time.monotonic() + BACKOFF


def _stream(mapping):
    """(account, region, name) of the Kinesis stream that a mapping reads; name None when it reads something else."""
    parts = mapping.get("EventSourceArn", "").split(":", 5)
    if len(parts) != 6 or parts[2] != "kinesis" or not parts[5].startswith("stream/"):
        return None, None, None
    return parts[4], parts[3], parts[5].removeprefix("stream/")


def _target(mapping):
    func, _config = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    return func


def _in_scope(account, region, call, *arguments):
    account_token = lambda_svc._request_account_id.set(account)
    region_token = lambda_svc._request_region.set(region)
    try:
        return call(*arguments)
    finally:
        lambda_svc._request_account_id.reset(account_token)
        lambda_svc._request_region.reset(region_token)


def _after(records, done):
    """The records behind the sequence number `done`; they lie in order, newest last."""
    if not done:
        return list(records)
    place = len(records)
    while place and int(records[place - 1]["SequenceNumber"]) > int(done):
        place -= 1
    return records[place:]


def _event(record, shard_id, stream_arn, func):
    data = record["Data"]
    if isinstance(data, str):  # the emulator keeps what came as JSON in base64 already
        try:
            base64.b64decode(data, validate=True)
        except ValueError:
            data = data.encode()
    if isinstance(data, bytes):
        data = base64.b64encode(data).decode()
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record["PartitionKey"],
            "sequenceNumber": record["SequenceNumber"],
            "data": data,
            "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"],
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard_id}:{record['SequenceNumber']}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": (func.get("config") or func).get("Role", ""),
        "awsRegion": get_region(),
        "eventSourceARN": stream_arn,
    }


def _first_failure(mapping, result, batch):
    """Where in the batch the retry begins; None when all of it is done."""
    if result.get("error") or result.get("throttle"):
        return 0
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
        return None
    body = result.get("body")
    failures = body.get("batchItemFailures") if isinstance(body, dict) else None
    if not failures:
        return None
    numbers = [record["SequenceNumber"] for record in batch]
    try:
        return min(numbers.index(failure["itemIdentifier"]) for failure in failures)
    except (KeyError, TypeError, ValueError):
        return 0  # as AWS does with an identifier it did not send: the whole batch failed


def install(file):
    mappings = Mappings(file)
    lambda_svc._poll_kinesis = mappings.poll
    return mappings
