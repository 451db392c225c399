"""Partners' servers on this machine, HTTPS and SFTP, and feeds that are fetched from them."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import asyncssh

from demo.client import Json, Operator, wait_for

from .stage import Stage
from .tenants import Tenant

HOST = "127.0.0.1"
ENDED = ("unchanged", "imported", "failed")


def finished_run(tenant: Tenant, feed_id: str, run_id: str, timeout: float = 60) -> Json:
    """A run once it has ended. The schedule is fired until it has."""
    path = f"/v1/feeds/{feed_id}/runs/{run_id}"

    def final() -> Json | None:
        tenant.stage.tick("feeds")
        run = tenant.back.call("GET", path)
        return run if run["status"] in ENDED else None

    return wait_for(final, f"the end of the run {run_id}", timeout=timeout, every=0.1)


def pulled(tenant: Tenant, feed_id: str, timeout: float = 60) -> Json:
    """Has a feed fetched now; the run once it has ended."""
    run = tenant.back.call("POST", f"/v1/feeds/{feed_id}/runs")
    return finished_run(tenant, feed_id, run["run_id"], timeout)


def new_feed(tenant: Tenant, address: str, source: str, **more: Any) -> str:
    """Enters a feed that is fetched only when a test says so."""
    feed = {"source": source, "format": "csv", "address": address, "schedule": {"every": "day", "hour": 3}, "enabled": False}
    made = tenant.back.call("POST", "/v1/feeds", feed | more)
    if made["approval"] == "awaiting":
        approve(tenant, made["feed_id"])
    return made["feed_id"]


def approve(tenant: Tenant, feed_id: str) -> Json:
    """Does as an operator who lets a feed's schedule hold."""
    seen = tenant.back.call("GET", f"/v1/tasks/{feed_id}")["revision"]
    decision = {"operation": "approve", "tenant": tenant.slug, "task": feed_id, "revision": seen}
    return Operator(tenant.stage.stack).invoke("tasks", decision)


def known(stage: Stage) -> Path:
    """The folder of a certificate by this machine's own authority, which the local cloud's functions trust."""
    return Path(stage.told["database"]["tls_ca"]).parent


@dataclass
class Answer:
    """What a partner's web server says of one path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    authorization: str | None = None
    """What a request has to carry; nothing where it is `None`."""
    part: int = 0
    """Bytes after which the server falls silent; 0 for never."""
    released: threading.Event = field(default_factory=threading.Event)
    """Lets a silent server go on."""

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


class Partner:
    """A partner's web server: TLS with the certificate in a folder, conditional requests, compression, and bad manners."""

    def __init__(self, certificate: Path, host: str = HOST) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate / "server.pem", certificate / "server.key")
        partner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:  # noqa: N802 - as the library calls it
                partner.answer(self)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def finish_request(self, request: socket.socket, address: Any) -> None:
                # Here, not at accepting: one that does not speak TLS holds up nobody else.
                request.settimeout(60)
                with tls.wrap_socket(request, server_side=True) as secured:
                    super().finish_request(secured, address)

            def handle_error(self, *_: Any) -> None:
                pass

        self.server = Server((host, 0), Handler)
        self.origin = f"https://{host}:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        for answer in self.answers.values():
            answer.released.set()
        self.server.shutdown()
        self.server.server_close()

    def put(self, path: str, body: bytes = b"", **more: Any) -> str:
        """Puts something at a path; its address."""
        self.answers[path] = Answer(body, **more)
        return self.origin + path

    def requests(self, path: str) -> list[dict[str, str]]:
        """The headers of each request for a path."""
        return [headers for asked, headers in self.asked if asked == path]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((request.path, headers))
        answer = self.answers.get(request.path, Answer(status=404))
        if answer.authorization not in (None, headers.get("authorization")):
            return self._send(request, Answer(status=401), b"")
        if answer.status == 200 and headers.get("if-none-match") == answer.etag:
            return self._send(request, Answer(status=304), b"")
        body, given = answer.body, dict(answer.headers)
        if answer.status == 200:
            given.setdefault("ETag", answer.etag)
        if given.get("Content-Encoding") == "gzip":
            body = gzip.compress(body)
        return self._send(request, answer, body, given)

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, answer: Answer, body: bytes, headers: dict[str, str] | None = None) -> None:
        request.send_response(answer.status)
        for name, value in (headers or {}).items():
            if value:
                request.send_header(name, value)
        if "Content-Length" not in (headers or {}):
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if answer.part:
            request.wfile.write(body[: answer.part])
            request.wfile.flush()
            answer.released.wait(120)
            body = body[answer.part :]
        request.wfile.write(body)


class FileServer:
    """A partner's SFTP server: one user, by password or key; its files in a folder."""

    USER, PASSWORD = "vivier", "sésame ouvre-toi"

    def __init__(self, folder: Path, algorithm: str = "ssh-ed25519") -> None:
        self.folder = folder
        self.host_key = asyncssh.generate_private_key(algorithm)
        self.user_key = asyncssh.generate_private_key(algorithm)
        self.logins: list[str] = []
        self.read = 0
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self._serve, args=(ready,), daemon=True).start()
        assert ready.wait(10)

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` writes it."""
        return self.host_key.get_fingerprint("sha256")

    def credentials(self, kind: str = "password") -> Json:
        """What opens it."""
        if kind == "password":
            return {"kind": kind, "username": self.USER, "password": self.PASSWORD}
        return {"kind": kind, "username": self.USER, "private_key": self.user_key.export_private_key("openssh").decode()}

    def put(self, name: str, content: bytes, changed: float | None = None) -> str:
        """Puts a file there; its address."""
        file = self.folder / name
        file.write_bytes(content)
        if changed:
            os.utime(file, (changed, changed))
        return f"sftp://{HOST}:{self.port}/{name}"

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        outer = self

        class Login(asyncssh.SSHServer):
            def begin_auth(self, username: str) -> bool:
                outer.logins.append(username)
                return True

            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return (username, password) == (outer.USER, outer.PASSWORD)

            def public_key_auth_supported(self) -> bool:
                return True

            def validate_public_key(self, username: str, key: Any) -> bool:
                return username == outer.USER and key == outer.user_key.convert_to_public()

        class Files(asyncssh.SFTPServer):
            def __init__(self, chan: Any) -> None:
                super().__init__(chan, chroot=str(outer.folder))

            def read(self, file_obj: object, offset: int, size: int) -> bytes:
                outer.read += 1
                return super().read(file_obj, offset, size)

        async def listen() -> None:
            acceptor = await asyncssh.create_server(
                Login, HOST, 0, server_host_keys=[self.host_key], sftp_factory=Files
            )
            self.port = acceptor.get_port()
            ready.set()

        self._loop.run_until_complete(listen())
        self._loop.run_forever()


def basic(username: str, password: str) -> str:
    """What a request with a name and a password carries."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


@contextmanager
def silent_server() -> Iterator[int]:
    """Takes connections and says nothing; its port."""
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


def expired(tenant: Tenant) -> None:
    """Lets whatever lease a dead run holds be over."""
    tenant.sql("UPDATE feed_runs SET lease_until = now() - interval '1 second' WHERE status = 'running'")


def waited(check: Any, what: str, seconds: float = 30) -> Any:
    """Waits for something without firing a schedule."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
    return found
