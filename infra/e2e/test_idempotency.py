"""A write that is sent twice with one `Idempotency-Key` is carried out once and answered twice."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import pytest
import requests

from . import people
from .api import FORBIDDEN, Api, is_problem
from .holds import Gate, at_once
from .stage import Stage
from .tenants import Tenant
from .test_permissions import denied, without

REUSED = ("urn:vivier:problem:idempotency-key-reused", 422)
RUNNING = ("urn:vivier:problem:request-in-progress", 409)
INVALID = ("urn:vivier:problem:invalid-idempotency-key", 400)
REPLAYED = "Idempotency-Replayed"


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("once-e2e")


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


def send(api: Api, key: str, method: str, path: str, body: dict | None = None, **headers: str) -> requests.Response:
    return api.send(method, path, json=body, headers={"Idempotency-Key": key, **headers})


def email() -> str:
    return f"p{uuid.uuid4().hex[:12]}@once-e2e.example"


def counted(house: Tenant, path: str, named: str) -> Callable[[], int]:
    """How many there are of what a list names."""

    def count() -> int:
        found, cursor = 0, {}
        while cursor is not None:
            page = house.member.get(path, limit=100, **cursor).json()
            found += len(page[named])
            cursor = {"cursor": page["next_cursor"]} if page.get("next_cursor") else None
        return found

    return count


def members(house: Tenant) -> int:
    """How many members there are, as the table has them: asking the API would itself be entered in the log."""
    found = house.stage.client("dynamodb").query(
        TableName=f"vivier-{house.stage.name}-projects", KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": f"tenant#{house.tenant_id}"}, ":sk": {"S": "member#"}},
    )  # fmt: skip
    return found["Count"]


def kinds(house: Tenant) -> dict[str, tuple[str, dict, Callable[[], int]]]:
    """Writes that make something: where, what is sent, and how many there are."""
    project = f"/v1/projects/{house.project}"
    products = lambda: len(house.member.get(project).json()["products"])  # noqa: E731
    return {
        "project": ("/v1/projects", {"name": "Une fois"}, counted(house, "/v1/projects", "projects")),
        "product": (f"{project}/products", {"kind": "messaging_channel", "name": "Une fois"}, products),
        "key": (f"{project}/keys", {"name": "Une fois"}, counted(house, f"{project}/keys", "keys")),
        "member": ("/v1/members", {"email": email(), "role": "reader"}, lambda: members(house)),
        "document": ("/v1/documents", {"name": "a.md", "media_type": "text/markdown", "size": 9},
                     counted(house, "/v1/documents", "documents")),
        "import": ("/v1/imports", {"format": "csv", "size": 9}, counted(house, "/v1/imports", "imports")),
    }  # fmt: skip


FUNCTIONS = {"member": "members", "document": "ingest"}
"""Who carries a kind out; `projects` does the others."""
KINDS = ("project", "product", "key", "member", "document", "import")


class TestOnce:
    @pytest.mark.parametrize("kind", KINDS)
    def test_the_same_again_is_the_same_answer(self, stage: Stage, house: Tenant, key: str, kind: str):
        path, body, count = kinds(house)[kind]
        before = count()
        first = send(house.member, key, "POST", path, body)
        assert first.status_code == 201 and REPLAYED not in first.headers, first.text
        for sent in (body, dict(reversed(body.items())) if len(body) == 1 else body):
            again = send(house.member, key, "POST", path, sent)
            assert (again.status_code, again.content) == (201, first.content)
            assert again.headers[REPLAYED] == "true"
            for header in ("Location", "ETag", "Content-Type"):
                assert again.headers.get(header) == first.headers.get(header)
        assert count() == before + 1
        assert send(house.member, str(uuid.uuid4()), "POST", path, body).status_code in (201, 409), "another key is another request"
        if kind == "member":
            assert len(people.mails(stage, body["email"])) == 1, "one invitation was mailed"

    def test_changes_and_removals(self, house: Tenant, key: str):
        made = house.member.send("POST", "/v1/projects", json={"name": "Avant"})
        path, seen = f"/v1/projects/{made.json()['project_id']}", {"If-Match": made.headers["ETag"]}
        first = send(house.member, key, "PATCH", path, {"name": "Après"}, **seen)
        assert first.status_code == 200, first.text
        # The state it was made on is no more; it is answered as it was all the same.
        again = send(house.member, key, "PATCH", path, {"name": "Après"}, **seen)
        assert (again.status_code, again.content, again.headers["ETag"]) == (200, first.content, first.headers["ETag"])
        member, gone = house.person("reader").id, str(uuid.uuid4())
        removals = [send(house.member, gone, "DELETE", f"/v1/members/{member}") for _ in range(2)]
        assert [answer.status_code for answer in removals] == [204, 204], [answer.text for answer in removals]
        assert house.member.send("DELETE", f"/v1/members/{member}").status_code == 404

    def test_a_refusal_is_kept_as_well(self, house: Tenant, key: str):
        address = email()
        invitation = {"email": address, "role": "reader"}
        assert house.member.send("POST", "/v1/members", json=invitation).status_code == 201
        first = send(house.member, key, "POST", "/v1/members", invitation)
        assert first.status_code == 409
        again = send(house.member, key, "POST", "/v1/members", invitation)
        assert (again.status_code, again.content, again.headers[REPLAYED]) == (409, first.content, "true")

    def test_candidates_have_keys_of_their_own(self, house: Tenant, key: str):
        session = send(house.candidate, key, "POST", "/v1/chat/sessions").json()["session_id"]
        assert send(house.candidate, key, "POST", "/v1/chat/sessions").json()["session_id"] == session
        path, asked = f"/v1/chat/sessions/{session}/messages", str(uuid.uuid4())
        answers = [send(house.candidate, asked, "POST", path, {"text": "Bonjour ?"}) for _ in range(3)]
        assert len({answer.content for answer in answers}) == 1
        assert len(house.front.session(session)["messages"]) == 1, "one question with its answer"


class TestAnother:
    @pytest.mark.parametrize("kind", KINDS)
    def test_body_is_refused(self, house: Tenant, key: str, kind: str):
        path, body, count = kinds(house)[kind]
        assert send(house.member, key, "POST", path, body).status_code == 201
        before = count()
        is_problem(send(house.member, key, "POST", path, body | {"more": "of it"}), REUSED)
        assert count() == before

    def test_path_method_or_condition_is_refused(self, house: Tenant, key: str):
        made = send(house.member, key, "POST", "/v1/projects", {"name": "Une"}).json()
        path = f"/v1/projects/{made['project_id']}"
        is_problem(send(house.member, key, "PATCH", path, {"name": "Une"}, **{"If-Match": "*"}), REUSED)
        is_problem(send(house.member, key, "POST", f"{path}/keys", {"name": "Une"}), REUSED)
        other = str(uuid.uuid4())
        assert send(house.member, other, "PATCH", path, {"name": "Deux"}, **{"If-Match": "*"}).status_code == 200
        is_problem(send(house.member, other, "PATCH", path, {"name": "Deux"}, **{"If-Match": '"1"'}), REUSED)
        assert house.member.get(path).json()["name"] == "Deux"

    def test_member_does_not_get_the_answer(self, house: Tenant, key: str):
        body = {"name": "À moi"}
        path = f"/v1/projects/{house.project}/keys"
        mine = send(house.member, key, "POST", path, body)
        theirs = send(house.colleague.bearer, key, "POST", path, body)
        assert theirs.status_code == 201 and REPLAYED not in theirs.headers
        assert theirs.json()["text"] != mine.json()["text"] and theirs.json()["key"]["key_id"] != mine.json()["key"]["key_id"]
        is_problem(send(house.person("reader").bearer, key, "POST", path, body), FORBIDDEN)

    def test_tenant_does_not_get_the_answer(self, house: Tenant, alpha: Tenant, key: str):
        body = {"name": "À nous"}
        mine = send(house.member, key, "POST", "/v1/projects", body).json()["project_id"]
        assert send(alpha.member, key, "POST", "/v1/projects", body).json()["project_id"] != mine

    def test_right_withdrawn_in_between_gets_nothing(self, house: Tenant, key: str):
        person = house.person("manager")
        bearer, path = person.bearer, f"/v1/projects/{house.project}/keys"
        assert send(bearer, key, "POST", path, {"name": "Tant que"}).status_code == 201
        assert house.member.send("PUT", f"/v1/members/{person.id}/role", json={"role": "reader"}).status_code == 200
        is_problem(send(bearer, key, "POST", path, {"name": "Tant que"}), FORBIDDEN)

    @pytest.mark.parametrize("wrong", ["", "1", "é", "x" * 36, "a" * 300, "0" * 32, "{01920000-0000-7000-8000-000000000001}"])
    def test_form_than_a_uuid_is_refused(self, house: Tenant, wrong: str):
        count = kinds(house)["project"][2]
        before = count()
        headers = {"Idempotency-Key": wrong.encode()}
        is_problem(house.member.send("POST", "/v1/projects", json={"name": "Non"}, headers=headers), INVALID)
        assert count() == before


class TestTrouble:
    def test_while_it_is_carried_out_it_is_not_begun_again(self, stage: Stage, house: Tenant, key: str):
        count = kinds(house)["project"][2]
        before = count()
        with Gate(stage, house, "begun") as gate:
            first = gate.begin(lambda: send(house.member, key, "POST", "/v1/projects", {"name": "Pendant"}))
            meanwhile = send(house.member, key, "POST", "/v1/projects", {"name": "Pendant"})
            is_problem(meanwhile, RUNNING)
            assert int(meanwhile.headers["Retry-After"]) >= 1
            is_problem(send(house.member, key, "POST", "/v1/projects", {"name": "Autre"}), REUSED)
            gate.open()
            made = first.result()
        again = send(house.member, key, "POST", "/v1/projects", {"name": "Pendant"})
        assert (made.status_code, again.content) == (201, made.content)
        assert count() == before + 1

    @pytest.mark.parametrize("kind", KINDS)
    def test_of_several_at_once_one_is_carried_out(self, stage: Stage, house: Tenant, key: str, kind: str):
        path, body, count = kinds(house)[kind]
        before = count()
        with at_once(6) as run:
            answers = run(lambda _: send(house.member, key, "POST", path, body), range(6))
        made = [answer for answer in answers if answer.status_code == 201]
        assert made and len({answer.content for answer in made}) == 1, [answer.text for answer in answers]
        for answer in answers:
            if answer not in made:
                is_problem(answer, RUNNING)
        assert send(house.member, key, "POST", path, body).content == made[0].content
        assert count() == before + 1
        if kind == "member":
            assert len(people.mails(stage, body["email"])) == 1

    @pytest.mark.parametrize("kind", ["project", "product", "key", "member", "document"])
    @pytest.mark.parametrize("moment", ["begun", "done"])
    def test_a_function_that_dies_in_the_middle(self, stage: Stage, house: Tenant, key: str, kind: str, moment: str):
        """Before anything was made, and after it was made but before anybody was told."""
        path, body, count = kinds(house)[kind]
        function, before = FUNCTIONS.get(kind, "projects"), count()
        with Gate(stage, house, moment) as gate:
            lost = gate.begin(lambda: send(house.member, key, "POST", path, body))
            assert count() == before + (moment == "done")
            stage.kill(function)
            assert lost.result().status_code >= 500
            if moment == "begun":
                is_problem(send(house.member, key, "POST", path, body), RUNNING)
            end_leases(stage, house)
        self.made_once(house, key, kind, path, body, lambda: count() == before + 1)

    @pytest.mark.parametrize("kind", ["project", "product", "key", "document"])
    def test_what_was_made_but_not_kept(self, stage: Stage, house: Tenant, key: str, kind: str):
        """It was made, and the memory of it was lost: made again, it is the same thing."""
        path, body, count = kinds(house)[kind]
        before = count()
        with denied(stage, FUNCTIONS.get(kind, "projects"), "dynamodb:UpdateItem", f"table/vivier-{stage.name}-requests"):
            first = send(house.member, key, "POST", path, body)
            assert first.status_code == 201 and count() == before + 1, first.text
        is_problem(send(house.member, key, "POST", path, body), RUNNING)
        end_leases(stage, house)
        again = self.made_once(house, key, kind, path, body, lambda: count() == before + 1)
        if kind != "key":
            name = next(name for name in again if name.endswith("id"))
            assert again[name] == first.json()[name]

    def test_a_person_is_mailed_once_even_where_the_answer_was_not_kept(self, stage: Stage, house: Tenant, key: str):
        """The user pool gives members their ids: whoever was mailed already is a member already."""
        path, body, count = kinds(house)["member"]
        before = count()
        with denied(stage, "members", "dynamodb:UpdateItem", f"table/vivier-{stage.name}-requests"):
            assert send(house.member, key, "POST", path, body).status_code == 201
        end_leases(stage, house)
        is_problem(send(house.member, key, "POST", path, body), ("urn:vivier:problem:already-member", 409))
        assert (count(), len(people.mails(stage, body["email"]))) == (before + 1, 1)

    @staticmethod
    def made_once(house: Tenant, key: str, kind: str, path: str, body: dict, once: Callable[[], bool]) -> dict:
        """Sent again it is answered as if nothing had happened, and there is one thing."""
        again = send(house.member, key, "POST", path, body)
        assert again.status_code == 201, again.text
        assert once(), "it was made once"
        assert send(house.member, key, "POST", path, body).content == again.content
        if kind == "key":
            visitor = house.visitor(again.json()["text"])
            assert visitor.get("/v1/front-office").status_code == 200, "the text that was shown opens"
        return again.json()

    def test_what_failed_on_our_side_is_tried_again(self, stage: Stage, house: Tenant, key: str):
        with without(stage, "projects", "secretsmanager:GetSecretValue"):
            assert send(house.member, key, "POST", "/v1/projects", {"name": "Plus tard"}).status_code == 503
        made = send(house.member, key, "POST", "/v1/projects", {"name": "Plus tard"})
        assert made.status_code == 201 and REPLAYED not in made.headers

    def test_what_is_kept_can_be_read_by_nobody(self, stage: Stage, house: Tenant, key: str):
        address = email()
        answer = send(house.member, key, "POST", "/v1/members", {"email": address, "role": "reader"})
        assert answer.status_code == 201
        kept = stage.client("dynamodb").query(
            TableName=f"vivier-{stage.name}-requests", KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"tenant#{house.tenant_id}"}},
        )["Items"]  # fmt: skip
        text = json.dumps(kept, default=lambda value: value.decode("latin-1"))
        assert kept and all("expires_at" in item for item in kept)
        for secret in (address, address.split("@")[0], key, answer.json()["id"]):
            assert secret not in text


def end_leases(stage: Stage, house: Tenant) -> None:
    """Lets the claims of whoever died end, as time does."""
    dynamodb, table = stage.client("dynamodb"), f"vivier-{stage.name}-requests"
    for item in dynamodb.query(
        TableName=table, KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": f"tenant#{house.tenant_id}"}, ":sk": {"S": "request#"}},
    )["Items"]:  # fmt: skip
        if "lease_until" in item:
            dynamodb.put_item(TableName=table, Item=item | {"lease_until": {"S": "2020-01-01T00:00:00Z"}})
