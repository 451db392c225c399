//! Starts the tenants function.

use tenants::{App, handle};
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
