"""A colleague: invited, given a right, shown with it, and without it again at the very next request."""

from __future__ import annotations

from .. import paper
from ..client import Json
from ..mailbox import mails, next_mail, temporary_password
from ..memory import new_password
from ..stack import Stack
from ..vivier import Refused, Vivier, line
from .visit import Visit, enter, identity

NEVER = "01920000-0000-7000-8000-000000000001"
"""A document that nobody has: who may delete is told that it is not there, who may not is told just that."""


def show(stack: Stack, visit: Visit) -> None:
    """Walks through the life of a member, from the mail to the removal."""
    email = f"redaction@{visit.employer.manager_email.split('@')[1]}"
    _remove(visit.desk, email)  # a walk that broke off here left one behind
    seen = len(mails(stack, email))
    invited = visit.desk("members", "invite", email, "--role", "reader", "--project", visit.project)
    member = identity(invited, "member")
    paper.command(line("members", "invite", email, "--role", "reader", "--project", visit.project))
    mail = next_mail(stack, email, seen)
    paper.say(f'The mail "{mail["Subject"]}" carries a temporary password; the first login asks for another.', indent=2)
    colleague = enter(stack, email, temporary_password(mail), new_password())
    rows: list[list[object]] = [["", "rights in the tenant", "deleting a document"]]
    rows.append(_row("invited as a reader of one project", colleague))
    visit.desk("members", "grant", member, "editor")
    rows.append(_row("granted: editor in the whole tenant", colleague))
    visit.desk("members", "withdraw", member)
    rows.append(_row("withdrawn", colleague))
    _remove(visit.desk, email)
    rows.append(_row("removed", colleague))
    paper.table(rows)
    _check([str(row[2]) for row in rows[1:]])
    paper.say("Every change held at the next request; the colleague's session was open all the while.", indent=2)


def _row(what: str, colleague: Vivier) -> list[object]:
    try:
        rights = len(colleague("whoami")["permissions"])
    except Refused as refused:
        rights = 0 if refused.status == 401 else _raise(refused)
    return [what, rights, attempt(colleague)]


def attempt(colleague: Vivier) -> str:
    """What a member is told who deletes a document: the stable word of the answer."""
    try:
        colleague("documents", "delete", NEVER)
    except Refused as refused:
        return refused.code if refused.status in (401, 403, 404) else _raise(refused)
    raise RuntimeError("A document that nobody has was deleted.")


def _raise(error: Exception) -> int:
    raise error


def _check(told: list[str]) -> None:
    if told != ["forbidden", "not-found", "forbidden", "unauthorized"]:
        raise RuntimeError(f"A right did not hold when it must, or held on: {told}")


def _remove(desk: Vivier, email: str) -> None:
    everybody: list[Json] = desk("members", "list")["members"]
    for member in everybody:
        if member["email"] == email:
            desk("members", "remove", identity(member, "member"))
