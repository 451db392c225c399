"""Data stays in the European Union, encrypted at rest and on its way (K4.1, K7.2): the template says so, as CloudFormation gets it.

Whatever kind of resource the template does not have yet is unknown here and fails, so that somebody says how it keeps these promises.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from samcli.yamlhelper import yaml_parse

from scanner.scan import ROOT, translate

Json = dict[str, Any]

REGIONS = ("eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3")
"""AWS's regions in the European Union. `eu-west-2` is London, `eu-central-2` Zurich."""
HERE = "${AWS::Region}"
THERE = "${BackupRegion}"
"""The second site: a parameter that only takes regions of the Union."""
GLOBAL = ("iam", "s3")
"""Services whose names of resources hold no region: there is one of the name, and the role or the bucket is where it was made."""
A_REGION = re.compile(r"\b(?:af|ap|ca|cn|eu|eusc|il|me|mx|sa|us)(?:-[a-z]+)+-(?:\d\b|\*)|\beu-\*")


def at(properties: Json, path: str) -> Any:
    """What lies at a path, if anything does."""
    found: Any = properties
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def one_of(*wanted: tuple[str, object]) -> Callable[[Json], bool]:
    """One of some places has the value that it should have; `...` stands for any key."""
    return lambda properties: any(
        at(properties, path) not in (None, False, "") if value is ... else at(properties, path) == value for path, value in wanted
    )


def strict(api: Json) -> bool:
    """An API that speaks TLS 1.2 or newer alone, from its region and not from edges all over the world."""
    return (
        bool(re.match(r"SecurityPolicy_TLS13_1_[23]_", api.get("SecurityPolicy", "")))
        and api.get("EndpointAccessMode") == "STRICT"
        and at(api, "EndpointConfiguration.Types") == ["REGIONAL"]
    )


def tells_ca(function: Json) -> bool:
    """A function that speaks to the database knows the authority that it must have been signed by; none is sent to another region."""
    variables = at(function, "Environment.Variables") or {}
    elsewhere = [name for name in variables if name in ("AWS_REGION", "AWS_DEFAULT_REGION") or name.startswith("AWS_ENDPOINT_URL")]
    return not elsewhere and ("DATABASE_HOST" not in variables or bool(variables.get("DATABASE_TLS_CA")))


AWS_DOES = "AWS encrypts it at rest, always, with a key of its own"
NOTHING = "holds no data"

PROMISES: dict[str, Callable[[Json], bool] | str] = {
    "AWS::Backup::BackupVault": one_of(("EncryptionKeyArn", ...)),
    "AWS::DynamoDB::Table": one_of(("SSESpecification.SSEEnabled", True)),
    "AWS::Kinesis::Stream": one_of(("StreamEncryption.EncryptionType", "KMS")),
    "AWS::S3::Bucket": one_of(("BucketEncryption.ServerSideEncryptionConfiguration", ...)),
    "AWS::SNS::Topic": one_of(("KmsMasterKeyId", ...)),
    "AWS::SQS::Queue": one_of(("SqsManagedSseEnabled", True), ("KmsMasterKeyId", ...)),
    "AWS::ApiGateway::RestApi": strict,
    "AWS::Lambda::Function": tells_ca,
    # No cache and no access log: nothing of a request stays there.
    "AWS::ApiGateway::Stage": lambda stage: not stage.get("CacheClusterEnabled") and not stage.get("AccessLogSetting"),
    "AWS::Logs::LogGroup": AWS_DOES,
    "AWS::Cognito::UserPool": AWS_DOES,
    "AWS::ApiGateway::Deployment": NOTHING,
    "AWS::Backup::BackupPlan": "where it puts what it takes in is read below",
    "AWS::Backup::BackupSelection": NOTHING,
    "AWS::CloudFormation::Stack": "read here as well, and deployed beside its parent",
    "AWS::CloudWatch::Alarm": NOTHING,
    "AWS::CloudWatch::Dashboard": NOTHING,
    "AWS::Cognito::UserPoolClient": NOTHING,
    "AWS::Events::Rule": NOTHING,
    "AWS::IAM::Role": NOTHING,
    "AWS::KMS::Key": NOTHING,
    "AWS::Lambda::EventInvokeConfig": NOTHING,
    "AWS::Lambda::EventSourceMapping": NOTHING,
    "AWS::Lambda::Permission": NOTHING,
    "AWS::SES::EmailIdentity": NOTHING,
    "AWS::SNS::Subscription": NOTHING,
}
"""A kind of resource, and how its properties show that it keeps the promises; or why they need not."""


def broken(template: Json) -> list[str]:
    """Resources that break a promise, and those of a kind that nobody has thought about."""
    found = []
    for name, resource in template["Resources"].items():
        promise = PROMISES.get(resource["Type"])
        if promise is None:
            found.append(f"{name}: how does a {resource['Type']} keep data encrypted and in the European Union?")
        elif callable(promise) and not promise(resource.get("Properties", {})):
            found.append(f"{name} ({resource['Type']})")
    return found


def texts(node: Any) -> Iterator[str]:
    """Every text of a template, keys too."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield str(key)
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)


def abroad(template: Json) -> list[str]:
    """Texts that name a region outside the Union, a pattern that reaches there, or an address that is in no region."""
    found = []
    for text in texts({name: part for name, part in template.items() if name != "Rules"}):
        found += [text for region in A_REGION.findall(text) if region not in REGIONS]
        for service, region in re.findall(r"arn:[^:]+(?:::Partition})?:([a-z0-9-]+):(\$\{AWS::Region\}|[^:]*):", text):
            if region not in (HERE, THERE, *REGIONS) and not (region == "" and service in GLOBAL):
                found.append(text)
        for address in re.findall(r"https?://([^/\s\"']*amazonaws\.com)", text):
            if HERE not in address and not any(region in address for region in REGIONS):
                found.append(text)
    return found


def models(template: Json) -> list[str]:
    """What statements let Bedrock be asked for, as texts."""
    found = []
    for resource in template["Resources"].values():
        for policy in at(resource, "Properties.Policies") or []:
            for statement in at(policy, "PolicyDocument.Statement") or []:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                if any(action.startswith("bedrock") for action in actions):
                    found += [at(one, "Fn::Sub") if isinstance(one, dict) else one for one in statement["Resource"]]
    return found


@pytest.fixture(scope="module")
def template() -> Json:
    return json.loads(json.dumps(translate((ROOT / "template.yaml").read_text()), default=str))


@pytest.fixture(scope="module")
def nested(template: Json) -> list[Json]:
    """The templates that it deploys beside itself."""
    stacks = [one["Properties"]["TemplateURL"] for one in template["Resources"].values() if one["Type"] == "AWS::CloudFormation::Stack"]
    return [yaml_parse((ROOT / file).read_text()) for file in stacks]


class TestRegion:
    def test_a_rule_refuses_all_others(self, template: Json):
        (assertion,) = template["Rules"]["EuropeanUnion"]["Assertions"]
        assert assertion["Assert"] == {"Fn::Contains": [list(REGIONS), {"Ref": "AWS::Region"}]}
        assert "RuleCondition" not in template["Rules"]["EuropeanUnion"]

    @pytest.mark.parametrize("region", [*REGIONS, "eu-west-2", "eu-central-2", "us-east-1"])
    def test_the_cloud_holds_it(self, template: Json, region: str, monkeypatch: pytest.MonkeyPatch):
        engine = pytest.importorskip("ministack.services.cloudformation.engine")
        monkeypatch.setattr(engine, "get_region", lambda: region)
        rules = template["Rules"]
        if region in REGIONS:
            return engine._evaluate_rules({"Rules": {"EuropeanUnion": rules["EuropeanUnion"]}}, {}, {})
        with pytest.raises(ValueError, match="European Union"):
            engine._evaluate_rules({"Rules": {"EuropeanUnion": rules["EuropeanUnion"]}}, {}, {})

    def test_the_second_site_is_another(self, template: Json, monkeypatch: pytest.MonkeyPatch):
        engine = pytest.importorskip("ministack.services.cloudformation.engine")
        assert template["Parameters"]["BackupRegion"]["AllowedValues"] == list(REGIONS)
        monkeypatch.setattr(engine, "get_region", lambda: "eu-west-3")
        engine._evaluate_rules(template, {"BackupRegion": {"Value": "eu-central-1"}}, {})
        with pytest.raises(ValueError, match="another region"):
            engine._evaluate_rules(template, {"BackupRegion": {"Value": "eu-west-3"}}, {})

    def test_nothing_is_abroad(self, template: Json, nested: list[Json]):
        assert [abroad(one) for one in (template, *nested)] == [[]] * (1 + len(nested))

    def test_models_that_write_are_asked_here(self, template: Json):
        asked = models(template)
        name = r"arn:\$\{AWS::Partition\}:bedrock:(\$\{AWS::Region\}|[a-z0-9-]+):.*:(foundation-model/\*|inference-profile/eu\.\*)"
        places = [re.fullmatch(name, one) for one in asked]
        assert asked and all(places)
        assert {place[1] for place in places if place} == {HERE, *REGIONS}

    @pytest.mark.parametrize(
        "text",
        [
            "arn:aws:sqs:us-east-1:1:q", "arn:aws:s3:*:1:b", "arn:aws:lambda::1:f", "arn:${AWS::Partition}:bedrock:eu-*::foundation-model/*",
            "eu-west-2", "ap-southeast-1", "us-gov-west-1", "https://s3.amazonaws.com/bucket", "https://textract.eu-central-2.amazonaws.com",
        ],
    )  # fmt: skip
    def test_would_be_noticed(self, template: Json, text: str):
        assert abroad(template | {"Outputs": {"A": {"Value": {"Fn::Sub": text}}}})


class TestEncryption:
    def test_of_every_resource(self, template: Json, nested: list[Json]):
        assert [broken(one) for one in (template, *nested)] == [[]] * (1 + len(nested))

    def test_the_stores_are_there(self, template: Json, nested: list[Json]):
        kinds = {one["Type"] for part in (template, *nested) for one in part["Resources"].values()}
        assert kinds == set(PROMISES) - {"AWS::S3::Bucket"}, "buckets are tenants' own and made with them; the others are in use"

    @pytest.mark.parametrize(
        ("name", "places"),
        [
            ("TenantsTable", ["SSESpecification"]), ("EventsStream", ["StreamEncryption"]), ("EventsDeadQueue", ["SqsManagedSseEnabled"]),
            ("Api", ["SecurityPolicy"]), ("Api", ["EndpointAccessMode"]), ("Api", ["EndpointConfiguration"]),
            ("Search", ["Environment", "Variables"]), ("Chat", ["Environment", "Variables"]),
        ],
    )  # fmt: skip
    def test_its_lack_would_be_noticed(self, template: Json, name: str, places: list[str]):
        worse = {"Resources": {name: copy.deepcopy(template["Resources"][name])}}
        inside = worse["Resources"][name]["Properties"]
        if places == ["Environment", "Variables"]:
            variables = inside["Environment"]["Variables"]
            variables.pop("DATABASE_TLS_CA", None) or variables.update(AWS_REGION="eu-west-1")
        else:
            del inside[places[0]]
        assert len(broken(worse)) == 1

    @pytest.mark.parametrize("policy", ["TLS_1_0", "TLS_1_2", "SecurityPolicy_TLS12_2018_EDGE"])
    def test_an_older_policy_would_be_noticed(self, template: Json, policy: str):
        assert not strict(template["Resources"]["Api"]["Properties"] | {"SecurityPolicy": policy})

    def test_an_unknown_kind_fails(self):
        assert broken({"Resources": {"A": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {}}}})
        assert broken({"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}) == ["A (AWS::S3::Bucket)"]
