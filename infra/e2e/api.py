"""Raw requests: what is sent stays exactly as a test wrote it, and any answer comes back to be looked at."""

from __future__ import annotations

import json
from typing import Any

import requests

NOT_FOUND = ("urn:vivier:problem:not-found", 404)
UNAUTHORIZED = ("urn:vivier:problem:unauthorized", 401)
FORBIDDEN = ("urn:vivier:problem:forbidden", 403)

ROUTES: tuple[tuple[str, str, str], ...] = (
    ("front", "GET", "/v1/offers"),
    ("front", "GET", "/v1/offers/suggest"),
    ("front", "GET", "/v1/offers/{id}"),
    ("front", "POST", "/v1/chat/sessions"),
    ("front", "GET", "/v1/chat/sessions/{id}"),
    ("front", "DELETE", "/v1/chat/sessions/{id}"),
    ("front", "POST", "/v1/chat/sessions/{id}/messages"),
    ("back", "POST", "/v1/imports"),
    ("back", "GET", "/v1/imports"),
    ("back", "GET", "/v1/imports/{id}"),
    ("back", "POST", "/v1/documents"),
    ("back", "GET", "/v1/documents"),
    ("back", "GET", "/v1/documents/{id}"),
    ("back", "DELETE", "/v1/documents/{id}"),
    ("back", "GET", "/v1/metrics/summary"),
    ("back", "GET", "/v1/retention/reports"),
)
"""Office, method and path of every route of template.yaml; a test compares."""

SOME_ID = "01920000-0000-7000-8000-000000000001"
"""An id that nothing ever had."""


class Api:
    """Sends requests to the stack with fixed headers."""

    def __init__(self, base: str, headers: dict[str, str] | None = None) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers.clear()
        self.session.headers.update(headers or {})

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request; `options` as `requests` takes them."""
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
    assert set(problem) <= {"type", "title", "status", "errors", "detail"}, told
    if expected:
        assert (problem["type"], answer.status_code) == expected, told


def refused_fields(answer: requests.Response) -> dict[str, str]:
    """Field to code of the fields a problem names."""
    return {error["field"]: error["code"] for error in answer.json().get("errors", [])}
