"""What a caller learns of a function that ended without an answer.

The emulator answers 502 with the function's error in it. AWS answers 502 `Internal server error`, by way of the gateway's
own answer DEFAULT_5XX where the template has one.
https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html
"""

import contextvars

from ministack.services import apigateway_v1 as gateway

BAD_GATEWAY = 502
_outcome = contextvars.ContextVar("outcome", default=None)


def install():
    invoke, shape, render = gateway._invoke_lambda_proxy_v1, gateway._lambda_proxy_response, gateway._gateway_error_response

    async def invoked(*arguments, **named):
        outcome = {}
        token = _outcome.set(outcome)
        try:
            answer = await invoke(*arguments, **named)
        finally:
            _outcome.reset(token)
        if not outcome.get("crashed"):
            return answer
        error = gateway._GatewayError("DEFAULT_5XX", "Internal server error", "InternalServerErrorException")
        error.status = BAD_GATEWAY
        return error

    def shaped(result):
        response, error = shape(result)
        if _outcome.get() is not None:
            _outcome.get()["crashed"] = bool(error)
        return response, error

    def rendered(error, request):
        status, headers, body = render(error, request)
        # 500 is what the emulator takes where the template names no status.
        return (getattr(error, "status", status) if status == 500 else status), headers, body

    gateway._invoke_lambda_proxy_v1, gateway._lambda_proxy_response, gateway._gateway_error_response = invoked, shaped, rendered
