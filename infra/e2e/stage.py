"""The deployed stack as the tests hold it: its clients, its databases, its processes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
import uuid
from contextlib import contextmanager, suppress
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from botocore.exceptions import ClientError

from demo.client import wait_for
from demo.stack import ROOT, Stack, from_file
from local.settings import Stack as LocalStack
from local.stack import Running

POOL = "pool"


class Stage:
    """One deployed stack. The administrator's keys arrange and look behind; they never stand for a caller."""

    def __init__(self) -> None:
        self.file = Path(os.environ.get("VIVIER_TEST_STACK_JSON") or ROOT / ".local" / "test" / "stack.json")
        self.told: dict[str, Any] = json.loads(self.file.read_text())
        self.stack: Stack = from_file(self.file)
        self.name = self.stack.name
        ports = urlsplit(self.stack.endpoint_url).port, self.told["database"]["port"]
        self.running = Running(LocalStack(self.name, *ports))
        self.client = cache(lambda service: self.stack.client(service, self.stack.administrator))

    # ---- names ------------------------------------------------------------------------------------------------------
    def function(self, name: str) -> str:
        """The name of a deployed function."""
        return f"vivier-{self.name}-{name}"

    @property
    def tenants_table(self) -> str:
        """The registry."""
        return f"vivier-{self.name}-tenants"

    @property
    def stream(self) -> str:
        """The stream of events."""
        return f"vivier-{self.name}-events"

    def dead_queue(self) -> str:
        """Address of the queue of records that cannot be counted."""
        return self.client("sqs").get_queue_url(QueueName=f"vivier-{self.name}-events-dead.fifo")["QueueUrl"]

    # ---- people -----------------------------------------------------------------------------------------------------
    def login(self, email: str, password: str) -> dict[str, Any]:
        """The user pool's tokens of a member. Nobody but `session` and an administrator gets any: the client is
        confidential."""
        ids = {"UserPoolId": self.stack.user_pool_id, "ClientId": self.stack.user_pool_client_id}
        digest = hmac.new(self._client_secret.encode(), (email + ids["ClientId"]).encode(), hashlib.sha256).digest()
        answer = self.client("cognito-idp").admin_initiate_auth(
            **ids,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password, "SECRET_HASH": base64.b64encode(digest).decode()},
        )
        assert "AuthenticationResult" in answer, answer.get("ChallengeName")
        return answer["AuthenticationResult"]

    @cached_property
    def _client_secret(self) -> str:
        ids = {"UserPoolId": self.stack.user_pool_id, "ClientId": self.stack.user_pool_client_id}
        return self.client("cognito-idp").describe_user_pool_client(**ids)["UserPoolClient"]["ClientSecret"]

    def choose_password(self, email: str, password: str) -> None:
        """Does as administrator what an invited member does at the first login."""
        self.client("cognito-idp").admin_set_user_password(
            UserPoolId=self.stack.user_pool_id, Username=email, Password=password, Permanent=True
        )

    # ---- databases --------------------------------------------------------------------------------------------------
    def secret(self, role: str) -> dict[str, str] | None:
        """User name and password of a database role; `None` when there is no such secret."""
        secrets = self.client("secretsmanager")
        try:
            answer = secrets.get_secret_value(SecretId=f"vivier/{self.name}/database/{role}")
        except secrets.exceptions.ResourceNotFoundException:
            return None
        return json.loads(answer["SecretString"])

    def connect(self, database: str, login: dict[str, str] | None = None, **options: Any) -> psycopg.Connection:
        """A connection as functions make it: TLS, the server's name verified. The administrator without a `login`."""
        name = f"vivier_{self.name}_{database}" if database == POOL else database
        login = login or self.running.database.admin()
        place = self.told["database"]
        return psycopg.connect(
            **{
                "host": place["host"],
                "hostaddr": place["address"],
                "port": place["port"],
                "dbname": name,
                "user": login["username"],
                "password": login["password"],
                "sslmode": "verify-full",
                "sslrootcert": place["tls_ca"],
                "connect_timeout": 5,
                "autocommit": True,
                **options,
            }
        )

    @contextmanager
    def pool(self, tenant_id: str | None, role: str = "app"):
        """The shared database as a role of functions, bound to a tenant as a function binds itself."""
        with self.connect(POOL, self.secret(f"vivier_{self.name}_{role}")) as connection, connection.transaction():
            if tenant_id:
                connection.execute("SELECT set_config('vivier.tenant', %s, true)", [tenant_id])
            yield connection

    def enter(self, tenant_id: str, subject: str, action: str = "test", at: Any = None) -> None:
        """Adds an entry to a tenant's audit log, as the application does: there is no other way."""
        with self.pool(tenant_id) as connection:
            connection.execute(
                "SELECT audit_append(%s, coalesce(%s, now()), 'platform', 'operator', %s, %s, 'done', NULL, NULL)",
                [uuid.uuid4(), at, action, subject],
            )

    def forget_entries(self, tenant_id: str) -> None:
        """Purges a tenant's whole audit log, as the database's administrator."""
        with self.connect(POOL) as admin:
            admin.execute("SELECT set_config('vivier.tenant', %s, false)", [tenant_id])
            admin.execute("SELECT audit_purge(now() + interval '1 day', 1000000)")

    def forget_askers(self, tenant_id: str) -> None:
        """Forgets who asked how often in these hours: tests ask more often than people do, and from one address."""
        dynamodb, table = self.client("dynamodb"), f"vivier-{self.name}-requests"
        found = dynamodb.query(
            TableName=table, KeyConditionExpression="pk = :pk AND begins_with(sk, :hour)",
            ExpressionAttributeValues={":pk": {"S": f"tenant#{tenant_id}"}, ":hour": {"S": "hour#"}},
        )["Items"]  # fmt: skip
        for item in found:
            dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})

    # ---- events as the cloud sends them -----------------------------------------------------------------------------
    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Invokes a function with an event and returns its answer; fails on a function error."""
        answer = self.client("lambda").invoke(FunctionName=self.function(function), Payload=json.dumps(event).encode())
        content = json.loads(answer["Payload"].read() or b"null")
        assert not answer.get("FunctionError"), content
        return content

    def fire(self, function: str, cause: str | None = None) -> Any:
        """What the schedule of a function sends, or somebody in its place; its answer, also where another run is under way."""
        return self.invoke(function, {
            "version": "0", "id": str(uuid.uuid4()), "detail-type": "Scheduled Event", "source": "aws.events",
            "account": "000000000000", "time": "2026-01-01T00:00:00Z", "region": self.stack.region,
            "resources": [], "detail": {"cause": cause} if cause else {},
        })

    def tick(self, function: str) -> Any:
        """A run of a function's task from its beginning to its end: after the one that is under way, or was cut off."""
        ran = lambda: (answer := self.fire(function, "operator")).get("skipped") is None and (answer,)  # noqa: E731
        return wait_for(ran, f"a run of {function}", timeout=240, every=0.2)[0]

    def arrived(self, function: str, bucket: str, key: str) -> Any:
        """What EventBridge sends when a file has arrived in a bucket."""
        return self.invoke(function, {
            "version": "0", "id": str(uuid.uuid4()), "detail-type": "Object Created", "source": "aws.s3",
            "account": "000000000000", "time": "2026-01-01T00:00:00Z", "region": self.stack.region,
            "resources": [f"arn:aws:s3:::{bucket}"],
            "detail": {
                "version": "0", "bucket": {"name": bucket}, "reason": "PutObject",
                "object": {"key": key, "size": 1, "etag": "0" * 32, "sequencer": "0"},
            },
        })

    # ---- crashes ----------------------------------------------------------------------------------------------------
    def kill(self, part: str) -> None:
        """Ends `database`, `cloud`, or the processes of a function, as a crash would."""
        self.running.kill(part)

    def remembered(self, *services: str) -> None:
        """Waits until the local cloud has on disk what it accepted so far. It writes now and then and may forget what
        came after in a crash; AWS answers only when it will not forget."""
        written = {
            "dynamodb": lambda: self.client("dynamodb").put_item(
                TableName=f"vivier-{self.name}-projects", Item={"pk": {"S": "e2e"}, "sk": {"S": "remembered"}}
            ),
            "kinesis": lambda: self.client("kinesis").put_record(StreamName=self.stream, Data=b"-", PartitionKey="e2e"),
            "apigateway_v1": lambda: self.client("apigateway").delete_api_key(
                apiKey=self.client("apigateway").create_api_key(name="remembered")["id"]
            ),
            "cognito": lambda: self.client("cognito-idp").set_ui_customization(UserPoolId=self.stack.user_pool_id, CSS=""),
        }
        # The first turn may have begun before the last thing was accepted, the second cannot have.
        for _ in range(2):
            before = time.time()
            for service in services:
                with suppress(ClientError):
                    written[service]()
            for service in services:
                file = self.stack.folder / "cloud" / "state" / f"{service}.json"
                wait_for(lambda file=file, before=before: file.stat().st_mtime > before, f"{service} on disk", 60, 0.05)

    def restart(self) -> None:
        """Starts what does not run and waits until requests are answered again."""
        self.running.up(deployed=False)
        wait_for(self._answers, "the answer of the restarted cloud", timeout=60)

    def _answers(self) -> bool:
        try:
            return bool(self.client("lambda").list_functions()["Functions"])
        except Exception:  # noqa: BLE001 - whatever a server that is starting up does
            return False
