//! The function `projects`: see the library beside it.

use projects::{App, routes};
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env()?;
    let clock = Clock::System;
    let app = App { tenancy: tenancy.clone(), clock };
    Function::new("projects")
        .http(routes::router(app))
        .audited(&tenancy, clock, &routes::openapi())
        .idempotent(&tenancy, clock)
        .serve()
        .await
}
