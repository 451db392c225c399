"""Second factors (K6.2c): messages to a telephone and an authenticator application; and invitations that are renewed or
too old."""

from __future__ import annotations

import json
import re
import time

import pytest

from demo.client import wait_for
from demo.memory import new_password

from . import canaries, people
from .api import NOT_FOUND, UNAUTHORIZED, is_problem, refused_fields
from .people import Browser
from .stage import Stage
from .tenants import Person, Tenant, logged_in
from .test_people import entered, invited

CONFLICT = ("urn:vivier:problem:conflict", 409)
INVALID = ("urn:vivier:problem:invalid-body", 400)
WRONG_STATE = ("urn:vivier:problem:wrong-state", 409)


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("factors-e2e")


@pytest.fixture
def person(house: Tenant) -> Person:
    return house.person("reader")


@pytest.fixture
def phone() -> str:
    """A number that no message went to."""
    return canaries.phone()


def next_code(stage: Stage, phone: str, seen: int) -> str:
    """The code of the message after the first `seen` ones."""
    found = wait_for(lambda: people.texts(stage, phone)[seen:], f"message number {seen + 1}", timeout=15, every=0.1)
    return re.search(r"\b(\d{6})\b", found[0])[1]


def enrolled_phone(stage: Stage, browser: Browser, phone: str) -> None:
    seen = len(people.texts(stage, phone))
    assert browser.send("POST", "/v1/mfa/sms", json={"phone": phone}).status_code == 202
    code = next_code(stage, phone, seen)
    assert browser.send("PUT", "/v1/mfa/sms", json={"code": code}).status_code == 204


class TestTelephone:
    def test_a_login_asks_for_the_code_that_was_sent(self, stage: Stage, house: Tenant, person: Person, phone: str):
        browser = person.browser
        assert browser.get("/v1/mfa").json() == {"required": False, "totp": False, "sms": False}
        assert browser.send("POST", "/v1/mfa/sms", json={"phone": phone}).status_code == 202
        code = next_code(stage, phone, 0)
        is_problem(browser.send("PUT", "/v1/mfa/sms", json={"code": other(code)}), INVALID)
        assert browser.get("/v1/mfa").json()["sms"] is False, "a number that nobody confirmed is none"
        assert browser.send("PUT", "/v1/mfa/sms", json={"code": code}).status_code == 204
        assert browser.get("/v1/mfa").json() == {"required": False, "totp": False, "sms": True}
        assert house.member.get(f"/v1/members/{person.id}").json()["mfa"] == ["sms"]

        seen, again = len(people.texts(stage, phone)), Browser(stage)
        asked = again.login(person.email, person.password).json()
        assert (asked["challenge"], again.cookie) == ("sms", None)
        code = next_code(stage, phone, seen)
        is_problem(again.answer(asked, code=other(code)), UNAUTHORIZED)
        assert not again.cookie
        opened = again.answer(asked, code=code)
        assert opened.status_code == 200 and opened.json()["state"] == "open", opened.text
        is_problem(Browser(stage).answer(asked, code=code), UNAUTHORIZED)

        assert again.send("DELETE", "/v1/mfa/sms").status_code == 204
        assert logged_in(stage, person.email, person.password).get("/v1/mfa").json()["sms"] is False

    @pytest.mark.parametrize("wrong", ["", "0612345678", "+0612345678", "+33", "+33612345678901234", "+33 6 12 34 56 78", "é"])
    def test_what_is_no_number(self, stage: Stage, person: Person, wrong: str):
        answer = person.browser.send("POST", "/v1/mfa/sms", json={"phone": wrong})
        is_problem(answer, INVALID)
        assert refused_fields(answer) == {"phone": "invalid"}
        assert not wrong or wrong not in answer.text


class TestApplication:
    def test_it_is_the_one_asked_where_there_are_both(self, stage: Stage, person: Person, phone: str):
        browser = person.browser
        enrolled_phone(stage, browser, phone)
        begun = browser.send("POST", "/v1/mfa/totp").json()
        assert browser.send("PUT", "/v1/mfa/totp", json={"code": people.totp(begun["secret"])}).status_code == 204
        is_problem(browser.send("POST", "/v1/mfa/totp"), CONFLICT)
        assert browser.get("/v1/mfa").json() == {"required": False, "totp": True, "sms": True}
        again = Browser(stage)
        asked = again.login(person.email, person.password).json()
        assert asked["challenge"] == "totp"
        assert again.answer(asked, code=people.totp(begun["secret"], steps=1)).status_code == 200
        # Without the application, the telephone is asked again.
        assert again.send("DELETE", "/v1/mfa/totp").status_code == 204
        assert Browser(stage).login(person.email, person.password).json()["challenge"] == "sms"

    def test_a_code_opens_once(self, stage: Stage, person: Person):
        browser = person.browser
        begun = browser.send("POST", "/v1/mfa/totp").json()
        assert browser.send("PUT", "/v1/mfa/totp", json={"code": people.totp(begun["secret"])}).status_code == 204
        first, second = Browser(stage), Browser(stage)
        asked = first.login(person.email, person.password).json(), second.login(person.email, person.password).json()
        code = people.totp(begun["secret"], steps=1)
        assert first.answer(asked[0], code=code).status_code == 200
        is_problem(second.answer(asked[1], code=code), UNAUTHORIZED)
        assert not second.cookie

    def test_the_last_one_stays_where_the_tenant_asks_for_one(self, house: Tenant, person: Person):
        browser = person.browser
        begun = browser.send("POST", "/v1/mfa/totp").json()
        assert browser.send("PUT", "/v1/mfa/totp", json={"code": people.totp(begun["secret"])}).status_code == 204
        house.publish({"mfa_required": True}, "/v1/settings")
        try:
            is_problem(browser.send("DELETE", "/v1/mfa/totp"), CONFLICT)
            assert browser.get("/v1/mfa").json() == {"required": True, "totp": True, "sms": False}
        finally:
            house.publish({"mfa_required": False}, "/v1/settings")
        assert browser.send("DELETE", "/v1/mfa/totp").status_code == 204

    def test_a_token_changes_no_factor(self, person: Person):
        """A token opens what programs do, and not the account behind it."""
        bearer = person.bearer
        for method, path, body in (
            ("GET", "/v1/mfa", None), ("POST", "/v1/mfa/totp", None), ("PUT", "/v1/mfa/totp", {"code": "000000"}),
            ("DELETE", "/v1/mfa/totp", None), ("POST", "/v1/mfa/sms", {"phone": canaries.phone()}),
            ("PUT", "/v1/password", {"old_password": person.password, "new_password": new_password()}),
        ):  # fmt: skip
            assert bearer.send(method, path, json=body).status_code == 403, path


class TestInvitations:
    def test_a_second_mail_replaces_the_first(self, stage: Stage, house: Tenant):
        email = canaries.address("factors-e2e")
        member, first = invited(stage, house.manager, email)
        seen = len(people.mails(stage, email))
        assert house.manager.send("POST", f"/v1/members/{member}/invitation").status_code == 200
        second = people.temporary_password(people.next_mail(stage, email, seen))
        assert second != first
        is_problem(Browser(stage).login(email, first), UNAUTHORIZED)
        entered(stage, email, second)
        is_problem(house.manager.send("POST", f"/v1/members/{member}/invitation"), WRONG_STATE)

    def test_a_temporary_password_has_an_end(self, stage: Stage, house: Tenant):
        email = canaries.address("factors-e2e")
        member, temporary = invited(stage, house.manager, email)
        assert Browser(stage).login(email, temporary).json()["challenge"] == "new_password"
        age_invitation(stage, house, member, days=8)
        is_problem(Browser(stage).login(email, temporary), UNAUTHORIZED)
        seen = len(people.mails(stage, email))
        assert house.manager.send("POST", f"/v1/members/{member}/invitation").status_code == 200
        entered(stage, email, people.temporary_password(people.next_mail(stage, email, seen)))

    def test_nobody_invites_themselves(self, stage: Stage, house: Tenant):
        """There is no sign-up: not here, and not at the user pool."""
        for path in ("/v1/signup", "/v1/register", "/v1/session/signup"):
            is_problem(Browser(stage).send("POST", path, json={"email": "a@b.example"}), NOT_FOUND)
        pool = stage.client("cognito-idp").describe_user_pool(UserPoolId=stage.stack.user_pool_id)["UserPool"]
        assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def other(code: str) -> str:
    """A code of the same form that is another."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def age_invitation(stage: Stage, house: Tenant, member: str, days: int) -> None:
    """Lets a member's invitation have been mailed earlier."""
    dynamodb, table = stage.client("dynamodb"), f"vivier-{stage.name}-projects"
    key = {"pk": {"S": f"tenant#{house.tenant_id}"}, "sk": {"S": f"member#{member}"}}
    record = dynamodb.get_item(TableName=table, Key=key)["Item"]
    mailed = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86_400))
    value = json.loads(record["value"]["S"]) | {"invited_at": mailed}
    dynamodb.put_item(TableName=table, Item=record | {"value": {"S": json.dumps(value)}})
