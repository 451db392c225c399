"""What a request to KMS is about, for the conditions of policies: the key behind a name, its tags and its names. The emulator takes a name
for a resource of its own, and knows neither `aws:ResourceTag` nor `kms:ResourceAliases`."""

import json

from ministack.core import iam_actions
from ministack.services import kms


def install():
    resource_of, context_of = iam_actions.extract_resource_arn, iam_actions.request_tag_context

    def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
        if service == "kms" and (alias := _asked(body).get("AliasName")):
            # A name is made and removed by the right to the name, and to its key, which AWS asks for beside it.
            return f"arn:aws:kms:{region}:{account_id}:{alias}"
        key = _key(body) if service == "kms" else None
        return key["Arn"] if key else resource_of(service, method, path, headers, body, query_params, region, account_id)

    def request_tag_context(service, iam_action, body, params):
        context = context_of(service, iam_action, body, params)
        key = _key(body) if service == "kms" else None
        if key:
            context |= {f"aws:ResourceTag/{tag['TagKey']}".lower(): tag["TagValue"] for tag in key.get("Tags", [])}
            context["kms:ResourceAliases"] = [
                name.rpartition(":")[2] for name, known in kms._aliases.items() if known == key["KeyId"]]
        return context

    iam_actions.extract_resource_arn, iam_actions.request_tag_context = extract_resource_arn, request_tag_context


def _asked(body):
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _key(body):
    return kms._resolve_key(_asked(body).get("KeyId", ""))
