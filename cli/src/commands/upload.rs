//! What documents and imports share: a file is announced, sent to the address that comes back, and waited for.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{api::Api, failure::Failure, plan::Call};

/// Between two looks at what is being worked on.
const PAUSE: Duration = Duration::from_millis(500);

/// A file's content.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", file.display())))
}

/// A file's ending, in small letters.
pub(super) fn ending(file: &Path) -> String {
    file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Announces a file and sends it; the id that the announcement gave it under `id`.
pub(super) async fn send(
    api: &Api,
    path: &str,
    body: Value,
    id: &str,
    content: Vec<u8>,
) -> Result<String, Failure> {
    let announced = api.send(&Call::post(path, body), None).await?.body;
    api.upload(&announced["upload"], content).await?;
    announced[id]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Failure::refused("no-id", "The announcement names no id."))
}

/// Reads `path` until its `status` is among `ends`, for so many seconds; what was read last.
pub(super) async fn wait(api: &Api, path: &str, ends: &[&str], seconds: u64) -> Result<Value, Failure> {
    let until = Instant::now() + Duration::from_secs(seconds);
    loop {
        let found = api.send(&Call::get(path), None).await?.body;
        if found["status"].as_str().is_some_and(|status| ends.contains(&status)) {
            return Ok(found);
        }
        if Instant::now() >= until {
            return Err(Failure::Unreachable(format!(
                "The work on it is not done after {seconds} s; it goes on."
            )));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
