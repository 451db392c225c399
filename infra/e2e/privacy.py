"""Requests of persons about their own data: asking, confirming, and having them answered now."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from demo.client import Operator, wait_for

from .people import mails
from .stage import Stage
from .tenants import Tenant

ZEROS = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")


def token(mail: dict[str, Any], purpose: str) -> str:
    """The secret of a mail's link."""
    found = re.search(rf"/privacy-requests/page#{purpose}=([A-Za-z0-9_-]+)", mail["BodyText"])
    assert found and found[0] in mail["BodyHtml"], f"the mail has no link for {purpose}"
    return found[1]


def ask(tenant: Tenant, email: str, kind: str = "erasure", **more: Any) -> Any:
    return tenant.candidate.send("POST", "/v1/privacy-requests", json={"kind": kind, "email": email, "language": "fr"} | more)


def run(operator: Operator, tenant: Tenant) -> dict[str, Any]:
    """Answers what is due for a tenant."""
    return operator.invoke("privacy", {"operation": "run", "tenant": tenant.slug})


def due(tenant: Tenant) -> None:
    """Lets whatever waits for its time be due, and whatever lease a dead run holds be over."""
    tenant.sql("UPDATE privacy_requests SET next_at = now() - interval '1 second', lease_until = NULL"
               " WHERE state IN ('received', 'partial') AND (next_at < 'infinity' OR lease_until IS NOT NULL)")


def asked(stage: Stage, operator: Operator, tenant: Tenant, email: str, kind: str = "erasure", **more: Any) -> dict[str, Any]:
    """Asks; the mail that asks to confirm."""
    before = len(mails(stage, email))
    answer = ask(tenant, email, kind, **more)
    assert answer.status_code == 202, answer.text

    def sent() -> list[dict[str, Any]]:
        run(operator, tenant)
        return mails(stage, email)[before:]

    return wait_for(sent, "the mail that asks to confirm", 30, 0.2)[0]


def confirmed(stage: Stage, operator: Operator, tenant: Tenant, email: str, kind: str = "erasure", **more: Any) -> dict[str, Any]:
    """Asks and confirms; what the page is answered."""
    secret = token(asked(stage, operator, tenant, email, kind, **more), "confirmation")
    answer = tenant.candidate.send("POST", "/v1/privacy-requests/confirmation", json={"token": secret})
    assert answer.status_code == 200, answer.text
    return answer.json()


def newest(tenant: Tenant) -> dict[str, Any]:
    """The request that came in last, as members see it."""
    found = tenant.back.call("GET", "/v1/data-requests", limit=1)["requests"][0]
    return tenant.back.call("GET", f"/v1/data-requests/{found['id']}")


def stores(request: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["store"]: one for one in request["stores"]}


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def ledger(tenant: Tenant) -> list[dict[str, Any]]:
    """The tenant's receipts, each checked by an independent implementation: hash, signature, and the chain."""
    found, after = [], 0
    while True:
        page = tenant.back.call("GET", "/v1/erasure-receipts", after=after)
        key = Ed25519PublicKey.from_public_bytes(decoded(page["public_key"]))
        found += page["receipts"]
        after = page["next_after"]
        if after is None:
            break
    previous, read = ZEROS, []
    for number, one in enumerate(found, 1):
        key.verify(decoded(one["signature"]), one["receipt"].encode())
        assert decoded(one["hash"]) == hashlib.sha256(one["receipt"].encode()).digest()
        receipt = json.loads(one["receipt"])
        assert (receipt["seq"], receipt["previous"]) == (number, previous)
        previous = one["hash"]
        read.append(receipt)
    return read
