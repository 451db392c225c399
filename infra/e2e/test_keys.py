"""Publishable keys: shown once, restricted to sites and products, limited, rotated, revoked."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from demo.client import Operator, wait_for

from .api import FORBIDDEN, NOT_FOUND, TOO_MANY, UNAUTHORIZED, Api, filled, is_problem, refused_fields, routes
from .stage import Stage
from .tenants import MANY, Tenant, decided

SITE = "https://jobs.keys-e2e.example"
OTHER = "https://other.keys-e2e.example"
EFFECTIVE = 60
"""Seconds within which a change of a key is promised to hold everywhere."""
CONFLICT = ("urn:vivier:problem:limit-reached", 409)


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("keys-e2e")


@pytest.fixture(scope="module")
def neighbour(make_tenant) -> Tenant:
    return make_tenant("keys-neighbour")


def keys(house: Tenant) -> str:
    return f"/v1/projects/{house.project}/keys"


def holds(check, what: str) -> None:
    """Waits until a change of a key holds, as long as is promised."""
    wait_for(check, what, timeout=EFFECTIVE, every=0.2)


class TestText:
    def test_is_shown_once_and_kept_nowhere(self, stage: Stage, house: Tenant):
        body = {"name": "Site carrière", "origins": [SITE], "products": ["search_engine"], "requests_per_minute": 600}
        answer = house.member.send("POST", keys(house), json=body)
        assert answer.status_code == 201 and answer.headers["Location"].startswith(keys(house)), answer.text
        text, made = answer.json()["text"], answer.json()["key"]
        assert text.startswith("vpk_") and made["generations"][-1]["ends_with"] == text[-4:]
        assert {name: made[name] for name in body} == body
        listed = house.member.get(keys(house), limit=100)
        assert made in listed.json()["keys"] and text not in listed.text
        for table in (stage.tenants_table, f"vivier-{stage.name}-projects", f"vivier-{stage.name}-requests"):
            items = json.dumps(stage.client("dynamodb").scan(TableName=table)["Items"], default=str)
            assert text not in items and text.removeprefix("vpk_") not in items, table
        assert house.visitor(text).get("/v1/offers").status_code == 200

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({"name": ""}, "name", "invalid"),
            ({"name": "a" * 81}, "name", "invalid"),
            ({"name": "a", "origins": [SITE, SITE.upper()]}, "origins", "repeated"),
            ({"name": "a", "products": ["chatbot", "chatbot"]}, "products", "repeated"),
            ({"name": "a", "requests_per_minute": 0}, "requests_per_minute", "out-of-range"),
            ({"name": "a", "requests_per_minute": 100_001}, "requests_per_minute", "out-of-range"),
            ({"name": "a", "origins": ["*"]}, None, None),
            ({"name": "a", "origins": ["http://jobs.example"]}, None, None),
            ({"name": "a", "products": ["crm"]}, None, None),
            ({"name": "a", "text": "vpk_" + "A" * 32}, None, None),
            ({"name": "a", "project": "of another"}, None, None),
        ],
        ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
    )
    def test_terms_that_do_not_hold(self, house: Tenant, body: dict, field: str | None, code: str | None):
        before = house.member.get(keys(house), limit=100).json()
        answer = house.member.send("POST", keys(house), json=body)
        is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
        assert field is None or refused_fields(answer) == {field: code}
        assert house.member.get(keys(house), limit=100).json() == before

    def test_an_editor_makes_and_reads_none(self, house: Tenant):
        editor = house.person("editor").bearer
        key_id, _ = house.new_key()
        for method, path, body in (
            ("GET", keys(house), None),
            ("POST", keys(house), {"name": "a"}),
            ("PATCH", f"{keys(house)}/{key_id}", {"name": "b"}),
            ("POST", f"{keys(house)}/{key_id}/rotation", {}),
            ("DELETE", f"{keys(house)}/{key_id}", None),
        ):
            is_problem(editor.send(method, path, json=body), FORBIDDEN)


class TestSites:
    """Whose pages may use a key, and read what it is answered (CORS)."""

    def test_of_the_key(self, house: Tenant):
        _, text = house.new_key(origins=[SITE, "http://localhost:3000"])
        for origin, opened in (
            (None, None), (SITE, SITE), (SITE.upper(), SITE), (f"{SITE}:443", SITE),
            ("http://localhost:3000", "http://localhost:3000"),
        ):  # fmt: skip
            answer = house.visitor(text, **({"Origin": origin} if origin else {})).get("/v1/offers")
            assert answer.status_code == 200, (origin, answer.text)
            assert answer.headers.get("Access-Control-Allow-Origin") == opened, origin
            assert "origin" in answer.headers["Vary"].lower()
            assert "Access-Control-Allow-Credentials" not in answer.headers
        for origin in (OTHER, "null", "", SITE.replace("https", "http"), f"{SITE}:8443", f"{SITE}.evil.example",
                       f"https://evil.example/{SITE}", "http://localhost:3001", "file://", f"{SITE} {OTHER}"):  # fmt: skip
            answer = house.visitor(text, Origin=origin).get("/v1/offers")
            is_problem(answer, FORBIDDEN)
            # That it is refused may be read by everybody: it is the same for all.
            assert answer.headers.get("Access-Control-Allow-Origin") in (None, "*"), origin

    def test_a_page_may_read_why_it_was_refused(self, house: Tenant):
        _, text = house.new_key(origins=[SITE])
        answer = house.visitor(text, Origin=SITE).get(filled("/v1/offers/{id}"))
        is_problem(answer, NOT_FOUND)
        assert answer.headers["Access-Control-Allow-Origin"] == SITE

    def test_of_the_project_where_the_key_names_none(self, house: Tenant):
        _, text = house.new_key()
        is_problem(house.visitor(text, Origin=SITE).get("/v1/offers"), FORBIDDEN)
        house.publish({"allowed_origins": [SITE]})
        holds(lambda: house.visitor(text, Origin=SITE).get("/v1/offers").status_code == 200, "the site's admission")
        is_problem(house.visitor(text, Origin=OTHER).get("/v1/offers"), FORBIDDEN)
        _, own = house.new_key(origins=[OTHER])
        is_problem(house.visitor(own, Origin=SITE).get("/v1/offers"), FORBIDDEN)
        house.publish({"allowed_origins": []})
        holds(lambda: house.visitor(text, Origin=SITE).get("/v1/offers").status_code == 403, "the site's end")

    def test_the_front_office_at_its_own_host_name(self, stage: Stage, house: Tenant, neighbour: Tenant):
        for scheme in ("https", "http"):
            own = Api(stage.stack.api_url, {"Host": house.host, "Origin": f"{scheme}://{house.host}"})
            assert own.get("/v1/offers").status_code == 200
        for origin in (f"https://{neighbour.host}", SITE):
            is_problem(Api(stage.stack.api_url, {"Host": house.host, "Origin": origin}).get("/v1/offers"), FORBIDDEN)

    @pytest.mark.parametrize(("office", "method", "path"), routes("front"))
    def test_a_preflight_needs_no_key_and_tells_nothing(self, stage: Stage, office: str, method: str, path: str):
        asked = {"Origin": OTHER, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "x-vivier-key"}
        answer = Api(stage.stack.api_url, asked).send("OPTIONS", filled(path))
        assert answer.status_code in (200, 204), answer.text
        allowed = {name.strip().lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}
        assert {"x-vivier-key", "content-type", "idempotency-key", "if-none-match"} <= allowed
        assert method in answer.headers["Access-Control-Allow-Methods"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*" and not answer.content.strip(b"{}\n ")
        assert "Access-Control-Allow-Credentials" not in answer.headers


class TestProducts:
    CHAT = ("POST", "/v1/chat/sessions")
    OFFERS = ("GET", "/v1/offers")
    OFFICE = ("GET", "/v1/front-office")

    @pytest.mark.parametrize(
        ("products", "chat", "offers"),
        [([], 201, 200), (["chatbot"], 201, 403), (["search_engine"], 403, 200), (["messaging_channel"], 403, 403)],
    )
    def test_that_a_key_opens(self, house: Tenant, products: list[str], chat: int, offers: int):
        _, text = house.new_key(products=products)
        visitor = house.visitor(text)
        assert visitor.send(*self.CHAT).status_code == chat
        assert visitor.send(*self.OFFERS).status_code == offers
        assert visitor.send(*self.OFFICE).status_code == 200, "how a front office looks is no product"

    def test_of_the_keys_own_project(self, house: Tenant):
        """A key of a second project opens what that project has, and its front office."""
        path = "/v1/projects"
        made = house.member.send("POST", path, json={"name": "Alternance"}).json()
        second = made["project_id"]
        _, text = house.new_key(second)
        visitor = house.visitor(text)
        is_problem(visitor.send(*self.OFFERS), FORBIDDEN)
        assert visitor.get("/v1/front-office").json()["name"] == "Alternance"
        product = {"kind": "search_engine", "name": "Offres"}
        added = house.member.send("POST", f"{path}/{second}/products", json=product).json()
        holds(lambda: visitor.send(*self.OFFERS).status_code == 200, "the product's beginning")
        switch = f"{path}/{second}/products/{added['product_id']}"
        assert house.member.send("PATCH", switch, json={"enabled": False}).status_code == 200
        holds(lambda: visitor.send(*self.OFFERS).status_code == 403, "the product's end")
        assert visitor.get("/v1/front-office").json()["products"] == []
        seen = house.member.get(f"{path}/{second}").headers["ETag"]
        away = house.member.send("PATCH", f"{path}/{second}", json={"status": "archived"}, headers={"If-Match": seen})
        assert away.status_code == 200, away.text
        holds(lambda: visitor.send(*self.OFFICE).status_code == 401, "the end of a project that was put away")
        assert house.candidate.send(*self.OFFERS).status_code == 200, "the other project goes on"

    def test_a_key_is_narrowed_and_widened(self, house: Tenant):
        key_id, text = house.new_key(products=["search_engine"])
        visitor, path = house.visitor(text), f"{keys(house)}/{key_id}"
        assert visitor.send(*self.OFFERS).status_code == 200
        assert house.member.send("PATCH", path, json={"products": ["chatbot"]}).status_code == 200
        holds(lambda: visitor.send(*self.OFFERS).status_code == 403, "the narrower key")
        assert visitor.send(*self.CHAT).status_code == 201
        assert house.member.send("PATCH", path, json={"products": [], "name": "Tout"}).json()["name"] == "Tout"
        holds(lambda: visitor.send(*self.OFFERS).status_code == 200, "the wider key")


class TestRotation:
    def test_old_and_new_overlap(self, house: Tenant):
        key_id, old = house.new_key(origins=[SITE])
        rotation = f"{keys(house)}/{key_id}/rotation"
        answer = house.member.send("POST", rotation, json={"overlap_minutes": 5}).json()
        new, made = answer["text"], answer["key"]
        assert made["key_id"] == key_id and new != old and made["origins"] == [SITE]
        assert [generation["ends_with"] for generation in made["generations"]] == [old[-4:], new[-4:]]
        assert made["generations"][0]["expires_at"] and made["generations"][1]["expires_at"] is None
        for text in (old, new):
            assert house.visitor(text).get("/v1/offers").status_code == 200
            is_problem(house.visitor(text, Origin=OTHER).get("/v1/offers"), FORBIDDEN)
        newest = house.member.send("POST", rotation, json={"overlap_minutes": 0}).json()["text"]
        for text in (old, new):
            holds(lambda text=text: house.visitor(text).get("/v1/offers").status_code == 401, "the end of an old text")
        assert house.visitor(newest).get("/v1/offers").status_code == 200

    def test_an_old_text_ends_by_itself(self, stage: Stage, house: Tenant):
        key_id, old = house.new_key()
        house.member.send("POST", f"{keys(house)}/{key_id}/rotation", json={"overlap_minutes": 60})
        assert house.visitor(old).get("/v1/offers").status_code == 200
        expire(stage, house, key_id)
        decided(lambda: house.visitor(old).get("/v1/offers").status_code == 401, "the end of the overlap")
        is_problem(house.visitor(old).get("/v1/offers"), UNAUTHORIZED)

    def test_no_more_texts_than_there_may_be(self, house: Tenant):
        key_id, _ = house.new_key()
        rotation = f"{keys(house)}/{key_id}/rotation"
        answers = [house.member.send("POST", rotation, json={"overlap_minutes": 60}) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200] * 4 + [409], answers[-1].text
        is_problem(answers[-1], CONFLICT)
        is_problem(house.member.send("POST", rotation, json={"overlap_minutes": 10_081}))
        assert house.member.send("POST", rotation, json={"overlap_minutes": 0}).status_code == 200

    def test_several_at_once_leave_one_that_opens(self, house: Tenant):
        key_id, _ = house.new_key()
        rotation = f"{keys(house)}/{key_id}/rotation"
        with ThreadPoolExecutor(4) as crowd:
            answers = list(crowd.map(lambda _: house.member.send("POST", rotation, json={"overlap_minutes": 0}), range(4)))
        texts = [answer.json()["text"] for answer in answers if answer.ok]
        assert texts and {answer.status_code for answer in answers} <= {200, 409}, [a.text for a in answers]
        opening = lambda: [text for text in texts if house.visitor(text).get("/v1/offers").status_code == 200]  # noqa: E731
        holds(lambda: len(opening()) == 1, "one text that opens")


def expire(stage: Stage, house: Tenant, key_id: str) -> None:
    """Lets the overlap of a key's old texts be over: what has an end has it now."""
    dynamodb, found = stage.client("dynamodb"), 0
    for item in dynamodb.query(
        TableName=stage.tenants_table, KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": f"tenant#{house.tenant_id}"}, ":sk": {"S": f"door#key#{key_id}#"}},
    )["Items"]:  # fmt: skip
        entrance = json.loads(item["entrance"]["S"])
        if entrance.get("expires_at"):
            entrance["expires_at"] = "2020-01-01T00:00:00Z"
            dynamodb.put_item(TableName=stage.tenants_table, Item=item | {"entrance": {"S": json.dumps(entrance)}})
            found += 1
    assert found == 1


class TestRevocation:
    def test_holds_everywhere(self, house: Tenant):
        key_id, text = house.new_key()
        _, other = house.new_key()
        older = text
        text = house.member.send("POST", f"{keys(house)}/{key_id}/rotation", json={"overlap_minutes": 60}).json()["text"]
        path = f"{keys(house)}/{key_id}"
        assert {house.visitor(t).get("/v1/offers").status_code for t in (older, text, other)} == {200}
        assert house.member.send("DELETE", path).status_code == 204
        visit = lambda gone: house.visitor(gone).get("/v1/offers")  # noqa: E731
        decided(lambda: {visit(gone).status_code for gone in (older, text)} == {401}, "the revocation")
        for gone in (older, text):
            is_problem(house.visitor(gone).get("/v1/offers"), UNAUTHORIZED)
        assert house.visitor(other).get("/v1/offers").status_code == 200
        assert key_id not in house.member.get(keys(house), limit=100).text
        for method, target in (("DELETE", path), ("PATCH", path), ("POST", f"{path}/rotation")):
            is_problem(house.member.send(method, target, json={}), NOT_FOUND)

    def test_while_it_is_rotated(self, house: Tenant):
        """Whoever is first: afterwards no text of the key opens anything."""
        for _ in range(4):
            key_id, text = house.new_key()
            path = f"{keys(house)}/{key_id}"
            with ThreadPoolExecutor(2) as crowd:
                rotated = crowd.submit(house.member.send, "POST", f"{path}/rotation", json={"overlap_minutes": 60})
                revoked = crowd.submit(house.member.send, "DELETE", path)
            assert revoked.result().status_code in (204, 409, 503), revoked.result().text
            if not revoked.result().ok:
                assert house.member.send("DELETE", path).status_code == 204
            texts = [text, *([rotated.result().json()["text"]] if rotated.result().ok else [])]
            for gone in texts:
                holds(lambda gone=gone: house.visitor(gone).get("/v1/offers").status_code == 401, "the revocation")


class TestLimits:
    def test_of_a_key(self, house: Tenant):
        _, limited = house.new_key(requests_per_minute=5)
        _, free = house.new_key()

        def burst() -> tuple[int, list]:
            minute = int(time.time() // 60)
            answers = [house.visitor(limited).get("/v1/front-office") for _ in range(15)]
            return int(time.time() // 60) - minute + 1, answers

        minutes, answers = burst()
        codes = [answer.status_code for answer in answers]
        passed = codes.count(200)
        assert set(codes) == {200, 429} and 1 <= passed <= 5 * minutes, codes
        refused = next(answer for answer in answers if answer.status_code == 429)
        is_problem(refused, TOO_MANY)
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert house.visitor(free).get("/v1/front-office").status_code == 200
        assert house.candidate.get("/v1/front-office").status_code == 200

    def test_of_a_key_for_all_who_use_it_together(self, house: Tenant):
        _, limited = house.new_key(requests_per_minute=20)
        minute = int(time.time() // 60)
        with ThreadPoolExecutor(8) as crowd:
            codes = list(crowd.map(lambda _: house.visitor(limited).get("/v1/front-office").status_code, range(60)))
        minutes = int(time.time() // 60) - minute + 1
        assert set(codes) == {200, 429} and codes.count(200) <= 20 * minutes, codes

    @pytest.mark.parametrize("by", ["operator", "administrator"])
    def test_of_a_tenant(self, stage: Stage, operator: Operator, house: Tenant, neighbour: Tenant, by: str):
        """The gateway counts all requests to an office of a tenant, whoever sends them. The other office and another tenant
        have their own count: whoever floods the candidates' side shuts no member out."""
        try:
            limit(stage, operator, neighbour, by, rate=1, burst=3)
            answers = [neighbour.candidate.get(path) for _ in range(9) for path in ("/v1/front-office", "/v1/offers")]
            codes = {answer.status_code for answer in answers}
            assert codes == {200, 429}, [answer.status_code for answer in answers]
            assert neighbour.member.get("/v1/imports").status_code == 200
            answers += [neighbour.member.get("/v1/imports") for _ in range(9)]
            assert {answer.status_code for answer in answers[-9:]} >= {429}
            for refused in (answer for answer in answers if answer.status_code == 429):
                is_problem(refused, TOO_MANY)
                assert int(refused.headers["Retry-After"]) >= 1
            assert {house.candidate.get("/v1/front-office").status_code for _ in range(12)} == {200}
        finally:
            limit(stage, operator, neighbour, by, rate=MANY, burst=MANY)
        assert {neighbour.candidate.get("/v1/front-office").status_code for _ in range(12)} == {200}
        assert {neighbour.member.get("/v1/imports").status_code for _ in range(12)} == {200}

    def test_a_tenant_without_a_plan_is_let_in_nowhere(self, stage: Stage, operator: Operator, neighbour: Tenant):
        gateway = stage.client("apigateway")
        key = plan_of(stage, neighbour)[1]
        gateway.update_api_key(apiKey=key, patchOperations=[{"op": "replace", "path": "/enabled", "value": "false"}])
        try:
            is_problem(neighbour.candidate.get("/v1/front-office"), UNAUTHORIZED)
        finally:
            gateway.update_api_key(apiKey=key, patchOperations=[{"op": "replace", "path": "/enabled", "value": "true"}])
        assert neighbour.candidate.get("/v1/front-office").status_code == 200

    def test_a_gateway_key_is_no_way_around(self, stage: Stage, house: Tenant, neighbour: Tenant):
        """The plan that counts is named by the authorizer; what a caller names is not looked at."""
        value = stage.client("apigateway").get_api_key(apiKey=plan_of(stage, neighbour)[1], includeValue=True)["value"]
        is_problem(Api(stage.stack.api_url, {"x-api-key": value}).get("/v1/front-office"), UNAUTHORIZED)
        assert house.visitor(house.key, **{"x_api_key": value}).get("/v1/front-office").status_code == 200


def plan_of(stage: Stage, tenant: Tenant) -> tuple[str, str]:
    """The ids of a tenant's usage plan and of the key by which candidates are counted."""
    gateway = stage.client("apigateway")
    plan = next(plan for plan in gateway.get_usage_plans(limit=500)["items"] if plan.get("description") == tenant.slug)
    keys_ = gateway.get_usage_plan_keys(usagePlanId=plan["id"])["items"]
    assert sorted(key["name"].rsplit("-", 1)[1] for key in keys_) == ["back", "front"]
    return plan["id"], next(key["id"] for key in keys_ if key["name"].endswith("-front"))


def limit(stage: Stage, operator: Operator, tenant: Tenant, by: str, rate: int, burst: int) -> None:
    """Sets a tenant's limits, by an operator's command or in the gateway."""
    if by == "operator":
        command = {"operation": "limit", "slug": tenant.slug, "requests_per_second": rate, "burst": burst}
        answer = operator.invoke("tenants", command)
        assert (answer["requests_per_second"], answer["burst"]) == (rate, burst)
        return
    changes = [("/throttle/rateLimit", rate), ("/throttle/burstLimit", burst)]
    stage.client("apigateway").update_usage_plan(
        usagePlanId=plan_of(stage, tenant)[0],
        patchOperations=[{"op": "replace", "path": path, "value": str(value)} for path, value in changes],
    )
