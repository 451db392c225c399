//! Recognises the scanned pages of every PDF of a folder with Tesseract and prints each text as a line of JSON, and the
//! seconds a page took. `cargo run -p vivier-text --example recognise_folder -- FOLDER`
#![expect(clippy::print_stdout, reason = "a command's result belongs on standard output")]

use std::process::ExitCode;
use std::time::Instant;

use vivier_text::extract::guard::{self, Limits};
use vivier_text::{Hint, Recogniser, Tesseract};

fn main() -> ExitCode {
    if let Some(code) = guard::child_main_if_asked() {
        return code;
    }
    let Some(folder) = std::env::args_os().nth(1) else { return ExitCode::FAILURE };
    let (Some(tesseract), Ok(runtime)) =
        (Tesseract::from_env(), tokio::runtime::Builder::new_current_thread().enable_all().build())
    else {
        println!("tesseract is missing");
        return ExitCode::FAILURE;
    };
    let limits = Limits::default();
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.sort();
    for file in files {
        let Ok(bytes) = std::fs::read(&file) else { continue };
        let hint = Hint { media_type: Some("application/pdf"), file_name: None };
        let Ok(mut found) = guard::run(&bytes, hint, None, &limits) else { continue };
        for page in found.scanned.clone() {
            let begun = Instant::now();
            let lines =
                guard::render(&bytes, page, &limits).map_err(|error| error.to_string()).and_then(|image| {
                    runtime.block_on(tesseract.recognise(image)).map_err(|error| error.to_string())
                });
            match lines {
                Ok(lines) => {
                    found.recognised(page, &lines);
                    let seconds = begun.elapsed().as_secs_f64();
                    let line = serde_json::json!({ "file": file, "page": page, "seconds": seconds, "text": found.text() });
                    println!("{line}");
                }
                Err(error) => {
                    println!("{}", serde_json::json!({ "file": file, "page": page, "error": error }));
                }
            }
        }
    }
    ExitCode::SUCCESS
}
