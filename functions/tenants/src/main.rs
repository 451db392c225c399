//! Starts the tenants function.

use tenants::{App, handle};
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};
use vivier_tenancy::config::required;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env()?;
    let app = App {
        tenancy,
        domain: required("FRONT_OFFICE_DOMAIN")?,
        back_office: required("BACK_OFFICE_ORIGIN")?,
        clock: Clock::System,
    };
    Function::new("tenants")
        .operator(move |(platform, command)| {
            let app = app.clone();
            async move { handle(&app, &platform, command).await }
        })
        .serve()
        .await
}
