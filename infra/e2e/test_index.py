"""The published index of a tenant with many offers: what changes is added to it, and it stays one index."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo.client import wait_for

from .stage import Stage
from .tenants import Tenant, bring_offers, csv_file, offer, vectors_follow

MANY = 2_200
"""Of fewer offers an index is always made anew."""
TITLES = ("Soudeuse ou soudeur", "Boulanger", "Aide-soignante", "Cheffe de rang", "Comptable")


def feed(**changed: str | None) -> list[dict[str, str]]:
    """Many offers, some with other titles; `None` leaves one out."""
    titles: dict[str, str | None] = {f"R{n}": TITLES[n % len(TITLES)] for n in range(MANY)} | changed
    return [offer(reference, title=title) for reference, title in titles.items() if title]


def archives(stage: Stage, tenant: Tenant) -> list[dict[str, Any]]:
    pointer = stage.client("s3").get_object(Bucket=tenant.bucket, Key="index/current.json")["Body"].read()
    return json.loads(pointer)["archives"]


def stored(stage: Stage, tenant: Tenant) -> set[str]:
    listed = stage.client("s3").list_objects_v2(Bucket=tenant.bucket, Prefix="index/generations/")
    return {file["Key"] for file in listed.get("Contents", [])}


def bring(tenant: Tenant, **changed: str | None) -> None:
    """Imports the feed; ends when its vectors are published and searched."""
    status = bring_offers(tenant, "csv", csv_file(feed(**changed)))
    assert status["status"] == "succeeded" and not status["counts"]["rejected"]
    vectors_follow(tenant)


def finds(tenant: Tenant, q: str, total: int) -> None:
    """Waits until the function has followed the newest index."""
    wait_for(lambda: tenant.front.search(q, limit=1)["total"] == total, f"{total} offers for {q!r}")


def titles_of(tenant: Tenant, q: str) -> set[str]:
    return {hit["title"] for hit in tenant.front.search(q)["hits"]}


@pytest.fixture(scope="module")
def tenant(make_tenant) -> Tenant:
    tenant = make_tenant("index-e2e")
    bring(tenant)
    finds(tenant, "", MANY)
    return tenant


class TestChanges:
    """In order: what one import leaves is what the next one finds."""

    def test_are_added_and_all_else_stays(self, stage: Stage, tenant: Tenant):
        [base] = archives(stage, tenant)
        assert not base["changes"] and base["offers"] == MANY
        old = tenant.front.search("soudeur", limit=1)["total"]
        bring(tenant, R0="Luthière", R5=None, N1="Luthier")
        first, *added = archives(stage, tenant)
        assert first == base and added and all(archive["changes"] for archive in added)
        finds(tenant, "soudeur", old - 2)
        assert titles_of(tenant, "luthier") == {"Luthière", "Luthier"}
        assert tenant.front.search(limit=1)["total"] == MANY
        by_title = {one["text"]: one["offers"] for one in tenant.front.suggest("soud")["suggestions"]}
        assert by_title["Soudeuse ou soudeur"] == old - 2

    def test_nothing_is_published_where_nothing_changed(self, stage: Stage, tenant: Tenant):
        before = archives(stage, tenant)
        bring(tenant, R0="Luthière", R5=None, N1="Luthier")
        assert archives(stage, tenant) == before

    def test_never_become_many(self, stage: Stage, tenant: Tenant):
        base, *old = archives(stage, tenant)
        for n in range(8):
            bring(tenant, R0="Luthière", R5=None, N1=f"Luthier {n}")
            wait_for(lambda: titles_of(tenant, "luthier") == {"Luthière", f"Luthier {n}"}, "the index in the function")  # noqa: B023
            now = archives(stage, tenant)
            assert now[0] == base and 2 <= len(now) <= 9
        lying = stored(stage, tenant)
        assert {archive["key"] for archive in now} <= lying
        assert not {archive["key"] for archive in old} & lying, "one took their place, and they are gone"

    def test_that_are_many_make_it_anew(self, stage: Stage, tenant: Tenant):
        base = archives(stage, tenant)[0]
        bring(tenant, **{f"R{n}": "Fondeuse de cloches" for n in range(MANY // 2)})
        [anew] = archives(stage, tenant)
        assert anew["generation"] != base["generation"] and not anew["changes"]
        finds(tenant, "fondeur de cloches", MANY // 2)

    def test_cannot_be_told_after_a_restore(self, stage: Stage, tenant: Tenant):
        [base] = archives(stage, tenant)
        # The database knows of another index than the one that lies in the bucket.
        tenant.sql("UPDATE search_index SET generation = '01920000-0000-7000-8000-000000000001'")
        bring(tenant, **{f"R{n}": "Fondeuse de cloches" for n in range(MANY // 2)}, N1="Luthier")
        assert archives(stage, tenant)[0]["generation"] != base["generation"]
