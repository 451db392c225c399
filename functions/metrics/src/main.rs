//! The function `metrics`: see the library beside it.

use metrics::{App, command, record};
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env()?;
    let app = App { tenancy, clock: Clock::System };
    let commanded = app.clone();
    Function::new("metrics")
        .stream(move |event| {
            let app = app.clone();
            async move {
                let consumed = record::consume(&app, app.clock.now(), &event.records).await;
                Ok(record::answer(consumed.again.as_deref()))
            }
        })
        .operator(move |(platform, command)| {
            let app = commanded.clone();
            async move { command::handle(&app, &platform, command).await }
        })
        .serve()
        .await
}
