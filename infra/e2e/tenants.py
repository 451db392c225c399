"""Tenants for tests: made through the operator's command, entered as their people enter."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from demo import legal
from demo.client import BackOffice, FrontOffice, Json, Operator, OperatorError, wait_for
from demo.data.columns import COLUMNS
from demo.memory import new_password

from . import canaries
from .api import Api
from .people import Browser
from .stage import Stage


REMEMBERED = 5
"""Seconds for which an environment of the authorizer remembers where a door led."""
MANY = 5_000
"""Requests a second: more than any test sends."""


@dataclass
class Person:
    """A member of a tenant's back office."""

    id: str
    email: str
    password: str
    stage: Stage

    @property
    def bearer(self) -> Api:
        """Raw requests with an access token made now."""
        token = self.stage.login(self.email, self.password)["AccessToken"]
        return Api(self.stage.stack.api_url, {"Authorization": f"Bearer {token}"})

    @cached_property
    def browser(self) -> Browser:
        """A browser with a session."""
        return logged_in(self.stage, self.email, self.password)


def logged_in(stage: Stage, email: str, password: str) -> Browser:
    """A browser in which somebody has logged in."""
    browser = Browser(stage)
    answer = browser.login(email, password)
    assert answer.status_code == 200 and answer.json()["state"] == "open", answer.text
    return browser


@dataclass
class Tenant:
    """A tenant with a member in its back office and a candidate outside."""

    slug: str
    tenant_id: str
    host: str
    key: str
    email: str
    password: str
    bucket: str
    table: str
    database: str
    back: BackOffice
    front: FrontOffice
    token: str
    stage: Stage
    notes: dict[str, Any] = field(default_factory=dict)
    """What a fixture brought in, for tests to compare with."""

    @property
    def simple(self) -> str:
        """The id without dashes, as resource names carry it."""
        return self.tenant_id.replace("-", "")

    @property
    def candidate(self) -> Api:
        """Raw requests with the publishable key."""
        return Api(self.stage.stack.api_url, {"X-Vivier-Key": self.key})

    @property
    def member(self) -> Api:
        """Raw requests with the manager's access token."""
        return Api(self.stage.stack.api_url, {"Authorization": f"Bearer {self.token}"})

    @cached_property
    def manager(self) -> Browser:
        """The manager's browser, with a session."""
        return logged_in(self.stage, self.email, self.password)

    @cached_property
    def project(self) -> str:
        """The id of the project that the tenant began with."""
        answer = self.member.get("/v1/projects", limit=1)
        assert answer.status_code == 200, answer.text
        return answer.json()["projects"][0]["project_id"]

    def person(self, role: str = "reader", project: str | None = None) -> Person:
        """Somebody new with a role, in the whole tenant or in one project, whose first login is behind them."""
        email = canaries.address(self.slug)
        path = f"/v1/projects/{project}/members" if project else "/v1/members"
        answer = self.member.send("POST", path, json={"email": email, "role": role})
        assert answer.status_code == 201, answer.text
        return Person(answer.json()["id"], email, invite(self.stage, email), self.stage)

    @property
    def settings(self) -> str:
        """Where the settings of the first project are."""
        return f"/v1/projects/{self.project}/settings"

    def draft(self, changes: Json, place: str = "") -> Json:
        """Saves a draft of what holds now with some changes, in the first project or in another place. What a front office must say of
        candidates' data is put in where it lacks, unless the changes are about just that."""
        place = place or self.settings
        holds = self.member.get(place).json()["settings"]
        seen = self.member.get(f"{place}/draft").headers["ETag"]
        changed = holds | changes if "privacy" in changes else legal.complete(holds | changes)
        saved = self.member.send("PUT", f"{place}/draft", json=changed, headers={"If-Match": seen})
        assert saved.status_code == 200, saved.text
        return saved.json()

    def publish(self, changes: Json, place: str = "") -> Json:
        """Publishes what holds now with some changes; the version."""
        self.draft(changes, place)
        answer = self.member.send("POST", f"{place or self.settings}/publication")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def new_key(self, project: str = "", **terms: Any) -> tuple[str, str]:
        """Makes a publishable key; its id and its text. Another project than the first is published before candidates come."""
        if project and self.member.get(f"/v1/projects/{project}/settings").json()["number"] == 0:
            self.publish({}, f"/v1/projects/{project}/settings")
        body = {"name": "Clé d'essai", **terms}
        answer = self.member.send("POST", f"/v1/projects/{project or self.project}/keys", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["key"]["key_id"], answer.json()["text"]

    def visitor(self, key: str, **headers: str) -> Api:
        """A candidate with another key of the tenant."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Api(self.stage.stack.api_url, {"X-Vivier-Key": key, **named})

    @cached_property
    def colleague(self) -> Person:
        """A second manager, for what would end the first one's sessions."""
        return self.person("manager")

    def sql(self, query: str, *parameters: Any) -> list[tuple]:
        """Rows of the tenant's own database, as its own role."""
        with self.stage.connect(self.database, self.stage.secret(self.database)) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def pool(self, query: str, *parameters: Any, role: str = "app") -> list[tuple]:
        """Rows of the shared database that the tenant may see, as a role of functions."""
        with self.stage.pool(self.tenant_id, role) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def counts(self) -> dict[str, int]:
        """Kind to number of the tenant's events of the last week."""
        return self.back.counts()


def decided(check: Callable[[], bool], what: str) -> None:
    """Waits until a change of a door holds in every environment of the authorizer: each remembers for a while where a door
    led. What was remembered before the change is forgotten after that while."""
    wait_for(check, what, timeout=60, every=0.2)
    time.sleep(REMEMBERED + 0.5)
    assert check(), what


def invite(stage: Stage, email: str) -> str:
    """Does as administrator what an invited member does at the first login; the password."""
    password = new_password()
    stage.choose_password(email, password)
    return password


def login(stage: Stage, email: str, password: str, client_id: str | None = None) -> Json:
    """The tokens of a member, as the user pool hands them out; with `client_id`, through a client that is not ours."""
    if not client_id:
        return stage.login(email, password)
    return stage.client("cognito-idp").initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )["AuthenticationResult"]


def create(stage: Stage, operator: Operator, slug: str, live: bool = True, **more: Any) -> Tenant:
    """Creates a tenant, after removing what an interrupted run may have left of it, and logs its manager in; unless it is not to be `live`,
    its front office is published."""
    delete(operator, slug)
    email = f"rh.{canaries.SURNAME}@{slug}.example"
    made = operator.invoke(
        "tenants", {"operation": "create", "slug": slug, "name": slug.title(), "manager_email": email, **more}
    )
    # Tests ask faster than people do; those of the limit itself set one.
    operator.invoke("tenants", {"operation": "limit", "slug": slug, "requests_per_second": MANY, "burst": MANY})
    tenant = enter(stage, made, made["publishable_key"], email)
    if live:
        # Nothing is open to candidates before a front office has said why it handles their data.
        tenant.publish({})
    return tenant


def enter(stage: Stage, made: Json, key: str, email: str) -> Tenant:
    """A created tenant with its people inside."""
    password = invite(stage, email)
    token = login(stage, email, password)["AccessToken"]
    return Tenant(
        slug=made["slug"],
        tenant_id=made["tenant_id"],
        host=made["host"],
        key=key,
        email=email,
        password=password,
        bucket=made["bucket"],
        table=made["conversations_table"],
        database=made["database"],
        back=BackOffice(stage.stack, {"Authorization": f"Bearer {token}"}),
        front=FrontOffice(stage.stack, key),
        token=token,
        stage=stage,
    )


def delete(operator: Operator, slug: str) -> Json:
    """Removes a tenant with whatever is held of it; one that is not there is fine."""
    release_all(operator, slug)
    return operator.invoke("tenants", {"operation": "delete", "slug": slug, "confirm": slug})


def release_all(operator: Operator, slug: str) -> None:
    """Ends every hold on a tenant's data; one that is not there has none."""
    with suppress(OperatorError):
        for hold in operator.invoke("retention", {"operation": "holds", "tenant": slug})["holds"]:
            if hold["in_force"]:
                operator.invoke("retention", {"operation": "release", "tenant": slug, "hold": hold["id"]})


def offer(reference: str, **changes: str) -> dict[str, str]:
    """A good row of an import."""
    return {
        "reference": reference,
        "title": "Soudeuse ou soudeur",
        "description": "Assembler des pièces en atelier.",
        "city": "Nantes",
        "contract": "CDI",
        "published_on": "2026-01-15",
        **changes,
    }


def csv_file(rows: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> bytes:
    """Rows as an import file."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def bring_offers(tenant: Tenant, form: str, content: bytes, timeout: float = 60, **more: str) -> Json:
    """Imports a file and waits for its end; the import's status."""
    return finished_import(tenant, tenant.back.start_import(form, content, **more), timeout)


def vectors_follow(tenant: Tenant) -> None:
    """Waits until the vectors of all open offers are published, after which no index follows by itself."""
    query = "SELECT made = published AND NOT EXISTS (SELECT FROM offers LEFT JOIN offer_vectors ON offer_id = id" \
            " AND read_at >= updated_at WHERE status = 'open' AND offer_id IS NULL) FROM search_index"
    wait_for(lambda: tenant.sql(query) == [(True,)], "the vectors of the offers", timeout=180)


def finished_import(tenant: Tenant, import_id: str, timeout: float = 60) -> Json:
    """The status of an import once it is final."""

    def final() -> Json | None:
        status = tenant.back.import_status(import_id)
        return status if status["status"] in ("succeeded", "held", "failed") else None

    return wait_for(final, f"the end of the import {import_id}", timeout=timeout, every=0.1)


def bring_documents(tenant: Tenant, files: list[tuple[str, str, bytes]], timeout: float = 120) -> dict[str, Json]:
    """Uploads documents and waits until each is final; name to document."""
    ids = [tenant.back.add_document(*file) for file in files]
    return {document["name"]: document for document in (finished_document(tenant, i, timeout) for i in ids)}


def finished_document(tenant: Tenant, document_id: str, timeout: float = 120) -> Json:
    """A document once it is final."""

    def final() -> Json | None:
        document = tenant.back.document(document_id)
        return document if document["status"] in ("ready", "failed", "needs_ocr") else None

    return wait_for(final, f"the end of the ingestion of {document_id}", timeout=timeout, every=0.2)
