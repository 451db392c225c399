//! Starts the function.

use offers::{App, file, routes, schedule};
use vivier_domain::task::PlatformTask;
use vivier_runtime::{Function, StartError, telemetry};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let app = App::from_env()?;
    let (on_file, on_schedule) = (app.clone(), app.clone());
    Function::new("offers")
        .http(routes::router(app.clone()))
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .idempotent(&app.tenancy, app.clock)
        .file(move |event| file(on_file.clone(), event))
        .scheduled(PlatformTask::OffersResume, &app.tenancy, app.clock, move |platform| {
            schedule(on_schedule.clone(), platform)
        })
        .serve()
        .await
}
