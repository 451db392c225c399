"""A tenant as the walk meets it: created or found again, with a member in its back office and a candidate outside."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .. import legal
from ..client import BackOffice, FrontOffice, Json, choose_password
from ..data import Employer
from ..mailbox import mails, next_mail, temporary_password
from ..memory import Memory, new_password
from ..stack import Stack
from ..vivier import Refused, Vivier

KEY_NAME = "Démonstration"


@dataclass
class Visit:
    """Everything a step needs to work with one tenant."""

    employer: Employer
    tenant_id: str
    host: str
    project: str
    """The project whose front office it is."""
    key: str
    username: str
    password: str
    created: bool
    """Whether this walk made the tenant."""
    notes: dict[str, Any]
    """What this and earlier walks remember of the tenant; saved by the walk."""
    desk: Vivier
    """The manager's command line."""
    back: BackOffice
    """The manager's browser, for what has no command."""
    front: FrontOffice
    counted: Counter[str] = field(default_factory=Counter)
    """Events of use this walk has caused, by kind."""
    before: dict[str, int] = field(default_factory=dict)
    """What the figures said when the walk began."""


def begin(stack: Stack, operator: Vivier, memory: Memory, employer: Employer) -> Visit:
    """Creates the tenant, or finds it: `create` changes nothing that is already there."""
    username = employer.manager_email
    seen = len(mails(stack, username))
    made = operator("tenants", "create", employer.slug, "--name", employer.name, "--manager-email", username)
    notes = memory.of(made["tenant_id"])
    created = "publishable_key" in made
    if created:
        desk = _first_login(stack, memory, notes, username, seen)
    else:
        desk = _login(stack, memory, notes, username)
    back = BackOffice.login(stack, username, notes["password"])
    project = identity(desk("projects", "list")["projects"][0], "project")
    if "key" not in notes:
        # A key is shown once, when it is made: one whose text nobody noted can only be replaced.
        notes["key"] = desk("keys", "create", KEY_NAME, "--project", project)["text"]
    memory.save()
    _go_live(back, project)
    return Visit(
        employer=employer,
        tenant_id=made["tenant_id"],
        host=made["host"],
        project=project,
        key=notes["key"],
        username=username,
        password=notes["password"],
        created=created,
        notes=notes,
        desk=desk,
        back=back,
        front=FrontOffice(stack, notes["key"]),
    )


def _go_live(back: BackOffice, project: str) -> None:
    """Publishes what candidates are told, once: before that, nothing of theirs is handled."""
    settings = f"/v1/projects/{project}/settings"
    holds = back.call("GET", settings)
    if holds["number"] == 0:
        back.publish(settings, {"privacy": legal.terms(holds["settings"]["languages"], consent=("alerts", "matching"))})


def identity(thing: Json, kind: str) -> str:
    """The id of a thing, as lists and answers name it."""
    return thing[f"{kind}_id"] if f"{kind}_id" in thing else thing["id"]


def _first_login(stack: Stack, memory: Memory, notes: dict[str, Any], email: str, seen: int) -> Vivier:
    try:
        temporary = temporary_password(next_mail(stack, email, seen))
    except TimeoutError:
        # A creation that broke off and was taken up again had mailed before.
        return _login(stack, memory, notes, email)
    notes["password"] = new_password()
    memory.save()  # before it is chosen: a walk that breaks off here does not lock itself out
    return enter(stack, email, temporary, notes["password"])


def _login(stack: Stack, memory: Memory, notes: dict[str, Any], email: str) -> Vivier:
    desk = Vivier.member(stack, email)
    if "password" in notes:
        with suppress(Refused):
            desk("whoami")  # a session of an earlier walk may still be open
            return desk
        try:
            return enter(stack, email, notes["password"])
        except Refused as refused:
            if refused.status != 401:
                raise
    # Nobody wrote down what was chosen, or it never was: the administrator stands in for a forgotten password.
    notes["password"] = new_password()
    memory.save()
    choose_password(stack, email, notes["password"])
    return enter(stack, email, notes["password"])


def enter(stack: Stack, email: str, *passwords: str) -> Vivier:
    """A member's command line with a session of its own: the password, and a new one if it is asked for."""
    desk = Vivier.member(stack, email)
    desk.login(email, *passwords)
    return desk
