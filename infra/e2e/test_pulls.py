"""Feeds are fetched from partners' servers: what is new goes in once, what is not does not, and nobody is reached that should not be."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncssh
import pytest

from demo.client import Json, Operator, wait_for
from local import certificates

from .api import NOT_FOUND, is_problem, refused_fields
from .feeds import ENDED, FileServer, Partner, basic, expired, finished_run, known, new_feed, pulled, silent_server, waited
from .stage import Stage
from .tenants import Tenant, csv_file, finished_import, offer

MOST_BYTES = 256 * 1024 * 1024
PIN = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"


def some(*references: str, **changes: str) -> bytes:
    return csv_file([offer(reference, **changes) for reference in references])


def fresh() -> str:
    """A name that no source has yet."""
    return f"s-{uuid.uuid4().hex[:12]}"


def failure(run: Json) -> str | None:
    assert run["status"] == "failed", run
    assert (run["import_id"], run["import_url"]) == (None, None)
    return run["failure"]


def brought(tenant: Tenant, source: str) -> list[str]:
    """The references that are open of a source."""
    rows = tenant.sql("SELECT reference FROM offers WHERE source = %s AND status = 'open' ORDER BY 1", source)
    return [reference for (reference,) in rows]


def imports(tenant: Tenant, source: str) -> list[str]:
    """How the imports of a source stand, in the order in which they were announced."""
    return [status for (status,) in tenant.sql("SELECT status FROM imports WHERE source = %s ORDER BY id", source)]


@pytest.fixture(scope="module")
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    return make_tenant("pulls-e2e")


@pytest.fixture(autouse=True)
def _room(tenant: Tenant) -> Iterator[None]:
    """A tenant may have only so many feeds: each test leaves none."""
    yield
    tenant.sql("DELETE FROM feeds")


@pytest.fixture(scope="module")
def partner(stage: Stage) -> Iterator[Partner]:
    server = Partner(known(stage))
    yield server
    server.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    server = FileServer(tmp_path_factory.mktemp("sftp"))
    yield server
    server.close()


class TestHttps:
    def test_a_new_file_goes_in_and_is_found(self, tenant: Tenant, partner: Partner):
        source, content = fresh(), some("P-1", "P-2", title="Verrier d'art")
        feed = new_feed(tenant, partner.put("/new", content), source)
        run = pulled(tenant, feed)
        assert (run["status"], run["cause"], run["bytes"]) == ("imported", "member", len(content)), run
        assert run["import_url"] == f"/v1/imports/{run['import_id']}" and run["duration_ms"] >= 0
        done = finished_import(tenant, run["import_id"])
        assert (done["status"], done["source"], done["counts"]["created"]) == ("succeeded", source, 2), done
        wait_for(lambda: tenant.front.search(q="verrier")["total"] == 2, "the offers in a search", timeout=15)
        assert tenant.back.call("GET", f"/v1/feeds/{feed}/runs")["runs"] == [run]

    @pytest.mark.parametrize("headers", [{}, {"ETag": ""}, {"ETag": "", "Last-Modified": "Thu, 15 Jan 2026 08:00:00 GMT"}])
    def test_the_same_file_does_not(self, tenant: Tenant, partner: Partner, headers: dict[str, str]):
        path, source = f"/{fresh()}", fresh()
        feed = new_feed(tenant, partner.put(path, some("P-1"), headers=headers), source)
        assert finished_import(tenant, pulled(tenant, feed)["import_id"])["status"] == "succeeded"
        again = pulled(tenant, feed)
        assert (again["status"], again["import_id"]) == ("unchanged", None), again
        # By its entity tag it is not even sent; without one it is told by what is in it.
        assert again["bytes"] == (None if headers == {} else len(some("P-1")))
        asked = partner.requests(path)[-1]
        assert ("if-none-match" in asked, "if-modified-since" in asked) == (headers == {}, "Last-Modified" in headers)
        assert imports(tenant, source) == ["succeeded"]

    def test_a_changed_file_does(self, tenant: Tenant, partner: Partner):
        source = fresh()
        feed = new_feed(tenant, partner.put("/changed", some("P-1", "P-2")), source)
        finished_import(tenant, pulled(tenant, feed)["import_id"])
        partner.put("/changed", some("P-2", "P-3"))
        counts = finished_import(tenant, pulled(tenant, feed)["import_id"])["counts"]
        assert (counts["created"], counts["unchanged"], counts["closed"]) == (1, 1, 1)
        assert brought(tenant, source) == ["P-2", "P-3"]

    @pytest.mark.parametrize("packed", ["answer", "file"])
    def test_a_packed_file_is_unpacked(self, tenant: Tenant, partner: Partner, packed: str):
        source, content = fresh(), some("P-1", "P-2")
        kept = {"body": content, "headers": {"Content-Encoding": "gzip"}} if packed == "answer" else {"body": gzip.compress(content)}
        run = pulled(tenant, new_feed(tenant, partner.put(f"/{packed}", **kept), source))
        assert (run["status"], run["bytes"]) == ("imported", len(content)), run
        assert finished_import(tenant, run["import_id"])["counts"]["created"] == 2

    @pytest.mark.parametrize(
        ("credentials", "carried"),
        [
            ({"kind": "basic", "username": "vivier", "password": "été:1"}, basic("vivier", "été:1")),
            ({"kind": "bearer", "token": "abc.def"}, "Bearer abc.def"),
        ],
    )
    def test_credentials(self, tenant: Tenant, partner: Partner, credentials: Json, carried: str):
        address = partner.put(f"/{credentials['kind']}", some("P-1"), authorization=carried)
        feed = new_feed(tenant, address, fresh(), credentials=credentials)
        assert pulled(tenant, feed)["status"] == "imported"
        changed = dict(credentials, **{"token" if credentials["kind"] == "bearer" else "password": "wrong"})
        tenant.back.call("PATCH", f"/v1/feeds/{feed}", {"credentials": changed})
        assert failure(pulled(tenant, feed)) == "not-admitted"

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            ({"status": 404}, "file-not-found"),
            ({"status": 500}, "status-500"),
            ({"body": b""}, "empty-file"),
            ({"body": b"a", "headers": {"Content-Encoding": "br"}}, "encoding-not-supported"),
            ({"body": gzip.compress(b"reference" * 99)[:-9]}, "damaged"),
            ({"body": b"a", "headers": {"Content-Length": str(MOST_BYTES + 1)}}, "too-large"),
        ],
    )
    def test_what_is_no_file(self, tenant: Tenant, partner: Partner, answer: Json, code: str):
        source = fresh()
        assert failure(pulled(tenant, new_feed(tenant, partner.put(f"/{source}", **answer), source))) == code
        assert imports(tenant, source) == []

    def test_a_bomb_is_too_large(self, tenant: Tenant, partner: Partner):
        bomb = gzip.compress(b" " * (MOST_BYTES + 1), compresslevel=1)
        assert failure(pulled(tenant, new_feed(tenant, partner.put("/bomb", bomb), fresh()))) == "too-large"

    def test_a_server_that_falls_silent(self, tenant: Tenant, partner: Partner):
        feed = new_feed(tenant, partner.put("/silent", some("P-1"), part=9), fresh())
        assert failure(pulled(tenant, feed, timeout=120)) == "timeout"
        with silent_server() as port:
            feed = new_feed(tenant, f"https://127.0.0.1:{port}/", fresh())
            assert failure(pulled(tenant, feed, timeout=120)) == "timeout"

    def test_a_certificate_of_nobody_known(self, tenant: Tenant, tmp_path: Path):
        stranger = Partner(certificates.ensure(tmp_path))
        feed = new_feed(tenant, stranger.put("/a", some("P-1")), fresh())
        assert failure(pulled(tenant, feed)) == "tls-failed"
        assert stranger.asked == []
        stranger.close()


class TestReach:
    """Whom a feed may reach: of this machine's addresses the local cloud allows two, and no other."""

    @pytest.fixture(scope="class")
    def inside(self, stage: Stage) -> Iterator[Partner]:
        """A server that no feed may reach; it would answer."""
        server = Partner(known(stage), "127.0.0.2")
        yield server
        server.close()

    @pytest.mark.parametrize("by", ["address", "redirect"])
    def test_a_private_address_is_not_reached(self, tenant: Tenant, partner: Partner, inside: Partner, by: str):
        address = inside.put("/a", some("P-1"))
        if by == "redirect":
            address = partner.put("/inwards", status=302, headers={"Location": address})
        assert failure(pulled(tenant, new_feed(tenant, address, fresh()))) == "address-not-allowed"
        assert inside.asked == []

    @pytest.mark.parametrize(
        "address",
        ["https://169.254.169.254/latest/meta-data/", "https://[::ffff:127.0.0.2]/", "https://10.0.0.1/", "sftp://0x7f.2/a"],
    )
    def test_neither_is_one_that_hides(self, tenant: Tenant, files: FileServer, address: str):
        opened = {"credentials": files.credentials(), "host_keys": [PIN]} if address.startswith("sftp") else {}
        assert failure(pulled(tenant, new_feed(tenant, address, fresh(), **opened))) == "address-not-allowed"

    def test_a_name_is(self, tenant: Tenant, partner: Partner):
        address = partner.put("/named", some("P-1")).replace("127.0.0.1", "localhost")
        assert pulled(tenant, new_feed(tenant, address, fresh()))["status"] == "imported"
        assert failure(pulled(tenant, new_feed(tenant, "https://partner.invalid/", fresh()))) == "host-not-found"

    def test_redirects_are_followed_and_another_server_is_shown_no_secret(self, stage: Stage, tenant: Tenant, partner: Partner):
        elsewhere = Partner(known(stage))
        to = elsewhere.put("/there", some("P-1"))
        partner.put("/second", status=307, headers={"Location": to})
        feed = new_feed(tenant, partner.put("/first", status=301, headers={"Location": "/second"}), fresh(),
                        credentials={"kind": "bearer", "token": "of-the-first"})  # fmt: skip
        assert pulled(tenant, feed)["status"] == "imported"
        assert [h["authorization"] for path in ("/first", "/second") for h in partner.requests(path)] == ["Bearer of-the-first"] * 2
        assert ["authorization" in headers for headers in elsewhere.requests("/there")] == [False]
        elsewhere.close()

    @pytest.mark.parametrize(
        ("location", "code"),
        [("/round", "too-many-redirects"), ("http://127.0.0.1/", "redirect-not-allowed"), ("sftp://127.0.0.1/a", "redirect-not-allowed"),
         ("file:///etc/passwd", "redirect-not-allowed"), ("", "redirect-not-allowed")],
    )  # fmt: skip
    def test_redirects_that_are_not(self, tenant: Tenant, partner: Partner, location: str, code: str):
        address = partner.put("/round", status=302, headers={"Location": location})
        assert failure(pulled(tenant, new_feed(tenant, address, fresh()))) == code


class TestSftp:
    @staticmethod
    def feed(tenant: Tenant, files: FileServer, address: str, **more) -> str:
        opened = {"credentials": files.credentials(), "host_keys": [files.fingerprint]}
        return new_feed(tenant, address, fresh(), **(opened | more))

    @pytest.mark.parametrize("kind", ["password", "private_key"])
    def test_a_new_file_goes_in_and_the_same_is_not_read_again(self, tenant: Tenant, files: FileServer, kind: str):
        content = some("P-1", "P-2") + b"\n" * 100_000
        address = files.put(f"{kind}.csv", content, changed=1_768_000_000)
        feed = self.feed(tenant, files, address, credentials=files.credentials(kind), host_keys=[PIN, files.fingerprint])
        run = pulled(tenant, feed)
        assert (run["status"], run["bytes"]) == ("imported", len(content)), run
        assert finished_import(tenant, run["import_id"])["counts"]["created"] == 2
        read = files.read
        assert pulled(tenant, feed)["status"] == "unchanged" and files.read == read
        # Written anew with the same in it, it is read and is no news.
        files.put(f"{kind}.csv", content, changed=1_768_000_001)
        assert pulled(tenant, feed)["status"] == "unchanged" and files.read > read
        files.put(f"{kind}.csv", some("P-2"), changed=1_768_000_002)
        assert finished_import(tenant, pulled(tenant, feed)["import_id"])["counts"]["closed"] == 1

    @pytest.mark.parametrize("algorithm", ["ecdsa-sha2-nistp256", "ssh-rsa"])
    def test_keys_of_other_kinds(self, tenant: Tenant, tmp_path: Path, algorithm: str):
        server = FileServer(tmp_path, algorithm)
        opened = {"credentials": server.credentials("private_key"), "host_keys": [server.fingerprint]}
        assert pulled(tenant, new_feed(tenant, server.put("a.csv", some("P-1")), fresh(), **opened))["status"] == "imported"
        server.close()

    def test_a_server_with_another_key_is_told_nothing(self, tenant: Tenant, files: FileServer):
        feed = self.feed(tenant, files, files.put("key.csv", some("P-1")), host_keys=[PIN])
        logins = list(files.logins)
        assert failure(pulled(tenant, feed)) == "host-key-mismatch"
        assert files.logins == logins

    @pytest.mark.parametrize("wrong", ["password", "username", "private_key"])
    def test_who_is_not_admitted(self, tenant: Tenant, files: FileServer, wrong: str):
        credentials = files.credentials("private_key" if wrong == "private_key" else "password")
        if wrong == "private_key":
            credentials[wrong] = asyncssh.generate_private_key("ssh-ed25519").export_private_key("pkcs8-pem").decode()
        else:
            credentials[wrong] = "wrong"
        feed = self.feed(tenant, files, files.put("in.csv", some("P-1")), credentials=credentials)
        assert failure(pulled(tenant, feed)) == "not-admitted"

    def test_what_is_no_file(self, tenant: Tenant, files: FileServer):
        missing = files.put("there.csv", some("P-1")).replace("there", "missing")
        assert failure(pulled(tenant, self.feed(tenant, files, missing))) == "file-not-found"
        (files.folder / "folder").mkdir()
        folder = missing.replace("missing.csv", "folder")
        assert failure(pulled(tenant, self.feed(tenant, files, folder))) in ("file-not-found", "protocol-failed")
        with (files.folder / "large.csv").open("wb") as large:
            large.truncate(MOST_BYTES + 1)
        assert failure(pulled(tenant, self.feed(tenant, files, missing.replace("missing", "large")))) == "too-large"

    def test_a_server_that_says_nothing(self, tenant: Tenant, files: FileServer):
        with silent_server() as port:
            feed = self.feed(tenant, files, f"sftp://127.0.0.1:{port}/a.csv")
            assert failure(pulled(tenant, feed, timeout=120)) == "timeout"


class TestSchedules:
    def test_what_is_due_is_fetched_and_what_is_off_is_not(self, stage: Stage, tenant: Tenant, partner: Partner):
        source = fresh()
        feed = new_feed(tenant, partner.put("/due", some("P-1")), source, enabled=True, schedule={"every": "hour"})
        off = new_feed(tenant, partner.put("/off", some("P-1")), fresh())
        runs = lambda: tenant.back.call("GET", f"/v1/feeds/{feed}/runs")["runs"]  # noqa: E731
        stage.tick("feeds")
        ended = wait_for(lambda: [run for run in runs() if run["status"] in ENDED], "the run of a new feed", timeout=30)
        assert [(run["cause"], run["status"]) for run in ended] == [("schedule", "imported")]
        view = tenant.back.call("GET", f"/v1/feeds/{feed}")
        assert view["next_run_at"] > view["created_at"]
        stage.tick("feeds")
        assert len(runs()) == 1 and tenant.back.call("GET", f"/v1/feeds/{off}/runs")["runs"] == []
        tenant.sql("UPDATE feeds SET next_at = now() - interval '3 hours' WHERE id = %s", feed)
        stage.tick("feeds")
        assert wait_for(lambda: len(runs()) == 2 and runs()[0]["status"] in ENDED and runs(), "the next run")[0]["status"] == "unchanged"
        # Hours that were missed are not made up for.
        assert tenant.sql("SELECT next_at > now() FROM feeds WHERE id = %s", feed) == [(True,)]

    def test_what_may_pass_is_tried_again_soon(self, tenant: Tenant, partner: Partner):
        passing = new_feed(tenant, partner.put("/busy", status=503), fresh(), enabled=True)
        final = new_feed(tenant, partner.put("/gone", status=404), fresh(), enabled=True)
        soon = "SELECT next_at < now() + interval '11 minutes', failures FROM feeds WHERE id = %s"
        far = "UPDATE feeds SET next_at = now() + interval '1 day' WHERE id = ANY(%s)"
        for number in (1, 2, 3, 0):
            tenant.sql(far, [passing, final])
            assert failure(pulled(tenant, passing)) == "status-503" and failure(pulled(tenant, final)) == "file-not-found"
            assert tenant.sql(soon, passing) == [(number > 0, number)]
            assert tenant.sql(soon, final) == [(False, 0)]

    def test_two_schedules_at_once_fetch_once(self, stage: Stage, tenant: Tenant, partner: Partner):
        source = fresh()
        feed = new_feed(tenant, partner.put("/once", some("P-1")), source)
        run = tenant.back.call("POST", f"/v1/feeds/{feed}/runs")
        assert tenant.back.call("POST", f"/v1/feeds/{feed}/runs")["run_id"] == run["run_id"]
        threads = [threading.Thread(target=stage.tick, args=("feeds",)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert finished_run(tenant, feed, run["run_id"])["status"] == "imported"
        assert len(partner.requests("/once")) == 1 and len(imports(tenant, source)) == 1


class TestCrashes:
    def test_killed_while_a_file_comes(self, stage: Stage, tenant: Tenant, partner: Partner):
        source, path = fresh(), f"/{fresh()}"
        feed = new_feed(tenant, partner.put(path, some("P-1", "P-2"), part=20), source)
        run = tenant.back.call("POST", f"/v1/feeds/{feed}/runs")["run_id"]
        dying = threading.Thread(target=fired, args=(stage,))
        dying.start()
        waited(lambda: partner.requests(path), "the first request")
        stage.kill("feeds")
        dying.join()
        partner.answers[path].released.set()
        assert imports(tenant, source) == []
        expired(tenant)
        ended = finished_run(tenant, feed, run)
        assert ended["status"] == "imported" and len(partner.requests(path)) == 2
        assert finished_import(tenant, ended["import_id"])["counts"]["created"] == 2
        assert imports(tenant, source) == ["succeeded"] and pulled(tenant, feed)["status"] == "unchanged"

    @pytest.mark.parametrize("killed", ["before the file is there", "after the file is there"])
    def test_killed_while_the_file_is_handed_in(self, stage: Stage, tenant: Tenant, partner: Partner, killed: str):
        """As a run leaves things that was ended between two of its steps."""
        source, path, content = fresh(), f"/{fresh()}", some("P-1", "P-2")
        feed = new_feed(tenant, partner.put(path, content), source)
        run = tenant.back.call("POST", f"/v1/feeds/{feed}/runs")["run_id"]
        announced = tenant.back.call("POST", "/v1/imports", {"format": "csv", "source": source, "size": len(content)})
        sha256 = hashlib.sha256(content).digest()
        tenant.sql(
            "UPDATE feed_runs SET status = 'running', attempts = 1, started_at = now(), import_id = %s, bytes = %s, sha256 = %s,"
            " lease_until = now() - interval '1 second' WHERE id = %s", announced["import_id"], len(content), sha256, run
        )  # fmt: skip
        there = killed.startswith("after")
        if there:
            tenant.back.upload(announced["upload"], content)
        ended = finished_run(tenant, feed, run)
        assert ended["status"] == "imported", ended
        assert (ended["import_id"] == announced["import_id"]) == there
        assert finished_import(tenant, ended["import_id"])["counts"]["created"] == 2
        assert len(partner.requests(path)) == (0 if there else 1)
        assert imports(tenant, source) == (["succeeded"] if there else ["failed", "succeeded"])
        assert pulled(tenant, feed)["status"] == "unchanged"
        if not there:
            # The address that was given out works still, and what comes by it is nobody's any more.
            tenant.back.upload(announced["upload"], content)
            stage.tick("offers")
            assert imports(tenant, source) == ["failed", "succeeded"]

    def test_what_ends_every_process_ends(self, tenant: Tenant, partner: Partner):
        feed = new_feed(tenant, partner.put("/deadly", some("P-1")), fresh())
        run = tenant.back.call("POST", f"/v1/feeds/{feed}/runs")["run_id"]
        tenant.sql("UPDATE feed_runs SET status = 'running', attempts = 5, lease_until = now() WHERE id = %s", run)
        assert failure(finished_run(tenant, feed, run)) == "attempts-exhausted"
        assert partner.requests("/deadly") == []

    def test_changed_or_removed_under_way(self, stage: Stage, tenant: Tenant, partner: Partner):
        for change in ("PATCH", "DELETE"):
            source, path = fresh(), f"/{fresh()}"
            feed = new_feed(tenant, partner.put(path, some("P-1"), part=20), source)
            run = tenant.back.call("POST", f"/v1/feeds/{feed}/runs")["run_id"]
            running = threading.Thread(target=fired, args=(stage,))
            running.start()
            waited(lambda path=path: partner.requests(path), "the first request")
            other = partner.put(f"{path}-other", some("P-9"))
            tenant.back.call(change, f"/v1/feeds/{feed}", {"address": other} if change == "PATCH" else None)
            partner.answers[path].released.set()
            running.join()
            assert imports(tenant, source) == []
            if change == "PATCH":
                assert failure(tenant.back.call("GET", f"/v1/feeds/{feed}/runs/{run}")) == "feed-changed"
                assert finished_import(tenant, pulled(tenant, feed)["import_id"])["status"] == "succeeded"
                assert brought(tenant, source) == ["P-9"]


def fired(stage: Stage) -> None:
    """Fires the schedule; the function may be killed meanwhile."""
    try:
        stage.tick("feeds")
    except Exception:  # noqa: BLE001 - whatever the cloud says of a process that died
        return


class TestSecrets:
    SECRET = "sesame-" + uuid.uuid4().hex

    def named(self, stage: Stage, tenant: Tenant) -> list[str]:
        """The texts of the tenant's secrets, as the administrator reads them."""
        client, prefix = stage.client("secretsmanager"), f"vivier/{stage.name}/feeds/{tenant.simple}/"
        pages = client.get_paginator("list_secrets").paginate()
        names = [one["Name"] for page in pages for one in page["SecretList"] if one["Name"].startswith(prefix)]
        return [client.get_secret_value(SecretId=name)["SecretString"] for name in names]

    def test_are_kept_apart_and_never_told(self, stage: Stage, make_tenant: Callable[..., Tenant], partner: Partner, operator: Operator):
        tenant = make_tenant("pulls-secrets")
        address = partner.put("/secret", some("P-1"), authorization=f"Bearer {self.SECRET}")
        body = {"source": "secret", "format": "csv", "address": address, "schedule": {"every": "hour"}, "enabled": False,
                "credentials": {"kind": "bearer", "token": self.SECRET}}  # fmt: skip
        key = {"Idempotency-Key": str(uuid.uuid4())}
        answers = [tenant.member.send("POST", "/v1/feeds", json=body, headers=key) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
        feed = answers[0].json()["feed_id"]
        assert answers[1].json()["feed_id"] == feed and answers[0].json()["credentials"] == "bearer"
        assert [json.loads(text)["token"] for text in self.named(stage, tenant)] == [self.SECRET]
        assert pulled(tenant, feed)["status"] == "imported"
        assert "secretsmanager" not in (answers[0].text + answers[1].text)
        answers += [tenant.member.get(path) for path in ("/v1/feeds", f"/v1/feeds/{feed}", f"/v1/feeds/{feed}/runs", "/v1/audit")]
        answers.append(tenant.member.send("PATCH", f"/v1/feeds/{feed}", json={"credentials": {"kind": "bearer", "token": self.SECRET + "\n"}}))
        assert answers[-1].status_code == 400 and refused_fields(answers[-1]) == {"credentials.token": "invalid"}
        assert not [answer.url for answer in answers if self.SECRET in answer.text]
        stored = [tenant.sql(f"SELECT t::text FROM {table} t") for table in ("feeds", "feed_runs", "feed_secrets", "imports")]
        assert all(stored[:3]) and self.SECRET not in str(stored)
        requests_table = stage.client("dynamodb").get_paginator("scan").paginate(TableName=f"vivier-{stage.name}-requests")
        assert self.SECRET not in str(list(requests_table))
        logs = [file.read_text(errors="replace") for file in stage.running.stack.logs.glob("vivier-*.log")]
        assert logs and not any(self.SECRET in log for log in logs)
        # Another takes its place, then none, and a tenant that goes takes its own along.
        tenant.back.call("PATCH", f"/v1/feeds/{feed}", {"credentials": {"kind": "bearer", "token": "other"}})
        assert [json.loads(text)["token"] for text in self.named(stage, tenant)] == ["other"]
        assert failure(pulled(tenant, feed)) == "not-admitted"
        tenant.back.call("PATCH", f"/v1/feeds/{feed}", {"credentials": None})
        assert self.named(stage, tenant) == [] and tenant.sql("SELECT * FROM feed_secrets") == []
        tenant.back.call("PATCH", f"/v1/feeds/{feed}", {"credentials": {"kind": "bearer", "token": "last"}})
        tenant.back.call("DELETE", f"/v1/feeds/{feed}")
        assert self.named(stage, tenant) == [] and tenant.sql("SELECT * FROM feed_secrets") == []
        new_feed(tenant, address, "again", credentials={"kind": "bearer", "token": "last"})
        assert len(self.named(stage, tenant)) == 1
        operator.invoke("tenants", {"operation": "delete", "slug": tenant.slug, "confirm": tenant.slug})
        assert self.named(stage, tenant) == []

    def test_a_key_in_a_query_is_used_and_not_shown(self, stage: Stage, tenant: Tenant, partner: Partner):
        key, place = "sesame-" + uuid.uuid4().hex, f"/{fresh()}"
        address = partner.put(f"{place}?site=7&key={key}", some("P-1"))
        shown = f"{partner.origin}{place}?site=***&key=***"
        body = {"source": fresh(), "format": "csv", "address": address, "schedule": {"every": "hour"}, "enabled": False}
        answers = [tenant.member.send("POST", "/v1/feeds", json=body)]
        path = f"/v1/feeds/{answers[0].json()['feed_id']}"
        # Sent back as it is shown, it stays what it is.
        answers.append(tenant.member.send("PATCH", path, json={"address": shown, "schedule": {"every": "day", "hour": 4}}))
        answers.append(tenant.member.get(path))
        assert [answer.json()["address"] for answer in answers] == [shown] * 3
        other = tenant.member.send("PATCH", path, json={"address": shown.replace("site=***", "site=8")})
        assert refused_fields(other) == {"address": "hides-something"}
        assert pulled(tenant, path.rsplit("/", 1)[1])["status"] == "imported"
        answers += [other, *(tenant.member.get(one) for one in ("/v1/feeds", f"{path}/runs", "/v1/audit"))]
        assert not [answer.url for answer in answers if key in answer.text]
        logs = [file.read_text(errors="replace") for file in stage.running.stack.logs.glob("vivier-*.log")]
        assert logs and not any(key in log for log in logs)

    def test_one_that_no_feed_names_goes(self, stage: Stage, tenant: Tenant):
        """As a request leaves it that was ended half-way."""
        stray, young = uuid.uuid4(), uuid.uuid4()
        name = f"vivier/{stage.name}/feeds/{tenant.simple}/{stray.hex}"
        stage.client("secretsmanager").create_secret(Name=name, SecretString="{}")
        tenant.sql("INSERT INTO feed_secrets VALUES (%s, now() - interval '1 hour'), (%s, now())", stray, young)
        known = lambda: {one for (one,) in tenant.sql("SELECT id FROM feed_secrets WHERE id = ANY(%s)", [stray, young])}  # noqa: E731

        def swept() -> bool:
            stage.tick("feeds")
            return known() == {young}

        wait_for(swept, "the removal of a secret that nobody needs", timeout=30)
        assert "{}" not in self.named(stage, tenant)

    def test_do_not_follow_a_feed_to_another_server(self, tenant: Tenant, partner: Partner):
        feed = new_feed(tenant, partner.put("/mine", some("P-1")), fresh(), credentials={"kind": "bearer", "token": "mine"})
        answer = tenant.member.send("PATCH", f"/v1/feeds/{feed}", json={"address": "https://thief.example/"})
        assert answer.status_code == 400 and refused_fields(answer) == {"credentials": "required-at-another-server"}
        assert tenant.back.call("GET", f"/v1/feeds/{feed}")["address"].endswith("/mine")


class TestTenants:
    def test_a_schedule_mixes_none(self, stage: Stage, make_tenant: Callable[..., Tenant], partner: Partner):
        feeds, one, two = {}, make_tenant("pulls-one-e2e"), make_tenant("pulls-two-e2e")
        for tenant in (one, two):
            path, carried = f"/of-{tenant.slug}", f"Bearer of-{tenant.slug}"
            address = partner.put(path, some(f"PULL-{tenant.slug}"), authorization=carried)
            feeds[tenant.slug] = new_feed(tenant, address, "pulled", credentials={"kind": "bearer", "token": f"of-{tenant.slug}"})
            tenant.back.call("POST", f"/v1/feeds/{feeds[tenant.slug]}/runs")
        stage.tick("feeds")
        for tenant, other in ((one, two), (two, one)):
            runs = lambda: tenant.back.call("GET", f"/v1/feeds/{feeds[tenant.slug]}/runs")["runs"]  # noqa: B023, E731
            run = wait_for(lambda: runs()[0]["status"] in ENDED and runs()[0], "the run of each tenant", timeout=30)
            assert run["status"] == "imported", run
            assert finished_import(tenant, run["import_id"])["status"] == "succeeded"
            assert brought(tenant, "pulled") == [f"PULL-{tenant.slug}"]
            is_problem(other.member.send("GET", f"/v1/imports/{run['import_id']}"), NOT_FOUND)


    def test_one_whose_server_is_slow_keeps_nobody_waiting(self, stage: Stage, make_tenant: Callable[..., Tenant], partner: Partner):
        slow, quick = make_tenant("pulls-slow-e2e"), make_tenant("pulls-quick-e2e")
        path = f"/{fresh()}"

        def asked(tenant: Tenant, address: str, source: str) -> str:
            """A run of a new feed, and where it is read."""
            feed = new_feed(tenant, address, source)
            return f"/v1/feeds/{feed}/runs/{tenant.back.call('POST', f'/v1/feeds/{feed}/runs')['run_id']}"

        stuck = asked(slow, partner.put(path, some("SLOW"), part=9), "slow")
        # More than one: whoever comes first, the slow server's turn comes before the second.
        runs = [asked(quick, partner.put(f"{path}-{n}", some(f"QUICK-{n}")), f"quick-{n}") for n in range(3)]
        serving = threading.Thread(target=fired, args=(stage,))
        serving.start()
        done = lambda: all(quick.back.call("GET", run)["status"] == "imported" for run in runs)  # noqa: E731
        waited(done, "the runs of the other", seconds=15)
        waited(lambda: partner.requests(path), "the request that the slow server keeps waiting")
        assert slow.back.call("GET", stuck)["status"] == "running"
        partner.answers[path].released.set()
        serving.join()
        assert slow.back.call("GET", stuck)["status"] == "imported"


class TestApi:
    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"address": "http://partner.example/a"}, {"address": "scheme-not-supported"}),
            ({"address": "https://user:word@partner.example/a"}, {"address": "holds-credentials"}),
            ({"address": "ftp://partner.example/a"}, {"address": "scheme-not-supported"}),
            ({"address": "sftp://partner.example/"}, {"address": "names-no-file"}),
            ({"address": "https://partner.example/a?key=***"}, {"address": "hides-something"}),
            ({"address": "sftp://partner.example/a"}, {"credentials": "required", "host_keys": "required"}),
            ({"host_keys": [PIN]}, {"host_keys": "not-for-this-address"}),
            ({"schedule": {"every": "day"}}, {"schedule.hour": "required"}),
            ({"schedule": {"every": "day", "hour": 24}}, {"schedule.hour": "out-of-range"}),
            ({"schedule": {"every": "minute"}}, {"schedule.every": "invalid"}),
            ({"credentials": {"kind": "password", "username": "a", "password": "b"}}, {"credentials.kind": "not-for-this-address"}),
            ({"source": "Partner"}, {"source": "invalid"}),
            ({"format": "xls"}, {"format": "invalid"}),
        ],
    )
    def test_bad_input_changes_nothing(self, tenant: Tenant, change: Json, fields: dict[str, str]):
        good = {"source": fresh(), "format": "csv", "address": "https://partner.example/a", "schedule": {"every": "hour"}, "enabled": False}
        before = tenant.sql("SELECT count(*) FROM feeds"), tenant.sql("SELECT count(*) FROM feed_secrets")
        answer = tenant.member.send("POST", "/v1/feeds", json=good | change)
        assert answer.status_code == 400 and refused_fields(answer) == fields, answer.text
        assert (tenant.sql("SELECT count(*) FROM feeds"), tenant.sql("SELECT count(*) FROM feed_secrets")) == before

    def test_a_feed_is_entered_changed_and_removed(self, tenant: Tenant):
        source, before = fresh(), "https://partner.invalid/a?site=7"
        feed = new_feed(tenant, before, source)
        path = f"/v1/feeds/{feed}"
        taken = {"source": source, "format": "csv", "address": "https://b.example/", "schedule": {"every": "hour"}}
        answer = tenant.member.send("POST", "/v1/feeds", json=taken)
        is_problem(answer, ("urn:vivier:problem:conflict", 409))
        assert refused_fields(answer) == {"source": "taken"}
        changed = tenant.back.call("PATCH", path, {"format": "hello-work", "schedule": {"every": "day", "hour": 23}})
        assert changed == tenant.back.call("GET", path)
        assert (changed["address"], changed["format"], changed["next_run_at"]) == (before.replace("7", "***"), "hello-work", None)
        assert changed["schedule"] == {"every": "day", "hour": 23}
        assert tenant.back.call("DELETE", path) is None
        for method in ("GET", "PATCH", "DELETE"):
            is_problem(tenant.member.send(method, path, json={}), NOT_FOUND)

    def test_there_are_only_so_many(self, make_tenant: Callable[..., Tenant]):
        tenant = make_tenant("pulls-many")
        for number in range(50):
            new_feed(tenant, "https://partner.invalid/", f"s-{number}")
        body = {"source": "more", "format": "csv", "address": "https://partner.invalid/", "schedule": {"every": "hour"}}
        is_problem(tenant.member.send("POST", "/v1/feeds", json=body), ("urn:vivier:problem:limit-reached", 409))
        pages = [tenant.back.call("GET", "/v1/feeds", limit=30)]
        pages.append(tenant.back.call("GET", "/v1/feeds", limit=30, cursor=pages[0]["next_cursor"]))
        assert [feed["source"] for page in pages for feed in page["feeds"]] == [f"s-{number}" for number in range(50)]
        assert pages[1]["next_cursor"] is None
