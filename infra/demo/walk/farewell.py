"""What a person needs to go on alone: addresses, keys, and three lines to paste."""

from __future__ import annotations

import json
import shlex

from .. import paper
from ..stack import ROOT, Stack
from ..vivier import line, settings_file
from .answers import NIGHT
from .visit import Visit


def show(stack: Stack, visits: list[Visit]) -> None:
    """Prints the addresses, keys and logins of the tenants, and commands that work when pasted."""
    for visit in visits:
        paper.table(
            [
                [visit.employer.name, ""],
                ["host", visit.host],
                ["X-Vivier-Key", visit.key],
                ["back office", f"{visit.username} / {visit.password}"],
            ]
        )
    paper.say(f"API: {stack.api_url}", indent=2)
    file = settings_file(stack)
    print("\nThe command line, as operator and as manager:\n")
    paper.command(f". {shlex.quote(str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file))}")
    for words in (("tasks", "list"), ("login", "--email", visits[0].username), ("whoami",), ("members", "list")):
        paper.command(line(*words))
    print("\nThe front office:")
    for request in lines(stack, visits[0].key, visits[0].front.open_session()):
        print()
        paper.command(request)
    print()


def lines(stack: Stack, key: str, session_id: str) -> list[str]:
    """Three curl commands: a search, completions, a question in a conversation that is open already."""
    curl, api = f"curl -s -H 'X-Vivier-Key: {key}'", stack.api_url
    question = shlex.quote(json.dumps({"text": NIGHT}, ensure_ascii=False))
    return [
        f"{curl} -G --data-urlencode 'q=pâtissier Rennes' -d limit=2 {api}/v1/offers",
        f"{curl} '{api}/v1/offers/suggest?q=boul'",
        f"{curl} -H 'Content-Type: application/json' -d {question} {api}/v1/chat/sessions/{session_id}/messages",
    ]
