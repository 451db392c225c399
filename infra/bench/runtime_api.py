"""Lambda's Runtime API for one process: it hands out events, takes the answers, and times both on the wire.

What the emulator costs (gateway, authorizer, choosing a process) stays out of what is measured here.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from demo.stack import ROOT

PATIENCE = 30
"""Seconds a process may take for anything."""


def binary(function: str) -> tuple[Path, str]:
    """The function's binary and its cargo profile: the release build if there is one. Warns of an old one."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    release = target / "release" / function
    if not release.exists():
        print(f"! The debug build is measured: `cargo build --release --workspace --bin {function}` makes the other.")
        return target / "debug" / function, "debug"
    sources = [file for folder in ("shared", f"functions/{function}") for file in (ROOT / folder).rglob("src/**/*.rs")]
    if max(file.stat().st_mtime for file in sources) > release.stat().st_mtime:
        print("! Sources are newer than the release build that is measured.")
    return release, "release"


def peak_mib(pid: int) -> float:
    """The most memory a process has had resident so far."""
    return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


class Process:
    """A function's process behind a Runtime API of its own; leaving the `with` block ends it."""

    def __init__(self, program: Path, variables: dict[str, str]) -> None:
        self._events: Queue[bytes | None] = Queue()
        self._answers: Queue[tuple[float, bytes]] = Queue()
        self._pieces: list[tuple[float, bytes]] = []
        self._server = _Server(("127.0.0.1", 0), _handler(self._events, self._answers, self._pieces))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        started = time.perf_counter()
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen([program], stdout=self._log, env={
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": program.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
            "AWS_LAMBDA_LOG_GROUP_NAME": "bench",
            "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
            **variables,
        })
        # The first question for an event ends the start.
        self.init_ms = (self._next(self._answers)[0] - started) * 1000

    def __enter__(self) -> Process:
        return self

    def kill(self) -> None:
        """Ends the process as a crash does. Whoever waits for its answer is told."""
        self._process.kill()

    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._log.close()

    def handled(self) -> list[float]:
        """Milliseconds from the event in the process's memory to the answer there, of each event so far, as it logs them itself."""
        # The process writes where it stands in the same file.
        log = os.pread(self._log.fileno(), os.fstat(self._log.fileno()).st_size, 0)
        fields = (json.loads(line).get("fields", {}) for line in log.splitlines())
        return [line["milliseconds"] for line in fields if "milliseconds" in line]

    def invoke(self, event: dict[str, Any], read: bool = True) -> tuple[float, Any]:
        """Milliseconds from handing out the event to the last byte of the answer, and the answer."""
        self._events.put(json.dumps(event).encode())
        seconds, answer = self._next(self._answers)
        return seconds * 1000, json.loads(answer) if read else answer

    def stream(self, event: dict[str, Any]) -> list[tuple[float, bytes]]:
        """The pieces of an answer as they arrive, each with milliseconds from handing out the event."""
        self._pieces.clear()
        self.invoke(event, read=False)
        return [(seconds * 1000, piece) for seconds, piece in self._pieces]

    def peak_mib(self) -> float:
        """The most memory the process has had resident so far."""
        return peak_mib(self._process.pid)

    def _next(self, queue: Queue) -> Any:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            # An answer may have come just before the end.
            ended = self.ended()
            try:
                return queue.get(timeout=0 if ended else 0.05)
            except Empty:
                if ended:
                    break
        code = self._process.poll()
        self.__exit__()
        raise RuntimeError(f"the process did not go on; its exit code: {code}")


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A process that is ended breaks its connection: that is how each measurement ends, and no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler(events: Queue, answers: Queue, pieces: list[tuple[float, bytes]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer leaves at once and in one piece; otherwise Nagle's algorithm may add 40 ms to each.
        disable_nagle_algorithm, wbufsize = True, -1
        handed_out: float | None = None

        def do_GET(self) -> None:
            if Handler.handed_out is None:
                answers.put((time.perf_counter(), b""))
            event = events.get()
            if event is None:
                self.close_connection = True
                return
            # Before the sending: the process may have answered before this thread gets on.
            Handler.handed_out = time.perf_counter()
            self._send(200, event, {
                "Lambda-Runtime-Aws-Request-Id": "00000000-0000-4000-8000-000000000000",
                "Lambda-Runtime-Deadline-Ms": str(int(time.time() + PATIENCE) * 1000),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-3:000000000000:function:bench",
            })

        def do_POST(self) -> None:
            if "chunked" in self.headers.get("Transfer-Encoding", ""):
                while size := int(self.rfile.readline(), 16):
                    pieces.append((time.perf_counter() - Handler.handed_out, self.rfile.read(size)))
                    self.rfile.readline()
                while self.rfile.readline().strip():
                    """Trailers: an error of the stream would be told in them."""
                body = b"".join(piece for _, piece in pieces)
            else:
                body = self.rfile.read(int(self.headers["Content-Length"]))
            answers.put((time.perf_counter() - Handler.handed_out, body))
            self._send(202, b"", {})

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response_only(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Times are told by who asked for them."""

    return Handler
