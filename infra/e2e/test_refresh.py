"""A test environment is refreshed from production (K5.5, K9.1c): everything is there but the persons, and it stays itself. The tests search all of
its stores for everybody by themselves: they do not take the product's own proof for one."""

from __future__ import annotations

import hashlib
import io
import json
import random
import zipfile
from collections.abc import Iterator
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from demo.client import Operator, OperatorError, wait_for

from . import alerts, canaries, tenants
from .api import Api
from .people import all_mails
from .stage import Stage
from .tenants import Tenant
from .test_departure import OFFERS, departure, furnished, killed, taken_in

CANARY = "Je suis Camille Zorvaneck, 12 rue Quatrefages, joignable au +33639985512 ou à camille.zorvaneck@xylander.example"
"""What a candidate writes into a conversation."""
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"
OUT = {
    "silo": {"alert_tokens", "refinery_schema_history", "search_index", "offer_vectors", "feed_secrets", "privacy_requests",
             "privacy_stores", "erasures_applied", "sub_processor_notices"},
    "pool": {"tenants", "query_shares", "refinery_schema_history", "audit_log", "audit_chains", "legal_holds", "sources", "chunks", "vectors",
             "terms", "events_aside", "purge_reports"},
}  # fmt: skip
"""What a test environment does not get, by decision 0035; reports of purges come by themselves."""


def anonymise(operator: Operator, slug: str) -> dict:
    return departure(operator, "anonymise", slug)


def refresh(operator: Operator, slug: str) -> dict:
    return operator.invoke("tenants", {"operation": "refresh", "slug": slug, "confirm": slug})


def refreshed(operator: Operator, slug: str) -> tuple[dict, dict]:
    return anonymise(operator, slug), refresh(operator, slug)


def rows(tenant: Tenant, store: str, table: str) -> list[tuple]:
    ask = tenant.sql if store == "silo" else lambda sql: tenant.pool(sql, role="departure")
    return ask(f"SELECT t::text FROM {table} AS t ORDER BY 1")


def readable(tenant: Tenant, store: str) -> list[str]:
    ask = tenant.sql if store == "silo" else lambda sql: tenant.pool(sql, role="departure")
    hidden = {"query_shares", "tenants", "refinery_schema_history"} if store == "pool" else {"refinery_schema_history"}
    return [name for (name,) in ask(TABLES) if name not in hidden]


def items(stage: Stage, table: str, tenant: str | None = None) -> list[dict]:
    client, more, found = stage.client("dynamodb"), {}, []
    while True:
        page = client.scan(TableName=table, ConsistentRead=True, **more)
        found += [item for item in page["Items"] if tenant is None or item["pk"]["S"] == f"tenant#{tenant}"]
        if "LastEvaluatedKey" not in page:
            return found
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def everything(stage: Stage, tenant: Tenant) -> Iterator[tuple[str, bytes]]:
    """All that a tenant has in its stores, every version of every file, and what is inside archives."""
    for store in ("silo", "pool"):
        for table in readable(tenant, store):
            for (row,) in rows(tenant, store, table):
                yield f"{store}.{table}", row.encode()
    for item in items(stage, tenant.table):
        yield "conversations", json.dumps(item, default=str, ensure_ascii=False).encode()
    for shared in ("projects", "tasks", "ledger", "sessions", "requests"):
        for item in items(stage, f"vivier-{stage.name}-{shared}", tenant.tenant_id):
            yield shared, json.dumps(item, default=str, ensure_ascii=False).encode()
    s3 = stage.client("s3")
    for version in s3.list_object_versions(Bucket=tenant.bucket).get("Versions", []):
        content = s3.get_object(Bucket=tenant.bucket, Key=version["Key"], VersionId=version["VersionId"])["Body"].read()
        yield version["Key"], content
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    yield f"{version['Key']}/{name}", archive.read(name)


def persons(stage: Stage, tenant: Tenant) -> dict[str, set[str]]:
    """All that is of a person in a tenant, by where it is: read from the stores, by a list of the tests' own."""
    found: dict[str, set[str]] = {"canaries": {CANARY, "+33639985512", "camille.zorvaneck@xylander.example", "12 rue Quatrefages"}}

    def add(name: str, *values: object) -> None:
        found.setdefault(name, set()).update(text for value in values if len(text := str(value)) >= 8)

    for ask, statements in (
        (tenant.sql, ("SELECT id, email FROM alerts", "SELECT id FROM alert_mails", "SELECT description FROM offers",
                      "SELECT url FROM offers WHERE url IS NOT NULL", "SELECT name FROM documents", "SELECT name FROM reports",
                      "SELECT id, requested_by FROM report_runs", "SELECT id, email, note FROM privacy_requests", "SELECT encode(hash, 'hex') FROM alert_tokens",
                      "SELECT message_id FROM alert_mails WHERE message_id IS NOT NULL")),
        (lambda sql: tenant.pool(sql, role="departure"), ("SELECT body FROM chunks", "SELECT question FROM test_questions",
                                                          "SELECT reason, placed_by FROM legal_holds",
                                                          "SELECT DISTINCT actor FROM audit_log WHERE length(actor) = 36")),
    ):  # fmt: skip
        for statement in statements:
            for row in ask(statement):
                add(statement, *(value for value in row if value is not None))
    for item in items(stage, tenant.table):
        for name in ("pk", "text", "answer", "author"):
            if name in item and (name != "pk" or item["pk"]["S"].startswith("session#")):
                add(f"conversations.{name}", item[name]["S"].removeprefix("session#"))
    for member in tenant.back.call("GET", "/v1/members", limit=100)["members"]:
        add("members", member["id"], *([member["email"]] if member.get("email") else []))
    return found


def leaks(stage: Stage, found: dict[str, set[str]], tenant: Tenant) -> set[tuple[str, str]]:
    """Where values of persons are in a tenant's stores: the column they are of, and the store."""
    needles = [(name, form) for name, values in found.items() for value in values
               for form in {value.encode(), json.dumps(value, ensure_ascii=False)[1:-1].encode(), value.lower().encode()}]  # fmt: skip
    return {(name, place) for place, content in everything(stage, tenant) for name, needle in needles if needle in content}


def fingerprints(stage: Stage, tenant: Tenant) -> dict[str, str]:
    """What production has, in a form that tells whether it is the same: but for its audit log, which says that it was read."""
    found = {}
    for store in ("silo", "pool"):
        for table in readable(tenant, store):
            # What the tests' other hands write meanwhile: events on their way, and who came in.
            if table not in ("audit_log", "audit_chains", "events", "events_aside", "purge_reports") and not table.startswith("usage_"):
                found[f"{store}.{table}"] = hashlib.sha256(repr(rows(tenant, store, table)).encode()).hexdigest()
    found["conversations"] = repr(sorted(map(repr, items(stage, tenant.table))))
    found["records"] = repr(sorted(map(repr, items(stage, f"vivier-{stage.name}-projects", tenant.tenant_id))))
    listed = stage.client("s3").list_object_versions(Bucket=tenant.bucket).get("Versions", [])
    found["files"] = repr([(one["Key"], one["VersionId"], one["ETag"]) for one in listed])
    return found


@pytest.fixture(scope="module")
def production(stage: Stage, operator: Operator) -> Iterator[Tenant]:
    """A tenant in use, with everything that there is, and people in it."""
    slug = "vivante-e2e"
    for test in ("vivante-essai", "vivante-coupe"):
        tenants.delete(operator, test)
    tenant = tenants.create(stage, operator, slug)
    furnished(stage, operator, tenant)
    session = tenant.front.open_session()
    tenant.front.ask(session, CANARY)
    tenant.notes["session"] = session
    stage.forget_askers(tenant.tenant_id)
    # The same person has two alerts, and asks what is known.
    email = tenant.notes["alert"]
    answer = alerts.follow(tenant, "confirmation", alerts.token(alerts.asked(stage, tenant, email, "q=vendeur"), "confirmation"))
    assert answer.status_code == 200, answer.text
    # It has told of offers.
    tenant.sql("INSERT INTO alert_offers SELECT alerts.id, found.id FROM alerts, (SELECT id FROM offers LIMIT 2) AS found ON CONFLICT DO NOTHING")
    # Moments move back by up to 28 days: a file that were over by then would be forgotten as soon as the schedule looks.
    tenant.sql("UPDATE report_runs SET expires_at = now() + interval '60 days'")
    # Settings that would reach out.
    tenant.publish({"ip_ranges": ["0.0.0.0/0", "::/0"]}, "/v1/settings")
    tenants.vectors_follow(tenant)
    # What goes on by itself has ended.
    under_way = "SELECT count(*) FROM test_runs WHERE status IN ('queued', 'running')"
    wait_for(lambda: stage.tick("evaluation") and tenant.pool(under_way) == [(0,)], "the end of the test run", timeout=180, every=1)
    yield tenant
    for name in ("vivante-essai", "vivante-coupe", slug):
        tenants.delete(operator, name)


@pytest.fixture(scope="module")
def environment(stage: Stage, operator: Operator, production: Tenant) -> Tenant:
    """Its test environment, with a few things that somebody tried out."""
    tenant = tenants.create(stage, operator, "vivante-essai", kind="test", production=production.slug)
    tenants.bring_offers(tenant, "csv", tenants.csv_file([tenants.offer("ESSAI-1")]))
    tenant.notes["reader"] = tenant.person("reader")
    return tenant


@pytest.fixture(scope="module")
def copied(stage: Stage, operator: Operator, production: Tenant, environment: Tenant) -> dict:
    """The environment once it was refreshed, and what was told."""
    before = fingerprints(stage, production)
    people = persons(stage, production)
    at = environment.sql("SELECT now()")[0][0]
    made, taken = refreshed(operator, environment.slug)
    return {"before": before, "persons": people, "made": made, "taken": taken, "at": at}


class TestRefreshed:
    def test_it_says_what_was_done(self, copied: dict):
        assert copied["made"]["searched"] > 100 and copied["made"]["rows"] > 100, copied["made"]
        assert copied["taken"]["refreshed"] and copied["taken"]["status"] == "active", copied["taken"]
        assert copied["taken"]["sha256"] == copied["made"]["sha256"]

    def test_nobody_is_in_any_of_its_stores(self, stage: Stage, production: Tenant, environment: Tenant, copied: dict):
        assert sum(map(len, copied["persons"].values())) > 60, "production has hardly anybody"
        assert leaks(stage, copied["persons"], environment) == set()
        # The search finds what is there: where it came from it is.
        there = leaks(stage, copied["persons"], production)
        assert {name for name, _ in there} >= {name for name, values in copied["persons"].items() if values} - {"members"}, "the search itself finds nothing"

    def test_everything_else_is(self, stage: Stage, production: Tenant, environment: Tenant, copied: dict):
        filled = 0
        for store, out in OUT.items():
            for table in readable(production, store):
                if table in out:
                    continue
                theirs, own = len(rows(production, store, table)), len(rows(environment, store, table))
                # Events go on coming in, from both.
                if table == "events" or table.startswith("usage_"):
                    assert own > 0 or not theirs, table
                else:
                    assert own == theirs, table
                filled += own > 0
        assert filled >= 12, "the environment has hardly anything"
        kinds = {"session#": 0, "message#": 0, "trace#": 0}
        of = [[item["pk"]["S"].split("#")[0] + ":" + item["sk"]["S"].split("#")[0] for item in items(stage, tenant.table)
               if item["pk"]["S"].startswith("session#") and not item["sk"]["S"].startswith("resume#")] for tenant in (production, environment)]  # fmt: skip
        assert sorted(of[0]) == sorted(of[1]) and len(of[0]) > len(kinds)

    def test_no_files_are(self, stage: Stage, environment: Tenant, copied: dict):
        listed = stage.client("s3").list_object_versions(Bucket=environment.bucket).get("Versions", [])
        assert {one["Key"].split("/")[0] for one in listed} <= {"index", "erasures"}
        assert environment.pool("SELECT count(*) FROM chunks")[0][0] == 0

    def test_what_hangs_together_does_so_still(self, stage: Stage, production: Tenant, environment: Tenant, copied: dict):
        for statement in (
            "SELECT count(*) FROM alert_mails JOIN alerts ON alerts.id = alert_id",
            "SELECT count(*) FROM alert_offers JOIN alerts ON alerts.id = alert_id JOIN offers ON offers.id = offer_id",
            "SELECT count(*) FROM report_runs JOIN reports ON reports.id = report_id",
        ):
            theirs = production.sql(statement)[0][0]
            assert theirs > 0 and environment.sql(statement)[0][0] == theirs, statement
        # The same person's alerts are the same made-up person's, and other persons are others.
        people = "SELECT count(*), count(DISTINCT email) FROM alerts"
        assert environment.sql(people) == production.sql(people)
        fakes = [email for (email,) in environment.sql("SELECT email FROM alerts")]
        assert fakes and all(email.endswith("@anonymous.invalid") for email in fakes)
        talks = {item["pk"]["S"] for item in items(stage, environment.table) if item["sk"]["S"] == "session"}
        said = {item["pk"]["S"] for item in items(stage, environment.table) if item["sk"]["S"].startswith("message#")}
        assert said and said <= talks

    def test_moments_are_moved_alike(self, stage: Stage, production: Tenant, environment: Tenant, copied: dict):
        ask = "SELECT date_part('epoch', created_at)::bigint FROM alerts ORDER BY created_at"
        lasts = "SELECT date_part('epoch', expires_at - created_at)::bigint FROM alerts ORDER BY 1"
        distances = {old - new for (old,), (new,) in zip(production.sql(ask), environment.sql(ask), strict=True)}
        assert len(distances) == 1, "one number for all"
        days, rest = divmod(distances.pop(), 86_400)
        assert rest == 0 and 1 <= days <= 28
        assert production.sql(lasts) == environment.sql(lasts)
        opened = [sorted(item["created_at"]["S"] for item in items(stage, tenant.table) if item["sk"]["S"] == "session")
                  for tenant in (production, environment)]  # fmt: skip
        assert [text[10:19] for text in opened[0]] == [text[10:19] for text in opened[1]] and opened[0] != opened[1]

    def test_rare_ones_are_like_the_others(self, production: Tenant, environment: Tenant, copied: dict):
        combinations = environment.sql("SELECT language, frequency, consent_version, count(*) FROM alerts GROUP BY 1, 2, 3")
        assert production.sql("SELECT count(*) FROM alerts")[0][0] < 5, "with more than these, some may stay"
        assert len(combinations) == 1 and combinations[0][2] is None, combinations

    def test_nothing_reaches_out(self, environment: Tenant, copied: dict):
        feeds = environment.sql("SELECT DISTINCT enabled, address, credentials, secret_id FROM feeds")
        assert feeds == [(False, "https://partner.invalid/offers", None, None)]
        assert environment.sql("SELECT count(*) FROM reports WHERE recipients <> '{}'") == [(0,)]
        assert environment.sql("SELECT count(*) FROM alert_mails WHERE state IN ('ready', 'sending')") == [(0,)]
        assert environment.sql("SELECT count(*) FROM imports WHERE status NOT IN ('succeeded', 'failed')") == [(0,)]
        holds = environment.member.get("/v1/settings").json()["settings"]
        assert holds["ip_ranges"] == [] and holds["mail"]["sender_address"] is None and holds["mail"]["sender_name"] is None

    def test_no_flood_of_offers_is_told_of(self, production: Tenant, environment: Tenant, copied: dict):
        assert production.sql("SELECT count(*) FROM alerts WHERE new_since < %s", copied["at"])[0][0] > 0
        assert environment.sql("SELECT count(*) FROM alerts WHERE new_since < %s OR seen_until < %s", copied["at"], copied["at"]) == [(0,)]
        assert environment.sql("SELECT count(*) FROM alerts WHERE state = 'active' AND seen_until IS NULL") == [(0,)]

    def test_it_serves_on_as_itself(self, stage: Stage, environment: Tenant, copied: dict):
        found = wait_for(
            lambda: (answer := environment.candidate.get("/v1/offers")).status_code == 200 and (answer.json()["total"] == OFFERS or None) and answer.json(),
            "the index of what came", timeout=240, every=2,
        )  # fmt: skip
        assert found["hits"] and environment.sql("SELECT count(*) FROM offers WHERE reference = 'ESSAI-1'") == [(0,)]
        assert tenants.logged_in(stage, environment.email, environment.password)
        reader = environment.notes["reader"].bearer
        assert reader.get("/v1/imports").status_code == 200
        members = environment.back.call("GET", "/v1/members", limit=100)["members"]
        assert {environment.notes["reader"].id} < {member["id"] for member in members} and len(members) == 2
        assert environment.front.open_session(), "the chatbot takes conversations"
        projects = environment.back.call("GET", "/v1/projects", limit=100)["projects"]
        assert environment.project in {project["project_id"] for project in projects} and len(projects) == 2

    def test_production_is_as_it_was(self, stage: Stage, production: Tenant, copied: dict):
        after = fingerprints(stage, production)
        assert {name for name in after if after[name] != copied["before"].get(name)} == set()

    def test_the_audit_logs_say_so(self, production: Tenant, environment: Tenant, copied: dict):
        said = "SELECT outcome FROM audit_log WHERE action = %s AND subject = %s AND actor = 'operator' ORDER BY ordinal"
        for tenant in (production, environment):
            assert tenant.pool(said, "departure.anonymise", environment.tenant_id)[:2] == [("begun",), ("done",)]
        assert environment.pool(said, "tenants.refresh", environment.tenant_id)[:2] == [("begun",), ("done",)]


class TestMails:
    def test_none_is_handed_over_to_whoever_is_made_up(self, stage: Stage, environment: Tenant, copied: dict):
        """Its alerts look as if all offers were new: each mail is written, tried, and refused at the last door."""
        search = lambda: environment.candidate.get("/v1/offers").json().get("total") == OFFERS  # noqa: E731
        wait_for(search, "the index of what came", timeout=240, every=2)
        assert environment.sql("SELECT count(*) FROM alerts WHERE state = 'active' AND right(email, 18) <> '@anonymous.invalid'") == [(0,)]
        environment.sql("DELETE FROM alert_offers")
        environment.sql("UPDATE offers SET created_at = now() - interval '1 hour'")
        environment.sql(
            "UPDATE alerts SET new_since = now() - interval '2 days', seen_until = now() - interval '1 day', expires_at = now() + interval '30 days', "
            "next_at = now() - interval '1 second', lease_until = NULL WHERE state = 'active'"
        )
        tried = "SELECT count(*) FROM alert_mails WHERE kind = 'offers' AND attempts > 0 AND state = 'ready' AND created_at >= %s"
        wait_for(lambda: stage.tick("alerts") and environment.sql(tried, copied["at"])[0][0] > 0, "a mail that is tried", timeout=120, every=1)
        assert environment.sql("SELECT count(*) FROM alert_mails WHERE state IN ('sent', 'unclear') AND created_at >= %s", copied["at"]) == [(0,)]
        assert [mail["To"] for mail in all_mails(stage) if any("anonymous.invalid" in to.lower() for to in mail["To"])] == []


class TestAgain:
    """After the former: the environment was refreshed once."""

    def test_what_is_done_is_not_done_again(self, operator: Operator, environment: Tenant, copied: dict):
        again = refresh(operator, environment.slug)
        assert not again["refreshed"] and again["sha256"] == copied["taken"]["sha256"]

    def test_a_later_refresh_takes_its_place(self, stage: Stage, operator: Operator, production: Tenant, environment: Tenant, copied: dict):
        environment.sql("DELETE FROM offers WHERE id IN (SELECT id FROM offers LIMIT 3)")
        made, taken = refreshed(operator, environment.slug)
        assert taken["refreshed"] and taken["status"] == "active" and made["sha256"] != copied["made"]["sha256"]
        assert environment.sql("SELECT count(*) FROM offers") == [(OFFERS,)]
        assert leaks(stage, persons(stage, production), environment) == set()
        projects = environment.back.call("GET", "/v1/projects", limit=100)["projects"]
        assert environment.project in {project["project_id"] for project in projects} and len(projects) == 2

    def test_one_that_is_not_served_stays_so(self, operator: Operator, environment: Tenant, copied: dict):
        operator.invoke("tenants", {"operation": "disable", "slug": environment.slug})
        try:
            assert refreshed(operator, environment.slug)[1]["status"] == "disabled"
        finally:
            operator.invoke("tenants", {"operation": "enable", "slug": environment.slug})


class TestRefused:
    def test_towards_production(self, operator: Operator, production: Tenant, alpha: Tenant):
        for tenant in (production, alpha):
            with pytest.raises(OperatorError, match="not-a-test-environment"):
                anonymise(operator, tenant.slug)
            with pytest.raises(OperatorError, match="not-a-test-environment"):
                refresh(operator, tenant.slug)

    def test_without_a_confirmation_or_a_copy(self, operator: Operator, alpha_test: Tenant):
        with pytest.raises(OperatorError, match="not-confirmed"):
            operator.invoke("tenants", {"operation": "refresh", "slug": alpha_test.slug, "confirm": "x"})
        with pytest.raises(OperatorError, match="not-anonymised"):
            refresh(operator, alpha_test.slug)
        with pytest.raises(OperatorError, match="unknown-tenant"):
            anonymise(operator, "nobody-here")

    def test_any_other_bundle(self, stage: Stage, operator: Operator, production: Tenant, environment: Tenant, copied: dict):
        """An ordinary one, one of another environment, and one that says of itself that it is the right one."""
        anonymise(operator, environment.slug)
        s3, place = stage.client("s3"), {"Bucket": environment.bucket, "Key": "departure/incoming.zip"}
        right = s3.get_object(**place)["Body"].read()
        with zipfile.ZipFile(io.BytesIO(right)) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        ordinary = json.loads(entries["manifest.json"])
        ordinary.pop("anonymised")
        for manifest in (json.loads(entries["manifest.json"]), ordinary):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                for name, content in entries.items():
                    archive.writestr(name, json.dumps(manifest) if name == "manifest.json" else content)
            s3.put_object(**place, Body=out.getvalue())
            with pytest.raises(OperatorError, match="bundle-refused"):
                refresh(operator, environment.slug)
        assert environment.sql("SELECT count(*) FROM offers") == [(OFFERS,)], "nothing was emptied"
        assert operator.invoke("tenants", {"operation": "show", "slug": environment.slug})["status"] == "active"
        # Nor does the right one go anywhere else.
        other = tenants.create(stage, operator, "vivante-coupe", kind="test", production=production.slug)
        with pytest.raises(OperatorError, match="bundle-refused"):
            taken_in(operator, other.slug, right)
        with pytest.raises(OperatorError, match="not-anonymised"):
            refresh(operator, other.slug)
        tenants.delete(operator, other.slug)
        s3.put_object(**place, Body=right)
        assert refresh(operator, environment.slug)["refreshed"]


    def test_while_somebody_waits_for_an_answer(self, operator: Operator, environment: Tenant, copied: dict):
        anonymise(operator, environment.slug)
        environment.sql(
            "INSERT INTO privacy_requests (id, kind, state, email, language, created_at, received_at, due_at, next_at) "
            "VALUES (gen_random_uuid(), 'access', 'received', 'essai@acme.example', 'fr', now(), now(), now() + interval '30 days', 'infinity')"
        )
        try:
            with pytest.raises(OperatorError, match="requests-open"):
                refresh(operator, environment.slug)
            assert environment.sql("SELECT count(*) FROM privacy_requests") == [(1,)]
        finally:
            environment.sql("DELETE FROM privacy_requests")
        assert refresh(operator, environment.slug)["refreshed"]


class TestLeak:
    def test_somebody_in_what_is_kept_is_found(self, stage: Stage, operator: Operator, production: Tenant, environment: Tenant, copied: dict):
        """The id of a candidate's alert, typed into the reference of an offer: a column that the map keeps."""
        (alert,), *_ = production.sql("SELECT id::text FROM alerts LIMIT 1")
        (offer, reference), *_ = production.sql("SELECT id, reference FROM offers LIMIT 1")
        production.sql("UPDATE offers SET reference = %s WHERE id = %s", f"REF {alert}", offer)
        try:
            with pytest.raises(OperatorError, match="person-found") as refused:
                anonymise(operator, environment.slug)
            assert "silo/alerts.id" in str(refused.value) and "offers.reference" in str(refused.value)
            assert alert not in str(refused.value), "the value itself is not told"
        finally:
            production.sql("UPDATE offers SET reference = %s WHERE id = %s", reference, offer)
        left = stage.client("s3").list_object_versions(Bucket=environment.bucket, Prefix="departure/").get("Versions", [])
        assert left == [], "nothing was handed over"
        assert anonymise(operator, environment.slug)["searched"] > 100


class TestKilled:
    def test_in_the_middle_it_is_gone_on_with(self, stage: Stage, operator: Operator, production: Tenant, environment: Tenant, copied: dict):
        chance = random.Random(20261129)
        for _ in range(3):
            with suppress(OperatorError, ClientError):
                killed(stage, "departure", chance.uniform(0.1, 1.0), lambda: anonymise(operator, environment.slug))
        anonymise(operator, environment.slug)
        for _ in range(3):
            with suppress(OperatorError, ClientError):
                killed(stage, "tenants", chance.uniform(0.1, 1.0), lambda: refresh(operator, environment.slug))

        def done() -> dict | None:
            with suppress(OperatorError, ClientError):
                return refresh(operator, environment.slug)
            return None

        told = wait_for(done, "the end of the refresh", timeout=120, every=0.5)
        assert told["status"] == "active", "it was served before"
        assert environment.sql("SELECT count(*) FROM offers") == [(OFFERS,)]
        counts = "SELECT count(*) FROM alerts"
        assert environment.sql(counts) == production.sql(counts)
        assert leaks(stage, persons(stage, production), environment) == set()

    def test_one_that_stopped_is_begun_anew_with_another_copy(self, stage: Stage, operator: Operator, environment: Tenant, copied: dict):
        """Whatever it had lost by then: its host name and its keys lead to the project that it began with, and the old key ends with a new one."""
        own = environment.project
        old = environment.key
        anonymise(operator, environment.slug)
        # As one leaves it that was ended behind the first items that went: nothing but the note says what its project was.
        noted, projects = f"vivier-{stage.name}-departures", f"vivier-{stage.name}-projects"
        client = stage.client("dynamodb")
        place = {"pk": {"S": "refreshes"}, "sk": {"S": f"tenant#{environment.tenant_id}"}}
        note = client.get_item(TableName=noted, Key=place, ConsistentRead=True)["Item"]
        begun = json.loads(note["value"]["S"]) | {"was_served": True}
        assert begun["project"] == own
        client.put_item(TableName=noted, Item=note | {"value": {"S": json.dumps(begun)}})
        client.delete_item(TableName=projects, Key={"pk": {"S": f"tenant#{environment.tenant_id}"}, "sk": {"S": f"project#{own}"}})
        operator.invoke("tenants", {"operation": "disable", "slug": environment.slug})
        with pytest.raises(OperatorError, match="refresh-unfinished"):
            operator.invoke("tenants", {"operation": "enable", "slug": environment.slug})
        # And as one that is ended wherever it is.
        with suppress(OperatorError, ClientError):
            killed(stage, "tenants", 0.5, lambda: refresh(operator, environment.slug))

        made, taken = refreshed(operator, environment.slug)
        assert taken["refreshed"] and taken["status"] == "active" and taken["sha256"] == made["sha256"]
        listed = environment.back.call("GET", "/v1/projects", limit=100)["projects"]
        assert own in {project["project_id"] for project in listed} and len(listed) == 2
        by_key, by_host = Api(stage.stack.api_url, {"X-Vivier-Key": old}), Api(stage.stack.api_url, {"Host": environment.host})
        for visitor in (by_key, by_host):
            wait_for(lambda visitor=visitor: visitor.get("/v1/offers").status_code == 200, "the front office", timeout=240, every=1)
        new = operator.invoke("tenants", {"operation": "rotate_key", "slug": environment.slug})["publishable_key"]
        wait_for(lambda: by_key.get("/v1/offers").status_code == 401, "the end of the old key", timeout=60, every=1)
        environment.key = new
        assert environment.candidate.get("/v1/offers").status_code == 200
