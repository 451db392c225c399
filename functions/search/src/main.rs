//! Starts the search function.

use search::{App, routes};
use vivier_runtime::{Function, StartError, telemetry};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    Function::new("search").http(routes::router(App::from_env().await?)).serve().await
}
