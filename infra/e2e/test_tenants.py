"""An operator creates, disables and removes tenants; nobody else can."""

from __future__ import annotations

import json
import uuid

import psycopg
import pytest
from botocore.exceptions import ClientError

from demo.client import Operator, OperatorError, wait_for

from . import canaries, tenants
from .api import NOT_FOUND, UNAUTHORIZED, Api, is_problem
from .stage import Stage
from .tenants import Tenant, decided

GOOD = {"operation": "create", "slug": "never-made", "name": "Never Made", "manager_email": f"rh.{canaries.SURNAME}@never-made.example"}


@pytest.fixture(scope="module")
def tenant(make_tenant) -> Tenant:
    return make_tenant("tenants-e2e")


def left_of(stage: Stage, tenant: Tenant) -> set[str]:
    """Which of a tenant's things exist."""
    found = set()
    if tenant.bucket in {bucket["Name"] for bucket in stage.client("s3").list_buckets()["Buckets"]}:
        found.add("bucket")
    if tenant.table in stage.client("dynamodb").list_tables()["TableNames"]:
        found.add("conversations table")
    with stage.connect("postgres") as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [tenant.database]).fetchone():
            found.add("database")
        if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [tenant.database]).fetchone():
            found.add("role")
    if stage.secret(tenant.database):
        found.add("secret")
    with stage.connect("pool") as admin:
        if admin.execute("SELECT 1 FROM tenants WHERE id = %s", [tenant.tenant_id]).fetchone():
            found.add("place in the shared database")
    items = stage.client("dynamodb").scan(TableName=stage.tenants_table)["Items"]
    if any(tenant.tenant_id in item["pk"]["S"] for item in items):
        found.add("registry entry")
    if any(item["pk"]["S"] == f"slug#{tenant.slug}" for item in items):
        found.add("short name")
    for table, what in (("projects", "records"), ("sessions", "sessions"), ("requests", "requests")):
        kept = stage.client("dynamodb").query(
            TableName=f"vivier-{stage.name}-{table}", KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"tenant#{tenant.tenant_id}"}},
        )["Items"]  # fmt: skip
        if kept:
            found.add(what)
    gateway = stage.client("apigateway")
    if [plan for plan in gateway.get_usage_plans(limit=500)["items"] if plan.get("description") == tenant.slug]:
        found.add("usage plan")
    if [key for key in gateway.get_api_keys(limit=500)["items"] if key.get("description") == tenant.slug]:
        found.add("usage key")
    users = stage.client("cognito-idp").list_users(UserPoolId=stage.stack.user_pool_id)["Users"]
    emails = {a["Value"] for user in users for a in user["Attributes"] if a["Name"] == "email"}
    if tenant.email in emails:
        found.add("member")
    return found


def lose_usage_plan(stage: Stage, tenant: Tenant) -> None:
    """Takes a tenant's usage plan and its key away."""
    gateway = stage.client("apigateway")
    for plan in gateway.get_usage_plans(limit=500)["items"]:
        if plan.get("description") == tenant.slug:
            leave = [{"op": "remove", "path": "/apiStages", "value": f"{s['apiId']}:{s['stage']}"} for s in plan["apiStages"]]
            gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=leave)
            gateway.delete_usage_plan(usagePlanId=plan["id"])
    for key in gateway.get_api_keys(limit=500)["items"]:
        if key.get("description") == tenant.slug:
            gateway.delete_api_key(apiKey=key["id"])


def never_mailed(stage: Stage, tenant: Tenant) -> None:
    """Lets the members' invitations have been begun and not mailed."""
    dynamodb, table = stage.client("dynamodb"), f"vivier-{stage.name}-projects"
    for item in dynamodb.query(
        TableName=table, KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": f"tenant#{tenant.tenant_id}"}, ":sk": {"S": "member#"}},
    )["Items"]:  # fmt: skip
        value = json.loads(item["value"]["S"]) | {"invited_at": "1970-01-01T00:00:00Z"}
        dynamodb.put_item(TableName=table, Item=item | {"value": {"S": json.dumps(value)}})


EVERYTHING = {
    "bucket",
    "conversations table",
    "database",
    "role",
    "secret",
    "place in the shared database",
    "registry entry",
    "short name",
    "records",
    "usage plan",
    "usage key",
    "member",
}


def own_key(stage: Stage, simple: str) -> dict:
    return stage.client("kms").describe_key(KeyId=f"alias/vivier-{stage.name}-{simple}")["KeyMetadata"]


class TestCreate:
    def test_makes_everything(self, stage: Stage, tenant: Tenant):
        assert left_of(stage, tenant) == EVERYTHING
        assert tenant.front.search()["total"] == 0
        assert tenant.back.documents() == []

    def test_a_second_one_returns_the_same_tenant_and_no_key(self, operator: Operator, tenant: Tenant):
        again = operator.invoke("tenants", GOOD | {"slug": tenant.slug, "name": "Other", "manager_email": tenant.email})
        assert again["tenant_id"] == tenant.tenant_id
        assert "publishable_key" not in again
        assert tenant.front.search()["total"] == 0, "the first key still opens"

    def test_the_bucket_is_closed_versioned_and_encrypted(self, stage: Stage, tenant: Tenant):
        s3 = stage.client("s3")
        assert s3.get_bucket_versioning(Bucket=tenant.bucket)["Status"] == "Enabled"
        closed = s3.get_public_access_block(Bucket=tenant.bucket)["PublicAccessBlockConfiguration"]
        assert all(closed.values())
        (rule,) = s3.get_bucket_encryption(Bucket=tenant.bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        key = own_key(stage, tenant.simple)
        assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}

    def test_the_table_is_encrypted_with_the_same_key(self, stage: Stage, tenant: Tenant):
        table = stage.client("dynamodb").describe_table(TableName=tenant.table)["Table"]
        key = own_key(stage, tenant.simple)
        assert (table["SSEDescription"]["SSEType"], table["SSEDescription"]["KMSMasterKeyArn"]) == ("KMS", key["Arn"])
        assert stage.client("kms").get_key_rotation_status(KeyId=key["Arn"])["KeyRotationEnabled"]

    def test_the_key_is_stored_as_a_hash_only(self, stage: Stage, tenant: Tenant):
        assert tenant.key not in json.dumps(stage.client("dynamodb").scan(TableName=stage.tenants_table)["Items"])

    @pytest.mark.parametrize("lost", ["bucket", "conversations table", "role", "usage plan", "doors", "entry"])
    def test_resumes_where_it_stopped(self, stage: Stage, operator: Operator, lost: str):
        """A create that was ended in the middle leaves the status `creating` and some of the stores."""
        first = tenants.create(stage, operator, "tenants-resumed")
        dynamodb, keys = stage.client("dynamodb"), {"pk": {"S": f"tenant#{first.tenant_id}"}, "sk": {"S": "tenant"}}
        dynamodb.update_item(
            TableName=stage.tenants_table, Key=keys, UpdateExpression="SET #s = :s",
            ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":s": {"S": "creating"}},
        )  # fmt: skip
        if lost == "bucket":
            stage.client("s3").delete_bucket(Bucket=first.bucket)
        elif lost == "conversations table":
            dynamodb.delete_table(TableName=first.table)
        elif lost == "role":
            with stage.connect("postgres") as admin:
                admin.execute(f"DROP DATABASE {first.database} WITH (FORCE)")
                admin.execute(f"DROP ROLE {first.database}")
        elif lost == "usage plan":
            lose_usage_plan(stage, first)
        elif lost == "doors":
            # Its manager's is the last one, and hung before the mail goes out.
            never_mailed(stage, first)
            for item in dynamodb.scan(TableName=stage.tenants_table)["Items"]:
                if item["pk"] == keys["pk"] and item["sk"]["S"].startswith("door#"):
                    dynamodb.delete_item(TableName=stage.tenants_table, Key={n: item[n] for n in ("pk", "sk")})
        else:
            dynamodb.delete_item(TableName=stage.tenants_table, Key=keys)
        made = operator.invoke("tenants", GOOD | {"slug": first.slug, "manager_email": first.email})
        assert made["tenant_id"] == first.tenant_id
        resumed = tenants.enter(stage, made, made["publishable_key"], first.email)
        assert left_of(stage, resumed) == EVERYTHING
        assert (resumed.front.search()["total"], resumed.back.documents()) == (0, [])
        if lost != "doors":
            wait_for(lambda: first.candidate.get("/v1/offers").status_code == 401, "the end of the unseen key", 15)
        tenants.delete(operator, first.slug)

    def test_two_at_once_make_one_tenant(self, stage: Stage, operator: Operator):
        from concurrent.futures import ThreadPoolExecutor

        tenants.delete(operator, "tenants-twice")
        command = GOOD | {"slug": "tenants-twice", "manager_email": f"rh.{canaries.SURNAME}@tenants-twice.example"}

        def create(_: int) -> str | None:
            try:
                return operator.invoke("tenants", command)["tenant_id"]
            except OperatorError:
                return None  # the one that came second may be told to try again

        with ThreadPoolExecutor(2) as pool:
            ids = {tenant_id for tenant_id in pool.map(create, range(2)) if tenant_id}
        ids.add(operator.invoke("tenants", command)["tenant_id"])
        assert len(ids) == 1
        listed = operator.invoke("tenants", {"operation": "list"})["tenants"]
        assert [t["status"] for t in listed if t["slug"] == "tenants-twice"] == ["active"]
        tenants.delete(operator, "tenants-twice")


class TestDisable:
    def test_everybody_is_refused_until_it_is_enabled_again(self, stage: Stage, operator: Operator, tenant: Tenant):
        doors = {
            "key": (tenant.candidate, "/v1/offers"),
            "host": (Api(stage.stack.api_url, {"Host": tenant.host}), "/v1/offers"),
            "token": (tenant.member, "/v1/documents"),
        }
        assert {name: door.get(path).status_code for name, (door, path) in doors.items()} == dict.fromkeys(doors, 200)
        assert operator.invoke("tenants", {"operation": "disable", "slug": tenant.slug})["status"] == "disabled"
        decided(lambda: {door.get(path).status_code for door, path in doors.values()} == {401}, "refusal by all")
        for door, path in doors.values():
            is_problem(door.get(path), UNAUTHORIZED)
        assert operator.invoke("tenants", {"operation": "disable", "slug": tenant.slug})["status"] == "disabled"
        assert operator.invoke("tenants", {"operation": "enable", "slug": tenant.slug})["status"] == "active"
        assert {name: door.get(path).status_code for name, (door, path) in doors.items()} == dict.fromkeys(doors, 200)


class TestDelete:
    def test_undoes_everything_and_may_be_repeated(self, stage: Stage, operator: Operator):
        gone = tenants.create(stage, operator, "tenants-gone")
        session, browser = gone.front.open_session(), gone.person("reader").browser
        gone.member.send("POST", "/v1/projects", json={"name": "a"}, headers={"Idempotency-Key": str(uuid.uuid4())})
        assert left_of(stage, gone) == EVERYTHING | {"sessions", "requests"}
        tenants.bring_offers(gone, "csv", tenants.csv_file([tenants.offer("1")]))
        key = own_key(stage, gone.simple)["Arn"]
        assert tenants.delete(operator, gone.slug)["deleted"] is True
        assert left_of(stage, gone) == set()
        assert stage.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
        assert gone.simple not in str(stage.client("kms").list_aliases()["Aliases"])
        for door, path in (
            (gone.candidate, "/v1/offers"),
            (gone.candidate, f"/v1/chat/sessions/{session}"),
            (gone.member, "/v1/imports"),
        ):
            wait_for(lambda door=door, path=path: door.get(path).status_code == 401, "refusal", timeout=15)
        is_problem(browser.get("/v1/session"), UNAUTHORIZED)
        with pytest.raises(psycopg.OperationalError):
            stage.connect(gone.database, {"username": gone.database, "password": "x"})
        assert tenants.delete(operator, gone.slug)["deleted"] is False
        with pytest.raises(OperatorError, match="unknown-tenant"):
            operator.invoke("tenants", {"operation": "show", "slug": gone.slug})

    def test_the_name_is_free_for_another_tenant(self, stage: Stage, operator: Operator):
        first = tenants.create(stage, operator, "tenants-again")
        tenants.delete(operator, first.slug)
        second = tenants.create(stage, operator, "tenants-again")
        assert second.tenant_id != first.tenant_id
        assert first.candidate.get("/v1/offers").status_code == 401
        tenants.delete(operator, second.slug)

    def test_goes_on_where_it_stopped(self, stage: Stage, operator: Operator):
        gone = tenants.create(stage, operator, "tenants-half")
        stage.client("dynamodb").delete_table(TableName=gone.table)
        stage.client("s3").delete_bucket(Bucket=gone.bucket)
        stage.client("dynamodb").update_item(
            TableName=stage.tenants_table, Key={"pk": {"S": f"tenant#{gone.tenant_id}"}, "sk": {"S": "tenant"}},
            UpdateExpression="SET #s = :s", ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":s": {"S": "deleting"}},
        )  # fmt: skip
        assert tenants.delete(operator, gone.slug)["deleted"] is True
        assert left_of(stage, gone) == set()


class TestTestEnvironment:
    """K5.5: a test environment is another tenant, linked to its production tenant."""

    def test_is_a_tenant_of_its_own(self, operator: Operator, alpha: Tenant, alpha_test: Tenant):
        shown = operator.invoke("tenants", {"operation": "show", "slug": alpha_test.slug})
        assert (shown["kind"], shown["production"]) == ("test", alpha.tenant_id)
        assert shown["tenant_id"] != alpha.tenant_id
        assert {shown["bucket"], shown["database"], shown["conversations_table"]}.isdisjoint(
            {alpha.bucket, alpha.database, alpha.table}
        )

    def test_sees_nothing_of_production(self, alpha: Tenant, alpha_test: Tenant):
        offer = alpha.front.search(limit=1)["hits"][0]["id"]
        is_problem(alpha_test.candidate.get(f"/v1/offers/{offer}"), NOT_FOUND)
        assert alpha_test.front.search()["total"] == 0

    def test_production_cannot_be_deleted_before_it(self, operator: Operator, alpha: Tenant):
        with pytest.raises(OperatorError, match="has-test-environment"):
            tenants.delete(operator, alpha.slug)
        assert operator.invoke("tenants", {"operation": "show", "slug": alpha.slug})["status"] == "active"


class TestBadCommands:
    @pytest.mark.parametrize(
        ("command", "code"),
        [
            ({"operation": "explode"}, "invalid-command"),
            ({"operation": "show"}, "invalid-command"),
            ({"operation": "show", "slug": "No Slug"}, "invalid-command"),
            ({"operation": "show", "slug": 7}, "invalid-command"),
            ({"operation": "show", "slug": "nobody-here"}, "unknown-tenant"),
            ({"operation": "list", "all": True}, "invalid-command"),
            ({"operation": "disable", "slug": "nobody-here"}, "unknown-tenant"),
            ({"operation": "rotate_key", "slug": "nobody-here"}, "unknown-tenant"),
            ({"operation": "delete", "slug": "alpha-e2e", "confirm": "beta-e2e"}, "not-confirmed"),
            ({"operation": "delete", "slug": "alpha-e2e"}, "invalid-command"),
            (GOOD | {"slug": "../../etc"}, "invalid-command"),
            (GOOD | {"slug": "a" * 41}, "invalid-command"),
            (GOOD | {"slug": "drop-table;--"}, "invalid-command"),
            (GOOD | {"name": " "}, "invalid-name"),
            (GOOD | {"name": "a\u0000b"}, "invalid-name"),
            (GOOD | {"manager_email": "nobody"}, "invalid-email"),
            (GOOD | {"kind": "demo"}, "invalid-command"),
            (GOOD | {"kind": "test"}, "production-missing"),
            (GOOD | {"production": "alpha-e2e"}, "production-unexpected"),
            (GOOD | {"kind": "test", "production": "nobody-here"}, "unknown-tenant"),
            (GOOD | {"kind": "test", "production": "alpha-essai"}, "production-is-test"),
            (GOOD | {"tenant_id": "01920000-0000-7000-8000-000000000001"}, "invalid-command"),
            (GOOD | {"slug": "alpha-e2e", "kind": "test", "production": "beta-e2e"}, "slug-taken"),
            ({"no": "operation"}, "unknown-event"),
            ({"operation": ["list"]}, "unknown-event"),
            ({"operation": "list", "httpMethod": "GET", "requestContext": {}}, "unknown-event"),
        ],
        ids=lambda value: value if isinstance(value, str) else None,
    )
    def test_are_refused_with_a_stable_code(self, operator: Operator, alpha: Tenant, alpha_test: Tenant, command, code):
        with pytest.raises(OperatorError, match=f": {code}: "):
            operator.invoke("tenants", command)

    def test_leave_nothing_behind(self, operator: Operator):
        listed = {tenant["slug"] for tenant in operator.invoke("tenants", {"operation": "list"})["tenants"]}
        assert GOOD["slug"] not in listed

    def test_a_member_of_another_tenant_is_not_taken_over(self, stage: Stage, operator: Operator, alpha: Tenant):
        command = GOOD | {"slug": "tenants-robber", "manager_email": alpha.email}
        with pytest.raises(OperatorError, match="address-taken"):
            operator.invoke("tenants", command)
        assert alpha.member.get("/v1/imports").status_code == 200, "the member stays where they are"
        tenants.delete(operator, "tenants-robber")
        assert alpha.member.get("/v1/imports").status_code == 200, "undoing the half-made tenant dismisses nobody"


class TestWhoMayCommand:
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
    @pytest.mark.parametrize("path", ["/v1/tenants", "/v1/tenants/alpha-e2e", "/tenants", "/v1/operator"])
    def test_no_route_of_the_api_leads_there(self, alpha: Tenant, method: str, path: str):
        for caller in (alpha.member, alpha.candidate):
            is_problem(caller.send(method, path, json={"operation": "list"}), NOT_FOUND)

    def test_without_keys_nobody_invokes(self, stage: Stage):
        url = f"{stage.stack.endpoint_url}/2015-03-31/functions/{stage.function('tenants')}/invocations"
        assert Api(url).send("POST", "", json={"operation": "list"}).status_code in (401, 403)

    def test_the_operator_may_invoke_and_nothing_else(self, stage: Stage):
        for service, call in (
            ("s3", lambda client: client.list_buckets()),
            ("dynamodb", lambda client: client.scan(TableName=stage.tenants_table)),
            ("secretsmanager", lambda client: client.get_secret_value(SecretId=f"vivier/{stage.name}/database/admin")),
        ):
            with pytest.raises(ClientError, match="AccessDenied|not authorized"):
                call(stage.stack.client(service, stage.stack.operator))
