"""Text messages of a user pool, and proving an address or a number with a code.

The emulator sends no text message and lacks GetUserAttributeVerificationCode and VerifyUserAttribute. Here the messages lie
where those of SNS lie: `GET /_ministack/sns/sms-messages?phoneNumber=%2B33…`.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_VerifyUserAttribute.html
"""

import hmac
import time

from ministack.core.responses import json_response, new_uuid
from ministack.services import cognito, sns

from local.faithful import passwords
from local.faithful.passwords import refused

#: Of a code that verifies an attribute, as on AWS.
LIFETIME = 86400
ACTIONS = {}


def install():
    dispatch, cognito._UNSIGNED_IDP_ACTIONS = cognito._dispatch_idp, {*cognito._UNSIGNED_IDP_ACTIONS, *ACTIONS}

    async def dispatched(action, data):
        if action not in ACTIONS:
            return await dispatch(action, data)
        return cognito._run_idp_handler(ACTIONS[action], action, data)

    cognito._dispatch_idp = dispatched


def reachable(pool, user):
    """The number at which this pool may write to this user; None when there is none."""
    number = cognito._attr_list_to_dict(user.get("Attributes", [])).get("phone_number")
    return number if number and (pool.get("SmsConfiguration") or {}).get("SnsCallerArn") else None


def send(pool, number, template, default, code):
    text = (pool.get(template) or default).replace("{####}", code)
    sns._sms_log_for(number).append({
        "PhoneNumber": number, "TopicArn": None, "SubscriptionArn": None, "MessageId": new_uuid(), "Message": text,
        "MessageAttributes": {}, "MessageStructure": None, "Subject": None})


def masked(number):
    return f"+{'*' * (len(number) - 5)}{number[-4:]}"


def verified(user, name):
    user["Attributes"] = cognito._merge_attributes(
        user.get("Attributes", []), [{"Name": f"{name}_verified", "Value": "true"}])


def _action(name):
    def named(handler):
        ACTIONS[name] = handler
        return handler

    return named


@_action("GetUserAttributeVerificationCode")
def get_code(data):
    user, pool = cognito._user_pool_for_access_token(data.get("AccessToken"))
    name = data.get("AttributeName")
    if not user:
        return refused("Invalid access token.")
    value = cognito._attr_list_to_dict(user.get("Attributes", [])).get(name) if name in ("email", "phone_number") else None
    if not value or (name == "phone_number" and not reachable(pool, user)):
        return refused("User does not have a value for the attribute, or it cannot be verified.", "InvalidParameterException")
    code = passwords.code()
    user.setdefault("_attribute_codes", {})[name] = {"code": code, "value": value, "until": time.time() + LIFETIME, "left": 5}
    if name == "phone_number":
        send(pool, value, "SmsVerificationMessage", "Your verification code is {####}.", code)
        where = (masked(value), "SMS")
    else:
        subject, body = cognito._resolve_verification_template(pool)
        cognito._deliver_cognito_email(pool, value, subject, body.replace("{####}", code), "CognitoVerificationMessage")
        where = (cognito._masked_destination(value), "EMAIL")
    return json_response({"CodeDeliveryDetails": {
        "Destination": where[0], "DeliveryMedium": where[1], "AttributeName": name}})


@_action("VerifyUserAttribute")
def verify(data):
    user, _pool = cognito._user_pool_for_access_token(data.get("AccessToken"))
    if not user:
        return refused("Invalid access token.")
    name = data.get("AttributeName")
    issued = user.get("_attribute_codes", {}).get(name)
    value = cognito._attr_list_to_dict(user.get("Attributes", [])).get(name)
    if not issued or time.time() > issued["until"] or issued["value"] != value:
        return refused("Invalid code provided, please request a code again.", "ExpiredCodeException")
    if issued["left"] < 1:
        return refused("Attempt limit exceeded, please try after some time.", "LimitExceededException")
    if not hmac.compare_digest(issued["code"].encode(), str(data.get("Code", "")).encode()):
        issued["left"] -= 1
        return refused("Invalid verification code provided, please try again.", "CodeMismatchException")
    del user["_attribute_codes"][name]
    verified(user, name)
    return json_response({})
