"""A tenant that lives as long as its measurement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from demo.client import BackOffice, FrontOffice, Json, Operator, choose_password, wait_for
from demo.memory import new_password
from demo.stack import Stack


@dataclass(frozen=True)
class Tenant:
    """A scratch tenant with its people."""

    tenant_id: str
    database: str
    back: BackOffice
    front: FrontOffice
    slug: str
    operator: Operator
    bucket: str

    def widen(self) -> None:
        """Lifts the gateway's limits for the tenant."""
        limits = {"requests_per_second": 5_000, "burst": 5_000}
        self.operator.invoke("tenants", {"operation": "limit", "slug": self.slug, **limits})

    def bring(self, content: bytes, **more: str) -> Json:
        """Imports a CSV and waits for its end; its status as the API tells it. Another `source` leaves alone what the others have."""
        import_id = self.back.start_import("csv", content, **more)

        def final() -> Json | None:
            status = self.back.import_status(import_id)
            return status if status["status"] in ("succeeded", "failed", "held") else None

        status = wait_for(final, "the end of the import", timeout=900)
        if status["status"] != "succeeded" or status["counts"]["rejected"]:
            raise RuntimeError(f"the import did not go in: {status['failure']} {status['errors'][:3]}")
        return status


@contextmanager
def scratch(stack: Stack, slug: str) -> Iterator[Tenant]:
    """A new tenant, removed at the end; what an interrupted run left of it is removed first."""
    operator, email = Operator(stack), f"rh@{slug}.example"
    remove = {"operation": "delete", "slug": slug, "confirm": slug}
    operator.invoke("tenants", remove)
    try:
        made = operator.invoke("tenants", {"operation": "create", "slug": slug, "name": slug, "manager_email": email})
        password = new_password()
        choose_password(stack, email, password)
        back = BackOffice.login(stack, email, password)
        # Nothing is open to candidates before a front office has said why it handles their data.
        back.publish(settings_of(back), {})
        yield Tenant(made["tenant_id"], made["database"], back, FrontOffice(stack, made["publishable_key"]), slug, operator, made["bucket"])
    finally:
        operator.invoke("tenants", remove)


def moment(text: str) -> float:
    """An RFC 3339 time as seconds since 1970."""
    return dt.datetime.fromisoformat(text).timestamp()


def open_wide(tenant: Tenant) -> None:
    """One program asks as fast as it can, and every query is a question."""
    limits = {"per_address_hour": 1_000_000, "characters": 4_000}
    tenant.back.publish(settings_of(tenant.back), {"chat": {"offers": False, "limits": limits}})


def settings_of(back: BackOffice) -> str:
    """Where the settings of the first project are."""
    project = back.call("GET", "/v1/projects", limit=1)["projects"][0]["project_id"]
    return f"/v1/projects/{project}/settings"
