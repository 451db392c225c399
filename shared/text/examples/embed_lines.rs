//! Vectors of what people search, a line of standard input each, as little-endian `f32` on standard output:
//! `cargo run -p vivier-text --example embed_lines -- FOLDER_OF_THE_MODEL <TEXTS >VECTORS`. `infra/local/space.py` learns from them.

use std::io::{BufRead, BufWriter, Write};
use std::path::Path;

use vivier_text::{Embedder, LocalE5};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).ok_or("the folder of the model is missing")?;
    let model = LocalE5::open(Path::new(&folder))?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        for figure in model.query(&line?)? {
            out.write_all(&figure.to_le_bytes())?;
        }
    }
    out.flush()?;
    Ok(())
}
