"""The whole life of a member through HTTP: invited, logged in, given a right, deprived of it, removed."""

from __future__ import annotations


import pytest

from demo.memory import new_password

from . import canaries, people
from .api import FORBIDDEN, UNAUTHORIZED, is_problem
from .people import Browser
from .stage import Stage
from .tenants import Tenant


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("people-e2e")


@pytest.fixture(scope="module")
def manager(stage: Stage, house: Tenant) -> Browser:
    """The tenant's first manager in a browser."""
    browser = Browser(stage)
    answer = browser.login(house.email, house.password)
    assert answer.status_code == 200 and answer.json()["state"] == "open", answer.text
    return browser


def invited(stage: Stage, manager: Browser, email: str, role: str = "reader", **more: str) -> tuple[str, str]:
    """Invites a person; the member's id and the temporary password of the mail."""
    before = len(people.mails(stage, email))
    answer = manager.send("POST", "/v1/members", json={"email": email, "role": role, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], people.temporary_password(people.next_mail(stage, email, before))


def entered(stage: Stage, email: str, temporary: str) -> tuple[Browser, str]:
    """Logs an invited person in for the first time; the browser and the new password."""
    browser, password = Browser(stage), new_password()
    asked = browser.login(email, temporary).json()
    assert asked["challenge"] == "new_password" and not browser.cookie
    answer = browser.answer(asked, new_password=password)
    assert answer.status_code == 200 and answer.json()["state"] == "open", answer.text
    return browser, password


class TestLife:
    def test_from_the_invitation_to_the_end(self, stage: Stage, house: Tenant, manager: Browser):
        email = canaries.address("people-e2e")
        member, temporary = invited(stage, manager, email, "reader", language="fr")
        mail = people.next_mail(stage, email)
        assert "Vivier" in mail["Subject"] and email in mail["BodyText"] and temporary in mail["BodyHtml"]

        # A new password is asked for, and one against the policy is refused with the rules that failed.
        browser, password = Browser(stage), new_password()
        asked = browser.login(email, temporary).json()
        assert asked["state"] == "challenge" and asked["challenge"] == "new_password"
        weak = browser.answer(asked, new_password="motdepasse")
        is_problem(weak)
        codes = {error["code"] for error in weak.json()["errors"]}
        assert {"too-short", "no-digit", "no-special-character", "no-upper-case-letter"} <= codes
        asked = browser.login(email, temporary).json() if weak.status_code != 400 else asked
        answer = browser.answer(asked, new_password=password)
        assert answer.status_code == 200, answer.text
        for attribute in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/"):
            assert attribute in browser.set_cookie, browser.set_cookie
        assert "Domain" not in browser.set_cookie

        # A second factor, from the authenticator application.
        begun = browser.send("POST", "/v1/mfa/totp", json={}).json()
        assert begun["uri"].startswith("otpauth://totp/")
        is_problem(browser.send("PUT", "/v1/mfa/totp", json={"code": "000000"}))
        assert browser.send("PUT", "/v1/mfa/totp", json={"code": people.totp(begun["secret"])}).status_code in (200, 204)
        assert browser.send("DELETE", "/v1/session").status_code == 204
        is_problem(browser.get("/v1/session"), UNAUTHORIZED)
        asked = browser.login(email, password).json()
        assert asked["challenge"] == "totp" and not browser.cookie
        is_problem(browser.answer(asked, code="000000"), UNAUTHORIZED)
        asked = browser.login(email, password).json()
        # A code is taken once: the next one is used.
        answer = browser.answer(asked, code=people.totp(begun["secret"], steps=1))
        assert answer.status_code == 200, answer.text
        told = browser.get("/v1/session").json()
        assert told["member_id"] == member and "documents.read" in told["permissions"]

        # A right is granted and withdrawn: each holds at the next request.
        document = {"name": "a.md", "media_type": "text/markdown", "size": 10}
        is_problem(browser.send("POST", "/v1/documents", json=document), FORBIDDEN)
        assert manager.send("PUT", f"/v1/members/{member}/role", json={"role": "editor"}).status_code == 200
        assert browser.send("POST", "/v1/documents", json=document).status_code == 201
        assert manager.send("PUT", f"/v1/members/{member}/role", json={"role": "reader"}).status_code == 200
        is_problem(browser.send("POST", "/v1/documents", json=document), FORBIDDEN)

        # Removed: every cookie and every token is refused, and the person cannot come back.
        thief = browser.copy(stage)
        other = Browser(stage)
        asked = other.login(email, password).json()
        assert asked["challenge"] == "totp"
        assert manager.send("DELETE", f"/v1/members/{member}").status_code == 204
        for left in (browser, thief):
            is_problem(left.get("/v1/session"), UNAUTHORIZED)
            is_problem(left.send("POST", "/v1/session/refresh"), UNAUTHORIZED)
        is_problem(Browser(stage).login(email, password), UNAUTHORIZED)
        is_problem(other.answer(asked, code=people.totp(begun["secret"], steps=2)), UNAUTHORIZED)
        assert member not in [m["id"] for m in manager.get("/v1/members", limit=100).json()["members"]]


class TestProjects:
    def test_a_manager_of_a_project_invites_into_it_and_nowhere_else(self, stage: Stage, house: Tenant):
        project = house.back.call("POST", "/v1/projects", {"name": "Alternance"})["project_id"]
        chief = house.person("manager", project=project)
        browser, members = chief.browser, f"/v1/projects/{project}/members"
        assert browser.get("/v1/session").json()["grants"] == {project: "manager"}
        email = "dominique@people-e2e.example"
        answer = browser.send("POST", members, json={"email": email, "role": "reader", "language": "en"})
        assert answer.status_code == 201, answer.text
        member = answer.json()["id"]
        mail = people.next_mail(stage, email)
        assert "Temporary password" in mail["BodyText"]
        new, _ = entered(stage, email, people.temporary_password(mail))
        # What the new one may do holds in this project alone.
        assert new.get(f"/v1/projects/{project}").status_code == 200
        for path in (f"/v1/projects/{house.project}", "/v1/projects", "/v1/documents", "/v1/members", members):
            is_problem(new.get(path), FORBIDDEN)
        # And so does what the manager of it may do: in it, with its roles, about its people.
        listed = [entry["id"] for entry in browser.get(members).json()["members"]]
        assert sorted(listed) == sorted([chief.id, member])
        for method, path, body in (
            ("POST", "/v1/members", {"email": "x@people-e2e.example", "role": "reader"}),
            ("POST", f"/v1/projects/{house.project}/members", {"email": "x@people-e2e.example", "role": "reader"}),
            ("DELETE", f"/v1/members/{member}", None),
            ("PUT", f"/v1/members/{member}/suspension", None),
            ("PUT", f"/v1/members/{chief.id}/role", {"role": "manager"}),
            ("PATCH", f"/v1/projects/{house.project}", {"name": "Pris"}),
        ):
            is_problem(browser.send(method, path, json=body, headers={"If-Match": "*"}), FORBIDDEN)
        assert not people.mails(stage, "x@people-e2e.example")
        # A right that is withdrawn ends at the next request.
        assert browser.send("DELETE", f"{members}/{member}").status_code == 204
        is_problem(new.get(f"/v1/projects/{project}"), FORBIDDEN)
        assert new.get("/v1/session").json()["grants"] == {}
