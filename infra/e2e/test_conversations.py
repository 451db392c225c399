"""The conversation around an answer: manners, wishes for a job, follow-up questions, feedback, a person, another device."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench.roles import environment
from bench.runtime_api import Process
from demo.client import Json, wait_for
from demo.stack import ROOT

from .api import FORBIDDEN, NOT_FOUND, SOME_ID, TOO_MANY, Api, is_problem, refused_fields, somewhere
from .stage import Stage
from .tenants import Tenant, bring_documents, bring_offers, csv_file, offer

RULES = """La prime de nuit est de 30 euros par nuit travaillée.

Les salariés ont vingt-cinq jours de congés payés par an.

Les salariés à temps partiel ont les mêmes jours de congés que les autres.

Les stagiaires ont deux jours de congés par mois de stage.

La mutuelle coûte 18 euros par mois au salarié.
"""
WELCOME, FALLBACK = "Bienvenue chez nous !", "Je n'en sais rien, désolé."
TEXTS = {"fr": {"welcome": WELCOME, "fallback": FALLBACK}}
SETTINGS = {"languages": ["fr"], "texts": TEXTS, "chat": {"hand_over": True}}
CONFLICT = ("urn:vivier:problem:conflict", 409)


@pytest.fixture(scope="module")
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    made = make_tenant("conversations-e2e")
    made.publish(SETTINGS)
    rows = [
        offer("W1", title="Soudeur", city="Lyon", company="Acier SA", url="https://jobs.example/w1"),
        offer("W2", title="Soudeuse", city="Brest"),
        offer("N1", title="Infirmière", city="Lille", description="Soins au bloc opératoire."),
        offer("S1", title="Assistant marketing", city="Lyon", contract="stage", description="Campagnes et réseaux."),
    ]
    bring_offers(made, "csv", csv_file(rows))
    wait_for(lambda: made.front.search()["total"] == len(rows), "the index", timeout=10)
    documents = bring_documents(made, [("Règles.txt", "text/plain", RULES.encode())])
    assert documents["Règles.txt"]["status"] == "ready"
    return made


def opened(tenant: Tenant) -> str:
    return tenant.front.open_session()


def asked(tenant: Tenant, session: str, text: str) -> Json:
    """What the API says to a question: the exchange's id and its answer."""
    answer = tenant.candidate.send("POST", f"/v1/chat/sessions/{session}/messages", json={"text": text})
    assert answer.status_code == 200, answer.text
    return answer.json()


def ask(tenant: Tenant, text: str) -> Json:
    return asked(tenant, opened(tenant), text)["answer"]


def trace_of(tenant: Tenant, session: str, message: str) -> Json:
    answer = tenant.member.get(f"/v1/conversations/{session}/messages/{message}/trace")
    assert answer.status_code == 200, answer.text
    assert answer.json()["message_id"] == message
    return answer.json()["trace"]


def items_of(stage: Stage, tenant: Tenant, prefix: str = "") -> list[dict]:
    """What the tenant's table holds, in partitions that begin so."""
    items = stage.client("dynamodb").scan(TableName=tenant.table)["Items"]
    return [item for item in items if item["pk"]["S"].startswith(prefix)]


def rose(tenant: Tenant, kind: str, before: dict[str, int], by: int = 1) -> None:
    wait_for(lambda: tenant.counts().get(kind, 0) == before.get(kind, 0) + by, f"the count of {kind}", timeout=30)


class TestManners:
    @pytest.mark.parametrize("text", ["bonjour", "Bonjour à tous !", "salut 👋"])
    def test_a_greeting_is_answered_with_the_tenants_welcome(self, tenant: Tenant, text: str):
        answer = ask(tenant, text)
        assert (answer["kind"], answer["text"], answer["citations"]) == ("small_talk", WELCOME, [])

    @pytest.mark.parametrize(
        ("text", "language"),
        [("merci beaucoup", "fr"), ("au revoir", "fr"), ("qui es-tu ?", "fr"), ("who are you?", "en"), ("thank you!", "en")],
    )
    def test_other_small_talk_is_answered_kindly(self, tenant: Tenant, text: str, language: str):
        answer = ask(tenant, text)
        assert (answer["kind"], answer["language"]) == ("small_talk", language) and answer["text"]

    def test_a_greeting_before_a_question_is_a_question(self, tenant: Tenant):
        answer = ask(tenant, "Bonjour, quelle est la prime de nuit ?")
        assert answer["kind"] == "extract" and "30 euros" in answer["text"]

    def test_what_is_not_known_is_said_in_the_tenants_words(self, tenant: Tenant):
        answer = ask(tenant, "Quelle est la capitale de la Mongolie ?")
        assert (answer["kind"], answer["text"], answer["hand_over"]) == ("unknown", FALLBACK, True)
        assert ask(tenant, "What is the capital of Mongolia?")["text"].startswith("I cannot find"), "no English text was chosen"


class TestWishes:
    @pytest.mark.parametrize(
        ("text", "titles"),
        [
            ("je cherche un poste de soudeur à Lyon", ["Soudeur"]),
            ("do you have jobs for nurses in Lille?", None),
            ("Je cherche un stage à Lyon", ["Assistant marketing"]),
            ("Avez-vous des offres d'infirmière ?", ["Infirmière"]),
        ],
    )
    def test_are_answered_with_offers(self, tenant: Tenant, text: str, titles: list[str] | None):
        answer = ask(tenant, text)
        assert (answer["kind"], answer["citations"]) == ("offers", [])
        if titles is not None:
            assert [card["title"] for card in answer["offers"]] == titles, answer
        for card in answer["offers"]:
            assert set(card) == {"offer_id", "title", "company", "city", "url"}
            assert tenant.front.offer(card["offer_id"])["title"] == card["title"]

    def test_an_offer_says_who_where_and_how(self, tenant: Tenant):
        [card] = ask(tenant, "je cherche un poste de soudeur à Lyon")["offers"]
        assert (card["company"], card["city"], card["url"]) == ("Acier SA", "Lyon", "https://jobs.example/w1")

    def test_elsewhere_is_said_to_be_elsewhere(self, tenant: Tenant):
        answer = ask(tenant, "je cherche un poste d'infirmière à Lyon")
        assert [card["city"] for card in answer["offers"]] == ["Lille"] and "exactement" in answer["text"]

    def test_none_is_said(self, tenant: Tenant):
        answer = ask(tenant, "je cherche un poste d'astronaute")
        assert answer["kind"] == "offers" and not answer["offers"] and "Aucune" in answer["text"]

    def test_a_question_about_a_job_is_none(self, tenant: Tenant):
        assert ask(tenant, "combien gagne un soudeur ?")["kind"] in ("unknown", "extract")

    def test_are_counted_without_words(self, tenant: Tenant):
        before = tenant.counts()
        ask(tenant, "je cherche un emploi")
        rose(tenant, "chat_offers", before)


class TestFollowUps:
    def test_lean_on_the_question_before(self, tenant: Tenant):
        session = opened(tenant)
        first = asked(tenant, session, "Combien de jours de congés payés ?")["answer"]
        assert "vingt-cinq" in first["text"], first
        second = asked(tenant, session, "et pour les stagiaires ?")
        assert "deux jours de congés par mois" in second["answer"]["text"], second
        kept = tenant.front.session(session)["messages"]
        assert kept[1]["text"] == "et pour les stagiaires ?", "what was asked is kept as it was"
        assert "congés" in trace_of(tenant, session, second["message_id"])["question"]

    def test_do_not_pollute_another_subject(self, tenant: Tenant):
        session = opened(tenant)
        asked(tenant, session, "Combien de jours de congés payés ?")
        second = asked(tenant, session, "Quelle est la prime de nuit ?")
        assert trace_of(tenant, session, second["message_id"])["question"] == "Quelle est la prime de nuit ?"

    def test_without_a_question_before_stand_alone(self, tenant: Tenant):
        assert ask(tenant, "et à temps partiel ?")["kind"] in ("unknown", "extract")


def events_of(text: str) -> list[tuple[str, Json]]:
    """Server-sent events: name and data."""
    read = []
    for event in filter(None, text.split("\n\n")):
        name, data = event.split("\n", 1)
        read.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return read


def is_whole(events: list[tuple[str, Json]]) -> Json:
    """The events of a stream are those of one answer, in their order; the answer."""
    names = [name for name, _ in events]
    assert names[0] == "status" and names[-1] == "done", names
    assert names[1:-1] == sorted(names[1:-1], key=["citation", "text"].index), names
    done = events[-1][1]
    assert [data for name, data in events if name == "citation"] == done["answer"]["citations"]
    assert "".join(data["delta"] for name, data in events if name == "text") == done["answer"]["text"]
    return done


@contextmanager
def process(stage: Stage, **variables: str) -> Iterator[Process]:
    """The deployed binary of the chatbot behind a Runtime API of its own."""
    with environment(stage.stack, "chat") as given:
        program = Path(ROOT / "target/lambda/chat/bootstrap")
        with Process(program, given | {"AWS_LAMBDA_FUNCTION_NAME": "chat"} | variables) as running:
            yield running


def event(tenant: Tenant, name: str, session: str, text: str) -> Json:
    """The stored trigger with this tenant and this question."""
    stored = json.loads((ROOT / f"events/chat/{name}.json").read_text().replace("019b0000-0000-7000-8000-00000000c4a7", session))
    context = stored["requestContext"]["authorizer"]
    context |= {"tenant": tenant.tenant_id, "principalId": tenant.tenant_id, "project": tenant.project}
    return stored | {"body": json.dumps({"text": text})}


class TestStreaming:
    QUESTION = "Quelle est la prime de nuit et combien de jours de congés payés par an ?"

    def test_says_all_that_the_other_route_says(self, tenant: Tenant):
        session = opened(tenant)
        answer = tenant.candidate.send("POST", f"/v1/chat/sessions/{session}/messages/stream", json={"text": self.QUESTION})
        assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/event-stream"), answer.text
        answer.encoding = "utf-8"
        done = is_whole(events_of(answer.text))
        [kept] = tenant.front.session(session)["messages"]
        assert (kept["message_id"], kept["answer"]) == (done["message_id"], done["answer"])
        assert done["answer"] == asked(tenant, opened(tenant), self.QUESTION)["answer"]

    def test_is_carried_out_once_for_a_key(self, tenant: Tenant):
        session, key = opened(tenant), {"Idempotency-Key": str(uuid.uuid4())}
        path = f"/v1/chat/sessions/{session}/messages/stream"
        first, second = (tenant.candidate.send("POST", path, json={"text": self.QUESTION}, headers=key) for _ in range(2))
        assert first.content == second.content and len(tenant.front.session(session)["messages"]) == 1
        first.encoding = "utf-8"
        is_whole(events_of(first.text))

    @pytest.mark.parametrize(("text", "status"), [("", 400), ("a" * 1001, 400), ("Bonjour", 404)])
    def test_what_is_refused_is_a_problem(self, tenant: Tenant, text: str, status: int):
        session = SOME_ID if status == 404 else opened(tenant)
        answer = tenant.candidate.send("POST", f"/v1/chat/sessions/{session}/messages/stream", json={"text": text})
        is_problem(answer)
        assert answer.status_code == status

    def test_leaves_the_binary_piece_by_piece(self, stage: Stage, tenant: Tenant):
        """Over the Lambda Runtime API: the status is on its way before the answer is there."""
        session = opened(tenant)
        with process(stage) as running:
            pieces = running.stream(event(tenant, "stream", session, self.QUESTION))
            refused = running.stream(event(tenant, "stream", SOME_ID, self.QUESTION))
            _, whole = running.invoke(event(tenant, "ask", session, self.QUESTION))
        prelude, _, first = b"".join(piece for _, piece in pieces).partition(b"\0" * 8)
        head = json.loads(prelude)
        assert head["statusCode"] == 200 and head["headers"]["content-type"].startswith("text/event-stream")
        assert head["headers"]["x-content-type-options"] == "nosniff"
        done = is_whole(events_of(first.decode()))
        assert done["answer"] == json.loads(whole["body"])["answer"], "the other route answers in one piece"
        carrying = [piece for _, piece in pieces if b"event: " in piece]
        assert b"event: done" not in carrying[0] and len(carrying) > 1, "the first event comes alone"
        problem = json.loads(b"".join(piece for _, piece in refused).partition(b"\0" * 8)[0])
        assert problem["statusCode"] == 404

    def test_an_error_after_the_beginning_is_an_event(self, stage: Stage, tenant: Tenant):
        with process(stage, DATABASE_PORT="1") as running:
            pieces = running.stream(event(tenant, "stream", opened(tenant), self.QUESTION))
        events = events_of(b"".join(piece for _, piece in pieces).partition(b"\0" * 8)[2].decode())
        assert [name for name, _ in events] == ["status", "error"]
        assert events[1][1]["type"].startswith("urn:vivier:problem:") and events[1][1]["status"] >= 500


class TestFeedback:
    @pytest.fixture
    def exchange(self, tenant: Tenant) -> tuple[str, str]:
        session = opened(tenant)
        return session, asked(tenant, session, "Quelle est la prime de nuit ?")["message_id"]

    def put(self, tenant: Tenant, exchange: tuple[str, str], body: Json):
        session, message = exchange
        return tenant.candidate.send("PUT", f"/v1/chat/sessions/{session}/messages/{message}/feedback", json=body)

    def test_is_kept_once_and_counted(self, tenant: Tenant, exchange: tuple[str, str]):
        before = tenant.counts()
        body = {"rating": "down", "reason": "incomplete", "text": "Et le dimanche ?"}
        for _ in range(3):
            assert self.put(tenant, exchange, body).status_code == 204
        [kept] = tenant.front.session(exchange[0])["messages"]
        assert kept["feedback"] == body
        rose(tenant, "chat_feedback", before)
        assert self.put(tenant, exchange, {"rating": "up"}).status_code == 204
        assert tenant.front.session(exchange[0])["messages"][0]["feedback"] == {"rating": "up"}
        rose(tenant, "chat_feedback", before, by=2)
        stored = [str(row) for row in tenant.pool("SELECT * FROM events WHERE kind = 'chat_feedback'")]
        assert len(stored) >= 2 and not any("dimanche" in row for row in stored)

    @pytest.mark.parametrize(
        ("body", "refused"),
        [
            ({"rating": "up", "text": ""}, {"text": "empty"}),
            ({"rating": "up", "text": "a" * 1001}, {"text": "too-long"}),
            ({"rating": "sideways"}, {"rating": "invalid"}),
            ({"rating": "up", "reason": "because"}, {"reason": "invalid"}),
        ],
    )
    def test_what_does_not_hold_is_named(self, tenant: Tenant, exchange: tuple[str, str], body: Json, refused: dict):
        answer = self.put(tenant, exchange, body)
        is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
        assert refused_fields(answer) == refused
        assert tenant.front.session(exchange[0])["messages"][0]["feedback"] is None, "nothing was changed"

    def test_on_nothing_is_not_found(self, tenant: Tenant, exchange: tuple[str, str]):
        for session, message in ((exchange[0], SOME_ID), (SOME_ID, exchange[1]), (opened(tenant), exchange[1])):
            is_problem(self.put(tenant, (session, message), {"rating": "up"}), NOT_FOUND)


def hand_over(tenant: Tenant, session: str):
    return tenant.candidate.send("POST", f"/v1/chat/sessions/{session}/hand-over")


def turned(tenant: Tenant, session: str, verb: str) -> str:
    answer = tenant.member.send("POST", f"/v1/conversations/{session}/{verb}")
    assert answer.status_code == 200, answer.text
    return answer.json()["status"]


def listed(tenant: Tenant, status: str, **query: object) -> list[str]:
    found, cursor = [], None
    while True:
        page = tenant.member.get("/v1/conversations", status=status, **query, **({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        found += [conversation["session_id"] for conversation in page.json()["conversations"]]
        cursor = page.json()["next_cursor"]
        if not cursor:
            return found


class TestHandOver:
    def test_a_person_answers_and_the_chatbot_is_silent(self, tenant: Tenant):
        before, session = tenant.counts(), opened(tenant)
        assert asked(tenant, session, "Quelle est la capitale de la Mongolie ?")["answer"]["hand_over"]
        for _ in range(2):
            assert hand_over(tenant, session).json() == {"session_id": session, "status": "waiting"}
        rose(tenant, "chat_hand_over", before)
        assert session in listed(tenant, "waiting")
        assert asked(tenant, session, "Quelle est la prime de nuit ?")["answer"]["kind"] == "extract"
        assert not asked(tenant, session, "Quelle est la capitale du Pérou ?")["answer"]["hand_over"], "it was asked for already"

        assert [turned(tenant, session, "pause") for _ in range(2)] == ["paused", "paused"]
        wait_for(lambda: session in listed(tenant, "paused") and session not in listed(tenant, "waiting"), "the list", 10)
        silent = asked(tenant, session, "Quelle est la prime de nuit ?")["answer"]
        assert (silent["kind"], silent["citations"]) == ("waiting", [])
        said = tenant.member.send("POST", f"/v1/conversations/{session}/messages", json={"text": " Je m'en occupe. "})
        assert said.status_code == 201, said.text
        last = tenant.front.session(session)["messages"][-1]
        assert last == said.json() and (last["text"], last["answer"]["kind"]) == (None, "person")
        assert last["answer"]["text"] == "Je m'en occupe."
        assert tenant.member.get(f"/v1/conversations/{session}").json() == tenant.front.session(session)

        assert turned(tenant, session, "reopen") == "open"
        assert asked(tenant, session, "Quelle est la prime de nuit ?")["answer"]["kind"] == "extract"

    def test_is_not_offered_where_it_is_off(self, make_tenant: Callable[..., Tenant]):
        other = make_tenant("conversations-off")
        other.publish({"chat": {"offers": False}})
        session = opened(other)
        is_problem(hand_over(other, session), CONFLICT)
        assert asked(other, session, "Qui est la reine ?")["answer"]["hand_over"] is False
        assert ask(other, "je cherche un poste de soudeur à Lyon")["kind"] == "unknown", "offers are off as well"
        assert other.front.session(session)["status"] == "open"

    def test_lists_are_walked(self, tenant: Tenant):
        sessions = [opened(tenant) for _ in range(5)]
        for session in sessions:
            turned(tenant, session, "pause")
        found = wait_for(lambda: (ids := listed(tenant, "paused", limit=2)) and set(sessions) <= set(ids) and ids, "the list", 10)
        assert found == sorted(found, reverse=True) and len(set(found)) == len(found), "the newest first, each once"
        for query in ({"status": "closed"}, {"limit": 0}, {"cursor": "AAAA"}, {"mine": "1"}):
            is_problem(tenant.member.get("/v1/conversations", **query))

    def test_takes_its_permissions_and_is_entered_in_the_log(self, tenant: Tenant):
        session, message = opened(tenant), str(uuid.uuid4())
        reader = tenant.person("reader").bearer
        for method, path, body in (
            ("GET", "/v1/conversations", None),
            ("GET", f"/v1/conversations/{session}", None),
            ("GET", f"/v1/conversations/{session}/messages/{message}/trace", None),
            ("POST", f"/v1/conversations/{session}/pause", None),
            ("POST", f"/v1/conversations/{session}/reopen", None),
            ("POST", f"/v1/conversations/{session}/messages", {"text": "Non."}),
        ):
            is_problem(reader.send(method, path, json=body), FORBIDDEN)
        tenant.member.get(f"/v1/conversations/{session}")
        turned(tenant, session, "pause")
        rows = tenant.pool("SELECT action, outcome FROM audit_log WHERE subject = %s ORDER BY happened_at", session)
        assert ("conversations_fetch", "done") in rows and ("conversations_pause", "begun") in rows, rows
        assert ("conversations_pause", "done") in rows and ("conversations_pause", "refused") in rows

    @pytest.mark.parametrize(("text", "code"), [("", "empty"), (" \n ", "empty"), ("a" * 4001, "too-long")])
    def test_a_message_that_does_not_hold_is_named(self, tenant: Tenant, text: str, code: str):
        session = opened(tenant)
        answer = tenant.member.send("POST", f"/v1/conversations/{session}/messages", json={"text": text})
        is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
        assert refused_fields(answer) == {"text": code} and not tenant.front.session(session)["messages"]

    def test_traces_say_how_an_answer_came_about(self, tenant: Tenant):
        session = opened(tenant)
        for text, kind in (
            ("bonjour", "small_talk"),
            ("Quelle est la prime de nuit ?", "extract"),
            ("je cherche un poste de soudeur à Lyon", "offers"),
        ):
            assert trace_of(tenant, session, asked(tenant, session, text)["message_id"])["kind"] == kind
        found = trace_of(tenant, session, asked(tenant, session, "Quelle est la prime de nuit ?")["message_id"])["retrieval"]
        assert found["accepted"] and found["passages"][0]["score"] > 0, found
        is_problem(tenant.member.get(f"/v1/conversations/{session}/messages/{SOME_ID}/trace"), NOT_FOUND)


class TestAnotherDevice:
    def token(self, tenant: Tenant, session: str) -> str:
        made = tenant.candidate.send("POST", f"/v1/chat/sessions/{session}/resume-tokens")
        assert made.status_code == 201 and len(made.json()["token"]) >= 43, made.text
        return made.json()["token"]

    def resume(self, tenant: Tenant, token: str):
        return tenant.candidate.send("POST", "/v1/chat/sessions/resume", json={"token": token})

    def test_takes_a_conversation_up_once(self, stage: Stage, tenant: Tenant):
        before, session = tenant.counts(), opened(tenant)
        token = self.token(tenant, session)
        assert token not in json.dumps(items_of(stage, tenant)), "it is kept as a hash"
        taken = self.resume(tenant, token)
        assert (taken.status_code, taken.json()["session_id"]) == (200, session)
        is_problem(self.resume(tenant, token), NOT_FOUND)
        assert not items_of(stage, tenant, "resume#")
        rose(tenant, "chat_resumed", before)

    def test_of_two_who_use_a_token_at_once_one_gets_in(self, tenant: Tenant):
        from concurrent.futures import ThreadPoolExecutor

        token = self.token(tenant, opened(tenant))
        with ThreadPoolExecutor(4) as pool:
            taken = list(pool.map(lambda _: self.resume(tenant, token).status_code, range(4)))
        assert sorted(taken) == [200, 404, 404, 404]

    def test_an_old_or_invented_token_leads_nowhere(self, stage: Stage, tenant: Tenant):
        token = self.token(tenant, opened(tenant))
        for item in items_of(stage, tenant, "resume#"):
            assert time.time() < int(item["expires_at"]["N"]) <= time.time() + 600
            over = item | {"expires_at": {"N": str(int(time.time()) - 1)}}
            stage.client("dynamodb").put_item(TableName=tenant.table, Item=over)
        old, invented = self.resume(tenant, token), self.resume(tenant, "A" * 43)
        is_problem(old, NOT_FOUND)
        assert old.content == invented.content == self.resume(tenant, "").content


class TestLeaving:
    def test_an_export_holds_all_there_is(self, tenant: Tenant):
        session = opened(tenant)
        message = asked(tenant, session, "Quelle est la prime de nuit ?")["message_id"]
        tenant.candidate.send("PUT", f"/v1/chat/sessions/{session}/messages/{message}/feedback", json={"rating": "up"})
        answer = tenant.candidate.get(f"/v1/chat/sessions/{session}/export")
        assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
        file = answer.json()
        assert file["conversation"] == tenant.front.session(session)
        assert [trace["message_id"] for trace in file["traces"]] == [message]

    def test_a_deletion_leaves_nothing(self, stage: Stage, tenant: Tenant):
        session = opened(tenant)
        message = asked(tenant, session, "Quelle est la prime de nuit ?")["message_id"]
        tenant.candidate.send("PUT", f"/v1/chat/sessions/{session}/messages/{message}/feedback", json={"rating": "up"})
        token = tenant.candidate.send("POST", f"/v1/chat/sessions/{session}/resume-tokens").json()["token"]
        assert len([item for item in items_of(stage, tenant) if session in json.dumps(item)]) == 5
        tenant.front.close_session(session)
        assert not [item for item in items_of(stage, tenant) if session in json.dumps(item)]
        is_problem(tenant.candidate.send("POST", "/v1/chat/sessions/resume", json={"token": token}), NOT_FOUND)
        for path in (f"/v1/conversations/{session}", f"/v1/conversations/{session}/messages/{message}/trace"):
            is_problem(tenant.member.get(path), NOT_FOUND)


LIMITS = {"characters": 40, "exchanges": 3, "per_address_hour": 4, "per_key_hour": 6}


@pytest.fixture(scope="module")
def limited(make_tenant: Callable[..., Tenant]) -> Tenant:
    made = make_tenant("conversations-limits")
    made.publish({"chat": {"limits": LIMITS}})
    return made


class TestLimits:
    def ask(self, tenant: Tenant, key: str, address: str, session: str, text: str = "Bonjour"):
        api = Api(tenant.stage.stack.api_url, {"X-Vivier-Key": key}, address=address)
        return api.send("POST", f"/v1/chat/sessions/{session}/messages", json={"text": text})

    def test_of_characters_and_exchanges(self, limited: Tenant):
        (_, key), session, address = limited.new_key(), opened(limited), somewhere()
        answer = self.ask(limited, key, address, session, "é" * 41)
        is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
        assert refused_fields(answer) == {"text": "too-long"}
        told = [self.ask(limited, key, address, session, f" {'é' * 40} ").status_code for _ in range(4)]
        assert told == [200, 200, 200, 409]
        assert len(limited.front.session(session)["messages"]) == 3

    def test_of_an_address(self, stage: Stage, limited: Tenant):
        (_, key), address = limited.new_key(), somewhere()
        told = [self.ask(limited, key, address, opened(limited)) for _ in range(5)]
        assert [answer.status_code for answer in told] == [200] * 4 + [429]
        is_problem(told[-1], TOO_MANY)
        assert 1 <= int(told[-1].headers["Retry-After"]) <= 3600
        assert self.ask(limited, key, somewhere(), opened(limited)).status_code == 200, "elsewhere it goes on"
        counted = stage.client("dynamodb").scan(TableName=f"vivier-{stage.name}-requests")["Items"]
        assert any(item["sk"]["S"].startswith("hour#address:") for item in counted)
        assert address not in str(counted), "no address is kept"

    def test_of_a_key(self, limited: Tenant):
        (_, key), (_, other) = limited.new_key(), limited.new_key()
        told = [self.ask(limited, key, somewhere(), opened(limited)).status_code for _ in range(7)]
        assert told == [200] * 6 + [429]
        assert self.ask(limited, other, somewhere(), opened(limited)).status_code == 200


class Model:
    """Bedrock's wire with a text that a test chose."""

    def __init__(self) -> None:
        self.text, self.asked = "", []
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                model.asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                answer = {
                    "output": {"message": {"role": "assistant", "content": [{"text": model.text}]}},
                    "stopReason": "end_turn",
                    "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
                    "metrics": {"latencyMs": 1},
                }
                body = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """What is said stays here."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture(scope="module")
def writing(make_tenant: Callable[..., Tenant]) -> Tenant:
    made = make_tenant("conversations-written")
    made.publish({"chat": {"answers": "written", "model": "mistral.mistral-large-2402-v1:0"}})
    assert bring_documents(made, [("Règles.txt", "text/plain", RULES.encode())])["Règles.txt"]["status"] == "ready"
    return made


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    model = Model()
    yield model
    model.server.shutdown()


@pytest.fixture(scope="module")
def running(stage: Stage, model: Model) -> Iterator[Process]:
    with process(stage, AWS_ENDPOINT_URL_BEDROCK_RUNTIME=model.url) as running:
        yield running


class TestWritten:
    QUESTION = "Quelle est la prime de nuit ?"

    def answer(self, running: Process, writing: Tenant, question: str = QUESTION) -> Json:
        _, answer = running.invoke(event(writing, "ask", opened(writing), question))
        assert answer["statusCode"] == 200, answer
        return json.loads(answer["body"])["answer"]

    def test_what_is_covered_is_said_and_cited(self, running: Process, model: Model, writing: Tenant):
        model.text = "La prime de nuit est de 30 euros [1]. Le directeur offre une voiture électrique [1]."
        answer = self.answer(running, writing)
        assert (answer["kind"], answer["text"]) == ("written", "La prime de nuit est de 30 euros.")
        [citation] = answer["citations"]
        assert "30 euros" in citation["quote"] and citation["document_name"] == "Règles.txt"
        path, sent = model.asked[-1]
        assert path.endswith("/converse") and "[1]" in sent["messages"][0]["content"][0]["text"]

    @pytest.mark.parametrize(
        "text",
        ["La prime de nuit est de 99 euros [1].", "La prime de nuit est de 30 euros.", "La prime de nuit est de 30 euros [9].", "NONE", ""],
    )
    def test_what_is_not_covered_is_not_said(self, running: Process, model: Model, writing: Tenant, text: str):
        model.text = text
        answer = self.answer(running, writing)
        assert answer["kind"] == "extract" and "30 euros" in answer["text"]

    def test_a_model_reads_what_merely_is_related(self, running: Process, model: Model, writing: Tenant):
        question = "Que coûte la mutuelle à un apprenti ?"
        model.text = "NONE"
        unsure = self.answer(running, writing, question)
        assert unsure["kind"] == "unknown" and unsure["citations"] == []
        assert "18 euros" in "".join(citation["quote"] for citation in unsure["related"])
        model.text = "La mutuelle coûte 18 euros par mois au salarié [1]."
        sure = self.answer(running, writing, question)
        assert (sure["kind"], sure["related"]) == ("written", []) and "18 euros" in sure["citations"][0]["quote"]

    def test_a_model_that_is_away_is_done_without(self, stage: Stage, writing: Tenant):
        with process(stage, AWS_ENDPOINT_URL_BEDROCK_RUNTIME="http://127.0.0.1:1") as running:
            assert self.answer(running, writing)["kind"] == "extract"

    def test_in_the_deployed_function_as_well(self, writing: Tenant):
        """The local cloud's model says something of its own, which no passage covers."""
        answer = ask(writing, self.QUESTION)
        assert answer["kind"] == "extract" and "30 euros" in answer["text"]
