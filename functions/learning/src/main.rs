//! The function `learning`: see the library beside it.

use learning::{App, routes};
use vivier_runtime::{Function, StartError, telemetry};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let app = App::from_env()?;
    Function::new("learning")
        .http(routes::router(app.clone()))
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .idempotent(&app.tenancy, app.clock)
        .serve()
        .await
}
