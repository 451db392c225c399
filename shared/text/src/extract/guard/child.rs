//! The other side of the guard: the process that reads one file.

use std::ffi::OsString;
use std::io::{self, BufRead, Read, Write};
use std::panic;
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::{ASKED, Claims};
use crate::extract::{ExtractError, Extracted, Hint, read};

/// Open files: three pipes, PDFium and what it links to.
const FILES: u64 = 32;

/// Reads one file and returns the program's exit code if this process was started by [`super::run`]; returns `None`
/// at once otherwise. To be called first in `main`, before threads, telemetry or configuration:
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
    let answer = match (memory, seconds) {
        (Some(memory), Some(seconds)) if confine(memory, seconds).is_ok() => answer(),
        // Without its limits nothing is read.
        _ => Err(ExtractError::Unavailable),
    };
    let written = serde_json::to_vec(&answer).map(|json| io::stdout().write_all(&json));
    Some(if matches!(written, Ok(Ok(()))) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn confine(memory: u64, seconds: u64) -> io::Result<()> {
    let limit = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    // The program's own image, hundreds of megabytes in a build for tests, is not the file's fault.
    limit(Resource::As, address_space()? + memory)?;
    limit(Resource::Cpu, seconds)?;
    limit(Resource::Nofile, FILES)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Core, 0)?;
    rustix::thread::set_no_new_privs(true)?;
    Ok(())
}

/// Bytes of address space in use: the first figure of `/proc/self/statm`, in pages.
fn address_space() -> io::Result<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages: u64 =
        statm.split(' ').next().and_then(|pages| pages.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok(pages * rustix::param::page_size() as u64)
}

fn answer() -> Result<Extracted, ExtractError> {
    let mut input = io::stdin().lock();
    let mut claims = Vec::new();
    let mut bytes = Vec::new();
    let received = input.read_until(b'\n', &mut claims).and_then(|_| input.read_to_end(&mut bytes));
    received.map_err(|error| match error.kind() {
        io::ErrorKind::OutOfMemory => ExtractError::OutOfMemory,
        _ => ExtractError::Crashed,
    })?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| ExtractError::Crashed)?;
    let hint = Hint { media_type: claims.media_type.as_deref(), file_name: claims.file_name.as_deref() };
    // A panic's message may quote the file.
    panic::set_hook(Box::new(|_| {}));
    panic::catch_unwind(|| read(&bytes, hint)).unwrap_or(Err(ExtractError::Crashed))
}
