"""What `sam deploy` writes into a REST API's definition and the emulator's import leaves out.

The gateway's own answers (`GatewayResponses` in the template: the body of a 401, say), methods `ANY`, where the API key
comes from (`ApiKeySourceType`), and what a mock integration answers: SAM makes the preflights of `Cors` of them.
"""

from ministack.services import apigateway_v1 as gateway
from ministack.services.cloudformation import provisioners

ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"


def install():
    import_path, import_api, import_operation = (
        gateway._import_path_item, gateway._import_rest_api, gateway._import_operation)
    gateway._OPENAPI_HTTP_METHODS = {*gateway._OPENAPI_HTTP_METHODS, "any"}

    def with_any(api_id, path, item, *rest):
        return import_path(api_id, path, {"any" if method == ANY else method: item[method] for method in item}, *rest)

    def with_answers(spec, base_data=None):
        api_id = import_api(spec, base_data)
        for kind, answer in (spec.get("x-amazon-apigateway-gateway-responses") or {}).items():
            gateway._put_gateway_response(api_id, kind, answer)
        return api_id

    def with_mock(api_id, resource_id, http_method, operation, *rest):
        import_operation(api_id, resource_id, http_method, operation, *rest)
        integration = (operation or {}).get(INTEGRATION) or {}
        if str(integration.get("type", "")).upper() == "MOCK":
            _import_mock(api_id, resource_id, http_method, operation, integration)

    gateway._import_path_item, gateway._import_rest_api = with_any, with_answers
    gateway._import_operation = with_mock
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]
    handlers["create"] = _with_key_source(handlers["create"])
    handlers["update"] = _with_key_source(handlers["update"])
    # A changed Body makes the update call the creation by its name.
    provisioners._apigw_rest_api_create = handlers["create"]


def _import_mock(api_id, resource_id, http_method, operation, integration):
    gateway._put_integration(api_id, resource_id, http_method, {
        "type": "MOCK", "requestTemplates": integration.get("requestTemplates") or {},
        "passthroughBehavior": str(integration.get("passthroughBehavior") or "when_no_match").upper()})
    for status, answer in (operation.get("responses") or {}).items():
        headers = answer.get("headers") or {}
        gateway._put_method_response(api_id, resource_id, http_method, str(status), {
            "responseParameters": {f"method.response.header.{name}": False for name in headers}})
    for pattern, answer in (integration.get("responses") or {}).items():
        gateway._put_integration_response(api_id, resource_id, http_method, str(answer.get("statusCode", "200")), {
            "selectionPattern": "" if pattern == "default" else pattern,
            "responseParameters": answer.get("responseParameters") or {},
            "responseTemplates": answer.get("responseTemplates") or {}})


def _with_key_source(provision):
    def provisioned(name, *rest, **named):
        # create(logical_id, props, …) and update(physical_id, old_props, new_props, …)
        props = rest[1] if len(rest) > 2 else rest[0]
        api_id, attributes = provision(name, *rest, **named)
        gateway._rest_apis[api_id]["apiKeySource"] = props.get("ApiKeySourceType") or "HEADER"
        return api_id, attributes

    return provisioned
