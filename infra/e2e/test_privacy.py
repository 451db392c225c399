"""Persons about their own data: nothing without a confirmed address, a copy behind two factors, an erasure that is complete when it is
proven and partial until then."""

from __future__ import annotations

import io
import json
import random
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import pytest
import requests

from demo.client import Operator, OperatorError, wait_for

from . import alerts, canaries
from .api import NOT_FOUND, is_problem, refused_fields
from .people import mails
from .privacy import ask, asked, confirmed, due, ledger, newest, run, stores, token
from .stage import Stage
from .tenants import Tenant
from .test_permissions import denied

ALL = {"alerts", "conversations", "copies", "members", "requests"}


@pytest.fixture(scope="module")
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    return make_tenant("privacy-e2e")


@pytest.fixture(scope="module")
def other(make_tenant: Callable[..., Tenant]) -> Tenant:
    return make_tenant("privacy-other")


@pytest.fixture(autouse=True)
def unhurried(stage: Stage, tenant: Tenant, other: Tenant) -> None:
    for one in (tenant, other):
        stage.forget_askers(one.tenant_id)


def person() -> str:
    return canaries.address("personne", "p")


def furnished(stage: Stage, tenant: Tenant) -> tuple[str, str]:
    """A person with two alerts and a conversation: the address and the conversation."""
    email = alerts.saved(stage, tenant)
    answer = alerts.follow(tenant, "confirmation", alerts.token(alerts.asked(stage, tenant, email, "q=boulanger"), "confirmation"))
    assert answer.status_code == 200, answer.text
    session = tenant.front.open_session()
    tenant.front.ask(session, "Bonjour")
    return email, session


def held(tenant: Tenant, email: str) -> dict[str, int]:
    """What the tenant's database holds of an address, wherever an address may stand."""
    return {table: tenant.sql(f"SELECT count(*) FROM {table} WHERE email = %s", email)[0][0] for table in ("alerts", "privacy_requests")}


def erasure_of(tenant: Tenant, email: str) -> dict[str, Any]:
    """A person's erasure as members see it."""
    ((found,),) = tenant.sql("SELECT id FROM privacy_requests WHERE email = %s AND kind = 'erasure'", email)
    return tenant.back.call("GET", f"/v1/data-requests/{found}")


def items(stage: Stage, tenant: Tenant, session: str) -> int:
    found = stage.client("dynamodb").query(
        TableName=tenant.table, ConsistentRead=True, KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"session#{session}"}},
    )  # fmt: skip
    return found["Count"]


def versions(stage: Stage, tenant: Tenant) -> list[str]:
    found = stage.client("s3").list_object_versions(Bucket=tenant.bucket, Prefix="copies/")
    return [one["Key"] for part in ("Versions", "DeleteMarkers") for one in found.get(part, [])]


class TestAsking:
    def test_nothing_is_done_before_the_address_is_confirmed(self, stage: Stage, operator: Operator, tenant: Tenant):
        email, session = furnished(stage, tenant)
        mail = asked(stage, operator, tenant, email, conversations=[session])
        run(operator, tenant)
        assert held(tenant, email) == {"alerts": 2, "privacy_requests": 1} and items(stage, tenant, session) > 0
        assert not [one for one in tenant.back.call("GET", "/v1/data-requests", limit=100)["requests"] if one["email"] == email]
        assert session not in mail["BodyText"], "what else was typed is not repeated"

    def test_the_answer_is_the_same_for_everybody(self, stage: Stage, tenant: Tenant):
        known = alerts.saved(stage, tenant)
        answers = [ask(tenant, email) for email in (known, person())]
        assert [(one.status_code, one.content) for one in answers] == [(202, b"")] * 2

    @pytest.mark.parametrize(
        ("change", "field"),
        [({"email": "nobody"}, "email"), ({"kind": "access", "note": "x"}, "note"), ({"kind": "rectification"}, "note"),
         ({"conversations": [str(uuid.uuid4())] * 21}, "conversations")],
    )  # fmt: skip
    def test_what_is_refused(self, tenant: Tenant, change: dict, field: str):
        answer = ask(tenant, **({"email": person()} | change))
        assert answer.status_code == 400 and list(refused_fields(answer)) == [field], answer.text

    def test_an_address_is_mailed_three_times_at_most(self, stage: Stage, operator: Operator, tenant: Tenant):
        email = person()
        for _ in range(5):
            assert ask(tenant, email).status_code == 202
        run(operator, tenant)
        assert len(mails(stage, email)) == 3

    def test_who_is_told_that_a_request_came_in(self, stage: Stage, operator: Operator, tenant: Tenant):
        """Members who may answer it (M10), and nobody else; the mail does not say whose it is."""
        reader = tenant.person("reader")
        before = {address: len(mails(stage, address)) for address in (tenant.email, reader.email)}
        email = person()
        confirmed(stage, operator, tenant, email)
        run(operator, tenant)
        told = mails(stage, tenant.email)[before[tenant.email]:]
        assert len(told) == 1 and newest(tenant)["id"] in told[0]["BodyText"]
        assert email not in str(told[0]) and len(mails(stage, reader.email)) == before[reader.email]

    def test_a_confirmation_does_its_work_once(self, stage: Stage, operator: Operator, tenant: Tenant):
        email = person()
        secret = token(asked(stage, operator, tenant, email, "access"), "confirmation")
        first, second = (tenant.candidate.send("POST", "/v1/privacy-requests/confirmation", json={"token": secret}) for _ in range(2))
        assert first.json() == second.json() and len(first.json()["code"]) == 8
        run(operator, tenant)
        mail = mails(stage, email)[-1]
        opened = tenant.candidate.send("POST", "/v1/privacy-requests/copy", json={"token": token(mail, "copy"), "code": first.json()["code"]})
        assert opened.status_code == 200
        late = tenant.candidate.send("POST", "/v1/privacy-requests/confirmation", json={"token": secret})
        assert late.status_code == 200 and "code" not in late.json(), "who opens the old mail later is told nothing"


class TestCopies:
    @staticmethod
    def fetched(tenant: Tenant, secret: str, code: str) -> requests.Response:
        return tenant.candidate.send("POST", "/v1/privacy-requests/copy", json={"token": secret, "code": code})

    def test_all_that_is_kept_behind_two_factors(self, stage: Stage, operator: Operator, tenant: Tenant):
        email, session = furnished(stage, tenant)
        code = confirmed(stage, operator, tenant, email, "access", conversations=[session])["code"]
        assert run(operator, tenant)["answered"] == 1
        secret = token(mails(stage, email)[-1], "copy")
        assert code not in mails(stage, email)[-1]["BodyText"]
        is_problem(self.fetched(tenant, secret, "00000000" if code != "00000000" else "1"), NOT_FOUND)
        answer = self.fetched(tenant, secret, f"{code[:4]} {code[4:]}")
        assert answer.status_code == 200, answer.text
        archive = zipfile.ZipFile(io.BytesIO(requests.get(answer.json()["url"], timeout=30).content))
        assert archive.testzip() is None and sorted(archive.namelist()) == ["data.json", "index.html"]
        data = json.loads(archive.read("data.json"))
        assert data["email"] == email and len(data["alerts"]) == 2
        assert [one["id"] for one in data["conversations"]] == [session] and data["conversations"][0]["messages"][0]["question"] == "Bonjour"
        assert email in archive.read("index.html").decode()
        shown = newest(tenant)
        assert (shown["state"], shown["downloads"], shown["email"]) == ("complete", 1, None)

    def test_five_wrong_codes_shut_it(self, stage: Stage, operator: Operator, tenant: Tenant):
        email = person()
        code = confirmed(stage, operator, tenant, email, "access")["code"]
        run(operator, tenant)
        secret = token(mails(stage, email)[-1], "copy")
        wrong = f"{(int(code) + 1) % 10**8:08}"
        for _ in range(5):
            is_problem(self.fetched(tenant, secret, wrong), NOT_FOUND)
        is_problem(self.fetched(tenant, secret, code), NOT_FOUND)

    def test_it_is_over_after_its_days(self, stage: Stage, operator: Operator, tenant: Tenant):
        email = person()
        code = confirmed(stage, operator, tenant, email, "access")["code"]
        run(operator, tenant)
        request = newest(tenant)["id"]
        assert f"copies/{request}" in versions(stage, tenant)
        tenant.sql("UPDATE privacy_requests SET available_until = now() - interval '1 second' WHERE id = %s", request)
        is_problem(self.fetched(tenant, token(mails(stage, email)[-1], "copy"), code), NOT_FOUND)
        stage.tick("privacy")
        assert f"copies/{request}" not in versions(stage, tenant)
        assert tenant.sql("SELECT subject FROM privacy_requests WHERE id = %s", request) == [(None,)]

    def test_one_that_was_left_half_way_goes_with_the_person(self, stage: Stage, operator: Operator, tenant: Tenant):
        """The file was put, and its run ended before it could say so."""
        email, _ = furnished(stage, tenant)
        confirmed(stage, operator, tenant, email, "access")
        request = newest(tenant)["id"]
        with failing(stage, tenant, "privacy_requests"), suppress(OperatorError):
            run(operator, tenant)
        assert f"copies/{request}" in versions(stage, tenant) and newest(tenant)["state"] == "received"
        tenant.back.call("POST", "/v1/data-requests", {"kind": "erasure", "email": email, "language": "fr"})
        run(operator, tenant)
        assert newest(tenant)["state"] == "complete" and stores(newest(tenant))["copies"]["removed"] == 1
        assert f"copies/{request}" not in versions(stage, tenant)
        due(tenant)
        assert run(operator, tenant)["answered"] == 1, "the copy that was asked for before is made: of nothing"

    def test_one_that_a_member_asks_for_has_its_code_from_the_member(self, stage: Stage, operator: Operator, tenant: Tenant):
        email = person()
        made = tenant.back.call("POST", "/v1/data-requests", {"kind": "access", "email": email, "language": "en"})
        assert run(operator, tenant)["answered"] == 1
        answer = self.fetched(tenant, token(mails(stage, email)[-1], "copy"), made["code"])
        assert answer.status_code == 200, answer.text


class TestErasures:
    def test_nothing_is_left_and_a_receipt_says_so(self, stage: Stage, operator: Operator, tenant: Tenant):
        email, session = furnished(stage, tenant)
        bystander, kept_session = furnished(stage, tenant)
        confirmed(stage, operator, tenant, email, "access", conversations=[session])
        run(operator, tenant)
        copies = set(versions(stage, tenant))
        before = len(ledger(tenant))
        confirmed(stage, operator, tenant, email, conversations=[session])
        assert run(operator, tenant)["answered"] == 1
        request = newest(tenant)
        assert request["state"] == "complete" and set(stores(request)) == ALL and all(one["absent"] for one in request["stores"])
        removed = {name: one["removed"] for name, one in stores(request).items()}
        assert removed == {"alerts": 2, "conversations": 1, "copies": 1, "members": 0, "requests": 0}
        assert held(tenant, email) == {"alerts": 0, "privacy_requests": 0} and items(stage, tenant, session) == 0
        assert len(copies - set(versions(stage, tenant))) == 1
        assert held(tenant, bystander)["alerts"] == 2 and items(stage, tenant, kept_session) > 0, "others are untouched"
        receipts = ledger(tenant)
        assert len(receipts) == before + 1 and receipts[-1]["request"] == request["id"] and len(receipts[-1]["subjects"]) == 2
        assert {one["store"] for one in receipts[-1]["stores"]} == ALL and email not in json.dumps(receipts)
        assert request["id"] in mails(stage, email)[-1]["BodyText"]

    def test_twice_is_nothing_more(self, stage: Stage, operator: Operator, tenant: Tenant):
        email, _ = furnished(stage, tenant)
        for number in range(2):
            confirmed(stage, operator, tenant, email)
            run(operator, tenant)
            assert newest(tenant)["state"] == "complete" and stores(newest(tenant))["alerts"]["removed"] == (0 if number else 2)

    def test_two_erasures_of_an_address_are_both_answered(self, stage: Stage, operator: Operator, tenant: Tenant):
        """Each names another conversation; neither takes the other for something that was left."""
        email, first = furnished(stage, tenant)
        second = tenant.front.open_session()
        tenant.front.ask(second, "Bonjour")
        before = len(ledger(tenant))
        made = [
            tenant.back.call("POST", "/v1/data-requests", {"kind": "erasure", "email": email, "language": "fr", "conversations": [session]})["id"]
            for session in (first, second)
        ]
        assert run(operator, tenant)["answered"] == 2
        assert {tenant.back.call("GET", f"/v1/data-requests/{one}")["state"] for one in made} == {"complete"}
        assert left(stage, tenant, email, [first, second]) == (0, 0, 0) and len(ledger(tenant)) == before + 2

    def test_a_row_that_somebody_holds_is_partial_until_it_is_let_go(self, stage: Stage, operator: Operator, tenant: Tenant):
        email, session = furnished(stage, tenant)
        before = len(ledger(tenant))
        with stage.connect(tenant.database) as holder:
            holder.autocommit = False
            holder.execute("SELECT FROM alerts WHERE email = %s FOR UPDATE", [email])
            confirmed(stage, operator, tenant, email, conversations=[session])
            assert run(operator, tenant) == {"answered": 0, "postponed": 1, "more": False}
            holder.rollback()
        request = newest(tenant)
        assert request["state"] == "partial" and request["email"] == email
        assert stores(request)["alerts"]["reason"] == "refused" and stores(request)["conversations"]["absent"], "others are erased"
        assert len(ledger(tenant)) == before and items(stage, tenant, session) == 0
        due(tenant)
        assert run(operator, tenant)["answered"] == 1
        request = newest(tenant)
        assert request["state"] == "complete" and stores(request)["conversations"]["removed"] == 1

    @pytest.mark.parametrize(
        ("action", "store"), [("dynamodb:BatchWriteItem", "conversations"), ("s3:ListBucketVersions", "copies")]
    )
    def test_a_right_that_is_taken_away_is_partial_until_it_is_back(
        self, stage: Stage, operator: Operator, tenant: Tenant, action: str, store: str
    ):
        email, session = furnished(stage, tenant)
        confirmed(stage, operator, tenant, email, "access")
        run(operator, tenant)
        with denied(stage, "privacy", action, "*", as_tenant=True):
            confirmed(stage, operator, tenant, email, conversations=[session])
            run(operator, tenant)
            request = newest(tenant)
            assert request["state"] == "partial" and not stores(request)[store]["absent"], request
        due(tenant)
        assert run(operator, tenant)["answered"] == 1
        assert newest(tenant)["state"] == "complete"

    def test_a_pending_request_that_somebody_holds_is_partial_until_it_is_let_go(self, stage: Stage, operator: Operator, tenant: Tenant):
        email, before = person(), len(ledger(tenant))
        asked(stage, operator, tenant, email, "access")
        confirmed(stage, operator, tenant, email)
        with stage.connect(tenant.database) as holder:
            holder.autocommit = False
            holder.execute("SELECT FROM privacy_requests WHERE email = %s AND state = 'pending' FOR UPDATE", [email])
            assert run(operator, tenant) == {"answered": 0, "postponed": 1, "more": False}
            holder.rollback()
        request = erasure_of(tenant, email)
        assert (request["state"], stores(request)["requests"]["reason"]) == ("partial", "refused") and len(ledger(tenant)) == before
        due(tenant)
        assert run(operator, tenant)["answered"] == 1
        assert held(tenant, email) == {"alerts": 0, "privacy_requests": 0} and len(ledger(tenant)) == before + 1

    def test_without_the_list_of_members_it_is_partial(self, stage: Stage, operator: Operator, tenant: Tenant):
        email, session = furnished(stage, tenant)
        before = len(ledger(tenant))
        with denied(stage, "privacy", "cognito-idp:AdminGetUser", "userpool/*"):
            confirmed(stage, operator, tenant, email, conversations=[session])
            assert run(operator, tenant)["answered"] == 0
            request = erasure_of(tenant, email)
            assert request["state"] == "partial" and not stores(request)["members"]["absent"], request
            assert len(ledger(tenant)) == before
        due(tenant)
        assert run(operator, tenant)["answered"] == 1 and len(ledger(tenant)) == before + 1

    def test_a_members_address_stays_partial_until_the_member_is_removed(self, stage: Stage, operator: Operator, tenant: Tenant):
        member = tenant.person("reader")
        confirmed(stage, operator, tenant, member.email)
        run(operator, tenant)
        request = newest(tenant)
        assert request["state"] == "partial" and stores(request)["members"]["reason"] == "member"
        assert tenant.member.send("DELETE", f"/v1/members/{member.id}").status_code == 204
        due(tenant)
        run(operator, tenant)
        assert newest(tenant)["state"] == "complete"

    def test_killed_anywhere_it_is_one_receipt_in_the_end(self, stage: Stage, operator: Operator, tenant: Tenant):
        """The step before which it is killed fails by a trigger: nothing was done behind it, and another run does it all."""
        before = len(ledger(tenant))
        for step in ("privacy_stores", "privacy_requests"):
            email, session = furnished(stage, tenant)
            confirmed(stage, operator, tenant, email, conversations=[session])
            with failing(stage, tenant, step):
                with pytest.raises((OperatorError, AssertionError)):
                    assert run(operator, tenant)["answered"] == 1
            assert newest(tenant)["state"] != "complete"
            due(tenant)
            run(operator, tenant)
            assert newest(tenant)["state"] == "complete"
        assert len(ledger(tenant)) == before + 2

    def test_a_tampered_ledger_is_told(self, stage: Stage, operator: Operator, other: Tenant):
        for _ in range(2):
            confirmed(stage, operator, other, person())
            run(operator, other)
        command = {"operation": "verify", "tenant": other.slug}
        assert operator.invoke("privacy", command)["whole"]
        dynamodb, table = stage.client("dynamodb"), f"vivier-{stage.name}-ledger"
        key = {"pk": {"S": f"tenant#{other.tenant_id}"}, "sk": {"S": f"receipt#{1:020}"}}
        stored = dynamodb.get_item(TableName=table, Key=key)["Item"]
        bent = stored | {"receipt": {"S": stored["receipt"]["S"].replace('\\"removed\\":0', '\\"removed\\":1', 1)}}
        assert bent != stored
        dynamodb.put_item(TableName=table, Item=bent)
        try:
            assert operator.invoke("privacy", command) == {"whole": False, "receipts": 0, "broken_at": 1} | {
                "public_key": operator.invoke("privacy", command)["public_key"]
            }
            dynamodb.put_item(TableName=table, Item=stored)
            end = {"pk": key["pk"], "sk": {"S": f"receipt#{len(ledger(other)):020}"}}
            last = dynamodb.get_item(TableName=table, Key=end)["Item"]
            dynamodb.delete_item(TableName=table, Key=end)
            assert not operator.invoke("privacy", command)["whole"], "one that was taken from the end"
            dynamodb.put_item(TableName=table, Item=last)
            dynamodb.put_item(TableName=table, Item=bent)
            with pytest.raises(OperatorError, match="broken-ledger"):
                operator.invoke("privacy", {"operation": "replay", "tenant": other.slug})
        finally:
            dynamodb.put_item(TableName=table, Item=stored)

    def test_a_tenant_is_closed_before_its_restore(self, stage: Stage, operator: Operator, other: Tenant):
        assert operator.invoke("tenants", {"operation": "close", "slug": other.slug})["status"] == "restoring"
        wait_for(lambda: other.candidate.get("/v1/offers").status_code == 503, "a closed tenant", 15, 0.5)
        done = operator.invoke("privacy", {"operation": "replay", "tenant": other.slug})
        assert done["whole"] and done["left"] == 0
        wait_for(lambda: other.candidate.get("/v1/offers").status_code in (200, 404), "an open tenant", 15, 0.5)

    def test_what_a_backup_brings_back_goes_again(self, stage: Stage, operator: Operator, tenant: Tenant, other: Tenant):
        email, session = furnished(stage, tenant)
        rows = tenant.sql("SELECT to_jsonb(a) FROM alerts a WHERE email = %s", email)
        found = stage.client("dynamodb").query(
            TableName=tenant.table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": f"session#{session}"}}
        )["Items"]
        confirmed(stage, operator, tenant, email, conversations=[session])
        run(operator, tenant)
        assert held(tenant, email)["alerts"] == 0
        # As a restore to a moment before leaves it.
        for (row,) in rows:
            tenant.sql("INSERT INTO alerts SELECT * FROM jsonb_populate_record(NULL::alerts, %s)", json.dumps(row))
        for item in found:
            stage.client("dynamodb").put_item(TableName=tenant.table, Item=item)
        tenant.sql("UPDATE erasures_applied SET seq = 0")
        tenant.sql("DELETE FROM privacy_requests WHERE kind = 'erasure'")
        assert stage.tick("privacy")["behind"] > 0, "an alarm tells of it"
        assert stage.tick("privacy")["behind"] > 0, "until it is open again"
        # Who was erased and came back since is nothing that a backup brought.
        returned, _ = furnished(stage, other)
        confirmed(stage, operator, other, returned)
        run(operator, other)
        fill(other, {returned: 1})
        assert operator.invoke("privacy", {"operation": "replay", "tenant": other.slug})["alerts"] == 0
        assert held(other, returned)["alerts"] == 1
        # The authorizer remembers who comes in for five seconds.
        for caller, path in ((tenant.candidate, "/v1/offers"), (tenant.member, "/v1/data-requests")):
            wait_for(lambda: caller.get(path).status_code == 503, "a closed tenant", 15, 0.5)
        done = operator.invoke("privacy", {"operation": "replay", "tenant": tenant.slug})
        assert (done["alerts"], done["conversations"], done["left"]) == (2, 1, 0), done
        assert held(tenant, email)["alerts"] == 0 and items(stage, tenant, session) == 0
        for caller, path in ((tenant.candidate, "/v1/offers"), (tenant.member, "/v1/data-requests")):
            wait_for(lambda: caller.get(path).status_code == 200, "an open tenant", 15, 0.5)
        again = operator.invoke("privacy", {"operation": "replay", "tenant": tenant.slug})
        assert (again["alerts"], again["conversations"], again["left"]) == (0, 0, 0)
        assert stage.tick("privacy")["behind"] == 0


class TestCorrections:
    def test_a_member_makes_it_and_the_person_is_told(self, stage: Stage, operator: Operator, tenant: Tenant):
        email = person()
        confirmed(stage, operator, tenant, email, "rectification", note="Mon prénom s'écrit Zoé.")
        run(operator, tenant)
        request = newest(tenant)
        assert (request["state"], request["note"], request["email"]) == ("received", "Mon prénom s'écrit Zoé.", email)
        before = len(mails(stage, email))
        for _ in range(2):
            assert tenant.member.send("POST", f"/v1/data-requests/{request['id']}/completion").status_code == 200
        run(operator, tenant)
        request = newest(tenant)
        assert (request["state"], request["note"], request["email"]) == ("complete", None, None)
        assert len(mails(stage, email)) == before + 1

    def test_an_erasure_is_not_said_to_be_done_by_hand(self, stage: Stage, operator: Operator, tenant: Tenant):
        made = tenant.back.call("POST", "/v1/data-requests", {"kind": "erasure", "email": person(), "language": "fr"})
        answer = tenant.member.send("POST", f"/v1/data-requests/{made['id']}/completion")
        assert answer.status_code == 409 and refused_fields(answer) == {"kind": "not-a-rectification"}
        run(operator, tenant)


class TestReading:
    def test_is_entered_in_the_audit_log(self, tenant: Tenant):
        made = tenant.back.call("POST", "/v1/data-requests", {"kind": "rectification", "email": person(), "language": "fr", "note": "x"})
        tenant.back.call("GET", f"/v1/data-requests/{made['id']}")
        newest_entry = tenant.back.call("GET", "/v1/audit", limit=5)["entries"]
        assert ("data_requests_fetch", made["id"]) in [(one["action"], one["subject"]) for one in newest_entry]
        tenant.member.send("POST", f"/v1/data-requests/{made['id']}/completion")


class TestLinks:
    @pytest.mark.parametrize("step", ["confirmation", "copy"])
    def test_lead_nowhere_in_another_tenant(self, stage: Stage, operator: Operator, tenant: Tenant, other: Tenant, step: str):
        email = person()
        secret = token(asked(stage, operator, tenant, email, "access"), "confirmation")
        body = {"token": secret}
        if step == "copy":
            code = tenant.candidate.send("POST", "/v1/privacy-requests/confirmation", json=body).json()["code"]
            run(operator, tenant)
            body = {"token": token(mails(stage, email)[-1], "copy"), "code": code}
        answer = other.candidate.send("POST", f"/v1/privacy-requests/{step}", json=body)
        is_problem(answer, NOT_FOUND)
        invented = other.candidate.send("POST", f"/v1/privacy-requests/{step}", json=body | {"token": "A" * 64})
        assert answer.content == invented.content
        assert tenant.candidate.send("POST", f"/v1/privacy-requests/{step}", json=body).status_code == 200

    def test_a_link_is_of_one_purpose(self, stage: Stage, operator: Operator, tenant: Tenant):
        secret = token(asked(stage, operator, tenant, person(), "access"), "confirmation")
        is_problem(tenant.candidate.send("POST", "/v1/privacy-requests/copy", json={"token": secret, "code": "00000000"}), NOT_FOUND)


class TestStanding:
    def test_what_is_due_soon_is_an_alarm(self, stage: Stage, tenant: Tenant):
        made = tenant.back.call("POST", "/v1/data-requests", {"kind": "rectification", "email": person(), "language": "fr", "note": "x"})
        before = stage.tick("privacy")["due"]
        tenant.sql("UPDATE privacy_requests SET due_at = now() + interval '4 days' WHERE id = %s", made["id"])
        assert stage.tick("privacy")["due"] == before + 1
        tenant.member.send("POST", f"/v1/data-requests/{made['id']}/completion")

    def test_what_nobody_confirmed_goes(self, stage: Stage, tenant: Tenant):
        email = person()
        ask(tenant, email)
        tenant.sql("UPDATE privacy_requests SET created_at = now() - interval '49 hours' WHERE email = %s", email)
        stage.tick("privacy")
        assert held(tenant, email)["privacy_requests"] == 0


@contextmanager
def failing(stage: Stage, tenant: Tenant, table: str) -> Iterator[None]:
    """Ends every transaction that says that something is done: of a store, or of the request."""
    done = "NEW.state = 'complete'" if table == "privacy_requests" else "true"
    with stage.connect(tenant.database) as admin:
        admin.execute("CREATE OR REPLACE FUNCTION e2e_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$")
        admin.execute("GRANT EXECUTE ON FUNCTION e2e_fail() TO PUBLIC")
        admin.execute(f"CREATE TRIGGER e2e_fail BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW WHEN ({done}) EXECUTE FUNCTION e2e_fail()")
    try:
        yield
    finally:
        with stage.connect(tenant.database) as admin:
            admin.execute(f"DROP TRIGGER e2e_fail ON {table}")
            admin.execute("DROP FUNCTION e2e_fail()")


class TestProperties:
    def test_a_person_is_there_or_gone(self, stage: Stage, operator: Operator, make_tenant: Callable[..., Tenant]):
        """Random persons, random erasures, random failures at random steps: at each moment that an erasure is said to be complete the person
        is gone from every store, and all others are as they were."""
        tenant = make_tenant("privacy-random")
        rng = random.Random(29)
        crowd = {person(): (rng.randrange(4), [tenant.front.open_session() for _ in range(rng.randrange(3))]) for _ in range(12)}
        fill(tenant, {email: alerts for email, (alerts, _) in crowd.items()})
        whole, erased = {email: left(stage, tenant, email, sessions) for email, (_, sessions) in crowd.items()}, set()
        waiting: dict[str, str] = {}
        for _ in range(60):
            asked_for = [one for one in crowd if one not in erased and one not in waiting]
            if asked_for and (not waiting or rng.random() < 0.4):
                email = rng.choice(asked_for)
                body = {"kind": "erasure", "email": email, "language": "fr", "conversations": crowd[email][1]}
                waiting[email] = tenant.back.call("POST", "/v1/data-requests", body)["id"]
            with rng.choice([nullcontext(), *(trouble(stage, tenant, kind) for kind in ("privacy_stores", "privacy_requests", "alerts", "right"))]):
                with suppress(OperatorError):
                    run(operator, tenant)
            for email, request in list(waiting.items()):
                if tenant.back.call("GET", f"/v1/data-requests/{request}")["state"] == "complete":
                    assert left(stage, tenant, email, crowd[email][1]) == (0, *(0 for _ in crowd[email][1])), "said to be gone, and is not"
                    erased.add(email)
                    del waiting[email]
            for email in set(crowd) - erased - set(waiting):
                assert left(stage, tenant, email, crowd[email][1]) == whole[email], "nobody asked"
            due(tenant)
        while waiting:
            run(operator, tenant)
            due(tenant)
            waiting = {email: one for email, one in waiting.items() if tenant.back.call("GET", f"/v1/data-requests/{one}")["state"] != "complete"}
        receipts = ledger(tenant)
        assert len(receipts) == len({one["request"] for one in receipts}) >= len(erased) > 3

    def test_an_erasure_reads_no_table_from_end_to_end(self, stage: Stage, operator: Operator, make_tenant: Callable[..., Tenant]):
        """PostgreSQL's own counters: among a hundred thousand of others one person's rows are found by indexes."""
        tenant = make_tenant("privacy-many")
        email = person()
        fill(tenant, {email: 3})
        with stage.connect(tenant.database) as admin:
            admin.execute(MANY, [100_000])
            admin.execute("ANALYZE alerts, privacy_requests")
        before = scans(stage, tenant)
        tenant.back.call("POST", "/v1/data-requests", {"kind": "erasure", "email": email, "language": "fr"})
        run(operator, tenant)
        assert newest(tenant)["state"] == "complete" and stores(newest(tenant))["alerts"]["removed"] == 3

        def told() -> dict[str, int] | None:
            after = scans(stage, tenant)
            return after if after["by index"] > before["by index"] else None

        assert wait_for(told, "the counters", 20, 0.5)["of alerts"] == before["of alerts"]


MANY = """
    INSERT INTO alerts (id, project_id, email, language, frequency, search, state, created_at, expires_at, next_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 'other' || n || '@nobody.example', 'fr', 'daily', '[]', 'pending', now(),
           now() + interval '1 day', now() + interval '1 day' FROM generate_series(1, %s) AS n"""


def fill(tenant: Tenant, crowd: dict[str, int]) -> None:
    """Gives addresses so many alerts, that are not due."""
    for email, number in crowd.items():
        for _ in range(number):
            tenant.sql(MANY.replace("'other' || n || '@nobody.example'", "%s").replace("generate_series(1, %s)", "generate_series(1, 1)"), email)


def left(stage: Stage, tenant: Tenant, email: str, sessions: list[str]) -> tuple[int, ...]:
    """What is there of a person: alerts, and items of each conversation."""
    return held(tenant, email)["alerts"], *(items(stage, tenant, session) for session in sessions)


def scans(stage: Stage, tenant: Tenant) -> dict[str, int]:
    with stage.connect(tenant.database) as admin:
        found = admin.execute("SELECT seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = 'alerts'").fetchone()
    return {"of alerts": found[0], "by index": found[1]}


@contextmanager
def trouble(stage: Stage, tenant: Tenant, kind: str) -> Iterator[None]:
    """Something that fails while it lasts: a step's transaction, a table that is held, a right that is gone."""
    if kind == "right":
        with denied(stage, "privacy", "dynamodb:BatchWriteItem", "*", as_tenant=True):
            yield
    elif kind == "alerts":
        with stage.connect(tenant.database) as holder:
            holder.autocommit = False
            holder.execute("LOCK TABLE alerts IN SHARE MODE")
            yield
            holder.rollback()
    else:
        with failing(stage, tenant, kind):
            yield
