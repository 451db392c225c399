//! The function `session`: see the library beside it.

use std::sync::Arc;

use session::{App, SessionConfig, routes};
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env()?;
    let config = Arc::new(SessionConfig::from_env()?);
    let app = App { tenancy: tenancy.clone(), config, clock: Clock::System };
    Function::new("session")
        .http(routes::router(app))
        .counting(&tenancy)
        .audited(&tenancy, Clock::System, &routes::openapi())
        .idempotent(&tenancy, Clock::System)
        .serve()
        .await
}
