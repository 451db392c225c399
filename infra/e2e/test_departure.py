"""A tenant leaves (K3.4a): everything it has goes along, and comes in elsewhere unaltered; nothing is destroyed before it was acknowledged;
what is destroyed is certified, and one changed byte of that is refused."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import subprocess
import threading
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from demo import data
from demo.client import Operator, OperatorError, wait_for
from demo.vivier import BINARY

from . import alerts, belongings, canaries, privacy, tenants
from .api import Api, is_problem, refused_fields
from .figures import goes_off
from .privacy import decoded
from .stage import POOL, Stage
from .tenants import Tenant

OFFERS = 30
DESTROYED = ["doors", "user_pool", "sessions_requests_ledger", "usage_plan", "records", "tasks", "conversations", "bucket_and_index",
             "key_of_bucket_and_conversations", "secrets_and_keys", "database", "shared_database", "registry_and_host_name"]  # fmt: skip


def departure(operator: Operator, operation: str, slug: str, **more: object) -> dict:
    return operator.invoke("departure", {"operation": operation, "tenant": slug, **more})


def begin(operator: Operator, slug: str) -> dict:
    return departure(operator, "begin", slug, confirm=slug, hand_over_requests=True)


def destroy(operator: Operator, slug: str) -> dict:
    return operator.invoke("tenants", {"operation": "destroy", "slug": slug, "confirm": slug})


def delivered(operator: Operator, slug: str) -> dict:
    """Goes on with the bundle until it is made, whatever else goes on with it."""

    def made() -> dict | None:
        with suppress(OperatorError):
            departure(operator, "run", slug)
        standing = departure(operator, "show", slug)
        return standing if standing["state"] == "delivered" and not standing["parts"] else None

    return wait_for(made, "the bundle", timeout=180, every=0.5)


def bundle_of(stage: Stage, tenant: Tenant) -> bytes:
    return stage.client("s3").get_object(Bucket=tenant.bucket, Key="departure/bundle.zip")["Body"].read()


def call_off(operator: Operator, slug: str) -> None:
    """Lets what an interrupted run left behind be removed."""
    with suppress(OperatorError):
        departure(operator, "cancel", slug)
    tenants.release_all(operator, slug)
    with suppress(OperatorError):
        destroy(operator, slug)


@dataclass
class Bundle:
    """An archive, read."""

    content: bytes
    entries: dict[str, bytes] = field(init=False)
    manifest: dict = field(init=False)

    def __post_init__(self) -> None:
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            self.entries = {name: archive.read(name) for name in archive.namelist()}
        self.manifest = json.loads(self.entries["manifest.json"])

    @property
    def data(self) -> dict[str, bytes]:
        """What is no tenant's own."""
        return {name: content for name, content in self.entries.items() if name not in [*self.manifest["own"], "manifest.json"]}

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.entries[name].decode(), newline="")))


def furnished(stage: Stage, operator: Operator, tenant: Tenant) -> None:
    """Some of everything that a tenant can have."""
    tenant.notes["rows"] = data.offers("croutefranche", count=OFFERS)
    tenant.notes["questions"] = data.questions("croutefranche")
    tenant.notes["import_ids"] = [tenant.back.start_import("csv", tenants.csv_file(tenant.notes["rows"]))]
    tenants.finished_import(tenant, tenant.notes["import_ids"][0])
    tenants.bring_documents(tenant, data.documents("croutefranche")[:3])
    wait_for(lambda: tenant.front.search()["total"] == OFFERS, "the first index", timeout=20)
    belongings.furnish(tenant)
    email = alerts.saved(stage, tenant)
    stage.forget_askers(tenant.tenant_id)
    other = alerts.saved(stage, tenant)
    tenant.notes["alert"] = email
    # One person's erasure: the ledger has a receipt.
    tenant.back.call("POST", "/v1/data-requests", {"kind": "erasure", "email": other, "language": "fr"})
    wait_for(lambda: (privacy.run(operator, tenant), privacy.ledger(tenant))[1], "a receipt", timeout=60)
    wait_for(lambda: sum(tenant.counts().values()) > 0, "events", timeout=60)
    tenant.back.call("PUT", "/v1/statistics/time-zone", {"time_zone": "Indian/Reunion"})
    tenants.vectors_follow(tenant)


@pytest.fixture(scope="module")
def leaving(stage: Stage, operator: Operator) -> Iterator[tuple[Tenant, Bundle]]:
    """A tenant with everything, whose bundle can be fetched."""
    slug = "partant-e2e"
    call_off(operator, slug)
    tenant = tenants.create(stage, operator, slug)
    furnished(stage, operator, tenant)
    tenant.notes["reader"] = tenant.person("reader")
    with pytest.raises(OperatorError, match="requests-open"):
        departure(operator, "begin", slug, confirm=slug)
    assert tenant.front.search()["total"] == OFFERS, "nothing has changed"
    begin(operator, slug)
    delivered(operator, slug)
    tenant.token = stage.login(tenant.email, tenant.password)["AccessToken"]
    place = tenant.member.send("POST", "/v1/departure/download")
    assert place.status_code == 200, place.text
    content = requests.get(place.json()["url"], timeout=60).content
    assert hashlib.sha256(content).hexdigest() == place.json()["sha256"] and len(content) == place.json()["bytes"]
    yield tenant, Bundle(content)
    call_off(operator, slug)
    tenants.delete(operator, slug)


@pytest.fixture
def empty(stage: Stage, operator: Operator) -> Iterator[Callable[[str], Tenant]]:
    """Makes tenants without anything in them."""
    made = []

    def make(slug: str) -> Tenant:
        call_off(operator, slug)
        made.append(slug)
        return tenants.create(stage, operator, slug)

    yield make
    for slug in made:
        call_off(operator, slug)
        tenants.delete(operator, slug)


def forged(bundle: Bundle, more: dict[str, bytes], without: tuple[str, ...] = ()) -> bytes:
    """A bundle with more entries and without some, and a manifest that fits them and calls nothing the tenant's own."""
    entries = {name: content for name, content in bundle.entries.items() if name not in ("manifest.json", *without)} | more
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(entries.items())}
    manifest = bundle.manifest | {
        "own": [],
        "entries": [{"name": name, "sha256": digest, "bytes": len(entries[name])} for name, digest in digests.items()],
        "data_sha256": hashlib.sha256("".join(f"{digest}  {name}\n" for name, digest in digests.items()).encode()).hexdigest(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in digests:
            archive.writestr(name, entries[name])
        archive.writestr("manifest.json", json.dumps(manifest))
    return out.getvalue()


def taken_in(operator: Operator, slug: str, content: bytes) -> dict:
    place = departure(operator, "upload", slug, bytes=len(content))
    headers = {name: value for name, value in place["headers"] if name.lower() not in ("host", "content-length")}
    sent = requests.put(place["url"], data=content, headers=headers, timeout=60)
    assert sent.ok, sent.text
    return operator.invoke("tenants", {"operation": "import", "slug": slug})


class TestBundle:
    def test_every_entry_is_as_the_manifest_says(self, leaving: tuple[Tenant, Bundle]):
        _, bundle = leaving
        listed = bundle.manifest["entries"]
        assert [entry["name"] for entry in listed] + ["manifest.json"] == list(bundle.entries)
        for entry in listed:
            content = bundle.entries[entry["name"]]
            assert (hashlib.sha256(content).hexdigest(), len(content)) == (entry["sha256"], entry["bytes"]), entry["name"]
            if entry["name"].endswith(".csv"):
                assert len(bundle.rows(entry["name"])) == entry["rows"], entry["name"]

    def test_every_row_file_and_item_is_in_it(self, stage: Stage, leaving: tuple[Tenant, Bundle]):
        tenant, bundle = leaving
        out = {(row["store"], row["table"]) for row in bundle.rows("left-out.csv") if row["in_bundle"] == "no"}
        names = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
        filled = 0
        for store, ask in (("silo", tenant.sql), ("pool", lambda sql: tenant.pool(sql, role="departure"))):
            for (table,) in ask(names):
                if (store, table) in out:
                    assert f"data/{store}/{table}.csv" not in bundle.entries
                    continue
                rows = len(bundle.rows(f"data/{store}/{table}.csv"))
                # What members do while the tenant leaves is entered in the log behind what was packed.
                if table not in ("audit_log", "audit_chains", "purge_reports"):
                    assert rows == ask(f"SELECT count(*) FROM {table}")[0][0], table
                filled += rows > 0
        assert filled >= 20, "the tenant has hardly anything"
        files = {one["Key"] for one in stage.client("s3").list_objects_v2(Bucket=tenant.bucket)["Contents"]}
        kept = {key for key in files if not key.startswith(("departure/", "copies/", "erasures/"))}
        assert kept and kept == {name.removeprefix("files/") for name in bundle.entries if name.startswith("files/")}
        kinds = {row["kind"] for row in bundle.rows("data/conversations.csv")}
        assert {"session", "message"} <= kinds and "resume_token" not in kinds
        assert {"member", "project", "roles", "key", "settings_published"} <= {row["kind"] for row in bundle.rows("data/records.csv")}
        assert len(bundle.rows("data/ledger.csv")) == 2 and bundle.rows("data/tasks.csv")
        assert tenant.email in {row["email"] for row in bundle.rows("accounts.csv")}

    def test_it_says_what_columns_mean_and_how_they_hang_together(self, leaving: tuple[Tenant, Bundle]):
        _, bundle = leaving
        told = {(row["file"], row["column"]): row for row in bundle.rows("dictionary.csv")}
        for name in bundle.entries:
            if not name.startswith(("data/silo/", "data/pool/")):
                continue
            for column in bundle.entries[name].decode().split("\n", 1)[0].split(","):
                row = told[name, column]
                assert row["en"] and row["fr"] and row["type"], (name, column)
        links = {(row["file"], row["refers_to_file"]) for row in bundle.rows("relations.csv")}
        assert ("data/silo/import_errors.csv", "data/silo/imports.csv") in links
        assert all(one in bundle.entries for link in links for one in link)

    def test_nothing_in_the_data_says_whose_it_is_or_opens_anything(self, stage: Stage, leaving: tuple[Tenant, Bundle]):
        tenant, bundle = leaving
        secrets = [f"token-of-{tenant.slug}", tenant.key, stage.secret(tenant.database)["password"]]
        for name, content in bundle.entries.items():
            for secret in secrets:
                assert secret.encode() not in content, f"a secret is in {name}"
        for name, content in bundle.data.items():
            if not name.startswith("files/"):
                assert tenant.tenant_id.encode() not in content and tenant.simple.encode() not in content, name


class TestLeaving:
    def test_candidates_and_members_are_shut_out_but_for_what_they_take_along(self, leaving: tuple[Tenant, Bundle]):
        tenant, _ = leaving
        tenants.decided(lambda: tenant.candidate.get("/v1/offers").status_code == 401, "nobody lets candidates in")
        for method, path in (("GET", "/v1/imports"), ("POST", "/v1/projects"), ("GET", "/v1/members"), ("PUT", "/v1/password")):
            answer = tenant.member.send(method, path, json=None if method == "GET" else {"name": "x"})
            assert answer.status_code == 403, f"{method} {path}: {answer.status_code}"
        standing = tenant.member.get("/v1/departure")
        assert standing.status_code == 200 and standing.json()["state"] == "delivered", standing.text

    def test_it_takes_the_right(self, leaving: tuple[Tenant, Bundle]):
        reader = leaving[0].notes["reader"].bearer
        for method, path, body in (("GET", "", None), ("POST", "/download", None), ("POST", "/acknowledgement", {"sha256": "0" * 64})):
            assert reader.send(method, f"/v1/departure{path}", json=body).status_code == 403

    def test_nothing_is_destroyed_before_it_was_acknowledged(self, stage: Stage, operator: Operator, leaving: tuple[Tenant, Bundle]):
        tenant, _ = leaving
        with pytest.raises(OperatorError, match="not-acknowledged"):
            destroy(operator, tenant.slug)
        with pytest.raises(OperatorError, match="departure-begun"):
            operator.invoke("tenants", {"operation": "delete", "slug": tenant.slug, "confirm": tenant.slug})
        assert tenant.sql("SELECT count(*) FROM offers")[0][0] == OFFERS
        assert tenant.member.get("/v1/departure").json()["state"] == "delivered"

    def test_another_file_is_not_acknowledged(self, leaving: tuple[Tenant, Bundle]):
        answer = leaving[0].member.send("POST", "/v1/departure/acknowledgement", json={"sha256": "0" * 64})
        assert answer.status_code == 400 and list(refused_fields(answer)) == ["sha256"], answer.text

    @pytest.mark.parametrize(("day", "due", "overdue"), [(50, 0, 0), (51, 1, 0), (60, 1, 0), (61, 1, 1)])
    def test_the_days_that_are_left_are_told(self, stage: Stage, leaving: tuple[Tenant, Bundle], day: int, due: int, overdue: int):
        tenant, _ = leaving
        table, key = f"vivier-{stage.name}-departures", {"pk": {"S": "departures"}, "sk": {"S": f"tenant#{tenant.tenant_id}"}}
        dynamodb = stage.client("dynamodb")
        item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        value = json.loads(item["value"]["S"])
        # On the sixty-first day, sixty days lie behind.
        ago = (day - 1) * 86_400 + 60
        moved = {"begun_at": stamp(-ago), "due_at": stamp(60 * 86_400 - ago)}
        dynamodb.put_item(TableName=table, Item=item | {"value": {"S": json.dumps(value | moved)}})
        try:
            told = stage.tick("departure")
            assert (told["due"], told["overdue"]) == (due, overdue), told
            off = lambda: tuple(goes_off(stage, f"departures-{name}", "departure") for name in ("due", "overdue"))  # noqa: E731
            wait_for(lambda: off() == (due > 0, overdue > 0), "its figures", timeout=10)
        finally:
            dynamodb.put_item(TableName=table, Item=item)


def stamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


class TestRoundTrip:
    def test_a_second_bundle_is_the_same_byte_by_byte(self, stage: Stage, operator: Operator, leaving: tuple[Tenant, Bundle], empty):
        tenant, first = leaving
        other = empty("arrivant-e2e")
        came = taken_in(operator, other.slug, first.content)
        assert came["taken_in"] and came["rows"] > 100 and came["items"] > 10 and came["files"] > 3, came
        begin(operator, other.slug)
        delivered(operator, other.slug)
        second = Bundle(bundle_of(stage, other))
        assert list(second.data) == list(first.data)
        changed = [name for name in first.data if first.data[name] != second.data[name]]
        assert changed == []
        assert second.manifest["data_sha256"] == first.manifest["data_sha256"]
        assert second.manifest["tenant"]["time_zone"] == "Indian/Reunion"
        assert second.manifest["tenant"]["tenant_id"] == other.tenant_id

    def test_what_came_in_is_served(self, stage: Stage, operator: Operator, leaving: tuple[Tenant, Bundle], empty):
        other = empty("servi-e2e")
        taken_in(operator, other.slug, leaving[1].content)
        operator.invoke("tenants", {"operation": "enable", "slug": other.slug})
        key = operator.invoke("tenants", {"operation": "rotate_key", "slug": other.slug})["publishable_key"]
        candidate = Api(stage.stack.api_url, {"X-Vivier-Key": key})
        found = wait_for(lambda: (a := candidate.get("/v1/offers")).status_code == 200 and a.json(), "a search", timeout=30)
        assert found["total"] == OFFERS
        again = operator.invoke("tenants", {"operation": "import", "slug": other.slug})
        assert not again["taken_in"], "what is done is not done again"

    def test_it_goes_into_no_tenant_that_has_something(self, operator: Operator, leaving: tuple[Tenant, Bundle], empty):
        other = empty("occupe-e2e")
        tenants.bring_offers(other, "csv", tenants.csv_file([tenants.offer("A-1")]))
        with pytest.raises(OperatorError, match="not-empty"):
            taken_in(operator, other.slug, leaving[1].content)
        assert other.sql("SELECT count(*) FROM offers")[0][0] == 1

    def test_one_changed_byte_is_not_taken_in(self, operator: Operator, leaving: tuple[Tenant, Bundle], empty):
        other = empty("altere-e2e")
        content = bytearray(leaving[1].content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            place = archive.getinfo("data/silo/offers.csv")
        # In the middle of what the offers are packed as.
        content[place.header_offset + 30 + place.compress_size // 2] ^= 1
        with pytest.raises(OperatorError, match="bundle-refused"):
            taken_in(operator, other.slug, bytes(content))
        assert other.sql("SELECT count(*) FROM offers")[0][0] == 0

    @pytest.mark.parametrize(
        ("name", "content"),
        [("data/pool/tenants.csv", b"id,time_zone\n00000000-0000-0000-0000-000000000000,Europe/Paris\n"),
         ("data/pool/refinery_schema_history.csv", b"version\n1\n"), ("data/silo/refinery_schema_history.csv", b"version\n1\n"),
         ("files/copies/01920000-0000-7000-8000-000000000001", b"x"), ("files/erasures/00000000000000000009", b"")],
        ids=["all tenants", "shared schema", "own schema", "a copy", "a mark"],
    )  # fmt: skip
    def test_what_no_bundle_takes_along_is_not_taken_in(
        self, stage: Stage, operator: Operator, leaving: tuple[Tenant, Bundle], empty, name: str, content: bytes
    ):
        """Whoever sends a bundle may have written it, its manifest too."""
        other = empty("forge-e2e")
        with stage.connect(POOL) as connection:
            before = connection.execute("SELECT id FROM tenants ORDER BY id").fetchall()
            with pytest.raises(OperatorError, match="bundle-refused"):
                taken_in(operator, other.slug, forged(leaving[1], {name: content}))
            assert connection.execute("SELECT id FROM tenants ORDER BY id").fetchall() == before, "nobody else's rows went"

    def test_what_proves_is_not_taken_in_whatever_the_manifest_says(
        self, operator: Operator, leaving: tuple[Tenant, Bundle], empty
    ):
        other = empty("preuve-e2e")
        assert taken_in(operator, other.slug, forged(leaving[1], {}))["taken_in"]
        assert other.sql("SELECT seq FROM erasures_applied") == [(0,)]

    def test_figures_of_an_older_version(self, operator: Operator, leaving: tuple[Tenant, Bundle], empty):
        """It had no packed figures and no whole months: months of offers were rows like days."""
        offer, project, whole = str(uuid.uuid4()), str(uuid.uuid4()), "data/pool/usage_whole_months.csv"
        assert whole in leaving[1].entries
        older = {
            "usage_subjects": "tenant_id,grain,kind,day,project_id,subject_id,count\r\n"
            + "".join(f"{offer},{grain},offer_viewed,{day},{project},{offer},2\r\n" for grain, day in (("day", "2026-03-31"), ("month", "2026-03-01"))),
            "usage_months": f"tenant_id,through\r\n{offer},2026-03-31\r\n",
        }  # fmt: skip
        other = empty("ancienne-e2e")
        bundle = forged(leaving[1], {f"data/pool/{table}.csv": text.encode() for table, text in older.items()}, without=(whole, "data/pool/usage_subject_packs.csv"))
        assert taken_in(operator, other.slug, bundle)["taken_in"]
        assert other.pool("SELECT grain, day::text, subject_id::text, count FROM usage_subjects") == [("day", "2026-03-31", offer, 2)]
        packs = other.pool("SELECT grain, day::text, project_id::text, subjects::text[], counts FROM usage_subject_packs")
        assert packs == [("month", "2026-03-01", project, [offer], [2])]
        assert other.pool("SELECT through::text, whole_through FROM usage_months") == [("2026-03-31", None)]

    def test_it_survives_being_killed(self, stage: Stage, operator: Operator, leaving: tuple[Tenant, Bundle], empty):
        """Taking in, and packing again, each ended in the middle several times."""
        _, first = leaving
        other = empty("coupe-e2e")
        chance = random.Random(20261129)
        with suppress(OperatorError, ClientError):
            killed(stage, "tenants", chance.uniform(0.3, 1.5), lambda: taken_in(operator, other.slug, first.content))
        wait_for(lambda: not operator.invoke("tenants", {"operation": "import", "slug": other.slug})["taken_in"], "the end of the import", 120)
        begin(operator, other.slug)
        for _ in range(4):
            with suppress(OperatorError, ClientError):
                killed(stage, "departure", chance.uniform(0.1, 1.2), lambda: departure(operator, "run", other.slug))
        delivered(operator, other.slug)
        second = Bundle(bundle_of(stage, other))
        assert {name for name in first.data if first.data[name] != second.data.get(name)} == set()
        left = [one["Key"] for one in stage.client("s3").list_objects_v2(Bucket=other.bucket, Prefix="departure/").get("Contents", [])]
        assert left == ["departure/bundle.zip"]


def killed(stage: Stage, function: str, after: float, work: Callable[[], object]) -> None:
    """Ends a function's processes in the middle of a piece of work."""
    done = threading.Thread(target=lambda: suppress_all(work))
    done.start()
    time.sleep(after)
    stage.kill(function)
    done.join(timeout=120)


def suppress_all(work: Callable[[], object]) -> None:
    with suppress(Exception):
        work()


def vivier(*words: str) -> subprocess.CompletedProcess[str]:
    """The command line without any key, address or connection."""
    return subprocess.run([BINARY, "--json", *words], capture_output=True, text=True, timeout=60, env={"PATH": "/nowhere"}, check=False)


class TestCalledOff:
    def test_where_nothing_is_noted_nobody_is_served_again_by_itself(self, stage: Stage, operator: Operator, empty: Callable[[str], Tenant]):
        tenant = empty("rappelee-e2e")
        stage.client("dynamodb").update_item(
            TableName=stage.tenants_table, Key={"pk": {"S": f"tenant#{tenant.tenant_id}"}, "sk": {"S": "tenant"}},
            UpdateExpression="SET #status = :leaving", ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":leaving": {"S": "leaving"}},
        )  # fmt: skip
        departure(operator, "cancel", tenant.slug)
        assert operator.invoke("tenants", {"operation": "show", "slug": tenant.slug})["status"] == "disabled"


class TestDestruction:
    """The last of the file: afterwards the tenant is gone."""

    def test_from_the_acknowledgement_to_the_certificate(
        self, stage: Stage, operator: Operator, leaving: tuple[Tenant, Bundle], tmp_path: Path
    ):
        tenant, bundle = leaving
        sha256 = hashlib.sha256(bundle.content).hexdigest()
        receipts = [row for row in bundle.rows("data/ledger.csv") if row["kind"] == "receipt"]
        answer = tenant.member.send("POST", "/v1/departure/acknowledgement", json={"sha256": sha256})
        assert answer.status_code == 200, answer.text
        signed = answer.json()
        Ed25519PublicKey.from_public_bytes(decoded(signed["public_key"])).verify(decoded(signed["signature"]), signed["text"].encode())
        said = json.loads(signed["text"])
        last = json.loads(json.loads(receipts[-1]["item"])["receipt"]["S"])
        assert (said["bundle_sha256"], said["seq"], said["previous"]) == (sha256, len(receipts) + 1, last["hash"])
        again = tenant.member.send("POST", "/v1/departure/acknowledgement", json={"sha256": sha256})
        assert again.json() == signed, "it is acknowledged once"
        with pytest.raises(OperatorError, match="acknowledged"):
            departure(operator, "cancel", tenant.slug)
        with pytest.raises(OperatorError, match="not-confirmed"):
            operator.invoke("tenants", {"operation": "destroy", "slug": tenant.slug, "confirm": "x"})
        with pytest.raises(OperatorError, match="held"):
            destroy(operator, tenant.slug)
        assert tenant.sql("SELECT count(*) FROM offers")[0][0] == OFFERS
        tenants.release_all(operator, tenant.slug)

        self.destroyed_and_killed(stage, operator, tenant)
        self.nothing_is_left(stage, operator, tenant)

        departure(operator, "run", tenant.slug)
        issued = departure(operator, "certificate", tenant.slug, language="en")
        file, archive = tmp_path / "certificate.json", tmp_path / "bundle.zip"
        file.write_text(issued["certificate"])
        archive.write_bytes(bundle.content)
        checked = vivier("departure", "verify", "--certificate", str(file), "--bundle", str(archive), "--key", issued["public_key"])
        assert checked.returncode == 0, checked.stdout + checked.stderr
        told = json.loads(checked.stdout)
        assert [one["store"] for one in told["stores"]] == DESTROYED and told["bundle_sha256"] == sha256
        assert told["tenant"] == tenant.tenant_id and told["acknowledged_by"] == said["member"]
        self.one_changed_byte_is_refused(file, archive)
        self.independently(issued, signed)

        import base64

        for language in ("en", "fr"):
            page = base64.b64decode(departure(operator, "certificate", tenant.slug, language=language)["pdf"])
            assert page.startswith(b"%PDF-") and len(page) > 5_000

    def destroyed_and_killed(self, stage: Stage, operator: Operator, tenant: Tenant) -> None:
        chance = random.Random(61)
        for _ in range(3):
            killed(stage, "tenants", chance.uniform(0.1, 0.9), lambda: destroy(operator, tenant.slug))

        def whole() -> dict | None:
            with suppress(OperatorError):
                return destroy(operator, tenant.slug)
            return None

        done = wait_for(whole, "the end of the destruction", timeout=120, every=1)
        assert done["stores"] == DESTROYED and done["destroyed_at"]
        assert destroy(operator, tenant.slug) == done, "done twice it is the same"

    def nothing_is_left(self, stage: Stage, operator: Operator, tenant: Tenant) -> None:
        with pytest.raises(ClientError):
            stage.client("s3").list_objects_v2(Bucket=tenant.bucket)
        with pytest.raises(ClientError):
            stage.client("dynamodb").describe_table(TableName=tenant.table)
        assert stage.secret(tenant.database) is None
        named = [one["Name"] for one in stage.client("secretsmanager").list_secrets(MaxResults=100)["SecretList"]]
        assert not [name for name in named if tenant.simple in name]
        with stage.connect("postgres") as admin:
            for sql in ("SELECT FROM pg_database WHERE datname = %s", "SELECT FROM pg_roles WHERE rolname = %s"):
                assert admin.execute(sql, [tenant.database]).fetchall() == []
        for table in ("usage_days", "events", "chunks", "audit_log", "query_texts"):
            assert tenant.pool(f"SELECT count(*) FROM {table}", role="departure") == [(0,)], table
        with pytest.raises(OperatorError, match="unknown-tenant"):
            operator.invoke("tenants", {"operation": "show", "slug": tenant.slug})
        for table in ("tenants", "projects", "sessions", "requests", "ledger", "tasks"):
            found = stage.client("dynamodb").query(
                TableName=f"vivier-{stage.name}-{table}", KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"tenant#{tenant.tenant_id}"}},
            )  # fmt: skip
            assert found["Count"] == 0, table
        with pytest.raises(ClientError):
            stage.client("cognito-idp").admin_get_user(UserPoolId=stage.stack.user_pool_id, Username=tenant.email)

    def one_changed_byte_is_refused(self, file: Path, archive: Path) -> None:
        good, whole, chance = file.read_bytes(), archive.read_bytes(), random.Random(7)
        for place in [0, len(good) - 1, *(chance.randrange(len(good)) for _ in range(20))]:
            bent = bytearray(good)
            bent[place] ^= 1 << chance.randrange(8)
            file.write_bytes(bent)
            refused = vivier("departure", "verify", "--certificate", str(file))
            assert refused.returncode == 1 and "not-certified" in refused.stdout, (place, refused)
        file.write_bytes(good)
        for place in (0, len(whole) // 2, len(whole) - 1):
            bent = bytearray(whole)
            bent[place] ^= 1
            archive.write_bytes(bent)
            assert vivier("departure", "verify", "--certificate", str(file), "--bundle", str(archive)).returncode == 1
        other = "A" * 43
        assert vivier("departure", "verify", "--certificate", str(file), "--key", other).returncode == 1

    def independently(self, issued: dict, acknowledged: dict) -> None:
        """Another implementation checks both signatures."""
        signed = json.loads(issued["certificate"])
        key = Ed25519PublicKey.from_public_bytes(decoded(issued["public_key"]))
        key.verify(decoded(signed["signature"]), signed["text"].encode())
        assert json.loads(signed["text"])["acknowledgement"] == acknowledged
        assert canaries.SURNAME not in signed["text"]
