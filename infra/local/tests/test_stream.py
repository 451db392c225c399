"""Kinesis mappings: what is delivered again, what is given up, and where a restart goes on."""

import pytest

pytest.importorskip("ministack")

from local.faithful import stream  # noqa: E402

MAPPING = {
    "UUID": "mapping", "EventSourceArn": "arn:aws:kinesis:eu-west-3:000000000000:stream/events", "BatchSize": 10,
    "StartingPosition": "TRIM_HORIZON", "FunctionResponseTypes": ["ReportBatchItemFailures"], "MaximumRetryAttempts": 1,
}


def record(number):
    return {"SequenceNumber": f"{number:020}", "Data": b"x", "PartitionKey": "p", "ApproximateArrivalTimestamp": 1.0}


class Consumer:
    """Stands for the function: notes each batch, answers from a list, then that all is well."""

    def __init__(self, monkeypatch, *answers):
        self.batches, self.given_up, self._answers = [], [], list(answers)
        monkeypatch.setattr(stream.lambda_svc, "_execute_function", self._invoke)
        monkeypatch.setattr(stream.dead_letter, "send", lambda _m, _f, _s, batch, condition, _n: self.given_up.append(
            ([int(entry["SequenceNumber"]) for entry in batch], condition)))
        monkeypatch.setattr(stream, "BACKOFF", 0.0)

    def _invoke(self, _func, event):
        self.batches.append([int(entry["kinesis"]["sequenceNumber"]) for entry in event["Records"]])
        return self._answers.pop(0) if self._answers else {}


def failing(*numbers):
    return {"body": {"batchItemFailures": [{"itemIdentifier": f"{number:020}"} for number in numbers]}}


def deliver(mappings, records, times, mapping=MAPPING):
    for _ in range(times):
        mappings._deliver(mapping, {"config": {}}, "shard", records)


@pytest.fixture
def mappings(tmp_path):
    return stream.Mappings(str(tmp_path / "places.json"))


class TestDelivery:
    def test_all_done_once(self, monkeypatch, mappings):
        consumer = Consumer(monkeypatch)
        deliver(mappings, [record(n) for n in range(1, 4)], 3)
        assert consumer.batches == [[1, 2, 3]]

    def test_partial_failure_goes_on_from_the_lowest(self, monkeypatch, mappings):
        consumer = Consumer(monkeypatch, failing(3, 2))
        deliver(mappings, [record(n) for n in range(1, 4)], 3)
        assert consumer.batches == [[1, 2, 3], [2, 3]]

    def test_error_repeats_the_batch(self, monkeypatch, mappings):
        consumer = Consumer(monkeypatch, {"error": True})
        deliver(mappings, [record(1), record(2)], 3)
        assert consumer.batches == [[1, 2], [1, 2]]

    def test_unknown_identifier_fails_the_batch(self, monkeypatch, mappings):
        consumer = Consumer(monkeypatch, failing(99))
        deliver(mappings, [record(1), record(2)], 2)
        assert consumer.batches == [[1, 2], [1, 2]]

    def test_exhausted_retries_give_up_and_go_on(self, monkeypatch, mappings):
        consumer = Consumer(monkeypatch, failing(1), failing(1))
        records = [record(1)]
        deliver(mappings, records, 3)
        deliver(mappings, [*records, record(2)], 1)
        assert consumer.given_up == [([1], "RetryAttemptsExhausted")]
        assert consumer.batches == [[1], [1], [2]]

    def test_bisect_halves_a_failed_batch(self, monkeypatch, mappings):
        consumer = Consumer(monkeypatch, {"error": True})
        deliver(mappings, [record(n) for n in range(1, 5)], 3, {**MAPPING, "BisectBatchOnFunctionError": True})
        assert consumer.batches == [[1, 2, 3, 4], [1, 2], [3, 4]]


class TestPlace:
    def test_latest_starts_behind_what_is_there(self, monkeypatch, mappings):
        consumer = Consumer(monkeypatch)
        mapping = {**MAPPING, "StartingPosition": "LATEST"}
        deliver(mappings, [record(1)], 1, mapping)
        deliver(mappings, [record(1), record(2)], 1, mapping)
        assert consumer.batches == [[2]]

    def test_restart_goes_on(self, monkeypatch, mappings, tmp_path):
        Consumer(monkeypatch)
        deliver(mappings, [record(1)], 1)
        mappings.save(mappings.snapshot())
        consumer = Consumer(monkeypatch)
        deliver(stream.Mappings(str(tmp_path / "places.json")), [record(1), record(2)], 1)
        assert consumer.batches == [[2]]

    def test_expired_records_do_not_move_it(self, monkeypatch, mappings):
        consumer = Consumer(monkeypatch)
        deliver(mappings, [record(1), record(2)], 1)
        deliver(mappings, [record(2), record(3)], 1)
        assert consumer.batches == [[1, 2], [3]]
