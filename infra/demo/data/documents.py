"""The documents of each group, in every format the ingestion reads."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from . import office, plain_formats
from .markup import parse

PAPERS = Path(__file__).parent / "papers"

CATALOGUE: dict[str, tuple[tuple[str, str], ...]] = {
    "croutefranche": (
        ("conges", "Congés et absences.docx"),
        ("nuit", "Primes de nuit et du dimanche.pdf"),
        ("integration", "Parcours d'intégration.pptx"),
        ("formations", "Catalogue de formation.xlsx"),
        ("recrutement", "Questions sur le recrutement.html"),
        ("mutuelle", "Mutuelle et prévoyance.md"),
        ("avantages", "Avantages.csv"),
        ("hygiene", "Tenue et hygiène.txt"),
    ),
    "zephyrouage": (
        ("teletravail", "Charte de télétravail.pdf"),
        ("conges", "Congés et RTT.docx"),
        ("welcome", "Welcome guide.pptx"),
        ("formations", "Formations.xlsx"),
        ("creche", "Crèche d'entreprise.html"),
        ("recrutement", "Le recrutement.md"),
        ("garanties", "Garanties de la mutuelle.csv"),
        ("astreintes", "Astreintes et déplacements.txt"),
    ),
}
"""Paper and the name of the document it becomes; the ending says the format."""

OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    "txt": ("text/plain", plain_formats.to_txt),
    "md": ("text/markdown", plain_formats.to_markdown),
    "html": ("text/html", plain_formats.to_html),
    "csv": ("text/csv", plain_formats.to_csv),
    "pdf": ("application/pdf", office.to_pdf),
    "docx": (f"{OFFICE}.wordprocessingml.document", office.to_docx),
    "pptx": (f"{OFFICE}.presentationml.presentation", office.to_pptx),
    "xlsx": (f"{OFFICE}.spreadsheetml.sheet", office.to_xlsx),
}


@cache
def documents(tenant: str) -> list[tuple[str, str, bytes]]:
    """Name, media type and content of each document of a tenant (its slug)."""
    return [_render(tenant, paper, name) for paper, name in CATALOGUE[tenant]]


def _render(tenant: str, paper: str, name: str) -> tuple[str, str, bytes]:
    source = (PAPERS / tenant / f"{paper}.md").read_text(encoding="utf-8")
    media_type, write = FORMATS[name.rsplit(".", 1)[1]]
    return name, media_type, write(parse(source))
