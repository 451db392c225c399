"""A CV is matched with offers, in memory: by text, by file, wrongly sent, and without leaving anything behind."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest

from demo.client import wait_for

from .api import is_problem, refused_fields
from .stage import Stage
from .tenants import Tenant, bring_offers, csv_file, offer

WELDER = """{name}
{street}
69003 Lyon
{more}

EXPÉRIENCE PROFESSIONNELLE
{title}, Ateliers du Rhône, Lyon
Janvier 2019 - décembre 2025

COMPÉTENCES
Soudage TIG, Lecture de plans
"""
ONE = {"name": "Zébulon Quatrefages", "street": "12 rue des Lilas", "more": "Né le 3 mars 1961, nationalité belge", "title": "Soudeur"}
OTHER = {"name": "Aminata Xylander", "street": "7 impasse Verte", "more": "26 ans, mariée", "title": "Soudeuse"}
PATH = "/v1/offers/match"


@pytest.fixture(scope="module")
def tenant(make_tenant) -> Tenant:
    """A tenant with offers in three cities."""
    tenant = make_tenant("matching")
    rows = [
        offer("WELD", title="Soudeur / Soudeuse TIG", city="Lyon", postal_code="69003", skills="Soudage TIG|Lecture de plans|Pliage"),
        offer("FAR", title="Soudeur / Soudeuse TIG", city="Brest", postal_code="29200", skills="Soudage TIG|Lecture de plans|Pliage"),
        offer("BAKE", title="Boulanger / Boulangère", city="Lyon", postal_code="69003", skills="Pétrissage|Cuisson"),
    ]
    bring_offers(tenant, "csv", csv_file(rows))
    has_vectors = lambda: tenant.front.search("boulanger", explain="true")["hits"][0]["reason"]["meaning"] > 0  # noqa: E731
    wait_for(has_vectors, "the vectors of the offers", timeout=120)
    return tenant


def match(tenant: Tenant, body: dict) -> dict:
    answer = tenant.candidate.send("POST", PATH, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def file(content: bytes, media_type: str = "") -> dict:
    return {"file": {"content": base64.b64encode(content).decode()} | ({"media_type": media_type} if media_type else {})}


def docx(*paragraphs: str, hidden: str = "") -> bytes:
    """A CV as Word writes it, with text that nobody sees."""
    runs = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    if hidden:
        runs += f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{hidden}</w:t></w:r></w:p>"
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr("[Content_Types].xml", types)
        packed.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{runs}</w:body></w:document>')
    return written.getvalue()


class TestMatches:
    def test_a_text_gives_offers_with_reasons(self, tenant: Tenant):
        answer = match(tenant, {"text": WELDER.format(**ONE)})
        assert [found["reference"] for found in answer["matches"]] == ["WELD", "FAR", "BAKE"]
        near, far = answer["matches"][:2]
        assert near["reasons"]["skills"] == {"matched": ["Soudage TIG", "Lecture de plans"], "missing": ["Pliage"], "score": pytest.approx(2 / 3)}
        assert near["reasons"]["title"]["matched"] and near["reasons"]["place"]["distance_km"] < 10
        assert far["reasons"]["place"]["score"] == 0 and far["score"] < near["score"] <= 1
        assert answer["profile"]["place"].startswith("Lyon") and answer["profile"]["experience_years"] == 7
        assert 0 <= answer["cv_residency_ms"] < 60_000 and answer["parser"] == "own"

    def test_a_file_says_the_same(self, tenant: Tenant):
        lines = [line for line in WELDER.format(**ONE).splitlines() if line]
        by_file = match(tenant, file(docx(*lines), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"))
        assert [found["reference"] for found in by_file["matches"]] == ["WELD", "FAR", "BAKE"]
        plain = match(tenant, file(WELDER.format(**ONE).encode("latin-1"), "text/plain"))
        assert plain["matches"] == match(tenant, {"text": WELDER.format(**ONE)})["matches"]

    def test_another_person_gets_exactly_the_same(self, tenant: Tenant):
        one, other = (match(tenant, {"text": WELDER.format(**person)}) for person in (ONE, OTHER))
        assert one["matches"] == other["matches"] and one["profile"] == other["profile"]

    def test_hidden_text_does_not_count(self, tenant: Tenant):
        lines = ["EXPÉRIENCE", "Serveuse, Café du Port, Lyon", "2020 - 2024", "COMPÉTENCES", "Service en salle"]
        plain, stuffed = match(tenant, file(docx(*lines))), match(tenant, file(docx(*lines, hidden="Soudage TIG, Lecture de plans, Pliage")))
        assert plain["matches"] == stuffed["matches"] and plain["profile"] == stuffed["profile"]

    def test_as_many_as_asked_for(self, tenant: Tenant):
        assert len(match(tenant, {"text": WELDER.format(**ONE), "limit": 1})["matches"]) == 1


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "refused"),
        [
            ({}, {"text": "missing"}),
            ({"text": " "}, {"text": "empty"}),
            ({"text": "x", "limit": 0}, {"limit": "invalid"}),
            ({"text": "Bonjour"}, {"text": "nothing-to-match"}),
            ({"text": "x"} | file(b"x"), {"file": "either-text-or-file"}),
            ({"file": {"content": "%"}}, {"file.content": "invalid"}),
            (file(b"%PDF-1.4 broken", "application/pdf"), {"file": "corrupt"}),
            (file(b"MZ\x90\x00" + bytes(200), "application/pdf"), {"file": "mismatch"}),
        ],
    )
    def test_name_the_field(self, tenant: Tenant, body: dict, refused: dict):
        answer = tenant.candidate.send("POST", PATH, json=body)
        is_problem(answer, ("urn:vivier:problem:invalid-body", 400))
        assert refused_fields(answer) == refused

    def test_too_large(self, tenant: Tenant):
        answer = tenant.candidate.send("POST", PATH, json={"text": "a" * 6_000_000})
        assert answer.status_code == 413

    def test_without_a_key(self, stage: Stage, tenant: Tenant):
        answer = tenant.member.send("POST", PATH, json={"text": WELDER.format(**ONE)})
        assert answer.status_code in (401, 403)


class TestNothingStays:
    def test_in_logs_stores_or_files(self, stage: Stage, tenant: Tenant):
        unusual = ("Quatrefages", "impasse Verte", "Xylander", "Ateliers du Rhône")
        unusual += tuple(base64.b64encode(WELDER.format(**OTHER).encode())[at : at + 40].decode() for at in (0, 80, 160))
        before, told = keys(stage, tenant), residencies(stage)
        for body in ({"text": WELDER.format(**ONE)}, file(WELDER.format(**OTHER).encode()), file(b"%PDF-1.4 Xylander", "application/pdf")):
            tenant.candidate.send("POST", PATH, json=body, headers={"Idempotency-Key": "cv-1"})
        wait_for(lambda: residencies(stage) == told + 3, "the metric of each CV, the broken one too", timeout=10)
        logs = [file.read_text(errors="replace") for file in stage.running.stack.logs.glob("*.log")]
        assert not [word for word in unusual for log in logs if word in log]
        assert keys(stage, tenant) == before
        dynamodb = stage.client("dynamodb")
        tables = [name for name in dynamodb.list_tables()["TableNames"] if stage.name in name]
        assert any("requests" in name for name in tables)
        for name in tables:
            for page in dynamodb.get_paginator("scan").paginate(TableName=name):
                assert not [word for word in unusual if word in str(page["Items"])], name
        assert not tenant.pool("SELECT 1 FROM events WHERE kind = 'cv_matched' AND detail::text ~ 'Quatrefages|Xylander'")


def residencies(stage: Stage) -> int:
    """How often a CV's stay was recorded."""
    log = stage.running.stack.logs / f"{stage.function('matching')}.log"
    return log.read_text(errors="replace").count('"CvResidency":')


def keys(stage: Stage, tenant: Tenant) -> list[str]:
    return [entry["Key"] for entry in stage.client("s3").list_objects_v2(Bucket=tenant.bucket)["Contents"]]
