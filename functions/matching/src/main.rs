//! The function `matching`: see the library beside it.

use std::process::ExitCode;

use matching::{App, routes};
use vivier_runtime::{Function, StartError, telemetry};

fn main() -> Result<ExitCode, StartError> {
    // Before any thread: this process may be the child that reads one file.
    if let Some(code) = vivier_text::extract::guard::child_main_if_asked() {
        return Ok(code);
    }
    let runtime = tokio::runtime::Runtime::new().map_err(StartError::dependency)?;
    runtime.block_on(serve()).map(|()| ExitCode::SUCCESS)
}

// No store of requests stands before these routes: an answer that is kept for a repeated request would keep what a CV says.
async fn serve() -> Result<(), StartError> {
    telemetry::start();
    let app = App::from_env().await?;
    Function::new("matching").http(routes::router(app.clone())).counting(&app.tenancy).serve().await
}
