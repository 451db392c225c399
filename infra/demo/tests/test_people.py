"""How the walk's people come in: the command line, the mail, the session. None of it needs a stack."""

from __future__ import annotations

import json
import shlex
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from demo import vivier
from demo.client import ApiError, BackOffice, OperatorError
from demo.mailbox import temporary_password
from demo.stack import Keys, Stack
from demo.vivier import Refused, Vivier, line
from demo.walk import people
from demo.walk.files import on_disk
from demo.walk.visit import identity

PROBLEM = {"type": "urn:vivier:problem:forbidden", "title": "This needs a permission.", "status": 403}


@pytest.fixture
def stack(tmp_path, monkeypatch):
    monkeypatch.setattr("demo.stack.ROOT", tmp_path)
    keys = Keys("key", "secret")
    return Stack("demo", "http://api", "http://cloud", "eu-west-3", "pool", "client", keys, keys)


@pytest.fixture
def binary(tmp_path, monkeypatch):
    """A command that prints this and ends with this code; on standard error it tells what it was given."""

    def prepared(output: object, code: int = 0):
        file = tmp_path / "vivier"
        text = output if isinstance(output, str) else json.dumps(output)
        file.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\n(echo \"$@\"; env; cat) >&2\nexit {code}\n")
        file.chmod(0o755)
        monkeypatch.setattr(vivier, "BINARY", file)

    return prepared


class TestCommandLine:
    def test_an_answer_is_what_the_command_printed(self, stack, binary):
        binary({"tenants": []})
        assert Vivier.operator(stack)("tenants", "list") == {"tenants": []}

    @pytest.mark.parametrize(
        ("output", "code", "status", "word"),
        [
            (PROBLEM, 1, 403, "forbidden"),
            ({"type": "urn:vivier:cli:unreachable", "title": "Nobody."}, 3, 0, "unreachable"),
            ("", 2, 0, ""),
            ("not json", 1, 0, ""),
        ],
    )
    def test_a_refusal_is_an_api_error_with_its_status(self, stack, binary, output, code, status, word):
        binary(output, code)
        with pytest.raises(ApiError) as raised:
            Vivier.operator(stack)("documents", "delete", "d1")
        assert isinstance(raised.value, Refused)
        assert (raised.value.status, raised.value.code) == (status, word)

    def test_work_that_failed_after_the_command_is_told(self, stack, binary):
        binary({"import_id": "i1", "status": "failed"}, 1)
        assert Vivier.operator(stack)("imports", "add", "offers.csv")["status"] == "failed"

    def test_each_caller_has_an_environment_of_its_own(self, stack, binary, monkeypatch):
        monkeypatch.setenv("AWS_SESSION_TOKEN", "the-shells-own")
        binary("no json", 2)
        with pytest.raises(Refused) as raised:
            Vivier.member(stack, "rh@acme.example").login("rh@acme.example", "Temporary-1!", "Lasting-12345!")
        told = str(raised.value)
        assert "--json login --email rh@acme.example --password-stdin" in told
        assert "Temporary-1!\nLasting-12345!" in told
        assert str(stack.folder / "members" / "rh@acme.example") in told
        assert "the-shells-own" not in told and "AWS_SECRET" not in told

    def test_a_command_that_is_not_built_says_what_to_do(self, stack, tmp_path, monkeypatch):
        monkeypatch.setattr(vivier, "BINARY", tmp_path / "nowhere")
        with pytest.raises(RuntimeError, match="make demo"):
            Vivier.operator(stack)("tenants", "list")

    def test_a_line_can_be_pasted(self, tmp_path, monkeypatch):
        monkeypatch.setattr(vivier, "ROOT", tmp_path)
        monkeypatch.setattr(vivier, "BINARY", tmp_path / "target" / "vivier")
        pasted = line("projects", "create", "Une page", VIVIER_API_URL="http://a/b c")
        assert pasted == "VIVIER_API_URL='http://a/b c' target/vivier projects create 'Une page'"


def test_a_shell_reads_the_settings_of_a_stack(stack):
    file = vivier.settings_file(stack)
    assert file.stat().st_mode & 0o777 == 0o600
    shell = ["sh", "-c", f". {shlex.quote(str(file))}; env"]
    told = subprocess.run(shell, env={}, capture_output=True, text=True).stdout
    assert {"VIVIER_STAGE=demo", "VIVIER_API_URL=http://api", "AWS_SECRET_ACCESS_KEY=secret"} <= set(told.splitlines())


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("Identifiant : a@b.example\nMot de passe provisoire : Ab3-aA1!\n\nSe connecter : https://x\n", "Ab3-aA1!"),
        ("User name: a@b.example\nTemporary password: x:y Z\n", None),
        ("User name: a@b.example\r\nTemporary password: x:yZ\r\n", "x:yZ"),
    ],
)
def test_the_password_of_an_invitation(text, password):
    mail = {"Subject": "Vivier", "BodyText": text}
    if password:
        assert temporary_password(mail) == password
    else:
        with pytest.raises(RuntimeError, match="no temporary password"):
            temporary_password(mail)


def test_files_are_there_as_long_as_they_are_needed():
    with on_disk([("Congés.md", b"x")]) as (path,):
        assert (path.name, path.read_bytes()) == ("Congés.md", b"x")
    assert not path.exists()


def test_things_are_named_by_an_id_of_their_kind_or_by_an_id():
    assert identity({"project_id": "p1", "id": "x"}, "project") == "p1"
    assert identity({"id": "m1"}, "member") == "m1"


class TestRights:
    @pytest.mark.parametrize(("status", "code"), [(403, "forbidden"), (404, "not-found"), (401, "unauthorized")])
    def test_an_attempt_says_what_was_answered(self, status, code):
        def colleague(*words):
            raise Refused(words, {"type": f"urn:vivier:problem:{code}", "title": "No.", "status": status}, "")

        assert people.attempt(colleague) == code

    def test_what_is_no_answer_is_none(self):
        def colleague(*words):
            raise Refused(words, {"type": "urn:vivier:cli:unreachable", "title": "Nobody."}, "")

        with pytest.raises(Refused):
            people.attempt(colleague)


class Service(BaseHTTPRequestHandler):
    """A session's first steps, as the service takes them."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, dict(self.headers), body))
        if self.path == "/v1/session":
            answer, cookie = self.server.first, None
        else:
            answer, cookie = {"state": "open", "csrf": "token"}, "__Host-vivier=abc; Secure; HttpOnly; Path=/"
        self.send_response(200)
        if cookie or answer.get("state") == "open":
            self.send_header("Set-Cookie", cookie or "__Host-vivier=abc; Secure; HttpOnly; Path=/")
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def service():
    server = HTTPServer(("127.0.0.1", 0), Service)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


class TestSession:
    def office(self, service, *passwords):
        keys = Keys("key", "secret")
        url = f"http://127.0.0.1:{service.server_port}"
        return BackOffice.login(Stack("demo", url, url, "r", "pool", "client", keys, keys), "rh@a.example", *passwords)

    def test_writes_carry_the_cookie_and_its_token(self, service):
        service.first = {"state": "open", "csrf": "token"}
        self.office(service, "Lasting-12345!").call("POST", "/v1/imports", {})
        _, headers, _ = service.seen[-1]
        assert (headers["Cookie"], headers["X-Vivier-CSRF"]) == ("__Host-vivier=abc", "token")

    def test_a_new_password_is_chosen_where_it_is_asked_for(self, service):
        service.first = {"state": "challenge", "challenge": "new_password", "challenge_id": "c1"}
        self.office(service, "Temporary-1!", "Lasting-12345!")
        assert service.seen[-1][0] == "/v1/session/challenge"
        assert service.seen[-1][2] == {"challenge_id": "c1", "new_password": "Lasting-12345!"}

    def test_what_cannot_be_answered_is_told(self, service):
        service.first = {"state": "challenge", "challenge": "totp", "challenge_id": "c1"}
        with pytest.raises(OperatorError, match="totp"):
            self.office(service, "Lasting-12345!")
