//! Starts the function.

use offers::{App, file, routes, schedule};
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env().await?;
    let app = App { tenancy, clock: Clock::System };
    let (on_file, on_schedule) = (app.clone(), app.clone());
    Function::new("offers")
        .http(routes::router(app.clone()))
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .idempotent(&app.tenancy, app.clock)
        .file(move |event| file(on_file.clone(), event))
        .schedule(move |platform| schedule(on_schedule.clone(), platform))
        .serve()
        .await
}
