//! Nothing of the API opens without the authorizer, and there is no second API beside it.

use serde_json::{Value, json};

use super::{functions, model::resources, template};
use crate::nothing_wrong;

/// The routes that are open to whom nobody knows yet, and why. Everything else passes the authorizer.
const PUBLIC: &[(&str, &str)] = &[
    ("POST /v1/session", "logging in makes the caller known"),
    ("POST /v1/session/challenge", "the second step of logging in; its secret is the first step's answer"),
    (
        "POST /v1/password/forgotten",
        "whoever forgot the password cannot log in; the answer is always the same",
    ),
    ("POST /v1/password/reset", "its secret is the link that was mailed"),
    ("GET /v1/openapi.json", "it is the same for everybody and published"),
    ("GET /v1/alerts/page", "it is the same for everybody; what it does asks the authorizer"),
    ("GET /v1/privacy-requests/page", "it is the same for everybody; what it does asks the authorizer"),
];

/// Whether a route, as `GET /v1/offers`, is open to whom nobody knows yet.
pub(crate) fn is_public(route: &str) -> bool {
    PUBLIC.iter().any(|(known, _)| *known == route)
}

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
            let route = format!(
                "{} {}",
                properties["Method"].as_str().unwrap_or_default().to_uppercase(),
                properties["Path"].as_str().unwrap_or_default()
            );
            let public = is_public(&route)
                && properties["Auth"] == json!({"Authorizer": "NONE", "ApiKeyRequired": false});
            if value["Type"] == "Api" && !properties["Auth"].is_null() && !public {
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
