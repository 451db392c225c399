"""How many pages a second become answers, and where the time goes.

A PDF of dense pages goes through the API like any document; the function reads, cuts, embeds and stages it, by one process on one
core. Then `shared/text/examples/ingest_time.rs` does the computing parts alone, in the same run: what is left of the function's
time is storing, leases and waking. The embedder alone is the limit: no ingestion that embeds the same words is faster.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from fpdf import FPDF

from demo.client import Json, wait_for
from demo.stack import Stack
from local.deploy import pdfium
from local.settings import MODEL

from . import examples, figures
from .tenant import scratch

PAGES = 100
SLICE = 50
"""Pages of a slice, as the function reads them."""
SENTENCES = (
    "Le guichet numéro {page} verse {sum} euros de prime à chaque salarié qui a suivi {few} formations dans l'année.",
    "La demande se dépose auprès du service du personnel, qui répond sous {few} semaines par un courrier motivé.",
    "Les horaires de l'atelier {page} commencent à {few} heures et une pause de vingt minutes y est rémunérée.",
    "Un remplaçant désigné par la direction tient le registre des présences du bâtiment {page} pendant les congés.",
    "Toute absence de plus de {few} jours est signalée au responsable, qui adapte le planning de l'équipe {page}.",
)


def run(stack: Stack) -> None:
    """Prints pages per second, and what each part takes of it."""
    content = manual(PAGES)
    with scratch(stack, "bench-ingestion") as tenant:
        started = time.monotonic()
        document = tenant.back.add_document("Manuel.pdf", "application/pdf", content)

        def ready() -> Json | None:
            found = tenant.back.document(document)
            return found if found["status"] in ("ready", "failed") else None

        found = wait_for(ready, "the end of the ingestion", timeout=900, every=0.1)
        seconds = time.monotonic() - started
    if found["status"] != "ready" or found["pages"]["done"] != PAGES:
        raise RuntimeError(f"the document is {found['status']}: {found['reason']}")
    parts = _alone(content)
    computing = sum(parts[part] for part in ("reading", "cutting", "embedding"))
    print(f"\ningestion: {PAGES} pages, {parts['words'] / PAGES:.0f} words a page, {parts['pieces']} pieces, dev profile")
    rows: list[list[object]] = [["", "seconds", "share", "pages / s", "/ embedder alone"]]
    for name, part in (
        ("the function, from upload to ready", seconds),
        ("… reading pages (child processes)", parts["reading"]),
        ("… cutting into pieces", parts["cutting"]),
        ("… the embedder alone: the limit", parts["embedding"]),
        ("… storing, leases, waking: the rest", max(0.0, seconds - computing)),
    ):
        rows.append([name, part, part / seconds, PAGES / part if part else "", part / parts["embedding"]])
    figures.table(rows)


def manual(pages: int) -> bytes:
    """A PDF of pages of some 400 words."""
    pdf = FPDF(format="A4")
    pdf.set_font("Helvetica", "", 10)
    for page in range(1, pages + 1):
        pdf.add_page()
        for paragraph in range(4):
            text = " ".join(sentence.format(page=page, few=paragraph + 2, sum=page * 3 + paragraph) for sentence in SENTENCES)
            pdf.multi_cell(0, 5, text, new_x="LMARGIN", new_y="NEXT")
            pdf.ln(3)
    return bytes(pdf.output())


def _alone(content: bytes) -> Json:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "Manuel.pdf"
        file.write_bytes(content)
        command = [examples.built("ingest_time"), MODEL, file, str(SLICE)]
        environment = {**os.environ, "PDFIUM_PATH": str(pdfium())}
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return json.loads(done.stdout)
