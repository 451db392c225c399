"""Breaches of personal data (K9.1f, M7): recorded, counted from the stores, told in time and once, decided about by the tenant, and proved by a
timeline that shows when it was changed."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from demo.client import Operator, OperatorError, wait_for

from . import alerts, breaches, tenants
from .api import NOT_FOUND, is_problem, refused_fields
from .breaches import affecting, case, command, facts, recorded, stamp, version_7, words
from .people import mails
from .stage import Stage
from .tenants import Tenant
from .test_permissions import without

SUBJECT = {"fr": "Violation de données à caractère personnel", "en": "Breach of personal data"}
MORE = {"fr": "Violation de données : informations complémentaires", "en": "Breach of personal data: further information"}


@dataclass
class House:
    """Two tenants with candidates' data, and one that nothing happens to."""

    one: Tenant
    two: Tenant
    third: Tenant
    english: str
    """The address of a manager of the first one who reads English."""


def savings(stage: Stage, tenant: Tenant, persons: int, each: int) -> None:
    """So many candidates with so many saved searches each."""
    for _ in range(persons):
        email = alerts.saved(stage, tenant)
        for number in range(each - 1):
            tenant.sql(
                "INSERT INTO alerts (id, project_id, email, language, frequency, search, state, created_at, confirmed_at, expires_at, new_since,"
                " seen_until, next_at) SELECT gen_random_uuid(), project_id, email, language, frequency, %s, state, created_at, confirmed_at,"
                " expires_at, new_since, seen_until, next_at FROM alerts WHERE email = %s LIMIT 1",
                json.dumps([["q", f"soudeur {number}"]]), email,
            )  # fmt: skip
    stage.forget_askers(tenant.tenant_id)


def talks(tenant: Tenant, count: int) -> None:
    for _ in range(count):
        session = tenant.front.open_session()
        tenant.front.ask(session, "Combien de jours de congés ?")


def manager_in_english(tenant: Tenant) -> str:
    person = tenant.person("manager")
    table, key = f"vivier-{tenant.stage.name}-projects", {"pk": {"S": f"tenant#{tenant.tenant_id}"}, "sk": {"S": f"member#{person.id}"}}
    dynamodb = tenant.stage.client("dynamodb")
    item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    value = json.loads(item["value"]["S"]) | {"language": "en"}
    dynamodb.put_item(TableName=table, Item=item | {"value": {"S": json.dumps(value)}})
    return person.email


@pytest.fixture(scope="module")
def house(stage: Stage, make_tenant: Callable[..., Tenant]) -> House:
    one, two, third = (make_tenant(f"fuite-{name}-e2e") for name in ("une", "deux", "trois"))
    for tenant, persons, each, sessions in ((one, 3, 2, 4), (two, 1, 1, 1), (third, 1, 1, 1)):
        savings(stage, tenant, persons, each)
        talks(tenant, sessions)
    one.person("reader")
    return House(one, two, third, manager_in_english(one))


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left_open(stage: Stage, operator: Operator) -> Iterator[None]:
    """Breaches stay for ever: those of an earlier run must not be due while this one counts."""
    yield
    for one in command(operator, "list")["breaches"]:
        if one.get("closed_at") is None:
            with suppress(OperatorError):
                command(operator, "close", one["id"], reason=words("Fin"))


def told(stage: Stage, address: str, breach: str) -> list[dict]:
    """Mails about a breach, the oldest first."""
    return [mail for mail in mails(stage, address) if f"/breaches/{breach}" in mail["BodyText"]]


def numbers(found: dict) -> dict[str, tuple]:
    return {one["place"]: (one["records"], one["persons"]) for one in found["numbers"]}


def mailed(operator: Operator, breach: str) -> int:
    return command(operator, "tell", breach)["mailed"]


def item_of(stage: Stage, breach: str, tenant: Tenant | None, number: int) -> tuple[str, dict]:
    pk, sk = (f"tenant#{tenant.tenant_id}", f"entry#{breach}#") if tenant else (f"breach#{breach}", "entry#")
    table = f"vivier-{stage.name}-breaches"
    key = {"pk": {"S": pk}, "sk": {"S": f"{sk}{number:020}"}}
    return table, stage.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]


class TestWhole:
    """One breach from its record to its end."""

    def test_from_the_record_to_the_end(self, stage: Stage, operator: Operator, house: House):
        one, two, third = house.one, house.two, house.third
        before = {tenant.slug: len(mails(stage, tenant.email)) for tenant in (one, two, third)}
        breach = affecting(operator, one, two, consequences=None)

        # Counted from the stores, persons apart.
        found = case(operator, breach, one)
        rows = {table: one.sql(f"SELECT count(*) FROM {table}")[0][0] for table in ("alerts",)}
        assert numbers(found)["silo/alerts"] == (rows["alerts"], 3) == (6, 3)
        assert numbers(found)["conversations/session"] == (4, 4)
        items = stage.client("dynamodb").scan(TableName=one.table)["Items"]
        messages = [item for item in items if item["sk"]["S"].startswith("message#")]
        assert numbers(found)["conversations/message"] == (len(messages), 4)
        assert numbers(case(operator, breach, two))["silo/alerts"] == (1, 1)
        candidates = next(one for one in found["persons"] if one["whose"] == "candidate")
        assert candidates["least"] == 4, "those of one table may be those of another"
        assert "contact" in next(one for one in found["numbers"] if one["place"] == "silo/alerts")["categories"]

        # Told, each in their language, with all that the law demands, and nobody else.
        assert mailed(operator, breach) == 3
        assert mailed(operator, breach) == 0, "once"
        (french,) = told(stage, one.email, breach)
        (english,) = told(stage, house.english, breach)
        assert french["Subject"] == SUBJECT["fr"] and english["Subject"] == SUBJECT["en"]
        for mail, said in (
            (french, ["perte de confidentialité", "perte d'intégrité", "candidats :", "Une copie lisible / A readable copy, en français.", "coordonnées",
                      "+33 1 00 00 00 00", "Conséquences probables : Pas encore connu.", "Copie fermée / Copy closed, en français.", "silo/alerts",
                      "72 heures", "enregistrements 6, personnes 3"]),
            (english, ["loss of confidentiality", "loss of integrity", "candidates:", "A readable copy, in English.", "contact details",
                       "+33 1 00 00 00 00", "Likely consequences: Not known yet.", "Copy closed, in English.", "silo/alerts", "72 hours",
                       "records 6, persons 3"]),
        ):  # fmt: skip
            for text in said:
                assert text in mail["BodyText"], f"{text}: {mail['BodyText']}"
            assert mail["Source"].startswith('"Vivier" <'), mail["Source"]
        assert len(told(stage, two.email, breach)) == 1
        assert "enregistrements 1, personnes 1" in told(stage, two.email, breach)[0]["BodyText"]
        assert len(mails(stage, third.email)) == before[third.slug], "a third tenant is told nothing"

        # The tenant sees its own.
        shown = one.member.get(f"/v1/breaches/{breach}").json()
        assert numbers(shown) == numbers(found) and shown["whole"] and shown["told_at"]
        assert [entry["what"] for entry in shown["timeline"] if entry["chain"] == "tenant"] == ["affected", "counted", "telling", "mailed", "mailed"]
        assert breach in [entry["id"] for entry in one.member.get("/v1/breaches").json()["breaches"]]
        due = time.mktime(time.strptime(shown["authority_due_at"][:19], "%Y-%m-%dT%H:%M:%S"))
        when = time.mktime(time.strptime(shown["told_at"][:19], "%Y-%m-%dT%H:%M:%S"))
        assert due - when == 72 * 3600

        # Nobody notifies for a tenant that did not agree.
        authority = {"tenant": one.slug, "at": stamp(), "reference": "CNIL 2026-000123"}
        with pytest.raises(OperatorError, match="not-agreed"):
            command(operator, "authority", breach, **authority)
        with pytest.raises(OperatorError, match="unfinished"):
            command(operator, "close", breach, reason=words("Fini"))
        answer = one.member.send("POST", f"/v1/breaches/{breach}/decision", json={"decision": "notify_for_us"})
        assert answer.status_code == 200 and answer.json()["decision"] == "notify_for_us", answer.text
        with pytest.raises(OperatorError, match="not-agreed"):
            command(operator, "authority", breach, **authority | {"tenant": two.slug})

        # The notification, before and behind.
        page = one.member.get(f"/v1/breaches/{breach}/notification", language="en")
        assert page.headers["Content-Type"] == "text/html; charset=utf-8" and "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "<h1>Initial notification" in page.text and "Not known yet." in page.text and "Fuite-Une-E2E" in page.text
        for language, title in (("en", "<h1>Initial notification"), ("fr", "<h1>Notification initiale")):
            assert title in command(operator, "notification", breach, tenant=one.slug, language=language)["html"]
        command(operator, "authority", breach, **authority)
        command(operator, "authority", breach, **authority)
        page = one.member.get(f"/v1/breaches/{breach}/notification")
        assert '<html lang="fr">' in page.text and "<h1>Notification complémentaire" in page.text and "CNIL 2026-000123" in page.text
        refused = one.member.send("POST", f"/v1/breaches/{breach}/decision", json={"decision": "not_required", "reason": "Chiffré."})
        assert refused.status_code == 409, "what the authority was told stands"
        same = one.member.send("POST", f"/v1/breaches/{breach}/decision", json={"decision": "notify_for_us"})
        assert same.status_code == 200, "the same once more is fine"

        # More becomes known: told as such, and only what is new.
        addition = {"id": version_7(), "consequences": words("Hameçonnage / Phishing"), "places": ["silo/alert_tokens"]}
        first = command(operator, "add", breach, **addition)
        assert command(operator, "add", breach, **addition)["entry"] == first["entry"], "the same once more is one addition"
        with pytest.raises(OperatorError, match="added-otherwise"):
            command(operator, "add", breach, **addition | {"places": []})
        assert mailed(operator, breach) == 3
        (_, again) = told(stage, house.english, breach)
        assert again["Subject"] == MORE["en"] and "Phishing, in English." in again["BodyText"]
        assert "silo/alert_tokens" in again["BodyText"] and "A readable copy, in English." not in again["BodyText"]
        assert "Copy closed" not in again["BodyText"]
        assert told(stage, one.email, breach)[1]["Subject"] == MORE["fr"]
        assert mailed(operator, breach) == 0

        # The other says that it needs no notification; then nothing is left to be done.
        answer = two.member.send("POST", f"/v1/breaches/{breach}/decision", json={"decision": "not_required", "reason": "Données chiffrées."})
        assert answer.status_code == 200, answer.text
        closed = command(operator, "close", breach, reason=words("Fini"))
        assert closed["closed_at"] and command(operator, "close", breach, reason=words("Fini"))["closed_at"] == closed["closed_at"]
        with pytest.raises(OperatorError, match="closed"):
            command(operator, "add", breach, id=version_7(), measures=words("Trop tard"))
        shown = command(operator, "show", breach)
        assert shown["whole"] and [entry["what"]["kind"] for entry in shown["timeline"]] == ["recorded", "added", "closed"]
        assert [entry["number"] for entry in shown["timeline"]] == [1, 2, 3]
        kinds = [entry["what"]["kind"] for entry in case(operator, breach, one)["timeline"]]
        assert kinds == ["affected", "counted", "telling", "mailed", "mailed", "decided", "notified", "counted", "telling", "mailed", "mailed"]
        whole = json.dumps(shown)
        assert not re.search(r"@[\w-]+\.(example|invalid)", whole), "nobody's address is in the register"


class TestRecording:
    def test_the_same_twice_is_one_and_another_is_refused(self, operator: Operator):
        known = facts()
        first = command(operator, "record", **known)
        assert command(operator, "record", **known) == first
        with pytest.raises(OperatorError, match="recorded-otherwise"):
            command(operator, "record", **known | {"contact": "Somebody else"})
        assert [one["id"] for one in command(operator, "list")["breaches"]].count(known["id"]) == 1

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"what": words("Écrire à camille@example.org")}, "names-somebody"),
            ({"what": {"fr": "Un disque"}}, "invalid-command"),
            ({"what": {"fr": "a\nb", "en": "c"}}, "invalid-words"),
            ({"consequences": {"fr": "x" * 4001, "en": "y"}}, "invalid-words"),
            ({"places": ["silo/cellar"]}, "unknown-place"),
            ({"places": []}, "invalid-places"),
            ({"natures": []}, "invalid-natures"),
            ({"natures": ["theft"]}, "invalid-command"),
            ({"contact": ""}, "invalid-words"),
            ({"id": "seven"}, "invalid-command"),
            ({"candidates": ["Camille"]}, "invalid-command"),
        ],
    )
    def test_what_cannot_be_recorded(self, operator: Operator, changes: dict, code: str):
        self.refused(operator, code, changes)

    @pytest.mark.parametrize(("which", "hours"), [("aware_at", 1), ("began_at", -0.5)])
    def test_what_is_not_yet_or_began_after_it_was_known(self, operator: Operator, which: str, hours: float):
        self.refused(operator, "invalid-moment", {which: stamp(hours)})

    @staticmethod
    def refused(operator: Operator, code: str, changes: dict) -> None:
        known = facts(**changes)
        with pytest.raises(OperatorError, match=code) as refused:
            command(operator, "record", **known)
        assert "amille" not in str(refused.value)
        assert known["id"] not in [one["id"] for one in command(operator, "list")["breaches"]]

    def test_what_cannot_be_said_of_one(self, operator: Operator, house: House):
        breach = recorded(operator)
        for operation, more, code in [
            ("affect", {"tenants": ["nobody-e2e"]}, "unknown-tenant"),
            ("affect", {"tenants": []}, "unknown-tenant"),
            ("affect", {"tenants": [house.one.slug, "nobody-e2e"]}, "unknown-tenant"),
            ("affect", {"tenants": "some"}, "invalid-command"),
            ("affect", {"tenants": [house.one.slug], "known_at": stamp(-2)}, "invalid-moment"),
            ("add", {"id": version_7()}, "nothing-new"),
            ("add", {"id": version_7(), "measures": words("camille@example.org")}, "names-somebody"),
            ("add", {"id": version_7(), "tenants": ["nobody-e2e"]}, "unknown-tenant"),
            ("told", {"tenant": house.one.slug, "at": stamp(), "how": "telephone"}, "not-affected"),
            ("told", {"tenant": house.one.slug, "at": stamp(1), "how": "telephone"}, "invalid-moment"),
            ("told", {"tenant": house.one.slug, "at": stamp(), "how": "pigeon"}, "invalid-command"),
            ("notification", {"tenant": house.one.slug}, "not-affected"),
            ("authority", {"tenant": house.one.slug, "at": stamp(), "reference": "7"}, "not-affected"),
            ("authority", {"tenant": house.one.slug, "at": stamp(1), "reference": "7"}, "invalid-moment"),
            ("authority", {"tenant": house.one.slug, "at": stamp(), "reference": ""}, "invalid-words"),
            ("close", {"reason": {"fr": "", "en": ""}}, "invalid-words"),
        ]:
            with pytest.raises(OperatorError, match=code):
                command(operator, operation, breach, **more)
        shown = command(operator, "show", breach)
        assert shown["cases"] == [] and len(shown["timeline"]) == 1
        for operation in ("show", "tell"):
            with pytest.raises(OperatorError, match="unknown-breach"):
                command(operator, operation, version_7())

    def test_every_store_can_be_concerned(self, operator: Operator, house: House):
        """All of them at once: what can be counted is, and what cannot says so."""
        stores = ["silo", "pool", "conversations", "registry", "records", "sessions", "attempts", "requests", "ledger", "departures", "breaches",
                  "tasks", "bucket", "user_pool", "stream", "queues", "secrets", "logs", "alarms"]  # fmt: skip
        breach = affecting(operator, house.one, places=stores)
        found = numbers(case(operator, breach, house.one))
        tenant = house.one
        for place in ("pool/events", "pool/audit_log", "silo/alert_mails"):
            store, table = place.split("/")
            rows = (tenant.sql if store == "silo" else lambda sql: tenant.pool(sql, role="departure"))(f"SELECT count(*) FROM {table}")[0][0]
            # Members and the schedule go on meanwhile.
            assert 0 < found[place][0] <= rows, place
        actors = tenant.pool("SELECT count(DISTINCT actor) FROM audit_log")[0][0]
        assert 0 < found["pool/audit_log"][1] <= actors
        members = tenant.member.get("/v1/members").json()["members"]
        assert found["records/member"] == found["user_pool/user"] == (len(members), len(members))
        assert found["registry/member_door"] == (len(members), len(members))
        files = tenant.stage.client("s3").list_objects_v2(Bucket=tenant.bucket).get("Contents", [])
        assert found["bucket/index/generations/*.tar"][0] == sum(one["Key"].startswith("index/generations/") for one in files)
        for place in ("attempts/attempt", "queues/batches-dead", "pool/tenants", "pool/refinery_schema_history", "silo/refinery_schema_history", "departures/departure"):
            assert found[place] == (None, None), place


class TestTelling:
    def test_a_tenant_that_is_shut_is_told_all_the_same(self, stage: Stage, operator: Operator, make_tenant: Callable[..., Tenant]):
        shut, leaving = make_tenant("fuite-ferme-e2e"), make_tenant("fuite-part-e2e")
        operator.invoke("tenants", {"operation": "disable", "slug": shut.slug})
        operator.invoke("departure", {"operation": "begin", "tenant": leaving.slug, "confirm": leaving.slug})
        breach = affecting(operator, shut, leaving)
        try:
            assert mailed(operator, breach) == 2
            assert [len(told(stage, tenant.email, breach)) for tenant in (shut, leaving)] == [1, 1]
            leaving.token = stage.login(leaving.email, leaving.password)["AccessToken"]
            tenants.decided(lambda: leaving.candidate.get("/v1/offers").status_code == 401, "nobody lets candidates in")
            assert leaving.member.get(f"/v1/breaches/{breach}").status_code == 200, "it answers for its data until nothing is left"
            assert leaving.member.get("/v1/data-requests").status_code == 403
        finally:
            operator.invoke("departure", {"operation": "cancel", "tenant": leaving.slug})

    def test_who_is_named_later_is_told_and_nobody_else(self, stage: Stage, operator: Operator, house: House):
        breach = affecting(operator, house.one, aware_at=stamp(-30))
        assert mailed(operator, breach) == 2
        done = command(operator, "add", breach, id=version_7(), tenants=[house.two.slug])
        assert (done["affected"], done["counted"]) == (1, 1), done
        assert mailed(operator, breach) == 1
        assert [len(told(stage, email, breach)) for email in (house.one.email, house.english, house.two.email)] == [1, 1, 1]
        for tenant in (house.one, house.two):
            assert tenant.member.get(f"/v1/breaches/{breach}").json()["additions"] == []
        # Its day begins when it was named.
        assert stamp(23.9) < house.two.member.get(f"/v1/breaches/{breach}").json()["tenant_due_at"] < stamp(24.1)

    def test_a_mail_that_is_refused_goes_out_once_it_is_taken(self, stage: Stage, operator: Operator, house: House):
        breach = affecting(operator, house.two)
        with without(stage, "breaches", "ses:SendEmail"):
            for _ in range(2):
                done = command(operator, "tell", breach)
                assert (done["mailed"], done["refused"]) == (0, 1), done
            found = case(operator, breach, house.two)
            assert found["told_at"] is None and found["stages"] == 1
        assert told(stage, house.two.email, breach) == []
        assert stage.tick("breaches")["failures"] == 0
        assert len(told(stage, house.two.email, breach)) == 1 and case(operator, breach, house.two)["told_at"]
        assert mailed(operator, breach) == 0

    def test_a_killed_run_loses_and_doubles_nothing(self, stage: Stage, operator: Operator, house: House):
        """Killed in the middle of many; the next runs do what is left. One mail at a time is on its way: only that may come twice."""
        made = [affecting(operator, house.one, house.two) for _ in range(6)]
        run = threading.Thread(target=lambda: suppressed(stage))
        run.start()
        wait_for(lambda: any(told(stage, house.english, breach) for breach in made), "the first mails", 30, 0.01)
        with suppress(Exception):
            stage.kill("breaches")
        run.join()
        table = f"vivier-{stage.name}-breaches"
        claims = [item for breach in made for tenant in (house.one, house.two) for item in claims_of(stage, table, breach, tenant)]
        hanging = [item for item in claims if "sent_at" not in item]
        assert len(hanging) <= 1, "one mail at a time is being handed over"
        for item in hanging:
            # Ten minutes later.
            item["claimed_at"] = {"N": str(int(item["claimed_at"]["N"]) - 601)}
            stage.client("dynamodb").put_item(TableName=table, Item=item)
        stage.tick("breaches")
        stage.tick("breaches")
        counts = [len(told(stage, email, breach)) for breach in made for email in (house.one.email, house.english, house.two.email)]
        assert all(counts) and sum(counts) - len(counts) <= len(hanging), counts
        for breach in made:
            assert command(operator, "show", breach)["whole"]
            assert [case(operator, breach, tenant)["mails"] for tenant in (house.one, house.two)] == [2, 1]

    def test_a_claim_that_nobody_finished_waits_ten_minutes(self, stage: Stage, operator: Operator, house: House):
        breach = affecting(operator, house.two)
        with without(stage, "breaches", "ses:SendEmail"):
            command(operator, "tell", breach)
        table = f"vivier-{stage.name}-breaches"
        (item,) = claims_of(stage, table, breach, house.two)
        for ago, mailed_now in ((300, 0), (601, 1)):
            stage.client("dynamodb").put_item(TableName=table, Item=item | {"claimed_at": {"N": str(int(time.time()) - ago)}})
            assert mailed(operator, breach) == mailed_now, ago
        assert len(told(stage, house.two.email, breach)) == 1

    def test_what_was_sent_and_not_entered_is_entered_and_not_sent_again(self, stage: Stage, operator: Operator, house: House):
        breach = affecting(operator, house.two)
        with without(stage, "breaches", "ses:SendEmail"):
            command(operator, "tell", breach)
        table = f"vivier-{stage.name}-breaches"
        (item,) = claims_of(stage, table, breach, house.two)
        stage.client("dynamodb").put_item(TableName=table, Item=item | {"sent_at": {"N": str(int(time.time()))}})
        assert mailed(operator, breach) == 0
        assert case(operator, breach, house.two)["told_at"] and told(stage, house.two.email, breach) == []

    def test_two_at_once_lose_nothing(self, stage: Stage, operator: Operator, house: House):
        breach = affecting(operator, house.two)
        said = [{"id": version_7(), "measures": words(f"Mesure {number}")} for number in range(5)]
        runs = [threading.Thread(target=lambda one=one: command(Operator(stage.stack), "add", breach, **one)) for one in said]
        runs += [threading.Thread(target=lambda: command(Operator(stage.stack), "tell", breach)) for _ in range(3)]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
        shown = command(operator, "show", breach)
        assert shown["whole"] and shown["additions"] == 5
        mailed(operator, breach)
        found = told(stage, house.two.email, breach)
        assert [mail["Subject"] for mail in found].count(SUBJECT["fr"]) == 1
        assert len(found) == case(operator, breach, house.two)["stages"]
        text = " ".join(mail["BodyText"] for mail in found)
        # Of several that stand at once the last is what holds; each that was told later was told by itself.
        assert "Mesure" in text


def claims_of(stage: Stage, table: str, breach: str, tenant: Tenant) -> list[dict]:
    return stage.client("dynamodb").query(
        TableName=table, KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)", ConsistentRead=True,
        ExpressionAttributeValues={":pk": {"S": f"tenant#{tenant.tenant_id}"}, ":sk": {"S": f"mail#{breach}#"}},
    )["Items"]  # fmt: skip


def suppressed(stage: Stage) -> None:
    with suppress(Exception, AssertionError):
        stage.tick("breaches")


class TestDeadlines:
    @pytest.mark.parametrize(("hours", "due"), [(17.9, 0), (18.1, 1), (25, 1)])
    def test_a_tenant_that_is_not_told(self, stage: Stage, operator: Operator, house: House, hours: float, due: int):
        before = stage.tick("breaches")["tenant_due"]
        breach = affecting(operator, house.two, aware_at=stamp(-hours))
        with without(stage, "breaches", "ses:SendEmail"):
            assert stage.tick("breaches")["tenant_due"] == before + due
        assert stage.tick("breaches")["tenant_due"] == before
        assert case(operator, breach, house.two)["told_at"]

    def test_a_tenant_that_people_told(self, stage: Stage, operator: Operator, house: House):
        before = stage.tick("breaches")["tenant_due"]
        breach, at = affecting(operator, house.two, aware_at=stamp(-19)), stamp(-0.1)
        with without(stage, "breaches", "ses:SendEmail"):
            assert stage.tick("breaches")["tenant_due"] == before + 1
            for _ in range(2):
                said = command(operator, "told", breach, tenant=house.two.slug, at=at, how="telephone")
                assert said["told_at"] == at and [entry["what"]["kind"] for entry in said["timeline"]].count("told") == 1
            assert stage.tick("breaches")["tenant_due"] == before
        assert mailed(operator, breach) == 1, "it is mailed all the same"
        assert case(operator, breach, house.two)["told_at"] == at

    def test_who_agreed_once_the_breach_was_closed_is_not_forgotten(self, stage: Stage, operator: Operator, house: House):
        breach, path = affecting(operator, house.two, aware_at=stamp(-60)), "/v1/breaches/{}/decision"
        mailed(operator, breach)
        command(operator, "told", breach, tenant=house.two.slug, at=stamp(-49), how="letter")
        decide = lambda **body: house.two.member.send("POST", path.format(breach), json=body).status_code  # noqa: E731
        assert decide(decision="not_required", reason="Données chiffrées.") == 200
        command(operator, "close", breach, reason=words("Fini"))
        before = stage.tick("breaches")["authority_due"]
        assert decide(decision="notify_for_us") == 200
        assert stage.tick("breaches")["authority_due"] == before + 1
        command(operator, "authority", breach, tenant=house.two.slug, at=stamp(), reference="CNIL 8")
        assert stage.tick("breaches")["authority_due"] == before

    def test_a_breach_that_concerns_nobody_yet(self, stage: Stage, operator: Operator):
        before = stage.tick("breaches")["tenant_due"]
        breach = recorded(operator, aware_at=stamp(-19))
        assert stage.tick("breaches")["tenant_due"] == before + 1
        command(operator, "close", breach, reason=words("Personne"))
        assert stage.tick("breaches")["tenant_due"] == before

    def test_a_tenant_that_was_found_later_has_its_day_from_then(self, stage: Stage, operator: Operator, house: House):
        breach = recorded(operator, aware_at=stamp(-60))
        command(operator, "affect", breach, tenants=[house.two.slug], known_at=stamp(-1))
        shown = house.two.member.get(f"/v1/breaches/{breach}").json()
        assert shown["tenant_due_at"] > stamp(22)

    @pytest.mark.parametrize(("hours", "due"), [(47, 0), (49, 1), (73, 1)])
    def test_an_authority_that_is_not_notified(self, stage: Stage, operator: Operator, house: House, hours: float, due: int):
        breach = affecting(operator, house.two)
        mailed(operator, breach)
        before = stage.tick("breaches")["authority_due"]
        # The mail was taken so many hours ago: the entry is moved, and put back.
        number = next(entry["number"] for entry in case(operator, breach, house.two)["timeline"] if entry["what"]["kind"] == "mailed")
        table, item = item_of(stage, breach, house.two, number)
        moved = json.loads(item["text"]["S"])
        moved |= {"at": stamp(-hours), "what": moved["what"] | {"at": stamp(-hours)}}
        stage.client("dynamodb").put_item(TableName=table, Item=item | {"text": {"S": json.dumps(moved)}})
        try:
            assert stage.tick("breaches")["authority_due"] == before + due
            if due:
                decision = {"decision": "notified_ourselves", "at": stamp(-0.1)}
                answer = house.two.member.send("POST", f"/v1/breaches/{breach}/decision", json=decision)
                assert answer.status_code == 200, answer.text
                assert stage.tick("breaches")["authority_due"] == before
        finally:
            stage.client("dynamodb").put_item(TableName=table, Item=item)
        assert command(operator, "show", breach)["whole"]


class TestTimeline:
    @pytest.mark.parametrize("of_tenant", [False, True])
    def test_what_was_changed_or_taken_out_is_found(self, stage: Stage, operator: Operator, house: House, of_tenant: bool):
        breach = affecting(operator, house.one)
        command(operator, "add", breach, id=version_7(), measures=words("Deuxième"))
        mailed(operator, breach)
        tenant, dynamodb = (house.one if of_tenant else None), stage.client("dynamodb")
        found = lambda: case(operator, breach, house.one) if of_tenant else command(operator, "show", breach)  # noqa: E731
        assert found()["broken_at"] is None and found()["whole"]
        last = len(found()["timeline"])
        for number in (1, 2, last):
            table, item = item_of(stage, breach, tenant, number)
            changed = item["text"]["S"].replace('"number"', '"number" ', 1)
            assert changed != item["text"]["S"]
            dynamodb.put_item(TableName=table, Item=item | {"text": {"S": changed}})
            assert (found()["whole"], found()["broken_at"]) == (False, number)
            assert not command(operator, "show", breach)["whole"]
            assert not house.one.member.get(f"/v1/breaches/{breach}").json()["whole"]
            assert stage.tick("breaches")["broken"] >= 1
            dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
            assert (found()["whole"], found()["broken_at"]) == (False, number)
            dynamodb.put_item(TableName=table, Item=item)
            assert found()["whole"]

    @pytest.mark.parametrize("what", ["text", "head", "key", "name"])
    def test_what_cannot_be_read_is_counted_and_stops_nothing(self, stage: Stage, operator: Operator, house: House, what: str):
        breach, dynamodb = affecting(operator, house.two), stage.client("dynamodb")
        # Everything that is due is entered: what is read from here on is what is put back.
        before = stage.tick("breaches")
        table, item = item_of(stage, breach, house.two, 1)
        if what == "head":
            key = {"pk": item["pk"], "sk": {"S": f"breach#{breach}"}}
            item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        stray = {"key": {"pk": item["pk"], "sk": {"S": f"entry#{breach}#x"}}, "name": {"pk": {"S": "breaches"}, "sk": {"S": "breach#x"}}}.get(what)
        wrong = stray or {name: value for name, value in item.items() if name not in ("text", "seq")}
        other = affecting(operator, house.two)
        dynamodb.put_item(TableName=table, Item=wrong)
        try:
            done = stage.tick("breaches")
            assert done["broken"] == before["broken"] + 1 and done["mailed"] == 1, done
            assert len(told(stage, house.two.email, other)) == 1
            listed = command(operator, "list")
            assert listed["unreadable"] == (what == "name") and other in [one["id"] for one in listed["breaches"]]
            if what != "name":
                assert not command(operator, "show", breach)["whole"]
            if what == "text":
                assert done["tenant_due"] == before["tenant_due"] + 1 and not case(operator, breach, house.two)["whole"]
                with pytest.raises(OperatorError, match="timeline-broken"):
                    command(operator, "close", breach, reason=words("Fini"))
        finally:
            if stray:
                dynamodb.delete_item(TableName=table, Key=stray)
            else:
                dynamodb.put_item(TableName=table, Item=item)
        assert command(operator, "show", breach)["whole"]


class TestIsolation:
    def test_another_tenants_breach_is_not_there(self, stage: Stage, operator: Operator, house: House):
        breach = affecting(operator, house.one)
        for method, path, body in (
            ("GET", "", None),
            ("POST", "/decision", {"decision": "notify_for_us"}),
            ("GET", "/notification", None),
        ):
            answer = house.third.member.send(method, f"/v1/breaches/{breach}{path}", json=body)
            is_problem(answer, NOT_FOUND)
            assert answer.content == house.third.member.send(method, f"/v1/breaches/{version_7()}{path}", json=body).content
        assert breach not in house.third.member.get("/v1/breaches").text
        text = house.one.member.get(f"/v1/breaches/{breach}").text
        assert house.two.tenant_id not in text and house.two.slug not in text
        assert case(operator, breach, house.one)["decided"] is None

    def test_one_of_two_sees_nothing_of_the_other(self, operator: Operator, house: House):
        breach = affecting(operator, house.one, house.two)
        mailed(operator, breach)
        for path in (f"/v1/breaches/{breach}", f"/v1/breaches/{breach}/notification", "/v1/breaches"):
            answer = house.two.member.get(path)
            assert answer.status_code == 200
            assert not [text for text in (house.one.tenant_id, house.one.slug, "Fuite-Une", house.one.email) if text in answer.text], path

    def test_it_takes_the_right(self, operator: Operator, house: House):
        breach = affecting(operator, house.one)
        reader = house.one.person("reader").bearer
        assert reader.get("/v1/breaches").status_code == 403 and reader.get(f"/v1/breaches/{breach}").status_code == 403
        answer = reader.send("POST", f"/v1/breaches/{breach}/decision", json={"decision": "notify_for_us"})
        assert answer.status_code == 403

    def test_readings_and_decisions_are_entered(self, operator: Operator, house: House):
        breach, tenant = affecting(operator, house.one), house.one
        start = tenant.pool("SELECT coalesce(max(ordinal), 0) FROM audit_log")[0][0]
        for path in (f"/v1/breaches/{breach}", f"/v1/breaches/{breach}/notification"):
            assert tenant.member.get(path).status_code == 200
        sent = tenant.member.send("POST", f"/v1/breaches/{breach}/decision", json={"decision": "notify_for_us"})
        assert sent.status_code == 200
        rows = tenant.pool("SELECT action, subject, outcome FROM audit_log WHERE ordinal > %s ORDER BY ordinal", start)
        actions = [(action, outcome) for action, subject, outcome in rows if breach in subject]
        assert [outcome for _, outcome in actions] == ["done", "done", "begun", "done"], actions

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"decision": "perhaps"}, "decision"),
            ({"decision": "not_required"}, "reason"),
            ({"decision": "not_required", "reason": "a\u0007b"}, "reason"),
            ({"decision": "not_required", "reason": "Voir camille@example.org"}, "reason"),
            ({"decision": "notified_ourselves"}, "at"),
            ({"decision": "notify_for_us", "reason": "x"}, "reason"),
        ],
    )
    def test_what_is_no_decision(self, operator: Operator, house: House, body: dict, field: str):
        self.no_decision(operator, house, body, field)

    def test_a_decision_of_later_is_none(self, operator: Operator, house: House):
        self.no_decision(operator, house, {"decision": "notified_ourselves", "at": stamp(2)}, "at")

    @staticmethod
    def no_decision(operator: Operator, house: House, body: dict, field: str) -> None:
        breach = house.one.notes.setdefault("undecided", None) or affecting(operator, house.one)
        house.one.notes["undecided"] = breach
        answer = house.one.member.send("POST", f"/v1/breaches/{breach}/decision", json=body)
        assert answer.status_code == 400 and list(refused_fields(answer)) == [field], answer.text
        assert house.one.member.get(f"/v1/breaches/{breach}").json()["decision"] is None
