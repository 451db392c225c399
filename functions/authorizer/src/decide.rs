//! The decision.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vivier_runtime::HandlerError;
use vivier_tenancy::{
    doors::http::{MEMBER, OFFICE, PERMISSIONS, TENANT},
    registry::{Door, Found, Registry},
};

use crate::{
    config::AuthorizerConfig,
    decisions::Decisions,
    jwks::{Jwks, KeysUnavailable},
    request::{Credential, credential, host},
    token,
};

/// Everything a decision needs, built at cold start.
pub struct Authorizer {
    registry: Registry,
    jwks: Jwks,
    decisions: Decisions,
    issuer: String,
    client: String,
    domain: String,
}

impl std::fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authorizer").finish_non_exhaustive()
    }
}

impl Authorizer {
    /// Builds without calling anything.
    pub fn new(
        config: &AuthorizerConfig,
        registry: Registry,
    ) -> Result<Self, impl std::error::Error + use<>> {
        Ok::<_, KeysUnavailable>(Self {
            registry,
            jwks: Jwks::new(config.jwks_url.clone())?,
            decisions: Decisions::new(config.remember),
            issuer: config.issuer.clone(),
            client: config.client_id.clone(),
            domain: config.domain.to_ascii_lowercase(),
        })
    }

    async fn door(&self, event: &Value) -> Result<Option<Door>, HandlerError> {
        Ok(match credential(event) {
            Credential::Key(key) => Some(Door::key(&key)),
            Credential::Host(host) => Some(Door::Host(host)),
            Credential::Token(token) => {
                let Some(id) = token::key_id(&token) else { return Ok(None) };
                let key =
                    self.jwks.get(&id).await.map_err(|error| HandlerError::other("fetching keys", error))?;
                key.and_then(|key| token::subject(&token, &key, &self.issuer, &self.client)).map(Door::Member)
            }
            Credential::None => None,
        })
    }

    /// The tenant's host name that was asked, if one was: whatever is shown there must be that tenant's own.
    fn asked(&self, event: &Value) -> Option<Door> {
        let host = host(event)?;
        let under = host.strip_suffix(&self.domain).is_some_and(|label| label.ends_with('.'));
        under.then_some(Door::Host(host))
    }

    async fn find(&self, door: &Door) -> Result<Option<Found>, HandlerError> {
        if let Some(found) = self.decisions.recall(door) {
            return Ok(Some(found));
        }
        let found = self.registry.find(door).await?;
        if let Some(found) = &found {
            self.decisions.keep(door.clone(), found.clone());
        }
        Ok(found)
    }
}

/// Answers one authorizer event with an allowing policy and the request context, or with [`HandlerError::Unauthorized`].
pub async fn handle(authorizer: &Authorizer, event: Value) -> Result<Value, HandlerError> {
    let door = authorizer.door(&event).await?.ok_or(HandlerError::Unauthorized)?;
    let found = authorizer.find(&door).await?.ok_or(HandlerError::Unauthorized)?;
    if let Some(asked) = authorizer.asked(&event).filter(|asked| *asked != door) {
        let host = authorizer.find(&asked).await?;
        host.filter(|host| host.tenant == found.tenant).ok_or(HandlerError::Unauthorized)?;
    }
    let arn = event.get("methodArn").and_then(Value::as_str).ok_or(HandlerError::Unauthorized)?;
    let mut context = json!({ TENANT: found.tenant, OFFICE: "front" });
    if let Door::Member(subject) = &door {
        let permissions: BTreeSet<&str> = found
            .roles
            .iter()
            .flat_map(|role| role.permissions())
            .map(|permission| permission.as_str())
            .collect();
        context[OFFICE] = json!("back");
        context[MEMBER] = json!(subject);
        context[PERMISSIONS] = json!(permissions.into_iter().collect::<Vec<_>>().join(" "));
    }
    Ok(json!({
        "principalId": found.tenant,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": arn}]
        },
        "context": context,
    }))
}
