"""Files for tests of documents: many pages, and pages that are images."""

from __future__ import annotations

import io

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

PDF = "application/pdf"
TEXT = "text/plain"


def manual(pages: int, name: str = "service") -> bytes:
    """A PDF in which every page says something of its own."""
    pdf = FPDF(format="A4")
    pdf.set_font("Helvetica", "", 11)
    for page in range(1, pages + 1):
        pdf.add_page()
        for rule in range(1, 4):
            pdf.multi_cell(0, 6, f"Règle {page}.{rule} du {name}. Le guichet numéro {page} verse {page * 3 + rule} euros de prime"
                                 f" à chaque salarié qui a suivi {rule} formations dans l'année.", new_x="LMARGIN", new_y="NEXT")  # fmt: skip
            pdf.ln(4)
    return bytes(pdf.output())


def scan(texts: list[str], plain: str = "") -> bytes:
    """A PDF whose pages are images of texts; a page of plain text before them where there is one."""
    pdf = FPDF(format="A4")
    pdf.set_font("Helvetica", "", 12)
    if plain:
        pdf.add_page()
        pdf.multi_cell(0, 6, plain)
    font = ImageFont.load_default(size=44)
    for text in texts:
        image = Image.new("L", (1654, 2339), 255)
        ImageDraw.Draw(image).multiline_text((150, 200), text, fill=0, font=font, spacing=24)
        content = io.BytesIO()
        image.save(content, "PNG")
        pdf.add_page()
        pdf.image(io.BytesIO(content.getvalue()), x=0, y=0, w=210, h=297)
    return bytes(pdf.output())
