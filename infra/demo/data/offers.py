"""Composes a group's job offers from its trades, its places and its subsidiaries."""

from __future__ import annotations

import datetime as dt
import random

from .employers import EMPLOYERS
from .model import Employer, Occupation
from .occupations import trades

COUNT = 300
"""Offers a group publishes."""
NEWEST, OLDEST = 0, 45
"""Age of an offer in days."""
HOURS_A_MONTH = 151.67
"""35 hours a week over a year, the legal working time (Code du travail, L3121-27)."""

OPENINGS = (
    "{pitch} Nous recherchons du renfort pour notre site {of}.",
    "{pitch} Notre équipe {of} s'agrandit et vous attend.",
    "{pitch} Une place se libère {at} : la vôtre, peut-être.",
    "{pitch} Nous ouvrons ce poste {at} pour accompagner notre activité.",
)
TERMS = {
    "CDI": (
        "Contrat à durée indéterminée, à pourvoir dès que possible.",
        "CDI à temps plein, période d'essai de deux mois.",
    ),
    "CDD": ("Contrat à durée déterminée de {months} mois, renouvelable.", "CDD de {months} mois pour remplacement."),
    "Intérim": (
        "Mission d'intérim de {months} mois, prolongeable.",
        "Mission de {weeks} semaines en intérim, renouvelable.",
    ),
    "Alternance": (
        "Contrat d'apprentissage de {year_count}, rythme selon votre école.",
        "Alternance sur {year_count} ; un tuteur vous suit.",
    ),
    "Stage": (
        "Stage de {months_of_study} mois, convention obligatoire, gratifié.",
        "Stage de fin d'études de {months_of_study} mois.",
    ),
    "Freelance": ("Mission de {months} mois pour indépendants, trois jours par semaine au moins.",),
}
REMOTE_TERMS = {
    "none": "",
    "partial": " Deux jours de télétravail par semaine après l'intégration.",
    "full": " Télétravail complet possible, avec quatre rencontres par an.",
}


def offers(tenant: str, today: dt.date | None = None, count: int = COUNT) -> list[dict[str, str]]:
    """The offers of a tenant (its slug) as rows of an import, every value a text; dates are relative to `today`."""
    employer, today = EMPLOYERS[tenant], today or dt.date.today()
    draw = random.Random(f"vivier offers {tenant}")
    hired = trades(tenant)
    seen: set[tuple[str, str, str]] = set()
    rows: list[dict[str, str]] = []
    while len(rows) < count:
        # Every trade in turn, so that each has its share whatever the draw.
        trade, houses = hired[len(rows) % len(hired)]
        row = _compose(draw, employer, trade, draw.choice(houses), len(rows) + 1, today)
        key = (row["title"], row["city"], row["contract"])
        if key not in seen:
            seen.add(key)
            rows.append(row)
    return rows


def _compose(
    draw: random.Random, employer: Employer, trade: Occupation, house: str, number: int, today: dt.date
) -> dict[str, str]:
    place = draw.choice(employer.places)
    contract = draw.choice(trade.contracts.split())
    remote = draw.choice(trade.remote.split()) if contract not in ("Intérim", "Alternance") else "none"
    focus = draw.choice(trade.focus.split("|")) if draw.random() < 0.6 else ""
    title = _title(draw, trade, contract, focus)
    published = today - dt.timedelta(days=draw.randint(NEWEST, OLDEST))
    reference = f"{employer.prefix}-{number:05d}"
    salary_min, salary_max, period = _salary(draw, trade, contract)
    return {
        "reference": reference,
        "title": title,
        "description": _description(draw, employer, trade, house, place.city, contract, remote, focus),
        "company": house,
        "city": place.city,
        "postal_code": place.postal_code,
        "country": "FR",
        "contract": contract,
        "occupation_code": trade.code,
        "occupation": trade.label,
        "remote": remote,
        "salary_min": salary_min,
        "salary_max": salary_max,
        "salary_period": period,
        "published_on": published.isoformat(),
        "expires_on": (published + dt.timedelta(days=draw.choice((60, 75, 90)))).isoformat(),
        "url": f"https://emplois.{employer.slug}.example/offres/{reference.lower()}",
        "skills": "|".join(draw.sample(trade.skills.split("|"), k=draw.randint(3, 4))),
    }


def _at(city: str) -> str:
    return f"au {city[3:]}" if city.startswith("Le ") else f"à {city}"


def _of(city: str) -> str:
    if city.startswith("Le "):
        return f"du {city[3:]}"
    return f"d'{city}" if city[0] in "AEIOUYÉ" else f"de {city}"


def _title(draw: random.Random, trade: Occupation, contract: str, focus: str) -> str:
    title = draw.choice(trade.titles.split("|"))
    if contract == "Stage":
        return f"Stage - {title}"
    if contract == "Alternance":
        return f"{title} en alternance"
    return f"{title} - {focus}" if focus else title


def _salary(draw: random.Random, trade: Occupation, contract: str) -> tuple[str, str, str]:
    """Gross pay in whole euros. Offers without a figure exist in every real feed: about one in seven."""
    low, high, period = trade.pay
    if draw.random() < 0.14:
        return "", "", ""
    if contract == "Stage":
        return "680", "900", "month"
    if contract == "Alternance":
        return "850", "1650", "month"
    if contract == "Freelance":
        return "48", "72", "hour"
    if period == "hour" and contract == "Intérim":
        return str(round(low + 0.4)), str(round(high + 0.6)), "hour"
    factor = HOURS_A_MONTH if period == "hour" else 1.0
    step = 10 if period != "year" else 500
    width = (high - low) * draw.uniform(0.4, 0.8)
    start = low + (high - low - width) * draw.random()
    bounds = [str(round(value * factor / step) * step) for value in (start, start + width)]
    return bounds[0], bounds[1], "year" if period == "year" else "month"


def _description(
    draw: random.Random,
    employer: Employer,
    trade: Occupation,
    house: str,
    city: str,
    contract: str,
    remote: str,
    focus: str,
) -> str:
    opening = draw.choice(OPENINGS).format(pitch=employer.houses[house], at=_at(city), of=_of(city))
    missions = draw.sample(trade.missions.splitlines(), k=draw.choice((3, 4, 4, 5)))
    profile = draw.sample(trade.profile.splitlines(), k=draw.choice((2, 3)))
    particular = [f"Particularité du poste : {focus}."] if focus else []
    terms = draw.choice(TERMS[contract]).format(
        months=draw.choice((3, 6, 9, 12)),
        weeks=draw.choice((4, 8, 12)),
        months_of_study=draw.choice((4, 6)),
        year_count=draw.choice(("un an", "deux ans")),
    )
    perks = draw.sample(employer.perks, k=3)
    return "\n".join(
        [
            opening,
            *particular,
            "",
            "Vos missions",
            *(f"- {line.strip()}" for line in missions),
            "",
            "Votre profil",
            *(line.strip() for line in profile),
            "",
            f"{terms}{REMOTE_TERMS[remote]}",
            f"Nous vous offrons {perks[0]}, {perks[1]} et {perks[2]}.",
            "Poste ouvert à toutes et à tous ; nous étudions chaque aménagement utile.",
        ]
    )
