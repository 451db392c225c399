"""Stops a write at a chosen moment: an entry of the audit log waits until a test lets it go."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType

import psycopg

from demo.client import wait_for

from .stage import POOL, Stage
from .tenants import Tenant

LOCK = 7_417_003
"""Names the lock that entries wait for."""


class Gate:
    """While it is shut, no entry of one outcome goes into a tenant's log: whoever writes one waits."""

    def __init__(self, stage: Stage, tenant: Tenant, outcome: str) -> None:
        self._stage, self._tenant, self._outcome = stage, tenant, outcome
        self._crowd = ThreadPoolExecutor(8)
        self._keeper: psycopg.Connection | None = None

    def __enter__(self) -> Gate:
        with self._stage.connect(POOL) as admin:
            admin.execute(
                "CREATE OR REPLACE FUNCTION e2e_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" PERFORM pg_advisory_xact_lock_shared({LOCK}); RETURN NEW; END $$"
            )
            admin.execute("GRANT EXECUTE ON FUNCTION e2e_gate() TO PUBLIC")
            admin.execute("DROP TRIGGER IF EXISTS e2e_gate ON audit_log")
            admin.execute(
                "CREATE TRIGGER e2e_gate BEFORE INSERT ON audit_log FOR EACH ROW WHEN"
                f" (NEW.tenant_id = '{self._tenant.tenant_id}' AND NEW.outcome = '{self._outcome}')"
                " EXECUTE FUNCTION e2e_gate()"
            )
        self._keeper = self._stage.connect(POOL)
        self._keeper.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        return self

    def begin(self, send):
        """Sends a request and returns once its entry waits; the request's future answer."""
        before = self._waiting()
        sent = self._crowd.submit(send)
        wait_for(lambda: self._waiting() > before or sent.done(), "an entry that waits", 20, 0.02)
        assert not sent.done(), sent.result().text
        return sent

    def _waiting(self) -> int:
        with self._stage.connect(POOL) as admin:
            return admin.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", [LOCK]
            ).fetchone()[0]

    def open(self) -> None:
        """Lets everything through."""
        if self._keeper:
            self._keeper.close()
            self._keeper = None

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.open()
        with self._stage.connect(POOL) as admin:
            admin.execute("DROP TRIGGER IF EXISTS e2e_gate ON audit_log")
            admin.execute("DROP FUNCTION IF EXISTS e2e_gate()")
        self._crowd.shutdown(wait=True)


@contextmanager
def at_once(number: int) -> Iterator:
    """Calls something from several threads at the same moment; yields what maps arguments to results."""
    barrier = threading.Barrier(number)

    def run(call, arguments) -> list:
        def one(argument):
            barrier.wait()
            return call(argument)

        return list(crowd.map(one, arguments))

    with ThreadPoolExecutor(number) as crowd:
        yield run
