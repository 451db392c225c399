//! The function `members`: see the library beside it.

use members::{App, routes};
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};
use vivier_tenancy::config::required;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env()?;
    let (back_office, clock) = (required("BACK_OFFICE_ORIGIN")?, Clock::System);
    let app = App { tenancy: tenancy.clone(), back_office, clock };
    Function::new("members")
        .http(routes::router(app))
        .audited(&tenancy, clock, &routes::openapi())
        .idempotent(&tenancy, clock)
        .serve()
        .await
}
