//! Nothing of the API opens without the authorizer, and there is no second API beside it.

use serde_json::Value;

use super::{functions, model::resources, template};
use crate::nothing_wrong;

/// What would be a door beside the authorizer's.
const SIDE_DOORS: &[&str] = &[
    "AWS::Serverless::HttpApi",
    "AWS::ApiGateway::Method",
    "AWS::ApiGatewayV2::Api",
    "AWS::Lambda::Url",
    "AWS::Lambda::Permission",
];

fn wrong(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, api) in resources(template, "AWS::Serverless::Api") {
        let auth = &api["Auth"];
        let default = auth["DefaultAuthorizer"].as_str().unwrap_or("NONE");
        if auth["Authorizers"][default]["FunctionArn"]["Fn::GetAtt"][0] != "Authorizer" {
            found.push(format!("{name}: a route is not guarded by the authorizer unless it says so"));
        }
        if auth["Authorizers"][default]["Identity"]["ReauthorizeEvery"] != 0 {
            found.push(format!("{name}: the gateway remembers decisions, so a revoked key goes on working"));
        }
    }
    for kind in SIDE_DOORS {
        found.extend(
            resources(template, kind)
                .map(|(name, _)| format!("{name}: {kind} is a door beside the authorizer's")),
        );
    }
    for function in functions(template) {
        let name = &function.logical;
        if !function.properties["FunctionUrlConfig"].is_null() {
            found.push(format!("{name}: a function URL is a door beside the authorizer's"));
        }
        for (event, value) in function.properties["Events"].as_object().into_iter().flatten() {
            let properties = &value["Properties"];
            if value["Type"] == "Api" && !properties["Auth"].is_null() {
                found.push(format!("{name}: the route {event} chooses its own authorization"));
            }
            if value["Type"] == "Api" && properties["RestApiId"]["Ref"].is_null() {
                found.push(format!("{name}: the route {event} belongs to no API of the template"));
            }
        }
    }
    found
}

#[test]
fn every_route_passes_the_authorizer() {
    nothing_wrong(&wrong(&template()));
}

#[test]
fn an_open_door_would_be_noticed() {
    let found = wrong(&super::sample(
        "  Api:\n    Type: AWS::Serverless::Api\n    Properties: { StageName: x }\n  \
           Side:\n    Type: AWS::Serverless::HttpApi\n  \
           Search:\n    Type: AWS::Serverless::Function\n    Properties:\n      FunctionUrlConfig: { AuthType: NONE }\n      \
             Events:\n        Open: { Type: Api, Properties: { Path: /, Method: get, Auth: { Authorizer: NONE } } }\n",
    ));
    for sentence in [
        "Api: a route is not guarded",
        "Api: the gateway remembers",
        "Side: AWS::Serverless::HttpApi",
        "Search: a function URL",
        "Open chooses its own",
        "Open belongs to no API",
    ] {
        assert!(found.iter().any(|line| line.contains(sentence)), "{sentence}: {found:?}");
    }
}
