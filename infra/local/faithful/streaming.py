"""What a function streams through a REST API.

Where the template says `ResponseTransferMode`, the gateway invokes by another address and is answered with status and
headers as JSON, eight zero bytes and the body as it comes. The emulator knows neither; here it gathers the whole answer
and passes it on in one piece, so that only the time of its pieces is lost.
https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
"""

import json

from ministack.services import apigateway_v1 as gateway

STREAMED, WHOLE = "/response-streaming-invocations", "/invocations"
END_OF_PRELUDE = "\0" * 8


def install():
    named, shaped = gateway._extract_lambda_ref_from_integration_uri, gateway._lambda_proxy_response

    def reference(uri):
        return named(uri.replace(STREAMED, WHOLE) if uri else uri)

    def answer(result):
        body = result.get("body")
        if isinstance(body, str) and END_OF_PRELUDE in body:
            prelude, _, rest = body.partition(END_OF_PRELUDE)
            result = {**result, "body": {**json.loads(prelude), "body": rest}}
        return shaped(result)

    gateway._extract_lambda_ref_from_integration_uri, gateway._lambda_proxy_response = reference, answer
