//! Hostile files meet their reader in a process of its own, with little memory, little time and no secrets.
//!
//! The process is this very executable started again, so nothing else needs to be shipped: a program's `main` begins
//! with [`child_main_if_asked`]. The child gets no environment but `PDFIUM_PATH`; before it reads anything it gives up,
//! for good, opening files, reaching the network and starting processes, and it answers on its standard output.
//! Whatever becomes of it, the caller gets an [`ExtractError`].

mod child;
mod parent;
mod walls;

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::child::child_main_if_asked;
use super::{ExtractError, Extracted, Hint, PageImage, Pages};

/// The hidden first argument that makes a program the child.
const ASKED: &str = "--vivier-extract";

/// What a file may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest file, in bytes.
    pub input: usize,
    /// Largest answer, in bytes: JSON of the text, or an image.
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
    /// 50 MiB in, 64 MiB out, 448 MiB of memory (with the program's own, half a gibibyte), 10 seconds, this program.
    fn default() -> Self {
        Self {
            input: 50 << 20,
            output: 64 << 20,
            memory: 448 << 20,
            time: Duration::from_secs(10),
            program: None,
            pdfium: None,
        }
    }
}

/// What precedes the file on the child's standard input, in one line of JSON. Not in its arguments: a file's name
/// may be a person's, and arguments are public on a machine.
#[derive(Serialize, Deserialize)]
struct Order {
    media_type: Option<String>,
    file_name: Option<String>,
    task: Task,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Task {
    /// Answered by `Result<Extracted, ExtractError>` in JSON.
    Read { pages: Option<Pages> },
    /// Answered by `Result<Drawn, ExtractError>` in a line of JSON, and the image.
    Render { page: u32 },
}

#[derive(Serialize, Deserialize)]
struct Drawn {
    page: u32,
    width: u32,
    height: u32,
}

/// Gives up, in this process and for good, what a child gives up before it reads: memory beyond so many bytes more, a
/// number of seconds of processor time, files, network and processes.
///
/// # Errors
/// Where the kernel did not take all of it.
pub fn confine(memory: u64, seconds: u64) -> std::io::Result<()> {
    walls::limit(memory, seconds)?;
    walls::seal()
}

/// Reads a file in a child process; of a PDF only `pages`, if some are named. Blocks for up to `limits.time`: call it
/// off the asynchronous executor.
pub fn run(
    bytes: &[u8],
    hint: Hint<'_>,
    pages: Option<Pages>,
    limits: &Limits,
) -> Result<Extracted, ExtractError> {
    let order = Order {
        media_type: hint.media_type.map(str::to_owned),
        file_name: hint.file_name.map(str::to_owned),
        task: Task::Read { pages },
    };
    let answer = parent::ask(&order, bytes, limits)?;
    serde_json::from_slice(&answer).unwrap_or(Err(ExtractError::Crashed))
}

/// Draws a page, from 1, of a PDF in a child process, upright, at 300 dots an inch or what fewer a large page allows.
/// Blocks for up to `limits.time`.
pub fn render(bytes: &[u8], page: u32, limits: &Limits) -> Result<PageImage, ExtractError> {
    let order = Order { media_type: None, file_name: None, task: Task::Render { page } };
    let mut head = parent::ask(&order, bytes, limits)?;
    let end = head.iter().position(|byte| *byte == b'\n').ok_or(ExtractError::Crashed)?;
    let png = head.split_off(end + 1);
    let drawn: Result<Drawn, ExtractError> =
        serde_json::from_slice(&head).map_err(|_| ExtractError::Crashed)?;
    drawn.map(|Drawn { page, width, height }| PageImage { page, width, height, png })
}
