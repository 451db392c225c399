"""The sample data keeps its own rules, so that a failing demonstration never means bad sample data."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile

import pytest
from docx import Document
from openpyxl import load_workbook
from pptx import Presentation

from demo import data
from demo.data.columns import COLUMNS, problems
from demo.data.documents import FORMATS

TODAY = dt.date(2026, 3, 2)
TENANTS = tuple(data.EMPLOYERS)


def document_text(name: str, content: bytes) -> str:
    """What a reader of the format sees, spaces made equal."""
    ending = name.rsplit(".", 1)[1]
    if ending == "pdf":
        pypdfium2 = pytest.importorskip("pypdfium2")
        text = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    elif ending == "docx":
        document = Document(io.BytesIO(content))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        text = " ".join([paragraph.text for paragraph in document.paragraphs] + cells)
    elif ending == "pptx":
        slides = Presentation(io.BytesIO(content)).slides
        text = " ".join(shape.text_frame.text for slide in slides for shape in slide.shapes)
    elif ending == "xlsx":
        rows = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
        text = " ".join(str(cell) for row in rows for cell in row)
    else:
        text = content.decode().replace("&#x27;", "'")
    return " ".join(text.split())


@pytest.mark.parametrize("tenant", TENANTS)
class TestOffers:
    def test_every_row_meets_the_column_rules(self, tenant):
        assert [(row["reference"], problems(row)) for row in data.offers(tenant, TODAY) if problems(row)] == []

    def test_there_are_300_with_references_of_their_own(self, tenant):
        assert len({row["reference"] for row in data.offers(tenant, TODAY)}) == 300

    def test_they_are_varied(self, tenant):
        rows = data.offers(tenant, TODAY)
        assert len({row["description"] for row in rows}) == 300
        assert len({row["title"] for row in rows}) > 150
        assert len({row["city"] for row in rows}) == 16
        assert len({row["occupation_code"] for row in rows}) >= 30
        assert len({row["contract"] for row in rows}) >= 5

    def test_the_same_day_gives_the_same_bytes(self, tenant):
        assert data.import_file(tenant, TODAY) == data.import_file(tenant, TODAY)

    def test_dates_follow_today(self, tenant):
        rows = data.offers(tenant, TODAY)
        assert max(row["published_on"] for row in rows) == TODAY.isoformat()
        assert all(row["expires_on"] >= TODAY.isoformat() for row in rows)


def test_more_than_forty_occupations_in_all():
    assert len({row["occupation_code"] for tenant in TENANTS for row in data.offers(tenant, TODAY)}) > 40


def test_an_occupation_has_one_label():
    pairs = {(row["occupation_code"], row["occupation"]) for t in TENANTS for row in data.offers(t, TODAY)}
    assert len(pairs) == len({code for code, _ in pairs})


def test_csv_reads_back_with_its_three_faulty_rows():
    file = data.import_file("croutefranche", TODAY)
    rows = list(csv.DictReader(io.StringIO(file.content.decode(), newline="")))
    faulty = [(row["reference"], problems(row)) for row in rows if problems(row)]
    assert (file.format, file.good, file.bad) == ("csv", 300, 3)
    assert tuple(rows[0]) == COLUMNS
    assert faulty == [(changes["reference"], [column]) for changes, column in data.BAD_ROWS]


def test_json_lines_read_back():
    file = data.import_file("zephyrouage", TODAY)
    rows = [json.loads(line) for line in file.content.decode().splitlines()]
    assert (file.format, len(rows), file.bad) == ("jsonl", 300, 0)
    assert {row["reference"] for row in rows} == {row["reference"] for row in data.offers("zephyrouage", TODAY)}
    assert all(isinstance(row.get("salary_min", 0), int) for row in rows)


@pytest.mark.parametrize("tenant", TENANTS)
class TestDocuments:
    def test_every_format_is_there(self, tenant):
        endings = {name.rsplit(".", 1)[1] for name, _, _ in data.documents(tenant)}
        assert endings == set(FORMATS)

    def test_each_opens_again_with_its_text(self, tenant):
        for name, _, content in data.documents(tenant):
            assert len(document_text(name, content)) > 400, name

    def test_questions_rest_on_their_document_and_no_other_wording(self, tenant):
        texts = {name: document_text(name, content) for name, _, content in data.documents(tenant)}
        for question in data.questions(tenant):
            if question.document:
                assert question.phrase in texts[question.document], question

    def test_five_questions_have_no_answer(self, tenant):
        assert sum(question.document is None for question in data.questions(tenant)) == 5

    def test_bytes_do_not_depend_on_the_clock(self, tenant):
        assert data.documents.__wrapped__(tenant) == data.documents(tenant)

    def test_archives_carry_one_fixed_time(self, tenant):
        for name, media_type, content in data.documents(tenant):
            if "openxmlformats" in media_type:
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    assert {entry.date_time for entry in archive.infolist()} == {(2026, 1, 5, 9, 0, 0)}, name
