"""As many offers as wanted, composed from the demonstration's: the same sentences in new combinations, with more towns,
companies and a long tail of rare words, as real feeds have. The first 300 of 100 000 are the 300.
"""

from __future__ import annotations

import datetime as dt
import io
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from demo import data

_NAMES = "Aubin Brice Clair Denis Eloi Fiacre Gilles Hilaire Jory Lubin Marc Ouen Prix Rieul Sever Urcize Vaast".split()
_RIVERS = "Aire Brenne Cure Dives Eure Furan Gers Huisne Indre Leff Maye Nied Orne Risle Sarthe Tille Vire".split()
_SYLLABLES = "ba cro du fen gal hi jor ka lum mé no pra que ris sol tan ul vé xi zé".split()


def rows(count: int) -> Iterator[dict[str, str]]:
    """Rows of an import, the same on the same day."""
    draw, today = random.Random("vivier bench"), dt.date.today()
    base = [row for slug in data.EMPLOYERS for row in data.offers(slug, today)]
    draw.shuffle(base)
    by_trade: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in base:
        by_trade[row["occupation_code"]].append(row)
    rare = ["".join(draw.choices(_SYLLABLES, k=4)) for _ in range(20_000)]
    for number in range(1, count + 1):
        row = dict(base[number % len(base)])
        other = draw.choice(by_trade[row["occupation_code"]])
        lines = (row["description"] + "\n" + other["description"]).splitlines()
        missions = draw.sample(list(dict.fromkeys(line for line in lines if line.startswith("- "))), k=3)
        rest = [line for line in row["description"].splitlines() if not line.startswith("- ")]
        # Squared, the draw prefers the front of the list: some rare words are rarer than others.
        words = [rare[int(draw.random() ** 2 * len(rare))] for _ in range(5)]
        if draw.random() < 0.4:
            row |= {"city": f"Saint-{draw.choice(_NAMES)}-sur-{draw.choice(_RIVERS)}", "postal_code": ""}
        published = today - dt.timedelta(days=draw.randint(0, 45))
        yield row | {
            "reference": f"BENCH-{number:06d}",
            "company": f"{row['company']} {draw.choice(rare[:60]).title()}",
            "description": "\n".join([*rest, *missions, f"Nos ateliers : {', '.join(words)}."]),
            "published_on": published.isoformat(),
            "expires_on": (published + dt.timedelta(days=90)).isoformat(),
        }


def csv_file(count: int) -> bytes:
    """The rows as an import takes them."""
    return _csv(rows(count))


def csv_files(count: int, most: int) -> Iterator[bytes]:
    """The same in files of at most so many rows."""
    every = rows(count)
    while piece := list(islice(every, most)):
        yield _csv(piece)


def _csv(some: Iterable[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    data.write_csv(list(some), out)
    return out.getvalue().encode()
