"""Settings go from a draft to candidates and back again, and nobody overwrites what they have not seen."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from demo.client import Operator

from . import people
from .api import FORBIDDEN, NOT_FOUND, UNAUTHORIZED, Api, is_problem, refused_fields
from .people import Browser
from .stage import Stage
from .tenants import Tenant

REQUIRED = ("urn:vivier:problem:precondition-required", 428)
FAILED = ("urn:vivier:problem:precondition-failed", 412)
CONFLICT = ("urn:vivier:problem:conflict", 409)
OUTDATED = ("urn:vivier:problem:draft-outdated", 409)
INVALID = ("urn:vivier:problem:invalid-body", 400)
LOCKED_OUT = ("urn:vivier:problem:would-lock-out", 409)
LOGO = "https://cdn.settings-e2e.example/logo.svg"
MOST_VERSIONS = 50


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("settings-e2e")


@pytest.fixture
def back(house: Tenant) -> Api:
    return house.member


@pytest.fixture(params=["project", "tenant"])
def place(house: Tenant, request) -> str:
    """The settings of a project, and the tenant's own: one behaviour."""
    return house.settings if request.param == "project" else "/v1/settings"


def change(place: str, number: int) -> dict:
    """Settings that hold and differ by a number."""
    return {"sessions": {"hours": 1 + number % 24}} if place == "/v1/settings" else {"name": f"Nom {number}"}


def put(back: Api, place: str, settings: dict, seen: str | None) -> requests.Response:
    headers = {"If-Match": seen} if seen else {}
    return back.send("PUT", f"{place}/draft", json=settings, headers=headers)


def tag(back: Api, place: str) -> str:
    return back.get(f"{place}/draft").headers["ETag"]


def shown(house: Tenant) -> dict:
    """What candidates read."""
    answer = house.candidate.get("/v1/front-office")
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestDraft:
    def test_it_begins_with_what_holds(self, back: Api, place: str):
        draft, holds = back.get(f"{place}/draft").json(), back.get(place).json()
        assert (draft["exists"], draft["based_on"]) == (False, holds["number"])
        assert draft["settings"] == holds["settings"]

    def test_a_change_names_the_state_it_is_made_on(self, back: Api, place: str):
        seen, holds = tag(back, place), back.get(place).json()
        is_problem(put(back, place, change(place, 1), None), REQUIRED)
        is_problem(put(back, place, change(place, 1), '"of another time"'), FAILED)
        assert tag(back, place) == seen, "what was refused changed nothing"
        saved = put(back, place, change(place, 1), seen)
        assert saved.status_code == 200 and saved.headers["ETag"] != seen
        is_problem(put(back, place, change(place, 2), seen), FAILED)
        again = put(back, place, change(place, 3), saved.headers["ETag"])
        assert again.status_code == 200
        draft = back.get(f"{place}/draft")
        assert draft.headers["ETag"] == again.headers["ETag"] and draft.json()["exists"]
        assert draft.json()["settings"] == again.json()["settings"] != holds["settings"]
        assert back.get(place).json() == holds, "a draft is nobody's but those who work on it"
        is_problem(back.send("DELETE", f"{place}/draft"), REQUIRED)
        is_problem(back.send("DELETE", f"{place}/draft", headers={"If-Match": seen}), FAILED)
        gone = back.send("DELETE", f"{place}/draft", headers={"If-Match": again.headers["ETag"]})
        assert gone.status_code == 204
        assert back.get(f"{place}/draft").json()["exists"] is False
        is_problem(back.send("DELETE", f"{place}/draft", headers={"If-Match": tag(back, place)}), NOT_FOUND)

    def test_of_several_who_save_at_once_one_does(self, back: Api, place: str):
        seen = tag(back, place)
        with ThreadPoolExecutor(6) as crowd:
            answers = list(crowd.map(lambda n: put(Api(back.base, dict(back.session.headers)), place, change(place, n), seen), range(6)))
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5
        winner = next(answer for answer in answers if answer.ok)
        assert back.get(f"{place}/draft").json()["settings"] == winner.json()["settings"]
        back.send("DELETE", f"{place}/draft", headers={"If-Match": "*"})

    @pytest.mark.parametrize(
        ("settings", "field", "code"),
        [
            ({"theme": {"text": "#eeeeee"}}, "theme.text", "contrast-too-low"),
            ({"theme": {"primary": "#888888", "text": "#333333"}}, "theme.primary", "contrast-too-low"),
            ({"theme": {"font": "Arial;}"}}, "theme.font", "invalid"),
            ({"languages": []}, "languages", "too-few"),
            ({"languages": ["fr", "FR"]}, "languages", "repeated"),
            ({"languages": ["fr", "de"]}, "texts.de.welcome", "missing"),
            ({"texts": {"en": {"welcome": "Hello"}}}, "texts.en", "unknown-language"),
            ({"texts": {"fr": {"welcome": " "}}}, "texts.fr.welcome", "empty"),
            ({"texts": {"fr": {"fallback": "a" * 1001}}}, "texts.fr.fallback", "too-long"),
            ({"search": {"synonyms": [["CDI"]]}}, "search.synonyms[0]", "too-few"),
            ({"search": {"weights": {"title": 1001}}}, "search.weights.title", "out-of-range"),
            ({"allowed_origins": ["https://a.example", "https://A.example:443"]}, "allowed_origins", "repeated"),
            ({"name": ""}, "name", "invalid"),
            ({"schema": 2}, "schema", "unknown-version"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_does_not_hold_is_named(self, house: Tenant, back: Api, settings: dict, field: str, code: str):
        seen = tag(back, house.settings)
        refused = put(back, house.settings, settings, seen)
        is_problem(refused, INVALID)
        assert refused_fields(refused).get(field) == code, refused.text
        assert tag(back, house.settings) == seen

    @pytest.mark.parametrize(
        "settings",
        [
            {"colour": "#ffffff"}, {"theme": {"text": "black"}}, {"theme": {"logo": "http://a.example/a.png"}},
            {"theme": {"logo": "javascript:alert(1)"}}, {"allowed_origins": ["*"]}, {"languages": ["français"]},
            {"retention": {"conversations_days": 30}}, {"search": {"weights": {"title": -1}}},
        ],
        ids=str,
    )  # fmt: skip
    def test_what_it_does_not_know_is_refused(self, house: Tenant, back: Api, settings: dict):
        seen = tag(back, house.settings)
        is_problem(put(back, house.settings, settings, seen), INVALID)
        assert tag(back, house.settings) == seen


class TestPublication:
    def test_candidates_read_what_was_published_until_it_is_rolled_back(self, house: Tenant, back: Api):
        before = shown(house)
        theme = {"primary": "#7c1d1d", "background": "#ffffff", "text": "#101010", "logo": LOGO, "font": "Source Sans 3"}
        first = house.publish({
            "name": "Carrières", "languages": ["fr", "en"], "theme": theme,
            "texts": {"fr": {"welcome": "Bienvenue chez nous"}, "en": {"fallback": "We do not know."}},
        })  # fmt: skip
        assert shown(house) != before
        read = shown(house)
        assert (read["name"], read["languages"]) == ("Carrières", ["fr", "en"])
        assert read["theme"] | theme == read["theme"] and read["theme"]["on_primary"] == "#ffffff"
        assert read["texts"]["fr"]["welcome"] == "Bienvenue chez nous"
        assert read["texts"]["en"]["fallback"] == "We do not know." and read["texts"]["en"]["welcome"]
        second = house.publish({"name": "Emplois"})
        assert second["number"] == first["number"] + 1 and shown(house)["name"] == "Emplois"
        rolled = back.send("POST", f"{house.settings}/rollback", json={"number": first["number"]}).json()
        assert (rolled["number"], rolled["restores"]) == (second["number"] + 1, first["number"])
        assert rolled["settings"] == first["settings"]
        assert shown(house)["name"] == "Carrières"
        kept = back.get(f"{house.settings}/versions/{second['number']}").json()
        assert kept["settings"] == second["settings"], "history never changes"
        listed = back.get(f"{house.settings}/versions", limit=3).json()["versions"]
        assert [version["number"] for version in listed] == [rolled["number"], second["number"], first["number"]]
        assert listed[0]["restores"] == first["number"]

    def test_what_is_shown_is_named_and_not_sent_twice(self, house: Tenant):
        house.publish({"name": "Avant"})
        answer = house.candidate.get("/v1/front-office")
        named = answer.headers["ETag"]
        assert "max-age" in answer.headers["Cache-Control"]
        for sent in (named, f"W/{named}", f'"other", {named}', "*"):
            known = house.candidate.send("GET", "/v1/front-office", headers={"If-None-Match": sent})
            assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", named), sent
        for sent in ('"other"', f"{named[:-1]}x\""):
            assert house.candidate.send("GET", "/v1/front-office", headers={"If-None-Match": sent}).status_code == 200
        house.draft({"name": "Pendant"})
        assert house.candidate.get("/v1/front-office").headers["ETag"] == named, "a draft is not shown"
        house.publish({"name": "Après"})
        changed = house.candidate.send("GET", "/v1/front-office", headers={"If-None-Match": named})
        assert changed.status_code == 200 and changed.headers["ETag"] != named
        assert changed.json()["name"] == "Après"

    def test_nothing_is_shown_that_is_not_candidates_business(self, house: Tenant):
        house.publish({"allowed_origins": ["https://intern.settings-e2e.example"], "search": {"synonyms": [["soudeur", "chaudronnier"]]}})
        text = house.candidate.get("/v1/front-office").text
        for hidden in ("intern.settings-e2e", "chaudronnier", "published_by", house.colleague.id, house.tenant_id):
            assert hidden not in text

    def test_what_cannot_be_published(self, house: Tenant, back: Api, place: str):
        back.send("DELETE", f"{place}/draft", headers={"If-Match": "*"})
        house.publish(change(place, 5), place)
        number = house.publish(change(place, 6), place)["number"]
        is_problem(back.send("POST", f"{place}/publication"), CONFLICT)
        is_problem(back.send("POST", f"{place}/rollback", json={"number": number}), CONFLICT)
        is_problem(back.send("POST", f"{place}/rollback", json={"number": 4_000_000}), NOT_FOUND)
        is_problem(back.get(f"{place}/versions/4000000"), NOT_FOUND)
        # A draft that something else was published behind is not published unseen, and neither is another than was seen.
        house.draft(change(place, 7), place)
        assert back.send("POST", f"{place}/rollback", json={"number": number - 1}).status_code == 200
        is_problem(back.send("POST", f"{place}/publication"), OUTDATED)
        is_problem(back.send("POST", f"{place}/publication", headers={"If-Match": '"another"'}), FAILED)
        assert back.get(place).json()["number"] == number + 1
        assert back.get(f"{place}/draft").json()["outdated"] is True
        back.send("DELETE", f"{place}/draft", headers={"If-Match": "*"})

    def test_whoever_may_draft_may_not_publish_for_that(self, house: Tenant, back: Api, place: str):
        house.draft(change(place, 8), place)
        editor, reader = house.person("editor").bearer, house.person("reader").bearer
        number = back.get(place).json()["number"]
        assert editor.get(f"{place}/draft").status_code == reader.get(f"{place}/draft").status_code == 200
        assert put(editor, place, change(place, 9), tag(back, place)).status_code == 200
        is_problem(put(reader, place, change(place, 9), tag(back, place)), FORBIDDEN)
        for other in (editor, reader):
            is_problem(other.send("POST", f"{place}/publication"), FORBIDDEN)
            is_problem(other.send("POST", f"{place}/rollback", json={"number": 1}), FORBIDDEN)
        assert back.get(place).json()["number"] == number
        back.send("DELETE", f"{place}/draft", headers={"If-Match": "*"})

    def test_one_of_several_publications_at_once(self, house: Tenant, back: Api):
        house.draft({"name": "À plusieurs"})
        number = back.get(house.settings).json()["number"]
        with ThreadPoolExecutor(5) as crowd:
            answers = list(crowd.map(lambda _: house.member.send("POST", f"{house.settings}/publication"), range(5)))
        assert sum(answer.ok for answer in answers) == 1, [answer.text for answer in answers]
        assert {answer.status_code for answer in answers} == {200, 409}
        assert back.get(house.settings).json()["number"] == number + 1

    def test_history_has_an_end(self, house: Tenant, back: Api):
        number = back.get(house.settings).json()["number"]
        for count in range(MOST_VERSIONS + 2 - number):
            house.publish({"name": f"Version {count}"})
        number = back.get(house.settings).json()["number"]
        seen, cursor = [], {}
        while cursor is not None:
            page = back.get(f"{house.settings}/versions", limit=20, **cursor).json()
            seen += [version["number"] for version in page["versions"]]
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
        assert seen == list(range(number, number - MOST_VERSIONS, -1))
        is_problem(back.get(f"{house.settings}/versions/{number - MOST_VERSIONS}"), NOT_FOUND)


def age_sessions(stage: Stage, house: Tenant, member: str, hours: int) -> None:
    """Lets a member's sessions have begun earlier."""
    dynamodb, table = stage.client("dynamodb"), f"vivier-{stage.name}-sessions"
    items = dynamodb.query(
        TableName=table, KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": f"tenant#{house.tenant_id}"}, ":sk": {"S": "session#"}},
    )["Items"]  # fmt: skip
    aged = [item for item in items if item["member"]["S"] == member]
    assert aged, "sessions are on the server"
    for item in aged:
        began = int(item["created_at"]["N"]) - hours * 3_600_000_000
        dynamodb.put_item(TableName=table, Item={**item, "created_at": {"N": str(began)}})
    # The member's own limit to sessions of before must not be what ends them.
    key = {"pk": {"S": f"tenant#{house.tenant_id}"}, "sk": {"S": f"member#{member}"}}
    table = f"vivier-{stage.name}-projects"
    record = dynamodb.get_item(TableName=table, Key=key)["Item"]
    value = json.loads(record["value"]["S"]) | {"sessions_from": "2020-01-01T00:00:00Z"}
    dynamodb.put_item(TableName=table, Item=record | {"value": {"S": json.dumps(value)}})


class TestOfTheTenant:
    """What is set for the whole tenant holds at the next request."""

    def test_days_are_what_the_next_purge_goes_by(self, operator: Operator, house: Tenant, back: Api):
        session = house.front.open_session()
        week = {"conversations_days": 7, "events_days": 30, "audit_log_days": 90}
        house.publish({"retention": week}, "/v1/settings")

        def purged(days: int) -> int:
            moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 86_400))
            command = {"operation": "run", "dry_run": True, "tenant": house.slug, "as_of": moment}
            return operator.invoke("retention", command)["tenants"][0]["removed"]["conversations"]

        assert (purged(6), purged(8) > 0) == (0, True)
        house.publish({"retention": week | {"conversations_days": 10}}, "/v1/settings")
        assert (purged(8), purged(11) > 0) == (0, True)
        assert house.front.session(session)
        for days in (0, 91):
            refused = put(back, "/v1/settings", {"retention": {"events_days": days}}, tag(back, "/v1/settings"))
            is_problem(refused, INVALID)
        # An operator's change is a version like any other.
        operator.invoke("retention", {"operation": "configure", "tenant": house.slug, "retention": {"events_days": 5}})
        holds = back.get("/v1/settings").json()
        assert (holds["settings"]["retention"]["events_days"], holds["published_by"]) == (5, "operator")
        assert holds["settings"]["retention"]["conversations_days"] == 10

    def test_nobody_locks_themselves_out_by_mistake(self, house: Tenant, back: Api):
        house.draft({"ip_ranges": ["192.0.2.0/24"]}, "/v1/settings")
        number = back.get("/v1/settings").json()["number"]
        refused = back.send("POST", "/v1/settings/publication")
        is_problem(refused, LOCKED_OUT)
        assert refused_fields(refused) == {"ip_ranges": "excludes-own-address"}
        assert back.get("/v1/settings").json()["number"] == number
        back.send("DELETE", "/v1/settings/draft", headers={"If-Match": "*"})

    def test_a_session_lasts_as_long_as_it_may(self, stage: Stage, house: Tenant):
        person = house.person("reader")
        lasts = {}
        for hours in (1, 12):
            house.publish({"sessions": {"hours": hours, "idle_minutes": 60}}, "/v1/settings")
            answer = Browser(stage).login(person.email, person.password).json()
            lasts[hours] = answer["expires_at"]
        assert lasts[1] < lasts[12]
        # A tenant that shortens its sessions shortens those that are open: this one was opened two hours ago.
        assert person.browser.get("/v1/session").status_code == 200
        age_sessions(stage, house, person.id, hours=2)
        assert person.browser.get("/v1/session").status_code == 200
        house.publish({"sessions": {"hours": 1, "idle_minutes": 60}}, "/v1/settings")
        is_problem(person.browser.get("/v1/session"), UNAUTHORIZED)
        house.publish({"sessions": {"hours": 12, "idle_minutes": 60}}, "/v1/settings")

    def test_a_second_factor_can_be_asked_of_everybody(self, stage: Stage, house: Tenant):
        person = house.person("reader")
        house.publish({"mfa_required": True}, "/v1/settings")
        try:
            browser = Browser(stage)
            asked = browser.login(person.email, person.password).json()
            assert (asked["state"], asked["challenge"], browser.cookie) == ("challenge", "mfa_setup", None)
            wrong = browser.answer(asked, code="000000")
            is_problem(wrong)
            assert not browser.cookie
            answer = browser.answer(asked, code=people.totp(asked["totp_secret"]))
            assert answer.status_code == 200 and answer.json()["state"] == "open", answer.text
            assert Browser(stage).login(person.email, person.password).json()["challenge"] == "totp"
        finally:
            house.publish({"mfa_required": False}, "/v1/settings")
        # What a member set up holds whether the tenant asks for it or not.
        assert Browser(stage).login(person.email, person.password).json()["challenge"] == "totp"

    @pytest.mark.parametrize(("language", "word"), [("fr", "Mot de passe provisoire"), ("en", "Temporary password")])
    def test_mails_come_from_the_tenant_in_its_language(self, stage: Stage, house: Tenant, language: str, word: str):
        house.publish({"mail": {"sender_name": "Maison d'essai", "language": language}}, "/v1/settings")
        person = house.person("reader")
        mail = people.next_mail(stage, person.email)
        assert "Maison d'essai" in mail["Source"] and word.lower() in mail["BodyText"].lower()
        assert "<html" in mail["BodyHtml"].lower() and person.email in mail["BodyHtml"]
