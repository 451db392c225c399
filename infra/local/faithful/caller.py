"""From which address a REST API was called.

The emulator believes the first entry of the client's own X-Forwarded-For. On AWS `requestContext.identity.sourceIp` is the
address of the TCP connection, for an authorizer and a function alike, and the gateway appends that address to the header.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from ministack.core.responses import get_request_client_ip
from ministack.services import apigateway_v1 as gateway

HEADER = "x-forwarded-for"


def install():
    execute, build, authorize = (
        gateway.handle_execute, gateway._build_lambda_event_v1, gateway._invoke_authorizer_lambda)

    async def with_peer(api_id, stage, method, path, headers, body, query):
        named = headers.get(HEADER, "").strip()
        peer = get_request_client_ip()
        headers = {**headers, HEADER: f"{named}, {peer}" if named else peer}
        return await execute(api_id, stage, method, path, headers, body, query)

    def event(*arguments, **named):
        return _from_peer(build(*arguments, **named))

    async def authorizer(record, request, *scope):
        return await authorize(record, _from_peer(request) if request.get("type") == "REQUEST" else request, *scope)

    gateway.handle_execute, gateway._build_lambda_event_v1, gateway._invoke_authorizer_lambda = with_peer, event, authorizer


def _from_peer(event):
    event["requestContext"]["identity"]["sourceIp"] = get_request_client_ip()
    return event
