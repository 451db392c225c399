//! The function's own variables.

use std::time::Duration;

use vivier_domain::origin::Origin;
use vivier_tenancy::{
    config::{ConfigError, parsed, required},
    doors::address::TrustedProxies,
    rooms::attempts::Limit,
};

/// What the environment says.
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// `BACK_OFFICE_ORIGIN`: where the back office's pages are, and where mailed links lead.
    pub back_office: Origin,
    /// `TRUSTED_PROXIES`
    pub proxies: TrustedProxies,
    /// `LOGIN_FLOOR_MILLISECONDS`: no refused login is answered sooner.
    pub login_floor: Duration,
    /// `FORGOTTEN_FLOOR_MILLISECONDS`: whoever asks for a link is not answered sooner.
    pub forgotten_floor: Duration,
    /// `ACCOUNT_FAILURES`: failures of one account before delays begin; `ACCOUNT_LOCK`: before it is locked.
    pub account: Limit,
    /// `ADDRESS_FAILURES`, `ADDRESS_LOCK`: the same for one address, behind which a whole office may sit.
    pub address: Limit,
}

impl SessionConfig {
    /// Reads everything once, at cold start.
    pub fn from_env() -> Result<Self, ConfigError> {
        const ORIGIN: &str = "BACK_OFFICE_ORIGIN";
        let milliseconds = |name, default| parsed(name, default).map(Duration::from_millis);
        Ok(Self {
            back_office: required(ORIGIN)?.try_into().map_err(|_| ConfigError::Invalid(ORIGIN))?,
            proxies: TrustedProxies::from_env()?,
            login_floor: milliseconds("LOGIN_FLOOR_MILLISECONDS", 400)?,
            forgotten_floor: milliseconds("FORGOTTEN_FLOOR_MILLISECONDS", 1_000)?,
            account: Limit {
                delay_from: parsed("ACCOUNT_FAILURES", 3)?,
                lock_at: parsed("ACCOUNT_LOCK", 10)?,
            },
            address: Limit {
                delay_from: parsed("ADDRESS_FAILURES", 30)?,
                lock_at: parsed("ADDRESS_LOCK", 100)?,
            },
        })
    }
}
