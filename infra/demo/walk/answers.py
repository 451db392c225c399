"""A candidate asks: an answer that quotes its document, and the other tenant that does not know."""

from __future__ import annotations

from .. import paper
from ..client import Json
from .visit import Visit

NIGHT = "Quelle est la prime pour le travail de nuit ?"
NURSERY = "Y a-t-il une crèche d'entreprise ?"


def ask(visit: Visit, question: str) -> Json:
    """Asks in a conversation of its own, which the walk counts."""
    answer = visit.front.ask(_session(visit), question)
    visit.counted["chat_unknown" if answer["kind"] == "unknown" else "chat_answered"] += 1
    return answer


def _session(visit: Visit) -> str:
    visit.counted["chat_opened"] += 1
    return visit.front.open_session()


def show(bakery: Visit, engineering: Visit) -> None:
    """Two questions, each answered by one tenant and unknown to the other."""
    _pair(NIGHT, knows=bakery, does_not=engineering)
    print()
    _pair(NURSERY, knows=engineering, does_not=bakery)


def _pair(question: str, knows: Visit, does_not: Visit) -> None:
    paper.say(f'"{question}" at {knows.employer.name}:')
    answer = ask(knows, question)
    if answer["kind"] == "unknown":
        raise RuntimeError(f"{knows.employer.slug} should have known: {question}")
    paper.say(answer["text"], indent=2)
    for citation in answer["citations"]:
        span = f"characters {citation['start']} to {citation['end']}"
        where = ", ".join(part for part in (citation["document_name"], place(citation), span) if part)
        paper.quote(citation["quote"], where)
    paper.say(f'"{question}" at {does_not.employer.name}:')
    answer = ask(does_not, question)
    paper.say(answer["text"], indent=2)
    if answer["kind"] != "unknown":
        raise RuntimeError(f"{does_not.employer.slug} cannot know: {question}")


def place(citation: Json) -> str:
    """Where in its document a citation stands, in words: `page 2, under "Panier de nuit"`, `row 4`."""
    where = citation["place"]
    words = [f"{kind} {where[kind]}" for kind in ("page", "slide", "row", "line") if where.get(kind)]
    if citation.get("heading"):
        words.append(f'under "{citation["heading"][-1]}"')
    return ", ".join(words)
