//! Tesseract, as a process of its own for each page.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::{OcrError, Recogniser, Recognising};
use crate::extract::PageImage;

/// Names the program; without it, `tesseract` is looked for on `PATH`.
const TESSERACT_PATH: &str = "TESSERACT_PATH";
/// What the program finds its models and, where it is not installed but carried along, its libraries by.
const HANDED_ON: [&str; 2] = ["TESSDATA_PREFIX", "LD_LIBRARY_PATH"];
/// Languages of the tenants' documents, the likelier first.
const LANGUAGES: &str = "fra+eng";
/// Find the text's direction, its columns and lines.
const LAYOUT: &str = "1";
/// Address space: the models of both languages and a page of 18 million pixels need half of it.
const MEMORY: u64 = 1 << 30;
/// A page takes some two seconds.
const TIME: Duration = Duration::from_mins(1);
/// Most bytes of text taken of a page.
const OUTPUT: u64 = 1 << 20;

/// The program, and what a page may cost it.
#[derive(Debug, Clone)]
pub struct Tesseract {
    program: PathBuf,
    time: Duration,
}

impl Tesseract {
    /// The program that `TESSERACT_PATH` names, else the one on `PATH`; `None` where there is none.
    pub fn from_env() -> Option<Self> {
        let program = match std::env::var_os(TESSERACT_PATH) {
            Some(path) => PathBuf::from(path),
            None => std::env::split_paths(&std::env::var_os("PATH")?)
                .map(|folder| folder.join("tesseract"))
                .find(|path| path.is_file())?,
        };
        program.is_file().then(|| Self::at(&program))
    }

    /// The program at a path.
    pub fn at(program: &Path) -> Self {
        Self { program: program.to_owned(), time: TIME }
    }

    /// As much time by the clock for a page, and rounded up to seconds as much of processor time.
    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        Self { time, ..self }
    }

    async fn run(&self, image: &PageImage) -> Result<Vec<String>, OcrError> {
        let mut child = self.start()?;
        // Nothing of the image has reached it yet.
        confine(&child, self.time).map_err(|error| OcrError::Unavailable(Some(Box::new(error))))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(OcrError::Unavailable(None));
        };
        let feed = async move {
            // It may end before it has read everything; its end tells why.
            let _ = input.write_all(&image.png).await;
        };
        let mut text = Vec::new();
        let mut output = output.take(OUTPUT);
        let ((), read) = tokio::join!(feed, output.read_to_end(&mut text));
        drop(output);
        let status = child.wait().await;
        match (read, status) {
            (Ok(_), Ok(status)) if status.success() => {
                // Form feeds part pages.
                Ok(String::from_utf8_lossy(&text).replace('\u{c}', "").lines().map(str::to_owned).collect())
            }
            _ => Err(OcrError::Failed),
        }
    }

    fn start(&self) -> Result<Child, OcrError> {
        let handed_on = HANDED_ON.map(|name| (name, std::env::var_os(name)));
        let handed_on = handed_on.into_iter().filter_map(|(name, value)| Some((name, value?)));
        Command::new(&self.program)
            .args(["stdin", "stdout", "-l", LANGUAGES, "--psm", LAYOUT, "--dpi", "300"])
            .env_clear()
            // One page on one core: the others have their own work.
            .env("OMP_THREAD_LIMIT", "1")
            .envs(handed_on.collect::<Vec<(&str, OsString)>>())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| OcrError::Unavailable(Some(Box::new(error))))
    }
}

/// Bounds the memory, processor time and files of a child that has just started.
fn confine(child: &Child, time: Duration) -> std::io::Result<()> {
    let id = child.id().and_then(|id| Pid::from_raw(id.cast_signed())).ok_or(std::io::ErrorKind::NotFound)?;
    let seconds = time.as_secs().max(1);
    for (resource, most) in
        [(Resource::As, MEMORY), (Resource::Cpu, seconds), (Resource::Fsize, 0), (Resource::Core, 0)]
    {
        prlimit(Some(id), resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

impl Recogniser for Tesseract {
    fn name(&self) -> &'static str {
        "tesseract"
    }

    fn recognise(&self, image: PageImage) -> Recognising<'_> {
        Box::pin(async move {
            // The child is killed when the wait for it is given up.
            tokio::time::timeout(self.time, self.run(&image)).await.unwrap_or(Err(OcrError::TimedOut))
        })
    }
}
