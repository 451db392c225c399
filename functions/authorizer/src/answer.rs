//! What the gateway is answered: a policy for this one request, and the context that functions trust.

use std::net::IpAddr;

use serde_json::{Value, json};
use vivier_domain::ids::TenantId;
use vivier_runtime::HandlerError;
use vivier_tenancy::{
    TenancyError,
    doors::http::{ADDRESS, OFFICE, TENANT},
};

/// Why a request is not let in.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The caller is not known: 401, and never why.
    Unknown,
    /// The caller is known and may not do this: 403. The word is for the log.
    Forbidden(&'static str),
    /// It could not be found out: 503.
    Failed(HandlerError),
}

impl From<HandlerError> for Refusal {
    fn from(error: HandlerError) -> Self {
        Self::Failed(error)
    }
}

impl From<TenancyError> for Refusal {
    fn from(error: TenancyError) -> Self {
        Self::Failed(error.into())
    }
}

/// What is common to every context.
pub(crate) fn context(tenant: TenantId, office: &str, address: Option<IpAddr>) -> Value {
    let mut context = json!({ TENANT: tenant, OFFICE: office });
    if let Some(address) = address {
        context[ADDRESS] = json!(address.to_string());
    }
    context
}

/// Lets this request through, counted on the tenant's usage plan.
pub(crate) fn allow(arn: &str, tenant: TenantId, usage: &str, context: &Value) -> Value {
    let mut answer = policy("Allow", arn, tenant);
    answer["usageIdentifierKey"] = json!(usage);
    answer["context"] = context.clone();
    answer
}

/// Refuses this request with a 403.
pub(crate) fn deny(arn: &str, tenant: TenantId) -> Value {
    policy("Deny", arn, tenant)
}

fn policy(effect: &str, arn: &str, tenant: TenantId) -> Value {
    json!({
        "principalId": tenant,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": arn}]
        },
    })
}
