"""Refreshing the tokens of a user pool.

The emulator never looks at the end it writes into a refresh token (`RefreshTokenValidity`), and makes a refresh look like a
new sign-in: on AWS `auth_time` stays that of the sign-in.
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html
"""

import contextvars
import time

from ministack.services import cognito

from local.faithful.passwords import refused

_signed_in_at = contextvars.ContextVar("signed_in_at", default=None)


def install():
    owner, refresh, sign = cognito._refresh_auth_user, cognito._refresh_auth_result, cognito._signed_jwt

    def current(pool, pool_id, client_id, token):
        user, error = owner(pool, pool_id, client_id, token)
        if not error and time.time() >= cognito._token_claims(token).get("exp", 0):
            return None, refused("Refresh Token has expired")
        return user, error

    def refreshed(pool, pool_id, client_id, token):
        # A refresh token is made once, at the sign-in.
        before = _signed_in_at.set(cognito._token_claims(token).get("iat"))
        try:
            return refresh(pool, pool_id, client_id, token)
        finally:
            _signed_in_at.reset(before)

    def signed(claims, *rest):
        if _signed_in_at.get() and "auth_time" in claims:
            claims = {**claims, "auth_time": _signed_in_at.get()}
        return sign(claims, *rest)

    cognito._refresh_auth_user, cognito._refresh_auth_result, cognito._signed_jwt = current, refreshed, signed
