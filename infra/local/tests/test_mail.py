"""On what a sender of mails needs the permission, and table expiry, which templates also say in vain."""

import json

import pytest

pytestmark = pytest.mark.usefixtures("aws")

IDENTITY = "arn:aws:ses:eu-west-3:0:identity/"


@pytest.mark.parametrize("message, expected", [
    ({"FromEmailAddress": "Vivier <no-reply@a.example>"}, [IDENTITY + "a.example"]),
    ({"FromEmailAddress": "known@a.example"}, [IDENTITY + "known@a.example"]),
    ({"FromEmailAddress": "x@a.example", "ConfigurationSetName": "c"},
     [IDENTITY + "a.example", "arn:aws:ses:eu-west-3:0:configuration-set/c"]),
])
def test_resources(message, expected):
    from local.faithful import mail

    mail.ses._identities["known@a.example"] = {}
    assert list(mail.resources(message, "eu-west-3", "0")) == expected


def test_condition_keys():
    from local.faithful import mail

    message = {"FromEmailAddress": "Vivier <no-reply@a.example>", "Destination": {"ToAddresses": ["b@b.example"]}}
    assert mail.context(message) == {
        "ses:FromAddress": "no-reply@a.example", "ses:FromDisplayName": "Vivier", "ses:Recipients": ["b@b.example"]}


def test_headers_are_kept_with_their_message():
    from local.faithful import mail

    sent = mail.ses._sent_emails_list()
    sent += [{"MessageId": "one"}, {"MessageId": "two"}]
    mail.keep_headers({"Content": {"Simple": {"Headers": [{"Name": "List-Unsubscribe", "Value": "<https://a.example>"}]}}}, "one")
    file = {"FileName": "a.csv", "RawContent": "YQ=="}
    mail.keep_headers({"Content": {"Simple": {"Attachments": [file]}}}, "two")
    assert [message["Headers"] for message in sent[-2:]] == [[["List-Unsubscribe", "<https://a.example>"]], []]
    told = {"messages": {"0": [{"MessageId": "two"}, {"MessageId": "one"}]}}
    shown = json.loads(mail.with_headers((200, {}, json.dumps(told).encode()))[2])["messages"]["0"]
    assert [message["Headers"] for message in shown] == [[], [["List-Unsubscribe", "<https://a.example>"]]]
    assert [message["Attachments"] for message in shown] == [[file], []]


def test_expiry_of_a_table():
    from ministack.services import dynamodb
    from ministack.services.cloudformation import provisioners

    def described():
        return json.loads(dynamodb._describe_ttl({"TableName": "sessions"})[2])["TimeToLiveDescription"]

    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    plain = {"TableName": "sessions", "BillingMode": "PAY_PER_REQUEST",
             "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
             "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}
    expiring = {**plain, "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True}}
    handlers["create"]("Sessions", expiring, "stack")
    assert described() == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    handlers["update"]("sessions", expiring, plain, "stack", logical_id="Sessions")
    assert described()["TimeToLiveStatus"] == "DISABLED"
