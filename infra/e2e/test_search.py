"""Candidates search: as people type, filtered, page by page, and while the database is away."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter

import pytest

from demo.client import wait_for

from .api import NOT_FOUND, SOME_ID, is_problem, refused_fields
from .stage import Stage
from .tenants import Tenant

CONTRACTS = {
    "CDI": "permanent",
    "CDD": "fixed_term",
    "Intérim": "temporary",
    "Alternance": "apprenticeship",
    "Stage": "internship",
    "Freelance": "freelance",
}


def references(tenant: Tenant, **query: object) -> set[str]:
    """References of all offers that match."""
    return {hit["reference"] for hit in walk(tenant, **query)}


def walk(tenant: Tenant, **query: object) -> list[dict]:
    """Every hit, page by page."""
    hits, cursor = [], None
    while True:
        page = tenant.front.search(**{"limit": 50, **query, **({"cursor": cursor} if cursor else {})})
        hits += page["hits"]
        cursor = page.get("next_cursor")
        if not cursor:
            assert len(hits) == page["total"]
            return hits


def wanted(tenant: Tenant, **columns: object) -> set[str]:
    """References of the rows of the feed that have these values."""
    return {
        row["reference"]
        for row in tenant.notes["rows"]
        if all(row[name] in (values if isinstance(values, tuple) else (values,)) for name, values in columns.items())
    }


def bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).lower()


@pytest.fixture(autouse=True)
def vectors(alpha: Tenant, beta: Tenant) -> None:
    """Vectors follow the words of an import: every test here sees both."""
    for tenant in (alpha, beta):
        if "vectors" not in tenant.notes:
            wait_for(lambda: has_vectors(tenant), "the vectors of the offers", timeout=180)
            tenant.notes["vectors"] = True


def has_vectors(tenant: Tenant) -> bool:
    hits = tenant.front.search(tenant.notes["rows"][0]["title"], explain="true")["hits"]
    return (hits[0]["reason"]["meaning"] or 0) > 0


class TestWords:
    @pytest.mark.parametrize(
        ("typed", "same"),
        [
            ("boulangère", "boulangere"),
            ("boulangère", "BOULANGÈRE"),
            ("pâtisserie", "patisserie"),
            ("vendeuse", "vendeuses"),
            ("l'atelier", "atelier"),
            ("l’atelier", "atelier"),
            ("  pain   levain ", "pain levain"),
            ("qualité", "qualite\u0301"),
        ],
    )
    def test_are_found_however_they_are_typed(self, alpha: Tenant, typed: str, same: str):
        found = references(alpha, q=typed, match="words")
        assert found and found == references(alpha, q=same, match="words")

    def test_more_words_find_more_and_what_has_them_all_comes_first(self, alpha: Tenant):
        one, other = (references(alpha, q=q, match="words") for q in ("boulangerie", "conducteur"))
        assert one and other and references(alpha, q="boulangerie conducteur", match="words") == one | other
        row = alpha.notes["rows"][7]
        first = alpha.front.search(f"{row['title']} {row['city']}")["hits"][0]
        assert (first["title"], first["city"]) == (row["title"], row["city"])

    def test_a_word_can_be_excluded(self, alpha: Tenant):
        every, with_it = references(alpha), references(alpha, q="boulangerie", match="words")
        assert references(alpha, q="-boulangerie") == every - with_it

    @pytest.mark.parametrize("q", ["zzzyxw", "<zzzyxw>", "zzz\u0301yxw"])
    def test_that_no_offer_has(self, alpha: Tenant, q: str):
        assert alpha.front.search(q)["total"] == 0

    @pytest.mark.parametrize("q", ['"', "(((", "😀", "\u200b", "<script>alert(1)</script>", "a AND OR NOT", "title:", "*", "-", "a" * 300, "\\", "[1 TO 2]", "é" * 300])
    def test_are_no_query_language(self, alpha: Tenant, q: str):
        assert alpha.candidate.get("/v1/offers", q=q).status_code == 200

    def test_are_marked_and_everything_else_is_escaped(self, alpha: Tenant):
        hits = walk(alpha, q="boulangere")
        marked = [hit["highlight"][part] for hit in hits for part in ("title", "description")]
        assert any("<mark>" in text for text in marked)
        for text in marked:
            assert "<" not in text.replace("<mark>", "").replace("</mark>", "")
        assert all(
            bare(word).startswith("boulang")
            for text in marked
            for word in (part.split("</mark>")[0] for part in text.split("<mark>")[1:])
        )


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "columns"),
        [
            ({"contract": "permanent"}, {"contract": "CDI"}),
            ({"contract": "CDI"}, {"contract": "CDI"}),
            ({"contract": ["fixed_term", "internship"]}, {"contract": ("CDD", "Stage")}),
            ({"remote": "none"}, {"remote": "none"}),
            ({"remote": ["partial", "full"]}, {"remote": ("partial", "full")}),
            ({"contract": "permanent", "remote": "none"}, {"contract": "CDI", "remote": "none"}),
            ({"city": "Atlantis"}, {"city": "Atlantis"}),
        ],
    )
    def test_give_what_the_feed_has(self, alpha: Tenant, query: dict, columns: dict):
        assert references(alpha, **query) == wanted(alpha, **columns)

    def test_by_city_and_occupation(self, alpha: Tenant):
        row = alpha.notes["rows"][0]
        assert references(alpha, city=row["city"]) == wanted(alpha, city=row["city"])
        by_code = references(alpha, occupation=row["occupation_code"])
        assert by_code == wanted(alpha, occupation_code=row["occupation_code"])
        assert references(alpha, city=bare(row["city"])) == wanted(alpha, city=row["city"])

    def test_by_date(self, alpha: Tenant):
        since = (dt.date.today() - dt.timedelta(days=10)).isoformat()
        expected = {row["reference"] for row in alpha.notes["rows"] if row["published_on"] >= since}
        assert references(alpha, published_since=since) == expected

    def test_newest_first(self, alpha: Tenant):
        days = [hit["published_on"] for hit in walk(alpha, sort="date")]
        assert days == sorted(days, reverse=True)


class TestFacets:
    def test_count_the_whole_search(self, alpha: Tenant):
        facets = alpha.front.search(limit=1)["facets"]
        rows = alpha.notes["rows"]
        counted = {name: {v["value"]: v["count"] for v in values} for name, values in facets.items()}
        assert counted["contract"] == Counter(CONTRACTS[row["contract"]] for row in rows)
        assert counted["remote"] == Counter(row["remote"] for row in rows)
        assert sum(counted["city"].values()) == sum(counted["occupation"].values()) == len(rows)

    def test_each_value_gives_as_many_as_it_says(self, alpha: Tenant):
        page = alpha.front.search("magasin", limit=1)
        for name, values in page["facets"].items():
            for value in values[:3]:
                assert alpha.front.search("magasin", **{name: value["value"], "limit": 1})["total"] == value["count"]

    def test_a_choice_can_still_be_widened(self, alpha: Tenant):
        free, narrowed = alpha.front.search(limit=1), alpha.front.search(contract="permanent", limit=1)
        assert narrowed["facets"]["contract"] == free["facets"]["contract"]
        assert sum(v["count"] for v in narrowed["facets"]["remote"]) == narrowed["total"]


class TestSettings:
    """A front office finds as its tenant has published it."""

    @pytest.fixture(scope="class")
    def tenant(self, make_tenant) -> Tenant:
        from .tenants import bring_offers, csv_file, offer

        tenant = make_tenant("search-settings")
        rows = [
            offer("TITLE", title="Zingueur", description="Poser des toitures."),
            offer("TEXT", title="Poseur", description="Un travail de zingueur, zingueur et encore zingueur."),
            offer("OTHER", title="Couvreuse", description="Autre chose."),
        ]
        bring_offers(tenant, "csv", csv_file(rows))
        wait_for(lambda: has_some(tenant, "zingueur"), "the first index", timeout=10)
        return tenant

    def found(self, tenant: Tenant, q: str) -> list[str]:
        return [hit["reference"] for hit in tenant.front.search(q, match="words")["hits"]]

    def test_synonyms_in_both_directions_and_in_one(self, tenant: Tenant):
        assert "OTHER" not in self.found(tenant, "plombifère") and "OTHER" not in self.found(tenant, "zingueur")
        tenant.publish({"search": {"synonyms": [["couvreur", "plombifère"]], "one_way": [{"from": "toiturier", "to": ["couvreur"]}]}})
        wait_for(lambda: self.found(tenant, "plombifère") == ["OTHER"], "the synonyms", timeout=10)
        assert self.found(tenant, "toituriers") == ["OTHER"]

    def test_weights_of_fields(self, tenant: Tenant):
        assert self.found(tenant, "zingueur")[0] == "TITLE"
        weights = {"title": 1, "occupation": 1, "skills": 1, "company": 1, "city": 1, "description": 1000}
        tenant.publish({"search": {"weights": weights}})
        wait_for(lambda: self.found(tenant, "zingueur")[0] == "TEXT", "the weights", timeout=10)


def has_some(tenant: Tenant, q: str) -> bool:
    return tenant.front.search(q)["total"] > 0


class TestPlaces:
    def test_near_one_by_name_or_postal_code(self, alpha: Tenant):
        city = Counter(row["city"] for row in alpha.notes["rows"]).most_common(1)[0][0]
        page = alpha.front.search(near=city, radius_km=5, sort="distance")
        assert page["total"] and page["place"].startswith(city)
        assert {hit["city"] for hit in page["hits"] if hit["distance_km"] < 1} >= {city}
        assert [hit["distance_km"] for hit in page["hits"]] == sorted(hit["distance_km"] for hit in page["hits"])
        code = next(hit["postal_code"] for hit in page["hits"] if hit["city"] == city and hit["postal_code"])
        assert alpha.front.search(near=code, radius_km=5)["total"]

    def test_a_radius_that_holds_few_widens_and_says_so(self, alpha: Tenant):
        page = alpha.front.search(near="Brest", q="boulanger")
        assert page["total"] < 10 and page["radius_km"] == 100

    def test_remote_is_a_place(self, alpha: Tenant):
        remote = alpha.front.search(near="télétravail", limit=100)
        assert remote["total"] == alpha.front.search(remote="full")["total"]
        assert {hit["remote"] for hit in remote["hits"]} <= {"full"}

    def test_one_that_nobody_knows(self, alpha: Tenant):
        answer = alpha.candidate.get("/v1/offers", near="Trifouillis-sur-Nulle-Part")
        is_problem(answer, ("urn:vivier:problem:invalid-query", 400))
        assert refused_fields(answer) == {"near": "invalid"}

    def test_departments_and_regions_are_facets(self, alpha: Tenant):
        facets = alpha.front.search()["facets"]
        assert facets["department"] and facets["region"]
        for value in facets["department"]:
            found = alpha.front.search(department=value["value"])
            assert found["total"] == value["count"]

    @pytest.mark.parametrize(
        ("typed", "kind", "label"),
        [
            ("Lyo", "commune", "Lyon (69)"),
            ("nante", "commune", "Nantes (44)"),
            ("saint etie", "commune", "Saint-Étienne (42)"),
            ("69003", "commune", "Lyon 3e Arrondissement (69)"),
            ("Rhône", "department", "Rhône (69)"),
            ("bretag", "region", "Bretagne"),
            ("télétr", "remote", "Télétravail"),
        ],
    )
    def test_are_completed_while_typing(self, alpha: Tenant, typed: str, kind: str, label: str):
        found = alpha.candidate.get("/v1/places", q=typed).json()["suggestions"]
        assert (kind, label) in [(place["kind"], place["label"]) for place in found]


class TestOccupations:
    def test_are_told_from_titles_and_from_searches(self, alpha: Tenant):
        told = alpha.front.search("boulangère", related="true")["occupation"]
        assert (told["code"], told["confidence"] >= 0.5) == ("D1102", True)
        assert told["related"] and "D1102" not in {near["code"] for near in told["related"]}
        for near in told["related"]:
            assert alpha.front.search(occupation=near["code"])["total"] > 0
        assert "occupation" not in alpha.front.search("boulangère")
        assert "occupation" not in alpha.front.search("zzzyxw", related="true")

    def test_an_offer_that_names_none_gets_a_likely_one(self, make_tenant):
        from .tenants import bring_offers, csv_file, offer

        tenant = make_tenant("search-occupations")
        given = {"occupation_code": "M1805", "occupation": "Développement"}
        rows = [offer("TOLD", title="Boulanger H/F"), offer("GIVEN", title="Boulanger H/F", **given), offer("UNLIKELY", title="Poste à pourvoir")]
        bring_offers(tenant, "csv", csv_file(rows))
        wait_for(lambda: has_some(tenant, "boulanger"), "the first index", timeout=10)
        hits = {hit["reference"]: hit for hit in tenant.front.search(match="words")["hits"]}
        assert (hits["TOLD"]["occupation_code"], hits["TOLD"]["occupation_confidence"] >= 0.8) == ("D1102", True)
        assert (hits["GIVEN"]["occupation_code"], "occupation_confidence" in hits["GIVEN"]) == ("M1805", False)
        assert hits["UNLIKELY"]["occupation_code"] is None
        assert tenant.front.search(occupation="D1102")["total"] == 1


class TestPages:
    @pytest.mark.parametrize("query", [{}, {"q": "magasin"}, {"sort": "date"}, {"contract": "permanent", "sort": "date"}])
    @pytest.mark.parametrize("limit", [7, 50])
    def test_give_every_offer_once(self, alpha: Tenant, query: dict, limit: int):
        hits = [hit["id"] for hit in walk(alpha, limit=limit, **query)]
        assert len(hits) == len(set(hits))

    def test_a_cursor_belongs_to_its_search(self, alpha: Tenant):
        cursor = alpha.front.search(limit=5)["next_cursor"]
        for other in ({"q": "magasin"}, {"sort": "date"}, {"contract": "permanent"}):
            is_problem(alpha.candidate.get("/v1/offers", cursor=cursor, **other), NOT_FOUND)

    @pytest.mark.parametrize("cursor", ["", "x", "AAAA", "0" * 300, "é", SOME_ID, "../", "null"])
    def test_a_made_up_cursor_is_not_found(self, alpha: Tenant, cursor: str):
        is_problem(alpha.candidate.get("/v1/offers", cursor=cursor), NOT_FOUND)

    def test_a_changed_cursor_is_not_found(self, alpha: Tenant):
        cursor = alpha.front.search(limit=5)["next_cursor"]
        for place in range(0, len(cursor), 5):
            changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
            answer = alpha.candidate.get("/v1/offers", cursor=changed, limit=5)
            assert answer.status_code in (200, 404), answer.text


class TestOffers:
    def test_one_in_full(self, alpha: Tenant):
        hit = alpha.front.search(limit=1)["hits"][0]
        offer = alpha.front.offer(hit["id"])
        row = next(row for row in alpha.notes["rows"] if row["reference"] == hit["reference"])
        assert (offer["title"], offer["description"], offer["city"]) == (row["title"], row["description"], row["city"])
        assert offer["skills"] == row["skills"].split("|")

    @pytest.mark.parametrize(
        "offer_id", [SOME_ID, "0", "nonsense", "%20", "%2e%2e", "%00", "%FF", "a" * 2000, "suggest%2fx", "null", "-1"]
    )
    def test_one_that_is_not(self, alpha: Tenant, offer_id: str):
        is_problem(alpha.candidate.get(f"/v1/offers/{offer_id}"), NOT_FOUND)

    def test_an_expired_one_is_not_shown(self, make_tenant):
        from .tenants import bring_offers, csv_file, offer

        tenant = make_tenant("search-expiry")
        yesterday, tomorrow = (dt.date.today() + dt.timedelta(days=days) for days in (-2, 2))
        rows = [offer("OVER", expires_on=yesterday.isoformat()), offer("OPEN", expires_on=tomorrow.isoformat())]
        bring_offers(tenant, "csv", csv_file(rows))
        assert references(tenant) == {"OPEN"}


class TestSuggestions:
    @pytest.mark.parametrize("typed", ["bou", "Bou", "BOU", "boul"])
    def test_complete_what_is_typed(self, alpha: Tenant, typed: str):
        found = alpha.front.suggest(typed)["suggestions"]
        assert found and any(bare(entry["text"]).startswith("boul") for entry in found)
        assert {entry["kind"] for entry in found} <= {"title", "occupation", "company", "city"}

    def test_none_for_what_nobody_offers(self, alpha: Tenant):
        assert alpha.front.suggest("zzzyx")["suggestions"] == []

    def test_are_the_tenants_own(self, alpha: Tenant, beta: Tenant):
        company = alpha.notes["rows"][0]["company"]
        assert any(entry["text"] == company for entry in alpha.front.suggest(company[:6])["suggestions"])
        assert all(entry["text"] != company for entry in beta.front.suggest(company[:6])["suggestions"])


class TestBadParameters:
    @pytest.mark.parametrize(
        ("path", "query", "refused"),
        [
            ("/v1/offers", {"q": "a" * 301}, {"q": "invalid"}),
            ("/v1/offers", {"q": ["a", "b"]}, {"q": "repeated"}),
            ("/v1/offers", {"limit": "0"}, {"limit": "invalid"}),
            ("/v1/offers", {"limit": "101"}, {"limit": "invalid"}),
            ("/v1/offers", {"limit": "1e9"}, {"limit": "invalid"}),
            ("/v1/offers", {"sort": "salary"}, {"sort": "invalid"}),
            ("/v1/offers", {"contract": "slavery"}, {"contract": "invalid"}),
            ("/v1/offers", {"remote": "moon"}, {"remote": "invalid"}),
            ("/v1/offers", {"published_since": "2026-02-30"}, {"published_since": "invalid"}),
            ("/v1/offers", {"tenant": "beta-e2e"}, {"query": "unknown"}),
            ("/v1/offers", {"limit": "x", "sort": "x"}, {"limit": "invalid", "sort": "invalid"}),
            ("/v1/offers/suggest", {}, {"q": "missing"}),
            ("/v1/offers/suggest", {"q": "a" * 301}, {"q": "invalid"}),
            ("/v1/offers/suggest", {"q": "a", "limit": "-1"}, {"limit": "invalid"}),
            ("/v1/offers/suggest", {"q": "a", "x": "1"}, {"query": "unknown"}),
        ],
    )
    def test_are_named(self, alpha: Tenant, path: str, query: dict, refused: dict):
        answer = alpha.candidate.get(path, **query)
        is_problem(answer, ("urn:vivier:problem:invalid-query", 400))
        assert refused_fields(answer) == refused


class TestWithoutTheDatabase:
    def test_searches_go_on(self, stage: Stage, alpha: Tenant, beta: Tenant):
        before = {tenant.slug: walk(tenant, q="de", limit=20) for tenant in (alpha, beta)}
        offer = next(iter(before.values()))[0]["id"]
        stage.kill("database")
        try:
            assert {tenant.slug: walk(tenant, q="de", limit=20) for tenant in (alpha, beta)} == before
            assert alpha.front.offer(offer)["id"] == offer
            assert alpha.front.suggest("bou")["suggestions"]
            is_problem(alpha.member.get("/v1/imports"), ("urn:vivier:problem:unavailable", 503))
            is_problem(alpha.member.get("/v1/statistics/totals"), ("urn:vivier:problem:unavailable", 503))
        finally:
            stage.restart()
        assert alpha.member.get("/v1/imports").status_code == 200
        assert alpha.member.get("/v1/statistics/totals").status_code == 200
