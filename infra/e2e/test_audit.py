"""The audit log (K8.1a): who did what, to what, when, from where and how it ended; no content."""

from __future__ import annotations

import json
import uuid

import pytest

from demo.client import Operator

from . import people
from .api import FORBIDDEN, Api, filled, is_problem, routes
from .log import action, entries, last, listed
from .people import Browser
from .stage import Stage
from .tenants import Person, Tenant, logged_in

WRITES = routes("back", methods="POST PUT PATCH DELETE")
PERSONAL = [
    ("GET", "/v1/members"), ("GET", "/v1/members/{id}"), ("GET", "/v1/projects/{project}/members"),
    ("GET", "/v1/audit"), ("GET", "/v1/audit/export"), ("GET", "/v1/conversations"), ("GET", "/v1/data-requests"),
    ("GET", "/v1/erasure-receipts"), ("GET", "/v1/breaches"),
]  # fmt: skip
"""Readings of what is about persons."""
OF_A_CONVERSATION = [("GET", "/v1/conversations/{id}"), ("GET", "/v1/conversations/{id}/messages/{message_id}/trace")]
"""Readings about persons that need a conversation: `test_conversations` looks at them."""
OF_A_REQUEST = [("GET", "/v1/data-requests/{id}")]
"""And one that needs a request: `test_privacy` looks at it."""
OF_A_BREACH = [("GET", "/v1/breaches/{id}"), ("GET", "/v1/breaches/{id}/notification")]
"""And those that need a breach: `test_breaches` looks at them."""


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("audit-e2e")


@pytest.fixture(scope="module")
def writer(house: Tenant) -> Person:
    """A manager whose doings are looked at."""
    return house.person("manager")


class TestEntries:
    @pytest.mark.parametrize(("office", "method", "path"), WRITES)
    def test_of_a_write(self, house: Tenant, writer: Person, office: str, method: str, path: str):
        """`begun` before anything is done, and how it ended: here refused, for there is nothing of these names."""
        token = house.stage.login(writer.email, writer.password)["AccessToken"]
        address = "127.0.0.21"
        bearer = Api(house.stage.stack.api_url, {"Authorization": f"Bearer {token}"}, address)
        before = last(house)
        answer = bearer.send(method, filled(path), json={"nothing": "that this takes"}, headers={"If-Match": '"0"'})
        assert answer.status_code < 500, answer.text
        made = entries(house, before)
        end = "done" if answer.ok else "refused"
        assert [(e["action"], e["outcome"]) for e in made] == [(action(method, path), o) for o in ("begun", end)], made
        ids = [segment for segment in filled(path).split("/") if segment not in path.split("/")]
        for entry in made:
            assert (entry["actor"], entry["office"], entry["from_address"]) == (writer.id, "back", address)
            assert entry["subject"] == ("/".join(ids) or house.tenant_id)
        assert made[0]["request_id"] and made[0]["request_id"] == made[1]["request_id"]

    def test_of_what_was_made(self, house: Tenant, writer: Person):
        """The second entry names the thing that the first one could not."""
        bearer, made = writer.bearer, {}
        for path, body, named in (
            ("/v1/projects", {"name": "Entré"}, lambda a: a["project_id"]),
            ("/v1/members", {"email": f"{uuid.uuid4().hex}@audit-e2e.example", "role": "reader"}, lambda a: a["id"]),
            ("/v1/documents", {"name": "a.md", "media_type": "text/markdown", "size": 9}, lambda a: a["document_id"]),
            ("/v1/imports", {"format": "csv", "size": 9}, lambda a: a["import_id"]),
            (f"/v1/projects/{house.project}/keys", {"name": "Entrée"}, lambda a: a["key"]["key_id"]),
        ):
            before = last(house)
            answer = bearer.send("POST", path, json=body)
            assert answer.status_code == 201, answer.text
            made[path] = named(answer.json())
            begun, done = entries(house, before)
            assert (begun["outcome"], done["outcome"]) == ("begun", "done")
            assert made[path] not in begun["subject"] and done["subject"].split("/")[-1] == made[path], path
        # And what is done to it is found by its name.
        assert bearer.send("DELETE", f"/v1/members/{made['/v1/members']}").status_code == 204
        found = [entry["action"] for entry in listed(bearer, subject=made["/v1/members"])]
        assert set(found) == {action("POST", "/v1/members"), action("DELETE", "/v1/members/{id}")}

    @pytest.mark.parametrize(("office", "method", "path"), [r for r in WRITES if not r[2].startswith(("/v1/session", "/v1/mfa", "/v1/password"))])
    def test_of_a_write_without_the_right(self, house: Tenant, office: str, method: str, path: str):
        reader = house.notes.setdefault("reader", house.person("reader"))
        before = last(house)
        is_problem(reader.bearer.send(method, filled(path, project=house.project), json={}), FORBIDDEN)
        made = entries(house, before)
        assert [(e["actor"], e["action"], e["outcome"]) for e in made] == [(reader.id, action(method, path), "refused")]

    @pytest.mark.parametrize(("method", "path"), PERSONAL)
    def test_of_a_reading_about_persons(self, house: Tenant, writer: Person, method: str, path: str):
        target = filled(path, project=house.project, id=writer.id)
        bearer, before = writer.bearer, last(house)
        assert bearer.send(method, target).status_code == 200
        made = entries(house, before)
        assert [(e["actor"], e["action"], e["outcome"]) for e in made] == [(writer.id, action(method, path), "done")]
        reader = house.notes.setdefault("reader", house.person("reader")).bearer
        before = last(house)
        is_problem(reader.send(method, target), FORBIDDEN)
        assert [e["outcome"] for e in entries(house, before)] == ["refused"]

    @pytest.mark.parametrize(("office", "method", "path"), [r for r in routes("back", methods="GET") if r[1:] not in PERSONAL + OF_A_CONVERSATION + OF_A_REQUEST + OF_A_BREACH])
    def test_of_no_other_reading(self, house: Tenant, writer: Person, office: str, method: str, path: str):
        bearer, before = writer.bearer, last(house)
        bearer.send(method, filled(path, project=house.project))
        assert entries(house, before) == []

    def test_of_logging_in(self, stage: Stage, house: Tenant):
        person = house.person("reader")
        before = last(house)
        browser, guesser = person.browser, Browser(stage)
        is_problem(guesser.login(person.email, "Wrong-Password-1"))
        is_problem(guesser.login(f"{uuid.uuid4().hex}@audit-e2e.example", "Wrong-Password-1"))
        assert browser.send("POST", "/v1/session/refresh").status_code == 200
        assert browser.send("DELETE", "/v1/session").status_code == 204
        made = [(e["action"], e["outcome"], e["from_address"]) for e in entries(house, before) if person.id in e["subject"]]
        login = action("POST", "/v1/session")
        assert made[:2] == [(login, "done", browser.address), (login, "refused", guesser.address)]
        own = [(e["action"], e["outcome"]) for e in entries(house, before, actor=person.id) if e["action"] != login]
        renewed, ended = action("POST", "/v1/session/refresh"), action("DELETE", "/v1/session")
        assert own == [(name, outcome) for name in (renewed, ended) for outcome in ("begun", "done")]

    def test_of_operators(self, operator: Operator, house: Tenant):
        before = last(house)
        operator.invoke("tenants", {"operation": "clear_ip_ranges", "slug": house.slug})
        operator.invoke("retention", {"operation": "configure", "tenant": house.slug, "retention": {"events_days": 80}})
        address = f"op{uuid.uuid4().hex[:8]}@audit-e2e.example"
        operator.invoke("tenants", {"operation": "invite", "slug": house.slug, "email": address, "role": "reader"})
        made = entries(house, before)
        assert {(e["actor"], e["office"]) for e in made} == {("operator", "platform")}
        for name in ("tenants.clear_ip_ranges", "settings.retention", "tenants.invite"):
            assert "done" in [e["outcome"] for e in made if e["action"] == name], (name, made)

    def test_candidates_are_not_in_it(self, house: Tenant):
        before = last(house)
        session = house.front.open_session()
        house.front.search("soudeur")
        house.front.close_session(session)
        assert entries(house, before) == []

    def test_an_answer_given_again_is_no_second_write(self, house: Tenant, writer: Person):
        headers, before = {"Idempotency-Key": str(uuid.uuid4())}, last(house)
        bearer = writer.bearer
        for _ in range(3):
            assert bearer.send("POST", "/v1/projects", json={"name": "Une"}, headers=headers).status_code == 201
        assert [e["outcome"] for e in entries(house, before)] == ["begun", "done"]


class TestContent:
    def test_there_is_none(self, stage: Stage, house: Tenant):
        """Names, addresses, words, passwords and keys that went through the API are nowhere in it."""
        person = house.person("manager")
        bearer, mark = person.bearer, f"zyx{uuid.uuid4().hex[:10]}"
        address = f"{mark}@audit-e2e.example"
        bearer.send("POST", "/v1/members", json={"email": address, "role": "reader"})
        bearer.send("POST", "/v1/members", json={"email": mark, "role": mark})
        text = bearer.send("POST", f"/v1/projects/{house.project}/keys", json={"name": mark}).json()["text"]
        bearer.send("POST", "/v1/documents", json={"name": f"{mark}.md", "media_type": "text/markdown", "size": 9})
        bearer.send("DELETE", f"/v1/documents/{mark.upper()} né le 1er mai")
        bearer.send("DELETE", f"/v1/documents/{mark}")
        bearer.send("DELETE", f"/v1/documents/{address}")
        bearer.get("/v1/members", cursor=mark)
        house.publish({"texts": {"fr": {"welcome": mark}}})
        temporary = people.temporary_password(people.next_mail(stage, address))
        browser = logged_in(stage, person.email, person.password)
        browser.send("PUT", "/v1/password", json={"old_password": mark, "new_password": mark})
        browser.send("POST", "/v1/mfa/sms", json={"phone": "+33639983322"})
        Browser(stage).send("POST", "/v1/password/forgotten", json={"email": address})
        kept = json.dumps(house.pool("SELECT to_jsonb(l) FROM audit_log l"), default=str)
        for secret in (mark, address, person.email, text, temporary, person.password, browser.cookie, browser.csrf,
                       "33639983322", "né le 1er mai", house.token):  # fmt: skip
            assert secret.lower() not in kept.lower(), secret
