//! The function `statistics`: see the library beside it.

use statistics::{App, routes};
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let app = App { tenancy: tenancy_from_env()?, clock: Clock::System };
    Function::new("statistics")
        .http(routes::router(app.clone()))
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .idempotent(&app.tenancy, app.clock)
        .serve()
        .await
}
