"""Parsers of CVs on this machine, and tenants whose CVs are read by them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from demo.client import Json

from .feeds import HOST, Answer, Partner
from .stage import Stage
from .tenants import Tenant

PATH = "/v1/resume-parser"
BEARER = {"kind": "bearer", "token": "sesame-of-the-parser"}
ACCOUNT = {"kind": "textkernel", "account_id": "12345678", "service_key": "sesame/of+the=account"}


@dataclass
class Sent:
    """What a parser was sent."""

    path: str
    headers: dict[str, str]
    body: bytes


class Parser(Partner):
    """A parser's web server. Its name is `localhost`: an address of this machine could not be entered."""

    def __init__(self, *args: object, **more: object) -> None:
        self.sent: list[Sent] = []
        super().__init__(*args, **more)

    def put(self, path: str, body: object = b"", **more: object) -> str:
        """Has something answered at a path: bytes as they are, anything else as JSON; its address."""
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return super().put(path, body, **more).replace(HOST, "localhost")

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = request.rfile.read(int(headers.get("content-length", 0)))
        self.sent.append(Sent(request.path, headers, body))
        answer = self.answers.get(request.path, Answer(status=404))
        shown = headers.get("tx-servicekey") or headers.get("authorization")
        if answer.authorization not in (None, shown):
            answer = Answer(b"{}", status=401)
        self._send(request, answer, answer.body, {"Content-Type": "application/json"} | answer.headers)

    def at(self, path: str) -> list[Sent]:
        """What came in by a path."""
        return [sent for sent in self.sent if sent.path == path]


def use(tenant: Tenant, address: str, shape: str = "json_resume", credentials: Json | None = None) -> Json:
    """Has a tenant's CVs read there, from the next match on."""
    credentials = credentials or (ACCOUNT if shape == "textkernel" else BEARER)
    shown = tenant.back.call("PUT", PATH, {"address": address, "format": shape, "credentials": credentials})
    forget(tenant.stage)
    return shown


def forget(stage: Stage) -> None:
    """Ends the processes that remember who reads whose CVs."""
    stage.running.cloud.kill_function(stage.function("matching"))


def name_of(tenant: Tenant) -> str:
    """The name of the tenant's secret."""
    return f"vivier/{tenant.stage.name}/resume-parser/{tenant.simple}"


def kept(tenant: Tenant) -> Json | None:
    """The secret as the administrator reads it, if there is one."""
    client = tenant.stage.client("secretsmanager")
    try:
        return json.loads(client.get_secret_value(SecretId=name_of(tenant))["SecretString"])
    except client.exceptions.ResourceNotFoundException:
        return None


def faults(tenant: Tenant) -> list[str]:
    """Why the tenant's CVs were not read elsewhere, by the log."""
    log = tenant.stage.running.stack.logs / f"{tenant.stage.function('matching')}.log"
    lines = [line for line in log.read_text(errors="replace").splitlines() if '"fault"' in line and tenant.tenant_id in line]
    return [json.loads(line[line.index("{") :])["fields"]["fault"] for line in lines]


def counted(stage: Stage) -> int:
    """How many CVs were not read elsewhere, by the metric."""
    log = stage.running.stack.logs / f"{stage.function('matching')}.log"
    return log.read_text(errors="replace").count('"ExternalParserFailed":')


def json_resume(**person: object) -> Json:
    """A welder, in JSON Resume."""
    return {
        "basics": {"name": "Zébulon Quatrefages", "location": {"city": "Lyon", "postalCode": "69003"}} | person,
        "work": [{"name": "Ateliers du Rhône", "position": "Soudeur", "startDate": "2019-01", "endDate": "2025-12"}],
        "skills": [{"name": "Soudage TIG"}, {"name": "Lecture de plans"}],
    }


def textkernel(personal: Json | None = None, **contact: object) -> Json:
    """The same welder, as Textkernel's platform answers."""
    said = {"IsCurrentDate": False, "FoundYear": True, "FoundMonth": True, "FoundDay": False}
    return {
        "Info": {"Code": "Success", "Message": "Successful transaction"},
        "Value": {
            "ResumeData": {
                "ContactInformation": {"Location": {"Municipality": "Lyon", "PostalCode": "69003"}} | contact,
                "PersonalAttributes": personal or {},
                "EmploymentHistory": {
                    "Positions": [
                        {
                            "JobTitle": {"Raw": "Soudeur", "Probability": "Confident"},
                            "Employer": {"Name": {"Raw": "Ateliers du Rhône", "Probability": "Confident"}},
                            "IsCurrent": False,
                            "StartDate": {"Date": "2019-01-01"} | said,
                            "EndDate": {"Date": "2025-12-01"} | said,
                        }
                    ]
                },
                "Skills": {"Raw": [{"Name": "Soudage TIG"}, {"Name": "Lecture de plans"}]},
            }
        },
    }
