//! What a process gives up before it reads a stranger's file: first amounts, then, once its library is loaded, all that
//! it could do to the world around it.

use std::collections::BTreeMap;
use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};

/// Open files: three pipes, PDFium and what it links to.
const FILES: u64 = 32;

/// What the reading of bytes needs of the kernel: memory, its own pipes, the clock, random numbers for hash tables, and
/// an end. There is no call among them that names a file, an address, or another process.
const CALLS: [libc::c_long; 30] = [
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_fstat,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_sigaltstack,
    libc::SYS_write,
    libc::SYS_writev,
];

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

/// Leaves the process nothing but its memory, its clock and its pipes. Any other call of the kernel fails as one that
/// is not permitted: a reader that only looked around goes on, one that was taken over gets nowhere.
///
/// # Errors
/// Where the kernel knows filters and took none: then nothing may be read. A kernel without them leaves the process to
/// its limits.
pub(super) fn seal() -> io::Result<()> {
    if rustix::thread::secure_computing_mode() == Err(rustix::io::Errno::INVAL) {
        return Ok(());
    }
    let filter = filter().map_err(io::Error::other)?;
    seccompiler::apply_filter(&filter).map_err(io::Error::other)
}

fn filter() -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = CALLS.iter().map(|call| (*call, Vec::new())).collect();
    // Memory never becomes code.
    let no_code =
        SeccompCondition::new(2, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64), 0)?;
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        rules.insert(call, vec![SeccompRule::new(vec![no_code.clone()])?]);
    }
    // An abort is a signal to oneself.
    let own = u64::from(std::process::id());
    let oneself = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, own)?;
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![oneself])?]);
    SeccompFilter::new(
        rules,
        SeccompAction::Errno(libc::EPERM as u32),
        SeccompAction::Allow,
        TargetArch::try_from(std::env::consts::ARCH)?,
    )?
    .try_into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_is_one_the_kernel_takes() {
        // BPF_MAXINSNS
        assert!(filter().unwrap().len() < 4096);
    }
}
