//! The function `audit`: see the library beside it.

use audit::{App, command, routes};
use vivier_runtime::{Clock, Function, StartError, telemetry};
use vivier_tenancy::{Cloud, Tenancy, config::Config};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy =
        Tenancy::new(Config::from_env()?, &Cloud::from_env().await).map_err(StartError::dependency)?;
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
