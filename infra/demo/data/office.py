"""Renders a paper as PDF, Word, PowerPoint or Excel, always with the same bytes for the same paper.

The libraries stamp the time of writing into their files; here every stamp is fixed, so that the demonstration can
tell whether it has uploaded a document already.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile

from docx import Document
from fpdf import FPDF
from openpyxl import Workbook
from openpyxl.styles import Font
from pptx import Presentation

from .markup import Block, plain, sections

STAMP = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.timezone.utc)


def to_pdf(blocks: list[Block]) -> bytes:
    """A4 with a page for every two headings, so that citations have pages to name."""
    pdf = FPDF(format="A4")
    pdf.creation_date = STAMP
    pdf.set_title(blocks[0].lines[0])
    pdf.add_page()
    headings = 0
    for block in blocks:
        if block.kind == "heading":
            headings += 1
            if headings > 1 and headings % 2 == 1:
                pdf.add_page()
        size = {"title": 20, "heading": 14}.get(block.kind, 11)
        pdf.set_font("Helvetica", "B" if size > 11 else "", size)
        for line in plain(block):
            pdf.multi_cell(0, size * 0.5, line, new_x="LMARGIN", new_y="NEXT", align="L")
        pdf.ln(3)
    return bytes(pdf.output())


def to_docx(blocks: list[Block]) -> bytes:
    """A Word file with real headings, lists and tables."""
    document = Document()
    document.core_properties.author = ""
    document.core_properties.created = document.core_properties.modified = STAMP.replace(tzinfo=None)
    for block in blocks:
        if block.kind in ("title", "heading"):
            document.add_heading(block.lines[0], level=1 if block.kind == "title" else 2)
        elif block.kind == "table":
            table = document.add_table(rows=0, cols=len(block.rows[0]))
            for row in block.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        else:
            for line in block.lines:
                document.add_paragraph(line, style="List Bullet" if block.kind == "list" else None)
    out = io.BytesIO()
    document.save(out)
    return _restamp(out)


def to_pptx(blocks: list[Block]) -> bytes:
    """A slide for the title, then one for each heading."""
    show = Presentation()
    show.core_properties.author = ""
    show.core_properties.created = show.core_properties.modified = STAMP.replace(tzinfo=None)
    show.slides.add_slide(show.slide_layouts[0]).shapes.title.text = blocks[0].lines[0]
    for heading, body in sections(blocks):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = heading
        slide.placeholders[1].text = "\n".join(line for block in body for line in plain(block))
    out = io.BytesIO()
    show.save(out)
    return _restamp(out)


def to_xlsx(blocks: list[Block]) -> bytes:
    """One sheet with the table of the paper."""
    book = Workbook()
    book.properties.creator = ""
    book.properties.created = book.properties.modified = STAMP.replace(tzinfo=None)
    sheet = book.active
    sheet.title = blocks[0].lines[0][:31]
    for row in next(block for block in blocks if block.kind == "table").rows:
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    out = io.BytesIO()
    book.save(out)
    return _restamp(out)


def _restamp(out: io.BytesIO) -> bytes:
    """The same archive with one time on every entry, and on the properties that openpyxl dates when it saves."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(out) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _fix_modified(content)
            target.writestr(zipfile.ZipInfo(name, STAMP.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _fix_modified(core: bytes) -> bytes:
    head, opening, rest = core.partition(b"<dcterms:modified")
    if not opening:
        return core
    attributes, _, tail = rest.partition(b">")
    _, closing, end = tail.partition(b"</dcterms:modified>")
    return head + opening + attributes + b">" + STAMP.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + closing + end
