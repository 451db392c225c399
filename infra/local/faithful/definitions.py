"""What a template says of a table and the emulator's CloudFormation forgets: `TimeToLiveSpecification`."""

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners


def install():
    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    handlers["create"], handlers["update"] = _with_expiry(handlers["create"]), _with_expiry(handlers["update"])


def _with_expiry(provision):
    def provisioned(name, *rest, **named):
        # create(logical_id, props, …) and update(physical_id, old_props, new_props, …)
        props, before = (rest[1], rest[0]) if len(rest) > 2 else (rest[0], {})
        table, attributes = provision(name, *rest, **named)
        wanted = props.get("TimeToLiveSpecification") or before.get("TimeToLiveSpecification")
        if wanted:
            enabled = "TimeToLiveSpecification" in props and str(wanted.get("Enabled")).lower() == "true"
            dynamodb._update_ttl({
                "TableName": table,
                "TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": wanted.get("AttributeName", "")}})
        return table, attributes

    return provisioned
