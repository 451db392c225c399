"""Nothing of candidates' data is handled before a front office has said who answers for it, why, and what they are told (K9.1a, b, g, h)."""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import requests

from demo import legal
from demo.client import Operator, OperatorError, wait_for

from . import alerts, canaries, privacy
from .api import FORBIDDEN, NOT_FOUND, SOME_ID, Api, is_problem, refused_fields
from .people import mails
from .stage import Stage
from .tenants import Tenant, offer

CLOSED = ("urn:vivier:problem:front-office-not-published", 403)
OFF = ("urn:vivier:problem:purpose-off", 403)
LACKING = ("urn:vivier:problem:legal-basis-missing", 409)
INVALID = ("urn:vivier:problem:invalid-body", 400)
TEXT = "EXPÉRIENCE\nSoudeur, Atelier, Lyon\n2019 - 2024\nCOMPÉTENCES\nSoudage TIG"
NEW_ALERT = {"email": f"avant.{canaries.SURNAME}@nobody.example", "search": "", "frequency": "daily", "language": "fr"}
ROUTES = (
    ("chatbot", "POST", "/v1/chat/sessions", {}),
    ("chatbot", "POST", "/v1/chat/sessions/resume", {"token": "A" * 43}),
    ("chatbot", "POST", f"/v1/chat/sessions/{SOME_ID}/messages", {"text": "Bonjour ?"}),
    ("chatbot", "POST", f"/v1/chat/sessions/{SOME_ID}/messages/stream", {"text": "Bonjour ?"}),
    ("chatbot", "POST", f"/v1/chat/sessions/{SOME_ID}/hand-over", None),
    ("chatbot", "POST", f"/v1/chat/sessions/{SOME_ID}/resume-tokens", None),
    ("chatbot", "PUT", f"/v1/chat/sessions/{SOME_ID}/messages/{SOME_ID}/feedback", {"rating": "up"}),
    ("alerts", "POST", "/v1/alerts", NEW_ALERT),
    ("alerts", "POST", "/v1/alerts/confirmation", {"token": "A" * 43}),
    ("alerts", "POST", "/v1/alerts/renewal", {"token": "A" * 43}),
    ("matching", "POST", "/v1/offers/match", {"text": TEXT}),
    ("statistics", "POST", "/v1/usage-events",
     {"events": [{"kind": "suggestion_used", "id": "01920000-0000-7000-8000-000000000001", "position": 1}]}),
)  # fmt: skip
"""Every candidate's route that handles personal data, with its purpose; a contract test of the code knows the same ones."""
RIGHTS = (
    ("GET", "/v1/front-office", None, 200),
    ("GET", "/v1/offers", None, 200),
    ("GET", "/v1/places?q=lyon", None, 200),
    ("POST", "/v1/privacy-requests", {"kind": "access", "email": NEW_ALERT["email"], "language": "fr"}, 202),
    ("POST", "/v1/alerts/unsubscription", {"token": "A" * 43}, 404),
    ("GET", f"/v1/chat/sessions/{SOME_ID}", None, 404),
    ("GET", f"/v1/chat/sessions/{SOME_ID}/export", None, 404),
    ("DELETE", f"/v1/chat/sessions/{SOME_ID}", None, 404),
)
"""What asks for no legal basis: what stores nothing of a person, and what persons may ask for about themselves."""


def visitor(tenant: Tenant) -> Api:
    """A candidate at a door of its own: no authorizer remembers what was published before."""
    return tenant.visitor(tenant.new_key()[1])


def terms(*purposes: str, consent: tuple[str, ...] = ()) -> dict[str, Any]:
    """`privacy` of settings, with a basis for some purposes alone."""
    all_ = legal.terms(["fr"], consent)
    return all_ | {"purposes": {name: all_["purposes"][name] for name in purposes}}


def publish(tenant: Tenant, privacy_: dict[str, Any], **more: Any) -> int:
    """Publishes; the version's number."""
    return tenant.publish({"privacy": privacy_, **more})["number"]


def sessions(stage: Stage, tenant: Tenant) -> list[dict[str, Any]]:
    """The conversations in the tenant's table."""
    items = stage.client("dynamodb").scan(TableName=tenant.table)["Items"]
    return [item for item in items if item["sk"]["S"] == "session"]


@pytest.fixture(scope="module")
def bare(make_tenant: Callable[..., Tenant]) -> Tenant:
    """A tenant that has published nothing."""
    return make_tenant("publication-bare", live=False)


@pytest.fixture(scope="module")
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    return make_tenant("publication-e2e")


class TestBeforePublication:
    @pytest.mark.parametrize(("purpose", "method", "path", "body"), ROUTES, ids=lambda value: value if isinstance(value, str) else "")
    def test_nothing_personal_is_handled(self, stage: Stage, bare: Tenant, purpose: str, method: str, path: str, body: Any):
        is_problem(bare.candidate.send(method, path, json=body), CLOSED)
        assert sessions(stage, bare) == [] and bare.sql("SELECT count(*) FROM alerts") == [(0,)], purpose

    @pytest.mark.parametrize(("method", "path", "body", "status"), RIGHTS, ids=lambda value: value if isinstance(value, str) else "")
    def test_the_rest_is_open(self, bare: Tenant, method: str, path: str, body: Any, status: int):
        assert bare.candidate.send(method, path, json=body).status_code == status

    def test_nothing_is_counted(self, bare: Tenant, tenant: Tenant):
        for _ in range(3):
            bare.front.search()
        tenant.front.search()
        wait_for(lambda: tenant.counts().get("search"), "the other tenant's count", timeout=30)
        assert bare.counts() == {}

    def test_the_front_office_says_so(self, bare: Tenant):
        shown = bare.front.call("GET", "/v1/front-office")
        assert (shown["version"], shown["privacy"]) == (0, None)


class TestPublication:
    def test_what_lacks_is_named_and_nothing_is_published(self, bare: Tenant):
        place, said = bare.settings, legal.terms(["fr"])
        lacking = {"privacy.controller.name": "missing", "privacy.controller.contact": "missing"}
        for changes, expected in (
            ({"privacy": {}}, lacking | {"privacy.purposes": "no-legal-basis"}),
            ({"privacy": said | {"controller": {}}}, lacking),
            ({"privacy": said | {"purposes": {}}}, {"privacy.purposes": "no-legal-basis"}),
            (
                {"privacy": said, "languages": ["fr", "en"]},
                {f"privacy.purposes.{purpose}.texts.en": "missing" for purpose in legal.PURPOSES},
            ),
            (
                {"privacy": said | {"purposes": said["purposes"] | {"alerts": {"texts": {"fr": "J'accepte."}}}}},
                {"privacy.purposes.alerts.basis": "missing"},
            ),
        ):
            bare.draft({"languages": ["fr"]} | changes)
            refused = bare.member.send("POST", f"{place}/publication")
            is_problem(refused, LACKING)
            assert refused_fields(refused) == expected
        assert bare.member.get(place).json()["number"] == 0
        is_problem(bare.candidate.send("POST", "/v1/chat/sessions"), CLOSED)

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"controller": {"name": ""}}, "privacy.controller.name"),
            ({"controller": {"contact": "a" * 501}}, "privacy.controller.contact"),
            ({"purposes": {"alerts": {"texts": {"fr": " "}}}}, "privacy.purposes.alerts.texts.fr"),
            ({"purposes": {"alerts": {"texts": {"fr": "é" * 5001}}}}, "privacy.purposes.alerts.texts.fr"),
            ({"purposes": {"alerts": {"texts": {"de": "Ja"}}}}, "privacy.purposes.alerts.texts.de"),
            ({"purposes": {"statistics": {"basis": "consent"}}}, "privacy.purposes.statistics.basis"),
            ({"purposes": {"alerts": {"basis": "vital_interests"}}}, "privacy.purposes.alerts.basis"),
            ({"purposes": {"profiling": {}}}, None),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_does_not_hold_is_refused_in_a_draft(self, bare: Tenant, said: dict, field: str | None):
        seen = bare.member.get(f"{bare.settings}/draft").headers["ETag"]
        refused = bare.member.send("PUT", f"{bare.settings}/draft", json={"privacy": said}, headers={"If-Match": seen})
        is_problem(refused, INVALID)
        assert field is None or field in refused_fields(refused)
        assert bare.member.get(f"{bare.settings}/draft").headers["ETag"] == seen

    def test_what_was_published_before_there_were_such_rules_opens_nothing(self, stage: Stage, make_tenant):
        """As an earlier release wrote it: a version that says nothing of candidates' data."""
        tenant = make_tenant("publication-old")
        old = publish(tenant, terms("chatbot"))
        dynamodb, table = stage.client("dynamodb"), f"vivier-{stage.name}-projects"
        for end in ("published", f"version#{old:010}"):
            key = {"pk": {"S": f"tenant#{tenant.tenant_id}"}, "sk": {"S": f"settings#project:{tenant.project}#{end}"}}
            record = dynamodb.get_item(TableName=table, Key=key)["Item"]
            value = json.loads(record["value"]["S"])
            del value["settings"]["privacy"]
            dynamodb.put_item(TableName=table, Item=record | {"value": {"S": json.dumps(value)}})
        is_problem(visitor(tenant).send("POST", "/v1/chat/sessions"), CLOSED)
        assert tenant.front.call("GET", "/v1/front-office")["privacy"] is None
        publish(tenant, terms("chatbot"))
        assert visitor(tenant).send("POST", "/v1/chat/sessions").status_code == 201
        refused = tenant.member.send("POST", f"{tenant.settings}/rollback", json={"number": old})
        is_problem(refused, LACKING)
        assert tenant.member.get(tenant.settings).json()["number"] == old + 1


class TestPurposes:
    @pytest.mark.parametrize("only", legal.PURPOSES)
    def test_what_has_no_basis_stays_off(self, tenant: Tenant, only: str):
        publish(tenant, terms(only))
        asks = visitor(tenant)
        for purpose, method, path, body in ROUTES:
            answer = asks.send(method, path, json=body)
            if purpose == only:
                assert answer.status_code != 403, (purpose, path, answer.text)
            else:
                is_problem(answer, OFF)
                assert refused_fields(answer) == {"purpose": purpose}
        for method, path, body, status in RIGHTS:
            assert asks.send(method, path, json=body).status_code == status, path
        assert set(tenant.front.call("GET", "/v1/front-office")["privacy"]["purposes"]) == {only}

    def test_a_refusal_is_not_kept_for_a_request_that_comes_again(self, make_tenant: Callable[..., Tenant]):
        tenant = make_tenant("publication-again")
        publish(tenant, terms("alerts"))
        _, key = tenant.new_key()
        again = {"Idempotency-Key": str(uuid.uuid4())}
        is_problem(tenant.visitor(key).send("POST", "/v1/chat/sessions", headers=again), OFF)
        publish(tenant, terms("chatbot"))
        opened = lambda: tenant.visitor(key).send("POST", "/v1/chat/sessions", headers=again).status_code == 201  # noqa: E731
        wait_for(opened, "the door that knows of the basis", timeout=15, every=0.5)

    def test_nobody_is_counted_without_a_basis(self, make_tenant: Callable[..., Tenant]):
        tenant = make_tenant("publication-counts")
        publish(tenant, terms("chatbot"))
        asks = visitor(tenant)
        for _ in range(3):
            assert asks.get("/v1/offers").status_code == 200
        assert asks.send("POST", "/v1/chat/sessions").status_code == 201
        publish(tenant, terms("chatbot", "statistics"))
        asks = visitor(tenant)
        assert asks.get("/v1/offers").status_code == 200
        wait_for(lambda: tenant.counts().get("search"), "the count of the search", timeout=30)
        assert tenant.counts() == {"search": 1}

    def test_alerts_that_lost_their_basis_send_nothing_until_it_is_back(self, stage: Stage, make_tenant: Callable[..., Tenant]):
        tenant = make_tenant("publication-alerts")
        rows = [offer("PUB-1")]
        alerts.publish(stage, tenant, rows)
        email = alerts.saved(stage, tenant)
        publish(tenant, terms("chatbot"))
        rows.append(offer("PUB-2", title="Boulangère"))
        alerts.publish(stage, tenant, rows)
        alerts.looked(stage, tenant, email)
        assert alerts.offers_mails(stage, email) == []
        publish(tenant, terms("alerts"))

        def told() -> bool:
            alerts.looked(stage, tenant, email)
            return len(alerts.offers_mails(stage, email)) == 1

        wait_for(told, "the mail that waited for a basis", timeout=60, every=0.5)
        # Whoever wants no more is heard, whatever the front office may do.
        publish(tenant, terms("chatbot"))
        one = alerts.token(alerts.offers_mails(stage, email)[0], "unsubscription")
        assert visitor(tenant).send("POST", "/v1/alerts/unsubscription", json={"token": one}).status_code == 204
        assert tenant.sql("SELECT count(*) FROM alerts") == [(0,)]


class TestConsent:
    BY_CONSENT = ("chatbot", "alerts", "matching")

    def test_the_texts_and_their_version_can_be_read(self, make_tenant: Callable[..., Tenant]):
        tenant = make_tenant("publication-texts")
        said = legal.terms(["fr", "en"], self.BY_CONSENT) | {"officer_contact": "dpd@publication.example"}
        number = publish(tenant, said, languages=["fr", "en"])
        shown = tenant.front.call("GET", "/v1/front-office")["privacy"]
        assert (shown["consent_version"], shown["officer_contact"]) == (number, "dpd@publication.example")
        assert shown["controller"] == legal.CONTROLLER
        for purpose in legal.PURPOSES:
            one = shown["purposes"][purpose]
            assert one["texts"] == {language: legal.TEXTS[language][purpose] for language in ("fr", "en")}
            assert one["consent"] == (purpose in self.BY_CONSENT)
        for purpose in self.BY_CONSENT:
            warnings = shown["purposes"][purpose]["warnings"]
            assert "données sensibles" in warnings["fr"] and "sensitive data" in warnings["en"]
        assert "warnings" not in shown["purposes"]["statistics"], "nobody writes anything there"

    @pytest.mark.parametrize(
        ("path", "body", "done"),
        [
            ("/v1/chat/sessions", {}, 201),
            ("/v1/alerts", NEW_ALERT, 202),
            ("/v1/offers/match", {"text": TEXT}, 200),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_only_who_agreed_to_the_texts_that_hold_goes_on(
        self, stage: Stage, tenant: Tenant, path: str, body: dict, done: int
    ):
        old = publish(tenant, terms(*legal.PURPOSES, consent=self.BY_CONSENT))
        number = publish(tenant, terms(*legal.PURPOSES, consent=self.BY_CONSENT), name=f"Version {old}")
        asks = visitor(tenant)
        before = (sessions(stage, tenant), tenant.sql("SELECT id FROM alerts ORDER BY id"))
        for given, code in ((None, "missing"), (old, "outdated"), (number + 1, "outdated")):
            refused = asks.send("POST", path, json=body | ({"consent_version": given} if given else {}))
            is_problem(refused, INVALID)
            assert refused_fields(refused) == {"consent_version": code}
            assert refused.json()["current_version"] == number
        for wrong in ("1", -1, 1.5, True):
            is_problem(asks.send("POST", path, json=body | {"consent_version": wrong}), INVALID)
        assert (sessions(stage, tenant), tenant.sql("SELECT id FROM alerts ORDER BY id")) == before, "nothing was stored"
        answer = asks.send("POST", path, json=body | {"consent_version": number})
        assert answer.status_code == done, answer.text

    def test_what_was_agreed_to_is_kept_and_shown_to_the_person(self, stage: Stage, operator: Operator, make_tenant: Callable[..., Tenant]):
        tenant = make_tenant("publication-kept")
        number = publish(tenant, terms(*legal.PURPOSES, consent=self.BY_CONSENT))
        email = alerts.saved(stage, tenant, consent_version=number)
        assert tenant.sql("SELECT consent_version FROM alerts") == [(number,)]
        session = tenant.front.open_session(consent_version=number)
        assert [item["consent_version"]["N"] for item in sessions(stage, tenant)] == [str(number)]
        tenant.front.ask(session, "Bonjour")
        export = tenant.front.call("GET", f"/v1/chat/sessions/{session}/export")
        assert export["conversation"]["consent_version"] == number
        # A conversation goes on under the texts that it was opened under; what is opened now needs the new ones.
        publish(tenant, terms(*legal.PURPOSES, consent=self.BY_CONSENT), name="Autre")
        asks = visitor(tenant)
        assert asks.send("POST", f"/v1/chat/sessions/{session}/messages", json={"text": "Encore"}).status_code == 200
        assert asks.send("POST", "/v1/chat/sessions", json={"consent_version": number}).status_code == 400
        code = privacy.confirmed(stage, operator, tenant, email, "access", conversations=[session])["code"]
        privacy.run(operator, tenant)
        secret = privacy.token(mails(stage, email)[-1], "copy")
        answer = tenant.candidate.send("POST", "/v1/privacy-requests/copy", json={"token": secret, "code": code})
        archive = zipfile.ZipFile(io.BytesIO(requests.get(answer.json()["url"], timeout=30).content))
        data = json.loads(archive.read("data.json"))
        assert [one["consent_version"] for one in data["alerts"]] == [number]
        assert [one["consent_version"] for one in data["conversations"]] == [number]

    def test_nothing_is_written_down_where_nobody_is_asked(self, stage: Stage, make_tenant: Callable[..., Tenant]):
        tenant = make_tenant("publication-unasked")
        assert tenant.candidate.send("POST", "/v1/chat/sessions", json={"consent_version": 1}).status_code == 201
        assert alerts.ask(tenant, alerts.fresh(), consent_version=1).status_code == 202
        assert tenant.sql("SELECT consent_version FROM alerts") == [(None,)]
        assert ["consent_version" in item for item in sessions(stage, tenant)] == [False]


class TestSubProcessors:
    @staticmethod
    def announce(operator: Operator, tenant: Tenant, entry: str) -> dict[str, Any]:
        return operator.invoke("privacy", {"operation": "announce", "tenant": tenant.slug, "sub_processor": entry})

    def test_every_member_reads_the_list(self, tenant: Tenant):
        shown = tenant.person("reader").bearer.get("/v1/sub-processors")
        assert shown.status_code == 200, shown.text
        listed = shown.json()
        assert listed["notice_days"] == 30
        day = dt.date.fromisoformat
        for one in listed["sub_processors"]:
            assert day(one["effective_on"]) - day(one["announced_on"]) >= dt.timedelta(days=30)
            assert all(region.startswith("eu-") for region in one["regions"]) and one["purpose"]["fr"] != one["purpose"]["en"]
        assert {"s3", "bedrock"} <= {one["id"] for one in listed["sub_processors"]}
        is_problem(tenant.candidate.get("/v1/sub-processors"), FORBIDDEN)

    def test_members_who_answer_for_data_are_told_once(self, stage: Stage, operator: Operator, make_tenant: Callable[..., Tenant]):
        tenant = make_tenant("publication-told")
        reader = tenant.person("reader")
        before = {address: len(mails(stage, address)) for address in (tenant.email, reader.email)}
        new = lambda address: mails(stage, address)[before[address]:]  # noqa: E731
        assert self.announce(operator, tenant, "textract") == {"mailed": 1, "told": True}
        assert self.announce(operator, tenant, "textract") == {"mailed": 0, "told": True}
        assert (len(new(tenant.email)), new(reader.email)) == (1, [])
        mail = new(tenant.email)[0]
        assert mail["Subject"] == "Changement parmi les sous-traitants"
        for words in ("Textract", "eu-west-3", "01/10/2026", "opposer"):
            assert words in mail["BodyText"], mail["BodyText"]
        tenant.publish({"mail": {"language": "en", "sender_name": None, "sender_address": None}}, "/v1/settings")
        assert self.announce(operator, tenant, "s3")["mailed"] == 1, "another entry is another notice"
        assert tenant.sql("SELECT sub_processor FROM sub_processor_notices ORDER BY 1") == [("s3",), ("textract",)]
        with pytest.raises(OperatorError, match="unknown-sub-processor"):
            self.announce(operator, tenant, "nobody")

    def test_a_tenant_that_was_there_is_told_of_what_is_announced_by_itself(self, stage: Stage, make_tenant: Callable[..., Tenant]):
        tenant = make_tenant("publication-since")
        before = len(mails(stage, tenant.email))
        stage.tick("privacy")
        assert len(mails(stage, tenant.email)) == before, "the list of the day it came is part of its contract"
        registered(stage, tenant, "2026-08-31T23:59:59Z")

        def told() -> list[Any]:
            stage.tick("privacy")
            return mails(stage, tenant.email)[before:]

        mail = wait_for(told, "the notice", timeout=30, every=0.5)[0]
        assert "Textract" in mail["BodyText"] and "Cognito" in mail["BodyText"], "one mail of all that is new"
        stage.tick("privacy")
        assert len(mails(stage, tenant.email)) == before + 1


def registered(stage: Stage, tenant: Tenant, moment: str) -> None:
    """Lets a tenant have been registered at a moment."""
    dynamodb, table = stage.client("dynamodb"), stage.tenants_table
    items = dynamodb.scan(TableName=table)["Items"]
    item = next(item for item in items if item.get("slug", {}).get("S") == tenant.slug and "created_at" in item)
    dynamodb.put_item(TableName=table, Item=item | {"created_at": {"S": moment}})
