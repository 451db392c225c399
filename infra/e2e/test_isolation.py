"""Two tenants, one deployment: nothing of the one is there for the other, whichever lock is tried."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
import requests
from botocore.exceptions import ClientError

from demo.client import Operator, OperatorError
from demo.stack import Keys

from .api import NOT_FOUND, ROUTES, SOME_ID, UNAUTHORIZED, Api, is_problem
from .stage import POOL, Stage
from .tenants import Tenant, csv_file, offer
from .test_metrics import arrived, coded, event, put

FUNCTIONS_WITH_TENANT_ROLE = ("offers", "search", "ingest", "chat", "retention")


def cursors(walk: Callable[[str | None], tuple[list, str | None]]) -> list[str]:
    """Every cursor of a list."""
    found: list[str] = []
    while True:
        _, cursor = walk(found[-1] if found else None)
        if not cursor:
            return found
        found.append(cursor)


def cursors_of(api: Api, path: str, **query: object) -> list[str]:
    """Every cursor that a list of the API gives out."""

    def page(cursor: str | None) -> tuple[list, str | None]:
        answer = api.get(path, **query, **({"cursor": cursor} if cursor else {})).json()
        return [], answer.get("next_cursor")

    return cursors(page)


Request = tuple[str, str, dict]
"""Method, path and options."""


def belongings(tenant: Tenant) -> Iterator[tuple[str, Request, Request]]:
    """Requests for all that a tenant has: the office, the request, and the same for what never existed."""
    for hit in [hit["id"] for hit in all_offers(tenant)]:
        yield "front", ("GET", f"/v1/offers/{hit}", {}), ("GET", f"/v1/offers/{SOME_ID}", {})
    for query in ({"limit": 3}, {"limit": 3, "sort": "date"}, {"limit": 2, "contract": "CDI"}, {"limit": 4, "q": "de la"}):
        for cursor in cursors_of(tenant.candidate, "/v1/offers", **query):
            yield (
                "front",
                ("GET", "/v1/offers", {"params": query | {"cursor": cursor}}),
                ("GET", "/v1/offers", {"params": query | {"cursor": "AAAA"}}),
            )
    for session in tenant.notes["sessions"]:
        for method, path, options in (
            ("GET", "/v1/chat/sessions/{}", {}),
            ("POST", "/v1/chat/sessions/{}/messages", {"json": {"text": "Bonjour, combien de congés ?"}}),
            ("DELETE", "/v1/chat/sessions/{}", {}),
        ):
            yield "front", (method, path.format(session), options), (method, path.format(SOME_ID), options)
    for document in tenant.notes["document_ids"].values():
        for method in ("GET", "DELETE"):
            yield "back", (method, f"/v1/documents/{document}", {}), (method, f"/v1/documents/{SOME_ID}", {})
    for path, limits in (("/v1/documents", (1, 2, 3)), ("/v1/imports", (1, 2))):
        for limit in limits:
            for cursor in cursors_of(tenant.member, path, limit=limit):
                asked, never = ({"params": {"limit": limit, "cursor": text}} for text in (cursor, "AAAA"))
                yield "back", ("GET", path, asked), ("GET", path, never)
    for import_id in tenant.notes["import_ids"]:
        yield "back", ("GET", f"/v1/imports/{import_id}", {}), ("GET", f"/v1/imports/{SOME_ID}", {})


def all_offers(tenant: Tenant) -> list[dict]:
    hits, cursor = [], None
    while True:
        page = tenant.front.search(limit=100, **({"cursor": cursor} if cursor else {}))
        hits += page["hits"]
        cursor = page.get("next_cursor")
        if not cursor:
            return hits


def seen(tenant: Tenant) -> dict:
    """What a tenant's own people see; nothing of it may change by what others try."""
    return {
        "offers": sorted(hit["id"] for hit in all_offers(tenant)),
        "documents": sorted((d["document_id"], d["status"]) for d in tenant.back.documents()),
        "sessions": [tenant.front.session(session) for session in tenant.notes["sessions"]],
        "imports": tenant.back.call("GET", "/v1/imports", limit=100),
        "chunks": tenant.pool("SELECT document_id, count(*) FROM chunks GROUP BY 1 ORDER BY 1"),
        "audit": tenant.pool("SELECT count(*) FROM audit_log"),
    }


@pytest.fixture
def furnished(alpha: Tenant, beta: Tenant) -> tuple[Tenant, Tenant]:
    """Both tenants with conversations and several imports besides what they have."""
    for tenant in (alpha, beta):
        if "sessions" not in tenant.notes:
            tenant.notes["sessions"] = [tenant.front.open_session() for _ in range(5)]
            for session in tenant.notes["sessions"][:2]:
                tenant.front.ask(session, tenant.notes["questions"][0].text)
            tenant.notes["import_ids"] += [
                tenant.back.call("POST", "/v1/imports", {"format": "csv", "size": 10})["import_id"] for _ in range(4)
            ]
    return alpha, beta


class TestApi:
    def test_a_thousand_requests_for_what_is_another_tenants(self, stage: Stage, furnished: tuple[Tenant, Tenant]):
        """Nothing, and byte for byte the answer for what never existed."""
        before, sent = [seen(tenant) for tenant in furnished], 0
        for owner, other in (furnished, furnished[::-1]):
            at_the_host = Api(stage.stack.api_url, {"Host": other.host})
            callers = {"front": (other.candidate, at_the_host), "back": (other.member,)}
            never: dict[str, bytes] = {}
            for office, (method, path, options), (_, none, nothing) in list(belongings(owner)):
                for caller in callers[office] if method == "GET" else callers[office][:1]:
                    answer = caller.send(method, path, **options)
                    is_problem(answer, NOT_FOUND)
                    if (key := f"{office} {method} {none} {nothing}") not in never:
                        control = caller.send(method, none, **nothing)
                        is_problem(control, NOT_FOUND)
                        never[key] = control.content
                    assert answer.content == never[key], (method, path)
                    sent += 1
            sent += self.keys_and_tokens(stage, owner, other)
        assert sent >= 1000, sent
        assert [seen(tenant) for tenant in furnished] == before

    @staticmethod
    def keys_and_tokens(stage: Stage, owner: Tenant, other: Tenant) -> int:
        """One tenant's key or token at the other's host name, on every route; how many requests."""
        for office, method, path in ROUTES:
            shown, unknown = (
                {"X-Vivier-Key": key} if office == "front" else {"Authorization": f"Bearer {token}"}
                for key, token in ((owner.key, owner.token), ("vpk_unknown", "a.b.c"))
            )
            for headers in (shown, shown | {"Host": other.host.upper()}):
                answer = Api(stage.stack.api_url, {"Host": other.host} | headers).send(method, path.replace("{id}", SOME_ID))
                is_problem(answer, UNAUTHORIZED)
                control = Api(stage.stack.api_url, {"Host": other.host} | unknown).send(method, path.replace("{id}", SOME_ID))
                assert answer.content == control.content
        return 2 * len(ROUTES)

    def test_lists_and_searches_give_the_callers_own(self, alpha: Tenant, beta: Tenant):
        prefix = {tenant.slug: tenant.notes["rows"][0]["reference"][:3] for tenant in (alpha, beta)}
        for tenant in (alpha, beta):
            assert {hit["reference"][:3] for hit in all_offers(tenant)} == {prefix[tenant.slug]}
            names = {document["name"] for document in tenant.back.documents()}
            assert names == set(tenant.notes["files"])
        assert alpha.front.search(beta.notes["rows"][0]["company"], limit=100)["hits"] != all_offers(beta)

    @pytest.mark.parametrize("place", ["query", "header", "body"])
    def test_a_request_cannot_name_its_tenant(self, alpha: Tenant, beta: Tenant, place: str):
        names = {"tenant": beta.tenant_id, "tenant_id": beta.tenant_id, "slug": beta.slug}
        if place == "query":
            for caller, path in ((alpha.candidate, "/v1/offers"), (alpha.member, "/v1/documents"), (alpha.member, "/v1/imports")):
                for name, value in names.items():
                    assert caller.get(path, **{name: value}).status_code == 400
        elif place == "header":
            headers = {
                f"X-{name}": value
                for name, value in {"Tenant": beta.tenant_id, "Vivier-Tenant": beta.slug, "Forwarded-Host": beta.host}.items()
            }
            page = alpha.candidate.send("GET", "/v1/offers", headers=headers, params={"limit": 100}).json()
            assert {hit["reference"][:3] for hit in page["hits"]} == {alpha.notes["rows"][0]["reference"][:3]}
        else:
            for path, body in (
                ("/v1/imports", {"format": "csv", "size": 1}),
                ("/v1/documents", {"name": "a.txt", "media_type": "text/plain", "size": 1}),
            ):
                for name, value in names.items():
                    assert alpha.member.send("POST", path, json=body | {name: value}).status_code == 400

    def test_keys_and_tokens_open_at_their_own_host_name(self, stage: Stage, alpha: Tenant, beta: Tenant):
        for owner in (alpha, beta):
            for headers, path in (
                ({"X-Vivier-Key": owner.key}, "/v1/offers"),
                ({"Authorization": f"Bearer {owner.token}"}, "/v1/imports"),
            ):
                assert Api(stage.stack.api_url, headers | {"Host": owner.host}).get(path).status_code == 200

    def test_an_upload_address_reaches_its_own_bucket_only(self, alpha: Tenant, beta: Tenant):
        content = csv_file([offer("CROSS")])
        upload = alpha.back.call("POST", "/v1/imports", {"format": "csv", "size": len(content)})["upload"]
        crossed = upload["url"].replace(alpha.bucket, beta.bucket)
        assert crossed != upload["url"]
        answer = requests.put(crossed, data=content, headers=upload["headers"], timeout=30)
        assert answer.status_code == 403

    def test_nothing_of_a_bucket_is_public(self, stage: Stage, alpha: Tenant):
        for key in ("index/current.json", f"imports/{alpha.notes['import_ids'][0]}", ""):
            assert requests.get(f"{stage.stack.endpoint_url}/{alpha.bucket}/{key}", timeout=30).status_code in (401, 403)


def routes_of(*offices: str) -> list[tuple[str, str, str]]:
    return [route for route in ROUTES if route[0] in offices]


class TestRoutes:
    """One case for each route: `cases.toml` names them."""

    @pytest.mark.parametrize(("office", "method", "path"), routes_of("front", "back"))
    def test_another_tenant(self, furnished: tuple[Tenant, Tenant], office: str, method: str, path: str):
        owner, other = furnished
        caller = other.candidate if office == "front" else other.member
        if "{id}" in path:
            kind = path.split("/")[2]
            found = {
                "offers": lambda: all_offers(owner)[0]["id"],
                "chat": lambda: owner.notes["sessions"][0],
                "imports": lambda: owner.notes["import_ids"][0],
                "documents": lambda: next(iter(owner.notes["document_ids"].values())),
            }[kind]()
            body = {"json": {"text": "Bonjour ?"}} if method == "POST" else {}
            answer = caller.send(method, path.replace("{id}", found), **body)
            never = caller.send(method, path.replace("{id}", SOME_ID), **body)
            is_problem(answer, NOT_FOUND)
            assert answer.content == never.content
            return
        bodies = {
            "/v1/imports": {"format": "csv", "size": 9},
            "/v1/documents": {"name": "croisé.txt", "media_type": "text/plain", "size": 9},
        }
        before = seen(owner)
        query = {"q": owner.notes["rows"][0]["company"][:8]} if path.endswith("suggest") else {}
        options = {"json": bodies.get(path, {})} if method == "POST" else {"params": query}
        answer = caller.send(method, path, **options)
        assert answer.ok, answer.text
        mine = [owner.tenant_id, owner.simple, owner.slug, owner.notes["rows"][0]["company"]]
        mine += [*owner.notes["document_ids"].values(), *owner.notes["import_ids"]]
        assert not [text for text in mine if text in answer.text]
        assert seen(owner) == before
        if path == "/v1/documents" and method == "POST":
            caller.send("DELETE", f"/v1/documents/{answer.json()['document_id']}")


class TestEvents:
    """The doors that no person comes in by."""

    def test_a_file_belongs_to_the_tenant_of_its_bucket(self, stage: Stage, alpha: Tenant, beta: Tenant):
        """An import or document of one tenant, uploaded under the same key into the other's bucket."""
        before = [seen_stores(tenant) for tenant in (alpha, beta)]
        s3 = stage.client("s3")
        strays = {
            "offers": f"imports/{alpha.notes['import_ids'][0]}",
            "ingest": f"documents/{next(iter(alpha.notes['document_ids'].values()))}/1",
        }
        for function, key in strays.items():
            s3.put_object(Bucket=beta.bucket, Key=key, Body=csv_file([offer("STRAY")]))
            stage.arrived(function, beta.bucket, key)
        assert [seen_stores(tenant) for tenant in (alpha, beta)] == before
        for key in strays.values():
            for version in s3.list_object_versions(Bucket=beta.bucket, Prefix=key).get("Versions", []):
                s3.delete_object(Bucket=beta.bucket, Key=key, VersionId=version["VersionId"])

    def test_a_record_counts_for_the_tenant_it_names(self, stage: Stage, alpha: Tenant, beta: Tenant):
        mine, theirs = event(alpha), event(beta)
        # The same event id in two tenants is two events: one tenant's id cannot hide the other's event.
        put(stage, [coded(mine), coded(theirs), coded(theirs | {"event_id": mine["event_id"]})])
        arrived(alpha, mine)
        arrived(beta, theirs, mine)
        assert theirs["event_id"] not in {str(row[0]) for row in alpha.pool("SELECT event_id FROM events")}

    @pytest.mark.parametrize("function", ["offers", "ingest", "retention"])
    def test_a_schedule_mixes_no_tenants(self, stage: Stage, alpha: Tenant, beta: Tenant, function: str):
        before = [seen_stores(tenant) for tenant in (alpha, beta)]
        stage.tick(function)
        assert [seen_stores(tenant) for tenant in (alpha, beta)] == before

    def test_a_command_for_one_tenant_leaves_the_other_alone(self, stage: Stage, operator: Operator, alpha, beta):
        before = seen_stores(beta)
        command = {"operation": "run", "dry_run": False, "as_of": "2020-01-01T00:00:00Z", "tenant": alpha.slug}
        report = operator.invoke("retention", command)
        assert [entry["tenant"] for entry in report["tenants"]] == [alpha.tenant_id]
        assert seen_stores(beta) == before
        assert beta.pool("SELECT 1 FROM purge_reports WHERE run_id = %s", report["run_id"]) == []

    @pytest.mark.parametrize("function", ["offers", "search", "ingest", "chat", "metrics"])
    def test_functions_without_commands_take_none(self, operator: Operator, function: str):
        with pytest.raises(OperatorError, match="unknown-event"):
            operator.invoke(function, {"operation": "list"})


def seen_stores(tenant: Tenant) -> dict:
    """What the stores hold of a tenant, whoever asks."""
    return {
        "offers": tenant.sql("SELECT id, reference, status FROM offers ORDER BY id"),
        "imports": tenant.sql("SELECT id, status FROM imports ORDER BY id"),
        "documents": tenant.sql("SELECT id, status, chunks FROM documents ORDER BY id"),
        "chunks": tenant.pool("SELECT document_id, count(*) FROM chunks GROUP BY 1 ORDER BY 1"),
    }


class TestCredentials:
    """The third lock: what a function's tenant-scoped credentials reach."""

    def test_are_the_tenants_own(self, stage: Stage, alpha: Tenant, beta: Tenant):
        for own, other in ((alpha, beta), (beta, alpha)):
            for function, reach in REACH.items():
                with assumed(stage, function, own) as client:
                    for name, call in reach.items():
                        call(client, stage, own)
                        with pytest.raises(ClientError) as refusal:
                            call(client, stage, other)
                        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403), name
                        assert "AccessDenied" in refusal.value.response["Error"]["Code"], (function, name)

    def test_reach_nothing_shared(self, stage: Stage, alpha: Tenant):
        for function in FUNCTIONS_WITH_TENANT_ROLE:
            with assumed(stage, function, alpha) as client:
                for name, call in SHARED.items():
                    with pytest.raises(ClientError, match="AccessDenied|not authorized"):
                        call(client, stage)
                        pytest.fail(f"{function} may {name}")

    def test_nobody_else_assumes_the_role(self, stage: Stage, alpha: Tenant):
        for function in FUNCTIONS_WITH_TENANT_ROLE:
            with pytest.raises(ClientError, match="AccessDenied|not authorized"):
                stage.stack.client("sts", stage.stack.operator).assume_role(
                    RoleArn=tenant_role(stage, function), RoleSessionName="operator"
                )


def read_file(key: str) -> Callable:
    return lambda client, stage, tenant: client("s3").get_object(Bucket=tenant.bucket, Key=key)


def read_secret(client, stage: Stage, tenant: Tenant):
    return client("secretsmanager").get_secret_value(SecretId=f"vivier/{stage.name}/database/{tenant.database}")


def read_table(client, stage: Stage, tenant: Tenant):
    return client("dynamodb").query(
        TableName=tenant.table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "session#none"}}
    )


def list_files(client, stage: Stage, tenant: Tenant):
    return client("s3").list_objects_v2(Bucket=tenant.bucket)


def write_file(key: str) -> Callable:
    return lambda client, stage, tenant: client("s3").put_object(Bucket=tenant.bucket, Key=key, Body=b"x")


REACH: dict[str, dict[str, Callable]] = {
    "search": {"read the index": read_file("index/current.json")},
    "offers": {
        "read the index": read_file("index/current.json"),
        "write an index": write_file("index/generations/none.tar"),
        "read the secret": read_secret,
        "list files": list_files,
    },
    "ingest": {"write a document": write_file("documents/none"), "read the secret": read_secret, "list files": list_files},
    "chat": {"read conversations": read_table},
    "retention": {"read conversations": lambda client, stage, tenant: client("dynamodb").scan(TableName=tenant.table)},
}
SHARED: dict[str, Callable] = {
    "read the registry": lambda client, stage: client("dynamodb").scan(TableName=stage.tenants_table),
    "read settings": lambda client, stage: client("dynamodb").scan(TableName=f"vivier-{stage.name}-projects"),
    "list buckets": lambda client, stage: client("s3").list_buckets(),
    "read the administrator's secret": lambda client, stage: client("secretsmanager").get_secret_value(
        SecretId=f"vivier/{stage.name}/database/admin"
    ),
    "write events": lambda client, stage: client("kinesis").put_record(
        StreamName=stage.stream, Data=b"{}", PartitionKey="x"
    ),
}


def tenant_role(stage: Stage, function: str) -> str:
    return stage.client("iam").get_role(RoleName=f"vivier-{stage.name}-{function}-tenant")["Role"]["Arn"]


def session_policy(stage: Stage, tenant: Tenant) -> str:
    """The policy that `shared/tenancy/src/credentials.rs` passes along."""

    def allow(action: str, *resources: str) -> dict:
        return {"Effect": "Allow", "Action": action, "Resource": list(resources)}

    return json.dumps({"Version": "2012-10-17", "Statement": [
        allow("s3:*", f"arn:aws:s3:::{tenant.bucket}", f"arn:aws:s3:::{tenant.bucket}/*"),
        allow("dynamodb:*", f"arn:aws:dynamodb:*:*:table/{tenant.table}"),
        allow("secretsmanager:GetSecretValue",
              f"arn:aws:secretsmanager:*:*:secret:vivier/{stage.name}/database/{tenant.database}-*"),
        allow("rds-db:connect", f"arn:aws:rds-db:*:*:dbuser:*/{tenant.database}"),
    ]})  # fmt: skip


@contextmanager
def assumed(stage: Stage, function: str, tenant: Tenant):
    """Clients with the credentials that a function has for a tenant: its deployed tenant role, assumed as the function
    does. Only the function's own role may do that, so for this moment a user of the test is let in beside it."""
    iam, name, user = stage.client("iam"), f"vivier-{stage.name}-{function}-tenant", "vivier-e2e-visitor"
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    made = iam.create_user(UserName=user)["User"]["Arn"]
    keys = iam.create_access_key(UserName=user)["AccessKey"]
    iam.put_user_policy(UserName=user, PolicyName="assume", PolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": "*"}],
    }))  # fmt: skip
    visitor = {"Effect": "Allow", "Principal": {"AWS": made}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    widened = trust | {"Statement": [*trust["Statement"], visitor]}
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(widened))
    try:
        given = stage.stack.client("sts", Keys(keys["AccessKeyId"], keys["SecretAccessKey"])).assume_role(
            RoleArn=tenant_role(stage, function), RoleSessionName=tenant.simple,
            Policy=session_policy(stage, tenant), Tags=[{"Key": "tenant", "Value": tenant.simple}],
        )["Credentials"]  # fmt: skip
        yield lambda service: with_session(stage, service, given)
    finally:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
        iam.delete_access_key(UserName=user, AccessKeyId=keys["AccessKeyId"])
        iam.delete_user_policy(UserName=user, PolicyName="assume")
        iam.delete_user(UserName=user)


def with_session(stage: Stage, service: str, given: dict):
    import boto3

    return boto3.client(
        service, endpoint_url=stage.stack.endpoint_url, region_name=stage.stack.region,
        aws_access_key_id=given["AccessKeyId"], aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )  # fmt: skip


UNAVAILABLE = ("urn:vivier:problem:unavailable", 503)


class TestPermissions:
    """IAM is enforced: a function without a permission fails, says so without a cause, and works again with it."""

    @pytest.mark.parametrize(
        ("function", "action", "office", "path"),
        [
            ("search", "sts:AssumeRole", "front", "/v1/offers"),
            ("offers", "sts:AssumeRole", "back", "/v1/imports"),
            ("ingest", "sts:AssumeRole", "back", "/v1/documents"),
            ("chat", "sts:AssumeRole", "front", "/v1/chat/sessions/{id}"),
            ("metrics", "secretsmanager:GetSecretValue", "back", "/v1/metrics/summary"),
            ("retention", "secretsmanager:GetSecretValue", "back", "/v1/retention/reports"),
        ],
    )
    def test_a_function_without_one_fails(self, stage: Stage, alpha: Tenant, function, action, office, path):
        caller = alpha.candidate if office == "front" else alpha.member
        path = path.replace("{id}", SOME_ID)
        works = caller.get(path).status_code
        assert works in (200, 404)
        with without(stage, function, action):
            answer = caller.get(path)
            assert answer.status_code in (500, 503)
            is_problem(answer)
            assert "AccessDenied" not in answer.text and "arn:" not in answer.text
        assert caller.get(path).status_code == works

    def test_the_authorizer_without_one_lets_nobody_in(self, stage: Stage, alpha: Tenant):
        with without(stage, "authorizer", "dynamodb:Query"):
            is_problem(alpha.candidate.get("/v1/offers"), UNAVAILABLE)
            is_problem(alpha.member.get("/v1/imports"), UNAVAILABLE)
        assert alpha.candidate.get("/v1/offers").status_code == 200

    def test_a_search_that_cannot_be_counted_is_answered(self, stage: Stage, alpha: Tenant):
        with without(stage, "search", "kinesis:PutRecords"):
            assert alpha.candidate.get("/v1/offers").status_code == 200


@contextmanager
def without(stage: Stage, function: str, action: str):
    """Takes an action out of a deployed function's role; new processes, so that nothing remembered helps."""
    iam, lambda_ = stage.client("iam"), stage.client("lambda")
    role = lambda_.get_function_configuration(FunctionName=stage.function(function))["Role"].rsplit("/", 1)[1]
    kept = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    taken = 0
    for name, document in kept.items():
        left = [statement for statement in document["Statement"] if action not in statement["Action"]]
        taken += len(document["Statement"]) - len(left)
        nothing = {"Effect": "Deny", "Action": action, "Resource": "*"}
        iam.put_role_policy(
            RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document | {"Statement": [*left, nothing]})
        )
    assert taken, f"{function} has no permission {action}"
    try:
        anew(stage, function)
        yield
    finally:
        for name, document in kept.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
        anew(stage, function)


def anew(stage: Stage, function: str) -> None:
    """Ends a function's processes, if any run: the next request starts one that remembers nothing."""
    stage.running.cloud.kill_function(stage.function(function))


class TestSharedDatabase:
    """The second lock: row security, as the application role meets it."""

    TABLES = ("chunks", "events", "audit_log", "purge_reports")

    @pytest.fixture(autouse=True)
    def _rows(self, stage: Stage, alpha: Tenant, beta: Tenant) -> None:
        for tenant in (alpha, beta):
            with stage.pool(tenant.tenant_id) as connection:
                connection.execute(
                    "INSERT INTO events (tenant_id, event_id, kind, occurred_at, detail)"
                    " VALUES (bound_tenant(), %s, 'search', now(), '{}')", [uuid.uuid4()]
                )  # fmt: skip
                connection.execute(
                    "INSERT INTO audit_log VALUES (bound_tenant(), %s, now(), 'operator', 'test', 'row', 'done')", [uuid.uuid4()]
                )
                connection.execute(
                    "INSERT INTO purge_reports VALUES (bound_tenant(), %s, 'events', true, now(), 0, true, now())", [uuid.uuid4()]
                )

    @pytest.mark.parametrize("table", TABLES)
    def test_without_a_tenant_there_are_no_rows(self, stage: Stage, table: str):
        with stage.pool(None) as connection:
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
            assert connection.execute(f"DELETE FROM {table}").rowcount == 0

    @pytest.mark.parametrize("table", TABLES)
    def test_with_one_there_are_its_own_only(self, stage: Stage, alpha: Tenant, beta: Tenant, table: str):
        for own, other in ((alpha, beta), (beta, alpha)):
            with stage.pool(own.tenant_id) as connection:
                assert connection.execute(f"SELECT DISTINCT tenant_id::text FROM {table}").fetchall() == [(own.tenant_id,)]
                for statement in ("DELETE FROM {} WHERE tenant_id = %s", "UPDATE {} SET tenant_id = tenant_id WHERE tenant_id = %s"):
                    assert connection.execute(statement.format(table), [other.tenant_id]).rowcount == 0

    @pytest.mark.parametrize("bound", ["alpha", "nobody"])
    def test_nothing_is_written_for_another(self, stage: Stage, alpha: Tenant, beta: Tenant, bound: str):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            with stage.pool(alpha.tenant_id if bound == "alpha" else None) as connection:
                connection.execute(
                    "INSERT INTO events VALUES (%s, %s, 'search', now(), '{}')", [beta.tenant_id, uuid.uuid4()]
                )

    def test_nothing_is_moved_to_another(self, stage: Stage, alpha: Tenant, beta: Tenant):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), stage.pool(alpha.tenant_id) as connection:
            connection.execute("UPDATE events SET tenant_id = %s", [beta.tenant_id])

    def test_the_binding_ends_with_its_transaction(self, stage: Stage, alpha: Tenant):
        with stage.connect(POOL, stage.secret(f"vivier_{stage.name}_app")) as connection:
            with connection.transaction():
                connection.execute("SELECT set_config('vivier.tenant', %s, true)", [alpha.tenant_id])
                assert connection.execute("SELECT count(*) FROM events").fetchone() > (0,)
            assert connection.execute("SELECT count(*) FROM events").fetchone() == (0,)

    @pytest.mark.parametrize(
        "statement",
        [
            "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE events NO FORCE ROW LEVEL SECURITY",
            "DROP POLICY own_tenant ON events",
            "CREATE POLICY open ON events USING (true)",
            "DROP TABLE events",
            "TRUNCATE events",
            "SELECT * FROM tenants",
            "INSERT INTO tenants VALUES (gen_random_uuid())",
            "CREATE OR REPLACE FUNCTION bound_tenant() RETURNS uuid LANGUAGE sql RETURN NULL::uuid",
            "CREATE TABLE public.loot (id int)",
            "CREATE ROLE burglar",
            "SET ROLE vivier_admin",
            "COPY events TO PROGRAM 'cat'",
            "SELECT pg_read_file('/etc/passwd')",
        ],
    )
    def test_the_application_role_cannot_lift_it(self, stage: Stage, statement: str):
        with stage.connect(POOL, stage.secret(f"vivier_{stage.name}_app")) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)

    def test_the_role_has_no_way_around(self, stage: Stage, alpha: Tenant):
        with stage.connect("postgres") as admin:
            roles = admin.execute(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = ANY(%s)",
                [[f"vivier_{stage.name}_app", alpha.database]],
            ).fetchall()
        assert roles == [(False, False, False, False)] * 2
        with stage.connect(POOL) as admin:
            secured = admin.execute(
                "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'"
            ).fetchall()
            with_tenant = admin.execute(
                "SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id' AND table_schema = 'public'"
            ).fetchall()
        assert sorted(secured) == sorted(with_tenant) == sorted((table,) for table in self.TABLES)


class TestOwnDatabases:
    """Each tenant's database opens to its own role, over TLS, with its password."""

    def test_a_tenants_role_enters_its_own_only(self, stage: Stage, alpha: Tenant, beta: Tenant):
        login = stage.secret(alpha.database)
        assert alpha.sql("SELECT count(*) FROM offers")[0][0] > 0
        for database in (beta.database, POOL, "postgres_maintenance"):
            with pytest.raises(psycopg.OperationalError):
                stage.connect(database, login)

    def test_the_application_role_enters_none(self, stage: Stage, alpha: Tenant):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            stage.connect(alpha.database, stage.secret(f"vivier_{stage.name}_app"))

    def test_another_password_opens_nothing(self, stage: Stage, alpha: Tenant, beta: Tenant):
        for password in (stage.secret(beta.database)["password"], "", "postgres"):
            with pytest.raises(psycopg.OperationalError):
                stage.connect(alpha.database, {"username": alpha.database, "password": password})

    @pytest.mark.parametrize("mode", ["disable", "allow"])
    def test_without_tls_nobody_enters(self, stage: Stage, alpha: Tenant, mode: str):
        with pytest.raises(psycopg.OperationalError):
            stage.connect(alpha.database, stage.secret(alpha.database), sslmode="disable", sslrootcert=None)
        if mode == "allow":
            with stage.connect(alpha.database, stage.secret(alpha.database), sslmode="require") as connection:
                assert connection.pgconn.ssl_in_use

    def test_the_servers_name_is_verified(self, stage: Stage, alpha: Tenant):
        with pytest.raises(psycopg.OperationalError, match="certificate|host name"):
            stage.connect(alpha.database, stage.secret(alpha.database), host="elsewhere.example")

    @pytest.mark.parametrize(
        "statement", ["CREATE TABLE loot (id int)", "ALTER TABLE offers ADD loot int", "DROP TABLE offers", "CREATE ROLE burglar"]
    )
    def test_a_tenants_role_changes_no_schema(self, stage: Stage, alpha: Tenant, statement: str):
        with stage.connect(alpha.database, stage.secret(alpha.database)) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


