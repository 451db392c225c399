//! The function `learning`: see the library beside it.

use learning::{App, routes};
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env().await?;
    let app = App { tenancy, clock: Clock::System };
    Function::new("learning")
        .http(routes::router(app.clone()))
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .serve()
        .await
}
