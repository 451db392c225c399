//! The other side of the guard: the process that reads one file.

use std::ffi::OsString;
use std::io::{self, BufRead, Read, Write};
use std::panic;
use std::process::ExitCode;

use super::{ASKED, Drawn, Order, Task, walls};
use crate::extract::{ExtractError, Hint, pdf, read, render};

/// Reads one file and returns the program's exit code if this process was started by [`super::run`] or
/// [`super::render`]; returns `None` at once otherwise. To be called first in `main`, before threads, telemetry or
/// configuration:
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     if let Some(code) = vivier_text::extract::guard::child_main_if_asked() {
///         return code;
///     }
///     std::process::ExitCode::SUCCESS
/// }
/// ```
pub fn child_main_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != ASKED {
        return None;
    }
    let mut figure = || arguments.next().and_then(|figure: OsString| figure.to_str()?.parse::<u64>().ok());
    let (memory, seconds) = (figure(), figure());
    let limited = match (memory, seconds) {
        (Some(memory), Some(seconds)) => walls::limit(memory, seconds).is_ok(),
        _ => false,
    };
    // Without its limits nothing is read.
    let answer = if limited { answer() } else { refuse(ExtractError::Unavailable) };
    Some(match answer.map(|answer| io::stdout().write_all(&answer)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// An answer that both tasks understand.
fn refuse(error: ExtractError) -> serde_json::Result<Vec<u8>> {
    let mut answer = serde_json::to_vec(&Err::<(), _>(error))?;
    answer.push(b'\n');
    Ok(answer)
}

fn answer() -> serde_json::Result<Vec<u8>> {
    let (order, bytes) = match receive() {
        Ok(received) => received,
        Err(error) => return refuse(error),
    };
    // The last file that is opened. Whether it is there is told by the reader that misses it.
    if pdf::is_near(&bytes) {
        pdf::bind();
    }
    if walls::seal().is_err() {
        return refuse(ExtractError::Unavailable);
    }
    // A panic's message may quote the file.
    panic::set_hook(Box::new(|_| {}));
    match order.task {
        Task::Read { pages } => {
            let hint =
                Hint { media_type: order.media_type.as_deref(), file_name: order.file_name.as_deref() };
            let found = panic::catch_unwind(|| read(&bytes, hint, pages));
            serde_json::to_vec(&found.unwrap_or(Err(ExtractError::Crashed)))
        }
        Task::Render { page } => {
            match panic::catch_unwind(|| render(&bytes, page)).unwrap_or(Err(ExtractError::Crashed)) {
                Err(error) => refuse(error),
                Ok(image) => {
                    let drawn = Drawn { page: image.page, width: image.width, height: image.height };
                    let mut answer = serde_json::to_vec(&Ok::<_, ExtractError>(drawn))?;
                    answer.push(b'\n');
                    answer.extend(image.png);
                    Ok(answer)
                }
            }
        }
    }
}

fn receive() -> Result<(Order, Vec<u8>), ExtractError> {
    let mut input = io::stdin().lock();
    let mut order = Vec::new();
    let mut bytes = Vec::new();
    let received = input.read_until(b'\n', &mut order).and_then(|_| input.read_to_end(&mut bytes));
    received.map_err(|error| match error.kind() {
        io::ErrorKind::OutOfMemory => ExtractError::OutOfMemory,
        _ => ExtractError::Crashed,
    })?;
    Ok((serde_json::from_slice(&order).map_err(|_| ExtractError::Crashed)?, bytes))
}
