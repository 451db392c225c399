//! The function `metrics`: see the library beside it.

use metrics::{App, record};
use vivier_runtime::{Clock, Function, StartError, telemetry, tenancy_from_env};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    telemetry::start();
    let tenancy = tenancy_from_env()?;
    let app = App { tenancy, clock: Clock::System };
    Function::new("metrics")
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
