//! At rest everything is encrypted (K7.2), logs live 90 days at most (K8.1a), and what fails for good is kept.

use serde_json::{Value, json};

use super::{Trigger, functions, model::resources, template};
use crate::nothing_wrong;

/// The most days of a system log (K8.1a).
const LOG_DAYS: u64 = 90;

/// A resource type, and the places of which one must say that it is encrypted.
const ENCRYPTED: &[(&str, &[&str])] = &[
    ("AWS::DynamoDB::Table", &["/SSESpecification/SSEEnabled"]),
    ("AWS::SQS::Queue", &["/SqsManagedSseEnabled", "/KmsMasterKeyId"]),
    ("AWS::SNS::Topic", &["/KmsMasterKeyId"]),
    ("AWS::Kinesis::Stream", &["/StreamEncryption/KeyId"]),
    ("AWS::S3::Bucket", &["/BucketEncryption/ServerSideEncryptionConfiguration"]),
    ("AWS::RDS::DBCluster", &["/StorageEncrypted"]),
    ("AWS::RDS::DBInstance", &["/StorageEncrypted"]),
];

fn set(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_null() && value != &json!(false))
}

fn unencrypted(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (kind, places) in ENCRYPTED {
        for (name, properties) in resources(template, kind) {
            if !places.iter().any(|place| set(properties.pointer(place))) {
                found.push(format!("{name} ({kind}) is not encrypted"));
            }
        }
    }
    found
}

fn logs(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let groups: Vec<_> = resources(template, "AWS::Logs::LogGroup").collect();
    for (name, group) in &groups {
        match group["RetentionInDays"].as_u64() {
            Some(days) if days <= LOG_DAYS => {}
            _ => found.push(format!("{name}: keeps its log longer than {LOG_DAYS} days")),
        }
    }
    for function in functions(template) {
        let name = function.properties["FunctionName"]["Fn::Sub"].as_str().unwrap_or_default();
        let group = json!({"Fn::Sub": format!("/aws/lambda/{name}")});
        if name.is_empty() || !groups.iter().any(|(_, properties)| properties["LogGroupName"] == group) {
            found.push(format!("{}: has no log group, so its log would never end", function.logical));
        }
    }
    found
}

/// An event that fails every time goes to a queue: otherwise it is lost, and nobody knows.
fn lost_events(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for function in functions(template) {
        let properties = &function.properties;
        let asynchronous =
            function.known().any(|trigger| matches!(trigger, Trigger::File | Trigger::Schedule));
        if asynchronous
            && !set(properties.pointer("/EventInvokeConfig/DestinationConfig/OnFailure/Destination"))
        {
            found.push(format!("{}: an event that fails for good is lost", function.logical));
        }
        let events = properties["Events"].as_object().into_iter().flatten();
        for (name, event) in events.filter(|(_, event)| event["Type"] == "Kinesis") {
            let stream = &event["Properties"];
            let bounded = stream["MaximumRetryAttempts"].as_i64().is_some_and(|attempts| attempts >= 0);
            let reported = stream["FunctionResponseTypes"] == json!(["ReportBatchItemFailures"]);
            let kept = set(stream.pointer("/DestinationConfig/OnFailure/Destination"));
            if !(bounded && reported && kept && stream["BisectBatchOnFunctionError"] == true) {
                found.push(format!(
                    "{}: {name}: one bad record holds up the others or is lost",
                    function.logical
                ));
            }
        }
    }
    found
}

#[test]
fn everything_at_rest_is_encrypted() {
    nothing_wrong(&unencrypted(&template()));
}

#[test]
fn every_log_ends() {
    nothing_wrong(&logs(&template()));
}

#[test]
fn no_event_is_lost_silently() {
    nothing_wrong(&lost_events(&template()));
}

mod would_notice {
    use super::*;
    use crate::template::sample;

    #[test]
    fn plain_stores() {
        for (kind, _) in ENCRYPTED {
            assert_eq!(
                unencrypted(&sample(&format!("  A:\n    Type: {kind}\n    Properties: {{ Name: a }}\n")))
                    .len(),
                1
            );
        }
        let off = "  A:\n    Type: AWS::SQS::Queue\n    Properties: { SqsManagedSseEnabled: false }\n";
        assert_eq!(unencrypted(&sample(off)).len(), 1);
    }

    #[test]
    fn logs_without_an_end() {
        let function =
            "  A:\n    Type: AWS::Serverless::Function\n    Properties: { FunctionName: !Sub a }\n";
        assert_eq!(logs(&sample(function)).len(), 1);
        let group = |days: &str| {
            format!(
                "{function}  L:\n    Type: AWS::Logs::LogGroup\n    Properties: {{ LogGroupName: !Sub /aws/lambda/a{days} }}\n"
            )
        };
        assert_eq!(logs(&sample(&group(""))).len(), 1);
        assert_eq!(logs(&sample(&group(", RetentionInDays: 365"))).len(), 1);
        assert_eq!(logs(&sample(&group(", RetentionInDays: 90"))).len(), 0);
    }

    #[test]
    fn events_that_would_be_lost() {
        let found = lost_events(&sample(
            "  A:\n    Type: AWS::Serverless::Function\n    Properties:\n      Events:\n        \
             T: { Type: Schedule, Properties: { Schedule: rate(1 day) } }\n        \
             S: { Type: Kinesis, Properties: { MaximumRetryAttempts: -1 } }\n",
        ));
        assert_eq!(found.len(), 2, "{found:?}");
    }
}

#[test]
fn the_code_and_the_template_know_the_same_regions() {
    let text = crate::workspace::read("template.yaml");
    let line = text.lines().find(|line| line.contains("!Ref AWS::Region]") && line.contains("!Contains"));
    let list = line.and_then(|line| line.split_once("[[")?.1.split_once(']')).map(|(list, _)| list);
    let named: Vec<&str> = list.expect("a rule about the region").split(", ").collect();
    assert_eq!(named, vivier_tenancy::REGIONS);
}
