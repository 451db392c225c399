//! The function `breaches`: see the library beside it.

use breaches::{App, command, routes, tick};
use vivier_domain::task::PlatformTask;
use vivier_runtime::{Function, StartError, telemetry};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let app = App::from_env()?;
    let (ticking, commanded) = (app.clone(), app.clone());
    Function::new("breaches")
        .http(routes::router(app.clone()))
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .idempotent(&app.tenancy, app.clock)
        .scheduled(PlatformTask::BreachesTick, &app.tenancy, app.clock, move |platform| {
            let app = ticking.clone();
            async move { tick::run(&app, &platform).await }
        })
        .operator(move |(platform, command)| {
            let app = commanded.clone();
            async move { command::handle(&app, &platform, command).await }
        })
        .serve()
        .await
}
