//! The function `session`: see the library beside it.

use std::sync::Arc;

use session::{App, SessionConfig, routes};
use vivier_runtime::{Clock, Function, StartError, telemetry};
use vivier_tenancy::{Cloud, Tenancy, config::Config};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy =
        Tenancy::new(Config::from_env()?, &Cloud::from_env().await).map_err(StartError::dependency)?;
    let config = Arc::new(SessionConfig::from_env()?);
    let app = App { tenancy: tenancy.clone(), config, clock: Clock::System };
    Function::new("session")
        .http(routes::router(app))
        .audited(&tenancy, Clock::System, &routes::openapi())
        .idempotent(&tenancy, Clock::System)
        .serve()
        .await
}
