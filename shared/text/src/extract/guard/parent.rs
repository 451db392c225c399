//! This side of the guard: starts the child, feeds it, and tells from its end what became of the file.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::{ASKED, Limits, Order};
use crate::extract::ExtractError;
use crate::extract::pdf::PDFIUM_PATH;

/// Bytes kept of what the child complains about.
const COMPLAINT: u64 = 4096;

/// What a child answers to an order about a file.
pub(super) fn ask(order: &Order, bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, ExtractError> {
    if bytes.len() > limits.input {
        return Err(ExtractError::TooLarge);
    }
    let mut order = serde_json::to_vec(order).map_err(|_| ExtractError::Unavailable)?;
    order.push(b'\n');
    let mut child = start(limits)?;
    let (Some(mut input), Some(output), Some(complaint)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(ExtractError::Unavailable);
    };
    let deadline = Instant::now() + limits.time;
    thread::scope(|scope| {
        scope.spawn(move || {
            // The child may end before it has read everything; its answer tells why.
            let _ = input.write_all(&order).and_then(|()| input.write_all(bytes));
        });
        let complaint = scope.spawn(move || read_up_to(complaint, COMPLAINT));
        let (answer, answered) = mpsc::channel();
        let most = limits.output as u64;
        scope.spawn(move || answer.send(read_up_to(output, most + 1)));
        let answer = answered.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok();
        // An answer too long is cut off by closing the pipe, and a child out of time is killed: then all pipes end.
        let status = end(&mut child, deadline);
        let complaint = complaint.join().unwrap_or_default();
        match (answer, status) {
            (Some(answer), _) if answer.len() > limits.output => Err(ExtractError::TooLarge),
            (Some(answer), Some(status)) if status.success() => Ok(answer),
            (_, None) => Err(ExtractError::TimedOut),
            (_, Some(status)) => Err(cause(status, &complaint)),
        }
    })
}

fn start(limits: &Limits) -> Result<Child, ExtractError> {
    let program = match &limits.program {
        Some(program) => program.clone(),
        None => std::env::current_exe().map_err(|_| ExtractError::Unavailable)?,
    };
    // Whoever takes over the child must not read this process's memory or environment: there are the keys.
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
        .map_err(|_| ExtractError::Unavailable)?;
    let mut command = Command::new(program);
    command
        .arg(ASKED)
        .arg(limits.memory.to_string())
        .arg(limits.time.as_secs().max(1).to_string())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(library) =
        limits.pdfium.clone().map(PathBuf::into_os_string).or_else(|| std::env::var_os(PDFIUM_PATH))
    {
        command.env(PDFIUM_PATH, library);
    }
    command.spawn().map_err(|_| ExtractError::Unavailable)
}

fn read_up_to(from: impl Read, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = from.take(most).read_to_end(&mut bytes);
    bytes
}

/// Waits for the child to end, kills it at the deadline; `None` where it had to be killed.
fn end(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= deadline {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Why a child ended without an answer.
fn cause(status: ExitStatus, complaint: &[u8]) -> ExtractError {
    use std::os::unix::process::ExitStatusExt;

    let complaint = String::from_utf8_lossy(complaint);
    match status.signal() {
        Some(signal) if signal == rustix::process::Signal::XCPU.as_raw() => ExtractError::TimedOut,
        // Rust's allocator says so before it aborts; killed from outside means killed by the kernel for memory.
        Some(_) if complaint.contains("memory allocation of") || complaint.contains("bad_alloc") => {
            ExtractError::OutOfMemory
        }
        Some(signal) if signal == rustix::process::Signal::KILL.as_raw() => ExtractError::OutOfMemory,
        _ => ExtractError::Crashed,
    }
}
