"""The audit log as tests read it."""

from __future__ import annotations

import json

from demo.stack import ROOT

from .api import Api
from .tenants import Tenant

OPERATIONS = json.loads((ROOT / "openapi.json").read_text())["paths"]


def action(method: str, path: str) -> str:
    """The name of an operation, as the API's document has it."""
    return OPERATIONS[path][method.lower()]["operationId"]


def entries(house: Tenant, after: int = 0, **where: str) -> list[dict]:
    """The entries behind a place, the oldest first, as they are stored."""
    conditions = "".join(f" AND {column} = %s" for column in where)
    names = ["ordinal", "actor", "action", "subject", "outcome", "office", "from_address", "request_id"]
    rows = house.pool(
        f"SELECT {', '.join(names)} FROM audit_log WHERE ordinal > %s{conditions} ORDER BY ordinal", after, *where.values()
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def last(house: Tenant) -> int:
    return house.pool("SELECT coalesce(max(ordinal), 0) FROM audit_log")[0][0]


def listed(api: Api, **query: object) -> list[dict]:
    """Entries by the API, all pages."""
    found, cursor = [], {}
    while True:
        answer = api.get("/v1/audit", **query, **cursor)
        assert answer.status_code == 200, answer.text
        found += answer.json()["entries"]
        if not answer.json()["next_cursor"]:
            return found
        cursor = {"cursor": answer.json()["next_cursor"]}
