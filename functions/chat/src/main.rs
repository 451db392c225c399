//! The function `chat`: see the library beside it.

use chat::{App, routes};
use vivier_runtime::{Function, StartError, telemetry};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let app = App::from_env()?;
    Function::new("chat")
        .http(routes::router(app.clone()))
        .streaming(routes::STREAMS)
        .counting(&app.tenancy)
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .idempotent(&app.tenancy, app.clock)
        .serve()
        .await
}
