//! The function `alerts`: see the library beside it.

use alerts::{App, routes, tick};
use vivier_domain::task::PlatformTask;
use vivier_runtime::{Function, StartError, telemetry};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let app = App::from_env()?;
    let ticking = app.clone();
    Function::new("alerts")
        .http(routes::router(app.clone()))
        .counting(&app.tenancy)
        .idempotent(&app.tenancy, app.clock)
        .scheduled(PlatformTask::AlertsTick, &app.tenancy, app.clock, move |platform| {
            let app = ticking.clone();
            async move { tick::run(&app, &platform).await }
        })
        .serve()
        .await
}
