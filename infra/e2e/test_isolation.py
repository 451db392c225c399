"""Two tenants, one deployment: nothing of the one is there for the other, whichever door is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from demo.client import Operator, OperatorError

from .api import NOT_FOUND, ROUTES, SOME_ID, UNAUTHORIZED, Api, is_problem
from .stage import Stage
from .tenants import Tenant, csv_file, offer
from .test_metrics import arrived, coded, event, put


def cursors(walk: Callable[[str | None], tuple[list, str | None]]) -> list[str]:
    """Every cursor of a list."""
    found: list[str] = []
    while True:
        _, cursor = walk(found[-1] if found else None)
        if not cursor:
            return found
        found.append(cursor)


def cursors_of(api: Api, path: str, **query: object) -> list[str]:
    """Every cursor that a list of the API gives out."""

    def page(cursor: str | None) -> tuple[list, str | None]:
        answer = api.get(path, **query, **({"cursor": cursor} if cursor else {})).json()
        return [], answer.get("next_cursor")

    return cursors(page)


Request = tuple[str, str, dict]
"""Method, path and options."""


def belongings(tenant: Tenant) -> Iterator[tuple[str, Request, Request]]:
    """Requests for all that a tenant has: the office, the request, and the same for what never existed."""
    for hit in [hit["id"] for hit in all_offers(tenant)]:
        yield "front", ("GET", f"/v1/offers/{hit}", {}), ("GET", f"/v1/offers/{SOME_ID}", {})
    for query in ({"limit": 3}, {"limit": 3, "sort": "date"}, {"limit": 2, "contract": "CDI"}, {"limit": 4, "q": "de la"}):
        for cursor in cursors_of(tenant.candidate, "/v1/offers", **query):
            yield (
                "front",
                ("GET", "/v1/offers", {"params": query | {"cursor": cursor}}),
                ("GET", "/v1/offers", {"params": query | {"cursor": "AAAA"}}),
            )
    for session in tenant.notes["sessions"]:
        for method, path, options in (
            ("GET", "/v1/chat/sessions/{}", {}),
            ("POST", "/v1/chat/sessions/{}/messages", {"json": {"text": "Bonjour, combien de congés ?"}}),
            ("DELETE", "/v1/chat/sessions/{}", {}),
        ):
            yield "front", (method, path.format(session), options), (method, path.format(SOME_ID), options)
    for document in tenant.notes["document_ids"].values():
        for method in ("GET", "DELETE"):
            yield "back", (method, f"/v1/documents/{document}", {}), (method, f"/v1/documents/{SOME_ID}", {})
    for path, limits in (("/v1/documents", (1, 2, 3)), ("/v1/imports", (1, 2))):
        for limit in limits:
            for cursor in cursors_of(tenant.member, path, limit=limit):
                asked, never = ({"params": {"limit": limit, "cursor": text}} for text in (cursor, "AAAA"))
                yield "back", ("GET", path, asked), ("GET", path, never)
    for import_id in tenant.notes["import_ids"]:
        yield "back", ("GET", f"/v1/imports/{import_id}", {}), ("GET", f"/v1/imports/{SOME_ID}", {})


def all_offers(tenant: Tenant) -> list[dict]:
    hits, cursor = [], None
    while True:
        page = tenant.front.search(limit=100, **({"cursor": cursor} if cursor else {}))
        hits += page["hits"]
        cursor = page.get("next_cursor")
        if not cursor:
            return hits


def seen(tenant: Tenant) -> dict:
    """What a tenant's own people see; nothing of it may change by what others try."""
    return {
        "offers": sorted(hit["id"] for hit in all_offers(tenant)),
        "documents": sorted((d["document_id"], d["status"]) for d in tenant.back.documents()),
        "sessions": [tenant.front.session(session) for session in tenant.notes["sessions"]],
        "imports": tenant.back.call("GET", "/v1/imports", limit=100),
        "chunks": tenant.pool("SELECT document_id, count(*) FROM chunks GROUP BY 1 ORDER BY 1"),
        "audit": tenant.pool("SELECT count(*) FROM audit_log"),
    }


@pytest.fixture
def furnished(alpha: Tenant, beta: Tenant) -> tuple[Tenant, Tenant]:
    """Both tenants with conversations and several imports besides what they have."""
    for tenant in (alpha, beta):
        if "sessions" not in tenant.notes:
            tenant.notes["sessions"] = [tenant.front.open_session() for _ in range(5)]
            for session in tenant.notes["sessions"][:2]:
                tenant.front.ask(session, tenant.notes["questions"][0].text)
            tenant.notes["import_ids"] += [
                tenant.back.call("POST", "/v1/imports", {"format": "csv", "size": 10})["import_id"] for _ in range(4)
            ]
    return alpha, beta


class TestApi:
    def test_a_thousand_requests_for_what_is_another_tenants(self, stage: Stage, furnished: tuple[Tenant, Tenant]):
        """Nothing, and byte for byte the answer for what never existed."""
        before, sent = [seen(tenant) for tenant in furnished], 0
        for owner, other in (furnished, furnished[::-1]):
            at_the_host = Api(stage.stack.api_url, {"Host": other.host})
            callers = {"front": (other.candidate, at_the_host), "back": (other.member,)}
            never: dict[str, bytes] = {}
            for office, (method, path, options), (_, none, nothing) in list(belongings(owner)):
                for caller in callers[office] if method == "GET" else callers[office][:1]:
                    answer = caller.send(method, path, **options)
                    is_problem(answer, NOT_FOUND)
                    if (key := f"{office} {method} {none} {nothing}") not in never:
                        control = caller.send(method, none, **nothing)
                        is_problem(control, NOT_FOUND)
                        never[key] = control.content
                    assert answer.content == never[key], (method, path)
                    sent += 1
            sent += self.keys_and_tokens(stage, owner, other)
        assert sent >= 1000, sent
        assert [seen(tenant) for tenant in furnished] == before

    @staticmethod
    def keys_and_tokens(stage: Stage, owner: Tenant, other: Tenant) -> int:
        """One tenant's key or token at the other's host name, on every route; how many requests."""
        for office, method, path in ROUTES:
            shown, unknown = (
                {"X-Vivier-Key": key} if office == "front" else {"Authorization": f"Bearer {token}"}
                for key, token in ((owner.key, owner.token), ("vpk_unknown", "a.b.c"))
            )
            for headers in (shown, shown | {"Host": other.host.upper()}):
                answer = Api(stage.stack.api_url, {"Host": other.host} | headers).send(method, path.replace("{id}", SOME_ID))
                is_problem(answer, UNAUTHORIZED)
                control = Api(stage.stack.api_url, {"Host": other.host} | unknown).send(method, path.replace("{id}", SOME_ID))
                assert answer.content == control.content
        return 2 * len(ROUTES)

    def test_lists_and_searches_give_the_callers_own(self, alpha: Tenant, beta: Tenant):
        prefix = {tenant.slug: tenant.notes["rows"][0]["reference"][:3] for tenant in (alpha, beta)}
        for tenant in (alpha, beta):
            assert {hit["reference"][:3] for hit in all_offers(tenant)} == {prefix[tenant.slug]}
            names = {document["name"] for document in tenant.back.documents()}
            assert names == set(tenant.notes["files"])
        assert alpha.front.search(beta.notes["rows"][0]["company"], limit=100)["hits"] != all_offers(beta)

    @pytest.mark.parametrize("place", ["query", "header", "body"])
    def test_a_request_cannot_name_its_tenant(self, alpha: Tenant, beta: Tenant, place: str):
        names = {"tenant": beta.tenant_id, "tenant_id": beta.tenant_id, "slug": beta.slug}
        if place == "query":
            for caller, path in ((alpha.candidate, "/v1/offers"), (alpha.member, "/v1/documents"), (alpha.member, "/v1/imports")):
                for name, value in names.items():
                    assert caller.get(path, **{name: value}).status_code == 400
        elif place == "header":
            headers = {
                f"X-{name}": value
                for name, value in {"Tenant": beta.tenant_id, "Vivier-Tenant": beta.slug, "Forwarded-Host": beta.host}.items()
            }
            page = alpha.candidate.send("GET", "/v1/offers", headers=headers, params={"limit": 100}).json()
            assert {hit["reference"][:3] for hit in page["hits"]} == {alpha.notes["rows"][0]["reference"][:3]}
        else:
            for path, body in (
                ("/v1/imports", {"format": "csv", "size": 1}),
                ("/v1/documents", {"name": "a.txt", "media_type": "text/plain", "size": 1}),
            ):
                for name, value in names.items():
                    assert alpha.member.send("POST", path, json=body | {name: value}).status_code == 400

    def test_keys_and_tokens_open_at_their_own_host_name(self, stage: Stage, alpha: Tenant, beta: Tenant):
        for owner in (alpha, beta):
            for headers, path in (
                ({"X-Vivier-Key": owner.key}, "/v1/offers"),
                ({"Authorization": f"Bearer {owner.token}"}, "/v1/imports"),
            ):
                assert Api(stage.stack.api_url, headers | {"Host": owner.host}).get(path).status_code == 200

    def test_an_upload_address_reaches_its_own_bucket_only(self, alpha: Tenant, beta: Tenant):
        content = csv_file([offer("CROSS")])
        upload = alpha.back.call("POST", "/v1/imports", {"format": "csv", "size": len(content)})["upload"]
        crossed = upload["url"].replace(alpha.bucket, beta.bucket)
        assert crossed != upload["url"]
        answer = requests.put(crossed, data=content, headers=upload["headers"], timeout=30)
        assert answer.status_code == 403

    def test_nothing_of_a_bucket_is_public(self, stage: Stage, alpha: Tenant):
        for key in ("index/current.json", f"imports/{alpha.notes['import_ids'][0]}", ""):
            assert requests.get(f"{stage.stack.endpoint_url}/{alpha.bucket}/{key}", timeout=30).status_code in (401, 403)


def routes_of(*offices: str) -> list[tuple[str, str, str]]:
    return [route for route in ROUTES if route[0] in offices]


class TestRoutes:
    """One case for each route: `cases.toml` names them."""

    @pytest.mark.parametrize(("office", "method", "path"), routes_of("front", "back"))
    def test_another_tenant(self, furnished: tuple[Tenant, Tenant], office: str, method: str, path: str):
        owner, other = furnished
        caller = other.candidate if office == "front" else other.member
        if "{id}" in path:
            kind = path.split("/")[2]
            found = {
                "offers": lambda: all_offers(owner)[0]["id"],
                "chat": lambda: owner.notes["sessions"][0],
                "imports": lambda: owner.notes["import_ids"][0],
                "documents": lambda: next(iter(owner.notes["document_ids"].values())),
            }[kind]()
            body = {"json": {"text": "Bonjour ?"}} if method == "POST" else {}
            answer = caller.send(method, path.replace("{id}", found), **body)
            never = caller.send(method, path.replace("{id}", SOME_ID), **body)
            is_problem(answer, NOT_FOUND)
            assert answer.content == never.content
            return
        bodies = {
            "/v1/imports": {"format": "csv", "size": 9},
            "/v1/documents": {"name": "croisé.txt", "media_type": "text/plain", "size": 9},
        }
        before = seen(owner)
        query = {"q": owner.notes["rows"][0]["company"][:8]} if path.endswith("suggest") else {}
        options = {"json": bodies.get(path, {})} if method == "POST" else {"params": query}
        answer = caller.send(method, path, **options)
        assert answer.ok, answer.text
        mine = [owner.tenant_id, owner.simple, owner.slug, owner.notes["rows"][0]["company"]]
        mine += [*owner.notes["document_ids"].values(), *owner.notes["import_ids"]]
        assert not [text for text in mine if text in answer.text]
        assert seen(owner) == before
        if path == "/v1/documents" and method == "POST":
            caller.send("DELETE", f"/v1/documents/{answer.json()['document_id']}")


class TestEvents:
    """The doors that no person comes in by."""

    def test_a_file_belongs_to_the_tenant_of_its_bucket(self, stage: Stage, alpha: Tenant, beta: Tenant):
        """An import or document of one tenant, uploaded under the same key into the other's bucket."""
        before = [seen_stores(tenant) for tenant in (alpha, beta)]
        s3 = stage.client("s3")
        strays = {
            "offers": f"imports/{alpha.notes['import_ids'][0]}",
            "ingest": f"documents/{next(iter(alpha.notes['document_ids'].values()))}/1",
        }
        for function, key in strays.items():
            s3.put_object(Bucket=beta.bucket, Key=key, Body=csv_file([offer("STRAY")]))
            stage.arrived(function, beta.bucket, key)
        assert [seen_stores(tenant) for tenant in (alpha, beta)] == before
        for key in strays.values():
            for version in s3.list_object_versions(Bucket=beta.bucket, Prefix=key).get("Versions", []):
                s3.delete_object(Bucket=beta.bucket, Key=key, VersionId=version["VersionId"])

    def test_a_record_counts_for_the_tenant_it_names(self, stage: Stage, alpha: Tenant, beta: Tenant):
        mine, theirs = event(alpha), event(beta)
        # The same event id in two tenants is two events: one tenant's id cannot hide the other's event.
        put(stage, [coded(mine), coded(theirs), coded(theirs | {"event_id": mine["event_id"]})])
        arrived(alpha, mine)
        arrived(beta, theirs, mine)
        assert theirs["event_id"] not in {str(row[0]) for row in alpha.pool("SELECT event_id FROM events")}

    @pytest.mark.parametrize("function", ["offers", "ingest", "retention"])
    def test_a_schedule_mixes_no_tenants(self, stage: Stage, alpha: Tenant, beta: Tenant, function: str):
        before = [seen_stores(tenant) for tenant in (alpha, beta)]
        stage.tick(function)
        assert [seen_stores(tenant) for tenant in (alpha, beta)] == before

    def test_a_command_for_one_tenant_leaves_the_other_alone(self, stage: Stage, operator: Operator, alpha, beta):
        before = seen_stores(beta)
        command = {"operation": "run", "dry_run": False, "as_of": "2020-01-01T00:00:00Z", "tenant": alpha.slug}
        report = operator.invoke("retention", command)
        assert [entry["tenant"] for entry in report["tenants"]] == [alpha.tenant_id]
        assert seen_stores(beta) == before
        assert beta.pool("SELECT 1 FROM purge_reports WHERE run_id = %s", report["run_id"]) == []

    @pytest.mark.parametrize("function", ["offers", "search", "ingest", "chat", "metrics"])
    def test_functions_without_commands_take_none(self, operator: Operator, function: str):
        with pytest.raises(OperatorError, match="unknown-event"):
            operator.invoke(function, {"operation": "list"})


def seen_stores(tenant: Tenant) -> dict:
    """What the stores hold of a tenant, whoever asks."""
    return {
        "offers": tenant.sql("SELECT id, reference, status FROM offers ORDER BY id"),
        "imports": tenant.sql("SELECT id, status FROM imports ORDER BY id"),
        "documents": tenant.sql("SELECT id, status, chunks FROM documents ORDER BY id"),
        "chunks": tenant.pool("SELECT document_id, count(*) FROM chunks GROUP BY 1 ORDER BY 1"),
    }
