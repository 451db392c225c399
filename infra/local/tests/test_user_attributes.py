"""What a user pool's schema and client allow to be written, and codes that are mailed."""

import pytest

from local.tests.people import FINAL, Pool

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def pool():
    return Pool()


def change(pool, name, value):
    return pool.call("_admin_update_user_attributes", {
        "Username": pool.email, "UserAttributes": [{"Name": name, "Value": value}]})


@pytest.mark.parametrize("name, message", [
    ("custom:tenant", "user.custom:tenant: Attribute cannot be updated.\n"),
    ("sub", "user.sub: Attribute cannot be updated.\n"),
    ("custom:other", "Attributes did not conform to the schema: custom:other: Attribute does not exist in the schema.\n"),
])
def test_refused(pool, name, message):
    assert change(pool, name, "b")["message"] == message


def test_new_number_is_not_verified(pool):
    change(pool, "phone_number_verified", "true")
    change(pool, "phone_number", "+33600000000")
    assert {"Name": "phone_number_verified", "Value": "false"} in pool.user()["Attributes"]


def test_members_write_what_their_client_may(pool):
    token = pool.settle()
    pool.call("_update_user_pool_client", {"ClientId": pool.client, "WriteAttributes": ["locale"]})

    def own(name):
        return pool.call("_update_user_attributes", {"AccessToken": token, "UserAttributes": [{"Name": name, "Value": "x"}]})

    assert "__type" not in own("locale")
    assert own("email")["message"] == "A client attempted to write unauthorized attribute"


def test_one_user_whatever_the_case(pool):
    pool.settle()
    assert "AuthenticationResult" in pool.sign_in(FINAL, "ANA@A.example")
    again = pool.call("_admin_create_user", {"Username": "Ana@a.EXAMPLE", "MessageAction": "SUPPRESS"})
    assert again["__type"] == "UsernameExistsException"


def test_mailed_code_is_random_and_guessed_five_times(pool):
    from ministack.services import cognito

    pool.settle()
    asked = {"ClientId": pool.client, "Username": pool.email}
    pool.call("_forgot_password", asked)
    codes = {pool.user()["_reset_code"]}
    pool.call("_forgot_password", asked)
    assert len(codes | {pool.user()["_reset_code"]}) == 2
    guess = {**asked, "ConfirmationCode": "no"}
    kinds = [cognito._confirmation_code_error("ConfirmForgotPassword", guess)[2] for _ in range(6)]
    assert all(b"CodeMismatch" in kind for kind in kinds[:5]) and b"LimitExceeded" in kinds[5]
