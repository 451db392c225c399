//! Reading a file's text in a child process, off the asynchronous executor.

use std::sync::Arc;

use vivier_runtime::HandlerError;
use vivier_text::{
    ExtractError, Extracted, Hint, PageImage, Pages,
    extract::guard::{self, Limits},
};

use crate::announcement::file_name;

/// A file, and what was said of it.
#[derive(Debug)]
pub struct Upload {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its document's name.
    pub name: String,
    /// The media type it was announced with.
    pub media_type: String,
}

/// Reads a slice of a PDF's pages, or another file as a whole; the inner error is the file's own fault and final.
pub async fn read(
    upload: &Arc<Upload>,
    pages: Pages,
) -> Result<Result<Extracted, ExtractError>, HandlerError> {
    let upload = Arc::clone(upload);
    in_child(move || {
        let hint = Hint { media_type: Some(&upload.media_type), file_name: file_name(&upload.name) };
        guard::run(&upload.bytes, hint, Some(pages), &Limits::default())
    })
    .await
}

/// Draws a page of a PDF; the inner error is the file's own fault and final.
pub async fn render(
    upload: &Arc<Upload>,
    page: u32,
) -> Result<Result<PageImage, ExtractError>, HandlerError> {
    let upload = Arc::clone(upload);
    in_child(move || guard::render(&upload.bytes, page, &Limits::default())).await
}

/// A child that ran out of time or memory, or broke down, gets a second chance at once: the machine may have been busy.
async fn in_child<T: Send + 'static>(
    work: impl Fn() -> Result<T, ExtractError> + Send + 'static,
) -> Result<Result<T, ExtractError>, HandlerError> {
    let reading = tokio::task::spawn_blocking(move || match work() {
        Err(error) if error.is_transient() => work(),
        outcome => outcome,
    });
    match reading.await.map_err(|error| HandlerError::other("reading a file", error))? {
        Err(error @ ExtractError::Unavailable) => Err(HandlerError::other("starting the reader", error)),
        outcome => Ok(outcome),
    }
}
