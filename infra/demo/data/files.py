"""Writes offers as the import takes them: CSV or JSON lines, with a few faulty rows in the CSV on purpose."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import dataclass
from typing import IO

from .columns import COLUMNS
from .employers import EMPLOYERS
from .offers import offers

Row = dict[str, str]

BAD_ROWS: tuple[tuple[Row, str], ...] = (
    ({"reference": "CF-99001", "title": ""}, "title"),
    ({"reference": "CF-99002", "contract": "CDX"}, "contract"),
    ({"reference": "CF-99003", "published_on": "31/02/2026"}, "published_on"),
)
"""Faults to plant, each as changes to a good row and the column an import must name: a title forgotten, a contract that
does not exist, a 31st of February."""


@dataclass(frozen=True)
class ImportFile:
    """A file ready to upload."""

    format: str
    """`csv` or `jsonl`."""
    content: bytes
    good: int
    """Rows that must go in."""
    bad: int
    """Rows that must be refused."""


def write_csv(rows: list[Row], out: IO[str]) -> None:
    """Comma-separated, quoted where needed, with a header; line ends as RFC 4180 has them."""
    writer = csv.DictWriter(out, fieldnames=COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)


def write_jsonl(rows: list[Row], out: IO[str]) -> None:
    """One JSON object a line; an empty column is left out, a salary is a number, skills are a list."""
    for row in rows:
        filled: dict[str, object] = {column: value for column, value in row.items() if value}
        filled |= {column: int(row[column]) for column in ("salary_min", "salary_max") if row.get(column)}
        if row.get("skills"):
            filled["skills"] = row["skills"].split("|")
        out.write(json.dumps(filled, ensure_ascii=False) + "\n")


def import_file(tenant: str, today: dt.date | None = None) -> ImportFile:
    """A tenant's whole feed in its own format. The CSV carries the faulty rows of `BAD_ROWS`, spread over the file."""
    rows = offers(tenant, today)
    good, faults = len(rows), BAD_ROWS if EMPLOYERS[tenant].import_format == "csv" else ()
    for place, (changes, _) in enumerate(faults, start=1):
        rows.insert(place * good // (len(faults) + 1), rows[place] | changes)
    out = io.StringIO(newline="")
    write = write_csv if EMPLOYERS[tenant].import_format == "csv" else write_jsonl
    write(rows, out)
    return ImportFile(EMPLOYERS[tenant].import_format, out.getvalue().encode(), good, len(faults))
