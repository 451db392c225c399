//! The third lock: a function's own role reaches no tenant's data; a role beside it does, for one tenant at a time,
//! and only that function may assume it.

use serde_json::Value;

use super::{functions, model::resources, template};
use crate::nothing_wrong;

/// Makes and removes tenants' stores, so its own role names all of them. It reads and writes no data in them.
const MAKER: &str = "Tenants";
/// Actions on data, by their beginning.
const DATA: &[&str] = &[
    "s3:GetObject",
    "s3:PutObject",
    "s3:*",
    "dynamodb:*",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
];

/// An IAM statement.
struct Statement {
    owner: String,
    actions: Vec<String>,
    resources: Vec<String>,
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Object(tag) => match tag.iter().next() {
            Some((_, Value::String(text))) => vec![text.clone()],
            Some((_, Value::Array(path))) => {
                vec![path.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".")]
            }
            _ => vec![value.to_string()],
        },
        _ => Vec::new(),
    }
}

fn statements(owner: &str, document: &Value) -> Vec<Statement> {
    let list = document["Statement"].as_array().into_iter().flatten();
    list.map(|statement| Statement {
        owner: owner.to_owned(),
        actions: texts(&statement["Action"]),
        resources: texts(&statement["Resource"]),
    })
    .collect()
}

fn of_functions(template: &Value) -> Vec<Statement> {
    let each = functions(template).into_iter().flat_map(|function| {
        let documents = function.properties["Policies"].as_array().cloned().unwrap_or_default();
        documents.iter().flat_map(|document| statements(&function.logical, document)).collect::<Vec<_>>()
    });
    each.collect()
}

fn of_roles(template: &Value) -> Vec<Statement> {
    let each = resources(template, "AWS::IAM::Role").flat_map(|(name, role)| {
        let policies = role["Policies"].as_array().cloned().unwrap_or_default();
        policies.iter().flat_map(|policy| statements(name, &policy["PolicyDocument"])).collect::<Vec<_>>()
    });
    each.collect()
}

/// A role, and an action of it whose objects have no names in AWS: a telephone number is no resource, and neither is
/// an image in a request, a key that is still to be made, or the list of all keys' names.
const UNNAMED: &[(&str, &str)] = &[
    ("SmsRole", "sns:Publish"),
    ("IngestTenantRole", "textract:DetectDocumentText"),
    (MAKER, "kms:CreateKey"),
    (MAKER, "kms:ListAliases"),
];

/// Whether a resource stands for every tenant's: what a tenant's name would fill is a `*`.
fn spans_tenants(resource: &str) -> bool {
    let ends = [
        "vivier-${Stage}-*",
        "conversations-*",
        "/database/*",
        "/feeds/*",
        "/resume-parser/*",
        "dbuser:*/vivier_${Stage}_*",
    ];
    ends.iter().any(|end| resource.contains(end))
        || resource.ends_with(":::*")
        || resource.ends_with("table/*")
}

fn wrong_grants(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for function in functions(template) {
        // A managed policy or a policy template of SAM lists its actions elsewhere: nobody here reads them.
        let policies = function.properties["Policies"].as_array().cloned().unwrap_or_default();
        if policies.iter().any(|policy| policy["Statement"].is_null())
            || !function.properties["Role"].is_null()
        {
            found.push(format!("{}: takes rights that do not stand in the template", function.logical));
        }
    }
    let (own, roles) = (of_functions(template), of_roles(template));
    for statement in own.iter().chain(&roles) {
        let owner = &statement.owner;
        for action in statement.actions.iter().filter(|action| action.ends_with('*')) {
            found.push(format!("{owner}: the action {action} is a wildcard"));
        }
        let unnamed = !statement.actions.is_empty()
            && statement.actions.iter().all(|action| UNNAMED.contains(&(owner.as_str(), action.as_str())));
        if !unnamed
            && (statement.resources.is_empty() || statement.resources.iter().any(|resource| resource == "*"))
        {
            found.push(format!("{owner}: {} on every resource there is", statement.actions.join(", ")));
        }
    }
    for statement in &own {
        for resource in statement.resources.iter().filter(|resource| spans_tenants(resource)) {
            let owner = &statement.owner;
            if owner != MAKER {
                found.push(format!("{owner}: its own role names every tenant's {resource}"));
            } else if statement.actions.iter().any(|action| DATA.iter().any(|data| action.starts_with(data)))
            {
                found.push(format!("{owner}: reads or writes every tenant's {resource}"));
            }
        }
    }
    for statement in roles.iter().filter(|statement| statement.owner.ends_with("TenantRole")) {
        // The administrator's and the shared database's logins lie beside the tenants'.
        for resource in statement.resources.iter().filter(|resource| resource.contains("/database/*")) {
            found.push(format!("{}: may read logins that are no tenant's: {resource}", statement.owner));
        }
    }
    found
}

/// Functions that enter the shared database as a role of their own, each with that role's word: the one that puts together what
/// candidates search for, the one that removes, the one that takes everything along, and the one that counts.
const OWN_ROLES: &[(&str, &str)] = &[
    ("Metrics", "metrics"),
    ("Retention", "retention"),
    ("Departure", "departure"),
    ("Breaches", "breaches"),
];
/// The word of the others' role.
const REST: &str = "app";

/// The word of the role on the shared database whose secret or login a resource is.
fn pool_role(resource: &str) -> Option<&str> {
    let (_, role) = resource.rsplit_once("/vivier_${Stage}_")?;
    Some(role.strip_suffix("-*").unwrap_or(role))
}

fn wrong_logins(template: &Value) -> Vec<String> {
    let (mut found, own) = (Vec::new(), of_functions(template));
    for function in functions(template) {
        let logical = &function.logical;
        let told = function.properties["Environment"]["Variables"]["DATABASE_ROLE"].as_str().unwrap_or(REST);
        let right = OWN_ROLES.iter().find(|(owner, _)| owner == logical).map_or(REST, |(_, role)| *role);
        if told != right {
            found.push(format!("{logical}: enters the shared database as {told} instead of {right}"));
        }
        for resource in own.iter().filter(|statement| statement.owner == *logical).flat_map(|s| &s.resources)
        {
            if pool_role(resource).is_some_and(|role| role != right) {
                found.push(format!("{logical}: may enter the shared database by {resource}"));
            }
        }
    }
    found
}

fn wrong_tenant_roles(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let roles: Vec<_> = resources(template, "AWS::IAM::Role").collect();
    let own = of_functions(template);
    let mut expected = Vec::new();
    for function in functions(template) {
        let (logical, name) = (&function.logical, function.name());
        let arn = &function.properties["Environment"]["Variables"]["TENANT_ROLE_ARN"];
        let assumes: Vec<_> = own
            .iter()
            .filter(|statement| {
                statement.owner == *logical && statement.actions.iter().any(|a| a == "sts:AssumeRole")
            })
            .flat_map(|statement| &statement.resources)
            .collect();
        if arn.is_null() {
            if !assumes.is_empty() {
                found.push(format!("{logical}: may assume a role that it is not told"));
            }
            continue;
        }
        let resource = format!("{logical}TenantRole");
        let role_name = format!("vivier-${{Stage}}-{name}-tenant");
        let told = texts(arn);
        if !told[0].ends_with(&format!(":role/{role_name}")) || assumes != told.iter().collect::<Vec<_>>() {
            found.push(format!("{logical}: is told one role and may assume another"));
        }
        match roles.iter().find(|(known, _)| *known == resource) {
            Some((_, role)) => {
                if texts(&role["RoleName"]) != [role_name] {
                    found.push(format!("{resource}: is not called as its function is told"));
                }
                if !trusts_only(role, &format!("{logical}Role.Arn")) {
                    found.push(format!("{resource}: trusts another than {logical}'s role"));
                }
            }
            None => found.push(format!("{logical}: has no {resource}")),
        }
        expected.push(resource);
    }
    let stray =
        roles.iter().filter(|(name, _)| name.ends_with("TenantRole") && !expected.iter().any(|e| e == name));
    found.extend(stray.map(|(name, _)| format!("{name}: belongs to no function")));
    found
}

fn trusts_only(role: &Value, arn: &str) -> bool {
    let statements = role["AssumeRolePolicyDocument"]["Statement"].as_array();
    statements.is_some_and(|statements| {
        statements.len() == 1
            && statements.iter().all(|statement| {
                let kinds = statement["Principal"].as_object().map(|p| p.keys().cloned().collect::<Vec<_>>());
                kinds == Some(vec!["AWS".to_owned()]) && texts(&statement["Principal"]["AWS"]) == [arn]
            })
    })
}

#[test]
fn no_role_reaches_further_than_it_must() {
    nothing_wrong(&wrong_grants(&template()));
}

#[test]
fn a_role_of_its_own_serves_one_function() {
    let template = template();
    nothing_wrong(&wrong_logins(&template));
    for (owner, _) in OWN_ROLES {
        assert!(functions(&template).iter().any(|function| function.logical == *owner), "{owner}");
    }
}

#[test]
fn a_tenant_role_serves_one_function() {
    nothing_wrong(&wrong_tenant_roles(&template()));
}

mod would_notice {
    use super::*;
    use crate::template::sample;

    fn function(name: &str, action: &str, resource: &str) -> String {
        format!(
            "  {name}:\n    Type: AWS::Serverless::Function\n    Properties:\n      Policies:\n        \
             - Statement: [{{ Effect: Allow, Action: [\"{action}\"], Resource: [{resource}] }}]\n"
        )
    }

    #[test]
    fn grants() {
        for (name, action, resource, wrong) in [
            ("Search", "s3:GetObject", "!Sub \"arn:aws:s3:::vivier-${Stage}-*/index/*\"", true),
            ("Search", "s3:*", "!Sub \"arn:aws:s3:::one\"", true),
            ("Search", "*", "!GetAtt Table.Arn", true),
            ("Search", "kinesis:PutRecords", "\"*\"", true),
            (
                "Search",
                "dynamodb:Query",
                "!Sub \"arn:aws:dynamodb:eu:1:table/vivier-${Stage}-conversations-*\"",
                true,
            ),
            ("Search", "secretsmanager:GetSecretValue", "!Sub \"secret:vivier/${Stage}/database/*\"", true),
            ("Tenants", "s3:GetObject", "!Sub \"arn:aws:s3:::vivier-${Stage}-*/*\"", true),
            ("Tenants", "s3:CreateBucket", "!Sub \"arn:aws:s3:::vivier-${Stage}-*\"", false),
            (
                "Search",
                "secretsmanager:GetSecretValue",
                "!Sub \"secret:vivier/${Stage}/database/vivier_${Stage}_app-*\"",
                false,
            ),
            ("Search", "dynamodb:GetItem", "!GetAtt Table.Arn", false),
        ] {
            let found = wrong_grants(&sample(&function(name, action, resource)));
            assert_eq!(!found.is_empty(), wrong, "{name} {action} {resource}: {found:?}");
        }
        let managed =
            "  A:\n    Type: AWS::Serverless::Function\n    Properties: { Policies: [AmazonS3FullAccess] }\n";
        assert_eq!(wrong_grants(&sample(managed)).len(), 1);
    }

    #[test]
    fn logins() {
        let secret =
            |role: &str| format!("!Sub \"secret:vivier/${{Stage}}/database/vivier_${{Stage}}_{role}-*\"");
        let login = |role: &str| format!("!Sub \"dbuser:*/vivier_${{Stage}}_{role}\"");
        let told = |role: &str| format!("      Environment: {{ Variables: {{ DATABASE_ROLE: {role} }} }}\n");
        let untold = String::new;
        for (name, variables, resource, wrong) in [
            ("Search", untold(), secret("app"), 0),
            ("Search", untold(), login("app"), 0),
            ("Search", untold(), secret("retention"), 1),
            ("Search", untold(), login("metrics"), 1),
            ("Search", told("retention"), login("app"), 1),
            ("Search", told("metrics"), login("metrics"), 2),
            ("Retention", told("retention"), secret("retention"), 0),
            ("Retention", told("retention"), login("app"), 1),
            ("Retention", told("metrics"), login("retention"), 1),
            ("Retention", untold(), login("retention"), 1),
            ("Metrics", told("metrics"), secret("metrics"), 0),
            ("Metrics", told("metrics"), secret("retention"), 1),
            ("Metrics", untold(), secret("app"), 2),
        ] {
            let function = function(name, "rds-db:connect", &resource);
            let found = wrong_logins(&sample(&format!("{function}{variables}")));
            assert_eq!(found.len(), wrong, "{name} {variables} {resource}: {found:?}");
        }
    }

    fn with_tenant_role(told: &str, assumes: &str, role: &str) -> Value {
        sample(&format!(
            "  Search:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
             Environment: {{ Variables: {{ TENANT_ROLE_ARN: !Sub \"arn:role/{told}\" }} }}\n      Policies:\n        \
             - Statement: [{{ Action: [\"sts:AssumeRole\"], Resource: [!Sub \"arn:role/{assumes}\"] }}]\n{role}"
        ))
    }

    fn role(name: &str, principal: &str) -> String {
        format!(
            "  {name}:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: !Sub \"vivier-${{Stage}}-search-tenant\"\n      \
             AssumeRolePolicyDocument: {{ Statement: [{{ Action: [\"sts:AssumeRole\"], Principal: {principal} }}] }}\n"
        )
    }

    #[test]
    fn tenant_roles() {
        let told = "vivier-${Stage}-search-tenant";
        let ours = role("SearchTenantRole", "{ AWS: !GetAtt SearchRole.Arn }");
        for (template, wrong) in [
            (with_tenant_role(told, told, &ours), 0),
            (with_tenant_role(told, told, ""), 1),
            (with_tenant_role(told, "vivier-${Stage}-*-tenant", &ours), 1),
            (with_tenant_role(told, told, &role("SearchTenantRole", "{ AWS: \"*\" }")), 1),
            (with_tenant_role(told, told, &role("SearchTenantRole", "{ AWS: !GetAtt ChatRole.Arn }")), 1),
            (
                with_tenant_role(
                    told,
                    told,
                    &format!("{ours}{}", role("ChatTenantRole", "{ AWS: !GetAtt ChatRole.Arn }")),
                ),
                1,
            ),
        ] {
            let found = wrong_tenant_roles(&template);
            assert_eq!(found.len(), wrong, "{found:?}");
        }
    }
}
