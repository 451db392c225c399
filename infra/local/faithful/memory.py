"""What a crash of the cloud loses: the last half second; a little more when there is much to write.

The emulator writes its state when it is stopped properly and never before. Here a request that may have changed a service
marks it, and a thread writes marked services twice a second; everything is written every minute besides, for changes that
no request made. Objects of buckets are written by the emulator itself before it answers.
"""

import logging
import threading
import time

from ministack import app as emulator
from ministack.core.persistence import save_state
from ministack.core.router import detect_service

INTERVAL = 0.5
#: Writing takes at most one part of this many of the process's time.
SHARE = 10
EVERYTHING_EVERY = 60.0
#: Requests whose target names one of these only read.
READS = ("Get", "Describe", "List", "Query", "Scan", "BatchGet", "TransactGet")
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
            # REST APIs, their usage plans and keys are kept by a module beside the one that the registry names.
            known = emulator.SERVICE_REGISTRY.get(service, {})
            self._marked.update({known.get("module", service), *known.get("sub_modules", ())})

    def run(self):
        last_full = time.monotonic()
        took = 0.0
        while True:
            time.sleep(max(INTERVAL, took * (SHARE - 1)))
            started = time.monotonic()
            if started - last_full > EVERYTHING_EVERY:
                self._everything = True
            if self._everything:
                self._everything, last_full = False, started
                self._marked.update(emulator._state_map.values())
            # The places are taken first: those on disk must never lie ahead of the stream on disk.
            places = self._mappings.snapshot()
            self._write()
            self._mappings.save(places)
            took = time.monotonic() - started

    def _write(self):
        marked = set()
        while self._marked:
            marked.add(self._marked.pop())
        for key, read in emulator._build_persistence_save_dict().items():
            module = emulator._state_map[key]
            if module not in marked or key in SLOW_TO_WRITE:
                continue
            try:
                state = read()
            except Exception:  # it changed while it was read: the next turn has it
                self._marked.add(module)
                continue
            if state is not None:
                save_state(key, state)


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
