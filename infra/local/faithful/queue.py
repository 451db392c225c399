"""Asynchronous invocations outlive the cloud, and an EventBridge rule's are retried.

On AWS an accepted event is kept for hours and tried three times, whoever sent it. The emulator keeps it in a thread, so
that stopping the cloud loses it, and tries an EventBridge event once. Here each accepted event is a file until it has been
handled or has failed for good; files found at start are taken up again.
"""

import json
import os
import threading
import time
import uuid

from ministack.services import eventbridge, lambda_svc

#: AWS waits one minute, then two; here the same steps take seconds.
FIRST_DELAY = 4.0
DEFAULT_RETRIES = 2


class Journal:
    """The accepted events: one file each, oldest first by name."""

    def __init__(self, folder):
        self._folder = folder
        os.makedirs(folder, exist_ok=True)

    def write(self, function_arn, event):
        path = os.path.join(self._folder, f"{time.time_ns()}-{uuid.uuid4().hex}.json")
        with open(path + ".part", "w", encoding="utf-8") as file:
            json.dump({"function": function_arn, "event": event}, file)
        os.replace(path + ".part", path)
        return path

    def pending(self):
        """(path, function ARN, event) of what was accepted and not finished."""
        for name in sorted(os.listdir(self._folder)):
            if name.endswith(".json"):
                path = os.path.join(self._folder, name)
                with open(path, encoding="utf-8") as file:
                    entry = json.load(file)
                yield path, entry["function"], entry["event"]


class Queue:
    """Accepts events for functions and tries each until it succeeds or its retries are used up."""

    def __init__(self, journal):
        self._journal = journal
        self._stopping = threading.Event()

    def accept(self, func, event):
        self._begin(func, event, self._journal.write((func.get("config") or func)["FunctionArn"], event))

    def accept_for_arn(self, arn, payload):
        """EventBridge's way in: the target's ARN and the event as JSON text."""
        func = _function(arn)
        if func is not None:
            self.accept(func, json.loads(payload))

    def resume(self):
        """Takes up what an earlier run accepted and did not finish."""
        for path, arn, event in list(self._journal.pending()):
            func = _function(arn)
            if func is None:
                os.unlink(path)  # the function was deleted since
            else:
                self._begin(func, event, path)

    def stop(self):
        """From now on a failure is the cloud's own, so it is not counted: the event stays for the next run."""
        self._stopping.set()

    def _begin(self, func, event, path):
        config = func.get("config") or func
        threading.Thread(
            target=lambda_svc._run_with_function_config_scope, args=(config, self._try, func, event, path), daemon=True
        ).start()

    def _try(self, func, event, path):
        config = func.get("config") or func
        settings = func.get("event_invoke_config") or (func.get("event_invoke_configs") or {}).get("$LATEST") or {}
        retries = settings.get("MaximumRetryAttempts")
        retries = DEFAULT_RETRIES if retries is None else int(retries)
        for attempt in range(retries + 1):
            if attempt and self._stopping.wait(FIRST_DELAY * 2 ** (attempt - 1)):
                return
            result = lambda_svc._execute_function(func, event)
            if not result.get("error") and not result.get("throttle"):
                os.unlink(path)
                return
            if self._stopping.is_set():
                return
        destination = ((settings.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
        destination = destination or (config.get("DeadLetterConfig") or {}).get("TargetArn")
        if destination:
            lambda_svc._route_async_failure(destination, config["FunctionName"], event, result)
        os.unlink(path)


def _function(arn):
    func, config, _name = lambda_svc._get_func_record_for_ref(arn)
    return lambda_svc._execution_record_for_config(func, config) if func and config else None


def install(folder):
    """Returns the queue: call its `resume` once the emulator serves, its `stop` when it is to end."""
    queue = Queue(Journal(folder))
    lambda_svc.invoke_async_with_retry = queue.accept
    eventbridge._dispatch_to_lambda = queue.accept_for_arn
    return queue
