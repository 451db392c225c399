"""Two tenants, one deployment: nothing of the one is there for the other, whichever door is tried."""

from __future__ import annotations

import base64
import random
import time
import uuid
from urllib.parse import urlsplit

import pytest
import requests

from demo.client import Operator, OperatorError
from demo.memory import new_password

from . import canaries, people
from .api import NOT_FOUND, UNAUTHORIZED, Api, filled, is_problem, parameters_of, routes
from .belongings import all_offers, belongings, fresh_email, furnish, in_days, misplaced, options_of, seen
from .people import Browser
from .stage import Stage
from .tenants import Tenant, csv_file, offer
from .test_metrics import arrived, coded, event, put


@pytest.fixture
def furnished(alpha: Tenant, beta: Tenant) -> tuple[Tenant, Tenant]:
    """Both tenants with some of everything."""
    for tenant in (alpha, beta):
        furnish(tenant)
    # One more: the other has no version of this number.
    if "third version" not in alpha.notes:
        alpha.notes["third version"] = alpha.publish({"name": f"Troisième de {alpha.slug}"})
        for _ in range(2):
            alpha.publish({"sessions": {"hours": 12, "idle_minutes": 60}}, "/v1/settings")
    return alpha, beta


class TestApi:
    def test_a_thousand_requests_for_what_is_another_tenants(self, stage: Stage, furnished: tuple[Tenant, Tenant]):
        """Nothing, and byte for byte the answer for what never existed."""
        before, sent = [seen(tenant) for tenant in furnished], 0
        for owner, other in (furnished, furnished[::-1]):
            at_the_host = Api(stage.stack.api_url, {"Host": other.host})
            callers = {"front": (other.candidate, at_the_host), "back": (other.member,)}
            never: dict[str, bytes] = {}
            for office, (method, path, options), (_, none, nothing) in [*belongings(owner), *misplaced(owner, other)]:
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
        asked = routes("front", "back")
        for office, method, path in asked:
            shown, unknown = (
                {"X-Vivier-Key": key} if office == "front" else {"Authorization": f"Bearer {token}"}
                for key, token in ((owner.key, owner.token), ("vpk_unknown", "a.b.c"))
            )
            target = filled(path, project=other.project)
            for headers in (shown, shown | {"Host": other.host.upper()}):
                answer = Api(stage.stack.api_url, {"Host": other.host} | headers).send(method, target)
                is_problem(answer, UNAUTHORIZED)
                control = Api(stage.stack.api_url, {"Host": other.host} | unknown).send(method, target)
                assert answer.content == control.content
        return 2 * len(asked)

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


def version_7() -> str:
    """A UUID as pages make them (RFC 9562, section 5.7)."""
    return str(uuid.UUID(int=(int(time.time() * 1000) << 80) | (7 << 76) | (2 << 62) | random.getrandbits(62)))


BODIES = {
    "POST /v1/imports": {"format": "csv", "size": 9},
    "POST /v1/feeds": {"source": "crossed", "format": "csv", "address": "https://partner.invalid/a.csv", "schedule": {"every": "hour"},
                       "enabled": False},
    "PATCH /v1/feeds/{id}": {"enabled": False},
    "POST /v1/reports": {"name": "Croisé", "kind": "activity", "period": "last_7_days", "language": "fr"},
    "PATCH /v1/reports/{id}": {"name": "Croisé"},
    "POST /v1/reports/{id}/runs": {"format": "json"},
    "POST /v1/projects/{project}/reports/{id}/runs": {"format": "json"},
    "POST /v1/usage-events": {"events": [{"kind": "suggestion_used", "id": version_7(), "position": 1}]},
    "PUT /v1/statistics/time-zone": {"time_zone": "Europe/Paris"},
    "POST /v1/documents": {"name": "croisé.txt", "media_type": "text/plain", "size": 9},
    "PATCH /v1/documents/{id}": {"name": "croisé.txt"},
    "POST /v1/documents/{id}/versions": {"media_type": "text/plain", "size": 9},
    "POST /v1/documents/batches": {"documents": [{"name": "", "media_type": "text/plain", "size": 9}]},
    "POST /v1/alerts": {"email": f"croisee.{canaries.SURNAME}@nobody.example", "search": "q=soudeur", "frequency": "daily", "language": "fr"},
    "POST /v1/privacy-requests": {"kind": "access", "email": f"croisee.{canaries.SURNAME}@nobody.example", "language": "fr"},
    "POST /v1/data-requests": {"kind": "rectification", "email": f"croisee.{canaries.SURNAME}@nobody.example", "language": "fr",
                               "note": "Croisée"},
    "POST /v1/breaches/{id}/decision": {"decision": "notify_for_us"},
    "POST /v1/departure/acknowledgement": {"sha256": "0" * 64},
    "POST /v1/offers/match": {"text": "EXPÉRIENCE\nSoudeur, Atelier, Lyon\n2019 - 2024\nCOMPÉTENCES\nSoudage TIG"},
    "POST /v1/chat/sessions/{id}/messages": {"text": "Bonjour ?"},
    "POST /v1/chat/sessions/{id}/messages/stream": {"text": "Bonjour ?"},
    "PUT /v1/chat/sessions/{id}/messages/{message_id}/feedback": {"rating": "down", "reason": "wrong"},
    "POST /v1/conversations/{id}/messages": {"text": "Bonjour."},
    "PUT /v1/members/{id}/role": {"role": "reader"},
    "PUT /v1/projects/{project}/members/{id}": {"role": "reader"},
    "POST /v1/projects": {"name": "Croisé"},
    "PATCH /v1/projects/{project}": {"name": "Croisé"},
    "POST /v1/projects/{project}/products": {"kind": "messaging_channel", "name": "Croisé"},
    "PATCH /v1/projects/{project}/products/{id}": {"enabled": False},
    "PUT /v1/projects/{project}/settings/draft": {"name": "Croisé"},
    "POST /v1/projects/{project}/settings/rollback": {"number": 1},
    "POST /v1/projects/{project}/keys": {"name": "Croisée"},
    "PATCH /v1/projects/{project}/keys/{id}": {"name": "Croisée"},
    "POST /v1/projects/{project}/keys/{id}/rotation": {"overlap_minutes": 5},
    "POST /v1/projects/{project}/test-questions": {"questions": [{"question": "Combien de jours de congés ?"}]},
    "PUT /v1/projects/{project}/test-questions/{id}": {"question": "Combien de jours ?"},
    "POST /v1/projects/{project}/test-runs": {},
    "PUT /v1/resume-parser": {"address": "https://parser.invalid/", "format": "json_resume",
                              "credentials": {"kind": "bearer", "token": "crossed"}},
    "PUT /v1/projects/{project}/search-tests": {"tests": [{"query": "croisé", "expected": ["croisé"]}]},
    "POST /v1/projects/{project}/synonym-proposals/effect": {"from": "croisé", "to": ["croisée"]},
    "POST /v1/projects/{project}/synonym-proposals/acceptance": {"from": "croisé", "to": ["croisée"]},
    "POST /v1/projects/{project}/synonym-proposals/refusal": {"from": "croisé", "to": ["croisée"]},
    "PATCH /v1/retention/policies": {"days": {"test_runs": 300}},
    "POST /v1/retention/holds": {"kind": "feed_runs", "reason": "Croisé 1", "ends_at": in_days(30)},
    "PATCH /v1/retention/holds/{id}": {"ends_at": in_days(30)},
    "PUT /v1/settings/draft": {"sessions": {"hours": 11, "idle_minutes": 60}},
}
"""What each write takes; one that is refused is refused because of whose thing it is."""
PERSONAL = ("/v1/session", "/v1/password", "/v1/mfa")


def body_of(method: str, path: str, owner: Tenant) -> dict | None:
    if path in ("/v1/members", "/v1/projects/{project}/members") and method == "POST":
        return {"email": fresh_email(), "role": "reader"}
    if path == "/v1/roles/{id}" and method == "PUT":
        return {"name": "Croisé", "permissions": ["offers.read"]}
    return BODIES.get(f"{method} {path}")


def named_by(owner: Tenant, path: str) -> dict[str, str]:
    """What of the owner's the parameters of a path would name."""
    kinds = {
        "offers": lambda: all_offers(owner)[0]["id"],
        "chat": lambda: owner.notes["sessions"][0],
        "conversations": lambda: owner.notes["sessions"][0],
        "imports": lambda: owner.notes["import_ids"][0],
        "feeds": lambda: owner.notes["feeds"][0],
        "reports": lambda: owner.notes["reports"][0],
        "data-requests": lambda: owner.notes["data_requests"][0],
        "holds": lambda: owner.notes["holds"][0],
        "breaches": lambda: owner.notes["breaches"][0],
        "tasks": lambda: owner.notes["tasks"][0],
        "documents": lambda: next(iter(owner.notes["document_ids"].values())),
        "batches": lambda: owner.notes["batches"][0],
        "members": lambda: owner.notes["members"][0],
        "roles": lambda: f"of-{owner.slug}",
        "products": lambda: owner.notes["products"][0],
        "keys": lambda: owner.notes["keys"][0],
        "test-questions": lambda: owner.notes["test_questions"][0],
        "test-runs": lambda: owner.notes["test_runs"][0],
    }
    kind = path.split("/{id}")[0].rsplit("/", 1)[1] if "{id}" in path else ""
    kind = "chat" if "/chat/" in path else kind
    named = {"project": owner.project, "number": "3" if "project" in path else "2", "message_id": owner.notes["messages"][0]}
    named["run_id"] = owner.notes["report_runs" if "/reports/" in path else "feed_runs"][0]
    return named | ({"id": kinds[kind]()} if kind else {})


def session_of(tenant: Tenant) -> dict:
    """A member's session as its holder sees it."""
    answer = tenant.colleague.browser.get("/v1/session")
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if name != "idle_until"}


class TestRoutes:
    """One case for each route: `cases.toml` names them."""

    @pytest.mark.parametrize(
        ("office", "method", "path"), [route for route in routes("front", "back") if parameters_of(route[2])]
    )
    def test_what_is_another_tenants(self, furnished: tuple[Tenant, Tenant], office: str, method: str, path: str):
        """Asked for by name it is not there, and the answer is that for what never existed."""
        owner, other = furnished
        caller = other.candidate if office == "front" else other.member
        body = body_of(method, path, owner)
        options = options_of(body)
        before = seen(owner)
        answer = caller.send(method, filled(path, **named_by(owner, path)), **options)
        if (method, path) == ("PUT", "/v1/roles/{id}"):
            # Two tenants may call their roles alike, and each has its own.
            assert answer.status_code == 200, answer.text
            removed = caller.send("DELETE", filled(path, **named_by(owner, path)), headers={"If-Match": answer.headers["ETag"]})
            assert removed.status_code == 204, removed.text
        else:
            is_problem(answer, NOT_FOUND)
            assert answer.content == caller.send(method, filled(path), **options).content
        assert seen(owner) == before

    @pytest.mark.parametrize(
        ("office", "method", "path"),
        [r for r in routes("front", "back") if not parameters_of(r[2]) and not r[2].startswith(PERSONAL)],
    )
    def test_what_names_nothing(self, furnished: tuple[Tenant, Tenant], office: str, method: str, path: str):
        """It concerns the caller's own tenant, and says nothing of the other."""
        owner, other = furnished
        caller = other.candidate if office == "front" else other.member
        assert session_of(owner)
        before, body = seen(owner), body_of(method, path, owner)
        options = options_of(body)
        if path == "/v1/settings/rollback":
            options["json"] = {"number": 2}
        if path == "/v1/chat/sessions/resume":
            options["json"] = {"token": "A" * 43}
        if path.startswith("/v1/alerts/"):
            options["json"] = {"token": "A" * 43}
        if path.startswith("/v1/privacy-requests/"):
            options["json"] = {"token": "A" * 64} | ({"code": "00000000"} if path.endswith("copy") else {})
        if path.endswith(("suggest", "places")):
            options["params"] = {"q": owner.notes["rows"][0]["company"][:8]}
        answer = caller.send(method, path, **options)
        # What the other has not drafted, published or kept is not there; nothing of the owner's stands in for it.
        absent = ("/v1/settings", "/v1/resume-parser", "/v1/chat/sessions/resume", "/v1/alerts/", "/v1/privacy-requests/", "/v1/departure")
        assert answer.ok or path.startswith(absent), answer.text
        mine = [owner.tenant_id, owner.simple, owner.notes["rows"][0]["company"], owner.email, session_of(owner)["csrf"]]
        mine.append(owner.notes["resume_parser"])
        # The log says what its own members reached for.
        if not path.startswith("/v1/audit"):
            mine += [owner.slug, owner.project, *owner.notes["document_ids"].values()]
            for kind in ("members", "keys", "products", "projects", "import_ids", "batches", "feeds", "reports"):
                mine += owner.notes[kind]
        assert not [text for text in mine if text in answer.text]
        assert seen(owner) == before
        if path == "/v1/documents" and method == "POST":
            caller.send("DELETE", f"/v1/documents/{answer.json()['document_id']}")

    @pytest.mark.parametrize(("office", "method", "path"), [r for r in routes("back") if r[2].startswith(PERSONAL)])
    def test_what_is_a_members_own(self, stage: Stage, furnished: tuple[Tenant, Tenant], office, method, path: str):
        """It concerns whoever holds the session, wherever it is sent."""
        owner, other = furnished
        kept = session_of(owner)
        before = seen(owner)
        person = other.person("manager")
        browser = person.browser
        old, new = person.password, new_password()
        body = {"/v1/password": {"old_password": old, "new_password": new}, "/v1/mfa/sms": {"phone": canaries.phone()}}
        body = {"code": "000000"} if method == "PUT" and "mfa" in path else body.get(path)
        elsewhere = {"Host": owner.host}
        is_problem(browser.send(method, path, headers=elsewhere, json=body), UNAUTHORIZED)
        answer = browser.send(method, path, json=body)
        assert answer.status_code < 500, answer.text
        assert not [text for text in (owner.tenant_id, owner.email, owner.colleague.id) if text in answer.text]
        assert session_of(owner) == kept
        assert seen(owner) == before
        other.member.send("DELETE", f"/v1/members/{person.id}")


class TestConversations:
    def test_a_token_is_of_the_candidates_tenant(self, alpha: Tenant, beta: Tenant):
        """In another tenant it leads nowhere, like one that never was; and it is not used up by that."""
        session = alpha.front.open_session()
        token = alpha.candidate.send("POST", f"/v1/chat/sessions/{session}/resume-tokens").json()["token"]
        taken = beta.candidate.send("POST", "/v1/chat/sessions/resume", json={"token": token})
        is_problem(taken, NOT_FOUND)
        invented = beta.candidate.send("POST", "/v1/chat/sessions/resume", json={"token": "A" * 43})
        assert taken.content == invented.content
        own = alpha.candidate.send("POST", "/v1/chat/sessions/resume", json={"token": token})
        assert own.json()["session_id"] == session
        alpha.front.close_session(session)


class TestBeforeALogin:
    """Routes that ask nobody who they are: what is shown there is bound to one tenant all the same."""

    @staticmethod
    def moved(ticket: str, tenant: Tenant) -> str:
        """A ticket whose tenant was replaced by another's."""
        content = base64.urlsafe_b64decode(ticket)
        assert len(content) == 48
        return base64.urlsafe_b64encode(uuid.UUID(tenant.tenant_id).bytes + content[16:]).decode().rstrip("=")

    def test_a_session_is_of_the_members_tenant(self, stage: Stage, alpha: Tenant, beta: Tenant):
        browser = Browser(stage)
        is_problem(browser.login(alpha.email, beta.password), UNAUTHORIZED)
        person = alpha.person("reader")
        for thief in (Browser(stage), Browser(stage)):
            thief.cookie, thief.csrf = self.moved(person.browser.cookie, beta), person.browser.csrf
            is_problem(thief.get("/v1/session"), UNAUTHORIZED)
            is_problem(thief.send("POST", "/v1/session/refresh"), UNAUTHORIZED)
        assert person.browser.get("/v1/session").json()["member_id"] == person.id

    def test_a_challenge_is_of_the_members_tenant(self, stage: Stage, alpha: Tenant, beta: Tenant):
        email = fresh_email()
        alpha.back.call("POST", "/v1/members", {"email": email, "role": "reader"})
        password = people.temporary_password(people.next_mail(stage, email))
        browser = Browser(stage)
        asked = browser.login(email, password).json()
        crossed = {"challenge_id": self.moved(asked["challenge_id"], beta)}
        is_problem(browser.answer(crossed, new_password=new_password()), UNAUTHORIZED)
        assert browser.answer(asked, new_password=new_password()).status_code == 200
        assert beta.member.get("/v1/documents").status_code == 200
        is_problem(browser.send("GET", "/v1/session", headers={"Host": beta.host}), UNAUTHORIZED)

    def test_a_link_is_of_the_members_tenant(self, stage: Stage, alpha: Tenant, beta: Tenant):
        person = alpha.person("reader")
        assert person.browser.get("/v1/session").status_code == 200
        seen_mails = {email: len(people.mails(stage, email)) for email in (person.email, beta.email)}
        nobody = Api(stage.stack.api_url, {"Host": urlsplit(stage.stack.api_url).netloc})
        assert nobody.send("POST", "/v1/password/forgotten", json={"email": person.email}).status_code == 202
        token = people.reset_token(people.next_mail(stage, person.email, seen_mails[person.email]))
        assert len(people.mails(stage, beta.email)) == seen_mails[beta.email]
        body = {"token": self.moved(token, beta), "password": new_password()}
        invented = nobody.send("POST", "/v1/password/reset", json=body | {"token": self.moved("A" * 64, beta)})
        crossed = nobody.send("POST", "/v1/password/reset", json=body)
        is_problem(crossed)
        assert (crossed.status_code, crossed.content) == (invented.status_code, invented.content)
        assert Browser(stage).login(person.email, person.password).status_code == 200, "the password is as it was"

    def test_the_document_says_nothing_of_tenants(self, stage: Stage, furnished: tuple[Tenant, Tenant]):
        self.says_nothing(Api(stage.stack.api_url).get("/v1/openapi.json").text, furnished)

    def test_the_page_of_requests_says_nothing_of_tenants(self, stage: Stage, furnished: tuple[Tenant, Tenant]):
        self.says_nothing(Api(stage.stack.api_url).get("/v1/privacy-requests/page").text, furnished)

    def test_the_page_of_alerts_says_nothing_of_tenants(self, stage: Stage, furnished: tuple[Tenant, Tenant]):
        self.says_nothing(Api(stage.stack.api_url).get("/v1/alerts/page").text, furnished)

    @staticmethod
    def says_nothing(text: str, furnished: tuple[Tenant, Tenant]) -> None:
        for tenant in furnished:
            assert not [mine for mine in (tenant.slug, tenant.tenant_id, tenant.host, tenant.project) if mine in text]


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

    @pytest.mark.parametrize("function", ["offers", "ingest", "retention", "reports", "evaluation", "alerts", "privacy", "departure", "breaches"])
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
        with stage.pool(beta.tenant_id, "retention") as connection:
            found = connection.execute("SELECT 1 FROM purge_reports WHERE run_id = %s", [report["run_id"]])
            assert found.fetchall() == []

    @pytest.mark.parametrize("function", ["offers", "search", "alerts", "matching", "ingest", "chat", "evaluation", "learning", "front", "reports", "statistics", "usage"])
    def test_functions_without_commands_take_none(self, operator: Operator, function: str):
        with pytest.raises(OperatorError, match="unknown-event"):
            operator.invoke(function, {"operation": "list"})


def seen_stores(tenant: Tenant) -> dict:
    """What the stores hold of a tenant, whoever asks."""
    return {
        "offers": tenant.sql("SELECT id, reference, status FROM offers ORDER BY id"),
        "imports": tenant.sql("SELECT id, status FROM imports ORDER BY id"),
        "alerts": tenant.sql("SELECT id, email, state FROM alerts ORDER BY id"),
        "documents": tenant.sql("SELECT id, status, chunks FROM documents ORDER BY id"),
        "chunks": tenant.pool("SELECT document_id, count(*) FROM chunks GROUP BY 1 ORDER BY 1"),
        "test questions": tenant.pool("SELECT id, question, document_id FROM test_questions ORDER BY id"),
    }
