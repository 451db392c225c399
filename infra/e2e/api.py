"""Raw requests: what is sent stays exactly as a test wrote it, and any answer comes back to be looked at."""

from __future__ import annotations

import itertools
import json
import re
import secrets
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from . import canaries

NOT_FOUND = ("urn:vivier:problem:not-found", 404)
UNAUTHORIZED = ("urn:vivier:problem:unauthorized", 401)
FORBIDDEN = ("urn:vivier:problem:forbidden", 403)
TOO_MANY = ("urn:vivier:problem:too-many-requests", 429)

ROUTES: tuple[tuple[str, str, str], ...] = (
    ("front", "GET", "/v1/offers"),
    ("front", "GET", "/v1/offers/suggest"),
    ("front", "GET", "/v1/offers/{id}"),
    ("front", "GET", "/v1/places"),
    ("front", "POST", "/v1/offers/match"),
    ("front", "POST", "/v1/chat/sessions"),
    ("front", "GET", "/v1/chat/sessions/{id}"),
    ("front", "DELETE", "/v1/chat/sessions/{id}"),
    ("front", "GET", "/v1/chat/sessions/{id}/export"),
    ("front", "POST", "/v1/chat/sessions/{id}/hand-over"),
    ("front", "POST", "/v1/chat/sessions/{id}/resume-tokens"),
    ("front", "POST", "/v1/chat/sessions/resume"),
    ("front", "POST", "/v1/chat/sessions/{id}/messages"),
    ("front", "POST", "/v1/chat/sessions/{id}/messages/stream"),
    ("front", "PUT", "/v1/chat/sessions/{id}/messages/{message_id}/feedback"),
    ("front", "POST", "/v1/usage-events"),
    ("front", "POST", "/v1/privacy-requests"),
    ("front", "POST", "/v1/privacy-requests/confirmation"),
    ("front", "POST", "/v1/privacy-requests/copy"),
    ("front", "POST", "/v1/alerts"),
    ("front", "POST", "/v1/alerts/confirmation"),
    ("front", "POST", "/v1/alerts/renewal"),
    ("front", "POST", "/v1/alerts/unsubscription"),
    ("front", "POST", "/v1/alerts/unsubscription/{token}"),
    ("front", "GET", "/v1/front-office"),
    ("back", "POST", "/v1/imports"),
    ("back", "GET", "/v1/imports"),
    ("back", "GET", "/v1/imports/{id}"),
    ("back", "POST", "/v1/imports/{id}/confirmation"),
    ("back", "POST", "/v1/feeds"),
    ("back", "GET", "/v1/feeds"),
    ("back", "GET", "/v1/feeds/{id}"),
    ("back", "PATCH", "/v1/feeds/{id}"),
    ("back", "DELETE", "/v1/feeds/{id}"),
    ("back", "POST", "/v1/feeds/{id}/runs"),
    ("back", "GET", "/v1/feeds/{id}/runs"),
    ("back", "GET", "/v1/feeds/{id}/runs/{run_id}"),
    ("back", "POST", "/v1/documents"),
    ("back", "GET", "/v1/documents"),
    ("back", "GET", "/v1/documents/{id}"),
    ("back", "PATCH", "/v1/documents/{id}"),
    ("back", "DELETE", "/v1/documents/{id}"),
    ("back", "POST", "/v1/documents/{id}/versions"),
    ("back", "POST", "/v1/documents/{id}/reprocess"),
    ("back", "POST", "/v1/documents/batches"),
    ("back", "GET", "/v1/documents/batches/{id}"),
    ("back", "GET", "/v1/conversations"),
    ("back", "GET", "/v1/conversations/{id}"),
    ("back", "POST", "/v1/conversations/{id}/pause"),
    ("back", "POST", "/v1/conversations/{id}/reopen"),
    ("back", "POST", "/v1/conversations/{id}/messages"),
    ("back", "GET", "/v1/conversations/{id}/messages/{message_id}/trace"),
    ("back", "GET", "/v1/statistics/totals"),
    ("back", "GET", "/v1/statistics/series"),
    ("back", "GET", "/v1/statistics/breakdown"),
    ("back", "GET", "/v1/statistics/subjects"),
    ("back", "GET", "/v1/statistics/funnels"),
    ("back", "GET", "/v1/statistics/time-zone"),
    ("back", "PUT", "/v1/statistics/time-zone"),
    ("back", "GET", "/v1/retention/policies"),
    ("back", "PATCH", "/v1/retention/policies"),
    ("back", "GET", "/v1/retention/preview"),
    ("back", "GET", "/v1/retention/holds"),
    ("back", "POST", "/v1/retention/holds"),
    ("back", "GET", "/v1/retention/holds/{id}"),
    ("back", "PATCH", "/v1/retention/holds/{id}"),
    ("back", "DELETE", "/v1/retention/holds/{id}"),
    ("back", "GET", "/v1/retention/reports"),
    ("back", "GET", "/v1/session"),
    ("back", "POST", "/v1/session/refresh"),
    ("back", "DELETE", "/v1/session"),
    ("back", "DELETE", "/v1/sessions"),
    ("back", "PUT", "/v1/password"),
    ("back", "GET", "/v1/mfa"),
    ("back", "POST", "/v1/mfa/totp"),
    ("back", "PUT", "/v1/mfa/totp"),
    ("back", "DELETE", "/v1/mfa/totp"),
    ("back", "POST", "/v1/mfa/sms"),
    ("back", "PUT", "/v1/mfa/sms"),
    ("back", "DELETE", "/v1/mfa/sms"),
    ("back", "GET", "/v1/members"),
    ("back", "POST", "/v1/members"),
    ("back", "GET", "/v1/members/{id}"),
    ("back", "DELETE", "/v1/members/{id}"),
    ("back", "POST", "/v1/members/{id}/invitation"),
    ("back", "PUT", "/v1/members/{id}/suspension"),
    ("back", "DELETE", "/v1/members/{id}/suspension"),
    ("back", "PUT", "/v1/members/{id}/role"),
    ("back", "DELETE", "/v1/members/{id}/role"),
    ("back", "DELETE", "/v1/members/{id}/sessions"),
    ("back", "GET", "/v1/projects/{project}/members"),
    ("back", "POST", "/v1/projects/{project}/members"),
    ("back", "PUT", "/v1/projects/{project}/members/{id}"),
    ("back", "DELETE", "/v1/projects/{project}/members/{id}"),
    ("back", "GET", "/v1/roles"),
    ("back", "PUT", "/v1/roles/{id}"),
    ("back", "DELETE", "/v1/roles/{id}"),
    ("back", "GET", "/v1/projects"),
    ("back", "POST", "/v1/projects"),
    ("back", "GET", "/v1/projects/{project}"),
    ("back", "PATCH", "/v1/projects/{project}"),
    ("back", "POST", "/v1/projects/{project}/products"),
    ("back", "PATCH", "/v1/projects/{project}/products/{id}"),
    ("back", "DELETE", "/v1/projects/{project}/products/{id}"),
    ("back", "GET", "/v1/projects/{project}/settings"),
    ("back", "GET", "/v1/projects/{project}/settings/draft"),
    ("back", "PUT", "/v1/projects/{project}/settings/draft"),
    ("back", "DELETE", "/v1/projects/{project}/settings/draft"),
    ("back", "POST", "/v1/projects/{project}/settings/publication"),
    ("back", "GET", "/v1/projects/{project}/settings/versions"),
    ("back", "GET", "/v1/projects/{project}/settings/versions/{number}"),
    ("back", "POST", "/v1/projects/{project}/settings/rollback"),
    ("back", "GET", "/v1/settings"),
    ("back", "GET", "/v1/settings/draft"),
    ("back", "PUT", "/v1/settings/draft"),
    ("back", "DELETE", "/v1/settings/draft"),
    ("back", "POST", "/v1/settings/publication"),
    ("back", "GET", "/v1/settings/versions"),
    ("back", "GET", "/v1/settings/versions/{number}"),
    ("back", "POST", "/v1/settings/rollback"),
    ("back", "GET", "/v1/resume-parser"),
    ("back", "PUT", "/v1/resume-parser"),
    ("back", "DELETE", "/v1/resume-parser"),
    ("back", "GET", "/v1/projects/{project}/keys"),
    ("back", "POST", "/v1/projects/{project}/keys"),
    ("back", "PATCH", "/v1/projects/{project}/keys/{id}"),
    ("back", "DELETE", "/v1/projects/{project}/keys/{id}"),
    ("back", "POST", "/v1/projects/{project}/keys/{id}/rotation"),
    ("back", "GET", "/v1/projects/{project}/test-questions"),
    ("back", "POST", "/v1/projects/{project}/test-questions"),
    ("back", "PUT", "/v1/projects/{project}/test-questions/{id}"),
    ("back", "DELETE", "/v1/projects/{project}/test-questions/{id}"),
    ("back", "GET", "/v1/projects/{project}/test-runs"),
    ("back", "POST", "/v1/projects/{project}/test-runs"),
    ("back", "GET", "/v1/projects/{project}/test-runs/{id}"),
    ("back", "GET", "/v1/projects/{project}/statistics/totals"),
    ("back", "GET", "/v1/projects/{project}/statistics/series"),
    ("back", "GET", "/v1/projects/{project}/statistics/breakdown"),
    ("back", "GET", "/v1/projects/{project}/statistics/subjects"),
    ("back", "GET", "/v1/projects/{project}/statistics/funnels"),
    ("back", "GET", "/v1/projects/{project}/search-queries"),
    ("back", "GET", "/v1/projects/{project}/search-experiments"),
    ("back", "GET", "/v1/projects/{project}/search-tests"),
    ("back", "PUT", "/v1/projects/{project}/search-tests"),
    ("back", "GET", "/v1/projects/{project}/synonym-proposals"),
    ("back", "POST", "/v1/projects/{project}/synonym-proposals/effect"),
    ("back", "POST", "/v1/projects/{project}/synonym-proposals/acceptance"),
    ("back", "POST", "/v1/projects/{project}/synonym-proposals/refusal"),
    ("back", "GET", "/v1/reports"),
    ("back", "POST", "/v1/reports"),
    ("back", "GET", "/v1/reports/{id}"),
    ("back", "PATCH", "/v1/reports/{id}"),
    ("back", "DELETE", "/v1/reports/{id}"),
    ("back", "GET", "/v1/reports/{id}/data"),
    ("back", "GET", "/v1/reports/{id}/runs"),
    ("back", "POST", "/v1/reports/{id}/runs"),
    ("back", "GET", "/v1/reports/{id}/runs/{run_id}"),
    ("back", "GET", "/v1/projects/{project}/reports"),
    ("back", "GET", "/v1/projects/{project}/reports/{id}/data"),
    ("back", "GET", "/v1/projects/{project}/reports/{id}/runs"),
    ("back", "POST", "/v1/projects/{project}/reports/{id}/runs"),
    ("back", "GET", "/v1/projects/{project}/reports/{id}/runs/{run_id}"),
    ("back", "GET", "/v1/data-requests"),
    ("back", "POST", "/v1/data-requests"),
    ("back", "GET", "/v1/data-requests/{id}"),
    ("back", "POST", "/v1/data-requests/{id}/completion"),
    ("back", "GET", "/v1/erasure-receipts"),
    ("back", "GET", "/v1/breaches"),
    ("back", "GET", "/v1/breaches/{id}"),
    ("back", "POST", "/v1/breaches/{id}/decision"),
    ("back", "GET", "/v1/breaches/{id}/notification"),
    ("back", "GET", "/v1/departure"),
    ("back", "POST", "/v1/departure/download"),
    ("back", "POST", "/v1/departure/acknowledgement"),
    ("back", "GET", "/v1/sub-processors"),
    ("back", "GET", "/v1/tasks"),
    ("back", "GET", "/v1/tasks/{id}"),
    ("back", "POST", "/v1/tasks/{id}/runs"),
    ("back", "GET", "/v1/audit"),
    ("back", "GET", "/v1/audit/export"),
    ("public", "POST", "/v1/session"),
    ("public", "POST", "/v1/session/challenge"),
    ("public", "POST", "/v1/password/forgotten"),
    ("public", "POST", "/v1/password/reset"),
    ("public", "GET", "/v1/openapi.json"),
    ("public", "GET", "/v1/alerts/page"),
    ("public", "GET", "/v1/privacy-requests/page"),
)
"""Office, method and path of every route of template.yaml; a test compares. A public one asks nobody who they are."""

SOME_ID = "01920000-0000-7000-8000-000000000001"
"""An id that nothing ever had."""
NEVER = {"id": SOME_ID, "message_id": SOME_ID, "run_id": SOME_ID, "project": SOME_ID, "number": "4000000000", "token": "A" * 43}
"""A value for each parameter of a path that nothing ever had."""

# Whoever sends requests imports this: what is typed is written down, and every refusal looked at as it comes.
canaries.watch()

# Addresses of an earlier run may still be remembered, so this run begins somewhere else.
_hosts = itertools.count(secrets.randbelow(1_000_000))


def routes(*offices: str, methods: str = "") -> list[tuple[str, str, str]]:
    """The routes of some offices, of some methods where they are named."""
    return [route for route in ROUTES if route[0] in offices and (not methods or route[1] in methods.split())]


def filled(path: str, **parameters: object) -> str:
    """The path with a value in each of its parameters: the given one, or one that nothing ever had."""
    return re.sub(r"{(\w+)}", lambda found: str(parameters.get(found[1], NEVER[found[1]])), path)


def parameters_of(path: str) -> list[str]:
    """The names of a path's parameters."""
    return re.findall(r"{(\w+)}", path)


def somewhere() -> str:
    """An address of this machine that no request came from yet: what is counted by address begins anew there."""
    number = next(_hosts)
    return f"127.{64 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"


class FromAddress(HTTPAdapter):
    """Connects from an address of this machine, as another caller would."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, source_address=(self._address, 0), **options)


class Api:
    """Sends requests to the stack with fixed headers."""

    def __init__(self, base: str, headers: dict[str, str] | None = None, address: str | None = None) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers.clear()
        self.session.headers.update(headers or {})
        if address:
            self.session.mount("http://", FromAddress(address))

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request; `options` as `requests` takes them."""
        # A cookie that an answer sets is not sent along by itself: a test says what it sends.
        self.session.cookies.clear()
        return self.session.request(method, self.base + path, timeout=60, allow_redirects=False, **options)

    def get(self, path: str, **params: Any) -> requests.Response:
        """A GET with query parameters."""
        return self.send("GET", path, params=params)


def is_problem(answer: requests.Response, expected: tuple[str, int] | None = None) -> None:
    """The answer is problem+json with a stable type, of the expected kind where one is given, and says no cause."""
    told = f"{answer.request.method} {answer.request.url[:200]} answered {answer.status_code}: {answer.text[:300]}"
    assert answer.headers.get("Content-Type", "").split(";")[0] == "application/problem+json", told
    problem = json.loads(answer.content)
    assert problem["type"].startswith("urn:vivier:problem:"), told
    assert problem["status"] == answer.status_code and problem["title"], told
    assert set(problem) <= {"type", "title", "status", "errors", "detail", "current_version"}, told
    if expected:
        assert (problem["type"], answer.status_code) == expected, told


def refused_fields(answer: requests.Response) -> dict[str, str]:
    """Field to code of the fields a problem names."""
    return {error["field"]: error["code"] for error in answer.json().get("errors", [])}
