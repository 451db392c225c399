"""A REST API as a template defines it: whose address it reports, whose key it counts, what a caller learns of a crash."""

import asyncio
import json

import pytest

pytestmark = pytest.mark.usefixtures("aws")

KEY = "k" * 24


def integration(kind, **more):
    return {"x-amazon-apigateway-integration": {"type": kind, "uri": "arn:x:functions/arn:aws:lambda:f/invocations", **more}}


PREFLIGHT = {"responses": {"200": {"headers": {"Access-Control-Allow-Origin": {}}}}, **integration(
    "mock", requestTemplates={"application/json": '{"statusCode": 200}'}, responses={"default": {
        "statusCode": "200", "responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'*'"}}})}
SPEC = {
    "info": {"title": "api"},
    "securityDefinitions": {
        "api_key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        "A": {"type": "apiKey", "in": "header", "name": "Unused", "x-amazon-apigateway-authtype": "custom",
              "x-amazon-apigateway-authorizer": {
                  "type": "request", "authorizerUri": "arn:x", "authorizerResultTtlInSeconds": 0}}},
    "x-amazon-apigateway-gateway-responses": {"THROTTLED": {
        "statusCode": 429, "responseParameters": {"gatewayresponse.header.Retry-After": "'1'"}}},
    "paths": {
        "/counted": {"get": {"security": [{"A": [], "api_key": []}], **integration("aws_proxy")}, "options": PREFLIGHT},
        "/free": {"get": {"security": [{"A": []}], **integration("aws_proxy")}},
        "/streamed": {"get": {"security": [{"A": []}], "x-amazon-apigateway-integration": {
            "type": "aws_proxy", "uri": "arn:x:functions/arn:aws:lambda:f/response-streaming-invocations",
            "responseTransferMode": "STREAM"}}}},
}


class Api:
    def __init__(self, monkeypatch, source="AUTHORIZER"):
        from ministack.services import apigateway_v1 as gateway
        from ministack.services import lambda_svc
        from ministack.services.cloudformation import provisioners

        self._gateway, self.events, self.key, self.outcome = gateway, [], KEY, {"body": {"statusCode": 200, "body": ""}}
        self.id, _ = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]["create"](
            "Api", {"Name": "api", "Body": SPEC, "ApiKeySourceType": source}, "stack")
        gateway._create_deployment(self.id, {"stageName": "s"})
        monkeypatch.setattr(lambda_svc, "_get_func_record_for_ref_in_scope", lambda *_a, **_k: ({}, {}, "f"))
        monkeypatch.setattr(lambda_svc, "_execution_record_for_config", lambda *_a: {})
        monkeypatch.setattr(lambda_svc, "_execute_function_with_config_scope", self._decide)
        monkeypatch.setattr(gateway, "_call_lambda_raw", self._function)

    def _decide(self, _record, event):
        self.events.append(event)
        return {"body": {"principalId": "p", "usageIdentifierKey": self.key, "policyDocument": {
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}}

    async def _function(self, ref, event, **_scope):
        assert ref.endswith("arn:aws:lambda:f")
        self.events.append(event)
        return self.outcome, None

    def call(self, path, method="GET", **headers):
        from ministack.core.responses import set_request_client_ip

        async def called():
            set_request_client_ip("127.0.0.9")
            return await self._gateway.handle_execute(self.id, "s", method, path, headers, b"", {})

        return asyncio.run(called())

    def statuses(self, path, times=1, **headers):
        return [self.call(path, **headers)[0] for _ in range(times)]

    def control(self, name, *arguments):
        status, _headers, body = getattr(self._gateway, name)(*arguments)
        return status, json.loads(body or b"{}")

    def plan(self, **limits):
        """A plan for this stage with a key in it."""
        self._gateway._api_keys.clear()
        key = self.control("_create_api_key", {"name": "a", "value": KEY})[1]["id"]
        stages = [{"apiId": self.id, "stage": "s"}]
        plan = self.control("_create_usage_plan", {"name": "p", "apiStages": stages, **limits})[1]["id"]
        assert self.control("_create_usage_plan_key", plan, {"keyId": key})[0] == 201
        return key, plan


@pytest.fixture
def api(monkeypatch):
    return Api(monkeypatch)


class TestCaller:
    def test_is_the_peer_for_authorizer_and_function(self, api):
        api.call("/free", **{"x-forwarded-for": "6.6.6.6"})
        assert [event["requestContext"]["identity"]["sourceIp"] for event in api.events] == ["127.0.0.9"] * 2
        assert [event["headers"]["x-forwarded-for"] for event in api.events] == ["6.6.6.6, 127.0.0.9"] * 2

    def test_is_alone_without_a_header(self, api):
        api.call("/free")
        assert {event["headers"]["x-forwarded-for"] for event in api.events} == {"127.0.0.9"}


class TestUsage:
    def test_key_of_the_authorizer(self, api):
        api.plan()
        assert api.statuses("/counted") == [200]

    @pytest.mark.parametrize("key", [None, "unknown" * 4])
    def test_no_such_key(self, api, key):
        api.plan()
        api.key = key
        assert api.statuses("/counted") == [403]
        assert api.statuses("/free") == [200]

    def test_header_means_nothing(self, api):
        api.plan()
        api.key = None
        assert api.statuses("/counted", **{"x-api-key": KEY}) == [403]

    def test_header_where_the_api_says_so(self, monkeypatch):
        api = Api(monkeypatch, source="HEADER")
        api.plan()
        assert api.statuses("/counted", **{"x-api-key": KEY}) == [200]
        assert api.statuses("/counted") == [403]

    def test_rate(self, api):
        api.plan(throttle={"rateLimit": 0.01, "burstLimit": 2})
        assert api.statuses("/counted", 3) == [200, 200, 429]
        assert api.call("/counted")[1]["Retry-After"] == "1"
        assert api.statuses("/free", 3) == [200] * 3

    def test_quota(self, api):
        api.plan(quota={"limit": 2, "period": "DAY"})
        assert api.statuses("/counted", 3) == [200, 200, 429]

    def test_key_switched_off(self, api):
        key, _plan = api.plan()
        api.control("_update_api_key", key, {"patchOperations": [{"op": "replace", "path": "/enabled", "value": "false"}]})
        assert api.statuses("/counted") == [403]

    def test_stage_taken_out(self, api):
        _key, plan = api.plan()
        for operation, status in (("remove", 403), ("add", 200)):
            api.control("_update_usage_plan", plan, {
                "patchOperations": [{"op": operation, "path": "/apiStages", "value": f"{api.id}:s"}]})
            assert api.statuses("/counted") == [status]

    def test_conflicts(self, api):
        key, plan = api.plan()
        other = api.control("_create_usage_plan", {"apiStages": [{"apiId": api.id, "stage": "s"}]})[1]["id"]
        assert api.control("_create_api_key", {"value": KEY})[0] == 409
        assert api.control("_create_usage_plan_key", plan, {"keyId": key})[0] == 409
        assert api.control("_create_usage_plan_key", other, {"keyId": key})[0] == 409
        assert api.control("_create_usage_plan_key", plan, {"keyId": "none"})[0] == 404


def test_preflight_of_the_template(api):
    status, headers, _body = api.call("/counted", "OPTIONS")
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert api.events == []


def test_crash_is_not_explained(api):
    api.outcome = {"error": True, "body": {"errorMessage": "the cause"}}
    status, _headers, body = api.call("/free")
    assert status == 502 and b"cause" not in body


def test_streamed_answer_arrives_whole(api):
    prelude = json.dumps({"statusCode": 201, "headers": {"content-type": "text/event-stream"}, "cookies": []})
    api.outcome = {"body": prelude + "\0" * 8 + "event: a\n\nevent: é\n\n"}
    status, headers, body = api.call("/streamed")
    assert (status, headers["content-type"]) == (201, "text/event-stream")
    assert body.decode() == "event: a\n\nevent: é\n\n"
