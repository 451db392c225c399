"""Calls of SQS for several messages at once need the permission of the call for one: there is no other on AWS.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
"""

from ministack.core import iam_actions

_extract = iam_actions.extract_iam_action


def extract(*arguments, **named):
    action = _extract(*arguments, **named)
    return action.removesuffix("Batch") if action and action.startswith("sqs:") else action


def install():
    iam_actions.extract_iam_action = extract
