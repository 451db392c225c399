"""Who asks when Schemathesis asks: each operation gets the one credential that its description names."""

from __future__ import annotations

import ast
import base64
import json
import os
import threading
import time
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

import requests.adapters
import schemathesis

from demo.stack import ROOT

from .people import COOKIE, Browser
from .stage import Stage

DOCUMENT = json.loads((ROOT / "openapi.json").read_text())
FRESH, ENDED = 30.0, 0.0
"""Seconds after which somebody logs in anew: some operations end sessions, the caller's own or, by chance, anybody's."""
PATIENCE = 4
"""So many times somebody tries to log in: each wait is as long as the answer says, 4 s first and then twice as long."""
ENDING = {
    ("DELETE", "/v1/session"),
    ("DELETE", "/v1/sessions"),
    ("POST", "/v1/session/refresh"),
    ("PUT", "/v1/password"),
}
"""Operations that end the caller's own session."""

# Whoever fails to log in too often is stopped by address, and other tests come from the usual one.
_open = requests.adapters.HTTPAdapter.init_poolmanager


def _from_elsewhere(self: Any, *args: Any, **options: Any) -> None:
    _open(self, *args, **{"source_address": (os.environ["VIVIER_E2E_ADDRESS"], 0), **options})


requests.adapters.HTTPAdapter.init_poolmanager = _from_elsewhere


# Before Python 3.12 two threads that parse at once spoil each other's count of depth (https://github.com/python/cpython/issues/106905), and
# Hypothesis parses whatever it describes.
_parse, _parsing = ast.parse, threading.RLock()


def _parse_alone(*arguments: Any, **options: Any) -> ast.AST:
    with _parsing:
        return _parse(*arguments, **options)


ast.parse = _parse_alone


@cache
def stage() -> Stage:
    return Stage()


def token(who: str) -> dict[str, str]:
    """The header of a program that one of the two members runs."""
    tokens = stage().login(os.environ[f"VIVIER_E2E_{who}"], os.environ[f"VIVIER_E2E_{who}_PASSWORD"])
    return {"Authorization": f"Bearer {tokens['AccessToken']}"}


def cookie(who: str) -> dict[str, str]:
    """The headers of a browser in which one of the two members has just logged in."""
    browser = Browser(stage())
    for _ in range(PATIENCE):
        answer = browser.login(os.environ[f"VIVIER_E2E_{who}"], os.environ[f"VIVIER_E2E_{who}_PASSWORD"])
        if answer.status_code != requests.codes.too_many_requests:
            break
        # Chance gets passwords wrong from the same address, and by so much that everybody there is slowed down.
        time.sleep(float(answer.headers["Retry-After"]))
    if not browser.cookie or not browser.csrf:
        raise RuntimeError(f"a member could not log in: {answer.status_code}")
    return {"Cookie": f"{COOKIE}={browser.cookie}", "X-Vivier-CSRF": browser.csrf}


_made: dict[tuple[Callable[[str], dict[str, str]], str], tuple[float, dict[str, str]]] = {}
_lock = threading.Lock()


def recent(make: Callable[[str], dict[str, str]], ending: bool) -> dict[str, str]:
    """Headers that were made a moment ago. A colleague comes for what ends sessions, so that the manager's go on."""
    key = (make, "COLLEAGUE" if ending else "MANAGER")
    with _lock:
        at, headers = _made.get(key, (float("-inf"), {}))
        if time.monotonic() - at > (ENDED if ending else FRESH):
            headers = make(key[1])
            _made[key] = (time.monotonic(), headers)
    return headers


@schemathesis.auth(refresh_interval=None)
class Credential:
    """What an operation's `security` asks for."""

    def get(self, case: Any, context: Any) -> dict[str, str]:
        method, path = case.operation.method, case.operation.path
        options = DOCUMENT["paths"][path][method.lower()]["security"]
        wanted = {name for option in options for name in option}
        if "publishable_key" in wanted:
            return {"X-Vivier-Key": os.environ["VIVIER_E2E_KEY"]}
        if "access_token" in wanted:
            return recent(token, (method.upper(), path) in ENDING)
        # What a browser alone may do: a password is changed, a second factor begun, confirmed, removed.
        return recent(cookie, (method.upper(), path) in ENDING) if wanted else {}

    def set(self, case: Any, data: dict[str, str], context: Any) -> None:
        case.headers.update(data)


@cache
def own_ids() -> set[str]:
    """The ids of the two members who ask."""
    claims = [token(who)["Authorization"].split(".")[1] for who in ("MANAGER", "COLLEAGUE")]
    return {json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sub"] for part in claims}


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Whatever would lock the callers out, so that nothing else could be tried, is turned aside: settings that shut
    everybody out, and the two members' own suspension or removal, which chance finds in the list of members.

    So is a `#` or `?` within an id: the gateway hands the path on decoded, where it ends there and is another route's."""
    ids = case.path_parameters or {}
    for name, value in ids.items():
        if isinstance(value, str) and any(mark in value for mark in ("#", "?", "%23", "%3F", "%3f")):
            ids[name] = str(uuid.uuid4())
    if "/members/" in case.operation.path and case.operation.method.upper() != "GET" and ids.get("id") in own_ids():
        ids["id"] = str(uuid.uuid4())
    body = case.body
    if isinstance(body, dict):
        if body.get("force") is True:
            body["force"] = False
        if body.get("mfa_required") is True:
            body["mfa_required"] = False
        if isinstance(body.get("ip_ranges"), list) and all(isinstance(entry, str) for entry in body["ip_ranges"]):
            body["ip_ranges"] = []
