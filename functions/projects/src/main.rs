//! The function `projects`: see the library beside it.

use projects::{App, routes};
use vivier_runtime::{Clock, Function, StartError, telemetry};
use vivier_tenancy::{Cloud, Tenancy, config::Config};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy =
        Tenancy::new(Config::from_env()?, &Cloud::from_env().await).map_err(StartError::dependency)?;
    let clock = Clock::System;
    let app = App { tenancy: tenancy.clone(), clock };
    Function::new("projects")
        .http(routes::router(app))
        .idempotent(&tenancy, clock)
        .audited(&tenancy, clock, &routes::openapi())
        .serve()
        .await
}
