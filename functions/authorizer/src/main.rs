//! Starts the authorizer.

use std::sync::Arc;

use authorizer::{Authorizer, config::AuthorizerConfig, handle};
use vivier_runtime::{Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env()?;
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
