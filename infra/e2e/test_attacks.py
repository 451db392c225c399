"""What an attacker tries on people's sessions; each attempt ends as if it had never been made."""

from __future__ import annotations

import http.client
import json
import re
import statistics
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from demo.memory import new_password

from . import canaries, people
from .api import FORBIDDEN, NOT_FOUND, UNAUTHORIZED, Api, is_problem
from .people import Browser
from .stage import Stage
from .tenants import Tenant
from .test_people import entered, invited

ELSEWHERE = "127.0.0.9"
"""An address of this machine that no range of a test names."""


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("attacks-e2e")


@pytest.fixture(scope="module")
def manager(stage: Stage, house: Tenant) -> Browser:
    browser = Browser(stage)
    assert browser.login(house.email, house.password).json()["state"] == "open"
    return browser


@pytest.fixture
def person(stage: Stage, house: Tenant, manager: Browser):
    """A member of her own for each test: id, address, password, browser."""
    email = canaries.address("attacks-e2e")
    member, temporary = invited(stage, manager, email, "editor")
    browser, password = entered(stage, email, temporary)
    return member, email, password, browser


def sessions(stage: Stage, tenant: Tenant) -> list[dict]:
    """The items of a tenant in the sessions table."""
    return stage.client("dynamodb").query(
        TableName=f"vivier-{stage.name}-sessions", KeyConditionExpression="pk = :pk", ConsistentRead=True,
        ExpressionAttributeValues={":pk": {"S": f"tenant#{tenant.tenant_id}"}},
    )["Items"]  # fmt: skip


class TestSession:
    def test_a_cookie_given_before_the_login_is_not_taken_up(self, stage: Stage, person):
        _, email, password, browser = person
        fixed = browser.copy(stage)
        victim = Browser(stage)
        victim.cookie = fixed.cookie
        assert victim.login(email, password).json()["state"] == "open"
        assert victim.cookie != fixed.cookie
        is_problem(fixed.get("/v1/session"), UNAUTHORIZED)
        invented = Browser(stage)
        invented.cookie = victim.cookie[:-4] + "AAAA"
        is_problem(invented.get("/v1/session"), UNAUTHORIZED)

    def test_a_refreshed_cookie_replaces_the_old_one(self, stage: Stage, person):
        *_, browser = person
        old = browser.copy(stage)
        assert browser.send("POST", "/v1/session/refresh").status_code == 200
        assert browser.cookie != old.cookie
        assert browser.get("/v1/session").status_code == 200
        is_problem(old.get("/v1/session"), UNAUTHORIZED)

    def test_logging_out_everywhere_ends_every_cookie_and_token(self, stage: Stage, person):
        _, email, password, browser = person
        second = Browser(stage)
        assert second.login(email, password).json()["state"] == "open"
        token = stage.login(email, password)["AccessToken"]
        bearer = Api(stage.stack.api_url, {"Authorization": f"Bearer {token}"})
        assert bearer.get("/v1/documents").status_code == 200
        time.sleep(1.1)  # a token's time is in whole seconds: this one is older than the second of the logout
        assert browser.send("DELETE", "/v1/sessions").status_code == 204
        for left in (browser, second, bearer):
            is_problem(left.get("/v1/documents"), UNAUTHORIZED)
        assert Browser(stage).login(email, password).json()["state"] == "open"

    def test_the_cookie_of_a_suspended_member(self, stage: Stage, manager: Browser, person):
        member, email, password, browser = person
        token = stage.login(email, password)["AccessToken"]
        bearer = Api(stage.stack.api_url, {"Authorization": f"Bearer {token}"})
        assert bearer.get("/v1/documents").status_code == 200
        assert manager.send("PUT", f"/v1/members/{member}/suspension").status_code in (200, 204)
        for left in (browser, bearer):
            is_problem(left.get("/v1/documents"), UNAUTHORIZED)
        is_problem(Browser(stage).login(email, password), UNAUTHORIZED)
        assert manager.send("DELETE", f"/v1/members/{member}/suspension").status_code in (200, 204)
        is_problem(browser.get("/v1/documents"), UNAUTHORIZED)
        assert Browser(stage).login(email, password).json()["state"] == "open"

    def test_the_cookie_and_the_token_of_a_removed_member(self, stage: Stage, manager: Browser, person):
        member, email, password, browser = person
        token = stage.login(email, password)["AccessToken"]
        bearer = Api(stage.stack.api_url, {"Authorization": f"Bearer {token}"})
        assert bearer.get("/v1/documents").status_code == 200
        assert manager.send("DELETE", f"/v1/members/{member}").status_code == 204
        for left in (browser, bearer):
            is_problem(left.get("/v1/documents"), UNAUTHORIZED)
        is_problem(Browser(stage).login(email, password), UNAUTHORIZED)

    def test_the_table_alone_opens_nothing(self, stage: Stage, house: Tenant, person):
        """Neither the cookie nor a token can be read where sessions are kept."""
        *_, browser = person
        kept = json.dumps(sessions(stage, house), default=str)
        assert browser.cookie not in kept
        # What is sealed is letters at random: three of them may be those that a token begins with.
        assert not re.search(r"eyJ[\w-]+\.eyJ", kept), "a token lies open in the sessions table"
        for item in sessions(stage, house):
            thief = Browser(stage)
            thief.cookie = item["sk"]["S"].split("#")[-1]
            is_problem(thief.get("/v1/session"), UNAUTHORIZED)

    @pytest.mark.parametrize("ended", ["ends_at", "last_seen", "expires_at"])
    def test_a_session_past_its_time(self, stage: Stage, house: Tenant, person, ended: str):
        member, *_, browser = person
        for item in sessions(stage, house):
            if item.get("member", {}).get("S") == member and item["sk"]["S"].startswith("session#"):
                assert ended in item, item.keys()
                old = {"N": str(int(time.time()) - 90_000)}
                stage.client("dynamodb").put_item(TableName=f"vivier-{stage.name}-sessions", Item={**item, ended: old})
        is_problem(browser.get("/v1/session"), UNAUTHORIZED)

    def test_two_credentials_are_none(self, stage: Stage, house: Tenant, person):
        *_, browser = person
        for more in ({"X-Vivier-Key": house.key}, {"Authorization": f"Bearer {house.token}"}):
            is_problem(browser.send("GET", "/v1/session", headers=more), UNAUTHORIZED)
        twice = {"Cookie": f"{people.COOKIE}={browser.cookie}; {people.COOKIE}={browser.cookie}"}
        is_problem(browser.send("GET", "/v1/session", headers=twice), UNAUTHORIZED)

    def test_a_session_is_its_tenants_alone(self, stage: Stage, beta: Tenant, person):
        *_, browser = person
        is_problem(browser.send("GET", "/v1/session", headers={"Host": beta.host}), UNAUTHORIZED)


class TestForgery:
    """What a page of another site can make the browser send: the cookie, and nothing of what the page cannot read."""

    BODY = {"name": "a.md", "media_type": "text/markdown", "size": 10}

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-Vivier-CSRF": ""},
            {"X-Vivier-CSRF": "AAAA"},
            {"X-Vivier-CSRF": "A" * 9000},
            {"Origin": "https://attacker.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_a_write_from_another_site(self, stage: Stage, house: Tenant, person, headers: dict[str, str]):
        *_, browser = person
        before = house.back.documents()
        is_problem(browser.send("POST", "/v1/documents", json=self.BODY, headers=headers), FORBIDDEN)
        assert house.back.documents() == before

    def test_a_write_without_the_token_or_with_anothers(self, stage: Stage, house: Tenant, manager: Browser, person):
        *_, browser = person
        without = browser.copy(stage)
        without.csrf = None
        anothers = browser.copy(stage)
        anothers.csrf = manager.csrf
        for attacker in (without, anothers):
            is_problem(attacker.send("POST", "/v1/documents", json=self.BODY), FORBIDDEN)
            is_problem(attacker.send("DELETE", "/v1/session"), FORBIDDEN)
        assert browser.get("/v1/session").status_code == 200

    def test_a_form_cannot_log_anybody_in(self, stage: Stage, house: Tenant):
        form = {"email": house.email, "password": house.password}
        for options in ({"data": form}, {"data": json.dumps(form), "headers": {"Content-Type": "text/plain"}}):
            answer = Browser(stage).send("POST", "/v1/session", **options)
            is_problem(answer)
            assert answer.status_code == 415


class TestPasswords:
    def test_a_link_works_once(self, stage: Stage, person):
        _, email, password, browser = person
        seen = len(people.mails(stage, email))
        assert Browser(stage).send("POST", "/v1/password/forgotten", json={"email": email}).status_code == 202
        token = people.reset_token(people.next_mail(stage, email, seen))
        is_problem(Browser(stage).send("POST", "/v1/password/reset", json={"token": token, "password": "court"}))
        fresh = new_password()
        with ThreadPoolExecutor(4) as crowd:
            answers = list(
                crowd.map(
                    lambda _: Browser(stage).send("POST", "/v1/password/reset", json={"token": token, "password": fresh}),
                    range(4),
                )
            )
        assert sorted(answer.status_code for answer in answers)[0] == 204
        assert sum(answer.status_code == 204 for answer in answers) == 1
        again = Browser(stage).send("POST", "/v1/password/reset", json={"token": token, "password": new_password()})
        is_problem(again)
        is_problem(browser.get("/v1/session"), UNAUTHORIZED)
        is_problem(Browser(stage).login(email, password), UNAUTHORIZED)
        assert Browser(stage).login(email, fresh).json()["state"] == "open"

    def test_an_invented_and_an_expired_link_answer_alike(self, stage: Stage, house: Tenant, person):
        _, email, *_ = person
        seen = len(people.mails(stage, email))
        Browser(stage).send("POST", "/v1/password/forgotten", json={"email": email})
        token = people.reset_token(people.next_mail(stage, email, seen))
        for item in sessions(stage, house):
            if item["sk"]["S"].startswith("reset#"):
                old = {"N": str(int(time.time()) - 1)}
                stage.client("dynamodb").put_item(
                    TableName=f"vivier-{stage.name}-sessions", Item={**item, "expires_at": old}
                )
        answers = [
            Browser(stage).send("POST", "/v1/password/reset", json={"token": text, "password": new_password()})
            for text in (token, token[:-4] + "AAAA", "AAAA", "é" * 9)
        ]
        assert len({(answer.status_code, answer.content) for answer in answers}) == 1
        is_problem(answers[0])

    def test_nobody_learns_who_is_a_member(self, stage: Stage, house: Tenant, person):
        """The same bytes and, by the padding, the same time for an address that is known and one that is not."""
        _, known, *_ = person
        for path, body in (
            ("/v1/session", lambda email: {"email": email, "password": "Wrong-Password-1"}),
            ("/v1/password/forgotten", lambda email: {"email": email}),
        ):
            seen: dict[str, list] = {"known": [], "unknown": []}
            for _ in range(3):
                for kind, email in (("known", known), ("unknown", f"{uuid.uuid4().hex}@attacks-e2e.example")):
                    started = time.perf_counter()
                    answer = Browser(stage).send("POST", path, json=body(email))
                    seen[kind].append((time.perf_counter() - started, answer.status_code, answer.content))
            assert {told[1:] for told in seen["known"]} == {told[1:] for told in seen["unknown"]}
            known_time, unknown_time = (statistics.median(t for t, *_ in seen[kind]) for kind in seen)
            # Without padding a mail or a password check makes the difference several times the other.
            assert 0.8 < known_time / unknown_time < 1.25, (path, known_time, unknown_time)

    def test_guessing_is_slowed_down_and_stopped(self, stage: Stage, person):
        _, email, password, _ = person
        for account in (email, f"{uuid.uuid4().hex}@attacks-e2e.example"):
            codes = []
            for _ in range(5):
                answer = Browser(stage).login(account, "Wrong-Password-1")
                is_problem(answer)
                codes.append(answer.status_code)
            assert codes[:3] == [401, 401, 401] and 429 in codes, codes
            assert int(answer.headers["Retry-After"]) >= 1
        # While it is slowed down the right password opens nothing either: a lock that tells is none.
        assert Browser(stage).login(email, password).status_code == 429

    def test_an_address_that_tries_many_accounts(self, stage: Stage):
        attacker = Browser(stage)
        codes = [
            attacker.login(f"{uuid.uuid4().hex}@attacks-e2e.example", "Wrong-Password-1").status_code for _ in range(40)
        ]
        assert codes[0] == 401 and codes[-1] == 429, codes
        assert Browser(stage).login("nobody@attacks-e2e.example", "Wrong-Password-1").status_code == 401, "nobody else waits"


class TestAddresses:
    def test_the_back_office_is_open_to_the_ranges_alone(self, stage: Stage, operator, make_tenant):
        house = make_tenant("ranges-e2e")
        manager = Browser(stage, "127.0.0.1")
        assert manager.login(house.email, house.password).json()["state"] == "open"
        inside, outside = Browser(stage, "127.0.0.1"), Browser(stage, ELSEWHERE)
        for browser in (inside, outside):
            browser.cookie, browser.csrf = manager.cookie, manager.csrf
        draft = manager.get("/v1/settings/draft")
        settings = draft.json()["settings"] | {"ip_ranges": ["127.0.0.1/32", "2001:db8::/32"]}
        put = manager.send("PUT", "/v1/settings/draft", json=settings, headers={"If-Match": draft.headers["ETag"]})
        assert put.status_code == 200, put.text
        assert manager.send("POST", "/v1/settings/publication", json={}).status_code == 200
        assert inside.get("/v1/session").status_code == 200
        is_problem(outside.get("/v1/session"), FORBIDDEN)
        is_problem(Browser(stage, ELSEWHERE).login(house.email, house.password), FORBIDDEN)
        # The address cannot be forged by whatever a caller writes.
        place = urlsplit(stage.stack.api_url)
        for forged in (
            [("X-Forwarded-For", "127.0.0.1")],
            [("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-For", "127.0.0.1")],
            [("X-Forwarded-For", "127.0.0.1, 127.0.0.1, 127.0.0.1")],
            [("X-Real-IP", "127.0.0.1"), ("Forwarded", "for=127.0.0.1"), ("True-Client-IP", "127.0.0.1")],
            [("CF-Connecting-IP", "127.0.0.1"), ("X-Client-IP", "127.0.0.1"), ("x-forwarded-for", "::1")],
        ):
            caller = http.client.HTTPConnection(place.hostname, place.port, source_address=(ELSEWHERE, 0), timeout=30)
            caller.putrequest("GET", f"{place.path}/v1/session")
            for name, value in [("Cookie", f"{people.COOKIE}={manager.cookie}"), *forged]:
                caller.putheader(name, value)
            caller.endheaders()
            assert caller.getresponse().status == 403, forged
            caller.close()
        # Candidates come from everywhere, and an operator opens what locked itself out.
        assert Api(stage.stack.api_url, {"X-Vivier-Key": house.key}).get("/v1/offers").status_code == 200
        operator.invoke("tenants", {"operation": "clear_ip_ranges", "slug": house.slug})
        assert outside.get("/v1/session").status_code == 200


class TestOverLong:
    LONG = "A" * 9000

    def test_in_every_field_of_a_login(self, stage: Stage):
        nobody = Browser(stage)
        for body in (
            {"email": self.LONG, "password": "x"},
            {"email": "a@b.example", "password": self.LONG},
            {"email": self.LONG + "@b.example", "password": self.LONG},
            {"email": "a@b.example", "password": "\u0000"},
        ):
            answer = nobody.send("POST", "/v1/session", json=body)
            is_problem(answer)
            assert answer.status_code in (400, 401), answer.text
        for body in ({"challenge_id": self.LONG, "code": "1"}, {"challenge_id": "AAAA", "new_password": self.LONG}):
            answer = nobody.send("POST", "/v1/session/challenge", json=body)
            is_problem(answer)
            assert answer.status_code in (400, 401), answer.text

    def test_in_headers(self, stage: Stage, person):
        *_, browser = person
        for headers in (
            {"Cookie": f"{people.COOKIE}={self.LONG}"},
            {"Cookie": "; ".join(f"c{i}=1" for i in range(900)) + f"; {people.COOKIE}=AAAA"},
        ):
            is_problem(browser.send("GET", "/v1/session", headers=headers), UNAUTHORIZED)
        for key in (self.LONG, "1", "é"):
            answer = browser.send(
                "POST", "/v1/documents", json=TestForgery.BODY, headers={"Idempotency-Key": key.encode()}
            )
            is_problem(answer)
            assert answer.status_code == 400


class TestGreed:
    def test_nobody_grants_what_they_do_not_hold(self, stage: Stage, manager: Browser, person):
        member, *_, browser = person
        limited = {"name": "Recruteur", "permissions": ["members.read", "members.invite", "members.write", "roles.read",
                                                        "roles.write", "offers.read"]}  # fmt: skip
        seen = {"If-Match": "*"}
        assert manager.send("PUT", "/v1/roles/recruteur", json=limited, headers=seen).status_code == 200
        assert manager.send("PUT", f"/v1/members/{member}/role", json={"role": "recruteur"}).status_code == 200
        boss = next(m for m in manager.get("/v1/members", limit=100).json()["members"] if "manager" in m["grants"].values())
        for method, path, body in (
            ("PUT", f"/v1/members/{member}/role", {"role": "manager"}),
            ("POST", "/v1/members", {"email": "x@attacks-e2e.example", "role": "editor"}),
            ("PUT", "/v1/roles/recruteur", limited | {"permissions": [*limited["permissions"], "audit.read"]}),
            ("PUT", "/v1/roles/neuf", {"name": "Neuf", "permissions": ["keys.write"]}),
            ("DELETE", "/v1/roles/editor", None),
            ("DELETE", f"/v1/members/{boss['id']}", None),
            ("PUT", f"/v1/members/{boss['id']}/suspension", None),
            ("DELETE", f"/v1/members/{boss['id']}/role", None),
        ):
            is_problem(browser.send(method, path, json=body, headers=seen), FORBIDDEN)
        assert manager.get("/v1/session").status_code == 200
        assert not people.mails(stage, "x@attacks-e2e.example")

    def test_what_is_in_no_role_any_more_an_operator_brings_back(self, stage: Stage, operator, make_tenant):
        house = make_tenant("stripped-e2e")
        manager = Browser(stage)
        assert manager.login(house.email, house.password).json()["state"] == "open"
        roles = manager.get("/v1/roles")
        given = next(role for role in roles.json()["roles"] if role["id"] == "manager")
        less = {"name": given["name"], "permissions": [name for name in given["permissions"] if name != "audit.read"]}
        assert manager.send("PUT", "/v1/roles/manager", json=less, headers={"If-Match": roles.headers["ETag"]}).ok
        is_problem(manager.get("/v1/audit"), FORBIDDEN)
        more = less | {"permissions": given["permissions"]}
        is_problem(manager.send("PUT", "/v1/roles/manager", json=more, headers={"If-Match": "*"}), FORBIDDEN)
        operator.invoke("tenants", {"operation": "restore_manager", "slug": house.slug})
        assert manager.get("/v1/audit").status_code == 200

    def test_a_tenant_keeps_one_manager_whoever_removes_whom_at_once(self, stage: Stage, make_tenant):
        house = make_tenant("crowd-e2e")
        first = Browser(stage)
        assert first.login(house.email, house.password).json()["state"] == "open"
        own = first.get("/v1/session").json()["member_id"]
        last = ("urn:vivier:problem:last-manager", 409)
        is_problem(first.send("DELETE", f"/v1/members/{own}"), last)
        is_problem(first.send("PUT", f"/v1/members/{own}/role", json={"role": "reader"}), last)
        members = {own: first}
        for number in range(3):
            email = canaries.address("crowd-e2e", f"chef{number}")
            member, temporary = invited(stage, first, email, "manager")
            members[member], _ = entered(stage, email, temporary)
        ids = list(members)
        with ThreadPoolExecutor(len(ids)) as crowd:
            list(crowd.map(
                lambda i: members[ids[i]].send("DELETE", f"/v1/members/{ids[(i + 1) % len(ids)]}"), range(len(ids))
            ))  # fmt: skip
        left = [browser for browser in members.values() if browser.get("/v1/session").status_code == 200]
        assert left, "nobody is left who could let anybody in"
        told = left[0].get("/v1/members", limit=100).json()["members"]
        assert any(member["grants"].get("*") == "manager" and member["state"] == "active" for member in told)

    def test_another_tenants_member_is_nobody(self, stage: Stage, beta: Tenant, manager: Browser):
        boss = beta.member.get("/v1/members").json()["members"][0]["id"]
        for method, path in (
            ("GET", "/v1/members/{}"), ("DELETE", "/v1/members/{}"), ("POST", "/v1/members/{}/invitation"),
            ("PUT", "/v1/members/{}/suspension"), ("DELETE", "/v1/members/{}/suspension"),
            ("DELETE", "/v1/members/{}/role"), ("DELETE", "/v1/members/{}/sessions"),
        ):  # fmt: skip
            is_problem(manager.send(method, path.format(boss)), NOT_FOUND)
        is_problem(manager.send("PUT", f"/v1/members/{boss}/role", json={"role": "reader"}), NOT_FOUND)
        assert beta.member.get("/v1/members").status_code == 200
