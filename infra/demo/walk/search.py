"""A candidate searches: words as people type them, facets, and the other tenant's offers nowhere."""

from __future__ import annotations

from .. import paper
from ..client import Json
from .visit import Visit

TYPED = "boulangere de nuit"
"""No accent, feminine, with a small word: as typed on a phone."""
CONTRACTS = {
    "permanent": "CDI",
    "fixed_term": "CDD",
    "temporary": "Intérim",
    "apprenticeship": "Alternance",
    "internship": "Stage",
    "freelance": "Freelance",
}
PERIODS = {"hour": "an hour", "month": "a month", "year": "a year"}


def ask(visit: Visit, q: str, **filters: object) -> Json:
    """A search that the walk counts."""
    visit.counted["search"] += 1
    return visit.front.search(q, **filters)


def show(bakery: Visit, engineering: Visit) -> None:
    """Searches in one tenant, narrows by a facet, and searches the same in the other."""
    page = ask(bakery, TYPED, limit=3)
    paper.say(f'A candidate of {bakery.employer.name} types "{TYPED}": {page["total"]} offers.')
    for hit in page["hits"]:
        _print_hit(hit)
    print()
    for name, values in page["facets"].items():
        shown = ", ".join(f"{CONTRACTS.get(v['value'], v.get('label', v['value']))} {v['count']}" for v in values[:5])
        paper.say(f"{name + ':':<12}{shown}", indent=2, hanging=12)
    narrowed = ask(bakery, TYPED, contract="permanent", limit=1)
    paper.say(f"Narrowed to CDI: {narrowed['total']} offers.", indent=2)
    other = ask(engineering, TYPED, limit=1)
    ours = {hit["id"] for hit in page["hits"]} & {hit["id"] for hit in other["hits"]}
    print()
    paper.say(
        f"The same words at {engineering.employer.name}: {other['total']} offers, "
        f"{'none' if not ours else len(ours)} of them the other tenant's."
    )
    if ours:
        raise RuntimeError("An offer of one tenant was shown to the other's candidates.")


def _print_hit(hit: Json) -> None:
    print()
    paper.marked(hit["highlight"]["title"], indent=2)
    pay = ""
    if hit.get("salary_min"):
        pay = f" - {hit['salary_min']} to {hit.get('salary_max') or '...'} euros {PERIODS[hit['salary_period']]}"
    contract = CONTRACTS.get(hit["contract"], hit["contract"])
    paper.say(f"{hit['company']}, {hit['city']} - {contract}{pay} - {hit['published_on']}", indent=4)
    paper.marked(hit["highlight"]["description"], indent=4)
