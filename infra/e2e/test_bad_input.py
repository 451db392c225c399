"""Whatever arrives at an edge: a problem document with a stable type, never a 5xx."""

from __future__ import annotations

import http.client
import re
from urllib.parse import urlsplit

import pytest
import requests

from . import people
from .api import NOT_FOUND, ROUTES, SOME_ID, Api, filled, is_problem, parameters_of, routes, somewhere
from .stage import Stage
from .tenants import Tenant

MEGABYTES = 10 * 1024 * 1024
JSON = "application/json"
BODIES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", JSON),
    "cut off": (b'{"name": "a", "text": "a', JSON),
    "not JSON": (b"name=a&size=1", JSON),
    "null": (b"null", JSON),
    "a number": (b"7", JSON),
    "a text": (b'"text"', JSON),
    "a list": (b"[]", JSON),
    "an empty object": (b"{}", JSON),
    "two objects": (b"{}{}", JSON),
    "wrong types": (b'{"name": 1, "media_type": [], "size": "big", "format": {}, "text": 7}', JSON),
    "null fields": (b'{"name": null, "media_type": null, "size": null, "format": null, "text": null}', JSON),
    "a negative size": (b'{"name": "a", "media_type": "text/plain", "size": -1, "format": "csv"}', JSON),
    "a fraction": (b'{"name": "a", "media_type": "text/plain", "size": 1.5, "format": "csv"}', JSON),
    "a huge number": (b'{"name": "a", "media_type": "text/plain", "size": 1e400, "format": "csv"}', JSON),
    "a field twice": (b'{"size": 1, "size": 2, "format": "csv", "text": "a", "text": "b"}', JSON),
    "an unknown field": (b'{"name": "a", "media_type": "text/plain", "size": 1, "format": "csv", "text": "a", "more": 1}', JSON),
    "invalid UTF-8": (b'\xff\xfe{"text": "\xc3\x28"}', JSON),
    "UTF-16": ('{"text": "a"}'.encode("utf-16"), JSON),
    "a byte order mark": (b'\xef\xbb\xbf{"text": "a"}', JSON),
    "lone surrogate": (b'{"text": "\\ud800", "name": "\\udfff", "media_type": "text/plain", "size": 1}', JSON),
    "deep lists": (b"[" * 50_000, JSON),
    "deep objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, JSON),
    "10 MB of text": (b'{"text": "' + b"a" * MEGABYTES + b'"}', JSON),
    "10 MB of zeros": (bytes(MEGABYTES), "application/octet-stream"),
    "a long field": (b'{"text": "' + b"a" * 60_000 + b'"}', JSON),
    "plain text": (b'{"text": "a", "format": "csv", "size": 1}', "text/plain"),
    "a form": (b"text=a", "application/x-www-form-urlencoded"),
    "a part of a form": (b"--x\r\n\r\na\r\n--x--", "multipart/form-data; boundary=x"),
    "XML": (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "application/xml"),
    "no type": (b'{"text": "a"}', ""),
    "a strange type": (b'{"text": "a"}', "\u00e9/\u00e9; charset=\x01"),
    "another charset": (b'{"text": "a"', "application/json; charset=utf-7"),
}  # fmt: skip

READ = routes("front", "back", "public", methods="GET DELETE")
WRITE = routes("front", "back", "public", methods="POST PUT PATCH")
WITHOUT_BODY = {
    "/v1/chat/sessions",
    "/v1/chat/sessions/{id}/hand-over",
    "/v1/chat/sessions/{id}/resume-tokens",
    "/v1/conversations/{id}/pause",
    "/v1/conversations/{id}/reopen",
    "/v1/session/refresh",
    "/v1/mfa/totp",
    "/v1/documents/{id}/reprocess",
    "/v1/members/{id}/suspension",
    "/v1/members/{id}/invitation",
    "/v1/settings/publication",
    "/v1/projects/{project}/settings/publication",
}
"""Writes that take no body: what comes along is not looked at."""
ENDING = {"/v1/session", "/v1/sessions"}
"""Whoever deletes these is logged out."""


def caller(alpha: Tenant, office: str, method: str = "GET", path: str = "") -> Api:
    """Whoever may ask for a route."""
    if office == "front":
        return alpha.candidate
    if office == "public":
        return Api(alpha.stage.stack.api_url, address=somewhere())
    return alpha.colleague.bearer if method == "DELETE" and path in ENDING else alpha.member


def there(alpha: Tenant, path: str) -> str:
    """The path with the id of something that is there, where a write would otherwise be told 404."""
    things = {"project": alpha.project}
    if "/messages" in path:
        things["message_id"] = SOME_ID
        things["id"] = alpha.notes.setdefault("open session", alpha.front.open_session())
    elif path.startswith("/v1/members/{id}") or path.endswith("/members/{id}"):
        things["id"] = alpha.colleague.id
    return filled(path, **things)


class TestBodies:
    @pytest.mark.parametrize("body", BODIES)
    @pytest.mark.parametrize(("office", "method", "path"), WRITE, ids=lambda v: v if v.startswith("/") else v)
    def test_of_writes(self, alpha: Tenant, office: str, method: str, path: str, body: str):
        content, kind = BODIES[body]
        headers = {"Content-Type": kind.encode("latin-1")} if kind else {}
        target = filled(path) if path in WITHOUT_BODY else there(alpha, path)
        answer = caller(alpha, office, method, path).send(method, target, data=content, headers=headers)
        assert answer.status_code < 500, (answer.status_code, answer.text[:200])
        if path in WITHOUT_BODY and answer.ok:
            return
        assert 400 <= answer.status_code, (answer.status_code, answer.text[:200])
        is_problem(answer)

    @pytest.mark.parametrize("body", ["cut off", "invalid UTF-8", "10 MB of zeros", "deep lists"])
    @pytest.mark.parametrize(("office", "method", "path"), READ)
    def test_where_none_is_wanted(self, alpha: Tenant, office: str, method: str, path: str, body: str):
        content, kind = BODIES[body]
        answer = caller(alpha, office, method, path).send(
            method, filled(path), data=content, headers={"Content-Type": kind}
        )
        assert answer.status_code < 500, answer.text[:200]
        if not answer.ok:
            is_problem(answer)

    @pytest.mark.parametrize("path", ["/v1/imports", "/v1/documents", "/v1/members", "/v1/projects", "/v1/session"])
    def test_of_ten_megabytes_are_too_large(self, alpha: Tenant, path: str):
        answer = alpha.member.send("POST", path, data=BODIES["10 MB of text"][0], headers={"Content-Type": JSON})
        is_problem(answer, ("urn:vivier:problem:body-too-large", 413))


QUERIES = [
    "a" * 6000,
    "limit=" + "9" * 400,
    "limit=-1",
    "limit=null",
    "limit[]=1",
    "cursor=" + "A" * 5000,
    "cursor=%00",
    "cursor=%FF%FE",
    "q=%FF%FE",
    "q=%00",
    "q=%",
    "q=%zz",
    "&&&===&",
    "q=a&q=b",
    "=",
    "%F0%9F%98%80=1",
    "&".join(f"x{n}=1" for n in range(400)),
    "q=" + "%C3%A9" * 700,
    "from=0000-00-00&to=9999-99-99",
    "from=-1&to=%2B1",
    "published_since=2026-13-45",
    "city=" + "&city=".join("x" * 90),
    "contract=CDI&contract=CDI%00",
    "__proto__=1&constructor=2",
]


class TestQueries:
    @pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:30])
    def test_of_every_read(self, alpha: Tenant, query: str):
        for office, method, path in routes("front", "back", "public", methods="GET"):
            answer = caller(alpha, office).send(method, f"{filled(path, project=alpha.project)}?{query}")
            assert answer.status_code < 500, (path, answer.text[:200])
            if not answer.ok:
                is_problem(answer)

    @pytest.mark.parametrize(
        "name",
        ["0", "null", "nonsense", "%00", "%FF", "%2e%2e%2f", "..;/", "é", "a" * 3000, SOME_ID.upper() + "0", "{id}",
         "01920000-0000-7000-8000-00000000000g", "' OR '1'='1", "%0d%0aX-Injected:1", SOME_ID + "%20", "<script>"],
        ids=lambda name: name[:24],
    )  # fmt: skip
    def test_of_every_id(self, alpha: Tenant, name: str):
        for office, method, path in ROUTES:
            for parameter in parameters_of(path):
                given = {"project": alpha.project} | {parameter: name}
                answer = caller(alpha, office).send(method, filled(path, **given), json={"text": "a"})
                # A role's id is whatever its tenant calls it, so what is wrong with making one is its body; and a blank
                # behind an id is none of its characters to the gateway.
                expected = None if path == "/v1/roles/{id}" or name == f"{SOME_ID}%20" else NOT_FOUND
                is_problem(answer, expected)
                assert answer.status_code < 500 and "X-Injected" not in answer.headers, (path, answer.text)

class TestPathsAndMethods:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
    def test_a_method_that_a_path_does_not_take(self, alpha: Tenant, method: str):
        taken = {(m, path) for _, m, path in ROUTES}
        for office, _, path in ROUTES:
            if (method, path) in taken:
                continue
            answer = caller(alpha, office).send(method, filled(path), json={})
            assert 400 <= answer.status_code < 500, (method, path, answer.status_code)
            if method != "HEAD":
                is_problem(answer)

    @pytest.mark.parametrize(
        "path",
        ["", "/", "/v1", "/v1/", "/v2/offers", "/v1/offers/", "/v1//offers", "/v1/offers/suggest/more", "/V1/OFFERS",
         "/v1/imports/..%2f..", "/.env", "/v1/chat", "/v1/metrics", "/v1/%6fffers/x/y", "/v1/offers;a=b",
         "/" + "a/" * 500, "/v1/" + "a" * 5000, "/%00", "/%FF"],
        ids=lambda path: path[:24] or "none",
    )  # fmt: skip
    def test_a_path_that_is_not(self, alpha: Tenant, path: str):
        for api in (alpha.candidate, alpha.member):
            answer = api.send("GET", path)
            assert 400 <= answer.status_code < 500, (path, answer.status_code, answer.text[:100])
            is_problem(answer)


class TestHeaders:
    @pytest.mark.parametrize(
        "headers",
        [
            {"X-Long": "a" * 7000},
            {f"X-Many-{n}": "a" for n in range(80)},
            {"Accept": "application/xml"},
            {"Accept": "\u00e9" * 50},
            {"Accept-Encoding": "gzip;q=zz, br, *"},
            {"Accept-Language": "x" * 3000},
            {"Idempotency-Key": "k" * 3000},
            {"X-Http-Method-Override": "DELETE"},
            {"X-Original-Url": "/v1/imports"},
            {"X-Forwarded-For": "' OR 1=1"},
            {"Cookie": "a=" + "b" * 3000},
            {"Range": "bytes=0-1,2-3"},
            {"If-None-Match": "*"},
            {"Content-Encoding": "gzip"},
            {"Expect": "200-maybe"},
        ],
        ids=lambda headers: next(iter(headers)),
    )
    def test_do_no_harm(self, alpha: Tenant, headers: dict[str, str]):
        coded = {name: value.encode("utf-8") for name, value in headers.items()}
        for api, method, path, body in (
            (alpha.candidate, "GET", "/v1/offers?limit=1", None),
            (alpha.member, "GET", "/v1/documents?limit=1", None),
            (alpha.member, "POST", "/v1/imports", b'{"format": "csv"}'),
        ):
            answer = api.send(method, path, data=body, headers=coded | ({"Content-Type": JSON} if body else {}))
            assert answer.status_code < 500, answer.text[:200]
            if not answer.ok:
                is_problem(answer)

    def test_a_body_that_is_shorter_than_it_says(self, alpha: Tenant, stage: Stage):
        place = urlsplit(stage.stack.api_url)
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=5)
        connection.putrequest("POST", f"{place.path}/v1/imports")
        for name, value in {"Authorization": f"Bearer {alpha.token}", "Content-Type": JSON, "Content-Length": "1000"}.items():
            connection.putheader(name, value)
        connection.endheaders(b'{"format"')
        connection.sock.close()
        assert alpha.member.get("/v1/imports").status_code == 200, "the next caller is served"


class TestAnswers:
    @pytest.mark.parametrize(("office", "method", "path"), ROUTES)
    def test_forbid_sniffing_storing_and_embedding(self, alpha: Tenant, office: str, method: str, path: str):
        target = filled(path, project=alpha.project)
        answer = caller(alpha, office, method, path).send(method, target, json={"nothing": "of this"})
        for name, value in {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
        }.items():
            assert answer.headers[name] == value, (path, name)
        page = path in ("/v1/alerts/page", "/v1/privacy-requests/page")  # the only ones that run something: their own script
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(policy) and (len(policy) == 2) != page
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        for_all = page or path in ("/v1/front-office", "/v1/openapi.json")
        assert ("no-store" in answer.headers["Cache-Control"]) != for_all, answer.headers["Cache-Control"]

    def test_repeat_nothing_of_what_was_sent(self, alpha: Tenant):
        secret = "camille.martin@example.org"
        for answer in (
            alpha.candidate.get("/v1/offers", limit=secret),
            alpha.candidate.get("/v1/offers", **{secret: "1"}),
            alpha.candidate.get(f"/v1/offers/{secret}"),
            alpha.member.send("POST", "/v1/documents", json={"name": secret, "media_type": secret, "size": secret}),
            alpha.member.send("POST", "/v1/imports", json={"format": secret, "size": 1}),
            alpha.member.send("POST", "/v1/imports", json={secret: secret}),
            alpha.member.get("/v1/statistics/totals", **{"from": secret}),
            alpha.member.send("POST", "/v1/members", json={"email": secret, "role": secret}),
            alpha.member.send("POST", "/v1/projects", json={secret: secret}),
            alpha.member.get("/v1/audit", outcome=secret),
            alpha.member.get(f"/v1/members/{secret}"),
            caller(alpha, "public").send("POST", "/v1/session", json={"email": secret, "password": secret}),
            caller(alpha, "public").send("POST", "/v1/password/reset", json={"token": secret, "password": secret}),
        ):
            is_problem(answer)
            assert "camille" not in answer.text

    def test_are_documented_by_the_routes_that_stand_here(self, stage: Stage):
        """Every route that is deployed is among those that these tests try, and the other way round."""
        api = stage.client("apigateway")
        deployed = {
            (method, resource["path"])
            for page in api.get_paginator("get_resources").paginate(restApiId=stage.told["api_id"])
            for resource in page["items"]
            for method in resource.get("resourceMethods", {})
        }
        assert deployed - {("OPTIONS", path) for _, path in deployed} == {(method, path) for _, method, path in ROUTES}


class TestLogs:
    def test_hold_no_personal_text_and_no_secret(self, stage: Stage, alpha: Tenant):
        """Questions, search texts, keys, tokens and addresses stay out of every function's log."""
        alpha.front.search("camille.martin@example.org")
        alpha.front.ask(alpha.front.open_session(), "Je m'appelle Camille Martinet, ai-je droit à un congé ?")
        requests.get(stage.stack.api_url + "/v1/offers/camille-nowhere", headers={"X-Vivier-Key": alpha.key}, timeout=30)
        person = alpha.person("reader")
        secrets = [alpha.key, alpha.token, alpha.password, alpha.email, stage.secret(alpha.database)["password"]]
        secrets += [person.browser.cookie, person.browser.csrf, person.email, person.password]
        secrets += [people.temporary_password(people.next_mail(stage, person.email))]
        for log in stage.running.stack.logs.glob(f"vivier-{stage.name}-*.log"):
            text = log.read_text(errors="replace")
            assert not [secret for secret in secrets if secret in text], log.name
            assert not re.search("camille", text, re.IGNORECASE), log.name
            assert "panicked" not in text, log.name
