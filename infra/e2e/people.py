"""People at work: a browser that holds the session cookie, the mail and the telephone they read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any

import requests

from demo.client import wait_for

from .api import FromAddress, somewhere
from .stage import Stage

COOKIE = "__Host-vivier"
SAFE = ("GET", "HEAD", "OPTIONS")


class Browser:
    """Requests with the session's cookie, and its CSRF token on every write. It keeps what the service sets.

    Each is somewhere else unless a test says where: failed logins are counted by address."""

    def __init__(self, stage: Stage, address: str | None = None) -> None:
        self.base = stage.stack.api_url
        self.session = requests.Session()
        self.address = address or somewhere()
        self.session.mount("http://", FromAddress(self.address))
        self.cookie: str | None = None
        self.csrf: str | None = None
        self.set_cookie = ""

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> requests.Response:
        """One request as a page of the back office sends it; `headers` replace what the browser would send."""
        sent = {}
        if self.cookie:
            sent["Cookie"] = f"{COOKIE}={self.cookie}"
            if method not in SAFE and self.csrf:
                sent["X-Vivier-CSRF"] = self.csrf
        sent |= headers or {}
        # `requests` would not send a Secure cookie to a plain address, and a test must see what is sent.
        self.session.cookies.clear()
        answer = self.session.request(
            method, self.base + path, headers=sent, timeout=60, allow_redirects=False, **options
        )
        self.set_cookie = answer.headers.get("Set-Cookie", "")
        found = re.search(rf"{COOKIE}=([^;]*)", self.set_cookie)
        if found:
            self.cookie = found.group(1) or None
        if answer.ok and answer.content and answer.headers.get("Content-Type", "").startswith("application/json"):
            content = answer.json()
            self.csrf = content.get("csrf", self.csrf) if isinstance(content, dict) else self.csrf
        return answer

    def get(self, path: str, **params: Any) -> requests.Response:
        """A GET with query parameters."""
        return self.send("GET", path, params=params)

    def login(self, email: str, password: str, **headers: str) -> requests.Response:
        """The first step: either a session is open afterwards, or the answer asks for more."""
        return self.send("POST", "/v1/session", json={"email": email, "password": password}, headers=headers)

    def answer(self, challenge: dict[str, Any], **given: str) -> requests.Response:
        """The next step of a login."""
        return self.send("POST", "/v1/session/challenge", json={"challenge_id": challenge["challenge_id"], **given})

    def copy(self, stage: Stage) -> Browser:
        """Whoever has stolen the cookie and the token."""
        thief = Browser(stage)
        thief.cookie, thief.csrf = self.cookie, self.csrf
        return thief


def all_mails(stage: Stage) -> list[dict[str, Any]]:
    """Every mail that was handed over, to anybody."""
    told = requests.get(f"{stage.stack.endpoint_url}/_ministack/ses/messages", timeout=10).json()
    return [mail for account in told["messages"].values() for mail in account]


def mails(stage: Stage, address: str) -> list[dict[str, Any]]:
    """Every mail to an address, the oldest first."""
    return [mail for mail in all_mails(stage) if address in mail["To"]]


def next_mail(stage: Stage, address: str, seen: int = 0) -> dict[str, Any]:
    """The mail after the first `seen` ones."""
    found = wait_for(lambda: mails(stage, address)[seen:], f"mail number {seen + 1}", timeout=15, every=0.1)
    return found[0]


def temporary_password(mail: dict[str, Any]) -> str:
    """The password that an invitation carries."""
    found = re.search(r"(?:Mot de passe provisoire|Temporary password)\s*:\s*(\S+)", mail["BodyText"], re.IGNORECASE)
    assert found, "the invitation names no temporary password"
    return found.group(1)


def reset_token(mail: dict[str, Any]) -> str:
    """The secret of a mailed link."""
    found = re.search(r"#token=([A-Za-z0-9_-]+)", mail["BodyText"])
    assert found, "the mail holds no link"
    return found.group(1)


def texts(stage: Stage, phone: str) -> list[str]:
    """Every short message to a telephone."""
    told = requests.get(
        f"{stage.stack.endpoint_url}/_ministack/sns/sms-messages", params={"phoneNumber": phone}, timeout=10
    ).json()
    return [message["Message"] for message in told["sms_messages"].get(phone, [])]


def totp(secret: str, steps: int = 0, at: float | None = None) -> str:
    """The code an authenticator application shows (RFC 6238: SHA-1, 30 s, six digits), `steps` from now."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    moment = int((time.time() if at is None else at) // 30) + steps
    digest = hmac.new(key, struct.pack(">Q", moment), hashlib.sha1).digest()
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
