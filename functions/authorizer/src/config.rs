//! The authorizer's environment.

use std::time::Duration;

use vivier_domain::origin::Origin;
use vivier_tenancy::{
    config::{ConfigError, optional, parsed, required},
    doors::address::TrustedProxies,
};

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
    /// `BACK_OFFICE_ORIGIN`: the web site whose pages may write with a session's cookie, where it is not the API's own.
    pub back_office: Option<Origin>,
    /// `TRUSTED_PROXIES`: how many proxies of ours stand before the gateway.
    pub proxies: TrustedProxies,
    /// `DECISION_SECONDS`: how long it is remembered where a door leads. A revoked key works this long at most.
    pub remember: Duration,
}

impl AuthorizerConfig {
    /// From the environment.
    pub fn from_env() -> Result<Self, ConfigError> {
        const BACK_OFFICE: &str = "BACK_OFFICE_ORIGIN";
        let back_office = optional(BACK_OFFICE)
            .map(|text| Origin::try_from(text).map_err(|_| ConfigError::Invalid(BACK_OFFICE)))
            .transpose()?;
        Ok(Self {
            issuer: required("TOKEN_ISSUER")?,
            client_id: required("USER_POOL_CLIENT_ID")?,
            jwks_url: required("JWKS_URL")?,
            domain: required("FRONT_OFFICE_DOMAIN")?,
            back_office,
            proxies: TrustedProxies::from_env()?,
            remember: Duration::from_secs(parsed("DECISION_SECONDS", 5)?),
        })
    }
}
