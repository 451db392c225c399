//! The template's stores.

use std::collections::BTreeSet;

use serde_json::Value;
use vivier_data_map::{Map, Remover, Store, Table, map};
use vivier_tenancy::rooms::conversations::{BY_STATUS, EXPIRES_AT};

use super::{columns, differences, tables};
use crate::{
    nothing_wrong,
    template::{monitoring, resources, template},
};

/// The tables of the template, by their logical names.
const TABLES: &[(&str, Store)] = &[
    ("TenantsTable", Store::Registry),
    ("ProjectsTable", Store::Records),
    ("SessionsTable", Store::Sessions),
    ("AttemptsTable", Store::Attempts),
    ("RequestsTable", Store::Requests),
    ("LedgerTable", Store::Ledger),
    ("DeparturesTable", Store::Departures),
    ("BreachesTable", Store::Breaches),
    ("TasksTable", Store::Tasks),
];
/// Kinds of resources that hold data of ours, each looked at below.
const HOLDING: &[&str] = &[
    "AWS::DynamoDB::Table",
    "AWS::Kinesis::Stream",
    "AWS::SQS::Queue",
    "AWS::Logs::LogGroup",
    "AWS::Cognito::UserPool",
    "AWS::SNS::Topic",
];
/// Kinds of resources that hold none.
const EMPTY: &[&str] = &[
    "AWS::Serverless::Api",
    "AWS::Serverless::Function",
    "AWS::IAM::Role",
    "AWS::Cognito::UserPoolClient",
    "AWS::SES::EmailIdentity",
    "AWS::CloudFormation::Stack",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::KMS::Key",
    // Its address is the topic's.
    "AWS::SNS::Subscription",
];

fn unknown_kinds(template: &Value) -> Vec<String> {
    let all = template["Resources"].as_object().expect("the template has resources");
    all.iter()
        .filter_map(|(name, resource)| Some((name, resource["Type"].as_str()?)))
        .filter(|(_, kind)| !HOLDING.contains(kind) && !EMPTY.contains(kind))
        .map(|(name, kind)| format!("{name}: nobody says whether an {kind} holds data"))
        .collect()
}

/// What stands behind the stage in a name.
fn after_stage(name: &Value) -> String {
    let name = name["Fn::Sub"].as_str().expect("a name with the stage");
    name.split_once("${Stage}-").expect("a name with the stage").1.to_owned()
}

fn wrong_tables(map: &Map, template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (logical, table) in resources(template, "AWS::DynamoDB::Table") {
        let Some((_, store)) = TABLES.iter().find(|(known, _)| *known == logical) else {
            found.push(format!("{logical} is no store of the map of data"));
            continue;
        };
        let name = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let indexes =
            list(&table["GlobalSecondaryIndexes"]).iter().map(|index| name(&index["IndexName"])).collect();
        let mapped = map.tables(*store).flat_map(|table| table.indexes.clone()).collect();
        found.extend(differences(&format!("{logical}'s index"), &mapped, &indexes));
        for key in list(&table["AttributeDefinitions"]).iter().map(|key| name(&key["AttributeName"])) {
            if !map.tables(*store).any(|table| table.column(&key).is_some()) {
                found.push(format!("{logical}: no kind of item has the key {key}"));
            }
        }
        let expiry = table["TimeToLiveSpecification"]["AttributeName"].as_str();
        found.extend(map.tables(*store).filter_map(|table| wrong_expiry(table, expiry)));
    }
    found
}

/// What is removed by its expiry needs a table that looks at it.
fn wrong_expiry(table: &Table, expiry: Option<&str>) -> Option<String> {
    let expires = table.retention.by == Remover::Expiry;
    let holds = expiry.is_some_and(|name| table.column(name).is_some());
    (expires != holds).then(|| {
        format!(
            "{}/{}: it expires in the map of data or in its table alone",
            table.store.as_str(),
            table.name
        )
    })
}

fn names_of(template: &Value, kind: &str, property: &str) -> BTreeSet<String> {
    resources(template, kind).map(|(_, properties)| after_stage(&properties[property])).collect()
}

#[test]
fn every_resource_is_known_to_hold_data_or_none() {
    nothing_wrong(&[unknown_kinds(&template()), unknown_kinds(&monitoring())].concat());
}

#[test]
fn tables_and_their_indexes() {
    let template = template();
    let mut found = wrong_tables(map(), &template);
    let known: BTreeSet<String> = TABLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let there = resources(&template, "AWS::DynamoDB::Table").map(|(name, _)| name.to_owned()).collect();
    found.extend(differences("table", &known, &there));
    let mapped = map().tables(Store::Conversations).flat_map(|table| table.indexes.clone()).collect();
    found.extend(differences("conversations' index", &mapped, &[BY_STATUS.to_owned()].into()));
    let lasting = map().tables(Store::Conversations).filter(|table| table.column(EXPIRES_AT).is_none());
    found.extend(lasting.map(|table| format!("conversations/{}: it never expires", table.name)));
    nothing_wrong(&found);
}

#[test]
fn queues_topics_and_the_stream() {
    let template = template();
    let queues = names_of(&template, "AWS::SQS::Queue", "QueueName");
    let mut found = differences("queue", &tables(Store::Queues), &queues);
    found.extend(differences(
        "stream",
        &tables(Store::Stream),
        &names_of(&template, "AWS::Kinesis::Stream", "Name"),
    ));
    let topics = resources(&monitoring(), "AWS::SNS::Topic").map(|(name, _)| name.to_owned()).collect();
    found.extend(differences("topic", &tables(Store::Alarms), &topics));
    nothing_wrong(&found);
}

#[test]
fn logs_are_of_functions() {
    let template = template();
    let others = resources(&template, "AWS::Logs::LogGroup")
        .filter(|(_, group)| {
            let name = group["LogGroupName"]["Fn::Sub"].as_str().unwrap_or_default();
            !name.starts_with("/aws/lambda/vivier-${Stage}-")
        })
        .map(|(logical, _)| format!("{logical} is no function's"));
    nothing_wrong(&others.collect::<Vec<_>>());
    assert_eq!(tables(Store::Logs), ["functions".to_owned()].into());
}

#[test]
fn attributes_of_members() {
    let template = template();
    let (_, pool) = resources(&template, "AWS::Cognito::UserPool").next().expect("a user pool");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().expect("a name").to_owned();
    let mut real: BTreeSet<String> = list(&pool["UsernameAttributes"]).iter().map(text).collect();
    real.extend(list(&pool["Schema"]).iter().map(|one| format!("custom:{}", text(&one["Name"]))));
    for (_, client) in resources(&template, "AWS::Cognito::UserPoolClient") {
        real.extend(list(&client["WriteAttributes"]).iter().map(text));
    }
    real.extend(super::attributes::of_members());
    nothing_wrong(&differences("a member's attribute", &columns(Store::UserPool), &real));
}

mod would_notice {
    use super::*;
    use crate::template::sample;

    #[test]
    fn another_store_index_and_expiry() {
        let bucket = sample("  Files:\n    Type: AWS::S3::Bucket\n    Properties: {}\n");
        assert_eq!(unknown_kinds(&bucket).len(), 1);
        let table = "  NotesTable:\n    Type: AWS::DynamoDB::Table\n    Properties: {}\n";
        assert_eq!(wrong_tables(map(), &sample(table)), ["NotesTable is no store of the map of data"]);
        let table = "  AttemptsTable:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      \
                     AttributeDefinitions: [{ AttributeName: pk }, { AttributeName: owner }]\n      \
                     GlobalSecondaryIndexes: [{ IndexName: by_owner }]\n";
        let found = wrong_tables(map(), &sample(table)).join("\n");
        for sentence in
            ["by_owner is not in", "no kind of item has the key owner", "attempts/attempt: it expires"]
        {
            assert!(found.contains(sentence), "{sentence}: {found}");
        }
    }
}
