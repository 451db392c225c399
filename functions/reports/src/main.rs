//! The function `reports`: see the library beside it.

use reports::{App, arrival, routes, tick};
use vivier_domain::task::PlatformTask;
use vivier_runtime::{Function, StartError, telemetry};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let app = App::from_env()?;
    let (arriving, ticking) = (app.clone(), app.clone());
    Function::new("reports")
        .http(routes::router(app.clone()))
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .idempotent(&app.tenancy, app.clock)
        .file(move |event| {
            let app = arriving.clone();
            async move { arrival::take(&app, &event).await }
        })
        .scheduled(PlatformTask::ReportsTick, &app.tenancy, app.clock, move |platform| {
            let app = ticking.clone();
            async move { tick::run(&app, &platform).await }
        })
        .serve()
        .await
}
