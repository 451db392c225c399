"""Challenges of a sign-in: a new password, a text message, an authenticator.

The emulator looks at no session: whoever knows a user name answers NEW_PASSWORD_REQUIRED or a factor of a sign-in that never
was; it takes any new password, never asks for SMS_MFA, and takes any code for it. On AWS a session belongs to one user, one
client and one challenge, lasts `AuthSessionValidity` minutes and is spent by a right answer; a new password obeys the
policy; a code of an authenticator counts once (RFC 6238, a step of 30 s to either side); wrong codes lock like wrong passwords.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminRespondToAuthChallenge.html
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
"""

import hmac
import json
import time

from ministack.core.responses import json_response
from ministack.services import cognito

from local.faithful import factors, passwords, phone
from local.faithful.passwords import refused

NEW_PASSWORD, SMS, TOTP = "NEW_PASSWORD_REQUIRED", "SMS_MFA", "SOFTWARE_TOKEN_MFA"
SELECT, SETUP = "SELECT_MFA_TYPE", "MFA_SETUP"


def install():
    cognito._password_auth_result = after_password
    cognito._admin_respond_to_auth_challenge = _answering(cognito._admin_respond_to_auth_challenge)
    cognito._respond_to_auth_challenge = _answering(cognito._respond_to_auth_challenge)


def after_password(pool, pool_id, client_id, user, _username, client_metadata=None, data=None):
    """What a right password is answered with."""
    if user.get("UserStatus") == "FORCE_CHANGE_PASSWORD":
        answer = _ask(pool_id, client_id, user, NEW_PASSWORD, {
            "requiredAttributes": "[]",
            "userAttributes": json.dumps(cognito._attr_list_to_dict(user.get("Attributes", [])))})
    else:
        answer = _ask_factor(pool, pool_id, client_id, user)
    waits = bool(answer) and answer["ChallengeName"] != NEW_PASSWORD
    cognito._record_auth_event(pool, user, data or {}, "SignIn", "InProgress" if waits else "Pass",
                               (("Password", "Success"),), answer["Session"] if waits else None)
    return json_response(answer) if answer else _tokens(pool_id, client_id, user, client_metadata)


def _tokens(pool_id, client_id, user, client_metadata, source="TokenGeneration_Authentication"):
    passwords.signed_in(user)
    return json_response({"AuthenticationResult": cognito._build_auth_result(
        pool_id, client_id, user, trigger_source=source, client_metadata=client_metadata), "ChallengeParameters": {}})


def _ask(pool_id, client_id, user, challenge, parameters, **expected):
    for token, session in list(cognito._challenge_sessions.items()):
        if session["expires_at"] < time.time():
            cognito._challenge_sessions.pop(token, None)
    token, session = cognito._create_challenge_session(pool_id, client_id, user["Username"])
    # A session awaiting this is not a custom challenge, nor a proof of a password.
    session.update(asked=challenge, pending_builtin_challenge=challenge, **expected)
    return {"ChallengeName": challenge, "Session": token,
            "ChallengeParameters": {"USER_ID_FOR_SRP": user["Username"], **parameters}}


def _ask_factor(pool, pool_id, client_id, user, chosen=None):
    """The second factor this user has to show; None when there is none."""
    wanted = chosen or factors.wanted(pool, user)
    if wanted == SMS:
        number, code = phone.reachable(pool, user), passwords.code()
        phone.send(pool, number, "SmsAuthenticationMessage", "Your authentication code is {####}.", code)
        return _ask(pool_id, client_id, user, SMS, {
            "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": phone.masked(number)}, code=code)
    if wanted == TOTP:
        return _ask(pool_id, client_id, user, TOTP, {"FRIENDLY_DEVICE_NAME": "TOTP device"})
    if wanted == SELECT:
        return _ask(pool_id, client_id, user, SELECT, {"MFAS_CAN_CHOOSE": json.dumps([SMS, TOTP])})
    if wanted == SETUP:
        return _ask(pool_id, client_id, user, SETUP, {"MFAS_CAN_SETUP": json.dumps([TOTP])})
    return None


def _answering(respond):
    def responded(data):
        challenge, client_id = data.get("ChallengeName"), data.get("ClientId")
        if challenge not in ANSWERS:
            return respond(data)
        pool = cognito._user_pools.get(data["UserPoolId"]) if "UserPoolId" in data else cognito._pool_for_client(client_id)[0]
        if not pool or client_id not in pool["_clients"]:
            return respond(data)
        answers = data.get("ChallengeResponses") or {}
        session, error = _session(pool, client_id, challenge, data.get("Session"))
        if error:
            return error
        user = cognito._resolve_user(pool, session["username"])[0]
        if user is None or cognito._resolve_user(pool, answers.get("USERNAME"))[0] is not user:
            return refused("Invalid session for the user.")
        if not user.get("Enabled", True):
            return refused("User is disabled.")
        error = passwords.locked(user) or ANSWERS[challenge](pool, user, session, answers)
        if error:
            cognito._finish_auth_event(user, data.get("Session"), "Mfa", False)
            return error
        cognito._challenge_sessions.pop(data["Session"], None)
        cognito._finish_auth_event(user, data["Session"], "Mfa", True)
        source, following = "TokenGeneration_Authentication", None
        if challenge == NEW_PASSWORD:
            source, following = "TokenGeneration_NewPasswordChallenge", _ask_factor(pool, pool["Id"], client_id, user)
        elif challenge == SELECT:
            following = _ask_factor(pool, pool["Id"], client_id, user, answers["ANSWER"])
        return json_response(following) if following else _tokens(
            pool["Id"], client_id, user, data.get("ClientMetadata"), source)

    return responded


def _session(pool, client_id, challenge, token):
    session = cognito._challenge_sessions.get(token)
    asked = session and (session.get("asked"), session["client_id"], session["pool_id"])
    if asked != (challenge, client_id, pool["Id"]):
        return None, refused("Invalid session for the user.")
    if time.time() > session["expires_at"]:
        return None, refused("Invalid session for the user, session is expired.")
    return session, None


def _new_password(pool, user, _session, answers):
    password = answers.get("NEW_PASSWORD")
    if not password:
        return refused("Missing required parameter NEW_PASSWORD", "InvalidParameterException")
    error = cognito._password_signin_refused(user) or cognito._validate_password(pool, password)
    if error:
        return error
    user.update(_password=password, UserStatus="CONFIRMED", UserLastModifiedDate=cognito._now_epoch())
    cognito._record_auth_event(pool, user, {}, "PasswordChange", "Pass")
    return None


def _sms(_pool, user, session, answers):
    if not hmac.compare_digest(session["code"].encode(), str(answers.get("SMS_MFA_CODE", "")).encode()):
        passwords.failed(user)
        return refused("Invalid code or auth state for the user.", "CodeMismatchException")
    phone.verified(user, "phone_number")
    return None


def _totp(_pool, user, _session, answers):
    return factors.check_totp(user, answers.get("SOFTWARE_TOKEN_MFA_CODE", ""))


def _select(pool, user, _session, answers):
    if answers.get("ANSWER") not in factors.enabled(pool, user):
        return refused("Invalid MFA type.", "InvalidParameterException")
    return None


def _setup(_pool, user, session, _answers):
    if not session.get("secret_verified"):
        return refused("Invalid session for the user.")
    factors.enrol(user, session["secret"])
    return None


ANSWERS = {NEW_PASSWORD: _new_password, SMS: _sms, TOTP: _totp, SELECT: _select, SETUP: _setup}
