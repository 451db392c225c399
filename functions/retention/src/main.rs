//! The function `retention`: see the library beside it.

use retention::{App, command, routes, run};
use vivier_domain::task::PlatformTask;
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env()?;
    let app = App { tenancy, clock: Clock::System };
    let (scheduled, commanded) = (app.clone(), app.clone());
    Function::new("retention")
        .http(routes::router(app.clone()))
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .idempotent(&app.tenancy, app.clock)
        .scheduled(PlatformTask::RetentionDaily, &app.tenancy, app.clock, move |platform| {
            let app = scheduled.clone();
            async move { run::daily(&app, &platform).await }
        })
        .operator(move |(platform, command)| {
            let app = commanded.clone();
            async move { command::handle(&app, &platform, command).await }
        })
        .serve()
        .await
}
