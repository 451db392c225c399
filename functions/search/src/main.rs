//! Starts the search function.

use search::{App, routes};
use vivier_runtime::{Function, StartError, telemetry};

/// A search asks for memory thousands of times; this allocator answers sooner than the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let app = App::from_env().await?;
    Function::new("search").http(routes::router(app.clone())).counting(app.tenancy()).serve().await
}
