"""Reports: five of them in every format, opened by readers that are not ours, with the figures of the statistics API."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import io
import json
import re
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import openpyxl
import pypdfium2
import pytest
import requests

from demo.client import Json, Operator, wait_for

from . import canaries
from .api import FORBIDDEN, NOT_FOUND, is_problem, refused_fields
from .people import mails
from .stage import Stage
from .tenants import Person, Tenant, bring_offers, csv_file, offer
from .test_metrics import event
from .test_statistics import at, day, deliver, points

KINDS = ("activity", "no_results", "chatbot_quality", "offers_performance", "members_activity")
FORMATS = ("json", "csv", "csv_excel", "xlsx", "pdf")
MAIN = {"offers_performance": "offers", "members_activity": "members"}
FORMULA = "=HYPERLINK(\"http://evil.example\";\"cliquez\")"
FIRST, LAST = day(12), day(3)
DAYS = {"from": FIRST.isoformat(), "to": LAST.isoformat()}
INVALID_BODY = ("urn:vivier:problem:invalid-body", 400)
INVALID_QUERY = ("urn:vivier:problem:invalid-query", 400)
VISITOR = "AAAAAAAAAAA"


@pytest.fixture(scope="module")
def tenant(stage: Stage, make_tenant: Callable[..., Tenant]) -> Tenant:
    """A tenant with offers, and ten days of what candidates did."""
    made = make_tenant("reports-e2e")
    rows = [offer("A", title="Boulangère ou boulanger", company="Été & Cie"), offer("B", title=FORMULA), offer("C", title="Fermée")]
    bring_offers(made, "csv", csv_file(rows))
    bring_offers(made, "csv", csv_file(rows[:2]))
    ids = {reference: str(id_) for id_, reference in made.sql("SELECT id, reference FROM offers")}
    made.notes["offers"] = ids
    made.notes["second"] = made.back.call("POST", "/v1/projects", {"name": "Second projet"})["project_id"]
    everything = []
    for back in range(3, 14):
        date, own = day(back), {"project": made.project, "language": "fr", "visitor": VISITOR}
        happened: list[dict[str, Any]] = [
            *({"results": 4} for _ in range(back)), {"results": 0}, {"results": 0, "language": "en"},
            {"results": 0, "project": made.notes["second"]}, {"results": 3, "channel": "whatsapp"},
            {"kind": "offer_viewed", "offer_id": ids["A"]}, {"kind": "offer_viewed", "offer_id": ids["B"]},
            {"kind": "offer_viewed", "offer_id": ids["A"]}, {"kind": "apply_clicked", "offer_id": ids["A"]},
            {"kind": "chat_opened"}, {"kind": "chat_answered", "citations": 2}, {"kind": "chat_unknown"},
            {"kind": "chat_offers", "results": 3}, {"kind": "chat_feedback", "rating": "up"}, {"kind": "chat_feedback", "rating": "down"},
            {"kind": "chat_hand_over"}, {"kind": "member_logged_in", "channel": "back_office"},
        ]  # fmt: skip
        everything += [event(made, occurred_at=at(date, "12:00:00"), **(own | fields)) for fields in happened]
    everything.append(event(made, occurred_at=at(day(4), "12:00:00"), kind="offer_viewed", offer_id=ids["C"], project=made.project))
    gone = made.notes["gone"] = str(uuid.uuid4())
    everything.append(event(made, occurred_at=at(day(5), "12:00:00"), kind="apply_clicked", offer_id=gone, project=made.project))
    deliver(stage, made, everything)
    return made


# ---- readers that are not ours -----------------------------------------------------------------------------------------
def started(tenant: Tenant, report: str, form: str, project: str = "", **more: Any) -> Json:
    """Asks for a file; its run."""
    within = f"/projects/{project}" if project else ""
    path = f"/v1{within}/reports/{report}/runs"
    answer = tenant.member.send("POST", path, json={"format": form, "period": DAYS, **more})
    assert answer.status_code in (201, 202), answer.text
    run = answer.json()
    assert answer.headers["Location"] == f"{path}/{run['run_id']}"
    assert (answer.status_code == 201) == (run["status"] in ("ready", "failed"))
    return run | {"path": answer.headers["Location"]}


def finished(tenant: Tenant, run: Json, timeout: float = 120) -> Json:
    """A run once it has ended."""

    def final() -> Json | None:
        found = tenant.back.call("GET", run["path"])
        return found if found["status"] in ("ready", "failed") else None

    return wait_for(final, f"the end of {run['path']}", timeout=timeout, every=0.2)


def fetched(run: Json) -> bytes:
    """The file of a run, by its link, as a browser gets it."""
    answer = requests.get(run["download"]["url"], timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == run["download"]["media_type"]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{run["download"]["file_name"]}"'
    assert len(answer.content) == run["bytes"]
    return answer.content


def made(tenant: Tenant, report: str, form: str, project: str = "", **more: Any) -> bytes:
    """A file of a report."""
    run = finished(tenant, started(tenant, report, form, project, **more))
    assert run["status"] == "ready", run
    assert run["progress"]["done"] == run["progress"]["of"] > 0
    return fetched(run)


def blocks(document: Json) -> dict[str, Json]:
    """Tables and charts by their keys."""
    return {block["key"]: block for block in document["blocks"] if "key" in block}


def headline(document: Json) -> dict[str, Json]:
    return {figure["key"]: figure for block in document["blocks"] for figure in block.get("figures", [])}


def csv_rows(content: bytes, separator: str = ",") -> list[dict[str, str]]:
    """Rows as Python's own module reads them."""
    text = content.decode("utf-8-sig")
    assert "\r\n" in text and "\n" not in text.replace("\r\n", "")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


def book(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def pages(content: bytes) -> str:
    """The text of a PDF, in one line."""
    document = pypdfium2.PdfDocument(content)
    text = " ".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    return re.sub(r"\s+", " ", text.replace("\u202f", " ").replace("\xa0", " "))


def expected(tenant: Tenant, **query: str) -> Callable[..., int]:
    """How often something happened, as the statistics API says."""
    totals = tenant.back.call("GET", "/v1/statistics/totals", **DAYS, **query)["totals"]

    def count(*kinds: str, outcome: str | None = None, before: bool = False) -> int:
        field = "count_before" if before else "count"
        return sum(one[field] for one in totals if one["kind"] in kinds and outcome in (None, one["outcome"]))

    return count


def searches(count: Callable[..., int], before: bool = False) -> int:
    return count("search", outcome="found", before=before) + count("search", outcome="none", before=before)


QUESTIONS = ("chat_answered", "chat_unknown", "chat_offers")


class TestGiven:
    """The five given reports, each in every format."""

    def figures(self, tenant: Tenant, kind: str) -> dict[str, int | float | None]:
        """What the headline must say, from the statistics API."""
        count = expected(tenant)
        up, down = count("chat_feedback", outcome="up"), count("chat_feedback", outcome="down")
        return {
            "activity": {
                "total_searches": searches(count), "total_without_results": count("search", outcome="none"),
                "total_offers_viewed": count("offer_viewed"), "total_apply_clicks": count("apply_clicked"),
                "total_chats": count("chat_opened"), "total_questions": count(*QUESTIONS),
                "total_answers": count("chat_answered", "chat_offers"), "total_cvs_matched": 0,
            },
            "no_results": {
                "total_searches": searches(count), "total_without_results": count("search", outcome="none"),
                "total_share": count("search", outcome="none") / searches(count),
            },
            "chatbot_quality": {
                "total_questions": count(*QUESTIONS), "total_answered": count("chat_answered"), "total_unanswered": count("chat_unknown"),
                "total_fallback_rate": count("chat_unknown") / count(*QUESTIONS), "total_helpful": up, "total_not_helpful": down,
                "total_satisfaction": up / (up + down), "total_hand_overs": count("chat_hand_over"), "total_by_people": 0,
            },
            "offers_performance": {
                "total_views": count("offer_viewed"), "total_clicks": count("apply_clicked"), "offers_told": 4,
                "total_rate": count("apply_clicked") / count("offer_viewed"),
            },
            "members_activity": {"total_logins": count("member_logged_in")},
        }[kind]  # fmt: skip

    @pytest.mark.parametrize("kind", KINDS)
    def test_json_has_the_figures_of_the_statistics(self, tenant: Tenant, kind: str):
        document = json.loads(made(tenant, kind, "json", language="en"))
        told = {key: figure["value"] for key, figure in headline(document).items()}
        for key, value in self.figures(tenant, kind).items():
            assert told[key] == pytest.approx(value), key
        assert document["period"] == DAYS and document["language"] == "en" and document["tenant"] == "Reports-E2E"
        assert document["time_zone"] == "Europe/Paris"
        # On screen it is the same, but for the moment.
        shown = tenant.back.call("GET", f"/v1/reports/{kind}/data", **DAYS, written_in="en")
        assert headline(shown).keys() == headline(document).keys()
        if kind != "members_activity":
            assert shown | {"generated_at": ""} == document | {"generated_at": ""}

    @pytest.mark.parametrize("kind", KINDS)
    def test_csv_is_the_main_table(self, tenant: Tenant, kind: str):
        document = json.loads(made(tenant, kind, "json", language="en"))
        table = blocks(document)[MAIN.get(kind, "series")]
        rows = csv_rows(made(tenant, kind, "csv", language="en"))
        assert len(rows) == len(table["rows"])
        for row, told in zip(rows, table["rows"], strict=True):
            if kind == "members_activity":
                continue
            for column in table["columns"]:
                written, value = row[column["label"]], told[column["key"]]
                if column["kind"] in ("integer", "percent"):
                    assert written == "" if value is None else float(written) == pytest.approx(value, abs=0.0006), column
                elif column["kind"] == "date":
                    assert written == value

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_workbook_holds_typed_cells(self, tenant: Tenant, kind: str):
        document = json.loads(made(tenant, kind, "json", language="en"))
        workbook = book(made(tenant, kind, "xlsx", language="en"))
        summary = workbook.worksheets[0]
        labels = {row[0].value: row[1].value for row in summary.iter_rows(max_col=2) if row[0].value}
        for key, value in self.figures(tenant, kind).items():
            assert labels[headline(document)[key]["label"]] == pytest.approx(value), key
        table = blocks(document)[MAIN.get(kind, "series")]
        sheet = workbook[table["title"]]
        heads = [column["label"] for column in table["columns"]]
        assert [cell.value for cell in sheet[1]] == heads or heads in [[cell.value for cell in row] for row in sheet.iter_rows(max_row=5)]
        assert all(cell.data_type != "f" for page in workbook for row in page.iter_rows() for cell in row)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_pdf_can_be_read_aloud(self, tenant: Tenant, kind: str):
        content = made(tenant, kind, "pdf", language="en")
        document = json.loads(made(tenant, kind, "json", language="en"))
        text = pages(content)
        assert document["title"].replace("’", "'") in text.replace("’", "'")
        for key, value in self.figures(tenant, kind).items():
            assert headline(document)[key]["label"].split()[0].lower() in text.lower(), key
            if isinstance(value, int):
                assert f"{value:,}" in text, key
        # Tagged, with its language: PDF/UA-1 says so of itself.
        assert b"/MarkInfo" in content or b"/Marked" in content or b"pdfuaid" in content
        assert pypdfium2.PdfDocument(content).get_metadata_dict()["Title"] == document["title"]

    def test_each_day_is_as_the_statistics_say(self, tenant: Tenant):
        series = points(tenant.back.call("GET", "/v1/statistics/series", **DAYS))
        rows = blocks(json.loads(made(tenant, "activity", "json")))["series"]["rows"]
        assert [row["at"] for row in rows] == [(FIRST + dt.timedelta(days=n)).isoformat() for n in range(10)]
        for row in rows:
            of_day = [one for one in series if one["at"] == row["at"]]
            count = lambda kind, outcomes=None: sum(  # noqa: E731
                one["count"] for one in of_day if one["kind"] == kind and (outcomes is None or one["outcome"] in outcomes))  # noqa: B023
            assert row["searches"] == count("search", ("found", "none"))
            assert row["without_results"] == count("search", ("none",))
            assert row["offers_viewed"] == count("offer_viewed")

    def test_visitors_and_funnels_are_those_of_the_statistics(self, tenant: Tenant):
        document = json.loads(made(tenant, "activity", "json"))
        visitors = {one["step"]: one for one in tenant.back.call("GET", "/v1/statistics/totals", **DAYS)["visitors"]}
        assert headline(document)["visitors"]["value"] == visitors["visited"]["visitors"] > 0
        funnels = tenant.back.call("GET", "/v1/statistics/funnels", **DAYS)
        steps = [(step["count"], step["visitors"], step["rate"]) for step in (*funnels["search"], *funnels["chatbot"])]
        rows = blocks(document)["funnel"]["rows"]
        assert [(row["count"], row["visits"], row["rate"]) for row in rows] == steps

    def test_offers_are_named_and_ranked(self, tenant: Tenant):
        ids, count = tenant.notes["offers"], expected(tenant)
        rows = blocks(json.loads(made(tenant, "offers_performance", "json", language="fr")))["offers"]["rows"]
        subjects = {
            kind: {one["id"]: one["count"] for one in tenant.back.call("GET", "/v1/statistics/subjects", kind=kind, **DAYS)["subjects"]}
            for kind in ("offer_viewed", "apply_clicked")
        }
        assert {row["offer_id"]: row["views"] for row in rows if row["views"]} == subjects["offer_viewed"]
        assert {row["offer_id"]: row["clicks"] for row in rows if row["clicks"]} == subjects["apply_clicked"]
        by_id = {row["offer_id"]: row for row in rows}
        assert rows[0]["offer_id"] == ids["A"] and rows[0]["company"] == "Été & Cie" and rows[0]["status"] == "ouverte"
        assert by_id[ids["C"]]["status"] == "fermée" and by_id[ids["B"]]["title"] == FORMULA
        lost = by_id[tenant.notes["gone"]]
        assert (lost["title"], lost["status"], lost["views"], lost["clicks"], lost["rate"]) == (None, "supprimée", 0, 1, None)
        assert sum(row["views"] for row in rows) == count("offer_viewed")

    def test_searches_without_results_by_project_and_language(self, tenant: Tenant):
        document = json.loads(made(tenant, "no_results", "json", language="fr"))
        projects = {row["part"]: row["without_results"] for row in blocks(document)["projects"]["rows"]}
        breakdown = tenant.back.call("GET", "/v1/statistics/breakdown", by="project", **DAYS)["parts"]
        assert projects["Second projet"] == sum(
            one["count"] for one in breakdown if one["part"] == tenant.notes["second"] and one["outcome"] == "none") == 10  # fmt: skip
        languages = {row["part"]: row["without_results"] for row in blocks(document)["languages"]["rows"]}
        assert languages["Anglais"] == 10 and set(languages) == {"Anglais", "Français"}

    def test_texts_are_those_that_enough_visitors_searched_for(self, tenant: Tenant):
        tags = {"read": "AAAAAAAAAAE", "unread": "AAAAAAAAAAI"}
        with tenant.stage.pool(tenant.tenant_id, "metrics") as connection:
            for tag, times in ((tags["read"], 3), (tags["unread"], 2)):
                detail = {"results": 0, "filters": 0, "context": {"project": tenant.project, "tag": tag}}
                for _ in range(times):
                    connection.execute(
                        "INSERT INTO events (tenant_id, occurred_at, event_id, kind, detail) VALUES (%s, %s, %s, 'search', %s)",
                        [tenant.tenant_id, at(day(6), "12:00:00"), uuid.uuid4(), json.dumps(detail)])  # fmt: skip
            connection.execute(
                "INSERT INTO query_texts (tenant_id, tag, project_id, query, seen_at) VALUES (%s, %s, %s, %s, now())",
                [tenant.tenant_id, tags["read"], tenant.project, FORMULA])  # fmt: skip
        document = json.loads(made(tenant, "no_results", "json"))
        rows = blocks(document)["queries"]["rows"]
        assert [(row["query"], row["searches"], row["without_results"]) for row in rows] == [(FORMULA, 3, 3)]
        other = made(tenant, "no_results", "json", filters={"project": tenant.notes["second"]})
        assert blocks(json.loads(other))["queries"]["rows"] == []
        # Texts are not known by channel.
        assert "queries" not in blocks(json.loads(made(tenant, "no_results", "json", filters={"channel": "web"})))

    def test_the_last_test_run_is_measured(self, tenant: Tenant):
        path = f"/v1/projects/{tenant.project}/test"
        tenant.back.call("POST", f"{path}-questions", {"questions": [{"question": "Que fait la lune ?"}]})
        tenant.back.call("POST", f"{path}-runs", {})
        done = lambda: tenant.stage.tick("evaluation") and tenant.back.call("GET", f"{path}-runs")["runs"][0]["status"] == "done"  # noqa: E731
        wait_for(done, "the test run", 60, 0.5)
        figures = tenant.back.call("GET", f"{path}-runs")["runs"][0]["figures"]
        (row,) = blocks(json.loads(made(tenant, "chatbot_quality", "json")))["test_runs"]["rows"]
        assert (row["test_questions"], row["hit_at_1"], row["silence_rate"]) == (1, figures["hit_at_1"], figures["silence_rate"])

    def test_members_are_counted_by_what_they_did(self, tenant: Tenant):
        today = dt.datetime.now(dt.timezone.utc).date()
        document = tenant.back.call("GET", "/v1/reports/members_activity/data", **{"from": (today - dt.timedelta(days=1)).isoformat()}, written_in="en")
        rows = {row["member_id"]: row for row in blocks(document)["members"]["rows"]}
        managers = [row for row in rows.values() if row["roles"] == "Manager"]
        assert managers and managers[0]["offers"] >= 2 and managers[0]["last_seen_at"] and managers[0]["state"] in ("active", "invited")
        assert tenant.email not in json.dumps(document)


class TestForms:
    def test_french_and_english_write_numbers_and_days_their_own_way(self, tenant: Tenant):
        count = expected(tenant)
        share = count("search", outcome="none") / searches(count) * 100
        french, english = (pages(made(tenant, "no_results", "pdf", language=language)) for language in ("fr", "en"))
        assert f"{share:.1f}".replace(".", ",") + " %" in french and f"{share:.1f}%" in english
        assert f"{FIRST:%d/%m/%Y}" in french and f"{FIRST.day} {FIRST:%b} {FIRST.year}" in english
        rows = csv_rows(made(tenant, "no_results", "csv_excel", language="fr"), ";")
        assert rows[0]["Jour"] == f"{FIRST:%d/%m/%Y}" and rows[0]["Part sans résultat"].endswith("%") and "," in rows[0]["Part sans résultat"]
        assert made(tenant, "no_results", "csv_excel", language="fr").startswith(b"\xef\xbb\xbf")
        assert csv_rows(made(tenant, "no_results", "csv_excel", language="en"))[0]["Day"] == FIRST.isoformat()

    @pytest.mark.parametrize("form", ["csv", "csv_excel"])
    def test_a_formula_in_a_title_is_none_in_a_sheet(self, tenant: Tenant, form: str):
        rows = csv_rows(made(tenant, "offers_performance", form, language="fr"), ";" if form == "csv_excel" else ",")
        assert f"'{FORMULA}" in [row["Offre"] for row in rows]
        cells = [cell for sheet in book(made(tenant, "offers_performance", "xlsx")) for row in sheet.iter_rows() for cell in row]
        named = [cell for cell in cells if cell.value == FORMULA]
        assert named and all(cell.data_type == "s" for cell in named)
        assert FORMULA.split('"')[0] in pages(made(tenant, "offers_performance", "pdf"))

    def test_columns_are_chosen_and_ordered(self, tenant: Tenant):
        body = {"name": "Peu de colonnes", "kind": "offers_performance", "period": DAYS, "language": "fr", "columns": ["clicks", "title"]}
        saved = tenant.back.call("POST", "/v1/reports", body)["report_id"]
        assert list(csv_rows(made(tenant, saved, "csv"))[0]) == ["Clics", "Offre"]
        grid = blocks(tenant.back.call("GET", f"/v1/reports/{saved}/data"))["offers"]
        assert [column["key"] for column in grid["columns"]] == ["clicks", "title"]
        tenant.back.call("DELETE", f"/v1/reports/{saved}")

    def test_the_tenants_theme(self, tenant: Tenant):
        def colours(content: bytes) -> set[tuple[int, ...]]:
            picture = pypdfium2.PdfDocument(content)[0].render(scale=1).to_pil().convert("RGB")
            return {colour for _, colour in picture.getcolors(10_000_000)}

        theme = tenant.member.get(f"/v1/projects/{tenant.project}/settings").json()["settings"]["theme"]
        tenant.publish({"theme": theme | {"primary": "#7a0f3c"}})
        try:
            assert (0x7A, 0x0F, 0x3C) in colours(made(tenant, "activity", "pdf", filters={"project": tenant.project}))
        finally:
            tenant.publish({"theme": theme})
        assert (0x7A, 0x0F, 0x3C) not in colours(made(tenant, "activity", "pdf", filters={"project": tenant.project}))

    @pytest.mark.parametrize(
        ("filters", "query"),
        [({"channel": "whatsapp"}, {"channel": "whatsapp"}), ({"language": "en"}, {"language": "en"})],
    )
    def test_filters_are_those_of_the_statistics(self, tenant: Tenant, filters: dict, query: dict):
        count = expected(tenant, **query)
        told = headline(json.loads(made(tenant, "activity", "json", filters=filters)))
        assert told["total_searches"]["value"] == searches(count) > 0 and "visitors" not in told


class TestSaved:
    BODY = {"name": "Chaque lundi", "kind": "activity", "period": "last_7_days", "language": "fr"}

    def test_saved_changed_and_removed(self, tenant: Tenant):
        answer = tenant.member.send("POST", "/v1/reports", json=self.BODY)
        assert answer.status_code == 201 and answer.headers["ETag"] == '"1"', answer.text
        report = answer.json()
        path = f"/v1/reports/{report['report_id']}"
        assert (report["format"], report["schedule"], report["approval"], report["revision"]) == ("pdf", None, None, 1)
        change = {"name": "Chaque mois", "period": "last_month", "filters": {"channel": "web"}, "grain": "week"}
        assert tenant.member.send("PATCH", path, json=change).status_code == 428
        changed = tenant.member.send("PATCH", path, json=change, headers={"If-Match": '"1"'})
        assert changed.status_code == 200 and changed.headers["ETag"] == '"2"'
        assert tenant.member.send("PATCH", path, json=change, headers={"If-Match": '"1"'}).status_code == 412
        shown = tenant.back.call("GET", path)
        assert shown == changed.json() and shown["name"] == "Chaque mois" and shown["filters"] == {"channel": "web"}
        listed = tenant.back.call("GET", "/v1/reports")
        assert [one["kind"] for one in listed["given"]] == list(KINDS)
        assert report["report_id"] in [one["report_id"] for one in listed["saved"]]
        run = started(tenant, report["report_id"], "json")
        assert run["name"] == "Chaque mois" and json.loads(fetched(run))["title"] == "Chaque mois"
        key = f"reports/{run['run_id']}"
        assert tenant.stage.client("s3").head_object(Bucket=tenant.bucket, Key=key)["ContentType"] == "application/json"
        assert tenant.member.send("DELETE", path).status_code == 204
        for gone in (path, f"{path}/data", f"{path}/runs", run["path"]):
            is_problem(tenant.member.get(gone), NOT_FOUND)
        left = tenant.stage.client("s3").list_object_versions(Bucket=tenant.bucket, Prefix=key)
        assert not left.get("Versions") and not left.get("DeleteMarkers")
        assert tenant.sql("SELECT count(*) FROM report_runs WHERE id = %s", run["run_id"]) == [(0,)]

    def test_a_repeated_request_saves_and_makes_one(self, tenant: Tenant):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        saved = {tenant.member.send("POST", "/v1/reports", json=self.BODY, headers=key).json()["report_id"] for _ in range(2)}
        assert len(saved) == 1
        key = {"Idempotency-Key": str(uuid.uuid4())}
        body = {"format": "csv", "period": DAYS}
        runs = {tenant.member.send("POST", "/v1/reports/activity/runs", json=body, headers=key).json()["run_id"] for _ in range(2)}
        assert len(runs) == 1
        other = tenant.member.send("POST", "/v1/reports/activity/runs", json=body | {"format": "pdf"}, headers=key)
        is_problem(other, ("urn:vivier:problem:idempotency-key-reused", 422))
        tenant.back.call("DELETE", f"/v1/reports/{saved.pop()}")

    def test_there_is_a_most(self, tenant: Tenant):
        tenant.sql(
            "INSERT INTO reports (id, name, question, language, format, recipients, revision, told, created_at, updated_at)"
            " SELECT gen_random_uuid(), 'x', '{\"kind\": \"activity\", \"period\": \"last_month\"}', 'fr', 'pdf', '{}', 1, true, now(), now()"
            " FROM generate_series(1, 100)")  # fmt: skip
        is_problem(tenant.member.send("POST", "/v1/reports", json=self.BODY), ("urn:vivier:problem:limit-reached", 409))
        tenant.sql("DELETE FROM reports WHERE name = 'x'")
        tenant.sql(
            "INSERT INTO report_runs (id, question, language, format, cause, status, created_at, expires_at, lease_until)"
            " SELECT gen_random_uuid(), '{\"kind\": \"activity\", \"period\": \"last_month\"}', 'fr', 'pdf', 'member', 'running', now(),"
            " now() + interval '1 day', now() + interval '1 hour' FROM generate_series(1, 10)")  # fmt: skip
        answer = tenant.member.send("POST", "/v1/reports/activity/runs", json={"format": "json"})
        is_problem(answer, ("urn:vivier:problem:limit-reached", 409))
        tenant.sql("DELETE FROM report_runs WHERE lease_until > now() + interval '30 minutes'")

    @pytest.mark.parametrize(
        ("change", "refused"),
        [
            ({"name": ""}, {"name": "invalid"}),
            ({"columns": ["searches", "salary"]}, {"columns[1]": "unknown"}),
            ({"period": {"from": "2026-02-30", "to": "2026-03-01"}}, {"period.from": "invalid-date"}),
            ({"period": {"from": "2024-01-01", "to": "2026-03-01"}}, {"period.to": "period-too-long"}),
            ({"filters": {"project": str(uuid.uuid4())}}, {"filters.project": "unknown"}),
            ({"kind": "members_activity", "filters": {"channel": "web"}}, {"filters.channel": "not-here"}),
            ({"recipients": [str(uuid.uuid4())]}, {"recipients[0]": "unknown"}),
            ({"schedule": {"every": "week", "hour": 7}, "recipients": []}, {"schedule.weekday": "required"}),
            ({"schedule": {"every": "day", "hour": 7}}, {"recipients": "required"}),
            ({"kind": "salaries"}, None), ({"period": "tomorrow"}, None), ({"format": "docx"}, None), ({"tenant": "x"}, None),
            ({"language": "de"}, None), ({"schedule": "0 7 * * *"}, None), ({"recipients": [f"rh.{canaries.SURNAME}@acme.example"]}, None),
        ],
    )  # fmt: skip
    def test_a_bad_body_is_named(self, tenant: Tenant, change: dict, refused: dict | None):
        answer = tenant.member.send("POST", "/v1/reports", json=self.BODY | change)
        is_problem(answer, INVALID_BODY)
        assert refused is None or refused_fields(answer) == refused

    @pytest.mark.parametrize(
        ("query", "refused"),
        [
            ({"from": "yesterday"}, {"from": "invalid-date"}),
            ({"from": "2026-03-02", "to": "2026-03-01"}, {"from": "not-before-to"}),
            ({"period": "last_century"}, {"period": "invalid"}),
            ({"channel": "pigeon"}, {"channel": "invalid"}),
            ({"written_in": "de"}, {"written_in": "invalid"}),
            ({"tenant": "alpha-e2e"}, {}),
        ],
    )
    def test_a_bad_question_is_named(self, tenant: Tenant, query: dict, refused: dict):
        answer = tenant.member.get("/v1/reports/activity/data", **query)
        is_problem(answer, INVALID_QUERY)
        assert refused_fields(answer) == refused

    @pytest.mark.parametrize("name", ["salaries", "Activity", "activity%00", "01920000-0000-7000-8000-000000000001"])
    def test_a_report_that_is_none(self, tenant: Tenant, name: str):
        for method, path, body in (("GET", "data", None), ("GET", "runs", None), ("POST", "runs", {"format": "json"})):
            is_problem(tenant.member.send(method, f"/v1/reports/{name}/{path}", json=body), NOT_FOUND)


MANY = 3_000


@pytest.fixture(scope="module")
def large(make_tenant: Callable[..., Tenant]) -> Tenant:
    """A tenant of whose offers so many were seen that nobody waits for their list."""
    made = make_tenant("reports-large-e2e")
    made.sql(
        "INSERT INTO offers (id, reference, status, title, description, city, country, contract, remote, published_on, skills, content_hash,"
        " import_id, created_at, updated_at, source) SELECT gen_random_uuid(), 'L' || n, 'open', 'Offre numéro ' || n, 'd', 'Nantes', 'FR',"
        " 'permanent', 'no', current_date, '{}', '\\x00', gen_random_uuid(), now(), now(), 'file' FROM generate_series(1, %s) AS n", MANY)  # fmt: skip
    ids = [row[0] for row in made.sql("SELECT id FROM offers ORDER BY reference")]
    with made.stage.pool(made.tenant_id, "metrics") as connection:
        connection.execute("INSERT INTO usage_months VALUES (%s, %s)", [made.tenant_id, LAST])
        connection.cursor().executemany(
            "INSERT INTO usage_subjects VALUES (%s, 'day', 'offer_viewed', %s, %s, %s, %s)",
            [(made.tenant_id, LAST, made.project, id_, n + 1) for n, id_ in enumerate(ids)])  # fmt: skip
        connection.execute("INSERT INTO usage_subject_packs VALUES (%s, 'month', 'offer_viewed', %s, %s, %s, %s::uuid[], %s)",
                           [made.tenant_id, LAST.replace(day=1), made.project, uuid.uuid4(), ids, list(range(1, len(ids) + 1))])  # fmt: skip
    return made


class TestLarge:
    def test_it_is_made_meanwhile_with_progress(self, large: Tenant):
        run = started(large, "offers_performance", "csv", language="fr")
        assert run["status"] in ("queued", "running") and run["download"] is None
        seen = []

        def final() -> Json | None:
            found = large.back.call("GET", run["path"])
            seen.append((found["progress"]["done"], found["progress"]["of"]))
            return found if found["status"] == "ready" else None

        ended = wait_for(final, "the large file", timeout=60, every=0.02)
        assert seen == sorted(seen) and ended["progress"]["done"] == ended["progress"]["of"] >= MANY // 500
        rows = csv_rows(fetched(ended))
        assert len(rows) == MANY and sum(int(row["Consultations"]) for row in rows) == MANY * (MANY + 1) // 2
        assert {row["Offre"] for row in rows} == {f"Offre numéro {n}" for n in range(1, MANY + 1)}

    def test_killed_in_the_middle_there_is_one_file_in_the_end(self, stage: Stage, large: Tenant):
        run = started(large, "offers_performance", "pdf", language="fr")
        assert run["status"] in ("queued", "running")
        wait_for(lambda: large.back.call("GET", run["path"])["status"] == "running", "the beginning", 30, 0.02)
        stage.kill("reports")
        assert large.sql("SELECT status FROM report_runs WHERE id = %s", run["run_id"]) == [("running",)]
        # As if the minute were over.
        large.sql("UPDATE report_runs SET lease_until = now() WHERE id = %s", run["run_id"])
        stage.tick("reports")
        ended = finished(large, run, 240)
        assert ended["status"] == "ready", ended
        assert large.sql("SELECT attempts FROM report_runs WHERE id = %s", run["run_id"])[0][0] >= 2
        document = pypdfium2.PdfDocument(fetched(ended))
        assert len(document) > 20
        listed = stage.client("s3").list_object_versions(Bucket=large.bucket, Prefix=f"reports/{run['run_id']}")["Versions"]
        assert [version["IsLatest"] for version in listed] == [True]

    def test_a_link_ends_and_a_fresh_one_is_given(self, large: Tenant):
        run = finished(large, started(large, "activity", "csv"))
        lives = dt.datetime.fromisoformat(run["download"]["expires_at"]) - dt.datetime.now(dt.timezone.utc)
        assert dt.timedelta(minutes=14) < lives <= dt.timedelta(minutes=15)
        url = run["download"]["url"]
        assert "X-Amz-Expires=900" in url
        # Signed for no other file, and for no longer.
        other = url.replace(run["run_id"], str(uuid.uuid4()))
        assert requests.get(other, timeout=30).status_code == 403
        assert requests.get(url.replace("X-Amz-Expires=900", "X-Amz-Expires=90000"), timeout=30).status_code == 403
        assert requests.get(url.split("?")[0], timeout=30).status_code == 403

    def test_files_go_when_their_days_are_over(self, stage: Stage, large: Tenant):
        run = finished(large, started(large, "activity", "csv"))
        kept = dt.datetime.fromisoformat(run["expires_at"]) - dt.datetime.fromisoformat(run["created_at"])
        assert kept == dt.timedelta(days=7)
        large.sql("UPDATE report_runs SET expires_at = now() WHERE id = %s", run["run_id"])
        is_problem(large.member.get(f"/v1/reports/activity/runs/{run['run_id']}"), NOT_FOUND)
        stage.tick("reports")
        assert large.sql("SELECT count(*) FROM report_runs WHERE id = %s", run["run_id"]) == [(0,)]
        assert not stage.client("s3").list_object_versions(Bucket=large.bucket, Prefix=f"reports/{run['run_id']}").get("Versions")
        assert stage.tick("reports")["removed"] == 0


class TestRights:
    def test_who_may_read_save_and_see_members(self, tenant: Tenant):
        for role, reads, writes, members in (("analyst", 200, 201, 403), ("reader", 403, 403, 403), ("manager", 200, 201, 200)):
            caller = tenant.person(role).bearer
            assert caller.get("/v1/reports").status_code == reads, role
            assert caller.get("/v1/reports/activity/data").status_code == reads
            assert caller.get("/v1/reports/members_activity/data").status_code == members
            made = caller.send("POST", "/v1/reports/activity/runs", json={"format": "csv"})
            assert made.status_code == (201 if reads == 200 else 403)
            saved = caller.send("POST", "/v1/reports", json=TestSaved.BODY | {"kind": "members_activity"})
            assert saved.status_code == (201 if members == 200 else 403)
            saved = caller.send("POST", "/v1/reports", json=TestSaved.BODY)
            assert saved.status_code == writes
            if reads == 200:
                kinds = [given["kind"] for given in caller.get("/v1/reports").json()["given"]]
                assert ("members_activity" in kinds) == (members == 200)
            run = tenant.back.call("POST", "/v1/reports/members_activity/runs", {"format": "csv"})["run_id"]
            assert caller.get(f"/v1/reports/members_activity/runs/{run}").status_code == members
        for saved in tenant.back.call("GET", "/v1/reports")["saved"]:
            tenant.back.call("DELETE", f"/v1/reports/{saved['report_id']}")

    def test_who_reads_in_a_project_reads_that_one(self, tenant: Tenant):
        caller, own, other = tenant.person("analyst", project=tenant.project).bearer, tenant.project, tenant.notes["second"]
        is_problem(caller.get("/v1/reports"), FORBIDDEN)
        is_problem(caller.get("/v1/reports/activity/data"), FORBIDDEN)
        is_problem(caller.get(f"/v1/projects/{other}/reports/activity/data"), FORBIDDEN)
        listed = caller.get(f"/v1/projects/{own}/reports").json()
        assert [given["kind"] for given in listed["given"]] == list(KINDS[:4])
        is_problem(caller.get(f"/v1/projects/{own}/reports/members_activity/data"), NOT_FOUND)
        count = tenant.back.call("GET", f"/v1/projects/{own}/statistics/totals", **DAYS)["totals"]
        none = sum(one["count"] for one in count if one["kind"] == "search" and one["outcome"] == "none")
        shown = caller.get(f"/v1/projects/{own}/reports/no_results/data", **DAYS).json()
        assert headline(shown)["total_without_results"]["value"] == none > 0
        assert none < headline(tenant.back.call("GET", "/v1/reports/no_results/data", **DAYS))["total_without_results"]["value"]
        made = caller.send("POST", f"/v1/projects/{own}/reports/no_results/runs", json={"format": "pdf", "period": DAYS})
        assert made.status_code == 201 and fetched(made.json()).startswith(b"%PDF")
        refused = caller.send("POST", f"/v1/projects/{own}/reports/no_results/runs", json={"format": "pdf", "filters": {"project": other}})
        assert refused_fields(refused) == {"filters.project": "not-here"}
        # What is of the whole tenant, or of the other project, is not there.
        for filters in ({}, {"project": other}):
            run = tenant.back.call("POST", "/v1/reports/no_results/runs", {"format": "json", "filters": filters})["run_id"]
            is_problem(caller.get(f"/v1/projects/{own}/reports/no_results/runs/{run}"), NOT_FOUND)
            saved = tenant.back.call("POST", "/v1/reports", TestSaved.BODY | {"filters": filters})["report_id"]
            is_problem(caller.get(f"/v1/projects/{own}/reports/{saved}/data"), NOT_FOUND)
            tenant.back.call("DELETE", f"/v1/reports/{saved}")
        saved = tenant.back.call("POST", "/v1/reports", TestSaved.BODY | {"filters": {"project": own}})["report_id"]
        assert [one["report_id"] for one in caller.get(f"/v1/projects/{own}/reports").json()["saved"]] == [saved]
        assert caller.get(f"/v1/projects/{own}/reports/{saved}/data").status_code == 200
        tenant.back.call("DELETE", f"/v1/reports/{saved}")

    def test_reading_about_members_is_entered(self, tenant: Tenant):
        before = tenant.pool("SELECT count(*) FROM audit_log WHERE action = 'report_data_fetch'")[0][0]
        tenant.back.call("GET", "/v1/reports/members_activity/data")
        tenant.back.call("GET", "/v1/reports/activity/data")
        entries = tenant.pool("SELECT subject, outcome FROM audit_log WHERE action = 'report_data_fetch' ORDER BY ordinal DESC")
        assert len(entries) == before + 1 and entries[0] == ("members_activity", "done")


class TestTenants:
    def test_each_has_its_own(self, stage: Stage, tenant: Tenant, large: Tenant):
        saved = tenant.back.call("POST", "/v1/reports", TestSaved.BODY)["report_id"]
        run = tenant.back.call("POST", f"/v1/reports/{saved}/runs", {"format": "csv"})
        for method, path, body in (
            ("GET", f"/v1/reports/{saved}", None), ("GET", f"/v1/reports/{saved}/data", None), ("DELETE", f"/v1/reports/{saved}", None),
            ("PATCH", f"/v1/reports/{saved}", {"name": "à moi"}), ("POST", f"/v1/reports/{saved}/runs", {"format": "csv"}),
            ("GET", f"/v1/reports/{saved}/runs/{run['run_id']}", None), ("GET", f"/v1/reports/activity/runs/{run['run_id']}", None),
            ("GET", f"/v1/projects/{tenant.project}/reports/activity/data", None),
        ):  # fmt: skip
            is_problem(large.member.send(method, path, json=body, headers={"If-Match": "*"}), NOT_FOUND)
        # Another's project narrows to nothing.
        shown = large.back.call("GET", "/v1/reports/activity/data", **DAYS, project=tenant.project)
        assert all(not figure["value"] for figure in headline(shown).values())
        theirs = json.dumps(large.back.call("GET", "/v1/reports/offers_performance/data", **DAYS))
        assert tenant.notes["offers"]["A"] not in theirs and "Boulang" not in theirs
        assert large.sql("SELECT count(*) FROM reports") == [(0,)], "a database of its own"
        tenant.back.call("DELETE", f"/v1/reports/{saved}")

    def test_row_security_holds_the_figures(self, stage: Stage, tenant: Tenant, large: Tenant):
        """Each statement that reports ask of the shared database, as its role and bound to the other tenant."""
        with stage.pool(large.tenant_id) as connection:
            for table in ("usage_days", "usage_subjects", "usage_subject_packs", "usage_whole_months", "usage_visitors", "query_texts", "test_runs", "audit_log", "events"):
                seen = connection.execute(f"SELECT DISTINCT tenant_id::text FROM {table}").fetchall()
                assert set(seen) <= {(large.tenant_id,)}, table
        with stage.pool(None) as connection:
            assert connection.execute("SELECT count(*) FROM usage_days").fetchone() == (0,)


class Weekly:
    """A report that is mailed each Monday, and its recipients."""

    def __init__(self, tenant: Tenant, recipients: list[Person], **more: Any) -> None:
        self.tenant, self.stage, self.recipients = tenant, tenant.stage, recipients
        self.operator = Operator(tenant.stage.stack)
        body = TestSaved.BODY | {"name": f"Lundi {uuid.uuid4().hex[:6]}", "period": DAYS, "format": "pdf",
                                 "schedule": {"every": "week", "weekday": "monday", "hour": 7},
                                 "recipients": [person.id for person in recipients]} | more  # fmt: skip
        self.report = tenant.back.call("POST", "/v1/reports", body)
        self.id, self.name = self.report["report_id"], body["name"]

    def decide(self, decision: str = "approve") -> None:
        seen = int(self.task()["item"]["revision"]["N"])
        self.operator.invoke("tasks", {"operation": decision, "tenant": self.tenant.slug, "task": self.id, "revision": seen})

    def ask(self) -> None:
        """Has it mailed now, as a member who may run tasks."""
        answer = self.tenant.member.send("POST", f"/v1/tasks/{self.id}/runs")
        assert answer.status_code == 202, answer.text

    def mailed(self) -> None:
        """Has it mailed, and waits until that has ended."""
        self.ask()
        self.until_idle()

    def until_idle(self) -> None:
        wait_for(lambda: self.stage.tick("reports") and not self.task()["wanted"], "the mailing", 60, 0.3)

    def task(self) -> dict[str, Any]:
        key = {"pk": {"S": f"tenant#{self.tenant.tenant_id}"}, "sk": {"S": f"task#{self.id}"}}
        item = self.stage.client("dynamodb").get_item(TableName=f"vivier-{self.stage.name}-tasks", Key=key, ConsistentRead=True).get("Item", {})
        return {"wanted": "wanted" in item, "item": item}

    def lapse(self) -> None:
        """As if the run's lease were over."""
        key = {"pk": {"S": f"tenant#{self.tenant.tenant_id}"}, "sk": {"S": f"task#{self.id}"}}
        self.stage.client("dynamodb").update_item(
            TableName=f"vivier-{self.stage.name}-tasks", Key=key, UpdateExpression="SET lease_until = :past",
            ExpressionAttributeValues={":past": {"N": "1"}})  # fmt: skip

    def got(self, person: Person) -> list[dict[str, Any]]:
        """The mails of this report to somebody."""
        return [mail for mail in mails(self.stage, person.email) if self.name in mail["Subject"]]

    def remove(self) -> None:
        self.tenant.back.call("DELETE", f"/v1/reports/{self.id}")


class TestMailed:
    def test_after_approval_to_those_who_may_read_it_then(self, stage: Stage, tenant: Tenant):
        reader, leaver, demoted, suspended = (tenant.person("analyst") for _ in range(4))
        weekly = Weekly(tenant, [reader, leaver, demoted, suspended])
        assert weekly.report["approval"] == "awaiting" and weekly.report["next_mail_at"] is None
        assert weekly.report["time_zone"] == "Europe/Paris"
        stage.tick("reports")
        assert weekly.got(reader) == []
        is_problem(tenant.member.send("POST", f"/v1/tasks/{weekly.id}/runs"), ("urn:vivier:problem:conflict", 409))
        weekly.decide()
        shown = tenant.back.call("GET", f"/v1/reports/{weekly.id}")
        assert shown["approval"] == "approved" and dt.datetime.fromisoformat(shown["next_mail_at"]).weekday() == 0
        tenant.back.call("PUT", f"/v1/members/{demoted.id}/role", {"role": "reader"})
        tenant.back.call("PUT", f"/v1/members/{suspended.id}/suspension")
        tenant.back.call("DELETE", f"/v1/members/{leaver.id}")
        weekly.mailed()
        (mail,) = weekly.got(reader)
        for person in (leaver, demoted, suspended):
            assert weekly.got(person) == []
        # The headline, the file, and a way that needs a login.
        count = expected(tenant)
        assert str(searches(count)) in mail["BodyText"].replace("\u202f", "") and "Recherches" in mail["BodyHtml"]
        run = tenant.back.call("GET", f"/v1/reports/{weekly.id}/runs")["runs"][0]
        assert f"/reports/{weekly.id}/runs/{run['run_id']}" in mail["BodyText"] and "X-Amz-" not in mail["BodyHtml"]
        (file,) = mail["Attachments"]
        content = base64.b64decode(file["RawContent"])
        assert file["FileName"] == f"activity_{DAYS['from']}_{DAYS['to']}.pdf" and file["ContentType"] == "application/pdf"
        assert content.startswith(b"%PDF") and weekly.name in pages(content)
        assert run["cause"] == "schedule" and content == fetched(tenant.back.call("GET", f"/v1/reports/{weekly.id}/runs/{run['run_id']}"))
        entries = dict(tenant.pool(
            "SELECT split_part(subject, '/', 3), outcome FROM audit_log WHERE action = 'report_mails_send' AND subject LIKE %s", f"{weekly.id}/%"))  # fmt: skip
        assert entries == {reader.id: "done", leaver.id: "refused", demoted.id: "refused", suspended.id: "refused"}
        weekly.remove()
        assert weekly.task()["item"] == {}

    def test_the_right_counts_at_the_moment_of_sending(self, stage: Stage, tenant: Tenant):
        person = tenant.person("analyst")
        weekly = Weekly(tenant, [person], format="csv_excel", language="en")
        weekly.decide()
        weekly.mailed()
        (mail,) = weekly.got(person)
        assert "Hello" in mail["BodyText"] and mail["Attachments"][0]["FileName"].endswith(".csv")
        tenant.back.call("PUT", f"/v1/members/{person.id}/role", {"role": "reader"})
        weekly.mailed()
        assert len(weekly.got(person)) == 1
        tenant.back.call("PUT", f"/v1/members/{person.id}/role", {"role": "analyst"})
        weekly.mailed()
        assert len(weekly.got(person)) == 2
        weekly.remove()

    def test_members_activity_takes_the_audit_right_too(self, stage: Stage, tenant: Tenant):
        analyst, manager = tenant.person("analyst"), tenant.person("manager")
        weekly = Weekly(tenant, [analyst, manager], kind="members_activity")
        weekly.decide()
        weekly.mailed()
        assert (len(weekly.got(analyst)), len(weekly.got(manager))) == (0, 1)
        weekly.remove()

    def test_of_a_project_to_those_who_read_there(self, stage: Stage, tenant: Tenant):
        own, other = tenant.person("analyst", project=tenant.project), tenant.person("analyst", project=tenant.notes["second"])
        weekly = Weekly(tenant, [own, other], filters={"project": tenant.project})
        weekly.decide()
        weekly.mailed()
        assert (len(weekly.got(own)), len(weekly.got(other))) == (1, 0)
        weekly.remove()

    @pytest.mark.parametrize("change", [{"period": "last_month"}, {"recipients": None}, {"schedule": {"every": "day", "hour": 1}}, {"format": "csv"}])
    def test_what_is_changed_waits_anew(self, stage: Stage, tenant: Tenant, change: dict):
        person, added = tenant.person("analyst"), tenant.person("analyst")
        weekly = Weekly(tenant, [person])
        weekly.decide()
        change = {"recipients": [person.id, added.id]} if "recipients" in change else change
        changed = tenant.member.send("PATCH", f"/v1/reports/{weekly.id}", json=change, headers={"If-Match": "*"})
        assert changed.json()["approval"] == "awaiting", changed.text
        # Not by hand either.
        assert tenant.member.send("POST", f"/v1/tasks/{weekly.id}/runs").status_code == 409
        stage.tick("reports")
        assert weekly.got(person) == []
        weekly.remove()

    def test_a_change_that_the_table_was_not_told_of_is_not_mailed(self, stage: Stage, tenant: Tenant):
        person = tenant.person("analyst")
        weekly = Weekly(tenant, [person])
        weekly.decide()
        weekly.ask()
        tenant.sql("UPDATE reports SET question = question || '{\"kind\": \"members_activity\"}' WHERE id = %s", weekly.id)
        stage.tick("reports")
        assert weekly.got(person) == []
        assert tenant.back.call("GET", f"/v1/reports/{weekly.id}")["approval"] == "awaiting"
        weekly.remove()

    def test_what_a_failed_run_left_is_made_and_mailed(self, stage: Stage, tenant: Tenant):
        """A store that was away ends a run, and the time does not come again: the schedule goes on with what is written down."""
        person = tenant.person("analyst")
        weekly = Weekly(tenant, [person])
        weekly.decide()
        weekly.mailed()
        run = tenant.sql("SELECT id FROM report_runs WHERE report_id = %s", weekly.id)[0][0]
        tenant.sql("UPDATE report_runs SET status = 'running', lease_until = now() - interval '3 minutes' WHERE id = %s", run)
        tenant.sql("UPDATE report_mails SET state = 'ready', attempts = 0, at = now() WHERE run_id = %s", run)
        wait_for(lambda: stage.tick("reports") and len(weekly.got(person)) == 2, "the second mail", 60, 0.3)
        stage.tick("reports")
        assert len(weekly.got(person)) == 2
        assert tenant.sql("SELECT state FROM report_mails WHERE run_id = %s", run) == [("sent",)]
        weekly.remove()

    def test_a_recipient_who_is_gone_keeps_nobody_from_changing_the_rest(self, tenant: Tenant):
        person = tenant.person("analyst")
        weekly = Weekly(tenant, [person])
        tenant.back.call("DELETE", f"/v1/members/{person.id}")
        changed = tenant.member.send("PATCH", f"/v1/reports/{weekly.id}", json={"name": "Sans elle"}, headers={"If-Match": "*"})
        assert changed.status_code == 200 and changed.json()["recipients"] == [person.id], changed.text
        weekly.remove()

    @pytest.mark.parametrize("left", ["ready", "sending"])
    def test_killed_between_handing_over_and_its_note(self, stage: Stage, tenant: Tenant, left: str):
        """A dead run's mails: what waited is sent, what was being handed over is not sent again, what was sent stays."""
        first, second = tenant.person("analyst"), tenant.person("analyst")
        weekly = Weekly(tenant, [first, second])
        weekly.decide()
        weekly.mailed()
        assert (len(weekly.got(first)), len(weekly.got(second))) == (1, 1)
        # As the dead run left it: its task begun and wanted at the same time, one mail in between.
        run = tenant.sql("SELECT id, due_at FROM report_runs WHERE report_id = %s", weekly.id)[0]
        stamp = str(int(run[1].timestamp() * 1000 + 0.5))
        key = {"pk": {"S": f"tenant#{tenant.tenant_id}"}, "sk": {"S": f"task#{weekly.id}"}}
        stage.client("dynamodb").update_item(
            TableName=f"vivier-{stage.name}-tasks", Key=key,
            UpdateExpression="SET wanted = :at, waits_at = :at, outcome = :running, lease_until = :past",
            ExpressionAttributeValues={":at": {"N": stamp}, ":running": {"S": "running"}, ":past": {"N": "1"}})  # fmt: skip
        tenant.sql("UPDATE report_mails SET state = %s, at = now() - interval '3 minutes' WHERE run_id = %s AND member_id = %s", left, run[0], second.id)
        weekly.until_idle()
        states = dict(tenant.sql("SELECT member_id::text, state FROM report_mails WHERE run_id = %s", run[0]))
        assert states == {first.id: "sent", second.id: "sent" if left == "ready" else "unclear"}
        assert len(weekly.got(first)) == 1, "not twice"
        assert len(weekly.got(second)) == (2 if left == "ready" else 1)
        assert tenant.sql("SELECT count(*) FROM report_runs WHERE report_id = %s", weekly.id) == [(1,)], "one file"
        weekly.remove()

    def test_killed_while_it_mails_nobody_is_mailed_twice(self, stage: Stage, tenant: Tenant):
        people = [tenant.person("analyst") for _ in range(8)]
        weekly = Weekly(tenant, people)
        weekly.decide()
        weekly.ask()

        def fire() -> None:
            with suppress(Exception):
                stage.tick("reports")

        thread = threading.Thread(target=fire)
        thread.start()
        sent = "SELECT count(*) FROM report_mails JOIN report_runs ON id = run_id WHERE report_id = %s AND state = 'sent'"
        wait_for(lambda: tenant.sql(sent, weekly.id)[0][0] > 0, "the first mail", 60, 0.01)
        with suppress(Exception):
            stage.kill("reports")
        thread.join()
        weekly.lapse()
        tenant.sql("UPDATE report_mails SET at = at - interval '5 minutes' WHERE state = 'sending'")
        weekly.until_idle()
        counts = [len(weekly.got(person)) for person in people]
        unclear = tenant.sql("SELECT count(*) FROM report_mails JOIN report_runs ON id = run_id WHERE report_id = %s AND state = 'unclear'", weekly.id)[0][0]
        assert max(counts) == 1 and unclear <= 1 and counts.count(0) <= unclear
        weekly.remove()
