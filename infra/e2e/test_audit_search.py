"""The audit log is searched and taken out by those who have the right."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator

import pytest
import requests

from .api import FORBIDDEN, NOT_FOUND, filled, is_problem, refused_fields
from .log import entries, listed
from .tenants import Person, Tenant

INVALID = ("urn:vivier:problem:invalid-query", 400)
COLUMNS = ["entry_id", "ordinal", "happened_at", "actor", "action", "subject", "outcome", "office", "from_address",
           "request_id", "hash"]  # fmt: skip


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("audit-search")


@pytest.fixture(scope="module")
def actors(house: Tenant) -> tuple[Person, Person]:
    """Two members, each with some entries."""
    first, second = house.person("manager"), house.person("manager")
    for person, names in ((first, ("Un", "Deux")), (second, ("Trois",))):
        bearer = person.bearer
        for name in names:
            assert bearer.send("POST", "/v1/projects", json={"name": name}).status_code == 201
        bearer.send("DELETE", filled("/v1/documents/{id}"))
    return first, second


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "number"),
        [
            ({}, 6), ({"action": "projects_create"}, 4), ({"action": "projects_create", "outcome": "done"}, 2),
            ({"outcome": "refused"}, 1), ({"outcome": "begun"}, 3), ({"outcome": "failed"}, 0), ({"action": "nothing"}, 0),
            ({"subject": filled("{id}")}, 2), ({"subject": "nobody"}, 0), ({"from": "2020-01-01"}, 6),
            ({"to": "2020-01-01"}, 0), ({"from": "2099-01-01"}, 0), ({"from": "2020-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}, 6),
        ],
        ids=str,
    )  # fmt: skip
    def test_filters(self, house: Tenant, actors: tuple[Person, Person], query: dict, number: int):
        found = listed(house.member, actor=actors[0].id, **query)
        assert len(found) == number and {entry["actor"] for entry in found} <= {actors[0].id}
        for name in ("action", "outcome", "subject"):
            assert {entry[name] for entry in found} <= {query.get(name, entry[name]) for entry in found}

    def test_a_period_is_what_happened_in_it(self, house: Tenant, actors: tuple[Person, Person]):
        found = listed(house.member, actor=actors[0].id)
        moments = sorted(entry["happened_at"] for entry in found)
        middle = moments[3]
        early, late = (listed(house.member, actor=actors[0].id, **{bound: middle}) for bound in ("to", "from"))
        assert all(entry["happened_at"] < middle for entry in early) and early
        assert all(entry["happened_at"] >= middle for entry in late) and late
        assert len(early) + len(late) == len(found)

    def test_pages_are_the_whole_however_much_is_added_meanwhile(self, house: Tenant, actors: tuple[Person, Person]):
        whole = entries(house)
        query, seen, cursor = {"limit": 7}, [], {}
        while cursor is not None:
            page = house.member.get("/v1/audit", **query, **cursor).json()
            assert len(page["entries"]) <= 7
            seen += page["entries"]
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
        ordinals = [entry["ordinal"] for entry in seen]
        assert ordinals == sorted(set(ordinals), reverse=True), "the newest first, none twice"
        assert [entry["ordinal"] for entry in whole] == [o for o in reversed(ordinals) if o <= whole[-1]["ordinal"]]
        assert set(seen[0]) == set(COLUMNS)

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"outcome": "over"}, "outcome"), ({"from": "yesterday"}, "from"), ({"to": "2026-13-01"}, "to"),
            ({"limit": 0}, "limit"), ({"limit": 201}, "limit"), ({"actor": "a" * 300}, "actor"), ({"tenant": "alpha"}, None),
        ],
        ids=str,
    )  # fmt: skip
    def test_what_is_no_search(self, house: Tenant, query: dict, field: str | None):
        answer = house.member.get("/v1/audit", **query)
        is_problem(answer, INVALID)
        assert field is None or field in refused_fields(answer)

    def test_a_cursor_is_one_that_was_given_out(self, house: Tenant):
        for cursor in ("AAAA", "", "é", "1"):
            answer = house.member.get("/v1/audit", cursor=cursor)
            is_problem(answer)
            assert answer.status_code in (400, 404)
        is_problem(house.member.get("/v1/audit", cursor="AAAA"), NOT_FOUND)

    def test_rights(self, house: Tenant):
        roles = house.member.get("/v1/roles")
        for role, rights in (("lecteur-journal", ["audit.read"]), ("preneur-journal", ["audit.export"])):
            seen = house.member.get("/v1/roles").headers["ETag"]
            body = {"name": role, "permissions": rights}
            assert house.member.send("PUT", f"/v1/roles/{role}", json=body, headers={"If-Match": seen}).status_code == 200
        reader, taker = house.person("lecteur-journal").bearer, house.person("preneur-journal").bearer
        assert roles.status_code == reader.get("/v1/audit").status_code == taker.get("/v1/audit/export").status_code == 200
        is_problem(reader.get("/v1/audit/export"), FORBIDDEN)
        is_problem(taker.get("/v1/audit"), FORBIDDEN)


class TestExport:
    @staticmethod
    def parts(house: Tenant, **query: object) -> Iterator[requests.Response]:
        cursor = {}
        while True:
            answer = house.member.get("/v1/audit/export", **query, **cursor)
            assert answer.status_code == 200, answer.text
            yield answer
            following = answer.headers.get("X-Vivier-Next-Cursor")
            if not following:
                return
            cursor = {"cursor": following}

    @pytest.mark.parametrize("form", ["csv", "jsonl"])
    @pytest.mark.parametrize("limit", [None, 5])
    def test_is_the_log(self, house: Tenant, form: str, limit: int | None):
        stored = {entry["ordinal"]: entry for entry in entries(house)}
        until = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        since = (dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        # Each part is itself entered: the last one would never come.
        last_of = max(stored)
        text, kinds = "", set()
        for part in self.parts(house, format=form, **{"from": since, "to": until}, **({"limit": limit} if limit else {})):
            text += part.content.decode()
            kinds.add(part.headers["Content-Type"].split(";")[0])
            assert f"audit.{form}" in part.headers["Content-Disposition"]
            if len(text.splitlines()) > last_of + 50 or len(text.splitlines()) > len(stored) + 1:
                break
        assert kinds == {"text/csv" if form == "csv" else "application/x-ndjson"}
        if form == "csv":
            rows = list(csv.DictReader(io.StringIO(text)))
            assert list(rows[0]) == COLUMNS
        else:
            rows = [json.loads(line) for line in text.splitlines()]
            assert set(rows[0]) == set(COLUMNS)
        taken = {int(row["ordinal"]): row for row in rows}
        assert set(stored) <= set(taken) and len(rows) == len(taken)
        for ordinal, entry in stored.items():
            for name in ("actor", "action", "subject", "outcome", "office"):
                assert taken[ordinal][name] == entry[name]

    @pytest.mark.parametrize(
        ("query", "field"),
        [({"format": "xml"}, None), ({"limit": 0}, "limit"), ({"from": "2026-05-01", "to": "2026-04-01"}, "from"),
         ({"from": "2025-01-01", "to": "2026-01-01"}, "to")],
        ids=str,
    )  # fmt: skip
    def test_what_is_no_export(self, house: Tenant, query: dict, field: str | None):
        answer = house.member.get("/v1/audit/export", **query)
        is_problem(answer, INVALID)
        assert field is None or field in refused_fields(answer)
