"""A look at reports: pages of a PDF as PDFium draws them, sheets of a workbook as openpyxl reads them, as small pictures.

    .venv/bin/python infra/reports/look.py report.pdf report.xlsx infra/reports
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import openpyxl
import pypdfium2
from PIL import Image, ImageDraw, ImageFont

WIDTH = 900
"""Pixels of a picture."""
ROWS, COLUMNS = 24, 8
"""Of a sheet that is drawn."""


def page(file: Path, number: int, to: Path) -> None:
    """Draws a page of a document."""
    pdf = pypdfium2.PdfDocument(file)[number]
    save(pdf.render(scale=WIDTH / pdf.get_width()).to_pil(), to)


def sheet(file: Path, number: int, to: Path) -> None:
    """Draws the cells of a sheet: what is in them, where it stands, and on which ground. Charts are not drawn."""
    table = openpyxl.load_workbook(file).worksheets[number]
    width, height = WIDTH // COLUMNS, 22
    picture = Image.new("RGB", (WIDTH, height * ROWS), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(Path(__file__).parents[2] / "shared/report/fonts/SourceSans3-Regular.ttf"), 13)
    for row in table.iter_rows(max_row=ROWS, max_col=COLUMNS):
        for cell in row:
            left, top = (cell.column - 1) * width, (cell.row - 1) * height
            ground = cell.fill.start_color.rgb if cell.fill.fill_type else None
            fill = f"#{ground[-6:]}" if isinstance(ground, str) else "white"
            draw.rectangle((left, top, left + width, top + height), fill=fill, outline="#dddddd")
            if cell.value is not None:
                colour = cell.font.color.rgb if cell.font.color and isinstance(cell.font.color.rgb, str) else "FF000000"
                text = written(cell)
                room = width - 8
                while draw.textlength(text, font) > room and len(text) > 1:
                    text = text[:-2] + "…"
                at = left + width - 4 - draw.textlength(text, font) if isinstance(cell.value, int | float) else left + 4
                draw.text((at, top + 3), text, f"#{colour[-6:]}", font)
    save(picture, to)


def written(cell) -> str:
    """A value nearly as its format has it."""
    value = cell.value
    if isinstance(value, dt.datetime):
        return f"{value:%d/%m/%Y}" if (value.hour, value.minute) == (0, 0) else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, float) and "%" in cell.number_format:
        return f"{value * 100:.1f} %".replace(".", ",")
    return str(value)


def save(picture: Image.Image, to: Path) -> None:
    picture.convert("RGB").quantize(64).save(to, optimize=True)


if __name__ == "__main__":
    document, workbook, folder = (Path(argument) for argument in sys.argv[1:4])
    for number in range(min(2, len(pypdfium2.PdfDocument(document)))):
        page(document, number, folder / f"pdf-{number + 1}.png")
    for number in range(2):
        sheet(workbook, number, folder / f"sheet-{number + 1}.png")
