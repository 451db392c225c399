"""The mail that members read: what the local cloud's SES was given to send."""

from __future__ import annotations

import re

import requests

from .client import Json, wait_for
from .stack import Stack

# As the invitation says it, in either of its languages.
_PASSWORD = re.compile(r"^(?:Mot de passe provisoire|Temporary password)\s*:\s*(\S+)\s*$", re.MULTILINE)


def mails(stack: Stack, address: str) -> list[Json]:
    """Every mail to an address, the oldest first."""
    answer = requests.get(f"{stack.endpoint_url}/_ministack/ses/messages", timeout=10)
    answer.raise_for_status()
    everything = [mail for account in answer.json()["messages"].values() for mail in account]
    return [mail for mail in everything if address in mail["To"]]


def next_mail(stack: Stack, address: str, seen: int) -> Json:
    """The newest mail to an address beyond the first `seen` ones, once it is there."""
    return wait_for(lambda: mails(stack, address)[seen:], f"a mail to {address}", timeout=20, every=0.1)[-1]


def temporary_password(mail: Json) -> str:
    """The password that an invitation carries."""
    found = _PASSWORD.search(mail["BodyText"])
    if not found:
        raise RuntimeError(f"The mail \"{mail['Subject']}\" names no temporary password.")
    return found.group(1)
