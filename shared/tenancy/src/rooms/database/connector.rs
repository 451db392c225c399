//! Connecting: a role's password comes from Secrets Manager, or is an IAM token; the channel is TLS.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use serde::Deserialize;
use tokio_postgres::{Client, Config, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{DatabaseError, tls, token};
use crate::{
    config::{DatabaseAuth, DatabaseConfig},
    names::PoolRole,
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// No statement of a request may run longer; a purge or an import is cut into pieces that stay below it. A walk through the
/// index of vectors goes on, nearest first, until enough rows of the tenant are found: pgvector filters behind its scan, and
/// what it calls a candidate list is what it takes up at a time. A statement is planned for its parameters each time, as tenants
/// and periods differ too much for one plan.
const OPTIONS: &str = "-c statement_timeout=25000 -c idle_in_transaction_session_timeout=60000 -c plan_cache_mode=force_custom_plan \
    -c hnsw.iterative_scan=strict_order -c hnsw.ef_search=100 -c hnsw.max_scan_tuples=200000";

/// Makes connections to one server.
pub(crate) struct Connector {
    config: DatabaseConfig,
    tls: MakeRustlsConnect,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector").field("config", &self.config).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Secret {
    username: String,
    password: String,
}

impl Connector {
    pub(crate) fn new(config: DatabaseConfig) -> Result<Self, DatabaseError> {
        let tls = tls::connector(&config.tls_ca)?;
        Ok(Self { config, tls })
    }

    /// How roles prove themselves.
    pub(crate) fn auth(&self) -> DatabaseAuth {
        self.config.auth
    }

    /// As whom this function enters the shared database.
    pub(crate) fn role(&self) -> PoolRole {
        self.config.role
    }

    /// Connects as `role`. `sdk` decides whose secret can be read: a tenant's credentials read that tenant's only.
    pub(crate) async fn connect(
        &self,
        sdk: &SdkConfig,
        database: &str,
        role: &str,
        secret: &str,
    ) -> Result<Client, DatabaseError> {
        let (user, password) = match self.config.auth {
            DatabaseAuth::Secret => {
                let secret = read_secret(sdk, secret).await?;
                (secret.username, secret.password)
            }
            DatabaseAuth::Iam => {
                let now = SystemTime::now();
                let token = token::sign_in(sdk, &self.config.host, self.config.port, role, now).await?;
                (role.to_owned(), token)
            }
        };
        let mut config = Config::new();
        config
            .host(&self.config.host)
            .port(self.config.port)
            .dbname(database)
            .user(&user)
            .password(password)
            .ssl_mode(SslMode::Require)
            .connect_timeout(CONNECT_TIMEOUT)
            .options(OPTIONS)
            .application_name("vivier");
        let (client, connection) =
            config.connect(self.tls.clone()).await.map_err(DatabaseError::unavailable)?;
        tokio::spawn(async move {
            // The client notices by itself that it is closed; here only the reason is told.
            if let Err(error) = connection.await {
                tracing::warn!(error = %error, "a database connection ended");
            }
        });
        Ok(client)
    }
}

async fn read_secret(sdk: &SdkConfig, name: &str) -> Result<Secret, DatabaseError> {
    let client = aws_sdk_secretsmanager::Client::new(sdk);
    let value = client.get_secret_value().secret_id(name).send().await.map_err(DatabaseError::unavailable)?;
    value
        .secret_string()
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or(DatabaseError::Configuration("a database secret has not the form {username, password}"))
}
