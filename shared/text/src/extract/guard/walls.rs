//! What a process gives up before it reads a stranger's file: first amounts, then, once its library is loaded, kinds
//! of things it could do at all.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

/// Open files: three pipes, PDFium and what it links to.
const FILES: u64 = 32;

/// Bounds memory (bytes beyond the program's own), processor time and files.
pub(super) fn limit(memory: u64, seconds: u64) -> io::Result<()> {
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

/// Leaves the process nothing but its memory, its clock and its pipes.
#[expect(clippy::unnecessary_wraps, reason = "the filter of system calls comes with the next commit")]
pub(super) fn seal() -> io::Result<()> {
    Ok(())
}
