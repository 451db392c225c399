"""What a plan of AWS Backup takes in: the emulator's CloudFormation knows vaults and plans, and no selections."""

import json

from ministack.services import backup
from ministack.services.cloudformation import provisioners


def install():
    provisioners._RESOURCE_HANDLERS["AWS::Backup::BackupSelection"] = {
        "create": _create, "update": _update, "delete": _delete}


def _create(_logical_id, props, _stack_name):
    plan = props["BackupPlanId"]
    status, _, body = backup._create_selection(plan, {"BackupSelection": props["BackupSelection"]})
    made = json.loads(body)
    if status >= 400:
        raise ValueError(f"AWS::Backup::BackupSelection: {made}")
    return made["SelectionId"], {"SelectionId": made["SelectionId"], "BackupPlanId": plan}


def _update(physical_id, _old_props, new_props, stack_name):
    # Whatever changes, AWS replaces it.
    _delete(physical_id, {})
    return _create("", new_props, stack_name)


def _delete(physical_id, _props):
    backup._selections.pop(physical_id, None)
