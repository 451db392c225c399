//! The function `front`: see the library beside it.

use front::{App, routes};
use vivier_runtime::{Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env()?;
    Function::new("front").http(routes::router(App { tenancy })).serve().await
}
