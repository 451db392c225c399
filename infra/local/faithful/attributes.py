"""Attributes of a user as the pool's schema and client have them.

The emulator stores whatever it is given. AWS refuses an attribute that the schema does not know, a change of one that is not
mutable (`custom:tenant`), and a member's change of one that the client may not write; a new phone number or address is not
verified until somebody says so; and where `UsernameConfiguration.CaseSensitive` is false, A@X.example is a@x.example.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
"""

from ministack.services import cognito

from local.faithful.passwords import refused

VERIFIABLE = ("email", "phone_number")


def install():
    cognito._resolve_user = _any_case(cognito._resolve_user)
    cognito._admin_create_user = _known(cognito._admin_create_user)
    cognito._admin_update_user_attributes = _changed(cognito._admin_update_user_attributes, _named)
    cognito._update_user_attributes = _changed(cognito._update_user_attributes, _own)


def _any_case(resolve):
    def resolved(pool, username):
        user, error = resolve(pool, username)
        exact = (pool.get("UsernameConfiguration") or {}).get("CaseSensitive", True)
        if user or exact or not isinstance(username, str):
            return user, error
        wanted, names = username.casefold(), pool.get("UsernameAttributes") or []
        for other in list(pool["_users"].values()):
            values = cognito._attr_list_to_dict(other.get("Attributes", []))
            if wanted in (other["Username"].casefold(), *(str(values.get(name, "")).casefold() for name in names)):
                return other, None
        return user, error

    return resolved


def _schema(pool):
    return {entry["Name"]: entry for entry in cognito._ensure_schema_attributes(pool)["SchemaAttributes"]}


def _unknown(pool, attributes):
    schema = _schema(pool)
    for entry in attributes:
        if entry.get("Name") not in schema:
            return refused("Attributes did not conform to the schema: "
                           f"{entry.get('Name')}: Attribute does not exist in the schema.\n", "InvalidParameterException")
    return None


def _known(create):
    def created(data):
        pool = cognito._user_pools.get(data.get("UserPoolId"))
        return (pool and _unknown(pool, data.get("UserAttributes") or [])) or create(data)

    return created


def _named(data):
    """(user, pool, names that may be written) of an administrator's call; None: all of them."""
    pool = cognito._user_pools.get(data.get("UserPoolId"))
    return (cognito._resolve_user(pool, data.get("Username"))[0] if pool else None), pool, None


def _own(data):
    token = data.get("AccessToken", "")
    user, pool = cognito._user_pool_for_access_token(token)
    client = (pool or {}).get("_clients", {}).get(cognito._token_claims(token).get("client_id")) or {}
    return user, pool, client.get("WriteAttributes") or None


def _changed(update, find):
    def updated(data):
        user, pool, writable = find(data)
        changes = data.get("UserAttributes") or []
        if not user:
            return update(data)
        error = _unknown(pool, changes)
        if error:
            return error
        schema = _schema(pool)
        for entry in changes:
            if not schema[entry["Name"]].get("Mutable", True):
                return refused(f"user.{entry['Name']}: Attribute cannot be updated.\n", "InvalidParameterException")
            if writable is not None and entry["Name"] not in writable:
                return refused("A client attempted to write unauthorized attribute")
        before, new = cognito._attr_list_to_dict(user.get("Attributes", [])), cognito._attr_list_to_dict(changes)
        for name in VERIFIABLE:
            if name in new and new[name] != before.get(name) and f"{name}_verified" not in new:
                changes = [*changes, {"Name": f"{name}_verified", "Value": "false"}]
        return update({**data, "UserAttributes": changes})

    return updated
