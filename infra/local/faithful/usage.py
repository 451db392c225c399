"""Usage plans whose API key an authorizer names (`ApiKeySourceType: AUTHORIZER`).

The emulator reads the key from the header x-api-key whatever the API says. On AWS such an API takes it from
`usageIdentifierKey` in the authorizer's answer, on methods that require a key; the header then means nothing.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html

Also refused as on AWS: a second key of the same value, a key that is not there, two plans of one key for the same stage;
and stages of a plan are added and removed one by one; a key that is switched off is off.
"""

import contextvars
import json

from ministack.services import apigateway_v1 as gateway

KEY = "usageIdentifierKey"
_request = contextvars.ContextVar("usage", default=None)


def install():
    execute, authorize, evaluate = gateway.handle_execute, gateway._invoke_authorizer_lambda, gateway._evaluate_policy
    from_header, check = gateway._api_key_from_request, gateway._check_api_key

    async def with_request(api_id, *rest):
        token = _request.set({"api": api_id})
        try:
            return await execute(api_id, *rest)
        finally:
            _request.reset(token)

    async def authorized(*arguments):
        result = await authorize(*arguments)
        body = (result or {}).get("body")
        if isinstance(body, dict) and isinstance(body.get("policyDocument"), dict):
            # Kept with the policy, so that a remembered decision still names the key.
            body = {**body, "policyDocument": {**body["policyDocument"], KEY: body.get(KEY)}}
            result = {**result, "body": body}
        return result

    def evaluated(policy, arn):
        if _request.get() is not None:
            _request.get()["key"] = policy.get(KEY)
        return evaluate(policy, arn)

    def key_of(headers):
        request = _request.get() or {}
        if gateway._rest_apis.get(request.get("api"), {}).get("apiKeySource") != "AUTHORIZER":
            return from_header(headers)
        return request.get("key") if request.get("required") else None

    def checked(method, *rest):
        if _request.get() is not None:
            _request.get()["required"] = bool(method.get("apiKeyRequired"))
        return check(method, *rest)

    gateway.handle_execute, gateway._invoke_authorizer_lambda, gateway._evaluate_policy = with_request, authorized, evaluated
    gateway._api_key_from_request, gateway._check_api_key = key_of, checked
    _install_control()


def _install_control():
    create_key, create_plan_key, update_plan, update_key = (
        gateway._create_api_key, gateway._create_usage_plan_key, gateway._update_usage_plan, gateway._update_api_key)

    def api_key(data):
        if any(key["value"] == data.get("value") for key in gateway._api_keys.values()):
            return gateway._v1_error("ConflictException", "API Key already exists", 409)
        return create_key(data)

    def plan_key(plan_id, data):
        key_id = data.get("keyId", "")
        if key_id not in gateway._api_keys:
            return gateway._v1_error("NotFoundException", "Invalid API Key identifier specified", 404)
        wanted = _stages(gateway._usage_plans.get(plan_id) or {})
        for other, keys in list(gateway._usage_plan_keys.items()):
            if key_id in keys and (other == plan_id or wanted & _stages(gateway._usage_plans.get(other) or {})):
                return gateway._v1_error(
                    "ConflictException", "The API key is already associated with a usage plan of this API stage", 409)
        return create_plan_key(plan_id, data)

    def plan(plan_id, data):
        operations = data.get("patchOperations") or []
        rest = [operation for operation in operations if operation.get("path") != "/apiStages"]
        answer = update_plan(plan_id, {**data, "patchOperations": rest})
        if answer[0] != 200:
            return answer
        record = gateway._usage_plans[plan_id]
        # Values of patch operations are strings; AWS stores and answers numbers.
        for group, name, number in (("throttle", "rateLimit", float), ("throttle", "burstLimit", int), ("quota", "limit", int)):
            if name in (record.get(group) or {}):
                record[group][name] = number(float(record[group][name]))
        for operation in operations:
            if operation.get("path") == "/apiStages":
                _change_stages(record, operation)
        return answer[0], answer[1], json.dumps(record).encode()

    def changed_key(key_id, data):
        # Values of patch operations are strings, and the string "false" is true to the emulator.
        operations = [{**operation, "value": str(operation.get("value")).lower() == "true"}
                      if operation.get("path") == "/enabled" else operation
                      for operation in data.get("patchOperations") or []]
        return update_key(key_id, {**data, "patchOperations": operations})

    gateway._create_api_key, gateway._update_api_key = api_key, changed_key
    gateway._create_usage_plan_key, gateway._update_usage_plan = plan_key, plan


def _stages(plan):
    return {(entry.get("apiId"), entry.get("stage")) for entry in plan.get("apiStages") or []}


def _change_stages(plan, operation):
    """`add` or `remove` of /apiStages with the value `api:stage`."""
    api, _, stage = str(operation.get("value", "")).partition(":")
    kept = [entry for entry in plan.get("apiStages") or [] if (entry.get("apiId"), entry.get("stage")) != (api, stage)]
    plan["apiStages"] = [*kept, {"apiId": api, "stage": stage}] if operation.get("op") == "add" else kept
