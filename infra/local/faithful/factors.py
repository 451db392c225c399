"""Second factors of a member: enrolling an authenticator, choosing a factor, checking a code.

The emulator turns an authenticator on as soon as its first code is right, and turns on factors that cannot work. On AWS the
first code only proves the authenticator; a preference turns it on, and is refused for a factor the user has not got.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html
"""

import base64
import hmac
import secrets
import time

from ministack.core.responses import json_response
from ministack.services import cognito

from local.faithful import passwords, phone
from local.faithful.passwords import refused

SMS, TOTP = "SMS_MFA", "SOFTWARE_TOKEN_MFA"
STEP = 30


def install():
    cognito._admin_set_user_mfa_preference = _checked(cognito._admin_set_user_mfa_preference, _named)
    cognito._set_user_mfa_preference = _checked(cognito._set_user_mfa_preference, _own)
    cognito._associate_software_token = _associating(cognito._associate_software_token)
    cognito._verify_software_token = _verifying(cognito._verify_software_token)


def enabled(pool, user):
    """The factors that work for this user."""
    on = user.get("_mfa_enabled", [])
    return [factor for factor, works in ((SMS, phone.reachable(pool, user)), (TOTP, user.get("_totp_secret")))
            if factor in on and works]


def wanted(pool, user):
    """The challenge that follows a right password, or None."""
    required = pool.get("MfaConfiguration", "OFF")
    if required == "OFF":
        return None
    on = enabled(pool, user)
    if user.get("_preferred_mfa") in on:
        return user["_preferred_mfa"]
    if on:
        return on[0] if len(on) == 1 else "SELECT_MFA_TYPE"
    if required != "ON":
        return None
    return SMS if phone.reachable(pool, user) else "MFA_SETUP"


def enrol(user, secret):
    user["_totp_secret"], user["_preferred_mfa"] = secret, TOTP
    user["_mfa_enabled"] = [*(factor for factor in user.get("_mfa_enabled", []) if factor != TOTP), TOTP]
    user.pop("_totp_used", None)


def check_totp(user, code):
    """The refusal of this code, or None: it is right, and has not been used before."""
    now = int(time.time() // STEP)
    for offset in (-1, 0, 1):
        if hmac.compare_digest(cognito._totp_code(user["_totp_secret"], offset).encode(), str(code).encode()):
            if now + offset <= user.get("_totp_used", 0):
                return refused("Your software token has already been used once.", "ExpiredCodeException")
            user["_totp_used"] = now + offset
            return None
    passwords.failed(user)
    return refused("Invalid code received for user", "CodeMismatchException")


def _named(data):
    pool = cognito._user_pools.get(data.get("UserPoolId"))
    return (cognito._resolve_user(pool, data.get("Username"))[0] if pool else None), pool


def _own(data):
    return cognito._user_pool_for_access_token(data.get("AccessToken"))


def _checked(prefer, find):
    def checked(data):
        user, pool = find(data)
        sms, totp = data.get("SMSMfaSettings") or {}, data.get("SoftwareTokenMfaSettings") or {}
        if user and sms.get("Enabled") and not phone.reachable(pool, user):
            return refused("User does not have delivery config set to turn on SMS_MFA", "InvalidParameterException")
        if user and totp.get("Enabled") and not user.get("_totp_secret"):
            return refused("User has not verified software token mfa", "InvalidParameterException")
        answer = prefer(data)
        for factor, settings in ((SMS, sms), (TOTP, totp)):
            if user and settings.get("PreferredMfa") is False and user.get("_preferred_mfa") == factor:
                user["_preferred_mfa"] = ""
        return answer

    return checked


def _setup_session(data):
    session = cognito._challenge_sessions.get(data.get("Session"))
    return session if session and session.get("asked") == "MFA_SETUP" and time.time() < session["expires_at"] else None


def _renewed(data, session):
    """The session under a new name: the old one is spent."""
    del cognito._challenge_sessions[data["Session"]]
    token = base64.b64encode(secrets.token_bytes(32)).decode()
    cognito._challenge_sessions[token] = session
    return token


def _associating(associate):
    def associated(data):
        if data.get("AccessToken"):
            return associate(data)
        session = _setup_session(data)
        if not session:
            return refused("Invalid session for the user.")
        session["secret"] = base64.b32encode(secrets.token_bytes(20)).decode()
        return json_response({"SecretCode": session["secret"], "Session": _renewed(data, session)})

    return associated


def _verifying(verify):
    def verified(data):
        if not data.get("AccessToken"):
            session = _setup_session(data)
            if not session or "secret" not in session:
                return refused("Invalid session for the user.")
            if not cognito._totp_matches(session["secret"], data.get("UserCode", "")):
                return refused("Code mismatch", "EnableSoftwareTokenMFAException")
            session["secret_verified"] = True
            return json_response({"Status": "SUCCESS", "Session": _renewed(data, session)})
        user, _pool = _own(data)
        before = (list((user or {}).get("_mfa_enabled", [])), (user or {}).get("_preferred_mfa", ""))
        # A new authenticator is compared with its own secret, not with that of the one in use.
        answer = verify(data)
        if answer[0] == 200 and user:
            user["_mfa_enabled"], user["_preferred_mfa"] = before
            user.pop("_totp_used", None)
        return answer

    return verified
