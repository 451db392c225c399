//! Reads a file, or every file of a folder, through the guard and prints one line each: how it ended, how long it took, how much
//! text came out. `cargo run -p vivier-text --example extract_folder -- FOLDER [--json]`
#![expect(clippy::print_stdout, reason = "a command's result belongs on standard output")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use vivier_text::Hint;
use vivier_text::extract::guard::{self, Limits};

fn main() -> ExitCode {
    if let Some(code) = guard::child_main_if_asked() {
        return code;
    }
    let Some(folder) = std::env::args_os().nth(1) else { return ExitCode::FAILURE };
    let whole = std::env::args().any(|argument| argument == "--json");
    let mut files = Vec::new();
    let folder = Path::new(&folder);
    if folder.is_file() {
        files.push(folder.to_owned());
    } else {
        collect(folder, &mut files);
    }
    files.sort();
    for file in files {
        let (Ok(bytes), Some(name)) = (std::fs::read(&file), file.file_name().and_then(|name| name.to_str()))
        else {
            continue;
        };
        let begun = Instant::now();
        let result =
            guard::run(&bytes, Hint { media_type: None, file_name: Some(name) }, None, &Limits::default());
        let seconds = begun.elapsed().as_secs_f64();
        match result {
            Ok(found) if whole => println!("{}", serde_json::json!({ "file": file, "extracted": found })),
            Ok(found) => {
                let chunks = vivier_text::chunks(&found);
                println!(
                    "{seconds:6.3} s  {:>8} characters  {:>6} blocks  {:>5} chunks  {}",
                    found.text().chars().count(),
                    found.blocks.len(),
                    chunks.len(),
                    file.display()
                );
            }
            Err(error) if whole => println!("{}", serde_json::json!({ "file": file, "error": error.code() })),
            Err(error) => println!("{seconds:6.3} s  {:<42} {}", error.code(), file.display()),
        }
    }
    ExitCode::SUCCESS
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
