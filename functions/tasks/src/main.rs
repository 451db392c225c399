//! The function `tasks`: see the library beside it.

use tasks::{App, command, routes, watch};
use vivier_domain::task::PlatformTask;
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let app = App { tenancy: tenancy_from_env()?, clock: Clock::System };
    let (watching, commanded) = (app.clone(), app.clone());
    Function::new("tasks")
        .http(routes::router(app.clone()))
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .idempotent(&app.tenancy, app.clock)
        .scheduled(PlatformTask::TasksWatch, &app.tenancy, app.clock, move |platform| {
            let app = watching.clone();
            async move { watch::run(&app, &platform).await }
        })
        .operator(move |(platform, command)| {
            let app = commanded.clone();
            async move { command::handle(&app, &platform, command).await }
        })
        .serve()
        .await
}
