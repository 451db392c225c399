"""What a function may do, lent to a process of ours: through copies of its two roles, so that the stack's own stay as
they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from demo.stack import Stack


@contextmanager
def environment(stack: Stack, function: str) -> Iterator[dict[str, str]]:
    """The deployed function's variables, with credentials that may do what the function may and no more."""
    iam, sts = stack.client("iam", stack.administrator), stack.client("sts", stack.administrator)
    deployed = stack.client("lambda", stack.administrator).get_function_configuration(
        FunctionName=f"vivier-{stack.name}-{function}")
    variables = deployed["Environment"]["Variables"]
    own = deployed["Role"].rsplit("/", 1)[1]
    # A function without a tenant's own stores has no role for them.
    tenants = variables["TENANT_ROLE_ARN"].rsplit("/", 1)[1] if "TENANT_ROLE_ARN" in variables else None
    copies = f"bench-{function}", f"bench-{function}-tenant"

    def copy(source: str, name: str, trusted: str) -> str:
        _remove(iam, name)
        allow = {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        for policy in iam.list_role_policies(RoleName=source)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=source, PolicyName=policy)["PolicyDocument"]
            document = json.dumps(document)
            if tenants:
                document = document.replace(f"role/{tenants}", f"role/{copies[1]}")
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document)
        return arn

    try:
        role = copy(own, copies[0], sts.get_caller_identity()["Arn"])
        lent_role = {"TENANT_ROLE_ARN": copy(tenants, copies[1], role)} if tenants else {}
        lent = sts.assume_role(RoleArn=role, RoleSessionName="bench")["Credentials"]
        yield variables | lent_role | {
            "AWS_ENDPOINT_URL": stack.endpoint_url,
            "AWS_REGION": stack.region,
            "AWS_ACCESS_KEY_ID": lent["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": lent["SecretAccessKey"],
            "AWS_SESSION_TOKEN": lent["SessionToken"],
        }
    finally:
        for name in copies:
            _remove(iam, name)


def _remove(iam, role: str) -> None:
    with suppress(iam.exceptions.NoSuchEntityException):
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            iam.delete_role_policy(RoleName=role, PolicyName=policy)
        iam.delete_role(RoleName=role)
