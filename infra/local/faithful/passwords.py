"""Passwords and mailed codes of a user pool.

The emulator never refuses an old temporary password, lets anybody guess for ever, and mails the code 654321. On AWS:

- A temporary password ends after `TemporaryPasswordValidityDays`; giving a new one, or RESEND, starts it anew.
  https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-create-user-accounts.html
- After five failures a user is locked for a second, twice as long after each further one, a quarter of an hour at most; an
  attempt during the lock is refused and not counted; a sign-in, or a quarter of an hour of peace, forgets them.
  https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html (lockout behavior)
- A code is random, counts once and for an hour, and after some wrong guesses no guess is heard any more.
"""

import secrets
import time

from ministack.core.responses import error_response_json
from ministack.services import cognito

FREE_FAILURES = 5
LONGEST_LOCK = PEACE = 900
CODE_LIFETIME = 3600
GUESSES = 5
FLOWS = ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH")


def refused(message, kind="NotAuthorizedException"):
    return error_response_json(kind, message, 400)


def code():
    return f"{secrets.randbelow(10 ** 6):06}"


def locked(user):
    """The refusal of an attempt while the user is locked, or None."""
    if time.time() < user.get("_failures", {}).get("until", 0):
        return refused("Password attempts exceeded")
    return None


def failed(user):
    """Counts a wrong password or code."""
    now, before = time.time(), user.get("_failures", {})
    count = before.get("count", 0) if now - before.get("last", 0) < PEACE else 0
    count += 1
    lock = min(2 ** (count - FREE_FAILURES), LONGEST_LOCK) if count >= FREE_FAILURES else 0
    user["_failures"] = {"count": count, "last": now, "until": now + lock}


def signed_in(user):
    user.pop("_failures", None)


def install():
    cognito._initiate_auth = _guarded(cognito._initiate_auth)
    cognito._admin_initiate_auth = _guarded(cognito._admin_initiate_auth)
    cognito._admin_create_user = _invited(cognito._admin_create_user)
    cognito._admin_set_user_password = _noted(cognito._admin_set_user_password)
    cognito._send_verification_email = _with_random_code(cognito._send_verification_email)
    cognito._confirmation_code_error = _with_limits(cognito._confirmation_code_error)


def _guarded(initiate):
    def guarded(data):
        user, pool = _user(data)
        if data.get("AuthFlow") not in FLOWS or user is None:
            return initiate(data)
        held = locked(user) if user.get("Enabled", True) else None
        if held:
            return held
        right = user.get("_password") == (data.get("AuthParameters") or {}).get("PASSWORD")
        if right and user.get("Enabled", True) and _expired(user, pool):
            return refused("Temporary password has expired and must be reset by an administrator.")
        answer = initiate(data)
        if not right and answer[0] >= 400:
            failed(user)
        return answer

    return guarded


def _user(data):
    pool = cognito._user_pools.get(data.get("UserPoolId")) or cognito._pool_for_client(data.get("ClientId"))[0]
    name = data.get("Username") or (data.get("AuthParameters") or {}).get("USERNAME")
    return (cognito._resolve_user(pool, name)[0] if pool and isinstance(name, str) else None), pool


def _expired(user, pool):
    days = (pool.get("Policies") or {}).get("PasswordPolicy", {}).get("TemporaryPasswordValidityDays") or 7
    since = user.get("_temporary_since", user.get("UserCreateDate", 0))
    return user.get("UserStatus") == "FORCE_CHANGE_PASSWORD" and time.time() - since > int(days) * 86400


def _noted(handler):
    """A password given by an administrator is as old as that call."""
    def noted(data):
        answer = handler(data)
        user, _pool = _user(data)
        if answer[0] == 200 and user:
            user["_temporary_since"] = time.time()
        return answer

    return noted


def _invited(create):
    """RESEND sends a new temporary password, to those only who have not chosen one yet."""
    create = _noted(create)

    def invited(data):
        user, pool = _user(data)
        if user is None or str(data.get("MessageAction", "")).upper() != "RESEND":
            return create(data)
        if user.get("UserStatus") != "FORCE_CHANGE_PASSWORD":
            return refused("Resend not possible. User status is not FORCE_CHANGE_PASSWORD.", "UnsupportedUserStateException")
        password = data.get("TemporaryPassword") or cognito._generate_temp_password()
        broken = cognito._validate_password(pool, password)
        if broken:
            return broken
        user["_password"] = password
        return create(data)

    return invited


def _with_random_code(send):
    def sent(pool, username, attributes, _code, attribute_name="email"):
        user = cognito._resolve_user(pool, username)[0]
        kind = "_reset_code" if attribute_name == "password" else "_confirmation_code"
        fresh = code()
        if user:
            user[kind] = fresh
            user[kind + "_limits"] = {"until": time.time() + CODE_LIFETIME, "guesses": 0}
        return send(pool, username, attributes, fresh, attribute_name)

    return sent


def _with_limits(check):
    def checked(action, data):
        user, _pool = _user(data)
        kind = "_reset_code" if action == "ConfirmForgotPassword" else "_confirmation_code"
        limits = (user or {}).get(kind + "_limits")
        if action not in ("ConfirmForgotPassword", "ConfirmSignUp") or not limits:
            return check(action, data)
        if limits["guesses"] >= GUESSES:
            return refused("Attempt limit exceeded, please try after some time.", "LimitExceededException")
        if time.time() > limits["until"]:
            user.pop(kind, None)
        error = check(action, data)
        if error and user.get(kind):
            limits["guesses"] += 1
        return error

    return checked
