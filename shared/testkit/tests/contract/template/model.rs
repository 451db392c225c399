//! The template's functions and what wakes them.

use serde_json::Value;

/// What wakes a function. Ordered, so that lists of triggers can be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trigger {
    /// `GET /v1/offers`
    Route(String),
    /// Records of the event stream.
    Stream,
    /// A file that arrives in a bucket.
    File,
    /// A clock.
    Schedule,
}

impl Trigger {
    /// As `infra/e2e/cases.toml` writes it.
    pub(crate) fn written(&self) -> &str {
        match self {
            Self::Route(route) => route,
            Self::Stream => "stream",
            Self::File => "file",
            Self::Schedule => "schedule",
        }
    }
}

/// A function of the template.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    /// Its logical name, as `Search`.
    pub(crate) logical: String,
    /// Its resource's properties.
    pub(crate) properties: Value,
    /// What wakes it; an event of another kind is an error.
    pub(crate) triggers: Vec<Result<Trigger, String>>,
}

impl Function {
    /// The name of its folder, as `search`.
    pub(crate) fn name(&self) -> String {
        self.logical.to_lowercase()
    }

    /// The triggers of known kinds.
    pub(crate) fn known(&self) -> impl Iterator<Item = &Trigger> {
        self.triggers.iter().flatten()
    }

    /// Its routes, as `GET /v1/offers`.
    pub(crate) fn routes(&self) -> Vec<String> {
        let routes = self.known().filter(|trigger| matches!(trigger, Trigger::Route(_)));
        routes.map(|route| route.written().to_owned()).collect()
    }
}

/// The resources of one type, by logical name.
pub(crate) fn resources<'a>(
    template: &'a Value,
    kind: &'a str,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let all = template["Resources"].as_object().expect("the template has resources");
    all.iter()
        .filter(move |(_, resource)| resource["Type"] == kind)
        .map(|(name, resource)| (name.as_str(), &resource["Properties"]))
}

/// The template's functions.
pub(crate) fn functions(template: &Value) -> Vec<Function> {
    resources(template, "AWS::Serverless::Function")
        .map(|(logical, properties)| {
            let events = properties["Events"].as_object().into_iter().flatten();
            let triggers = events.map(|(name, event)| trigger(event).ok_or_else(|| name.clone())).collect();
            Function { logical: logical.to_owned(), properties: properties.clone(), triggers }
        })
        .collect()
}

/// The routes that the gateway hands over without asking the authorizer, as `GET /v1/offers`.
pub(crate) fn public_routes(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (_, function) in resources(template, "AWS::Serverless::Function") {
        for event in function["Events"].as_object().into_iter().flat_map(|events| events.values()) {
            if let (Some(Trigger::Route(route)), Some("NONE")) =
                (trigger(event), event["Properties"]["Auth"]["Authorizer"].as_str())
            {
                found.push(route);
            }
        }
    }
    found
}

fn trigger(event: &Value) -> Option<Trigger> {
    let properties = &event["Properties"];
    match event["Type"].as_str()? {
        "Api" => {
            let method = properties["Method"].as_str()?.to_uppercase();
            Some(Trigger::Route(format!("{method} {}", properties["Path"].as_str()?)))
        }
        "Kinesis" => Some(Trigger::Stream),
        "Schedule" => Some(Trigger::Schedule),
        "EventBridgeRule" => {
            let files = properties["Pattern"]["detail-type"] == serde_json::json!(["Object Created"]);
            files.then_some(Trigger::File)
        }
        _ => None,
    }
}
