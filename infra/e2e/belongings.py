"""All that a tenant has, and the requests by which another would reach for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from demo.client import Operator

from . import breaches, canaries
from .api import Api, filled
from .feeds import finished_run
from .tenants import Tenant

Request = tuple[str, str, dict]
"""Method, path and options."""
Reach = tuple[str, Request, Request]
"""The office, a request for something, and the same for what never existed."""

PERSONS: tuple[tuple[str, str, dict | None], ...] = (
    ("GET", "/v1/members/{id}", None),
    ("POST", "/v1/members/{id}/invitation", None),
    ("PUT", "/v1/members/{id}/suspension", None),
    ("DELETE", "/v1/members/{id}/suspension", None),
    ("PUT", "/v1/members/{id}/role", {"role": "reader"}),
    ("DELETE", "/v1/members/{id}/role", None),
    ("DELETE", "/v1/members/{id}/sessions", None),
    ("DELETE", "/v1/members/{id}", None),
)
OF_DOCUMENT: tuple[tuple[str, str, dict | None], ...] = (
    ("GET", "/v1/documents/{id}", None),
    ("PATCH", "/v1/documents/{id}", {"name": "Croisé"}),
    ("POST", "/v1/documents/{id}/versions", {"media_type": "text/plain", "size": 1}),
    ("POST", "/v1/documents/{id}/reprocess", None),
    ("DELETE", "/v1/documents/{id}", None),
)
OF_FEED: tuple[tuple[str, str, dict | None], ...] = (
    ("GET", "/v1/feeds/{id}", None),
    ("PATCH", "/v1/feeds/{id}", {"enabled": True}),
    ("POST", "/v1/feeds/{id}/runs", None),
    ("GET", "/v1/feeds/{id}/runs", None),
    ("DELETE", "/v1/feeds/{id}", None),
)
OF_TASK: tuple[tuple[str, str, dict | None], ...] = (
    ("GET", "/v1/tasks/{id}", None),
    ("POST", "/v1/tasks/{id}/runs", None),
)
OF_DATA_REQUEST: tuple[tuple[str, str, dict | None], ...] = (
    ("GET", "/v1/data-requests/{id}", None),
    ("POST", "/v1/data-requests/{id}/completion", None),
)


def in_days(days: int) -> str:
    return (dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


OF_BREACH: tuple[tuple[str, str, dict | None], ...] = (
    ("GET", "/v1/breaches/{id}", None),
    ("POST", "/v1/breaches/{id}/decision", {"decision": "notify_for_us"}),
    ("GET", "/v1/breaches/{id}/notification", None),
)
OF_HOLD: tuple[tuple[str, str, dict | None], ...] = (
    ("GET", "/v1/retention/holds/{id}", None),
    ("PATCH", "/v1/retention/holds/{id}", {"ends_at": in_days(30)}),
    ("DELETE", "/v1/retention/holds/{id}", None),
)
OF_REPORT: tuple[tuple[str, str, dict | None], ...] = (
    ("GET", "/v1/reports/{id}", None),
    ("PATCH", "/v1/reports/{id}", {"name": "Croisé"}),
    ("GET", "/v1/reports/{id}/data", None),
    ("GET", "/v1/reports/{id}/runs", None),
    ("POST", "/v1/reports/{id}/runs", {"format": "json"}),
    ("DELETE", "/v1/reports/{id}", None),
)
IN_PROJECT: tuple[tuple[str, str, dict | None], ...] = (
    ("GET", "/v1/projects/{project}", None),
    ("PATCH", "/v1/projects/{project}", {"name": "Croisé"}),
    ("GET", "/v1/projects/{project}/members", None),
    ("POST", "/v1/projects/{project}/members", {"email": f"croisee.{canaries.SURNAME}@nobody.example", "role": "reader"}),
    ("POST", "/v1/projects/{project}/products", {"kind": "messaging_channel", "name": "Croisé"}),
    ("GET", "/v1/projects/{project}/settings", None),
    ("GET", "/v1/projects/{project}/settings/draft", None),
    ("PUT", "/v1/projects/{project}/settings/draft", {"name": "Croisé"}),
    ("DELETE", "/v1/projects/{project}/settings/draft", None),
    ("POST", "/v1/projects/{project}/settings/publication", None),
    ("GET", "/v1/projects/{project}/settings/versions", None),
    ("GET", "/v1/projects/{project}/settings/versions/{number}", None),
    ("POST", "/v1/projects/{project}/settings/rollback", {"number": 1}),
    ("GET", "/v1/projects/{project}/statistics/totals", None),
    ("GET", "/v1/projects/{project}/statistics/series", None),
    ("GET", "/v1/projects/{project}/statistics/breakdown", None),
    ("GET", "/v1/projects/{project}/statistics/subjects", None),
    ("GET", "/v1/projects/{project}/statistics/funnels", None),
    ("GET", "/v1/projects/{project}/reports", None),
    ("GET", "/v1/projects/{project}/reports/{id}/data", None),
    ("GET", "/v1/projects/{project}/reports/{id}/runs", None),
    ("POST", "/v1/projects/{project}/reports/{id}/runs", {"format": "json"}),
    ("GET", "/v1/projects/{project}/search-queries", None),
    ("GET", "/v1/projects/{project}/search-experiments", None),
    ("GET", "/v1/projects/{project}/search-tests", None),
    ("PUT", "/v1/projects/{project}/search-tests", {"tests": [{"query": "croisé", "expected": ["croisé"]}]}),
    ("GET", "/v1/projects/{project}/synonym-proposals", None),
    ("POST", "/v1/projects/{project}/synonym-proposals/effect", {"from": "croisé", "to": ["croisée"]}),
    ("POST", "/v1/projects/{project}/synonym-proposals/acceptance", {"from": "croisé", "to": ["croisée"]}),
    ("POST", "/v1/projects/{project}/synonym-proposals/refusal", {"from": "croisé", "to": ["croisée"]}),
    ("GET", "/v1/projects/{project}/keys", None),
    ("POST", "/v1/projects/{project}/keys", {"name": "Croisée", "origins": [], "products": []}),
)
OF_PROJECT: tuple[tuple[str, str, dict | None], ...] = (
    ("PUT", "/v1/projects/{project}/members/{member}", {"role": "reader"}),
    ("DELETE", "/v1/projects/{project}/members/{member}", None),
    ("PATCH", "/v1/projects/{project}/products/{product}", {"enabled": False}),
    ("DELETE", "/v1/projects/{project}/products/{product}", None),
    ("PATCH", "/v1/projects/{project}/keys/{key}", {"name": "Croisée"}),
    ("DELETE", "/v1/projects/{project}/keys/{key}", None),
    ("POST", "/v1/projects/{project}/keys/{key}/rotation", {"overlap_minutes": 5}),
)
"""Things in a project, each named by its kind instead of `id`."""


def furnish(tenant: Tenant) -> None:
    """Gives a tenant some of everything there is, once."""
    if "sessions" in tenant.notes:
        return
    tenant.notes["sessions"] = [tenant.front.open_session() for _ in range(5)]
    for session in tenant.notes["sessions"][:2]:
        tenant.front.ask(session, tenant.notes["questions"][0].text)
    first = tenant.front.session(tenant.notes["sessions"][0])
    tenant.notes["messages"] = [message["message_id"] for message in first["messages"]]
    tenant.notes["import_ids"] += [
        tenant.back.call("POST", "/v1/imports", {"format": "csv", "size": 10})["import_id"] for _ in range(4)
    ]
    for number in range(2):
        # A name that nobody ever registers: whatever is fetched there, nothing comes of it.
        feed = {"source": f"partner-{number}", "format": "csv", "address": "https://partner.invalid/offers.csv",
                "schedule": {"every": "day", "hour": 3}, "enabled": False,
                "credentials": {"kind": "bearer", "token": f"token-of-{tenant.slug}"}}  # fmt: skip
        tenant.notes.setdefault("feeds", []).append(tenant.back.call("POST", "/v1/feeds", feed)["feed_id"])
    # Nobody approves it: it is a task that never runs.
    waiting = {"source": "waiting", "format": "csv", "address": "https://partner.invalid/waiting.csv", "schedule": {"every": "hour"}}
    tenant.notes["tasks"] = [tenant.back.call("POST", "/v1/feeds", waiting)["feed_id"]]
    run = tenant.back.call("POST", f"/v1/feeds/{tenant.notes['feeds'][0]}/runs")["run_id"]
    tenant.notes["feed_runs"] = [run]
    finished_run(tenant, tenant.notes["feeds"][0], run)
    for number in range(2):
        report = {"name": f"Rapport {number} de {tenant.slug}", "kind": "activity", "period": "last_7_days", "language": "fr",
                  "filters": {"project": tenant.project} if number else {}}  # fmt: skip
        tenant.notes.setdefault("reports", []).append(tenant.back.call("POST", "/v1/reports", report)["report_id"])
    for number in range(2):
        # Corrections wait for a member: nothing comes of them by itself.
        asked = {"kind": "rectification", "email": canaries.address("personne", "p"), "language": "fr", "note": f"Demande {number}"}
        tenant.notes.setdefault("data_requests", []).append(tenant.back.call("POST", "/v1/data-requests", asked)["id"])
        hold = {"kind": "feed_runs", "reason": f"Dossier {number} de {tenant.slug}", "ends_at": in_days(200)}
        tenant.notes.setdefault("holds", []).append(tenant.back.call("POST", "/v1/retention/holds", hold)["id"])
    operator = Operator(tenant.stage.stack)
    tenant.notes["breaches"] = [breaches.affecting(operator, tenant)]
    # At once: what the schedule would enter later changes nothing while somebody looks.
    breaches.command(operator, "tell", tenant.notes["breaches"][0])
    made = tenant.back.call("POST", f"/v1/reports/{tenant.notes['reports'][0]}/runs", {"format": "json"})
    tenant.notes["report_runs"] = [made["run_id"]]
    # Nobody is there: our own parser reads.
    tenant.notes["resume_parser"] = f"https://parser-of-{tenant.slug}.invalid/"
    terms = {"address": tenant.notes["resume_parser"], "format": "json_resume",
             "credentials": {"kind": "bearer", "token": f"token-of-{tenant.slug}"}}  # fmt: skip
    tenant.back.call("PUT", "/v1/resume-parser", terms)
    # Every announcement of it is refused, so that there is no document whose file never comes.
    refused = {"documents": [{"name": "", "media_type": "text/plain", "size": 1}]}
    tenant.notes["batches"] = [tenant.back.call("POST", "/v1/documents/batches", refused)["batch_id"] for _ in range(2)]
    tenant.notes["members"] = [tenant.colleague.id, tenant.person("reader").id]
    role = {"name": f"Rôle de {tenant.slug}", "permissions": ["offers.read"]}
    made = tenant.member.send("PUT", f"/v1/roles/of-{tenant.slug}", json=role, headers={"If-Match": "*"})
    assert made.status_code == 200, made.text
    second = tenant.back.call("POST", "/v1/projects", {"name": f"Second de {tenant.slug}"})["project_id"]
    tenant.notes["projects"] = [tenant.project, second]
    tenant.person("reader", project=second)
    tenant.notes["products"] = [
        product["product_id"] for product in tenant.back.call("GET", f"/v1/projects/{tenant.project}")["products"]
    ]
    tests = f"/v1/projects/{tenant.project}/test"
    asked = {"questions": [{"question": f"Que fait {tenant.slug} ?"}, {"question": "Combien de jours de congés ?"}]}
    added = tenant.back.call("POST", f"{tests}-questions", asked)["questions"]
    tenant.notes["test_questions"] = [question["question_id"] for question in added]
    tenant.notes["test_runs"] = [tenant.back.call("POST", f"{tests}-runs", {})["run_id"]]
    tenant.notes["keys"] = [tenant.new_key(name=f"Clé {number}")[0] for number in range(2)]
    for name in ("Premier", "Deuxième"):
        tenant.publish({"name": f"{name} de {tenant.slug}"})


def all_offers(tenant: Tenant) -> list[dict]:
    hits, cursor = [], None
    while True:
        page = tenant.front.search(limit=100, **({"cursor": cursor} if cursor else {}))
        hits += page["hits"]
        cursor = page.get("next_cursor")
        if not cursor:
            return hits


def cursors_of(api: Api, path: str, most: int = 60, **query: object) -> list[str]:
    """The cursors that a list of the API gives out, the first ones."""
    found: list[str] = []
    while len(found) < most:
        cursor = {"cursor": found[-1]} if found else {}
        following = api.get(path, **query, **cursor).json().get("next_cursor")
        if not following:
            break
        found.append(following)
    return found


def options_of(body: dict | None) -> dict:
    """What a request of the back office carries, whatever state of the thing it is made on."""
    return {"headers": {"If-Match": "*"}} | ({} if body is None else {"json": body})


def belongings(tenant: Tenant) -> Iterator[Reach]:
    """Requests for all that a tenant has, each with the same for what never existed."""
    yield from of_candidates(tenant)
    yield from of_conversations(tenant)
    yield from of_files(tenant)
    yield from of_feeds(tenant)
    yield from of_reports(tenant)
    for breach in tenant.notes["breaches"]:
        for method, path, body in OF_BREACH:
            yield "back", (method, filled(path, id=breach), options_of(body)), (method, filled(path), options_of(body))
    for request in tenant.notes["data_requests"]:
        for method, path, body in OF_DATA_REQUEST:
            yield "back", (method, filled(path, id=request), options_of(body)), (method, filled(path), options_of(body))
    yield from pages("back", tenant.member, "/v1/data-requests", {"limit": 1})
    for hold in tenant.notes["holds"]:
        for method, path, body in OF_HOLD:
            yield "back", (method, filled(path, id=hold), options_of(body)), (method, filled(path), options_of(body))
    yield from pages("back", tenant.member, "/v1/retention/holds", {"limit": 1})
    yield from of_people_and_projects(tenant)


def of_candidates(tenant: Tenant) -> Iterator[Reach]:
    for hit in [hit["id"] for hit in all_offers(tenant)]:
        yield "front", ("GET", f"/v1/offers/{hit}", {}), ("GET", filled("/v1/offers/{id}"), {})
    for query in ({"limit": 3}, {"limit": 3, "sort": "date"}, {"limit": 2, "contract": "CDI"}, {"limit": 4, "q": "de la"}):
        yield from pages("front", tenant.candidate, "/v1/offers", query)
    for session in tenant.notes["sessions"]:
        for method, path, options in (
            ("GET", "/v1/chat/sessions/{id}", {}),
            ("POST", "/v1/chat/sessions/{id}/messages", {"json": {"text": "Bonjour, combien de congés ?"}}),
            ("POST", "/v1/chat/sessions/{id}/messages/stream", {"json": {"text": "Bonjour, combien de congés ?"}}),
            ("GET", "/v1/chat/sessions/{id}/export", {}),
            ("POST", "/v1/chat/sessions/{id}/hand-over", {}),
            ("POST", "/v1/chat/sessions/{id}/resume-tokens", {}),
            ("DELETE", "/v1/chat/sessions/{id}", {}),
        ):
            yield "front", (method, filled(path, id=session), options), (method, filled(path), options)


def of_conversations(tenant: Tenant) -> Iterator[Reach]:
    for session in tenant.notes["sessions"]:
        for method, path, options in (
            ("GET", "/v1/conversations/{id}", {}),
            ("POST", "/v1/conversations/{id}/pause", {}),
            ("POST", "/v1/conversations/{id}/reopen", {}),
            ("POST", "/v1/conversations/{id}/messages", {"json": {"text": "Bonjour, je vous réponds."}}),
        ):
            yield "back", (method, filled(path, id=session), options), (method, filled(path), options)
    named = {"id": tenant.notes["sessions"][0], "message_id": tenant.notes["messages"][0]}
    feedback, trace = "/v1/chat/sessions/{id}/messages/{message_id}/feedback", "/v1/conversations/{id}/messages/{message_id}/trace"
    rated = {"json": {"rating": "down"}}
    yield "front", ("PUT", filled(feedback, **named), rated), ("PUT", filled(feedback), rated)
    yield "back", ("GET", filled(trace, **named), {}), ("GET", filled(trace), {})
    yield from pages("back", tenant.member, "/v1/conversations", {"status": "open", "limit": 1})


def of_files(tenant: Tenant) -> Iterator[Reach]:
    for document in tenant.notes["document_ids"].values():
        for method, path, body in OF_DOCUMENT:
            options = {} if body is None else {"json": body}
            yield "back", (method, filled(path, id=document), options), (method, filled(path), options)
    for batch in tenant.notes["batches"]:
        path = "/v1/documents/batches/{id}"
        yield "back", ("GET", filled(path, id=batch), {}), ("GET", filled(path), {})
    for path, limits in (("/v1/documents", (1, 2, 3)), ("/v1/imports", (1, 2))):
        for limit in limits:
            yield from pages("back", tenant.member, path, {"limit": limit})
    for import_id in tenant.notes["import_ids"]:
        yield "back", ("GET", f"/v1/imports/{import_id}", {}), ("GET", filled("/v1/imports/{id}"), {})
        path = "/v1/imports/{id}/confirmation"
        yield "back", ("POST", path.format(id=import_id), {}), ("POST", filled(path), {})


def of_feeds(tenant: Tenant) -> Iterator[Reach]:
    for feed in tenant.notes["feeds"]:
        for method, path, body in OF_FEED:
            options = {} if body is None else {"json": body}
            yield "back", (method, filled(path, id=feed), options), (method, filled(path), options)
    for task in tenant.notes["tasks"]:
        for method, path, _ in OF_TASK:
            yield "back", (method, filled(path, id=task), {}), (method, filled(path), {})
    path, named = "/v1/feeds/{id}/runs/{run_id}", {"id": tenant.notes["feeds"][0], "run_id": tenant.notes["feed_runs"][0]}
    yield "back", ("GET", filled(path, **named), {}), ("GET", filled(path), {})
    yield from pages("back", tenant.member, "/v1/feeds", {"limit": 1})


def of_reports(tenant: Tenant) -> Iterator[Reach]:
    for report in tenant.notes["reports"]:
        for method, path, body in OF_REPORT:
            yield "back", (method, filled(path, id=report), options_of(body)), (method, filled(path), options_of(body))
    path, named = "/v1/reports/{id}/runs/{run_id}", {"id": tenant.notes["reports"][0], "run_id": tenant.notes["report_runs"][0]}
    yield "back", ("GET", filled(path, **named), {}), ("GET", filled(path), {})
    yield from pages("back", tenant.member, "/v1/reports", {"limit": 1})


def of_people_and_projects(tenant: Tenant) -> Iterator[Reach]:
    for member in tenant.notes["members"]:
        for method, path, body in PERSONS:
            yield "back", (method, filled(path, id=member), options_of(body)), (method, filled(path), options_of(body))
    yield "back", ("DELETE", f"/v1/roles/of-{tenant.slug}", options_of(None)), ("DELETE", "/v1/roles/of-nobody", options_of(None))
    for project in tenant.notes["projects"]:
        for method, path, body in IN_PROJECT:
            owned = filled(path, project=project, number=1)
            yield "back", (method, owned, options_of(body)), (method, filled(path), options_of(body))
    for method, path, body in OF_PROJECT:
        yield "back", (method, of_project(tenant, path), options_of(body)), (method, of_project(None, path), options_of(body))
    for question in tenant.notes["test_questions"]:
        path = "/v1/projects/{project}/test-questions/{id}"
        for method, body in (("PUT", {"question": "Croisée ?"}), ("DELETE", None)):
            owned = filled(path, project=tenant.project, id=question)
            yield "back", (method, owned, options_of(body)), (method, filled(path), options_of(body))
    for run in tenant.notes["test_runs"]:
        path = "/v1/projects/{project}/test-runs/{id}"
        yield "back", ("GET", filled(path, project=tenant.project, id=run), {}), ("GET", filled(path), {})
    lists = [f"/v1/projects/{tenant.project}/{things}" for things in ("keys", "test-questions", "test-runs")]
    for path, limit in (("/v1/members", 1), ("/v1/projects", 1), *((path, 1) for path in lists)):
        yield from pages("back", tenant.member, path, {"limit": limit})
    yield from pages("back", tenant.member, "/v1/audit", {"limit": 2})


def of_project(tenant: Tenant | None, path: str, project: str = "") -> str:
    """A path of `OF_PROJECT` with a tenant's own things in it; in another project where one is named."""
    kinds = {"member": "members", "product": "products", "key": "keys"}
    if tenant is None:
        return filled(path.format_map({"project": project or "{project}"} | dict.fromkeys(kinds, "{id}")))
    things = {kind: tenant.notes[notes][0] for kind, notes in kinds.items()}
    return path.format_map({"project": project or tenant.project} | things)


def pages(office: str, caller: Api, path: str, query: dict) -> Iterator[Reach]:
    """A list's further pages, by the cursors that its owner was given."""
    for cursor in cursors_of(caller, path, **query):
        asked, never = ({"params": query | {"cursor": text}} for text in (cursor, "AAAA"))
        yield office, ("GET", path, asked), ("GET", path, never)


def misplaced(tenant: Tenant, other: Tenant) -> Iterator[Reach]:
    """A tenant's things asked for in a project of the other's own."""
    for method, path, body in OF_PROJECT:
        never = of_project(None, path, other.project)
        yield "back", (method, of_project(tenant, path, other.project), options_of(body)), (method, never, options_of(body))


def seen(tenant: Tenant) -> dict:
    """What a tenant's own people see; nothing of it may change by what others try."""
    call: Callable = tenant.back.call
    return {
        "offers": sorted(hit["id"] for hit in all_offers(tenant)),
        "documents": sorted((d["document_id"], d["status"], d["name"], d["version"]) for d in tenant.back.documents()),
        "sessions": [tenant.front.session(session) for session in tenant.notes["sessions"]],
        "imports": call("GET", "/v1/imports", limit=100),
        "feeds": call("GET", "/v1/feeds"),
        "tasks": call("GET", "/v1/tasks"),
        "resume parser": tenant.member.get("/v1/resume-parser").json(),
        "feed runs": [call("GET", f"/v1/feeds/{feed}/runs") for feed in tenant.notes["feeds"]],
        "reports": call("GET", "/v1/reports"),
        "data requests": call("GET", "/v1/data-requests"),
        "holds": call("GET", "/v1/retention/holds"),
        "breaches": call("GET", f"/v1/breaches/{tenant.notes['breaches'][0]}"),
        "report runs": [
            # The link is signed anew each time; lists have none.
            call("GET", f"/v1/reports/{report}/runs") for report in (*tenant.notes["reports"], "activity")
        ],
        "chunks": tenant.pool("SELECT document_id, count(*) FROM chunks GROUP BY 1 ORDER BY 1"),
        "members": call("GET", "/v1/members", limit=100),
        "roles": call("GET", "/v1/roles"),
        "projects": call("GET", "/v1/projects", limit=100),
        "project": {
            part: call("GET", f"/v1/projects/{tenant.project}/{part}", limit=50) for part in ("members", "keys")
        },
        "settings": [
            call("GET", f"{place}/{part}")
            for place in ("/v1/settings", f"/v1/projects/{tenant.project}/settings")
            for part in ("draft", "versions")
        ],
        # What its own people do and read is entered, also when they reach for what is another's; nobody else is in it.
        "actors": tenant.pool("SELECT DISTINCT actor FROM audit_log ORDER BY 1"),
    }


def fresh_email() -> str:
    """An address that nobody was invited at."""
    return canaries.address("crossed")
