"""Proposals for synonyms: seen, weighed by the front office's own searches, accepted into the draft, or declined."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from demo.client import Json, wait_for

from .api import is_problem, refused_fields
from .tenants import Tenant, bring_offers, csv_file, offer
from .test_learning import ENOUGH, Office

BAD = ("urn:vivier:problem:invalid-body", 400)
RULE = {"from": "soignant hospitalier", "to": ["Infirmier"]}


@pytest.fixture(scope="module")
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    made = make_tenant("synonyms-e2e")
    rows = [
        offer("I", title="Infirmier", description="Aux urgences."),
        offer("B", title="Boulanger", description="Au fournil."),
        offer("S", title="Soudeur", description="En atelier."),
    ]
    bring_offers(made, "csv", csv_file(rows))
    wait_for(lambda: made.front.search()["total"] == 3, "the index", timeout=15)

    def has_vectors() -> bool:
        made.stage.tick("offers")
        hits = made.front.search("Infirmier", explain="true")["hits"]
        return (hits[0]["reason"]["meaning"] or 0) > 0

    wait_for(has_vectors, "the vectors of the offers", timeout=180, every=1)
    return made


@pytest.fixture
def office(tenant: Tenant) -> Office:
    """A front office that goes by words alone, in which something was searched for in vain."""
    made = Office(tenant)
    tenant.publish({"search": {"weights": {"meaning": 0}}}, made.settings)
    time.sleep(4)
    made.search("Soignant hospitalier", ENOUGH)
    made.search("soudeur", ENOUGH)
    made.counted(2 * ENOUGH)
    return made


def path(office: Office, rest: str = "") -> str:
    return f"/v1/projects/{office.project}/synonym-proposals{rest}"


def proposals(office: Office) -> list[Json]:
    return office.tenant.back.call("GET", path(office))["proposals"]


def put_tests(office: Office, tests: list[Json]) -> None:
    where, member = f"/v1/projects/{office.project}/search-tests", office.tenant.member
    seen = member.get(where).headers["ETag"]
    saved = member.send("PUT", where, json={"tests": tests}, headers={"If-Match": seen})
    assert saved.status_code == 200 and saved.json() == {"tests": tests}, saved.text
    is_problem(member.send("PUT", where, json={"tests": []}, headers={"If-Match": seen}), ("urn:vivier:problem:precondition-failed", 412))
    assert member.get(where).json() == {"tests": tests}


class TestProposals:
    def test_are_what_offers_call_what_is_searched_for_in_vain(self, office: Office):
        (proposal,) = proposals(office)
        assert (proposal["from"], proposal["without_results"]) == ("soignant hospitalier", ENOUGH)
        by_meaning = {one["to"]: one["score"] for one in proposal["candidates"] if one["source"] == "meaning"}
        assert max(by_meaning, key=by_meaning.get) == "Infirmier" and all(0 <= score <= 1 for score in by_meaning.values())

    def test_show_their_effect_before_they_are_accepted(self, office: Office):
        member, back = office.tenant.member, office.tenant.back
        put_tests(office, [{"query": "soignant hospitalier", "expected": ["infirmier"]}, {"query": "soudeur", "expected": ["S"]}])
        before = member.get(f"{office.settings}/draft").json()
        effect = back.call("POST", path(office, "/effect"), RULE)
        assert member.get(f"{office.settings}/draft").json() == before
        assert effect["without_results"] == {
            "asked": 1, "compared": 1, "found": 1, "queries": [{"query": "soignant hospitalier", "results": 1, "titles": ["Infirmier"]}],
        }  # fmt: skip
        assert effect["tests"] == {
            "asked": 2, "compared": 2,
            "before": {"hit_at_1": 0.5, "hit_at_5": 0.5, "ndcg_at_10": 0.5},
            "after": {"hit_at_1": 1.0, "hit_at_5": 1.0, "ndcg_at_10": 1.0},
        }
        assert effect["top_queries"] == {
            "asked": 2, "compared": 2, "changed": 1, "overlap_at_10": 0.5, "queries": [{"query": "soignant hospitalier", "overlap_at_10": 0.0}],
        }  # fmt: skip

    def test_accepted_they_are_in_the_draft_and_help_once_it_is_published(self, office: Office):
        member = office.tenant.member
        is_problem(member.send("POST", path(office, "/acceptance"), json=RULE), ("urn:vivier:problem:precondition-required", 428))
        seen = member.get(f"{office.settings}/draft").headers["ETag"]
        accepted = member.send("POST", path(office, "/acceptance"), json=RULE, headers={"If-Match": seen})
        assert (accepted.status_code, accepted.json()) == (200, RULE), accepted.text
        stale = member.send("POST", path(office, "/acceptance"), json=RULE, headers={"If-Match": seen})
        is_problem(stale, ("urn:vivier:problem:precondition-failed", 412))
        draft = member.get(f"{office.settings}/draft")
        assert draft.headers["ETag"] == accepted.headers["ETag"]
        assert draft.json()["settings"]["search"]["one_way"] == [RULE]
        assert member.get(office.settings).json()["settings"]["search"]["one_way"] == []
        assert proposals(office) == [], "the draft finds it"
        assert office.search("soignant hospitalier")[0]["total"] == 0
        assert member.send("POST", f"{office.settings}/publication").status_code == 200
        wait_for(lambda: office.search("soignant hospitalier")[0]["total"] == 1, "the rule", 10)
        entries = office.tenant.back.call("GET", "/v1/audit", limit=50)["entries"]
        assert [entry for entry in entries if "synonym" in entry["action"]]

    def test_declined_they_do_not_come_back(self, office: Office):
        (proposal,) = proposals(office)
        for candidate in proposal["candidates"]:
            rule = {"from": proposal["from"], "to": [candidate["to"]]}
            for _ in range(2):
                answer = office.tenant.member.send("POST", path(office, "/refusal"), json=rule)
                assert answer.status_code == 204, answer.text
        assert proposals(office) == []

    def test_without_an_index_there_is_nothing_to_propose(self, make_tenant: Callable[..., Tenant]):
        tenant = make_tenant("synonyms-none")
        place = f"/v1/projects/{tenant.project}/synonym-proposals"
        assert tenant.back.call("GET", place)["proposals"] == []
        is_problem(tenant.member.send("POST", f"{place}/effect", json=RULE), ("urn:vivier:problem:conflict", 409))

    @pytest.mark.parametrize("action", ["effect", "acceptance", "refusal"])
    def test_what_is_no_rule_is_named(self, tenant: Tenant, action: str):
        for rule, refused in (
            ({"from": "", "to": ["a"]}, {"from": "invalid"}),
            ({"from": "b", "to": []}, {"to": "too-few"}),
            ({"from": "b", "to": ["B"]}, {"to[0]": "repeated"}),
            ({"from": "b", "to": ["a"], "tenant": "x"}, {}),
            ({}, {}),
        ):
            where = f"/v1/projects/{tenant.project}/synonym-proposals/{action}"
            answer = tenant.member.send("POST", where, json=rule, headers={"If-Match": "*"})
            is_problem(answer, BAD)
            if refused:
                assert refused_fields(answer) == refused


class TestSearchTests:
    def test_what_is_no_set_is_named(self, tenant: Tenant):
        where = f"/v1/projects/{tenant.project}/search-tests"
        for tests, refused in (
            ([{"query": " ", "expected": ["a"]}], {"tests[0].query": "invalid"}),
            ([{"query": "a", "expected": []}], {"tests[0].expected": "too-few"}),
            ([{"query": "a", "expected": ["a", "b\n"]}], {"tests[0].expected[1]": "invalid"}),
            ([{"query": "a", "expected": ["b"]}] * 101, {"tests": "too-many"}),
        ):
            answer = tenant.member.send("PUT", where, json={"tests": tests}, headers={"If-Match": "*"})
            is_problem(answer, BAD)
            assert refused_fields(answer) == refused
        assert tenant.member.get(where).json() == {"tests": []}
