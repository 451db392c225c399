"""The shapes the sample data is made of: an employer, a place, an occupation.

They are apart from the texts so that whoever adds an occupation reads and writes French sentences, not code.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A town where a sample offer may be: its name and one of its postcodes."""

    city: str
    postal_code: str


@dataclass(frozen=True)
class Employer:
    """A made-up group that is a tenant, with the subsidiaries in whose name it publishes offers."""

    slug: str
    name: str
    manager_email: str
    prefix: str
    """Opens every reference of the tenant's offers."""
    import_format: str
    """`csv` or `jsonl`: the two tenants show one each."""
    houses: dict[str, str]
    """Subsidiary to the sentence in which it presents itself."""
    places: tuple[Place, ...]
    perks: tuple[str, ...]


@dataclass(frozen=True)
class Occupation:
    """One trade of the ROME directory (France Travail, version 4.60) and what its offers say."""

    code: str
    label: str
    titles: str
    """Ways to name the post, separated by `|`; offers vary them as recruiters do."""
    focus: str
    """Specialities or settings that complete a title, separated by `|`; may be empty."""
    pay: tuple[float, float, str]
    """Lowest and highest gross pay in euros, and the period: `hour`, `month` or `year`."""
    contracts: str
    """Contracts in use, separated by spaces; repeated ones are more frequent."""
    remote: str
    """Values of the `remote` column in use, separated by spaces."""
    missions: str
    """One mission a line."""
    profile: str
    """One sentence a line."""
    skills: str
    """Separated by `|`."""
