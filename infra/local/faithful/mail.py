"""Who may send a mail.

The emulator asks for `ses:SendEmail` on `*`. On AWS the resource is the verified identity of the sender (its address where
that is verified, else its domain) and the configuration set, and policies may name `ses:FromAddress`, `ses:FromDisplayName`,
`ses:Recipients` and `ses:FeedbackAddress`.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html

It also forgets the headers that a message adds, and the files that it carries. On AWS they are in the mail, so they are kept with the message
that can be read.
"""

import json
from email.utils import parseaddr

from ministack import app as emulator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_region
from ministack.services import ses, ses_v2

SEND = "/v2/email/outbound-emails"


def install():
    enforce = emulator._enforce_ses_v2

    def enforced(method, path, headers, body, query, request_id):
        if not emulator.AUTH or method != "POST" or path.rstrip("/") != SEND:
            return enforce(method, path, headers, body, query, request_id)
        try:
            message = json.loads(body)
        except ValueError:
            message = {}
        for resource in resources(message, extract_region(headers, query), get_account_id()):
            denied = emulator._enforce_data_plane(
                "sesv2", "ses:SendEmail", headers, query, request_id, resource_arn=resource, named_resource=resource,
                service_context=context(message))
            if denied:
                return denied
        return None

    emulator._enforce_ses_v2 = enforced

    handle = ses_v2.handle_request

    async def handled(method, path, headers, body, query):
        response = await handle(method, path, headers, body, query)
        if method == "POST" and path.rstrip("/") == SEND and response[0] == 200:
            keep_headers(json.loads(body), json.loads(response[2])["MessageId"])
        return response

    ses_v2.handle_request = handled
    show = emulator._handle_ses_messages_request

    async def shown(*request):
        response = await show(*request)
        return with_headers(response) if response and response[0] == 200 else response

    emulator._handle_ses_messages_request = shown


def keep_headers(message, message_id):
    """Puts the headers that a message adds beside it, as pairs, and the files that it carries, as they were sent."""
    simple = message.get("Content", {}).get("Simple", {})
    for sent in reversed(ses._sent_emails_list()):
        if sent["MessageId"] == message_id:
            sent["Headers"] = [[header["Name"], header["Value"]] for header in simple.get("Headers") or []]
            sent["Attachments"] = simple.get("Attachments") or []
            return


def with_headers(response):
    """The list of what was sent, with the headers and files that were kept."""
    kept = {
        sent["MessageId"]: (sent["Headers"], sent.get("Attachments", []))
        for sents in ses._sent_emails.to_dict().values() if isinstance(sents, list)
        for sent in sents if "Headers" in sent}
    told = json.loads(response[2])
    for sent in (sent for account in told["messages"].values() for sent in account):
        sent["Headers"], sent["Attachments"] = kept.get(sent["MessageId"], ([], []))
    return (*response[:2], json.dumps(told).encode())


def resources(message, region, account):
    """The ARNs on which the sender of this message needs the permission."""
    address = parseaddr(message.get("FromEmailAddress") or "")[1]
    identity = address if _verified(address) else address.rpartition("@")[2]
    yield f"arn:aws:ses:{region}:{account}:identity/{identity}"
    if message.get("ConfigurationSetName"):
        yield f"arn:aws:ses:{region}:{account}:configuration-set/{message['ConfigurationSetName']}"


def context(message):
    name, address = parseaddr(message.get("FromEmailAddress") or "")
    destination = message.get("Destination") or {}
    recipients = [to for kind in ("ToAddresses", "CcAddresses", "BccAddresses") for to in destination.get(kind) or []]
    keys = {"ses:FromAddress": address, "ses:Recipients": recipients}
    if name:
        keys["ses:FromDisplayName"] = name
    if message.get("FeedbackForwardingEmailAddress"):
        keys["ses:FeedbackAddress"] = message["FeedbackForwardingEmailAddress"]
    return keys


def _verified(address):
    return address in ses._identities or address in ses_v2._identities
