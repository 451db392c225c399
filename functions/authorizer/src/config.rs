//! The authorizer's environment.

use std::time::Duration;

use vivier_tenancy::config::{ConfigError, parsed, required};

/// What the authorizer is told at cold start.
#[derive(Debug, Clone)]
pub struct AuthorizerConfig {
    /// `TOKEN_ISSUER`: the user pool's issuer.
    pub issuer: String,
    /// `USER_POOL_CLIENT_ID`: the one client whose tokens are taken.
    pub client_id: String,
    /// `JWKS_URL`: where the pool publishes its keys.
    pub jwks_url: String,
    /// `FRONT_OFFICE_DOMAIN`: tenants' host names are under this domain.
    pub domain: String,
    /// `DECISION_SECONDS`: how long a let-in key, host or member is remembered. A revocation takes this long at most.
    pub remember: Duration,
}

impl AuthorizerConfig {
    /// From the environment.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            issuer: required("TOKEN_ISSUER")?,
            client_id: required("USER_POOL_CLIENT_ID")?,
            jwks_url: required("JWKS_URL")?,
            domain: required("FRONT_OFFICE_DOMAIN")?,
            remember: Duration::from_secs(parsed("DECISION_SECONDS", 5)?),
        })
    }
}
