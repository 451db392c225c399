"""A user pool with a member, spoken to as an administrator would: for the tests of signing in."""

import json

TEMPORARY, FINAL, NUMBER = "Temporary-Pass-1", "Final-Pass-2026!", "+33612345678"
SCHEMA = [{"Name": "tenant", "AttributeDataType": "String", "Mutable": False}]


class Pool:
    """A pool with one client and one invited member."""

    def __init__(self, mfa="OPTIONAL"):
        from ministack.services import cognito, sns

        self._cognito, self._sns = cognito, sns
        self.id = self.call("_create_user_pool", {
            "PoolName": "people", "UsernameAttributes": ["email"], "UsernameConfiguration": {"CaseSensitive": False},
            "MfaConfiguration": mfa, "Schema": SCHEMA,
            "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"},
            "Policies": {"PasswordPolicy": {"MinimumLength": 12, "TemporaryPasswordValidityDays": 7}}})["UserPool"]["Id"]
        self.client = self.call("_create_user_pool_client", {})["UserPoolClient"]["ClientId"]
        self.email = "ana@a.example"
        self.call("_admin_create_user", {
            "Username": self.email, "TemporaryPassword": TEMPORARY, "MessageAction": "SUPPRESS", "UserAttributes": [
                {"Name": "email", "Value": self.email}, {"Name": "custom:tenant", "Value": "a"},
                {"Name": "phone_number", "Value": NUMBER}]})

    def call(self, handler, data):
        """The answer's body; that of an error has its `__type`."""
        status, _headers, body = getattr(self._cognito, handler)({"UserPoolId": getattr(self, "id", None), **data})
        answer = json.loads(body or b"{}")
        assert (status == 200) == ("__type" not in answer), answer
        return answer

    def user(self):
        return self._cognito._resolve_user(self._cognito._user_pools[self.id], self.email)[0]

    def sign_in(self, password, username=None):
        return self.call("_admin_initiate_auth", {
            "ClientId": self.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": username or self.email, "PASSWORD": password}})

    def answer(self, challenge, session, **answers):
        return self.call("_admin_respond_to_auth_challenge", {
            "ClientId": self.client, "ChallengeName": challenge, "Session": session,
            "ChallengeResponses": {"USERNAME": self.email, **answers}})

    def settle(self):
        """The member has a password of their own; returns an access token."""
        self.call("_admin_set_user_password", {"Username": self.email, "Password": FINAL, "Permanent": True})
        answer = self.sign_in(FINAL)
        return answer.get("AuthenticationResult", {}).get("AccessToken")

    def prefer(self, **settings):
        return self.call("_admin_set_user_mfa_preference", {"Username": self.email, **settings})

    def text(self):
        return self._sns._sms_log_for(NUMBER)[-1]["Message"]

    def totp(self, secret, offset=0):
        return self._cognito._totp_code(secret, offset)

    def with_authenticator(self):
        token = self.settle()
        secret = self.call("_associate_software_token", {"AccessToken": token})["SecretCode"]
        self.call("_verify_software_token", {"AccessToken": token, "UserCode": self.totp(secret)})
        return secret

    def claims(self, token):
        return self._cognito._token_claims(token)
