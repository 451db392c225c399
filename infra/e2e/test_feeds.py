"""Partners' feeds come in by name, each a source of its own; one that shrinks suddenly waits for a member."""

from __future__ import annotations

import pytest

from demo.client import Json, wait_for
from demo.stack import ROOT

from .api import NOT_FOUND, SOME_ID, is_problem
from .tenants import Tenant, bring_offers, csv_file, finished_import, offer

SAMPLES = sorted(file for file in (ROOT / "shared/feeds/tests/samples").iterdir() if file.suffix != ".txt")


def wanted(name: str) -> int:
    """Offers of a sample, as the feeds' own tests expect them."""
    return sum(line.startswith("# ") for line in (SAMPLES[0].parent / f"{name}.txt").read_text().splitlines())


def several(count: int, **changes: str) -> bytes:
    return csv_file([offer(f"R-{n}", **changes) for n in range(count)])


def searched(tenant: Tenant, *references: str) -> None:
    """Waits until a search finds exactly these: an index is followed within seconds."""
    found = lambda: sorted(hit["reference"] for hit in tenant.front.search(limit=100, duplicates="true")["hits"])  # noqa: E731
    wait_for(lambda: found() == list(references), f"an index with {references}", timeout=10)


class TestFormats:
    @pytest.fixture(scope="class")
    def tenant(self, make_tenant) -> Tenant:
        return make_tenant("feeds-formats")

    def test_every_one_goes_in_beside_the_others(self, tenant: Tenant):
        assert len(SAMPLES) == 16
        total = 0
        for sample in SAMPLES:
            imported = bring_offers(tenant, sample.stem, sample.read_bytes())
            assert (imported["status"], imported["source"]) == ("succeeded", sample.stem), imported
            assert (imported["counts"]["rejected"], imported["counts"]["created"]) == (0, wanted(sample.stem)), imported
            assert imported["counts"]["closed"] == 0, imported
            total += imported["counts"]["created"]
        assert tenant.sql("SELECT count(*) FROM offers WHERE status = 'open'") == [(total,)]
        again = bring_offers(tenant, SAMPLES[0].stem, SAMPLES[0].read_bytes())
        assert again["counts"]["unchanged"] == again["counts"]["read"]

    def test_one_that_is_cut_off_changes_nothing(self, tenant: Tenant):
        sample = next(sample for sample in SAMPLES if sample.suffix == ".xml")
        before = tenant.sql("SELECT id, updated_at FROM offers ORDER BY id")
        cut = bring_offers(tenant, sample.stem, sample.read_bytes()[:-40])
        assert cut["status"] == "failed", cut
        assert tenant.sql("SELECT id, updated_at FROM offers ORDER BY id") == before


class TestSources:
    @pytest.fixture(scope="class")
    def tenant(self, make_tenant) -> Tenant:
        return make_tenant("feeds-sources")

    def test_close_only_what_they_brought(self, tenant: Tenant):
        bring_offers(tenant, "csv", several(3), source="paris")
        bring_offers(tenant, "csv", several(2, city="Lyon"), source="lyon")
        searched(tenant, "R-0", "R-0", "R-1", "R-1", "R-2")
        assert bring_offers(tenant, "csv", several(1), source="paris")["counts"]["closed"] == 2
        searched(tenant, "R-0", "R-0", "R-1")

    def test_an_older_file_of_another_source_still_goes_in(self, tenant: Tenant):
        content = several(4)
        made = tenant.back.call("POST", "/v1/imports", {"format": "csv", "size": len(content), "source": "older"})
        bring_offers(tenant, "csv", several(1, city="Lyon"), source="lyon")
        tenant.back.upload(made["upload"], content)
        assert finished_import(tenant, made["import_id"])["counts"]["created"] == 4

    @pytest.mark.parametrize("name", ["", "Paris", "a b", "é", "x" * 41, 7, None, "../a"])
    def test_have_plain_names(self, tenant: Tenant, name: object):
        answer = tenant.member.send("POST", "/v1/imports", json={"format": "csv", "size": 1, "source": name})
        assert answer.status_code == (201 if name is None else 400), answer.text


class TestShrinking:
    @pytest.fixture
    def tenant(self, make_tenant) -> Tenant:
        tenant = make_tenant("feeds-shrinking")
        bring_offers(tenant, "csv", several(40))
        return tenant

    def test_waits_until_a_member_confirms_it(self, tenant: Tenant):
        held = bring_offers(tenant, "csv", several(5))
        assert (held["status"], held["counts"]["closed"], held["counts"]["unchanged"]) == ("held", 35, 5)
        searched(tenant, *sorted(f"R-{n}" for n in range(40)))
        path = f"/v1/imports/{held['import_id']}/confirmation"
        assert tenant.person("reader").bearer.send("POST", path).status_code == 403
        assert tenant.member.send("POST", path).json()["status"] == "running"
        is_problem(tenant.member.send("POST", path), ("urn:vivier:problem:conflict", 409))
        ended = self.ended(tenant, held["import_id"])
        assert (ended["status"], ended["counts"]["closed"]) == ("succeeded", 35)
        searched(tenant, *(f"R-{n}" for n in range(5)))

    def test_ends_when_a_newer_file_comes(self, tenant: Tenant):
        held = bring_offers(tenant, "csv", several(5))
        assert bring_offers(tenant, "csv", several(39))["status"] == "succeeded"
        ended = tenant.back.import_status(held["import_id"])
        assert (ended["status"], ended["failure"]) == ("failed", "superseded")
        answer = tenant.member.send("POST", f"/v1/imports/{held['import_id']}/confirmation")
        is_problem(answer, ("urn:vivier:problem:conflict", 409))

    def test_half_is_no_surprise(self, tenant: Tenant):
        assert bring_offers(tenant, "csv", several(20))["status"] == "succeeded"

    def test_one_that_is_not(self, tenant: Tenant):
        is_problem(tenant.member.send("POST", f"/v1/imports/{SOME_ID}/confirmation"), NOT_FOUND)

    @staticmethod
    def ended(tenant: Tenant, import_id: str) -> Json:
        over = lambda: (s := tenant.back.import_status(import_id))["status"] in ("succeeded", "failed") and s  # noqa: E731
        return wait_for(over, "the end of a confirmed import", timeout=180)
