"""Building the functions and putting template.yaml into the cloud of a stack, with the unmodified `sam deploy`."""

import hashlib
import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

from local import access
from local.console import run, run_quietly, step
from local.settings import FUNCTIONS, HOST, MODEL, REFERENCE, REGION, ROOT, SetupError

TEMPLATE = ROOT / "template.yaml"
PACKAGES = ROOT / "target" / "lambda"
#: Where the deployer puts packages, per stack.
ARTIFACTS = "vivier-{}-artifacts"
STANDING = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
#: A first deployment that failed can only be deleted.
NEVER_STOOD = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")


def functions():
    """The names of the functions: one folder each."""
    return sorted(manifest.parent.name for manifest in FUNCTIONS.glob("*/Cargo.toml"))


def build():
    """Compiles every function and lays each binary out as `target/lambda/<function>/bootstrap`."""
    run(["cargo", "build", "--workspace", "--bins"], "The build", cwd=ROOT)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
    for name in functions():
        source, package = target / name, PACKAGES / name / "bootstrap"
        package.parent.mkdir(parents=True, exist_ok=True)
        if _mark(source) != _mark(package):
            part = package.with_suffix(".part")
            shutil.copy2(source, part)
            part.chmod(0o755)
            part.replace(package)


def deploy(stack, cloud, database):
    """Brings the stack in the cloud to what template.yaml and the packages say, and writes `stack.json`.

    Nothing is deployed when neither has changed since the last time.
    """
    parameters = _parameters(stack, database)
    stamp_file, stamp = stack.folder / "deployed.sha256", _stamp(parameters)
    access.store_database_admin(cloud, stack, database.admin())
    access.ensure_operator(cloud, stack)
    status = _status(cloud, stack)
    if status in NEVER_STOOD:
        cloud.client("cloudformation").delete_stack(StackName=stack.cloudformation)
    unchanged = stack.outputs.exists() and stamp_file.exists() and stamp_file.read_text() == stamp
    if not (unchanged and status in STANDING):
        with step(f"Deploying template.yaml as {stack.name}"):
            _sam_deploy(stack, cloud, parameters)
        _write_outputs(stack, cloud, database)
        with step(f"Migrating the shared database of {stack.name}"):
            migrate(stack, cloud)
        stamp_file.write_text(stamp)
    return json.loads(stack.outputs.read_text())


def migrate(stack, cloud):
    """Asks the function `tenants`, as the operator, to bring every database to the newest schema."""
    operator = json.loads((stack.folder / "operator.json").read_text())
    answer = cloud.client("lambda", operator).invoke(
        FunctionName=f"vivier-{stack.name}-tenants", Payload=json.dumps({"operation": "migrate"}))
    body = answer["Payload"].read().decode(errors="replace")
    if "FunctionError" in answer:
        raise SetupError(f"The migration failed: {body}\nSee {stack.logs}/vivier-{stack.name}-tenants.log")


def pdfium():
    """The native PDF reader that a Python package carries."""
    package = importlib.util.find_spec("pypdfium2_raw")
    return Path(package.origin).parent / "libpdfium.so"


def _parameters(stack, database):
    """Values for those of template.yaml's parameters that this machine decides."""
    from samcli.yamlhelper import yaml_parse

    values = {
        "Stage": stack.name,
        "Architecture": "x86_64",
        "DatabaseHost": "localhost",
        "DatabasePort": str(stack.database_port),
        "DatabaseTlsCa": str(database.ca),
        "ModelPath": str(MODEL),
        "ReferencePath": str(REFERENCE),
        "PdfiumPath": str(pdfium()),
        "IdentityEndpoint": stack.url,
        # Partners' servers of the tests and of a demonstration run on this machine. Its other addresses stay out of reach.
        "OutsideExtraRanges": f"{HOST},::1",
        "OutsideExtraCa": str(database.ca),
    }
    declared = yaml_parse(TEMPLATE.read_text()).get("Parameters") or {}
    for name, declaration in declared.items():
        if name not in values and "Default" not in declaration:
            raise SetupError(f"template.yaml asks for the parameter {name}, which the local cloud has no value for.")
    return {name: value for name, value in values.items() if name in declared}


def _sam_deploy(stack, cloud, parameters):
    bucket = ARTIFACTS.format(stack.name)
    s3 = cloud.client("s3")
    if bucket in {found["Name"] for found in s3.list_buckets()["Buckets"]}:
        # What earlier deployments left there was copied into the functions then.
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for entry in page.get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=entry["Key"])
    else:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    run_quietly(
        [Path(sys.executable).parent / "sam", "deploy", "--template", TEMPLATE,
         "--stack-name", stack.cloudformation,
         "--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND",
         "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--s3-bucket", bucket, "--region", REGION,
         "--no-progressbar", "--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items())],
        "The deployment", stack.logs / "deploy.log", cwd=ROOT, env=cloud.deployer_environment())


def _write_outputs(stack, cloud, database):
    formation = cloud.client("cloudformation")
    described = formation.describe_stacks(StackName=stack.cloudformation)["Stacks"][0]
    resources = [resource for page in formation.get_paginator("list_stack_resources").paginate(
        StackName=stack.cloudformation) for resource in page["StackResourceSummaries"]]

    def physical(kind):
        return next((resource["PhysicalResourceId"] for resource in resources if resource["ResourceType"] == kind), None)

    api, stage = physical("AWS::ApiGateway::RestApi"), physical("AWS::ApiGateway::Stage")
    stack.outputs.write_text(json.dumps({
        "stage": stack.name,
        "region": REGION,
        "endpoint_url": stack.url,
        "api_id": api,
        "api_stage": stage,
        "api_url": f"{stack.url}/_aws/execute-api/{api}/{stage}",
        "api_host": f"{api}.execute-api.localhost:{stack.port}",
        "user_pool_id": physical("AWS::Cognito::UserPool"),
        "user_pool_client_id": physical("AWS::Cognito::UserPoolClient"),
        "outputs": {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])},
        "functions": {name: f"vivier-{stack.name}-{name}" for name in functions()},
        "database": {"host": "localhost", "address": HOST, "port": stack.database_port, "tls_ca": str(database.ca)},
        "operator_file": str(stack.folder / "operator.json"),
        "administrator_file": str(stack.folder / "administrator.json"),
        "database_admin_file": str(stack.folder / "database-admin.json"),
        "model_path": str(MODEL),
        "pdfium_path": str(pdfium()),
    }, indent=2))


def _status(cloud, stack):
    """The deployment's status in CloudFormation's words; None when there is none."""
    formation = cloud.client("cloudformation")
    try:
        return formation.describe_stacks(StackName=stack.cloudformation)["Stacks"][0]["StackStatus"]
    except formation.exceptions.ClientError:
        return None


def _stamp(parameters):
    """Changes whenever a deployment would: templates, definitions they include, parameters, packages."""
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode())
    for file in [TEMPLATE, *sorted((ROOT / "infra").glob("*.yaml"))]:
        digest.update(file.read_bytes())
    for name in functions():
        digest.update(repr((name, _mark(PACKAGES / name / "bootstrap"))).encode())
    return digest.hexdigest()


def _mark(file):
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns
