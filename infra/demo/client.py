"""Speaks to a deployed stack as its people do: an operator, a member of the back office, a candidate.

The demonstration and the end-to-end tests share it, so a change of the API shows in both at once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import requests

from . import legal
from .stack import Stack

Json = dict[str, Any]
T = TypeVar("T")


class ApiError(Exception):
    """An answer other than 2xx, with its problem document (RFC 9457)."""

    def __init__(self, method: str, path: str, status: int, problem: Json) -> None:
        self.status, self.problem = status, problem
        super().__init__(f"{method} {path} answered {status}: {problem.get('detail') or problem.get('title') or ''}")


class OperatorError(Exception):
    """A function that an operator invoked refused or failed."""


class Operator:
    """Invokes the functions that are not on the public API."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._functions = stack.client("lambda", stack.operator)

    def invoke(self, function: str, payload: Json) -> Json:
        """Invokes `vivier-<stage>-<function>` and returns its answer."""
        name = f"vivier-{self._stack.name}-{function}"
        answer = self._functions.invoke(FunctionName=name, Payload=json.dumps(payload).encode())
        content = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError"):
            told = content.get("errorMessage", content) if isinstance(content, dict) else content
            raise OperatorError(f"{function} {payload.get('operation')}: {told}")
        return content


class _Api:
    """Requests with one kind of credentials."""

    def __init__(self, stack: Stack, headers: dict[str, str]) -> None:
        self._base = stack.api_url
        self._session = requests.Session()
        self._session.headers.update(headers)

    def call(
        self, method: str, path: str, body: Json | None = None, headers: dict[str, str] | None = None, **params: Any
    ) -> Any:
        """Sends a request to a path such as `/v1/offers`; returns the JSON, `None` for an empty answer."""
        answer = self._session.request(method, self._base + path, json=body, params=params, headers=headers, timeout=60)
        if not answer.ok:
            raise ApiError(method, path, answer.status_code, _json(answer))
        return answer.json() if answer.content else None


def _json(answer: requests.Response) -> Json:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def choose_password(stack: Stack, email: str, password: str) -> None:
    """Gives a member a lasting password, as those who run the cloud can do for one who has forgotten the own one."""
    stack.client("cognito-idp", stack.administrator).admin_set_user_password(
        UserPoolId=stack.user_pool_id, Username=email, Password=password, Permanent=True
    )


class BackOffice(_Api):
    """A member's work: imports, documents, figures. Create with `login`, or with the headers of a bearer token."""

    COOKIE = "__Host-vivier"

    @classmethod
    def login(cls, stack: Stack, username: str, password: str, new_password: str | None = None) -> BackOffice:
        """Opens a session as a browser does; `new_password` answers a service that asks for one."""
        office = cls(stack, {})
        answer = office._open("/v1/session", {"email": username, "password": password})
        if answer.get("challenge") == "new_password" and new_password:
            reply = {"challenge_id": answer["challenge_id"], "new_password": new_password}
            answer = office._open("/v1/session/challenge", reply)
        if answer["state"] != "open":
            raise OperatorError(f"the login of the member asks for {answer.get('challenge')}")
        return office

    def _open(self, path: str, body: Json) -> Json:
        answer = self._session.post(self._base + path, json=body, timeout=60)
        if not answer.ok:
            raise ApiError("POST", path, answer.status_code, _json(answer))
        content = answer.json()
        if content["state"] == "open":
            # Set by hand: the cookie is `Secure`, and the local cloud speaks plain HTTP.
            self._session.headers["Cookie"] = f"{self.COOKIE}={answer.cookies[self.COOKIE]}"
            self._session.headers["X-Vivier-CSRF"] = content["csrf"]
            self._session.cookies.clear()
        return content

    def start_import(self, form: str, content: bytes, **more: Any) -> str:
        """Announces and uploads a file of offers; returns the import's id."""
        made = self.call("POST", "/v1/imports", {"format": form, "size": len(content), **more})
        self.upload(made["upload"], content)
        return made["import_id"]

    def import_status(self, import_id: str) -> Json:
        """Status, counts and errors of an import."""
        return self.call("GET", f"/v1/imports/{import_id}")

    def add_document(self, name: str, media_type: str, content: bytes) -> str:
        """Announces and uploads a document; returns its id."""
        made = self.call("POST", "/v1/documents", {"name": name, "media_type": media_type, "size": len(content)})
        self.upload(made["upload"], content)
        return made["document_id"]

    def documents(self) -> list[Json]:
        """Every document, all pages."""
        found, cursor = [], None
        while True:
            page = self.call("GET", "/v1/documents", **({"cursor": cursor} if cursor else {}))
            found += page["documents"]
            cursor = page.get("next_cursor")
            if not cursor:
                return found

    def document(self, document_id: str) -> Json:
        """One document."""
        return self.call("GET", f"/v1/documents/{document_id}")

    def delete_document(self, document_id: str) -> None:
        """Removes a document with all that was made of it."""
        self.call("DELETE", f"/v1/documents/{document_id}")

    def publish(self, settings: str, changes: Json) -> Json:
        """Publishes what holds at a path of settings with some changes, and with what must be said of candidates' data; the version."""
        draft = self._session.get(f"{self._base}{settings}/draft", timeout=60)
        changed = legal.complete(draft.json()["settings"] | changes)
        self.call("PUT", f"{settings}/draft", changed, headers={"If-Match": draft.headers["ETag"]})
        return self.call("POST", f"{settings}/publication")

    def totals(self, **period: str) -> Json:
        """Counts of events by kind and what came of them, of the days from `from` to `to` where given."""
        return self.call("GET", "/v1/statistics/totals", **period)

    def counts(self, **period: str) -> dict[str, int]:
        """Kind to number of what happened on those days."""
        counted: dict[str, int] = {}
        for total in self.totals(**period)["totals"]:
            counted[total["kind"]] = counted.get(total["kind"], 0) + total["count"]
        return {kind: number for kind, number in counted.items() if number}

    @staticmethod
    def upload(upload: Json, content: bytes) -> None:
        """Sends a file to the address that its announcement gave."""
        # Without the session: the address carries its own signature, and a token has no business in the store.
        answer = requests.request(
            upload["method"], upload["url"], data=content, headers=upload.get("headers") or {}, timeout=60
        )
        if not answer.ok:
            raise ApiError(upload["method"], "of the upload", answer.status_code, {"title": answer.text[:300]})


class FrontOffice(_Api):
    """A candidate's visit, with a tenant's publishable key."""

    def __init__(self, stack: Stack, key: str) -> None:
        super().__init__(stack, {"X-Vivier-Key": key})

    def search(self, q: str = "", **filters: Any) -> Json:
        """A page of offers with facets."""
        return self.call("GET", "/v1/offers", **({"q": q} if q else {}), **filters)

    def offer(self, offer_id: str) -> Json:
        """One offer in full."""
        return self.call("GET", f"/v1/offers/{offer_id}")

    def suggest(self, q: str) -> Json:
        """Completions of what is being typed."""
        return self.call("GET", "/v1/offers/suggest", q=q)

    def open_session(self, **body: Any) -> str:
        """Begins a conversation; returns its id."""
        return self.call("POST", "/v1/chat/sessions", body)["session_id"]

    def ask(self, session_id: str, text: str) -> Json:
        """The answer to a question within a conversation."""
        return self.call("POST", f"/v1/chat/sessions/{session_id}/messages", {"text": text})["answer"]

    def events(self, path: str, body: Json) -> Iterator[str]:
        """The names of the events that a streaming route answers with, as they come."""
        with self._session.post(self._base + path, json=body, stream=True, timeout=60) as answer:
            for line in answer.iter_lines():
                if line.startswith(b"event: "):
                    yield line.removeprefix(b"event: ").decode()

    def session(self, session_id: str) -> Json:
        """A conversation with its messages."""
        return self.call("GET", f"/v1/chat/sessions/{session_id}")

    def close_session(self, session_id: str) -> None:
        """Deletes a conversation."""
        self.call("DELETE", f"/v1/chat/sessions/{session_id}")


def wait_for(
    check: Callable[[], T | None], what: str, timeout: float = 60, every: float = 0.4, dots: bool = False
) -> T:
    """Calls `check` until it returns something true, and returns that; `TimeoutError` after `timeout` seconds.

    `dots` prints one a second, for a person who waits.
    """
    started = time.monotonic()
    printed = 0
    while True:
        found = check()
        waited = time.monotonic() - started
        if found:
            return found
        if waited > timeout:
            raise TimeoutError(f"{what} did not happen within {timeout:.0f} s")
        if dots and waited > printed:
            print(".", end="", flush=True)
            printed += 1
        time.sleep(every)
