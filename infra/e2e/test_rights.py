"""The deployed API does what the committed table says: for the given roles row by row, for any role by chance."""

from __future__ import annotations

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .api import SOME_ID, Api, filled
from .rights import PERMISSIONS, TABLE, Row
from .stage import Stage
from .tenants import Person, Tenant

GUARDED = [row for row in TABLE if row.permission]
"""Routes that take a permission. None of them does anything here: no body, and ids that nothing ever had."""
ROLE = "essai"


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("rights-e2e")


@pytest.fixture(scope="module")
def other_project(house: Tenant) -> str:
    made = house.member.send("POST", "/v1/projects", json={"name": "Ailleurs"})
    assert made.status_code == 201, made.text
    return made.json()["project_id"]


def permit(house: Tenant, permissions: set[str]) -> None:
    """Makes the role hold exactly these."""
    body = {"name": "Essai", "permissions": sorted(permissions)}
    answer = house.member.send("PUT", f"/v1/roles/{ROLE}", json=body, headers={"If-Match": "*"})
    assert answer.ok, answer.text


@pytest.fixture(scope="module")
def person(house: Tenant) -> Person:
    """Somebody whose role changes with every example."""
    permit(house, set())
    return house.person(ROLE)


def fared(answer: requests.Response) -> str:
    """As the table writes it."""
    return str(answer.status_code) if answer.status_code in (401, 403) else "yes"


class TestGivenRoles:
    @pytest.mark.parametrize("role", ["manager", "editor", "analyst", "reader"])
    def test_as_the_table_says(self, house: Tenant, role: str):
        caller = house.person(role).bearer
        for row in GUARDED:
            answer = caller.send(row.method, filled(row.path, project=house.project))
            assert fared(answer) == dict(row.fared)[role], (role, row, answer.text[:200])

    def test_of_candidates_and_of_nobody(self, stage: Stage, house: Tenant):
        for row in TABLE:
            path, told = filled(row.path, project=house.project), dict(row.fared)
            for name, caller in (("candidate", house.candidate), ("nobody", Api(stage.stack.api_url))):
                answer = caller.send(row.method, path)
                # The gateway asks nobody who they are where the table lets everybody in, and everybody elsewhere.
                assert fared(answer) == told[name], (name, row, answer.status_code, answer.text[:200])


class Case:
    """What one example tries."""

    permissions = st.sets(st.sampled_from(PERMISSIONS))
    place = st.sampled_from(["tenant", "project", "nowhere"])
    asked = st.lists(st.tuples(st.sampled_from(GUARDED), st.booleans()), min_size=3, max_size=8)


def put_in(house: Tenant, person: Person, place: str) -> None:
    """Grants the role in one place and withdraws it everywhere else."""
    tenant, project = f"/v1/members/{person.id}/role", f"/v1/projects/{house.project}/members/{person.id}"
    for name, path in (("tenant", tenant), ("project", project)):
        if name == place:
            answer = house.member.send("PUT", path, json={"role": ROLE})
            assert answer.ok, answer.text
        else:
            answer = house.member.send("DELETE", path)
            assert answer.ok or answer.status_code == 404, answer.text


def allowed(row: Row, permissions: set[str], place: str, elsewhere: bool) -> bool:
    """What the table says about a holder of `permissions` in `place` who asks in the project, or in another one."""
    if row.permission not in permissions:
        return False
    return place == "tenant" or (place == "project" and row.in_project and not elsewhere)


class TestAnyRole:
    def test_is_let_in_exactly_when_the_table_says_so(self, house: Tenant, other_project: str, person: Person):
        caller = person.bearer

        @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(Case.permissions, Case.place, Case.asked)
        def holds(permissions: set[str], place: str, asked: list[tuple[Row, bool]]):
            permit(house, permissions)
            put_in(house, person, place)
            for row, elsewhere in asked:
                path = filled(row.path, project=other_project if elsewhere else house.project)
                answer = caller.send(row.method, path)
                wanted = allowed(row, permissions, place, elsewhere)
                assert (fared(answer) == "yes") is wanted, (row, place, elsewhere, answer.status_code, answer.text[:200])
                assert wanted or answer.status_code == 403, (row, answer.status_code)

        holds()

    def test_in_a_project_that_nobody_made_is_nothing(self, house: Tenant, person: Person):
        permit(house, set(PERMISSIONS))
        put_in(house, person, "project")
        caller = person.bearer
        for row in GUARDED:
            if row.in_project:
                assert caller.send(row.method, filled(row.path, project=SOME_ID)).status_code == 403, row
