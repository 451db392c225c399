//! Reading the environment. An error names the variable, never its value.

use std::{env, path::PathBuf, str::FromStr};

use crate::names::PoolRole;

/// A variable that is missing or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It is not set, or empty.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// Its value has the wrong form.
    #[error("the environment variable {0} cannot be read")]
    Invalid(&'static str),
}

/// A variable that may be absent; an empty value counts as absent.
pub fn optional(name: &'static str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable that must be there.
pub fn required(name: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing(name))
}

/// A variable with a form, or a default when it is absent.
pub fn parsed<T: FromStr>(name: &'static str, default: T) -> Result<T, ConfigError> {
    optional(name).map_or(Ok(default), |value| value.parse().map_err(|_| ConfigError::Invalid(name)))
}

/// How to reach PostgreSQL.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// `DATABASE_HOST`
    pub host: String,
    /// `DATABASE_PORT`
    pub port: u16,
    /// `DATABASE_TLS_CA`: the PEM file of the authority that signed the server's certificate.
    pub tls_ca: PathBuf,
    /// `DATABASE_AUTH`: how a role proves itself.
    pub auth: DatabaseAuth,
    /// `DATABASE_ROLE`: as whom the shared database is entered; `app` where it is missing.
    pub role: PoolRole,
}

/// How a database role proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseAuth {
    /// A password kept in Secrets Manager.
    Secret,
    /// A short-lived token signed with the function's AWS credentials (Amazon RDS).
    Iam,
}

impl DatabaseConfig {
    /// From the environment; `None` for a function that was given no database.
    pub fn from_env() -> Result<Option<Self>, ConfigError> {
        let Some(host) = optional("DATABASE_HOST") else { return Ok(None) };
        let auth = match optional("DATABASE_AUTH").as_deref() {
            None | Some("secret") => DatabaseAuth::Secret,
            Some("iam") => DatabaseAuth::Iam,
            Some(_) => return Err(ConfigError::Invalid("DATABASE_AUTH")),
        };
        let role = match optional("DATABASE_ROLE") {
            None => PoolRole::default(),
            Some(name) => PoolRole::ALL
                .into_iter()
                .find(|role| role.as_str() == name)
                .ok_or(ConfigError::Invalid("DATABASE_ROLE"))?,
        };
        let tls_ca = PathBuf::from(required("DATABASE_TLS_CA")?);
        // It is read when the first room is opened; that it is there is known at the start.
        if !tls_ca.is_file() {
            return Err(ConfigError::Invalid("DATABASE_TLS_CA"));
        }
        Ok(Some(Self { host, port: parsed("DATABASE_PORT", 5432)?, tls_ca, auth, role }))
    }
}

/// A deployed stage of the gateway's API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiStage {
    /// The API's id.
    pub id: String,
    /// The stage's name.
    pub stage: String,
}

/// What a function was given. What it was not given, it cannot open.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `VIVIER_STAGE`
    pub stage: String,
    /// `AWS_LAMBDA_FUNCTION_NAME`: the function's own name, as Lambda tells it.
    pub function: Option<String>,
    /// `TENANTS_TABLE`
    pub tenants_table: Option<String>,
    /// `PROJECTS_TABLE`
    pub projects_table: Option<String>,
    /// `REQUESTS_TABLE`
    pub requests_table: Option<String>,
    /// `LEDGER_TABLE`: receipts of erasures.
    pub ledger_table: Option<String>,
    /// `DEPARTURES_TABLE`: tenants that leave, and certificates of those that left.
    pub departures_table: Option<String>,
    /// `BREACHES_TABLE`: the register of breaches of personal data.
    pub breaches_table: Option<String>,
    /// `SESSIONS_TABLE`
    pub sessions_table: Option<String>,
    /// `ATTEMPTS_TABLE`
    pub attempts_table: Option<String>,
    /// `TASKS_TABLE`
    pub tasks_table: Option<String>,
    /// `EVENTS_STREAM`
    pub events_stream: Option<String>,
    /// `EVENTS_DEAD_QUEUE_URL`: where records go that can never be counted.
    pub dead_records_queue: Option<String>,
    /// `BATCHES_DEAD_QUEUE_URL`: where Lambda tells of batches of events that it gave up.
    pub dead_batches_queue: Option<String>,
    /// `TENANT_ROLE_ARN`: the role whose credentials are narrowed to one tenant.
    pub tenant_role: Option<String>,
    /// `USER_POOL_ID`
    pub user_pool: Option<String>,
    /// `USER_POOL_CLIENT_ID`: the confidential app client, by which members log in.
    pub user_pool_client: Option<String>,
    /// `MAIL_SENDER`: the address of mails of tenants that have no sender of their own.
    pub mail_sender: Option<String>,
    /// `API_ID` and `API_STAGE`: where tenants' usage plans hold.
    pub api: Option<ApiStage>,
    /// `DATABASE_*`
    pub database: Option<DatabaseConfig>,
}

impl Config {
    /// Reads everything once, at cold start.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            stage: required("VIVIER_STAGE")?,
            function: optional("AWS_LAMBDA_FUNCTION_NAME"),
            tenants_table: optional("TENANTS_TABLE"),
            projects_table: optional("PROJECTS_TABLE"),
            requests_table: optional("REQUESTS_TABLE"),
            ledger_table: optional("LEDGER_TABLE"),
            departures_table: optional("DEPARTURES_TABLE"),
            breaches_table: optional("BREACHES_TABLE"),
            sessions_table: optional("SESSIONS_TABLE"),
            attempts_table: optional("ATTEMPTS_TABLE"),
            tasks_table: optional("TASKS_TABLE"),
            events_stream: optional("EVENTS_STREAM"),
            dead_records_queue: optional("EVENTS_DEAD_QUEUE_URL"),
            dead_batches_queue: optional("BATCHES_DEAD_QUEUE_URL"),
            tenant_role: optional("TENANT_ROLE_ARN"),
            user_pool: optional("USER_POOL_ID"),
            user_pool_client: optional("USER_POOL_CLIENT_ID"),
            mail_sender: optional("MAIL_SENDER"),
            api: optional("API_ID")
                .map(|id| Ok::<_, ConfigError>(ApiStage { id, stage: required("API_STAGE")? }))
                .transpose()?,
            database: DatabaseConfig::from_env()?,
        })
    }
}
