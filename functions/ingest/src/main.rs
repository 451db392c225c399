//! The function `ingest`: see the library beside it.

use std::process::ExitCode;

use ingest::{App, arrival, resume, routes};
use vivier_domain::task::PlatformTask;
use vivier_runtime::{Function, StartError, telemetry};

fn main() -> Result<ExitCode, StartError> {
    // Before any thread: this process may be the child that reads one file.
    if let Some(code) = vivier_text::extract::guard::child_main_if_asked() {
        return Ok(code);
    }
    let runtime = tokio::runtime::Runtime::new().map_err(StartError::dependency)?;
    runtime.block_on(serve()).map(|()| ExitCode::SUCCESS)
}

async fn serve() -> Result<(), StartError> {
    telemetry::start();
    let app = App::from_env()?;
    let (arriving, resuming) = (app.clone(), app.clone());
    Function::new("ingest")
        .http(routes::router(app.clone()))
        .counting(&app.tenancy)
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .idempotent(&app.tenancy, app.clock)
        .file(move |event| {
            let app = arriving.clone();
            async move { arrival::take(&app, &event).await }
        })
        .scheduled(PlatformTask::IngestResume, &app.tenancy, app.clock, move |platform| {
            let app = resuming.clone();
            async move { resume::run(&app, &platform).await }
        })
        .serve()
        .await
}
