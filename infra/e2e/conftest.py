"""Two fixed tenants for the whole session, and tenants of their own for modules that change much."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from demo import data
from demo.client import Json, Operator, OperatorError, wait_for

from . import canaries, tenants
from .stage import Stage
from .tenants import Tenant

OFFERS = 120
"""Offers of each of the two tenants: several pages, several values of each facet."""


@pytest.fixture(scope="session")
def stage() -> Stage:
    return Stage()


class Watched(Operator):
    """An operator whose refusals are looked at as well."""

    def invoke(self, function: str, payload: Json) -> Json:
        try:
            return super().invoke(function, payload)
        except OperatorError as error:
            canaries.refused(f"{function}, invoked", str(error).encode())
            raise


@pytest.fixture(scope="session")
def operator(stage: Stage) -> Operator:
    return Watched(stage.stack)


@pytest.fixture(autouse=True)
def no_canary_in_a_refusal() -> Iterator[None]:
    """Fails a test that was told what is a person's, whatever it did about it."""
    yield
    told = canaries.leaks.copy()
    canaries.leaks.clear()
    assert not told, told


@pytest.fixture(scope="session")
def _two(stage: Stage, operator: Operator) -> Iterator[tuple[Tenant, Tenant, Tenant]]:
    tenants.delete(operator, "alpha-essai")
    alpha = tenants.create(stage, operator, "alpha-e2e")
    beta = tenants.create(stage, operator, "beta-e2e")
    test = tenants.create(stage, operator, "alpha-essai", kind="test", production="alpha-e2e")
    for tenant, group in ((alpha, "croutefranche"), (beta, "zephyrouage")):
        tenant.notes["rows"] = data.offers(group, count=OFFERS)
        tenant.notes["files"] = {name: content for name, _, content in data.documents(group)}
        tenant.notes["questions"] = data.questions(group)
        tenant.notes["import_ids"] = [
            tenant.back.start_import("csv", tenants.csv_file(tenant.notes["rows"]))
        ]
        tenant.notes["document_ids"] = {
            name: tenant.back.add_document(name, kind, content) for name, kind, content in data.documents(group)
        }
    for tenant in (alpha, beta):
        status = tenants.finished_import(tenant, tenant.notes["import_ids"][0])
        assert status["status"] == "succeeded" and status["counts"]["created"] == OFFERS, status
        tenant.notes["documents"] = {
            name: tenants.finished_document(tenant, document_id, timeout=180)
            for name, document_id in tenant.notes["document_ids"].items()
        }
        wait_for(lambda tenant=tenant: tenant.front.search()["total"] == OFFERS, "the first index", timeout=10)
    yield alpha, beta, test


@pytest.fixture
def alpha(_two: tuple[Tenant, ...]) -> Tenant:
    """A bakery with offers and documents in eight formats."""
    return _two[0]


@pytest.fixture
def beta(_two: tuple[Tenant, ...]) -> Tenant:
    """An engineering group with offers and documents in eight formats."""
    return _two[1]


@pytest.fixture
def alpha_test(_two: tuple[Tenant, ...]) -> Tenant:
    """The test environment of `alpha`; empty."""
    return _two[2]


@pytest.fixture(scope="module")
def make_tenant(stage: Stage, operator: Operator) -> Iterator[Callable[..., Tenant]]:
    """Makes tenants for one module and removes them after it."""
    made: list[str] = []

    def make(slug: str, **more: object) -> Tenant:
        made.append(slug)
        return tenants.create(stage, operator, slug, **more)

    yield make
    for slug in reversed(made):
        tenants.delete(operator, slug)
