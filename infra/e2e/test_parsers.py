"""A tenant's own parser reads CVs in the place of ours: asked as it wants to be, and done without where it does not answer."""

from __future__ import annotations

import base64
import datetime
import gzip
import json
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.client import Json, Operator, wait_for
from local import certificates

from .api import NOT_FOUND, is_problem, refused_fields
from .feeds import basic, known, silent_server
from .log import action, entries, last
from .parsers import ACCOUNT, BEARER, PATH, Parser, counted, faults, forget, json_resume, kept, name_of, textkernel, use
from .stage import Stage
from .tenants import Tenant, bring_offers, csv_file, offer
from .test_matching import ONE, OTHER, WELDER, docx, file, keys, match

WAITER = ["EXPÉRIENCE", "Serveuse, Café du Port, Brest", "2020 - 2024", "COMPÉTENCES", "Service en salle"]
"""What our own parser reads; the tenant's always says that it is a welder's."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LARGEST = 2 * 1024 * 1024


@pytest.fixture(scope="module")
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    """A tenant with offers for both."""
    tenant = make_tenant("parsers")
    rows = [
        offer("WELD", title="Soudeur / Soudeuse TIG", city="Lyon", postal_code="69003", skills="Soudage TIG|Lecture de plans|Pliage"),
        offer("WAIT", title="Serveur / Serveuse", city="Brest", postal_code="29200", skills="Service en salle"),
    ]
    bring_offers(tenant, "csv", csv_file(rows))
    return tenant


@pytest.fixture(scope="module")
def parser(stage: Stage) -> Iterator[Parser]:
    server = Parser(known(stage))
    yield server
    server.close()


def fresh() -> str:
    return f"/{uuid.uuid4().hex[:12]}"


def read_by_us(tenant: Tenant, fault: str, body: Json | None = None) -> Json:
    """A match whose CV we read in the parser's place, and why."""
    told, metric = len(faults(tenant)), counted(tenant.stage)
    answer = match(tenant, body or {"text": "\n".join(WAITER)})
    assert answer["parser"] == "own" and answer["profile"]["skills"] == ["servic sal"], answer
    wait_for(lambda: faults(tenant)[told:] == [fault], f"a line of the log that says {fault}", timeout=10)
    wait_for(lambda: counted(tenant.stage) == metric + 1, "its metric", timeout=10)
    assert answer["cv_residency_ms"] < 60_000
    return answer


class TestFormats:
    @pytest.mark.parametrize(
        ("credentials", "carried"),
        [
            (BEARER, f"Bearer {BEARER['token']}"),
            ({"kind": "basic", "username": "vivier", "password": "été:1"}, basic("vivier", "été:1")),
        ],
    )
    def test_a_file_is_posted_and_json_resume_read(self, tenant: Tenant, parser: Parser, credentials: Json, carried: str):
        path, cv = fresh(), docx(*WAITER)
        use(tenant, parser.put(path, json_resume(), authorization=carried), credentials=credentials)
        answer = match(tenant, file(cv, DOCX))
        assert answer["parser"] == "external", faults(tenant)
        assert [found["reference"] for found in answer["matches"]] == ["WELD", "WAIT"]
        assert answer["profile"]["place"].startswith("Lyon") and answer["profile"]["experience_years"] == 7
        [sent] = parser.at(path)
        assert (sent.body, sent.headers["content-type"], sent.headers["accept"]) == (cv, DOCX, "application/json")
        assert sent.headers["authorization"] == carried and "tx-accountid" not in sent.headers

    def test_a_text_is_posted_as_one(self, tenant: Tenant, parser: Parser):
        path = fresh()
        use(tenant, parser.put(path, json_resume()))
        answer = match(tenant, {"text": "Été\n" + "\n".join(WAITER)})
        assert answer["parser"] == "external" and answer["matches"][0]["reference"] == "WELD"
        [sent] = parser.at(path)
        assert sent.body.decode() == "Été\n" + "\n".join(WAITER)
        assert sent.headers["content-type"] == "text/plain; charset=utf-8"

    def test_textkernels_wire(self, tenant: Tenant, parser: Parser):
        path, cv = fresh(), docx(*WAITER)
        use(tenant, parser.put(path, textkernel(), authorization=ACCOUNT["service_key"]), "textkernel")
        answer = match(tenant, file(cv, DOCX))
        assert answer["parser"] == "external", faults(tenant)
        assert [found["reference"] for found in answer["matches"]] == ["WELD", "WAIT"]
        assert answer["profile"]["experience_years"] == 7 and answer["profile"]["place"].startswith("Lyon")
        [sent] = parser.at(path)
        body = json.loads(sent.body)
        assert set(body) == {"DocumentAsBase64String", "DocumentLastModified"}
        assert base64.b64decode(body["DocumentAsBase64String"], validate=True) == cv
        today = datetime.datetime.now(datetime.UTC).date()
        assert abs(datetime.date.fromisoformat(body["DocumentLastModified"]) - today) <= datetime.timedelta(days=1)
        assert sent.headers["tx-accountid"] == ACCOUNT["account_id"] and sent.headers["content-type"] == "application/json"
        assert "authorization" not in sent.headers

    def test_both_say_the_same(self, tenant: Tenant, parser: Parser):
        answers = []
        for shape, said in (("json_resume", json_resume()), ("textkernel", textkernel())):
            use(tenant, parser.put(fresh(), said), shape)
            answers.append(match(tenant, {"text": "CV"}))
        assert [answer["parser"] for answer in answers] == ["external"] * 2
        assert answers[0]["matches"] == answers[1]["matches"] and answers[0]["profile"] == answers[1]["profile"]

    @pytest.mark.parametrize("shape", ["json_resume", "textkernel"])
    def test_whom_the_parser_takes_somebody_for_does_not_count(self, tenant: Tenant, parser: Parser, shape: str):
        path = fresh()
        street = {"location": {"city": "Lyon", "postalCode": "69003", "address": "7 impasse Verte"}}
        said = {
            "json_resume": [
                json_resume(),
                json_resume(name="Aminata Xylander", gender="F", birthDate="1961-03-03", nationality="belge", image="https://a.example/i", **street),
            ],
            "textkernel": [
                textkernel(),
                textkernel({"Gender": "F", "Nationality": "belge", "DateOfBirth": {"Date": "1961-03-03"}, "FamilyComposition": "mariée"},
                           CandidateName={"FormattedName": "Aminata Xylander"}),
            ],
        }[shape]  # fmt: skip
        use(tenant, parser.put(path, said[0]), shape)
        answers = []
        for one in said:
            parser.put(path, one)
            answers.append(match(tenant, {"text": "CV"}))
        assert [answer["parser"] for answer in answers] == ["external"] * 2
        assert answers[0]["matches"] == answers[1]["matches"] and answers[0]["profile"] == answers[1]["profile"]


class TestFailures:
    """Whatever goes wrong, the candidate gets an answer, by our own parser."""

    @pytest.mark.parametrize(
        ("said", "answer", "fault"),
        [
            ({}, {"authorization": "Bearer another"}, "not-admitted"),
            ({}, {"status": 403}, "not-admitted"),
            ({}, {"status": 429}, "refused"),
            ({}, {"status": 500}, "server-failed"),
            (b"<html>", {}, "not-json"),
            (json_resume(), {"headers": {"Content-Type": "text/html"}}, "not-json"),
            (gzip.compress(b"{}", mtime=0), {"headers": {"Content-Encoding": "gzip"}}, "encoding-not-supported"),
            ([json_resume()], {}, "no-cv"),
            ({"error": "no CV"}, {}, "nothing-read"),
            ({"work": [{"position": 7}], "skills": "all"}, {}, "nothing-read"),
            (json_resume() | {"more": "a" * LARGEST}, {}, "too-large"),
        ],
    )
    def test_of_json_resume(self, tenant: Tenant, parser: Parser, said: object, answer: Json, fault: str):
        path = fresh()
        use(tenant, parser.put(path, said, **answer))
        read_by_us(tenant, fault)
        assert len(parser.at(path)) == 1

    @pytest.mark.parametrize(
        ("said", "answer", "fault"),
        [
            (textkernel(), {"authorization": "another"}, "not-admitted"),
            ({"Info": {"Code": "InsufficientData"}, "Value": None}, {"status": 422}, "refused"),
            ({"Info": {"Code": "Success"}, "Value": {}}, {}, "no-cv"),
            ({"Value": {"ResumeData": {"EmploymentHistory": []}}}, {}, "nothing-read"),
        ],
    )
    def test_of_textkernel(self, tenant: Tenant, parser: Parser, said: object, answer: Json, fault: str):
        use(tenant, parser.put(fresh(), said, **answer), "textkernel")
        read_by_us(tenant, fault)

    def test_a_redirect_is_not_followed(self, tenant: Tenant, parser: Parser):
        there, first = fresh(), fresh()
        for status, location in ((302, parser.put(there, json_resume())), (307, there)):
            use(tenant, parser.put(first, status=status, headers={"Location": location}))
            read_by_us(tenant, "redirect-not-allowed")
        assert parser.at(there) == [] and len(parser.at(first)) == 2

    def test_an_answer_without_an_end(self, tenant: Tenant, parser: Parser):
        """It says nothing of its length, and is ended where it is too long."""
        use(tenant, parser.put(fresh(), b" " * (4 * LARGEST), headers={"Content-Length": ""}))
        read_by_us(tenant, "too-large")

    def test_one_that_falls_silent(self, tenant: Tenant, parser: Parser):
        path = fresh()
        use(tenant, parser.put(path, json_resume(), part=9))
        began = time.monotonic()
        answer = read_by_us(tenant, "timeout")
        parser.answers[path].released.set()
        assert time.monotonic() - began < 20 and 10_000 <= answer["cv_residency_ms"] < 20_000
        with silent_server() as port:
            use(tenant, f"https://localhost:{port}/")
            read_by_us(tenant, "timeout")

    def test_one_that_is_not_there(self, tenant: Tenant):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        use(tenant, f"https://localhost:{port}/")
        read_by_us(tenant, "unreachable")
        use(tenant, "https://parser.invalid/")
        read_by_us(tenant, "host-not-found")

    def test_a_certificate_of_nobody_known(self, tenant: Tenant, tmp_path: Path):
        stranger = Parser(certificates.ensure(tmp_path))
        use(tenant, stranger.put("/a", json_resume()))
        read_by_us(tenant, "tls-failed")
        assert stranger.sent == []
        stranger.close()

    def test_terms_that_cannot_be_read(self, stage: Stage, tenant: Tenant):
        stage.client("secretsmanager").put_secret_value(SecretId=name_of(tenant), SecretString='{"address": "https://')
        forget(stage)
        read_by_us(tenant, "settings-unavailable")


class TestReach:
    """Of this machine's addresses the local cloud allows two, and no other."""

    @pytest.mark.parametrize(
        "address",
        ["https://127.0.0.1/", "https://0x7f.1/", "https://10.0.0.1/cv", "https://169.254.169.254/latest/meta-data/", "https://[::1]/",
         "https://[::ffff:10.0.0.1]/", "https://192.168.1.1:8443/"],
    )  # fmt: skip
    def test_a_private_address_cannot_be_entered(self, tenant: Tenant, address: str):
        answer = tenant.member.send("PUT", PATH, json={"address": address, "format": "json_resume", "credentials": BEARER})
        is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
        assert refused_fields(answer) == {"address": "address-not-allowed"}

    def test_nor_is_one_reached_that_a_name_leads_to(self, stage: Stage, tenant: Tenant):
        """The secret says what no request could enter, as a name does that leads elsewhere since."""
        inside = Parser(known(stage), "127.0.0.2")
        use(tenant, "https://parser.invalid/")
        terms = {"address": f"https://127.0.0.2:{inside.server.server_port}/", "format": "json_resume", "credentials": BEARER}
        stage.client("secretsmanager").put_secret_value(SecretId=name_of(tenant), SecretString=json.dumps(terms))
        forget(stage)
        read_by_us(tenant, "address-not-allowed")
        assert inside.sent == []
        inside.close()


class TestFiles:
    def test_what_a_file_hides_is_not_sent(self, tenant: Tenant, parser: Parser):
        path = fresh()
        use(tenant, parser.put(path, json_resume()))
        assert match(tenant, file(docx(*WAITER, hidden="Cryptographie quantique"), DOCX))["parser"] == "external"
        [sent] = parser.at(path)
        assert sent.headers["content-type"] == "text/plain; charset=utf-8"
        assert sent.body.decode().splitlines() == WAITER

    def test_what_we_refuse_goes_nowhere(self, tenant: Tenant, parser: Parser):
        path = fresh()
        use(tenant, parser.put(path, json_resume()))
        for content, refused in ((b"%PDF-1.4 broken", "corrupt"), (b"MZ\x90\x00" + bytes(200), "mismatch")):
            answer = tenant.candidate.send("POST", "/v1/offers/match", json=file(content, "application/pdf"))
            is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
            assert refused_fields(answer) == {"file": refused}
        assert match(tenant, {"text": "CV"})["parser"] == "external"
        assert len(parser.at(path)) == 1

    def test_ours_reads_the_file_where_the_other_does_not(self, tenant: Tenant, parser: Parser):
        use(tenant, parser.put(fresh(), status=500))
        read_by_us(tenant, "server-failed", file(docx(*WAITER), DOCX))
        answer = tenant.candidate.send("POST", "/v1/offers/match", json={"text": "Bonjour"})
        is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
        assert refused_fields(answer) == {"text": "nothing-to-match"}


class TestTerms:
    SECRETS = ("sesame-" + uuid.uuid4().hex, "sesame-" + uuid.uuid4().hex)

    def test_are_entered_replaced_shown_without_their_secret_and_removed(self, stage: Stage, make_tenant: Callable[..., Tenant], parser: Parser):
        tenant = make_tenant("parsers-terms")
        is_problem(tenant.member.get(PATH), NOT_FOUND)
        assert match(tenant, {"text": "\n".join(WAITER)})["parser"] == "own"
        mark, (first, second) = last(tenant), self.SECRETS
        body = {"address": parser.put(fresh(), json_resume()), "format": "json_resume", "credentials": {"kind": "bearer", "token": first}}
        key = {"Idempotency-Key": str(uuid.uuid4())}
        answers = [tenant.member.send("PUT", PATH, json=body, headers=key) for _ in range(2)]
        shown = {"address": body["address"], "format": "json_resume", "credentials": "bearer"}
        assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
        answers.append(tenant.member.get(PATH))
        assert [answer.json() for answer in answers] == [shown] * 3
        assert kept(tenant) == body
        # It holds within a minute, though the absence of one was remembered.
        wait_for(lambda: match(tenant, {"text": "CV\n" + "\n".join(WAITER)})["parser"] == "external", "the parser", timeout=70, every=2)
        other = {"address": f"https://parser.invalid/?a={second}", "format": "textkernel",
                 "credentials": {"kind": "textkernel", "account_id": "1", "service_key": second}}  # fmt: skip
        answers.append(tenant.member.send("PUT", PATH, json=other))
        assert answers[-1].json() == {"address": "https://parser.invalid/?a=***", "format": "textkernel", "credentials": "textkernel"}
        assert kept(tenant) == other
        for _ in range(2):
            assert tenant.member.send("DELETE", PATH).status_code == 204
        assert kept(tenant) is None
        is_problem(tenant.member.get(PATH), NOT_FOUND)
        forget(stage)
        assert match(tenant, {"text": "\n".join(WAITER)})["parser"] == "own"
        # Once more, after it was gone.
        tenant.back.call("PUT", PATH, body)
        assert kept(tenant) == body
        written = [(one["action"], one["outcome"]) for one in entries(tenant, mark) if one["action"].startswith("resume_parser")]
        one = lambda method: [(action(method, PATH), outcome) for outcome in ("begun", "done")]  # noqa: E731
        assert written == [*one("PUT"), *one("PUT"), *one("DELETE"), *one("DELETE"), *one("PUT")]
        answers.append(tenant.member.get("/v1/audit"))
        assert not [answer.url for answer in answers if any(secret in answer.text for secret in self.SECRETS)]
        stored = [str(list(stage.client("dynamodb").get_paginator("scan").paginate(TableName=name)))
                  for name in stage.client("dynamodb").list_tables()["TableNames"] if stage.name in name]  # fmt: skip
        logs = [log.read_text(errors="replace") for log in stage.running.stack.logs.glob("vivier-*.log")]
        assert stored and logs and not any(secret in text for secret in self.SECRETS for text in stored + logs)

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"address": "http://parser.example/"}, {"address": "scheme-not-supported"}),
            ({"address": "sftp://parser.example/a"}, {"address": "scheme-not-supported"}),
            ({"address": "https://user:word@parser.example/"}, {"address": "holds-credentials"}),
            ({"address": "parser.example"}, {"address": "invalid"}),
            ({"address": "https://parser.example/?a=***"}, {"address": "hides-something"}),
            ({"address": "https://parser.example/" + "a" * 2000}, {"address": "too-long"}),
            ({"format": "hr_xml"}, {"format": "invalid"}),
            ({"format": "textkernel"}, {"credentials.kind": "not-for-this-format"}),
            ({"credentials": ACCOUNT}, {"credentials.kind": "not-for-this-format"}),
            ({"credentials": {"kind": "bearer", "token": "a\nb"}}, {"credentials.token": "invalid"}),
            ({"credentials": {"kind": "basic", "username": "a:b", "password": ""}},
             {"credentials.username": "invalid", "credentials.password": "invalid"}),
        ],
    )  # fmt: skip
    def test_bad_input_changes_nothing(self, tenant: Tenant, parser: Parser, change: Json, fields: dict[str, str]):
        good = {"address": parser.put(fresh(), json_resume()), "format": "json_resume", "credentials": BEARER}
        tenant.back.call("PUT", PATH, good)
        answer = tenant.member.send("PUT", PATH, json=good | change)
        is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
        assert refused_fields(answer) == fields, answer.text
        assert kept(tenant) == good

    def test_who_may_read_settings_may_not_enter_one(self, make_tenant: Callable[..., Tenant], tenant: Tenant):
        editor = tenant.person("editor").bearer
        before = kept(tenant)
        body = {"address": "https://thief.example/", "format": "json_resume", "credentials": BEARER}
        assert editor.get(PATH).status_code == 200
        assert [editor.send(method, PATH, json=body).status_code for method in ("PUT", "DELETE")] == [403, 403]
        assert kept(tenant) == before

    def test_a_tenant_that_goes_takes_them_along(self, make_tenant: Callable[..., Tenant], operator: Operator):
        tenant = make_tenant("parsers-gone")
        use(tenant, "https://parser.invalid/")
        assert kept(tenant)
        operator.invoke("tenants", {"operation": "delete", "slug": tenant.slug, "confirm": tenant.slug})
        assert kept(tenant) is None


class TestTenants:
    def test_one_tenants_parser_is_nobody_elses(self, tenant: Tenant, make_tenant: Callable[..., Tenant], parser: Parser):
        other, paths = make_tenant("parsers-other"), (fresh(), fresh())
        use(tenant, parser.put(paths[0], json_resume(), authorization="Bearer of-the-one"), credentials={"kind": "bearer", "token": "of-the-one"})
        text = {"text": "\n".join(WAITER)}
        assert [match(one, text)["parser"] for one in (tenant, other, tenant)] == ["external", "own", "external"]
        is_problem(other.member.get(PATH), NOT_FOUND)
        assert len(parser.at(paths[0])) == 2
        use(other, parser.put(paths[1], json_resume(), authorization="Bearer of-the-other"), credentials={"kind": "bearer", "token": "of-the-other"})
        assert [match(one, text)["parser"] for one in (tenant, other)] == ["external"] * 2
        carried = [{sent.headers["authorization"] for sent in parser.at(path)} for path in paths]
        assert carried == [{"Bearer of-the-one"}, {"Bearer of-the-other"}]
        other.back.call("DELETE", PATH)
        assert kept(tenant)["credentials"]["token"] == "of-the-one" and tenant.back.call("GET", PATH)


class TestNothingStays:
    @pytest.mark.parametrize("outcome", ["external", "own"])
    def test_in_logs_secrets_stores_or_files(self, stage: Stage, tenant: Tenant, parser: Parser, outcome: str):
        quoting = json_resume(name="Xylander") if outcome == "external" else {"error": WELDER.format(**OTHER)}
        use(tenant, parser.put(fresh(), quoting, status=200 if outcome == "external" else 422))
        before = keys(stage, tenant)
        bodies = ({"text": WELDER.format(**ONE)}, file(WELDER.format(**OTHER).encode()))
        assert [match(tenant, body)["parser"] for body in bodies] == [outcome] * 2
        unusual = ("Quatrefages", "impasse Verte", "Xylander", "Ateliers du Rhône")
        unusual += tuple(base64.b64encode(WELDER.format(**OTHER).encode())[at : at + 40].decode() for at in (0, 80, 160))
        time.sleep(1)
        logs = [log.read_text(errors="replace") for log in stage.running.stack.logs.glob("*.log")]
        assert not [word for word in unusual for log in logs if word in log]
        assert keys(stage, tenant) == before
        dynamodb, secrets = stage.client("dynamodb"), stage.client("secretsmanager")
        stored = [page for name in dynamodb.list_tables()["TableNames"] for page in dynamodb.get_paginator("scan").paginate(TableName=name)]
        stored.append(kept(tenant))
        assert not [word for word in unusual if word in str(stored)]
        names = [one["Name"] for page in secrets.get_paginator("list_secrets").paginate() for one in page["SecretList"]]
        assert not [word for word in unusual if word in str(names)]
