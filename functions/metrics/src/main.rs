//! The function `metrics`: see the library beside it.

use metrics::{App, record, routes};
use vivier_runtime::{Clock, Function, StartError, telemetry};
use vivier_tenancy::{Cloud, Tenancy, config::Config};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy =
        Tenancy::new(Config::from_env()?, &Cloud::from_env().await).map_err(StartError::dependency)?;
    let app = App { tenancy, clock: Clock::System };
    Function::new("metrics")
        .http(routes::router(app.clone()))
        .audited(&app.tenancy, app.clock, &routes::openapi())
        .stream(move |event| {
            let app = app.clone();
            async move {
                let again = record::consume(&app, app.clock.now(), &event.records).await;
                Ok(record::answer(again.as_deref()))
            }
        })
        .serve()
        .await
}
