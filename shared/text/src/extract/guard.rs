//! Hostile files meet their reader in a process of its own, with little memory, little time and no secrets.
//!
//! The process is this very executable started again, so nothing else needs to be shipped: a program's `main` begins
//! with [`child_main_if_asked`]. The child gets no environment but `PDFIUM_PATH`, may create no file and no file
//! larger than nothing, and answers in JSON on its standard output; whatever becomes of it, the caller gets an
//! [`ExtractError`].

mod child;

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

pub use self::child::child_main_if_asked;
use super::pdf::PDFIUM_PATH;
use super::{ExtractError, Extracted, Hint};

/// The hidden first argument that makes a program the child.
const ASKED: &str = "--vivier-extract";
/// Bytes kept of what the child complains about.
const COMPLAINT: u64 = 4096;

/// What a file may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest file, in bytes.
    pub input: usize,
    /// Largest answer, in bytes of JSON.
    pub output: usize,
    /// Address space beyond what the program itself takes, in bytes.
    pub memory: u64,
    /// Time by the clock; as much of processor time is allowed, rounded up to seconds.
    pub time: Duration,
    /// The program to start; `None` is the running one. Its `main` begins with [`child_main_if_asked`].
    pub program: Option<PathBuf>,
    /// The PDFium library; `None` is what `PDFIUM_PATH` names.
    pub pdfium: Option<PathBuf>,
}

impl Default for Limits {
    /// 50 MiB in, 64 MiB out, 512 MiB of memory, 10 seconds, this program.
    fn default() -> Self {
        Self {
            input: 50 << 20,
            output: 64 << 20,
            memory: 512 << 20,
            time: Duration::from_secs(10),
            program: None,
            pdfium: None,
        }
    }
}

/// What precedes the file on the child's standard input, in one line of JSON. Not in its arguments: a file's name
/// may be a person's, and arguments are public on a machine.
#[derive(Serialize, Deserialize)]
struct Claims {
    media_type: Option<String>,
    file_name: Option<String>,
}

/// Reads a file in a child process. Blocks for up to `limits.time`: call it off the asynchronous executor.
pub fn run(bytes: &[u8], hint: Hint<'_>, limits: &Limits) -> Result<Extracted, ExtractError> {
    if bytes.len() > limits.input {
        return Err(ExtractError::TooLarge);
    }
    let claims = Claims {
        media_type: hint.media_type.map(str::to_owned),
        file_name: hint.file_name.map(str::to_owned),
    };
    let mut claims = serde_json::to_vec(&claims).map_err(|_| ExtractError::Unavailable)?;
    claims.push(b'\n');
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
            let _ = input.write_all(&claims).and_then(|()| input.write_all(bytes));
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
            (Some(answer), Some(status)) if status.success() => {
                serde_json::from_slice(&answer).unwrap_or(Err(ExtractError::Crashed))
            }
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
