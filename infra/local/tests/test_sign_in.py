"""Signing in to a user pool: passwords, challenges and codes as Cognito has them."""

import time

import pytest

from local.tests.people import FINAL, TEMPORARY, Pool

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def pool():
    return Pool()


def later(monkeypatch, seconds):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + seconds)


class TestFirstPassword:
    def test_policy_holds(self, pool):
        session = pool.sign_in(TEMPORARY)["Session"]
        weak = pool.answer("NEW_PASSWORD_REQUIRED", session, NEW_PASSWORD="weak")
        assert weak["__type"] == "InvalidPasswordException" and "greater than or equal to 12" in weak["message"]
        assert "AuthenticationResult" in pool.answer("NEW_PASSWORD_REQUIRED", session, NEW_PASSWORD=FINAL)

    def test_needs_its_session(self, pool):
        pool.sign_in(TEMPORARY)
        assert pool.answer("NEW_PASSWORD_REQUIRED", "x" * 30, NEW_PASSWORD=FINAL)["__type"] == "NotAuthorizedException"
        assert pool.sign_in(TEMPORARY)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"

    def test_session_is_spent(self, pool):
        session = pool.sign_in(TEMPORARY)["Session"]
        pool.answer("NEW_PASSWORD_REQUIRED", session, NEW_PASSWORD=FINAL)
        assert "session" in pool.answer("NEW_PASSWORD_REQUIRED", session, NEW_PASSWORD=FINAL)["message"]

    def test_session_ends(self, pool, monkeypatch):
        session = pool.sign_in(TEMPORARY)["Session"]
        later(monkeypatch, 181)
        assert "expired" in pool.answer("NEW_PASSWORD_REQUIRED", session, NEW_PASSWORD=FINAL)["message"]

    def test_temporary_password_ends(self, pool, monkeypatch):
        later(monkeypatch, 7 * 86400 + 1)
        assert pool.sign_in(TEMPORARY)["message"].startswith("Temporary password has expired")
        pool.call("_admin_set_user_password", {"Username": pool.email, "Password": TEMPORARY, "Permanent": False})
        assert pool.sign_in(TEMPORARY)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"

    def test_resend_replaces_it(self, pool):
        pool.call("_admin_create_user", {
            "Username": pool.email, "MessageAction": "RESEND", "TemporaryPassword": "Another-Pass-3!"})
        assert "__type" in pool.sign_in(TEMPORARY)
        assert "Session" in pool.sign_in("Another-Pass-3!")

    def test_set_by_administrator_obeys_policy(self, pool):
        answer = pool.call("_admin_set_user_password", {"Username": pool.email, "Password": "weak", "Permanent": True})
        assert answer["__type"] == "InvalidPasswordException"


class TestLock:
    def test_five_failures_lock(self, pool, monkeypatch):
        pool.settle()
        assert {pool.sign_in("wrong")["message"] for _ in range(5)} == {"Incorrect username or password."}
        assert pool.sign_in(FINAL)["message"] == "Password attempts exceeded"
        later(monkeypatch, 1.1)
        assert "AuthenticationResult" in pool.sign_in(FINAL)

    def test_it_doubles(self, pool, monkeypatch):
        pool.settle()
        [pool.sign_in("wrong") for _ in range(5)]
        later(monkeypatch, 1.1)
        pool.sign_in("wrong")
        later(monkeypatch, 1.1)
        assert pool.sign_in(FINAL)["message"] == "Password attempts exceeded"

    def test_disabled_stays_disabled(self, pool):
        pool.settle()
        pool.call("_admin_disable_user", {"Username": pool.email})
        assert {pool.sign_in(password)["message"] for password in ("wrong", FINAL)} == {"User is disabled."}


class TestTextMessage:
    def test_code_arrives_and_counts_once(self, pool):
        pool.settle()
        pool.prefer(SMSMfaSettings={"Enabled": True, "PreferredMfa": True})
        asked = pool.sign_in(FINAL)
        assert asked["ChallengeName"] == "SMS_MFA"
        assert asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "+*******5678"
        code = pool.text().removeprefix("Your authentication code is ").removesuffix(".")
        wrong = f"{(int(code) + 1) % 10 ** 6:06}"
        assert pool.answer("SMS_MFA", asked["Session"], SMS_MFA_CODE=wrong)["__type"] == "CodeMismatchException"
        assert "AuthenticationResult" in pool.answer("SMS_MFA", asked["Session"], SMS_MFA_CODE=code)
        assert "__type" in pool.answer("SMS_MFA", asked["Session"], SMS_MFA_CODE=code)

    def test_needs_a_number(self, pool):
        pool.user()["Attributes"] = [entry for entry in pool.user()["Attributes"] if entry["Name"] != "phone_number"]
        assert "delivery config" in pool.prefer(SMSMfaSettings={"Enabled": True})["message"]

    def test_number_is_verified_by_code(self, pool):
        from local.faithful import phone

        token = pool.settle()
        asked = {"AccessToken": token, "AttributeName": "phone_number"}
        assert phone.get_code(asked)[0] == 200
        code = pool.text().removeprefix("Your verification code is ").removesuffix(".")
        assert phone.verify({**asked, "Code": "no"})[0] == 400
        assert phone.verify({**asked, "Code": code})[0] == 200
        assert {"Name": "phone_number_verified", "Value": "true"} in pool.user()["Attributes"]
        assert phone.verify({**asked, "Code": code})[0] == 400


class TestAuthenticator:
    def test_a_preference_turns_it_on(self, pool):
        pool.with_authenticator()
        assert "AuthenticationResult" in pool.sign_in(FINAL)
        assert pool.prefer(SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}) == {}
        assert pool.sign_in(FINAL)["ChallengeName"] == "SOFTWARE_TOKEN_MFA"

    def test_not_without_one(self, pool):
        assert "not verified" in pool.prefer(SoftwareTokenMfaSettings={"Enabled": True})["message"]

    @pytest.mark.parametrize("offset, right", [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
    def test_one_step_to_either_side(self, pool, monkeypatch, offset, right):
        secret = pool.with_authenticator()
        pool.prefer(SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True})
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now)
        session = pool.sign_in(FINAL)["Session"]
        answer = pool.answer("SOFTWARE_TOKEN_MFA", session, SOFTWARE_TOKEN_MFA_CODE=pool.totp(secret, offset))
        assert ("AuthenticationResult" in answer) == right

    def test_a_code_counts_once(self, pool, monkeypatch):
        secret = pool.with_authenticator()
        pool.prefer(SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True})
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now)
        answers = [pool.answer("SOFTWARE_TOKEN_MFA", pool.sign_in(FINAL)["Session"],
                               SOFTWARE_TOKEN_MFA_CODE=pool.totp(secret)) for _ in range(2)]
        assert "AuthenticationResult" in answers[0] and answers[1]["__type"] == "ExpiredCodeException"

    def test_set_up_where_it_is_required(self):
        pool = Pool(mfa="ON")
        pool.user()["Attributes"] = [entry for entry in pool.user()["Attributes"] if entry["Name"] != "phone_number"]
        pool.settle()
        asked = pool.sign_in(FINAL)
        assert asked["ChallengeName"] == "MFA_SETUP"
        assert "__type" in pool.answer("MFA_SETUP", asked["Session"])
        given = pool.call("_associate_software_token", {"Session": asked["Session"]})
        shown = pool.call("_verify_software_token", {
            "Session": given["Session"], "UserCode": pool.totp(given["SecretCode"])})
        assert "AuthenticationResult" in pool.answer("MFA_SETUP", shown["Session"])
        assert pool.sign_in(FINAL)["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


class TestRefresh:
    def refresh(self, pool, token):
        return pool.call("_admin_initiate_auth", {
            "ClientId": pool.client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": token}})

    @pytest.mark.parametrize("ending, message", [
        (None, None),
        ("_admin_user_global_sign_out", "Refresh Token has been revoked"),
        ("_admin_disable_user", "User is disabled."),
        ("_admin_delete_user", "The user has been deleted for the associated refresh token"),
    ])
    def test_after(self, pool, ending, message):
        pool.settle()
        token = pool.sign_in(FINAL)["AuthenticationResult"]["RefreshToken"]
        if ending:
            pool.call(ending, {"Username": pool.email})
        assert self.refresh(pool, token).get("message") == message

    def test_expired(self, pool, monkeypatch):
        pool.settle()
        token = pool.sign_in(FINAL)["AuthenticationResult"]["RefreshToken"]
        later(monkeypatch, 31 * 86400)
        assert self.refresh(pool, token)["message"] == "Refresh Token has expired"

    def test_keeps_the_moment_of_the_sign_in(self, pool, monkeypatch):
        pool.settle()
        given = pool.sign_in(FINAL)["AuthenticationResult"]
        later(monkeypatch, 60)
        fresh = self.refresh(pool, given["RefreshToken"])["AuthenticationResult"]
        first, second = pool.claims(given["AccessToken"]), pool.claims(fresh["AccessToken"])
        assert second["iat"] > first["iat"]
        assert [second[name] for name in ("auth_time", "origin_jti")] == [first[name] for name in ("auth_time", "origin_jti")]
