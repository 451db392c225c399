"""The last look: when every test has run, nothing that a stack tells those who run it holds what is a person's (K7.1).

Its name keeps it out of `pytest infra/e2e`: it is run by itself for each stack, after all that wrote logs, by `make test` or

    VIVIER_TEST_STACK_JSON=.local/test2/stack.json pytest infra/e2e/last_look.py

Somebody visits once more, so that there is something to find also where no test ran; a search that finds nobody where they belong, or
not what is put into a log, would prove nothing.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import quote, quote_plus

import pytest
import requests

from demo.client import wait_for

from . import canaries, people
from .alerts import asked
from .api import is_problem, somewhere
from .places import everywhere, log_groups, queues, streams
from .stage import Stage
from .tenants import Tenant, bring_offers, csv_file, offer

QUESTION = f"Je m'appelle Wistelinde {canaries.SURNAME.title()}, je suis au 06 39 98 00 17 : quelle est la prime de nuit ?"
CV = f"""Zébulon Quatrefages
12 rue des Lilas, 69003 Lyon, zebulon.quatrefages@{canaries.SURNAME}.example

EXPÉRIENCE PROFESSIONNELLE
Soudeur, Ateliers du Rhône, Lyon
Janvier 2019 - décembre 2025
"""


@pytest.fixture(scope="module")
def tenant(stage: Stage, make_tenant: Callable[..., Tenant]) -> Tenant:
    tenant = make_tenant("last-look")
    bring_offers(tenant, "csv", csv_file([offer("WELD", title="Soudeur / Soudeuse TIG", city="Lyon", postal_code="69003")]))
    wait_for(lambda: tenant.front.search()["total"] == 1, "the index", timeout=30)
    return tenant


@pytest.fixture(scope="module")
def visited(stage: Stage, tenant: Tenant) -> dict[str, str]:
    """A candidate searches, asks, saves a search and shows a CV, rightly and wrongly; a member logs in, rightly and wrongly."""
    candidate, email, address = tenant.candidate, canaries.address("candidat", "c"), somewhere()
    before = tenant.counts()
    asked(stage, tenant, email)
    session = tenant.front.open_session()
    tenant.front.ask(session, QUESTION)
    tenant.front.search(f"soudeur {canaries.SURNAME}")
    for body in ({"text": CV}, {"file": {"content": base64.b64encode(CV.encode()).decode()}}):
        assert candidate.send("POST", "/v1/offers/match", json=body).status_code == 200
    person = tenant.person("reader")
    browser = people.Browser(stage, address)
    is_problem(browser.login(person.email, QUESTION))
    assert browser.login(person.email, person.password).status_code == 200
    for method, path, body in (
        ("POST", "/v1/alerts", {"email": QUESTION, "search": QUESTION, "frequency": QUESTION, "language": CV}),
        ("POST", f"/v1/chat/sessions/{session}/messages", {"text": QUESTION * 20}),
        ("POST", f"/v1/chat/sessions/{session}/messages", {QUESTION: QUESTION}),
        ("POST", f"/v1/chat/sessions/{quote(QUESTION)}/messages", {"text": QUESTION}),
        ("POST", "/v1/offers/match", {"text": CV, "limit": CV}),
        ("POST", "/v1/offers/match", {"file": {"content": base64.b64encode(b"%PDF-1.4" + CV.encode()).decode(), "media_type": CV}}),
        ("POST", "/v1/usage-events", {"events": [{"kind": QUESTION}]}),
        ("GET", f"/v1/offers/{quote(QUESTION)}", None),
        ("GET", f"/v1/offers?limit={quote(QUESTION)}&{quote(QUESTION)}=1", None),
    ):
        is_problem(candidate.send(method, path, json=body))
    # Counted: what the visit left on the stream was read.
    for kind in ("search", "cv_matched"):
        wait_for(lambda kind=kind: tenant.counts().get(kind, 0) > before.get(kind, 0), f"the count of {kind}", timeout=30)
    return {"email": email, "member": person.email, "address": address}


def found(content: object) -> set[str]:
    """What the search finds in something."""
    text = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False, default=str).encode()
    return {one.what for one in canaries.search([("here", text)], canaries.typed())}


class TestWherePeopleBelong:
    """The same search finds them there."""

    def test_in_the_tenants_own_database(self, tenant: Tenant, visited: dict[str, str]):
        assert {canaries.SURNAME, "what somebody typed"} <= found(tenant.sql("SELECT email FROM alerts"))

    def test_in_the_tenants_conversations(self, stage: Stage, tenant: Tenant, visited: dict[str, str]):
        items = stage.client("dynamodb").scan(TableName=tenant.table)["Items"]
        assert {canaries.SURNAME, "wistelinde", "a telephone", "what somebody typed"} <= found(items)

    def test_in_their_mails(self, stage: Stage, visited: dict[str, str]):
        for email in (visited["email"], visited["member"]):
            assert canaries.SURNAME in found(people.mails(stage, email))

    def test_in_the_user_pool(self, stage: Stage, visited: dict[str, str]):
        told = stage.client("cognito-idp").list_users(UserPoolId=stage.stack.user_pool_id, Filter=f'email = "{visited["member"]}"')
        assert told["Users"] and canaries.SURNAME in found(told["Users"])

    def test_in_the_audit_log(self, tenant: Tenant, visited: dict[str, str]):
        rows = tenant.pool("SELECT from_address::text FROM audit_log")
        assert visited["address"] in str(rows) and "a caller's address" in found(rows)


class TestNowhereElse:
    def test_is_anybody_found(self, stage: Stage, visited: dict[str, str]):
        seen: dict[str, int] = {}

        def places() -> Iterator[tuple[str, bytes]]:
            for place, content in everywhere(stage):
                seen[place] = len(content)
                yield place, content

        leaks = canaries.search(places(), canaries.typed())
        assert not leaks, "\n".join(map(str, [f"{len(leaks)} canaries:", *leaks[:60]]))
        # It looked where there was something to see.
        for function in ("search", "chat", "alerts", "matching", "authorizer", "session", "members", "metrics"):
            assert seen[f"{stage.function(function)}.log"], function
        assert seen["postgres.log"] and seen[f"stream {stage.stream}"] and seen["metrics"] and seen["keys of buckets"]
        assert len([place for place in seen if place.startswith("queue ")]) >= 3
        assert seen[f"log group /aws/lambda/{stage.function('chat')}"]

    def test_no_trace_and_no_log_of_requests_is_kept(self, stage: Stage):
        """Of the API itself there is none to search: neither access log, nor execution log, nor trace."""
        (told,) = stage.client("apigateway").get_stages(restApiId=stage.told["api_id"])["item"]
        assert not told.get("accessLogSettings") and not told["tracingEnabled"]
        assert not [one for one in told["methodSettings"].values() if one["dataTraceEnabled"] or one["loggingLevel"] != "OFF"]
        functions = stage.client("lambda").get_paginator("list_functions").paginate()
        modes = {one["FunctionName"]: one.get("TracingConfig", {}).get("Mode") for page in functions for one in page["Functions"]}
        assert modes and set(modes.values()) <= {None, "PassThrough"}, modes


class TestSearch:
    """It finds a canary that is put where none belongs."""

    LINE = '{"level":"INFO","fields":{"message":"a search","q":"%s"}}'
    TYPED = 'Ai-je droit à la "prime de nuit" ?\u00a0Oui'

    @pytest.mark.parametrize("word", canaries.WORDS)
    @pytest.mark.parametrize("write", [str.lower, str.upper, str.title])
    def test_a_name(self, word: str, write: Callable[[str], str]):
        name = write(word)
        for text in (name, f"c.{name}%40candidat.example", f"nom={name}+Dupont"):
            assert word in found((self.LINE % text).encode())
        for before in range(3):
            coded = base64.b64encode(b"." * before + name.encode() + b" Dupont")
            assert f"{word} in Base64" in found((self.LINE % coded.decode()).encode())

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            (canaries.phone(), "a telephone"), ("06 39 98 00 17", "a telephone"), (quote(canaries.phone()), "a telephone"),
            (somewhere(), "a caller's address"), ("::ffff:127.90.1.2", "a caller's address"),
        ],
        ids=["international", "with spaces", "in an address", "IPv4", "in IPv6"],
    )  # fmt: skip
    def test_a_number(self, text: str, what: str):
        assert what in found((self.LINE % text).encode())

    @pytest.mark.parametrize(
        "write", [str, lambda text: json.dumps(text), lambda text: json.dumps(text, ensure_ascii=False), quote, quote_plus],
        ids=["plain", "JSON", "JSON with accents", "address", "form"],
    )  # fmt: skip
    def test_what_was_typed(self, write: Callable[[str], str]):
        (one,) = canaries.search([("a log", f"q={write(self.TYPED)}&".encode())], {self.TYPED})
        assert one.what == "what somebody typed"

    @pytest.mark.parametrize(
        "harmless", [b"127.0.0.1 - 10.127.90.1.2 33639981 v1.2.3", uuid.uuid4().bytes.hex().encode(), b"after 306399800170.25 ms"],
        ids=["addresses", "id", "durations"],
    )  # fmt: skip
    def test_not_what_is_harmless(self, harmless: bytes):
        assert not found(harmless)

    def test_in_a_functions_log(self, stage: Stage):
        file = stage.running.stack.logs / f"vivier-{stage.name}-{uuid.uuid4().hex}.log"
        try:
            file.write_text(self.LINE % f"soudeur {canaries.SURNAME}")
            assert [(one.place, one.what) for one in canaries.search(everywhere(stage), ())] == [(file.name, canaries.SURNAME)]
        finally:
            file.unlink()

    def test_in_a_log_group_a_stream_and_a_queue(self, stage: Stage):
        name = f"vivier-{stage.name}-{uuid.uuid4().hex[:12]}"
        logs, kinesis, sqs = (stage.client(service) for service in ("logs", "kinesis", "sqs"))
        queue = ""
        try:
            logs.create_log_group(logGroupName=name)
            logs.create_log_stream(logGroupName=name, logStreamName="s")
            line = self.LINE % "Xylander"
            logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[{"timestamp": 1_700_000_000_000, "message": line}])
            assert ["xylander"] == [one.what for one in canaries.search(log_groups(stage, name), ())]
            kinesis.create_stream(StreamName=name, ShardCount=2)
            kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
            kinesis.put_record(StreamName=name, Data=b'{"kind":"search","q":"xylander"}', PartitionKey="1")
            assert [f"stream {name}"] == [one.place for one in canaries.search(streams(stage), ())]
            queue = sqs.create_queue(QueueName=name)["QueueUrl"]
            sqs.send_message(QueueUrl=queue, MessageBody=base64.b64encode(b'{"q":"Xylander"}').decode())
            for _ in range(2):  # looking takes nothing away
                assert {(f"queue {name}", what) for what in ("xylander", "xylander in Base64")} == {
                    (one.place, one.what) for one in canaries.search(queues(stage), ())
                }
        finally:
            for undo in (
                lambda: logs.delete_log_group(logGroupName=name),
                lambda: kinesis.delete_stream(StreamName=name),
                lambda: queue and sqs.delete_queue(QueueUrl=queue),
            ):
                with suppress(logs.exceptions.ClientError):
                    undo()

    @pytest.mark.parametrize(
        "body", [b'{"title":"No offer for Xylander."}', json.dumps({"detail": "Bonjour, une question"}).encode()], ids=["mark", "echo"]
    )
    def test_in_a_refusal(self, body: bytes):
        answer = requests.Response()
        answer.status_code, answer._content = 400, body
        answer.request = requests.Request("POST", "http://api/v1/alerts", json={"text": "Bonjour, une question"}).prepare()
        with pytest.raises(canaries.Leak):
            canaries.look_at(answer)
        assert canaries.leaks
        canaries.leaks.clear()
        answer.status_code = 200
        canaries.look_at(answer)

    def test_every_request_to_the_api_is_looked_at(self, tenant: Tenant):
        """Also one that was sent past the tests' own client."""
        text = f"Bonjour de {uuid.uuid4()}"
        path = f"{tenant.stage.stack.api_url}/v1/alerts"
        requests.post(path, json={"email": text}, headers={"X-Vivier-Key": tenant.key}, timeout=30)
        assert text in canaries.typed()
