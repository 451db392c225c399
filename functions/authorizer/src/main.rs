//! Starts the authorizer.

use std::sync::Arc;

use authorizer::{Authorizer, config::AuthorizerConfig, handle};
use vivier_runtime::{Function, StartError, telemetry};
use vivier_tenancy::{Cloud, Tenancy, config::Config};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy =
        Tenancy::new(Config::from_env()?, &Cloud::from_env().await).map_err(StartError::dependency)?;
    let authorizer =
        Authorizer::new(AuthorizerConfig::from_env()?, tenancy).map_err(StartError::dependency)?;
    let authorizer = Arc::new(authorizer);
    Function::new("authorizer")
        .raw(move |event| {
            let authorizer = Arc::clone(&authorizer);
            async move { handle(&authorizer, event).await }
        })
        .serve()
        .await
}
