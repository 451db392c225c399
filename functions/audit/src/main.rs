//! The function `audit`: see the library beside it.

use audit::{App, command, routes};
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env()?;
    let app = App { tenancy, clock: Clock::System };
    Function::new("audit")
        .http(routes::router(app.clone()))
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .operator(move |(platform, command)| {
            let app = app.clone();
            async move { command::handle(&app, &platform, command).await }
        })
        .serve()
        .await
}
