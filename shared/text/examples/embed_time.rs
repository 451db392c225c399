//! Times the embedder on this machine: `cargo run -p vivier-text --example embed_time -- FOLDER_OF_THE_MODEL`
#![expect(clippy::print_stdout, reason = "a command's result belongs on standard output")]

use std::path::Path;
use std::time::Instant;

use vivier_text::{Embedder, LocalE5};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).ok_or("the folder of the model is missing")?;
    let begun = Instant::now();
    let model = LocalE5::open(Path::new(&folder))?;
    println!("open: {:?}", begun.elapsed());
    let query = "Combien de jours de télétravail par semaine pour un développeur à Lyon ?";
    let passage = "Le salarié pose ses congés auprès de son responsable, qui répond sous huit jours ouvrés. "
        .repeat(17);
    println!("first query: {:?}", time(|| model.query(query).map(drop))?);
    for (name, text) in [("query", query), ("passage of 255 words", passage.as_str())] {
        let mut times =
            (0..20).map(|_| time(|| model.passages(&[text]).map(drop))).collect::<Result<Vec<_>, _>>()?;
        times.sort();
        println!("{name}: {} tokens, median {:?}", model.tokenizer().encode(text, 512).len() + 2, times[10]);
    }
    Ok(())
}

fn time<E>(run: impl FnOnce() -> Result<(), E>) -> Result<std::time::Duration, E> {
    let begun = Instant::now();
    run()?;
    Ok(begun.elapsed())
}
