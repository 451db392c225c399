"""What a person needs to go on alone: addresses, keys, and three lines to paste."""

from __future__ import annotations

import json
import shlex

from .. import paper
from ..stack import Stack
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
    print("\nTry it:")
    for line in lines(stack, visits[0]):
        print()
        paper.command(line)
    print()


def lines(stack: Stack, visit: Visit) -> list[str]:
    """Three curl commands: a search, completions, a question."""
    key = shlex.quote(f"X-Vivier-Key: {visit.key}")
    api = stack.api_url
    question = shlex.quote(json.dumps({"text": NIGHT}, ensure_ascii=False))
    opened = f'curl -s -X POST -H {key} {api}/v1/chat/sessions | sed \'s/.*"session_id":"\\([^"]*\\)".*/\\1/\''
    json_type = "-H 'Content-Type: application/json'"
    return [
        f"curl -s -G -H {key} --data-urlencode 'q=pâtissier Rennes' -d limit=2 {api}/v1/offers",
        f"curl -s -H {key} '{api}/v1/offers/suggest?q=boul'",
        f"curl -s -H {key} {json_type} -d {question} {api}/v1/chat/sessions/$({opened})/messages",
    ]
