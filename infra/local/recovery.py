"""Backing a stack up and having it back (K8.2): what AWS Backup, RDS and point-in-time recovery do in AWS, done here with PostgreSQL's own
tools and DynamoDB's own backups.

In no backup, as in AWS (`infra/backups.yaml`): the ledger of erasures, sessions, attempts, answers to requests.
"""

import shutil
import time
from dataclasses import dataclass, field

LASTING = ("tenants", "projects", "tasks")
"""The stage's own tables that are backed up."""


@dataclass
class Backup:
    """What was taken, and how long that took in seconds."""

    folder: object
    tables: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    seconds: float = 0.0
    bytes: int = 0


def lasting_tables(stage, client):
    """The names of the tables that are backed up."""
    names = [name for page in client.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    return [name for name in names
            if name.startswith(f"vivier-{stage}-conversations-") or name in {f"vivier-{stage}-{one}" for one in LASTING}]


def tenants_buckets(stage, client):
    """The names of tenants' buckets."""
    names = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    return [name for name in names if name.startswith(f"vivier-{stage}-") and len(name.rpartition("-")[2]) == 32]


def take(running):
    """Backs up everything that lasts. The database's changes are copied from then on."""
    begun = time.monotonic()
    stage, backup = running.stack.name, Backup(running.stack.folder / "backup")
    running.database.back_up(backup.folder)
    dynamodb, s3 = running.cloud.client("dynamodb"), running.cloud.client("s3")
    for table in lasting_tables(stage, dynamodb):
        made = dynamodb.create_backup(TableName=table, BackupName="drill")
        backup.tables[table] = made["BackupDetails"]["BackupArn"]
    for bucket in tenants_buckets(stage, s3):
        for key in _keys(s3, bucket):
            place = backup.folder / "files" / bucket / key
            place.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(bucket, key, str(place))
            backup.files[bucket, key] = place
    backup.seconds = time.monotonic() - begun
    backup.bytes = sum(file.stat().st_size for file in backup.folder.rglob("*") if file.is_file())
    return backup


def restore_database(running, backup, until=None):
    """The whole database as it was at the moment `until`, or as it was at the last change that was copied."""
    running.database.restore(backup.folder, until)


def restore_table(running, backup, table):
    """A table as it was when it was backed up. AWS restores beside what is there, under another name; what is there goes first,
    so that the name stays."""
    dynamodb = running.cloud.client("dynamodb")
    expiry = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    dynamodb.delete_table(TableName=table)
    dynamodb.get_waiter("table_not_exists").wait(TableName=table)
    dynamodb.restore_table_from_backup(TargetTableName=table, BackupArn=backup.tables[table])
    dynamodb.get_waiter("table_exists").wait(TableName=table)
    # A restored table has neither its expiry nor its recovery.
    if "AttributeName" in expiry:
        dynamodb.update_time_to_live(
            TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": expiry["AttributeName"]})
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})


def restore_bucket(running, backup, bucket):
    """A bucket's files as they were: what came since goes."""
    s3 = running.cloud.client("s3")
    wanted = {key: place for (one, key), place in backup.files.items() if one == bucket}
    for key in _keys(s3, bucket):
        if key not in wanted:
            s3.delete_object(Bucket=bucket, Key=key)
    for key, place in wanted.items():
        s3.upload_file(str(place), bucket, key)


def forget(running, backup):
    """Removes a backup."""
    running.database.stop_copying()
    dynamodb = running.cloud.client("dynamodb")
    for arn in backup.tables.values():
        dynamodb.delete_backup(BackupArn=arn)
    shutil.rmtree(backup.folder, ignore_errors=True)


def _keys(s3, bucket):
    return [entry["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
            for entry in page.get("Contents", [])]
