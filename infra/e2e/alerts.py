"""Saved searches as a candidate uses them: asking, reading the mail, following its links."""

from __future__ import annotations

import re
from typing import Any

import requests

from demo.client import wait_for

from . import canaries
from .api import Api
from .people import mails
from .stage import Stage
from .tenants import Tenant, bring_offers, csv_file

TABLES = ("alerts", "alert_tokens", "alert_mails", "alert_offers")
ASKED = {"frequency": "daily", "language": "fr"}
ANYTHING = ""
"""A search that every offer matches."""


def fresh() -> str:
    """An address that no mail went to yet."""
    return canaries.address("candidat", "c")


def ask(tenant: Tenant, email: str, search: str = ANYTHING, **more: Any) -> requests.Response:
    """Asks for an alert."""
    headers = more.pop("headers", {})
    return tenant.candidate.send(
        "POST", "/v1/alerts", json=ASKED | {"email": email, "search": search} | more, headers=headers
    )


def token(mail: dict[str, Any], page: str) -> str:
    """The secret of a mail's link to a page."""
    found = re.search(rf"/alerts/page#{page}=([A-Za-z0-9_-]+)", mail["BodyText"])
    assert found, f"the mail has no link for {page}"
    assert found[0] in mail["BodyHtml"]
    return found[1]


def follow(tenant: Tenant, page: str, secret: str) -> requests.Response:
    """Does what the page of a link does."""
    return tenant.candidate.send("POST", f"/v1/alerts/{page}", json={"token": secret})


def asked(stage: Stage, tenant: Tenant, email: str, search: str = ANYTHING, **more: Any) -> dict[str, Any]:
    """Asks for an alert; the mail that asks to confirm it."""
    before = len(mails(stage, email))
    answer = ask(tenant, email, search, **more)
    assert answer.status_code == 202, answer.text
    return ticked(stage, email, before)


def ticked(stage: Stage, email: str, before: int) -> dict[str, Any]:
    """Fires the schedule until the next mail to an address is there."""
    def fired() -> list[dict[str, Any]]:
        stage.tick("alerts")
        return mails(stage, email)[before:]

    return wait_for(fired, "the next mail of an alert", timeout=30, every=0.2)[0]


def saved(stage: Stage, tenant: Tenant, search: str = ANYTHING, email: str | None = None, **more: Any) -> str:
    """The address of a new alert that was confirmed."""
    email = email or fresh()
    answer = follow(tenant, "confirmation", token(asked(stage, tenant, email, search, **more), "confirmation"))
    assert answer.status_code == 200, answer.text
    return email


def due(tenant: Tenant, *emails: str) -> None:
    """Lets the next look of some alerts be due now, and whatever lease a dead run holds be over."""
    tenant.sql(
        "UPDATE alerts SET next_at = now() - interval '1 second', lease_until = NULL WHERE email = ANY(%s)", list(emails)
    )


def looked(stage: Stage, tenant: Tenant, *emails: str) -> None:
    """Has some alerts look for offers now, and waits until they have."""
    due(tenant, *emails)

    def done() -> bool:
        stage.tick("alerts")
        waiting = "SELECT count(*) FROM alerts WHERE email = ANY(%s) AND (next_at <= now() OR lease_until > now())"
        return tenant.sql(waiting, list(emails)) == [(0,)]

    wait_for(done, "the end of the look", timeout=60, every=0.1)


def offers_mails(stage: Stage, email: str) -> list[dict[str, Any]]:
    """The mails with offers to an address, the oldest first."""
    return [mail for mail in mails(stage, email) if "/alerts/page#unsubscription=" in mail["BodyText"]]


def told(stage: Stage, tenant: Tenant, *emails: str, witness: str) -> None:
    """Has some alerts look until the witness, which matches everything, was told: then the index that was asked has the offers that came
    in last, and whoever was not told of them is not to be."""
    before = len(offers_mails(stage, witness))

    def seen() -> bool:
        looked(stage, tenant, witness)
        return len(offers_mails(stage, witness)) > before

    wait_for(seen, "the witness's mail", timeout=60, every=0.5)
    looked(stage, tenant, *emails)


def publish(stage: Stage, tenant: Tenant, rows: list[dict[str, str]]) -> None:
    """Imports a file, and waits until candidates find what it brought."""
    status = bring_offers(tenant, "csv", csv_file(rows))
    assert status["status"] == "succeeded", status
    wait_for(
        lambda: tenant.front.search(duplicates="true", limit=1)["total"] == len(rows), "the new index", timeout=30, every=0.2
    )


def one_click(mail: dict[str, Any]) -> str:
    """The path that a mail program posts to, as the headers name it."""
    headers = dict(mail["Headers"])
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<https://([^/]+)(/[^>]+)>", headers["List-Unsubscribe"])
    assert found, "no address for one click"
    return found[2]


def program(stage: Stage, tenant: Tenant) -> Api:
    """A mail program: it has no key and follows the header to the tenant's host name."""
    return Api(stage.stack.api_url, {"Host": tenant.host})


def kept(tenant: Tenant) -> dict[str, int]:
    """How many rows each table of alerts has."""
    return {table: tenant.sql(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}
