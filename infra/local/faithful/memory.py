"""What a crash of the cloud loses: at most the last half second.

The emulator writes its state when it is stopped properly and never before. Here a request that may have changed a service
marks it, and a thread writes marked services twice a second; everything is written every minute besides, for changes that
no request made. Objects of buckets are written by the emulator itself before it answers.
"""

import logging
import threading
import time

from ministack import app as emulator
from ministack.core.persistence import save_all
from ministack.core.router import detect_service

INTERVAL = 0.5
EVERYTHING_EVERY = 60.0
#: Requests whose target names one of these only read.
READS = ("Get", "Describe", "List", "Query", "Scan", "BatchGet", "TransactGet", "Batch_Get")
#: A deployment changes everything.
EVERYTHING = "cloudformation"
#: Written by the emulator when it stops; not worth it in between.
SLOW_TO_WRITE = frozenset({"cloudwatch_logs", "cloudwatch"})


class Memory:
    """Marks services and writes them."""

    def __init__(self, mappings):
        self._mappings = mappings
        self._marked = set()
        self._everything = False

    def mark(self, method, path, headers, query):
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        if method in ("GET", "HEAD", "OPTIONS") or operation.startswith(READS):
            return
        service = detect_service(method, path, headers, query)
        if service == EVERYTHING:
            self._everything = True
        elif service != "lambda" or not path.endswith("/invocations"):
            self._marked.add(emulator.SERVICE_REGISTRY.get(service, {}).get("module", service))

    def run(self):
        last_full = time.monotonic()
        while True:
            time.sleep(INTERVAL)
            try:
                # The places are taken first: those on disk must never lie ahead of the stream on disk.
                places = self._mappings.snapshot()
                full = self._everything or time.monotonic() - last_full > EVERYTHING_EVERY
                marked, self._marked = self._marked, set()
                if full:
                    self._everything, last_full = False, time.monotonic()
                savers = emulator._build_persistence_save_dict()
                save_all({key: saver for key, saver in savers.items()
                          if key not in SLOW_TO_WRITE and (full or emulator._state_map[key] in marked)})
                self._mappings.save(places)
            except Exception:  # the next turn writes what this one could not
                logging.getLogger("memory").exception("state was not written")
                self._everything = True


def install(serve, mappings):
    """The application `serve` with its requests watched; starts the writing thread."""
    memory = Memory(mappings)
    logging.getLogger("persistence").setLevel(logging.WARNING)

    async def watched(scope, receive, send):
        await serve(scope, receive, send)
        if scope["type"] == "http":
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
            memory.mark(scope["method"], scope["path"], headers, {})

    threading.Thread(target=memory.run, name="memory", daemon=True).start()
    return watched
