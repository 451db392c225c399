"""Breaches of personal data, as operators record them."""

from __future__ import annotations

import random
import time
import uuid
from typing import Any

from demo.client import Operator

from .tenants import Tenant

NATURES = ["confidentiality", "integrity"]


def version_7() -> str:
    """A UUID whose time is now: breaches sort by it."""
    return str(uuid.UUID(int=(int(time.time() * 1000) << 80) | (7 << 76) | (2 << 62) | random.getrandbits(62)))


def stamp(hours: float = 0) -> str:
    """A moment so many hours from now."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * 3600))


def words(about: str) -> dict[str, str]:
    return {"fr": f"{about}, en français.", "en": f"{about}, in English."}


def command(operator: Operator, operation: str, breach: str | None = None, **more: Any) -> dict[str, Any]:
    named = {"breach": breach} if breach else {}
    return operator.invoke("breaches", {"operation": operation, **named, **more})


def facts(**changes: Any) -> dict[str, Any]:
    """What is known of a breach at first."""
    return {
        "id": version_7(),
        "aware_at": stamp(-1),
        "natures": NATURES,
        "what": words("Une copie lisible / A readable copy"),
        "places": ["silo/alerts", "conversations"],
        "measures": words("Copie fermée / Copy closed"),
        "contact": "Vivier, protection des données, +33 1 00 00 00 00",
        **changes,
    }


def recorded(operator: Operator, **changes: Any) -> str:
    """A new breach; its id."""
    return command(operator, "record", **facts(**changes))["id"]


def affecting(operator: Operator, *tenants: Tenant, **changes: Any) -> str:
    """A new breach that concerns tenants."""
    breach = recorded(operator, **changes)
    done = command(operator, "affect", breach, tenants=[tenant.slug for tenant in tenants])
    assert done["affected"] == len(tenants) and done["left"] == 0, done
    return breach


def case(operator: Operator, breach: str, tenant: Tenant) -> dict[str, Any]:
    """How a breach stands with a tenant."""
    return next(one for one in command(operator, "show", breach)["cases"] if one["tenant_id"] == tenant.tenant_id)
