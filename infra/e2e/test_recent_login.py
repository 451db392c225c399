"""What guards an account is changed soon after a login alone: a cookie that was stolen later changes nothing of it."""

from __future__ import annotations

import json

import pytest

from .api import is_problem
from .people import Browser
from .stage import Stage
from .tenants import Tenant

TOO_OLD = ("urn:vivier:problem:login-too-old", 403)


@pytest.fixture(scope="module")
def house(make_tenant) -> Tenant:
    return make_tenant("recent-e2e")


def an_hour_ago(stage: Stage, house: Tenant) -> None:
    """Puts every session of a tenant an hour into the past, and the beginning of its members' sessions before that."""
    client, pk = stage.client("dynamodb"), {":pk": {"S": f"tenant#{house.tenant_id}"}}
    for table in ("projects", "sessions"):
        name = f"vivier-{stage.name}-{table}"
        for item in client.query(TableName=name, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=pk)["Items"]:
            if item["sk"]["S"].startswith("session#"):
                item["created_at"]["N"] = str(int(item["created_at"]["N"]) - 3600 * 1_000_000)
            elif item["sk"]["S"].startswith("member#"):
                member = json.loads(item["value"]["S"])
                item["value"]["S"] = json.dumps(member | {"sessions_from": "2026-01-01T00:00:00Z"})
            else:
                continue
            client.put_item(TableName=name, Item=item)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/mfa/totp", {}),
        ("POST", "/v1/mfa/sms", {"phone": "+33639980001"}),
        ("DELETE", "/v1/mfa/totp", None),
        ("DELETE", "/v1/mfa/sms", None),
    ],
)
def test_factors_stay_as_they_are(stage: Stage, house: Tenant, method: str, path: str, body: dict | None):
    browser = Browser(stage)
    assert browser.login(house.email, house.password).json()["state"] == "open"
    assert browser.send(method, path, json=body).ok
    an_hour_ago(stage, house)
    assert browser.get("/v1/session").status_code == 200
    is_problem(browser.send(method, path, json=body), TOO_OLD)
    # Renewing the session is no login.
    assert browser.send("POST", "/v1/session/refresh").status_code == 200
    is_problem(browser.send(method, path, json=body), TOO_OLD)
    assert browser.login(house.email, house.password).json()["state"] == "open"
    assert browser.send(method, path, json=body).ok
