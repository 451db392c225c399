"""Who may do what from outside the functions: the database administrator's secret and the operator's user."""

import contextlib
import json

from local.settings import ACCOUNT, REGION

OPERATOR = "vivier-operator"


def store_database_admin(cloud, stack, login):
    """Puts the administrator's login where the functions look for it: `vivier/<stage>/database/admin`."""
    secrets = cloud.client("secretsmanager")
    name, value = f"vivier/{stack.name}/database/admin", json.dumps(login)
    try:
        if secrets.get_secret_value(SecretId=name)["SecretString"] != value:
            secrets.put_secret_value(SecretId=name, SecretString=value)
    except secrets.exceptions.ResourceNotFoundException:
        secrets.create_secret(Name=name, SecretString=value)


def ensure_operator(cloud, stack):
    """The operator's keys: a user who may invoke this stage's functions, and read alarms and figures."""
    iam = cloud.client("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_user(UserName=OPERATOR)
    iam.put_user_policy(UserName=OPERATOR, PolicyName="invoke", PolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:vivier-{stack.name}-*",
        }, {
            "Effect": "Allow",
            "Action": ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"],
            "Resource": "*",
        }],
    }))
    file = stack.folder / "operator.json"
    known = {key["AccessKeyId"] for key in iam.list_access_keys(UserName=OPERATOR)["AccessKeyMetadata"]}
    if file.exists() and json.loads(file.read_text())["access_key_id"] in known:
        return json.loads(file.read_text())
    for lost in known:
        iam.delete_access_key(UserName=OPERATOR, AccessKeyId=lost)
    made = iam.create_access_key(UserName=OPERATOR)["AccessKey"]
    file.touch(mode=0o600)
    file.write_text(json.dumps(
        {"access_key_id": made["AccessKeyId"], "secret_access_key": made["SecretAccessKey"]}))
    return json.loads(file.read_text())
