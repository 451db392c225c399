"""A front office's test set, its runs, and what they say."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from demo.client import Json

from .api import NOT_FOUND, SOME_ID, is_problem, refused_fields
from .stage import Stage
from .tenants import Tenant, bring_documents

CONFLICT = ("urn:vivier:problem:conflict", 409)
LIMIT = ("urn:vivier:problem:limit-reached", 409)
PAPERS = {
    "Congés.txt": "Les salariés ont vingt-cinq jours de congés payés par an.",
    "Primes.txt": "La prime de nuit est de 30 euros par nuit travaillée.",
}


@pytest.fixture(scope="module")
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    made = make_tenant("evaluation-e2e")
    documents = bring_documents(made, [(name, "text/plain", text.encode()) for name, text in PAPERS.items()])
    made.notes["documents"] = {name: document["document_id"] for name, document in documents.items()}
    return made


@pytest.fixture
def project(tenant: Tenant) -> str:
    """A front office of its own, so that each test has a set of its own."""
    return tenant.back.call("POST", "/v1/projects", {"name": f"Essai {uuid.uuid4()}"})["project_id"]


def add(tenant: Tenant, project: str, *questions: tuple[str, str | None]) -> list[Json]:
    asked = [{"question": text, "document_id": name and tenant.notes["documents"][name]} for text, name in questions]
    return tenant.back.call("POST", f"/v1/projects/{project}/test-questions", {"questions": asked})["questions"]


def ask_for_run(tenant: Tenant, project: str, **body: str) -> Json:
    return tenant.back.call("POST", f"/v1/projects/{project}/test-runs", body)


def finished(stage: Stage, tenant: Tenant, project: str, run: Json) -> Json:
    """The run as it ended; the schedule is fired as often as it takes."""
    for _ in range(5):
        stage.tick("evaluation")
        seen = tenant.back.call("GET", f"/v1/projects/{project}/test-runs/{run['run_id']}")
        if seen["status"] in ("done", "failed"):
            return seen
    raise AssertionError(f"the run is {seen['status']}")


THREE = (
    ("Combien de jours de congés payés ont les salariés ?", "Congés.txt"),
    ("Quelle est la prime de nuit ?", "Primes.txt"),
    ("Y a-t-il une piscine olympique ?", None),
)


class TestRuns:
    def test_say_what_was_found_and_answered(self, stage: Stage, tenant: Tenant, project: str):
        add(tenant, project, *THREE)
        run = ask_for_run(tenant, project)
        assert (run["status"], run["cause"], run["questions"], run["figures"]) == ("queued", "member", 3, None)
        seen = finished(stage, tenant, project, run)
        assert seen["figures"] == {
            "answerable": 2, "unanswerable": 1, "hit_at_1": 1.0, "hit_at_5": 1.0, "ndcg_at_10": 1.0,
            "answer_precision": 1.0, "fallback_rate": 0.0, "silence_rate": 1.0,
        }  # fmt: skip
        assert [(o["question"], o["place"], o["answered"], o["cited"], o["right"]) for o in seen["outcomes"]] == [
            (THREE[0][0], 1, True, True, True),
            (THREE[1][0], 1, True, True, True),
            (THREE[2][0], None, False, False, True),
        ]
        assert seen["chat"]["caution"] == 100 and seen["finished_at"]
        (listed,) = tenant.back.call("GET", f"/v1/projects/{project}/test-runs")["runs"]
        assert listed == {name: value for name, value in seen.items() if name != "outcomes"}

    def test_a_draft_shows_its_effect_before_it_is_published(self, stage: Stage, tenant: Tenant, project: str):
        add(tenant, project, *THREE)
        is_problem(tenant.member.send("POST", f"/v1/projects/{project}/test-runs", json={"settings": "draft"}), CONFLICT)
        tenant.draft({"chat": {"caution": 1000}}, f"/v1/projects/{project}/settings")
        shy = finished(stage, tenant, project, ask_for_run(tenant, project, settings="draft"))
        assert (shy["settings"], shy["chat"]["caution"], shy["figures"]["fallback_rate"]) == ("draft", 1000, 1.0)
        usual = finished(stage, tenant, project, ask_for_run(tenant, project))
        assert (usual["settings"], usual["chat"]["caution"], usual["figures"]["fallback_rate"]) == ("published", 100, 0.0)
        runs = tenant.back.call("GET", f"/v1/projects/{project}/test-runs", limit=1)
        assert [run["run_id"] for run in runs["runs"]] == [usual["run_id"]] and runs["next_cursor"]

    def test_a_document_that_is_gone_is_not_found(self, stage: Stage, tenant: Tenant, project: str):
        gone = bring_documents(tenant, [("Tenue.txt", "text/plain", "Le port du badge bleu est obligatoire.".encode())])
        tenant.notes["documents"] |= {name: document["document_id"] for name, document in gone.items()}
        (question,) = add(tenant, project, ("Le port du badge bleu est-il obligatoire ?", "Tenue.txt"))
        assert question["document_name"] == "Tenue.txt"
        before = finished(stage, tenant, project, ask_for_run(tenant, project))
        tenant.back.delete_document(tenant.notes["documents"]["Tenue.txt"])
        after = finished(stage, tenant, project, ask_for_run(tenant, project))
        assert (before["figures"]["hit_at_1"], after["figures"]["hit_at_1"]) == (1.0, 0.0)
        (left,) = tenant.back.call("GET", f"/v1/projects/{project}/test-questions")["questions"]
        assert left["document_name"] is None

    def test_keep_their_questions_and_one_runs_at_a_time(self, stage: Stage, tenant: Tenant, project: str):
        is_problem(tenant.member.send("POST", f"/v1/projects/{project}/test-runs", json={}), CONFLICT)
        questions = add(tenant, project, *THREE)
        run = ask_for_run(tenant, project)
        is_problem(tenant.member.send("POST", f"/v1/projects/{project}/test-runs", json={}), CONFLICT)
        for question in questions:
            tenant.back.call("DELETE", f"/v1/projects/{project}/test-questions/{question['question_id']}")
        assert len(finished(stage, tenant, project, run)["outcomes"]) == 3

    def test_asked_for_twice_with_one_key_is_one(self, tenant: Tenant, project: str):
        add(tenant, project, *THREE)
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        path = f"/v1/projects/{project}/test-runs"
        first, second = (tenant.member.send("POST", path, json={}, headers=headers) for _ in range(2))
        assert first.status_code == second.status_code == 202 and first.content == second.content
        assert len(tenant.back.call("GET", path)["runs"]) == 1

    def test_whoever_died_is_followed_and_no_outcome_is_recorded_twice(self, stage: Stage, tenant: Tenant, project: str):
        add(tenant, project, *THREE)
        run = ask_for_run(tenant, project)
        with stage.pool(tenant.tenant_id) as connection:
            # As a process leaves it that was killed behind its first question, and whose lease holds on.
            connection.execute(
                "UPDATE test_runs SET status = 'running', attempts = 1, lease = gen_random_uuid(),"
                " lease_until = now() + interval '1 hour' WHERE id = %s", [run["run_id"]]
            )  # fmt: skip
            connection.execute(
                "UPDATE test_outcomes SET answered = true, cited = true, place = 5 WHERE run_id = %s AND ordinal = 0", [run["run_id"]]
            )
        stage.tick("evaluation")
        held = tenant.back.call("GET", f"/v1/projects/{project}/test-runs/{run['run_id']}")
        assert (held["status"], held["asked"]) == ("running", 1)
        with stage.pool(tenant.tenant_id) as connection:
            connection.execute("UPDATE test_runs SET lease_until = now() - interval '1 s' WHERE id = %s", [run["run_id"]])
        seen = finished(stage, tenant, project, run)
        assert [outcome["place"] for outcome in seen["outcomes"]] == [5, 1, None]

    def test_each_day_begins_one_of_itself(self, stage: Stage, tenant: Tenant, project: str):
        add(tenant, project, *THREE)
        path = f"/v1/projects/{project}/test-runs"
        for _ in range(3):
            stage.tick("evaluation")
        (first,) = tenant.back.call("GET", path)["runs"]
        assert (first["cause"], first["settings"], first["status"]) == ("schedule", "published", "done")
        with stage.pool(tenant.tenant_id) as connection:
            connection.execute("UPDATE test_runs SET created_at = now() - interval '25 hours' WHERE id = %s", [first["run_id"]])
        stage.tick("evaluation")
        assert len(tenant.back.call("GET", path)["runs"]) == 2
        assert {run["status"] for run in tenant.back.call("GET", path)["runs"]} == {"done"}
        archived = tenant.member.send("PATCH", f"/v1/projects/{project}", json={"status": "archived"}, headers={"If-Match": "*"})
        assert archived.status_code == 200, archived.text
        with stage.pool(tenant.tenant_id) as connection:
            connection.execute("UPDATE test_runs SET created_at = now() - interval '25 hours' WHERE project_id = %s", [project])
        stage.tick("evaluation")
        assert len(tenant.back.call("GET", path)["runs"]) == 2


class TestQuestions:
    def test_are_added_changed_and_removed(self, tenant: Tenant, project: str):
        path = f"/v1/projects/{project}/test-questions"
        one, two, three = add(tenant, project, *THREE)
        page = tenant.back.call("GET", path, limit=2)
        assert page["questions"] == [one, two]
        assert tenant.back.call("GET", path, limit=2, cursor=page["next_cursor"])["questions"] == [three]
        changed = tenant.back.call("PUT", f"{path}/{three['question_id']}", {"question": " Et une cantine ? "})
        assert (changed["question"], changed["document_id"]) == ("Et une cantine ?", None)
        assert tenant.member.send("DELETE", f"{path}/{one['question_id']}").status_code == 204
        is_problem(tenant.member.send("DELETE", f"{path}/{one['question_id']}"), NOT_FOUND)
        assert tenant.back.call("GET", path)["questions"] == [two, changed]

    def test_what_is_wrong_changes_nothing(self, tenant: Tenant, project: str):
        path = f"/v1/projects/{project}/test-questions"
        for body, field in (
            ({"questions": []}, "questions"),
            ({"questions": [{"question": "Une ?"}, {"question": "  "}]}, "questions[1].question"),
            ({"questions": [{"question": "é" * 1001}]}, "questions[0].question"),
            ({"questions": [{"question": "Une ?", "document_id": SOME_ID}]}, "questions[0].document_id"),
        ):
            assert list(refused_fields(tenant.member.send("POST", path, json=body))) == [field], body
        assert tenant.back.call("GET", path)["questions"] == []

    def test_there_are_at_most_five_hundred(self, tenant: Tenant, project: str):
        path = f"/v1/projects/{project}/test-questions"
        for _ in range(5):
            add(tenant, project, *[("Combien ?", None)] * 100)
        is_problem(tenant.member.send("POST", path, json={"questions": [{"question": "Une de trop ?"}]}), LIMIT)

    def test_a_project_that_is_none_has_none(self, tenant: Tenant):
        for path in ("test-questions", "test-runs"):
            is_problem(tenant.member.get(f"/v1/projects/{SOME_ID}/{path}"), NOT_FOUND)
