//! Starts the search function.

use search::{App, routes};
use vivier_runtime::{Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env().await?;
    Function::new("search").http(routes::router(App::new(tenancy))).serve().await
}
