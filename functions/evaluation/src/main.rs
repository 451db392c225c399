//! The function `evaluation`: see the library beside it.

use evaluation::{App, routes, tick};
use vivier_domain::task::PlatformTask;
use vivier_runtime::{Function, StartError, telemetry};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let app = App::from_env()?;
    let ticking = app.clone();
    Function::new("evaluation")
        .http(routes::router(app.clone()))
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .idempotent(&app.tenancy, app.clock)
        .scheduled(PlatformTask::EvaluationTick, &app.tenancy, app.clock, move |platform| {
            let app = ticking.clone();
            async move { tick::run(&app, &platform).await }
        })
        .serve()
        .await
}
