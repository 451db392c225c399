"""The third lock: IAM. What tenant-scoped credentials reach, and what a function does without a permission."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import contextmanager, suppress

import boto3
import pytest
from botocore.exceptions import ClientError

from demo.stack import ROOT, Keys

from .api import filled, is_problem
from .people import Browser
from .stage import Stage
from .tenants import Tenant


class TestCredentials:
    """What a function's tenant-scoped credentials reach."""

    def test_of_every_function_that_has_some_are_tried(self, stage: Stage):
        pages = stage.client("iam").get_paginator("list_roles").paginate()
        named = [role["RoleName"] for page in pages for role in page["Roles"]]
        before, after = f"vivier-{stage.name}-", "-tenant"
        found = {name.removeprefix(before).removesuffix(after) for name in named if name.startswith(before) and name.endswith(after)}
        assert found == set(REACH)

    def test_are_the_tenants_own(self, stage: Stage, alpha: Tenant, beta: Tenant):
        for tenant in (alpha, beta):
            terms = {"address": "https://parser.invalid/", "format": "json_resume", "credentials": {"kind": "bearer", "token": "a"}}
            tenant.back.call("PUT", "/v1/resume-parser", terms)
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
        for function in REACH:
            with assumed(stage, function, alpha) as client:
                for name, call in SHARED.items():
                    with pytest.raises(ClientError, match="AccessDenied|not authorized"):
                        call(client, stage)
                        pytest.fail(f"{function} may {name}")

    def test_nobody_else_assumes_the_role(self, stage: Stage, alpha: Tenant):
        for function in REACH:
            with pytest.raises(ClientError, match="AccessDenied|not authorized"):
                stage.stack.client("sts", stage.stack.operator).assume_role(
                    RoleArn=tenant_role(stage, function), RoleSessionName="operator"
                )


def read_file(key: str) -> Callable:
    return lambda client, stage, tenant: client("s3").get_object(Bucket=tenant.bucket, Key=key)


def read_secret(client, stage: Stage, tenant: Tenant):
    return client("secretsmanager").get_secret_value(SecretId=f"vivier/{stage.name}/database/{tenant.database}")


def parser_of(stage: Stage, tenant: Tenant) -> str:
    return f"vivier/{stage.name}/resume-parser/{tenant.simple}"


def read_parser(client, stage: Stage, tenant: Tenant):
    return client("secretsmanager").get_secret_value(SecretId=parser_of(stage, tenant))


def replace_parser(client, stage: Stage, tenant: Tenant):
    same = read_parser(stage.client, stage, tenant)["SecretString"]
    return client("secretsmanager").put_secret_value(SecretId=parser_of(stage, tenant), SecretString=same)


def feed_secret(stage: Stage, tenant: Tenant) -> str:
    """The name of a secret of a feed of the tenant's, made for one call."""
    name = f"vivier/{stage.name}/feeds/{tenant.simple}/{uuid.uuid4().hex}"
    stage.client("secretsmanager").create_secret(Name=name, SecretString="{}")
    return name


def make_feed_secret(client, stage: Stage, tenant: Tenant):
    name = f"vivier/{stage.name}/feeds/{tenant.simple}/{uuid.uuid4().hex}"
    client("secretsmanager").create_secret(Name=name, SecretString="{}")
    drop(stage, name)


def with_feed_secret(use: Callable) -> Callable:
    def call(client, stage: Stage, tenant: Tenant):
        name = feed_secret(stage, tenant)
        try:
            use(client("secretsmanager"), name)
        finally:
            drop(stage, name)

    return call


def drop(stage: Stage, name: str) -> None:
    secrets = stage.client("secretsmanager")
    with suppress(secrets.exceptions.ResourceNotFoundException):
        secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def read_table(client, stage: Stage, tenant: Tenant):
    return client("dynamodb").query(
        TableName=tenant.table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "session#none"}}
    )


def list_table(client, stage: Stage, tenant: Tenant):
    return client("dynamodb").query(
        TableName=tenant.table, IndexName="by-status", KeyConditionExpression="#s = :s",
        ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":s": {"S": "waiting"}},
    )  # fmt: skip


def list_files(client, stage: Stage, tenant: Tenant):
    return client("s3").list_objects_v2(Bucket=tenant.bucket)


def write_file(key: str) -> Callable:
    return lambda client, stage, tenant: client("s3").put_object(Bucket=tenant.bucket, Key=key, Body=b"x")


REACH: dict[str, dict[str, Callable]] = {
    "search": {"read the index": read_file("index/current.json")},
    "matching": {"read the index": read_file("index/current.json"), "read who reads CVs": read_parser},
    "projects": {"read who reads CVs": read_parser, "replace who reads CVs": replace_parser},
    "offers": {
        "read the index": read_file("index/current.json"),
        "write an index": write_file("index/generations/none.tar"),
        "read the secret": read_secret,
        "list files": list_files,
    },
    "feeds": {
        "read the secret": read_secret,
        "make a feed's secret": make_feed_secret,
        "read a feed's secret": with_feed_secret(lambda secrets, name: secrets.get_secret_value(SecretId=name)),
        "remove a feed's secret": with_feed_secret(
            lambda secrets, name: secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
        ),
        "write an import": write_file("imports/none"),
        "read an import": read_file("imports/none"),
        "list files": list_files,
    },
    "alerts": {"read the index": read_file("index/current.json"), "read the secret": read_secret, "list files": list_files},
    "learning": {"read the index": read_file("index/current.json"), "list files": list_files},
    "ingest": {"write a document": write_file("documents/none"), "read the secret": read_secret, "list files": list_files},
    "chat": {
        "read conversations": read_table,
        "list conversations": list_table,
        "read the index": read_file("index/current.json"),
    },
    "reports": {
        "read the secret": read_secret,
        "write a report": write_file("reports/none"),
        "read a report": read_file("reports/none"),
        "remove a report": lambda client, stage, tenant: client("s3").delete_object(Bucket=tenant.bucket, Key="reports/none"),
        "list files": list_files,
    },
    "privacy": {
        "read the secret": read_secret,
        "read conversations": read_table,
        "write a copy": write_file("copies/none"),
        "read a copy": read_file("copies/none"),
        "note an erasure": write_file("erasures/none"),
        "remove a copy": lambda client, stage, tenant: client("s3").delete_object(Bucket=tenant.bucket, Key="copies/none"),
        "list files": list_files,
    },
    "departure": {
        "read the secret": read_secret,
        "read conversations": lambda client, stage, tenant: client("dynamodb").scan(TableName=tenant.table),
        "write a bundle": write_file("departure/bundle.zip"),
        "read a document": read_file("documents/none"),
        "list files": list_files,
    },
    # Counts, and reads no file.
    "breaches": {
        "read the secret": read_secret,
        "read conversations": lambda client, stage, tenant: client("dynamodb").scan(TableName=tenant.table),
        "list files": list_files,
    },
    "retention": {"read conversations": lambda client, stage, tenant: client("dynamodb").scan(TableName=tenant.table)},
    # Takes in a bundle, and destroys.
    "tenants": {
        "read conversations": lambda client, stage, tenant: client("dynamodb").scan(TableName=tenant.table),
        "write a document": write_file("documents/none"),
        "read a document": read_file("documents/none"),
        "remove a document": lambda client, stage, tenant: client("s3").delete_object(Bucket=tenant.bucket, Key="documents/none"),
        "list files": list_files,
    },
}
SHARED: dict[str, Callable] = {
    "read the registry": lambda client, stage: client("dynamodb").scan(TableName=stage.tenants_table),
    "read settings": lambda client, stage: client("dynamodb").scan(TableName=f"vivier-{stage.name}-projects"),
    "list buckets": lambda client, stage: client("s3").list_buckets(),
    "read the administrator's secret": lambda client, stage: client("secretsmanager").get_secret_value(
        SecretId=f"vivier/{stage.name}/database/admin"
    ),
    "read who keeps shares": lambda client, stage: client("secretsmanager").get_secret_value(
        SecretId=f"vivier/{stage.name}/database/vivier_{stage.name}_metrics"
    ),
    "write events": lambda client, stage: client("kinesis").put_record(
        StreamName=stage.stream, Data=b"{}", PartitionKey="x"
    ),
}


def tenant_role(stage: Stage, function: str) -> str:
    return stage.client("iam").get_role(RoleName=f"vivier-{stage.name}-{function}-tenant")["Role"]["Arn"]


def session_policy(stage: Stage, tenant: Tenant) -> str:
    """The policy that `shared/tenancy` passes along, from the file that it is made of there."""
    policy = (ROOT / "shared/tenancy/src/session_policy.json").read_text()
    for name, value in {
        "partition": "aws", "bucket": tenant.bucket, "table": tenant.table, "database": tenant.database,
        "database_secret": f"vivier/{stage.name}/database/{tenant.database}",
        "feed_secrets": f"vivier/{stage.name}/feeds/{tenant.simple}/", "parser_secret": parser_of(stage, tenant),
        "privacy_secret": f"vivier/{stage.name}/privacy/{tenant.simple}",
    }.items():  # fmt: skip
        policy = policy.replace(f"{{{name}}}", value)
    assert all("{" not in resource for one in json.loads(policy)["Statement"] for resource in one["Resource"]), policy
    return json.dumps(json.loads(policy))


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
            ("statistics", "secretsmanager:GetSecretValue", "back", "/v1/statistics/totals"),
            ("retention", "secretsmanager:GetSecretValue", "back", "/v1/retention/reports"),
            ("audit", "secretsmanager:GetSecretValue", "back", "/v1/audit"),
            ("members", "secretsmanager:GetSecretValue", "back", "/v1/members"),
            ("members", "dynamodb:Query", "back", "/v1/members"),
            ("projects", "dynamodb:Query", "back", "/v1/projects"),
            ("projects", "dynamodb:GetItem", "back", "/v1/projects/{project}/settings"),
            ("evaluation", "secretsmanager:GetSecretValue", "back", "/v1/projects/{project}/test-runs"),
            ("evaluation", "dynamodb:GetItem", "back", "/v1/projects/{project}/test-questions"),
            ("feeds", "sts:AssumeRole", "back", "/v1/feeds"),
            ("reports", "sts:AssumeRole", "back", "/v1/reports"),
            ("privacy", "sts:AssumeRole", "back", "/v1/data-requests"),
            ("departure", "dynamodb:GetItem", "back", "/v1/departure"),
            ("breaches", "dynamodb:Query", "back", "/v1/breaches"),
            ("learning", "secretsmanager:GetSecretValue", "back", "/v1/projects/{project}/search-queries"),
            ("learning", "dynamodb:GetItem", "back", "/v1/projects/{project}/search-experiments"),
            ("front", "dynamodb:BatchGetItem", "front", "/v1/front-office"),
        ],
    )
    def test_a_function_without_one_fails(self, stage: Stage, alpha: Tenant, function, action, office, path):
        caller = alpha.candidate if office == "front" else alpha.member
        path = filled(path, project=alpha.project)
        works = caller.get(path).status_code
        assert works in (200, 404)
        with without(stage, function, action):
            answer = caller.get(path)
            assert answer.status_code in (500, 503)
            is_problem(answer)
            assert "AccessDenied" not in answer.text and "arn:" not in answer.text
        assert caller.get(path).status_code == works

    @pytest.mark.parametrize("action", ["dynamodb:Query", "dynamodb:BatchGetItem"])
    def test_the_authorizer_without_one_lets_nobody_in(self, stage: Stage, alpha: Tenant, action: str):
        with without(stage, "authorizer", action):
            is_problem(alpha.candidate.get("/v1/offers"), UNAVAILABLE)
            is_problem(alpha.member.get("/v1/imports"), UNAVAILABLE)
        assert alpha.candidate.get("/v1/offers").status_code == 200

    def test_the_authorizer_without_sessions_takes_no_cookie(self, stage: Stage, alpha: Tenant):
        with without(stage, "authorizer", "dynamodb:GetItem"):
            is_problem(alpha.manager.get("/v1/imports"), UNAVAILABLE)
        assert alpha.manager.get("/v1/imports").status_code == 200

    def test_a_login_that_cannot_be_slowed_down_is_none(self, stage: Stage, alpha: Tenant):
        """Who cannot count the wrong passwords checks none."""
        with without(stage, "session", "dynamodb:UpdateItem"):
            answer = Browser(stage).login(alpha.email, alpha.password)
            assert answer.status_code in (500, 503) and not answer.headers.get("Set-Cookie"), answer.text
            is_problem(answer)
        assert Browser(stage).login(alpha.email, alpha.password).status_code == 200

    @pytest.mark.parametrize(
        ("function", "method", "path", "body"),
        [
            ("projects", "POST", "/v1/projects", {"name": "Jamais"}),
            ("members", "PUT", "/v1/roles/jamais", {"name": "Jamais", "permissions": ["offers.read"]}),
            ("ingest", "POST", "/v1/documents", {"name": "jamais.md", "media_type": "text/markdown", "size": 9}),
        ],
    )
    def test_a_write_that_cannot_be_entered_in_the_log_is_not_made(
        self, stage: Stage, alpha: Tenant, function: str, method: str, path: str, body: dict
    ):
        def seen() -> list[dict]:
            return [alpha.member.get(listed).json() for listed in ("/v1/projects", "/v1/roles", "/v1/documents")]

        before = seen()
        with without(stage, function, "secretsmanager:GetSecretValue"):
            answer = alpha.member.send(method, path, json=body)
            assert answer.status_code in (500, 503), answer.text
            is_problem(answer)
        assert seen() == before

    def test_a_search_goes_on_without_its_settings(self, stage: Stage, alpha: Tenant):
        with without(stage, "search", "dynamodb:GetItem"):
            for _ in range(3):
                assert alpha.candidate.get("/v1/offers", q="boulanger").status_code == 200

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


@contextmanager
def denied(stage: Stage, function: str, action: str, resource: str, as_tenant: bool = False):
    """Refuses a deployed function one action on one resource, whose name ends so; as itself, or as the tenant it works for."""
    role = stage.client("lambda").get_function_configuration(FunctionName=stage.function(function))["Role"].rsplit("/", 1)[1]
    role = f"vivier-{stage.name}-{function}-tenant" if as_tenant else role
    service = action.split(":")[0]
    statement = {"Effect": "Deny", "Action": action, "Resource": f"arn:aws:{service}:*:*:{resource}"}
    stage.client("iam").put_role_policy(
        RoleName=role, PolicyName="e2e-denied", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    try:
        yield
    finally:
        stage.client("iam").delete_role_policy(RoleName=role, PolicyName="e2e-denied")


def anew(stage: Stage, function: str) -> None:
    """Ends a function's processes, if any run: the next request starts one that remembers nothing."""
    stage.running.cloud.kill_function(stage.function(function))
