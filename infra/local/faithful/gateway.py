"""What `sam deploy` writes into a REST API's definition and the emulator's import leaves out.

Two things: the gateway's own answers (`GatewayResponses` in the template: the body of a 401, say), and methods `ANY`.
"""

from ministack.services import apigateway_v1 as gateway

ANY = "x-amazon-apigateway-any-method"


def install():
    import_path, import_api = gateway._import_path_item, gateway._import_rest_api
    gateway._OPENAPI_HTTP_METHODS = {*gateway._OPENAPI_HTTP_METHODS, "any"}

    def with_any(api_id, path, item, *rest):
        return import_path(api_id, path, {"any" if method == ANY else method: item[method] for method in item}, *rest)

    def with_answers(spec, base_data=None):
        api_id = import_api(spec, base_data)
        for kind, answer in (spec.get("x-amazon-apigateway-gateway-responses") or {}).items():
            gateway._put_gateway_response(api_id, kind, answer)
        return api_id

    gateway._import_path_item, gateway._import_rest_api = with_any, with_answers
