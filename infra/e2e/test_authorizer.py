"""Who comes in by which door; and that whoever does not, learns nothing of why."""

from __future__ import annotations

import base64
import http.client
import json
import time
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from demo.client import Operator, wait_for

from . import tenants
from .api import FORBIDDEN, SOME_ID, UNAUTHORIZED, Api, filled, is_problem, routes
from .stage import Stage
from .tenants import Tenant, decided

BODY = b'{"type":"urn:vivier:problem:unauthorized","title":"The caller is not known.","status":401}'


def refused(answer) -> None:
    """A 401 that is, byte for byte, the same for every reason."""
    is_problem(answer, UNAUTHORIZED)
    assert answer.content == BODY


def coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def parts(token: str) -> tuple[dict, dict, str]:
    """Header, claims and signature of a token."""
    head, claims, signature = token.split(".")
    read = [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, claims)]
    return read[0], read[1], signature


def unsigned(head: dict, claims: dict) -> str:
    return f"{coded(json.dumps(head).encode())}.{coded(json.dumps(claims).encode())}"


def signed(head: dict, claims: dict, key: rsa.RSAPrivateKey) -> str:
    text = unsigned(head, claims)
    return f"{text}.{coded(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def door_of(stage: Stage, tenant: Tenant, kind: str) -> dict:
    """The registry's item of a tenant's key, host name or member."""
    found = stage.client("dynamodb").query(
        TableName=stage.tenants_table, KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": f"tenant#{tenant.tenant_id}"}, ":sk": {"S": f"door#{kind}#"}},
    )  # fmt: skip
    return found["Items"][0]


def hang(stage: Stage, door: dict) -> None:
    """Puts an item into the registry."""
    stage.client("dynamodb").put_item(TableName=stage.tenants_table, Item=door)


@pytest.fixture(scope="module")
def stranger() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def scratch(make_tenant) -> Tenant:
    return make_tenant("doors-e2e")


@pytest.fixture
def anybody(stage: Stage):
    """Requests with whatever headers a test gives."""
    return lambda **headers: Api(stage.stack.api_url, {name.replace("_", "-"): v for name, v in headers.items()})


class TestDoors:
    def test_a_publishable_key_opens_the_front_office(self, alpha: Tenant, anybody):
        for header in ("X-Vivier-Key", "x-vivier-key", "X-VIVIER-KEY"):
            assert anybody(**{header: alpha.key}).get("/v1/offers").status_code == 200

    def test_a_host_name_opens_the_front_office_of_its_tenant(self, alpha: Tenant, beta: Tenant, anybody):
        for tenant in (alpha, beta):
            for host in (tenant.host, tenant.host.upper(), f"{tenant.host}:443"):
                page = anybody(Host=host).get("/v1/offers", limit=100).json()
                assert {hit["reference"][:2] for hit in page["hits"]} == {tenant.notes["rows"][0]["reference"][:2]}

    def test_an_access_token_opens_the_back_office(self, alpha: Tenant, anybody):
        for scheme in ("Bearer", "bearer"):
            assert anybody(Authorization=f"{scheme} {alpha.token}").get("/v1/imports").status_code == 200

    @pytest.mark.parametrize(("office", "method", "path"), routes("front", "back"))
    def test_each_office_has_its_own_door(self, alpha: Tenant, office: str, method: str, path: str):
        wrong = alpha.member if office == "front" else alpha.candidate
        is_problem(wrong.send(method, filled(path, project=alpha.project), json={}), FORBIDDEN)

    @pytest.mark.parametrize(("office", "method", "path"), routes("public"))
    def test_whoever_is_nobody_yet_is_heard(self, anybody, office: str, method: str, path: str):
        """And whatever else they show makes no difference."""
        plain = anybody().send(method, path, json={})
        assert plain.status_code == 200 if method == "GET" else plain.status_code == 400, plain.text
        shown = anybody(Authorization="Bearer a.b.c", X_Vivier_Key="vpk_unknown").send(method, path, json={})
        assert (shown.status_code, shown.content) == (plain.status_code, plain.content)


class TestNobody:
    @pytest.mark.parametrize(("office", "method", "path"), routes("front", "back"))
    def test_is_let_in_on_no_route(self, anybody, office: str, method: str, path: str):
        refused(anybody().send(method, filled(path), json={}))

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"X-Vivier-Key": ""},
            {"X-Vivier-Key": "vpk_"},
            {"X-Vivier-Key": "vpk_" + "A" * 32},
            {"X-Vivier-Key": "key#first"},
            {"X-Vivier-Key": "' OR 1=1 --"},
            {"X-Vivier-Key": "v" * 8500},
            {"Host": "nobody.vivier.localhost"},
            {"Host": "vivier.localhost"},
            {"Host": "a" * 250},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer a.b.c"},
            {"Authorization": "Bearer " + "e30.e30.e30"},
            {"Authorization": "Bearer " + "a" * 8500},
            {"Authorization": "Basic YTpi"},
            {"Authorization": "{token}"},
            {"Authorization": "Basic {token}"},
            {"Authorization": "Bearer {key}"},
            {"X-Vivier-Key": "{token}"},
            {"X-Vivier-Key": "{key}", "Authorization": "Bearer {token}"},
            {"X-Vivier-Key": "{key}x"},
            {"X-Vivier-Key": "{upper}"},
            {"Authorization": "Bearer wrong", "Host": "{host}"},
            {"X-Vivier-Key": "wrong", "Host": "{host}"},
            {"X-Vivier-Tenant": "{tenant}", "X-Tenant-Id": "{tenant}"},
        ],
        ids=lambda headers: ",".join(f"{name}={value[:20]}" for name, value in headers.items()) or "nothing",
    )
    def test_is_known_by(self, alpha: Tenant, stage: Stage, headers: dict[str, str]):
        known = {"token": alpha.token, "key": alpha.key, "host": alpha.host, "tenant": alpha.tenant_id}
        known["upper"] = alpha.key.upper()
        filled = {name: value.format(**known) for name, value in headers.items()}
        refused(Api(stage.stack.api_url, filled).get("/v1/offers"))

    def test_sends_a_key_twice(self, alpha: Tenant, beta: Tenant, stage: Stage):
        place = urlsplit(stage.stack.api_url)
        for keys in ((alpha.key, beta.key), (alpha.key, alpha.key)):
            connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
            connection.putrequest("GET", f"{place.path}/v1/offers")
            for key in keys:
                connection.putheader("X-Vivier-Key", key)
            connection.endheaders()
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (401, BODY)
            connection.close()


class TestForgedTokens:
    """Each is one change away from the manager's own token."""

    @pytest.mark.parametrize(
        ("head", "claims"),
        [
            ({}, {}),
            ({"alg": "RS512"}, {}),
            ({"kid": "unknown"}, {}),
            ({"kid": None}, {}),
            ({"jku": "http://127.0.0.1:1/jwks.json"}, {}),
            ({}, {"exp": 4_000_000_000}),
        ],
        ids=["another key", "another algorithm", "unknown kid", "no kid", "own key set", "longer life"],
    )
    def test_signed_by_a_stranger(self, alpha: Tenant, anybody, stranger, head: dict, claims: dict):
        real_head, real_claims, _ = parts(alpha.token)
        token = signed(real_head | head, real_claims | claims, stranger)
        refused(anybody(Authorization=f"Bearer {token}").get("/v1/imports"))

    @pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
    def test_not_signed(self, alpha: Tenant, anybody, algorithm: str):
        head, claims, signature = parts(alpha.token)
        for end in ("", signature):
            token = f"{unsigned(head | {'alg': algorithm}, claims)}.{end}"
            refused(anybody(Authorization=f"Bearer {token}").get("/v1/imports"))

    def test_signed_with_the_public_key_as_a_secret(self, alpha: Tenant, stage: Stage, anybody):
        jwks = Api(stage.stack.endpoint_url).get(f"/{stage.stack.user_pool_id}/.well-known/jwks.json").json()
        head, claims, _ = parts(alpha.token)
        key = next(key for key in jwks["keys"] if key["kid"] == head["kid"])
        modulus, exponent = (int.from_bytes(base64.urlsafe_b64decode(key[n] + "==")) for n in ("n", "e"))
        public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
        for form in (serialization.Encoding.PEM, serialization.Encoding.DER):
            secret = hmac.HMAC(
                public.public_bytes(form, serialization.PublicFormat.SubjectPublicKeyInfo), hashes.SHA256()
            )
            text = unsigned(head | {"alg": "HS256"}, claims)
            secret.update(text.encode())
            refused(anybody(Authorization=f"Bearer {text}.{coded(secret.finalize())}").get("/v1/imports"))

    @pytest.mark.parametrize("claim", ["sub", "exp", "client_id", "token_use", "iss"])
    def test_changed_after_signing(self, alpha: Tenant, beta: Tenant, anybody, claim: str):
        head, claims, signature = parts(alpha.token)
        other = parts(beta.token)[1]
        value = 4_000_000_000 if claim == "exp" else other[claim] + ("" if claim == "sub" else "x")
        token = f"{unsigned(head, claims | {claim: value})}.{signature}"
        refused(anybody(Authorization=f"Bearer {token}").get("/v1/imports"))


class TestOtherTokens:
    """Properly signed by the user pool, and still not the ones that open."""

    def test_an_identity_token(self, alpha: Tenant, stage: Stage, anybody):
        token = tenants.login(stage, alpha.email, alpha.password)["IdToken"]
        refused(anybody(Authorization=f"Bearer {token}").get("/v1/imports"))

    def test_a_refresh_token(self, alpha: Tenant, stage: Stage, anybody):
        token = tenants.login(stage, alpha.email, alpha.password)["RefreshToken"]
        refused(anybody(Authorization=f"Bearer {token}").get("/v1/imports"))

    def test_of_another_client(self, alpha: Tenant, stage: Stage, anybody):
        pool, pool_id = stage.client("cognito-idp"), stage.stack.user_pool_id
        client = pool.create_user_pool_client(
            UserPoolId=pool_id, ClientName="other", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        try:
            token = tenants.login(stage, alpha.email, alpha.password, client_id=client)["AccessToken"]
            refused(anybody(Authorization=f"Bearer {token}").get("/v1/imports"))
        finally:
            pool.delete_user_pool_client(UserPoolId=pool_id, ClientId=client)

    def test_of_another_pool(self, alpha: Tenant, stage: Stage, anybody):
        pool = stage.client("cognito-idp")
        pool_id = pool.create_user_pool(PoolName="another")["UserPool"]["Id"]
        try:
            client = pool.create_user_pool_client(
                UserPoolId=pool_id, ClientName="back-office", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
            )["UserPoolClient"]["ClientId"]
            pool.admin_create_user(UserPoolId=pool_id, Username=alpha.email)
            pool.admin_set_user_password(
                UserPoolId=pool_id, Username=alpha.email, Password=alpha.password, Permanent=True
            )
            token = tenants.login(stage, alpha.email, alpha.password, client_id=client)["AccessToken"]
            refused(anybody(Authorization=f"Bearer {token}").get("/v1/imports"))
        finally:
            pool.delete_user_pool(UserPoolId=pool_id)

    def test_of_a_member_of_no_tenant(self, stage: Stage, anybody):
        pool, pool_id, email = stage.client("cognito-idp"), stage.stack.user_pool_id, "nobody@doors-e2e.example"
        pool.admin_create_user(UserPoolId=pool_id, Username=email)
        try:
            token = tenants.login(stage, email, tenants.invite(stage, email))["AccessToken"]
            refused(anybody(Authorization=f"Bearer {token}").get("/v1/imports"))
        finally:
            pool.admin_delete_user(UserPoolId=pool_id, Username=email)

    def test_an_expired_one(self, alpha: Tenant, stage: Stage, anybody):
        pool = stage.client("cognito-idp")
        ids = {"UserPoolId": stage.stack.user_pool_id, "ClientId": stage.stack.user_pool_client_id}
        before = pool.describe_user_pool_client(**ids)["UserPoolClient"]
        named = ("ClientName", "ExplicitAuthFlows", "PreventUserExistenceErrors", "WriteAttributes", "EnableTokenRevocation")
        kept = {name: before[name] for name in named}
        kept |= {name: before[name] for name in before if name.endswith("Validity") or name == "TokenValidityUnits"}
        pool.update_user_pool_client(
            **ids, **(kept | {"AccessTokenValidity": 1, "TokenValidityUnits": {"AccessToken": "seconds"}})
        )
        try:
            token = tenants.login(stage, alpha.email, alpha.password)["AccessToken"]
        finally:
            pool.update_user_pool_client(**ids, **kept)
        assert parts(token)[1]["exp"] < time.time() + 5, "the pool took the short life"
        # The authorizer forgives clocks that differ by five seconds.
        wait_for(lambda: anybody(Authorization=f"Bearer {token}").get("/v1/imports").status_code == 401, "expiry", 30)
        refused(anybody(Authorization=f"Bearer {token}").get("/v1/imports"))


class TestRevocation:
    """A yes is remembered for seconds, so each waits a little."""

    def test_a_rotated_key(self, operator: Operator, scratch: Tenant, anybody):
        old = scratch.key
        assert anybody(X_Vivier_Key=old).get("/v1/offers").status_code == 200
        scratch.key = operator.invoke("tenants", {"operation": "rotate_key", "slug": scratch.slug})["publishable_key"]
        decided(lambda: anybody(X_Vivier_Key=old).get("/v1/offers").status_code == 401, "the old key's end")
        refused(anybody(X_Vivier_Key=old).get("/v1/offers"))
        assert anybody(X_Vivier_Key=scratch.key).get("/v1/offers").status_code == 200

    def test_a_revoked_key_host_name_or_member(self, stage: Stage, scratch: Tenant, anybody):
        visits = {
            "key": lambda: anybody(X_Vivier_Key=scratch.key).get("/v1/offers"),
            "host": lambda: anybody(Host=scratch.host).get("/v1/offers"),
            "member": lambda: anybody(Authorization=f"Bearer {scratch.token}").get("/v1/imports"),
        }
        doors = {kind: door_of(stage, scratch, kind) for kind in visits}
        assert {kind: visit().status_code for kind, visit in visits.items()} == dict.fromkeys(visits, 200)
        for door in doors.values():
            hang(stage, door | {"state": {"S": "revoked"}})
        decided(lambda: {visit().status_code for visit in visits.values()} == {401}, "the revocation of all three")
        for visit in visits.values():
            refused(visit())
        for door in doors.values():
            hang(stage, door)
        assert {kind: visit().status_code for kind, visit in visits.items()} == dict.fromkeys(visits, 200)

    def test_permissions_are_those_of_the_roles(self, scratch: Tenant):
        """K6.3: a reader reads and writes nothing; whoever was made an editor writes at the next request."""
        person = scratch.person("reader")
        bearer = person.bearer
        assert bearer.get("/v1/documents").status_code == 200
        for method, path in (
            ("POST", "/v1/documents"),
            ("POST", "/v1/imports"),
            ("DELETE", f"/v1/documents/{SOME_ID}"),
            ("GET", "/v1/retention/reports"),
            ("GET", "/v1/statistics/totals"),
        ):
            is_problem(bearer.send(method, path, json={}), FORBIDDEN)
        granted = scratch.member.send("PUT", f"/v1/members/{person.id}/role", json={"role": "editor"})
        assert granted.status_code == 200, granted.text
        assert bearer.send("DELETE", f"/v1/documents/{SOME_ID}").status_code == 404
