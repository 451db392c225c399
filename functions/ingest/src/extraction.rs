//! Reading a file's text in a child process, off the asynchronous executor.

use vivier_runtime::HandlerError;
use vivier_text::{
    ExtractError, Extracted, Hint,
    extract::guard::{self, Limits},
};

use crate::announcement::file_name;

/// Reads a file; the inner error is the file's own fault and final.
///
/// A child that ran out of time or memory, or broke down, gets a second chance at once: the machine may have been busy.
pub async fn read(
    bytes: Vec<u8>,
    name: String,
    media_type: String,
) -> Result<Result<Extracted, ExtractError>, HandlerError> {
    let reading = tokio::task::spawn_blocking(move || {
        let hint = Hint { media_type: Some(&media_type), file_name: file_name(&name) };
        match guard::run(&bytes, hint, None, &Limits::default()) {
            Err(error) if error.is_transient() => guard::run(&bytes, hint, None, &Limits::default()),
            outcome => outcome,
        }
    });
    match reading.await.map_err(|error| HandlerError::other("reading a file", error))? {
        Err(error @ ExtractError::Unavailable) => Err(HandlerError::other("starting the reader", error)),
        outcome => Ok(outcome),
    }
}
