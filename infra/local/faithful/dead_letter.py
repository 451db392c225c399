"""The message that a Kinesis mapping sends to its on-failure queue: where the given-up records lie, not what they hold."""

import datetime
import hashlib
import json
import time
import uuid

from ministack.core.responses import get_account_id
from ministack.services import sqs


def send(mapping, func, shard_id, batch, condition, attempts):
    """Tells the mapping's on-failure queue, when it has one, that these records are given up."""
    arn = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination", "")
    queue = sqs._queue_by_arn(arn) if arn else None
    if queue is None:
        return

    def moment(seconds):
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat().replace("+00:00", "Z")

    body = json.dumps({
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": (func.get("config") or func).get("FunctionArn", ""),
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": moment(time.time()),
        "KinesisBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": batch[0]["SequenceNumber"],
            "endSequenceNumber": batch[-1]["SequenceNumber"],
            "approximateArrivalOfFirstRecord": moment(batch[0]["ApproximateArrivalTimestamp"]),
            "approximateArrivalOfLastRecord": moment(batch[-1]["ApproximateArrivalTimestamp"]),
            "batchSize": len(batch),
            "streamArn": mapping["EventSourceArn"],
        },
    })
    queue["messages"].append(_message(body, queue))


def _message(body, queue):
    now = time.time()
    return {
        "id": str(uuid.uuid4()), "body": body, "md5_body": hashlib.md5(body.encode()).hexdigest(), "md5_attrs": "",
        "receipt_handle": None, "sent_at": now, "visible_at": now + sqs.queue_delay(queue), "receive_count": 0,
        "first_receive_at": None, "message_attributes": {},
        "sys": {"SenderId": get_account_id(), "SentTimestamp": str(int(now * 1000))},
        "group_id": None, "dedup_id": None, "dedup_cache_key": None, "seq": None,
    }
