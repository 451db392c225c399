"""Who asks when Schemathesis asks: each operation gets the one credential that its description names."""

from __future__ import annotations

import os
import time
from functools import cache
from typing import Any

import requests.adapters
import schemathesis

from .people import COOKIE, Browser
from .stage import Stage

FRESH = 30.0
"""Seconds after which a token is asked for anew: some operations end sessions."""
ENDING = {
    ("DELETE", "/v1/session"),
    ("DELETE", "/v1/sessions"),
    ("POST", "/v1/session/refresh"),
    ("PUT", "/v1/password"),
}
"""Operations that end the caller's own session: each time somebody comes anew for them."""

# Whoever fails to log in too often is stopped by address, and other tests come from the usual one.
_open = requests.adapters.HTTPAdapter.init_poolmanager


def _from_elsewhere(self: Any, *args: Any, **options: Any) -> None:
    _open(self, *args, source_address=(os.environ["VIVIER_E2E_ADDRESS"], 0), **options)


requests.adapters.HTTPAdapter.init_poolmanager = _from_elsewhere


@cache
def stage() -> Stage:
    return Stage()


def token(who: str) -> str:
    """An access token of one of the two members."""
    return stage().login(os.environ[f"VIVIER_E2E_{who}"], os.environ[f"VIVIER_E2E_{who}_PASSWORD"])["AccessToken"]


_tokens: dict[str, tuple[float, str]] = {}


def recent(who: str) -> str:
    """A token that was made a moment ago."""
    made, found = _tokens.get(who, (0.0, ""))
    if time.monotonic() - made > FRESH:
        made, found = _tokens[who] = time.monotonic(), token(who)
    return found


def cookie(who: str) -> dict[str, str]:
    """The headers of a browser in which somebody has just logged in."""
    browser = Browser(stage())
    answer = browser.login(os.environ[f"VIVIER_E2E_{who}"], os.environ[f"VIVIER_E2E_{who}_PASSWORD"])
    if not browser.cookie or not browser.csrf:
        raise RuntimeError(f"a member could not log in: {answer.status_code}")
    return {"Cookie": f"{COOKIE}={browser.cookie}", "X-Vivier-CSRF": browser.csrf}


@schemathesis.auth(refresh_interval=None)
class Credential:
    """What an operation's `security` asks for."""

    def get(self, case: Any, context: Any) -> dict[str, str]:
        wanted = [name for option in case.operation.definition.resolved.get("security", []) for name in option]
        ending = (case.operation.method.upper(), case.operation.path) in ENDING
        who = "COLLEAGUE" if ending else "MANAGER"
        if "publishable_key" in wanted:
            return {"X-Vivier-Key": os.environ["VIVIER_E2E_KEY"]}
        if "access_token" in wanted:
            return {"Authorization": f"Bearer {token(who) if ending else recent(who)}"}
        # What a browser alone may do: a second factor is begun, confirmed, removed.
        return cookie("COLLEAGUE") if "session" in wanted else {}

    def set(self, case: Any, data: dict[str, str], context: Any) -> None:
        case.headers.update(data)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Settings that would lock the callers out, so that nothing else could be tried, are left as they are by default."""
    body = case.body
    if isinstance(body, dict):
        if body.get("force") is True:
            body["force"] = False
        if body.get("mfa_required") is True:
            body["mfa_required"] = False
        if isinstance(body.get("ip_ranges"), list) and all(isinstance(entry, str) for entry in body["ip_ranges"]):
            body["ip_ranges"] = []
