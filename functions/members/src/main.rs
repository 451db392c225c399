//! The function `members`: see the library beside it.

use members::{App, routes};
use vivier_runtime::{Clock, Function, StartError, telemetry};
use vivier_tenancy::{
    Cloud, Tenancy,
    config::{Config, required},
};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy =
        Tenancy::new(Config::from_env()?, &Cloud::from_env().await).map_err(StartError::dependency)?;
    let (back_office, clock) = (required("BACK_OFFICE_ORIGIN")?, Clock::System);
    let app = App { tenancy: tenancy.clone(), back_office, clock };
    Function::new("members")
        .http(routes::router(app))
        .idempotent(&tenancy, clock)
        .audited(&tenancy, clock, &routes::openapi())
        .serve()
        .await
}
