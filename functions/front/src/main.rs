//! The function `front`: see the library beside it.

use front::{App, routes};
use vivier_runtime::{Function, StartError, telemetry};
use vivier_tenancy::{Cloud, Tenancy, config::Config};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy =
        Tenancy::new(Config::from_env()?, &Cloud::from_env().await).map_err(StartError::dependency)?;
    Function::new("front").http(routes::router(App { tenancy })).serve().await
}
