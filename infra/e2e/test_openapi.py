"""The API's own description is the one in the repository, and describes what is deployed."""

from __future__ import annotations

import json

from demo.stack import ROOT

from .api import ROUTES, Api
from .stage import Stage

COMMITTED = (ROOT / "openapi.json").read_bytes()
METHODS = {"get", "put", "post", "delete", "patch"}


class TestDocument:
    def test_is_the_committed_one_for_everybody(self, stage: Stage):
        for headers in ({}, {"Host": "nobody.vivier.localhost"}, {"X-Vivier-Key": "vpk_unknown"}, {"Authorization": "Bearer a.b.c"}):
            answer = Api(stage.stack.api_url, headers).get("/v1/openapi.json")
            assert (answer.status_code, answer.content) == (200, COMMITTED)
            assert answer.headers["Content-Type"] == "application/json" and "max-age" in answer.headers["Cache-Control"]

    def test_is_not_sent_twice(self, stage: Stage):
        api = Api(stage.stack.api_url)
        named = api.get("/v1/openapi.json").headers["ETag"]
        known = api.send("GET", "/v1/openapi.json", headers={"If-None-Match": named})
        assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", named)
        assert api.send("GET", "/v1/openapi.json", headers={"If-None-Match": '"other"'}).status_code == 200

    def test_names_every_route_once_and_by_a_name_of_its_own(self):
        paths = json.loads(COMMITTED)["paths"]
        described = {(method.upper(), path) for path, item in paths.items() for method in item if method in METHODS}
        assert described == {(method, path) for _, method, path in ROUTES}
        names = [item[method]["operationId"] for item in paths.values() for method in item if method in METHODS]
        assert len(names) == len(set(names))
