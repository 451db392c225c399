"""What is learnt from searches: texts that enough visitors searched for, clicks, and experiments."""

from __future__ import annotations

import base64
import itertools
import json
import time
import uuid
from collections.abc import Callable

import pytest

from demo.client import Json, Operator, T, wait_for

from .api import Api, is_problem, refused_fields
from .stage import Stage
from .tenants import Tenant, bring_offers, csv_file, offer
from .test_metrics import put

INVALID = ("urn:vivier:problem:invalid-query", 400)
ENOUGH = 5
_networks = itertools.count(1)


@pytest.fixture(scope="module")
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    made = make_tenant("learning-e2e")
    rows = [offer("S", title="Soudeur"), offer("B", title="Boulanger"), offer("Z", title="Zingueur", description="Zingueur.")]
    bring_offers(made, "csv", csv_file(rows))
    wait_for(lambda: made.front.search()["total"] == 3, "the index", timeout=15)
    return made


@pytest.fixture
def office(tenant: Tenant) -> Office:
    """A front office of its own, so that each test counts for itself."""
    return Office(tenant)


class Office:
    """A front office with visitors."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant, self.stage = tenant, tenant.stage
        self.project = tenant.back.call("POST", "/v1/projects", {"name": f"Essai {uuid.uuid4()}"})["project_id"]
        product = {"kind": "search_engine", "name": "Recherche"}
        tenant.back.call("POST", f"/v1/projects/{self.project}/products", product)
        self.key = tenant.new_key(self.project)[1]
        wait_for(lambda: self.visitor().get("/v1/offers/suggest", q="a").status_code == 200, "the key", timeout=15)

    @property
    def settings(self) -> str:
        return f"/v1/projects/{self.project}/settings"

    def visitor(self) -> Api:
        """Somebody in a network that nobody came from before."""
        number = next(_networks)
        return self.at(f"127.{100 + number // 250}.{number % 250}.1")

    def at(self, address: str) -> Api:
        return Api(self.stage.stack.api_url, {"X-Vivier-Key": self.key}, address=address)

    def search(self, q: str, visitors: int = 1, **more: str) -> list[Json]:
        """Searches, each by a visitor of its own; the answers."""
        answers = [self.visitor().get("/v1/offers", q=q, match="words", **more) for _ in range(visitors)]
        assert all(answer.status_code == 200 for answer in answers), [answer.text for answer in answers]
        return [answer.json() for answer in answers]

    def figures(self, **query: object) -> Json:
        return self.tenant.back.call("GET", f"/v1/projects/{self.project}/search-queries", **query)

    def counted(self, searches: int, **query: object) -> Json:
        """The figures once so many searches are counted."""
        return self.until(lambda: (f := self.figures(**query))["total"]["searches"] >= searches and f, f"the count of {searches}")

    def until(self, counted: Callable[[], T | None], what: str) -> T:
        """What is counted once it is. Meanwhile somebody asks for what is not there, which counts nowhere: what the stream did not take in time
        waits in its process for the next request."""
        return wait_for(lambda: self.visitor().get(f"/v1/offers/{uuid.uuid4()}").status_code == 404 and counted(), what, 30, 0.2)

    def texts(self, searches: int) -> dict[str, int]:
        return {query["query"]: query["searches"] for query in self.counted(searches)["queries"]}


class TestTexts:
    def test_one_is_read_when_enough_visitors_searched_for_it(self, office: Office):
        office.search("Soudeur  à l'Arc", ENOUGH - 1)
        before = office.counted(ENOUGH - 1)
        assert (before["queries"], before["others"]["searches"], before["visitors"]) == ([], ENOUGH - 1, ENOUGH)
        assert stored(office) == (ENOUGH - 1, [])
        office.search("soudeur a l'arc")
        after = office.counted(ENOUGH)
        assert [(query["query"], query["searches"]) for query in after["queries"]] == [("soudeur a l'arc", ENOUGH)]
        assert after["others"]["searches"] == 0
        assert stored(office) == (0, ["soudeur a l'arc"])
        # What comes later counts for it, and leaves no share.
        office.search("soudeur a l'arc", 2)
        assert office.texts(ENOUGH + 2) == {"soudeur a l'arc": ENOUGH + 2}
        assert stored(office) == (0, ["soudeur a l'arc"])

    def test_one_visitor_is_one_however_often(self, office: Office):
        """Also from other addresses of the same network."""
        network = next(_networks) % 250
        for host in range(1, 2 * ENOUGH):
            assert office.at(f"127.90.{network}.{host}").get("/v1/offers", q="camille martin").status_code == 200
        assert office.texts(2 * ENOUGH - 1) == {}
        assert stored(office) == (1, [])

    @pytest.mark.parametrize("q", ["camille@example.org", "06 12 34 56 78", "a" * 81, "né le 01/02/1990", "-", ""])
    def test_some_are_never_collected(self, office: Office, q: str):
        office.search(q, ENOUGH + 1)
        assert office.texts(ENOUGH + 1) == {}
        assert stored(office) == (0, [])

    def test_each_front_office_collects_for_itself(self, tenant: Tenant, office: Office):
        other = Office(tenant)
        office.search("zingueur", 3)
        other.search("zingueur", 3)
        assert (office.texts(3), other.texts(3)) == ({}, {})

    def test_a_front_office_may_ask_for_more_visitors(self, office: Office):
        office.tenant.publish({"search": {"query_visitors": 7}}, office.settings)
        time.sleep(4)
        office.search("zingueur", 6)
        assert (office.texts(6), office.figures()["visitors"]) == ({}, 7)
        office.search("zingueur")
        assert office.texts(7) == {"zingueur": 7}

    def test_what_was_delivered_again_counts_once(self, office: Office):
        office.search("boulanger", ENOUGH)
        assert office.texts(ENOUGH) == {"boulanger": ENOUGH}
        again = records_of(office)
        assert len(again) == ENOUGH
        put(office.stage, again)
        office.search("zingueur")
        assert office.texts(ENOUGH + 1) == {"boulanger": ENOUGH}
        assert stored(office) == (1, ["boulanger"])

    def test_what_goes_over_the_stream_says_nothing(self, office: Office):
        office.search("camillemartinovitch")
        office.counted(1)
        (record,) = records_of(office)
        event = json.loads(record)
        # A visitor is not told while the day's salt is not known.
        assert set(event) | {"visitor"} == {"version", "event_id", "tenant_id", "occurred_at", "kind", "results", "filters", "context",
                                            "share", "project", "channel", "visitor"}
        assert b"camille" not in record
        opaque = [base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) for text in event["share"].values() if isinstance(text, str)]
        assert max(map(len, opaque)) == 144 and not [some for some in opaque if b"camille" in some or b"127.0.0" in some]
        both = "SELECT row_to_json(e)::text FROM events e UNION ALL SELECT row_to_json(s)::text FROM query_shares s"
        everything = office.tenant.pool(both, role="metrics")
        clear, written = b"camille", [row for (row,) in everything]
        assert written and not [row for row in written if clear.decode() in row or clear.hex() in row]

    def test_they_go_with_the_tenants_days(self, operator: Operator, make_tenant: Callable[..., Tenant]):
        tenant = make_tenant("learning-purge")
        bring_offers(tenant, "csv", csv_file([offer("S")]))
        wait_for(lambda: tenant.front.search()["total"] == 1, "the index", timeout=15)
        office = Office(tenant)
        office.search("soudeur", ENOUGH)
        office.search("boulanger", 2)
        assert office.texts(ENOUGH + 2) == {"soudeur": ENOUGH}
        run = {"operation": "run", "tenant": tenant.slug, "as_of": "2099-01-01T00:00:00Z"}
        events = len(tenant.pool("SELECT 1 FROM events"))
        counted = operator.invoke("retention", run | {"dry_run": True})["tenants"][0]["removed"]["events"]
        removed = operator.invoke("retention", run | {"dry_run": False})["tenants"][0]["removed"]["events"]
        # The text and two shares, beside the events.
        assert (counted, removed) == (events + 3, events + 3)
        assert stored(office) == (0, [])
        assert office.figures()["total"]["searches"] == 0
        assert operator.invoke("retention", run | {"dry_run": False})["tenants"][0]["removed"]["events"] == 0


class TestFigures:
    def test_what_finds_nothing_has_a_list_of_its_own(self, office: Office):
        office.search("boulanger", ENOUGH + 1)
        office.search("zzzyxw", ENOUGH)
        figures = office.counted(2 * ENOUGH + 1)
        assert [query["query"] for query in figures["queries"]] == ["boulanger", "zzzyxw"]
        figures = office.figures(order="without_results")
        (none,) = figures["queries"]
        assert (none["query"], none["without_results"], none["no_result_rate"]) == ("zzzyxw", ENOUGH, 1.0)
        assert figures["others"]["searches"] == ENOUGH + 1
        assert [query["query"] for query in office.figures(limit=1)["queries"]] == ["boulanger"]

    def test_what_a_filter_leaves_out_is_not_nothing(self, office: Office):
        assert office.search("boulanger", contract="internship")[0]["total"] == 0
        assert office.counted(1)["total"]["without_results"] == 0

    def test_clicks_have_positions(self, office: Office):
        made = office.search("soudeur boulanger", ENOUGH)
        visitor = office.visitor()
        for answer, position in zip(made, (1, 1, 2, 2), strict=False):
            hit = answer["hits"][position - 1]["id"]
            for _ in range(2):
                opened = visitor.get(f"/v1/offers/{hit}", search=answer["search"], position=position)
                assert opened.status_code == 200, opened.text
        figures = office.until(lambda: (f := office.counted(ENOUGH))["total"]["clicks"] == 4 and f, "the clicks")
        (query,) = figures["queries"]
        assert (query["searches_with_click"], query["clicks"], query["mean_reciprocal_position"]) == (4, 4, 0.75)
        assert query["click_through_rate"] == 4 / ENOUGH
        assert figures["positions"] == [{"position": 1, "clicks": 2}, {"position": 2, "clicks": 2}]

    def test_a_further_page_is_the_same_search(self, office: Office):
        (first,) = office.search("soudeur boulanger", limit="1")
        further = office.visitor().get("/v1/offers", q="soudeur boulanger", match="words", limit="1", cursor=first["next_cursor"])
        assert "search" in first and "search" not in further.json()
        office.search("zingueur")
        assert office.counted(2)["total"]["searches"] == 2

    def test_a_foreign_ticket_opens_the_offer_and_counts_for_nobody(self, tenant: Tenant, make_tenant, office: Office):
        (other,) = Office(tenant).search("soudeur")
        stranger = make_tenant("learning-other")
        bring_offers(stranger, "csv", csv_file([offer("S")]))
        wait_for(lambda: stranger.front.search()["total"] == 1, "the index", timeout=15)
        (mine,) = office.search("soudeur")
        hit = mine["hits"][0]["id"]
        for ticket in (other["search"], stranger.front.search("pain")["search"], "A" * 71):
            assert office.visitor().get(f"/v1/offers/{hit}", search=ticket, position=1).status_code == 200
        assert office.visitor().get(f"/v1/offers/{hit}", search=mine["search"], position=1).status_code == 200
        figures = office.until(lambda: (f := office.counted(1))["total"]["clicks"] >= 1 and f, "the click")
        assert figures["total"]["clicks"] == 1

    @pytest.mark.parametrize(
        ("query", "refused"),
        [
            ({"search": "camille"}, {"search": "invalid"}),
            ({"search": "A" * 71}, {"position": "missing"}),
            ({"position": "1"}, {"search": "missing"}),
            ({"search": "A" * 71, "position": "0"}, {"position": "invalid"}),
            ({"search": "A" * 71, "position": ["1", "2"]}, {"position": "repeated"}),
            ({"tenant": "x"}, {"query": "unknown"}),
        ],
    )
    def test_bad_openings_are_named(self, office: Office, query: dict, refused: dict):
        hit = office.visitor().get("/v1/offers").json()["hits"][0]["id"]
        answer = office.visitor().get(f"/v1/offers/{hit}", **query)
        is_problem(answer, INVALID)
        assert refused_fields(answer) == refused

    @pytest.mark.parametrize(
        ("query", "refused"),
        [
            ({"from": "yesterday"}, {"from": "invalid-timestamp"}),
            ({"order": "clicks"}, {"order": "invalid"}),
            ({"limit": "0"}, {"limit": "invalid"}),
            ({"limit": "501"}, {"limit": "invalid"}),
            ({"limit": "many"}, {"limit": "invalid"}),
            ({"tenant": "x"}, {}),
        ],
    )
    def test_bad_parameters_are_named(self, tenant: Tenant, query: dict, refused: dict):
        answer = tenant.member.get(f"/v1/projects/{tenant.project}/search-queries", **query)
        is_problem(answer, INVALID)
        assert refused_fields(answer) == refused

    def test_searches_go_on_while_the_database_is_away(self, stage: Stage, office: Office):
        stage.kill("database")
        try:
            office.search("zingueur", ENOUGH)
        finally:
            stage.restart()
        assert wait_for(lambda: office.texts(ENOUGH), "the text", 60) == {"zingueur": ENOUGH}


class TestExperiments:
    VISITORS = 60

    def test_a_part_of_the_visitors_searches_otherwise(self, office: Office):
        tried = {"percent": 50, "synonyms": [["zingueur", "plombifère"]]}
        office.tenant.publish({"search": {"experiment": tried}}, office.settings)
        path = f"/v1/projects/{office.project}/search-experiments"
        assert office.tenant.back.call("GET", path)["experiments"] == []
        time.sleep(4)
        found = []
        for _ in range(self.VISITORS):
            visitor = office.visitor()
            answers = [visitor.get("/v1/offers", q="plombifère", match="words").json() for _ in range(2)]
            assert answers[0]["total"] == answers[1]["total"], "a visitor stays with one setting"
            found.append(answers[0])
        tries = [answer for answer in found if answer["total"]]
        # Six standard deviations around the half.
        assert 7 <= len(tries) <= 53
        for answer in tries[:6]:
            opened = office.visitor().get(f"/v1/offers/{answer['hits'][0]['id']}", search=answer["search"], position=1)
            assert opened.status_code == 200
        office.counted(2 * self.VISITORS)
        ((experiment),) = office.until(
            lambda: (e := office.tenant.back.call("GET", path)["experiments"]) and e[0]["b"]["clicks"] == 6 and e, "the clicks"
        )
        a, b = experiment["a"], experiment["b"]
        assert experiment["current"] and (a["searches"] + b["searches"], b["searches"]) == (2 * self.VISITORS, 2 * len(tries))
        assert (a["no_result_rate"], b["no_result_rate"]) == (1.0, 0.0)
        assert experiment["no_result_rate"]["difference"] == -1.0 and experiment["no_result_rate"]["significant"]
        assert experiment["no_result_rate"]["z"] < -1.96
        assert (b["searches_with_click"], b["mean_reciprocal_position"], a["clicks"]) == (6, 1.0, 0)
        # Another share is another experiment.
        office.tenant.publish({"search": {"experiment": tried | {"percent": 40}}}, office.settings)
        ((ended),) = office.tenant.back.call("GET", path)["experiments"]
        assert not ended["current"]

    def test_what_does_not_hold_is_not_drafted(self, office: Office):
        seen = office.tenant.member.get(f"{office.settings}/draft").headers["ETag"]
        for search, field in (
            ({"experiment": {"percent": 0}}, "search.experiment.percent"),
            ({"experiment": {"percent": 100}}, "search.experiment.percent"),
            ({"experiment": {"percent": 50, "weights": {"title": 1001}}}, "search.experiment.weights.title"),
            ({"query_visitors": 4}, "search.query_visitors"),
        ):
            body, headers = {"search": search}, {"If-Match": seen}
            answer = office.tenant.member.send("PUT", f"{office.settings}/draft", json=body, headers=headers)
            is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
            assert refused_fields(answer) == {field: "out-of-range"}


def stored(office: Office) -> tuple[int, list[str]]:
    """How many shares lie there of a front office, and which texts."""
    shares = office.tenant.pool("SELECT 1 FROM query_shares WHERE project_id = %s", office.project, role="metrics")
    texts = office.tenant.pool("SELECT query FROM query_texts WHERE project_id = %s ORDER BY query", office.project)
    return len(shares), [text for (text,) in texts]


def records_of(office: Office) -> list[bytes]:
    """What went over the stream for a front office's searches, as it was written."""
    kinesis, found = office.stage.client("kinesis"), []
    for shard in kinesis.list_shards(StreamName=office.stage.stream)["Shards"]:
        start = {"StreamName": office.stage.stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = kinesis.get_shard_iterator(**start)["ShardIterator"]
        while iterator:
            answer = kinesis.get_records(ShardIterator=iterator, Limit=10_000)
            found += [record["Data"] for record in answer["Records"] if office.project.encode() in record["Data"]]
            iterator = answer["NextShardIterator"] if answer["Records"] else None
    return [data for data in found if json.loads(data)["kind"] == "search"]
