//! Times what ingestion computes on one core: reading a document's pages in child processes, cutting them into pieces, and the
//! pieces' vectors. `cargo run -p vivier-text --example ingest_time -- FOLDER_OF_THE_MODEL FILE PAGES_A_SLICE` prints JSON: pages,
//! pieces, words, and seconds of each part.
#![expect(clippy::print_stdout, reason = "a command's result belongs on standard output")]

use std::{path::Path, process::ExitCode, time::Instant};

use vivier_text::{
    Hint, LocalE5,
    extract::{
        Pages,
        guard::{self, Limits},
    },
    prepare::prepare,
};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    if let Some(code) = guard::child_main_if_asked() {
        return Ok(code);
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, file, slice] = arguments.as_slice() else {
        return Err("usage: ingest_time FOLDER_OF_THE_MODEL FILE PAGES_A_SLICE".into());
    };
    let embedder = LocalE5::open(Path::new(model))?;
    let (bytes, most) = (std::fs::read(file)?, slice.parse()?);
    let hint = Hint { media_type: None, file_name: Some(file) };
    let (mut first, mut words, mut pieces) = (1, 0, 0);
    let (mut reading, mut cutting, mut embedding) = (0.0, 0.0, 0.0);
    let pages = loop {
        let begun = Instant::now();
        let extracted = guard::run(&bytes, hint, Some(Pages { first, most }), &Limits::default())?;
        reading += begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let chunks = vivier_text::chunks(&extracted);
        cutting += begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        for chunk in &chunks {
            prepare(&embedder, "Manuel.pdf", chunk)?;
            words += chunk.text.split_whitespace().count();
        }
        embedding += begun.elapsed().as_secs_f64();
        pieces += chunks.len();
        let total = extracted.pages.unwrap_or(1);
        first += most;
        if first > total {
            break total;
        }
    };
    println!(
        "{}",
        serde_json::json!({
            "pages": pages, "pieces": pieces, "words": words,
            "reading": reading, "cutting": cutting, "embedding": embedding,
        })
    );
    Ok(ExitCode::SUCCESS)
}
