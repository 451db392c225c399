//! The function `usage`: see the library beside it.

use usage::{App, routes};
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let app = App { tenancy: tenancy_from_env()?, clock: Clock::System };
    Function::new("usage")
        .http(routes::router(app.clone()))
        .counting(&app.tenancy)
        .idempotent(&app.tenancy, app.clock)
        .serve()
        .await
}
