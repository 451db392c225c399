"""A feed of offers: announced, uploaded, read row by row, and searched seconds later."""

from __future__ import annotations

import io
import json

import pytest
import requests

from demo.client import wait_for
from demo.data import BAD_ROWS, import_file, write_jsonl

from .stage import Stage
from .tenants import Tenant, bring_offers, csv_file, finished_import, offer, vectors_follow

NOTHING = {"read": 0, "created": 0, "updated": 0, "unchanged": 0, "closed": 0, "rejected": 0}


@pytest.fixture(scope="module")
def tenant(make_tenant) -> Tenant:
    return make_tenant("offers-e2e")


def offers_of(tenant: Tenant) -> dict[str, tuple[str, str]]:
    """Reference to title and status, as stored."""
    return {ref: (title, status) for ref, title, status in tenant.sql("SELECT reference, title, status FROM offers")}


def index_of(stage: Stage, tenant: Tenant) -> bytes:
    """The pointer to the published index."""
    return stage.client("s3").get_object(Bucket=tenant.bucket, Key="index/current.json")["Body"].read()


def counted(**counts: int) -> dict[str, int]:
    return NOTHING | counts


def jsonl_file(rows: list[dict]) -> bytes:
    out = io.StringIO()
    write_jsonl(rows, out)
    return out.getvalue().encode()


class TestFeeds:
    """In order: what one import leaves is what the next one finds."""

    def test_csv_goes_in_and_bad_rows_are_reported(self, tenant: Tenant):
        rows = [offer("A"), offer("B", title=""), offer("C"), offer("D", contract="CDX", published_on="31/02/2026")]
        status = bring_offers(tenant, "csv", csv_file(rows))
        assert status["status"] == "succeeded"
        assert status["counts"] == counted(read=4, created=2, rejected=2)
        assert [(e["line"], e["field"], e["code"]) for e in status["errors"]] == [
            (3, "title", "missing"),
            (5, "contract", "unknown-value"),
            (5, "published_on", "invalid-date"),
        ]
        assert status["index_generation"] and status["duration_ms"] >= 0 and status["finished_at"]
        assert set(offers_of(tenant)) == {"A", "C"}

    def test_json_lines_update_by_reference_and_close_what_is_missing(self, tenant: Tenant):
        rows = [offer("A"), offer("C", title="Chaudronnière"), offer("E")]
        status = bring_offers(tenant, "jsonl", jsonl_file(rows))
        assert status["counts"] == counted(read=3, created=1, updated=1, unchanged=1)
        status = bring_offers(tenant, "jsonl", jsonl_file([offer("C", title="Chaudronnière"), offer("E")]))
        assert status["counts"] == counted(read=2, unchanged=2, closed=1)
        assert offers_of(tenant) == {
            "A": ("Soudeuse ou soudeur", "closed"),
            "C": ("Chaudronnière", "open"),
            "E": ("Soudeuse ou soudeur", "open"),
        }

    def test_an_offer_that_comes_back_is_the_same_offer(self, tenant: Tenant):
        before = tenant.sql("SELECT id FROM offers WHERE reference = 'A'")
        status = bring_offers(tenant, "csv", csv_file([offer("A"), offer("C", title="Chaudronnière"), offer("E")]))
        assert status["counts"] == counted(read=3, updated=1, unchanged=2)
        assert tenant.sql("SELECT id FROM offers WHERE reference = 'A'") == before

    def test_a_refused_row_does_not_close_its_offer(self, tenant: Tenant):
        rows = [offer("A"), offer("C", city=""), offer("E"), offer("A", title="Again")]
        status = bring_offers(tenant, "csv", csv_file(rows))
        assert status["counts"] == counted(read=4, unchanged=2, rejected=2)
        assert {e["code"] for e in status["errors"]} == {"missing", "duplicate-reference"}
        assert offers_of(tenant)["C"] == ("Chaudronnière", "open")

    def test_the_index_follows_within_five_seconds(self, tenant: Tenant):
        assert {hit["reference"] for hit in tenant.front.search()["hits"]} <= {"A", "C", "E"}
        for title in ("Ébéniste d'art", "Luthière"):
            bring_offers(tenant, "csv", csv_file([offer("A", title=title), offer("F"), offer("E")]))
            wait_for(lambda title=title: tenant.front.search(title, match="words")["total"] == 1, f"the index with {title}", timeout=5)
        assert {hit["reference"] for hit in tenant.front.search()["hits"]} == {"A", "E", "F"}

    def test_the_list_is_walked_newest_first(self, tenant: Tenant):
        ids, cursor = [], None
        while True:
            page = tenant.back.call("GET", "/v1/imports", limit=2, **({"cursor": cursor} if cursor else {}))
            assert len(page["imports"]) <= 2
            ids += [entry["import_id"] for entry in page["imports"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert ids == sorted(ids, reverse=True) and len(ids) == len(set(ids)) == 7

    def test_the_sample_feed_goes_in_but_for_its_faults(self, make_tenant):
        tenant = make_tenant("offers-sample")
        feed = import_file("croutefranche")
        status = bring_offers(tenant, feed.format, feed.content)
        assert (status["counts"]["created"], status["counts"]["rejected"]) == (feed.good, feed.bad)
        assert [error["field"] for error in status["errors"]] == [field for _, field in BAD_ROWS]


class TestForms:
    """What spreadsheets and exports do to a file."""

    @pytest.mark.parametrize(
        ("form", "content"),
        [
            ("csv", csv_file([offer("X")]).replace(b",", b";")),
            ("csv", b"\xef\xbb\xbf" + csv_file([offer("X")])),
            ("csv", csv_file([offer("X")]).replace(b"\r\n", b"\n")),
            ("csv", csv_file([offer("X")]) + b",,,,,,,,,,,,,,,,,\r\n\r\n"),
            ("csv", csv_file([offer("X")], ("url", "city", "title", "reference", "description", "published_on", "contract"))),
            ("csv", csv_file([offer("X") | {"other": "1"}], ("other", *offer("X")))),
            ("csv", csv_file([offer("X", description='Une "belle"\nannonce, sur deux lignes')])),
            ("jsonl", b"\n" + json.dumps(offer("X")).encode() + b"\n\n"),
            ("jsonl", json.dumps(offer("X") | {"skills": ["tig", "mig"], "salary_min": 12, "salary_period": "hour"}).encode()),
        ],
        ids=["semicolons", "bom", "unix lines", "blank rows", "other order", "unknown column", "quoted", "blank lines", "lists"],
    )  # fmt: skip
    def test_are_taken(self, tenant: Tenant, form: str, content: bytes):
        status = bring_offers(tenant, form, content)
        assert (status["status"], status["counts"]["read"], status["counts"]["rejected"]) == ("succeeded", 1, 0), status
        assert [ref for ref, (_, state) in offers_of(tenant).items() if state == "open"] == ["X"]

    @pytest.mark.parametrize(
        ("form", "content", "failure"),
        [
            ("csv", b" \n \n", "empty-file"),
            ("csv", csv_file([]), "empty-file"),
            ("jsonl", b"\n\n", "empty-file"),
            ("csv", b"\xff\xfe\x00" * 9, "not-utf8"),
            ("csv", csv_file([offer("Y")]).decode().replace("Assembler", "Équipe").encode("latin-1"), "not-utf8"),
            ("jsonl", b'{"reference": "\xc3\x28"}', "not-utf8"),
            ("csv", csv_file([offer("Y")]).replace(b"title,", b"titre,"), "missing-column:title"),
            ("csv", csv_file([offer("Y")]).replace(b"url,", b"city,"), "duplicate-column:city"),
            ("csv", csv_file([offer("Y"), offer("Z", description='a "b')]).rpartition(b'""')[0], "unterminated-quote"),
            ("csv", b"\x89PNG\r\n\x1a\n" + bytes(range(128)) * 4, "not-utf8"),
            ("csv", b"PK\x03\x04" + b"a" * 200, "missing-column:reference"),
        ],
        ids=["blank", "header only", "blank lines", "binary", "latin-1", "broken utf-8", "wrong header", "column twice",
             "cut off in quotes", "image", "archive"],
    )  # fmt: skip
    def test_that_cannot_be_used_change_nothing(self, stage: Stage, tenant: Tenant, form: str, content: bytes, failure: str):
        vectors_follow(tenant)  # of the imports before: they publish the index once more
        before, pointer = offers_of(tenant), index_of(stage, tenant)
        status = bring_offers(tenant, form, content)
        assert (status["status"], status["failure"]) == ("failed", failure)
        assert status["counts"] == NOTHING and status["index_generation"] is None
        assert (offers_of(tenant), index_of(stage, tenant)) == (before, pointer)

    @pytest.mark.parametrize(
        ("lines", "codes"),
        [
            ([b'{"reference": "cut'], {"malformed-json"}),
            ([b"[1, 2]", b'"text"', b"3"], {"not-an-object"}),
            ([b'{"reference": ["a"]}', b'{"title": {"a": 1}}'], {"invalid-type"}),
            ([b"{}"], {"missing"}),
            ([b"[" * 5000], {"not-an-object", "malformed-json"}),
            ([b'{"reference": ' + b'{"a":' * 5000], {"malformed-json", "invalid-type"}),
            ([json.dumps(offer("Y", title="a\u0000b", description="\u001b[31m", url="javascript:alert(1)")).encode()],
             {"control-character", "invalid-url"}),
            ([json.dumps(offer("x" * 300, description="d" * 30_000)).encode()], {"too-long"}),
        ],
        ids=["cut off", "no objects", "wrong types", "empty object", "deep list", "deep object", "hostile text", "too long"],
    )  # fmt: skip
    def test_bad_lines_stay_out_and_the_good_one_goes_in(self, tenant: Tenant, lines: list[bytes], codes: set[str]):
        status = bring_offers(tenant, "jsonl", b"\n".join([json.dumps(offer("X")).encode(), *lines]))
        assert status["status"] == "succeeded", status
        assert (status["counts"]["read"], status["counts"]["rejected"]) == (1 + len(lines), len(lines))
        assert {error["code"] for error in status["errors"]} & codes, status["errors"]
        assert offers_of(tenant)["X"][1] == "open"
        assert "Y" not in offers_of(tenant)

    def test_a_file_that_is_mostly_refused_closes_nothing(self, tenant: Tenant):
        bring_offers(tenant, "csv", csv_file([offer("X"), offer("Z")]))
        bad = [offer(f"N{n}", title="") for n in range(3)]
        status = bring_offers(tenant, "csv", csv_file([offer("X"), *bad]))
        assert (status["counts"]["closed"], status["counts"]["rejected"]) == (0, 3)
        assert offers_of(tenant)["Z"][1] == "open"


class TestEvents:
    def test_a_repeated_event_changes_nothing(self, stage: Stage, tenant: Tenant):
        status = bring_offers(tenant, "csv", csv_file([offer("R1"), offer("R2")]))
        import_id, stored = status["import_id"], tenant.sql("SELECT * FROM offers ORDER BY id")
        vectors_follow(tenant)
        pointer = index_of(stage, tenant)
        for _ in range(3):
            stage.arrived("offers", tenant.bucket, f"imports/{import_id}")
        stage.tick("offers")
        assert tenant.back.import_status(import_id) == status
        assert tenant.sql("SELECT * FROM offers ORDER BY id") == stored
        assert index_of(stage, tenant) == pointer

    def test_a_repeated_upload_changes_nothing(self, stage: Stage, tenant: Tenant):
        made = tenant.back.call("POST", "/v1/imports", {"format": "csv", "size": len(csv_file([offer("R1")]))})
        for _ in range(2):
            put(made["upload"], csv_file([offer("R1")]))
            status = finished_import(tenant, made["import_id"])
        assert status["counts"]["read"] == 1

    @pytest.mark.parametrize(
        "key", ["imports/01920000-0000-7000-8000-000000000001", "imports/nonsense", "imports/", "imports/../index/current.json"]
    )
    def test_a_file_that_nobody_announced_is_left_alone(self, stage: Stage, tenant: Tenant, key: str):
        stored = tenant.sql("SELECT * FROM offers ORDER BY id"), tenant.sql("SELECT * FROM imports ORDER BY id")
        if "nonsense" not in key and not key.endswith("/"):
            stage.client("s3").put_object(Bucket=tenant.bucket, Key=key, Body=csv_file([offer("STRAY")]))
        try:
            stage.arrived("offers", tenant.bucket, key)
        except AssertionError as error:
            assert "refused" in str(error) or "no known place" in str(error) or "belongs to no tenant" in str(error)
        assert (tenant.sql("SELECT * FROM offers ORDER BY id"), tenant.sql("SELECT * FROM imports ORDER BY id")) == stored

    def test_an_older_file_does_not_undo_a_newer_one(self, tenant: Tenant):
        content = csv_file([offer("OLD")])
        older = tenant.back.call("POST", "/v1/imports", {"format": "csv", "size": len(content)})
        bring_offers(tenant, "csv", csv_file([offer("NEW")]))
        put(older["upload"], content)
        status = finished_import(tenant, older["import_id"])
        assert (status["status"], status["failure"]) == ("failed", "superseded")
        assert {ref for ref, (_, state) in offers_of(tenant).items() if state == "open"} == {"NEW"}


class TestUploads:
    def test_take_exactly_what_was_announced(self, tenant: Tenant):
        content = csv_file([offer("U")])
        made = tenant.back.call("POST", "/v1/imports", {"format": "csv", "size": len(content)})
        upload = made["upload"]
        for changed, body in (
            (upload, content + b"more"),
            (upload | {"url": upload["url"].replace(made["import_id"], "01920000-0000-7000-8000-000000000001")}, content),
            (upload | {"url": upload["url"][:-4] + "0000"}, content),
            (upload | {"url": upload["url"].split("?")[0]}, content),
            (upload | {"method": "GET"}, b""),
            (upload | {"method": "DELETE"}, b""),
        ):
            answer = requests.request(
                changed["method"], changed["url"], data=body, headers=changed["headers"] if body == content else {}, timeout=30
            )
            assert answer.status_code in (400, 401, 403), (changed, answer.status_code)
        assert tenant.back.import_status(made["import_id"])["status"] == "awaiting_upload"

    def test_last_a_quarter_of_an_hour(self, tenant: Tenant):
        upload = tenant.back.call("POST", "/v1/imports", {"format": "csv", "size": 1})["upload"]
        assert "X-Amz-Expires=900" in upload["url"]


def put(upload: dict, content: bytes) -> None:
    """Uploads as the address says."""
    answer = requests.request(upload["method"], upload["url"], data=content, headers=upload["headers"], timeout=30)
    assert answer.ok, answer.text
