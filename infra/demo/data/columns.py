"""The columns of an import, and the rules a row must meet: the ones `shared/domain` applies, in brief.

The generator is held to them before a file leaves this package, so that a demonstration never fails on its own data.
"""

from __future__ import annotations

import datetime as dt
import re

COLUMNS = (
    "reference",
    "title",
    "description",
    "company",
    "city",
    "postal_code",
    "country",
    "contract",
    "occupation_code",
    "occupation",
    "remote",
    "salary_min",
    "salary_max",
    "salary_period",
    "published_on",
    "expires_on",
    "url",
    "skills",
)
REQUIRED = ("reference", "title", "description", "city", "contract", "published_on")
CONTRACTS = ("CDI", "CDD", "Intérim", "Alternance", "Stage", "Freelance")
REMOTE = ("none", "partial", "full")
PERIODS = ("hour", "month", "year")
LIMITS = {"reference": 200, "title": 300, "description": 20_000, "company": 200, "city": 120, "occupation": 200}


def problems(row: dict[str, str]) -> list[str]:
    """The columns of a row that the import would refuse; empty when it would take the row."""
    bad = [column for column in REQUIRED if not row.get(column, "").strip()]
    bad += [column for column, limit in LIMITS.items() if len(row.get(column, "")) > limit]
    bad += [column for column in row if column not in COLUMNS]
    vocabularies = {"contract": CONTRACTS, "remote": REMOTE, "salary_period": PERIODS}
    bad += [column for column, terms in vocabularies.items() if row.get(column) and row[column] not in terms]
    patterns = {
        "occupation_code": r"[A-Z]\d{4}",
        "postal_code": r"\d{5}",
        "country": r"[A-Z]{2}",
        "url": r"https://\S+",
    }
    bad += [column for column, form in patterns.items() if row.get(column) and not re.fullmatch(form, row[column])]
    bad += [column for column in ("salary_min", "salary_max") if row.get(column) and not row[column].isdigit()]
    bad += [column for column in ("published_on", "expires_on") if row.get(column) and not _is_date(row[column])]
    if not bad and row.get("salary_max") and int(row["salary_max"]) < int(row["salary_min"]):
        bad.append("salary_max")
    if not bad and row.get("expires_on") and row["expires_on"] < row["published_on"]:
        bad.append("expires_on")
    return bad


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
