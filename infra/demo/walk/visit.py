"""A tenant as the walk meets it: created or found again, with a member in its back office and a candidate outside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from ..client import BackOffice, FrontOffice, Operator
from ..data import Employer
from ..memory import Memory, new_password
from ..stack import Stack


@dataclass
class Visit:
    """Everything a step needs to work with one tenant."""

    employer: Employer
    tenant_id: str
    host: str
    key: str
    username: str
    password: str
    created: bool
    """Whether this walk made the tenant."""
    notes: dict[str, Any]
    """What this and earlier walks remember of the tenant; saved by the walk."""
    back: BackOffice
    front: FrontOffice
    counted: Counter[str] = field(default_factory=Counter)
    """Events of use this walk has caused, by kind."""
    before: dict[str, int] = field(default_factory=dict)
    """What the figures said when the walk began."""


def begin(stack: Stack, operator: Operator, memory: Memory, employer: Employer) -> Visit:
    """Creates the tenant, or finds it: `create` changes nothing that is already there."""
    request = {
        "operation": "create",
        "slug": employer.slug,
        "name": employer.name,
        "manager_email": employer.manager_email,
        "kind": "production",
    }
    answer = operator.invoke("tenants", request)
    notes = memory.of(answer["tenant_id"])
    created = "publishable_key" in answer
    if not created and "key" not in notes:
        # Keys are kept as hashes: a lost one cannot be shown again, only replaced.
        answer = operator.invoke("tenants", {"operation": "rotate_key", "slug": employer.slug})
    notes["key"] = answer.get("publishable_key") or notes["key"]
    # Cognito takes the address a member was invited at as the user name.
    username = employer.manager_email
    back = _enter(stack, username, notes)
    memory.save()
    return Visit(
        employer=employer,
        tenant_id=answer["tenant_id"],
        host=answer["host"],
        key=notes["key"],
        username=username,
        password=notes["password"],
        created=created,
        notes=notes,
        back=back,
        front=FrontOffice(stack, notes["key"]),
    )


def _enter(stack: Stack, username: str, notes: dict[str, Any]) -> BackOffice:
    if "password" in notes:
        try:
            return BackOffice.login(stack, username, notes["password"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotAuthorizedException":
                raise
    notes["password"] = new_password()
    BackOffice.set_password(stack, username, notes["password"])
    return BackOffice.login(stack, username, notes["password"])
