//! How often the right occupation is found from a title, and whether confidences mean what they say.
//!
//!     cargo run --release -p vivier-reference --example occupations -- FOLDER OFFERS APPELLATIONS [MODEL]
//!
//! FOLDER is what reference.py wrote (with `--rome`, or parts of a split code count as wrong), OFFERS a CSV file with
//! `titre_offre` and `coderome`, APPELLATIONS a folder with `queries.jsonl` and `qrels.tsv`, MODEL what model.py wrote.

#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::Path;

use vivier_reference::Occupations;
use vivier_text::{Embedder, LocalE5};

/// A title and its code in release 3 or 4.
type Title = (String, String);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, offers, appellations, model @ ..] = arguments.as_slice() else {
        return Err("FOLDER OFFERS APPELLATIONS [MODEL]".into());
    };
    let occupations = Occupations::open(Path::new(folder))?;
    let offers = read_offers(Path::new(offers))?;
    let labels: HashSet<String> = occupations.all().iter().map(|one| one.label.to_lowercase()).collect();
    let free = offers.iter().filter(|(title, _)| !labels.contains(&title.to_lowercase())).cloned().collect();
    let sets: [(&str, Vec<Title>); 3] = [
        ("offers", offers),
        ("offers whose title is no label", free),
        ("appellations", read_appellations(Path::new(appellations))?),
    ];
    let embedder = model.first().map(|folder| LocalE5::open(Path::new(folder))).transpose()?;
    for (name, titles) in &sets {
        report(&format!("{name}, words"), &occupations, titles, None)?;
    }
    if let Some(embedder) = embedder {
        let texts: Vec<&str> = occupations.titles().map(|(_, text)| text).collect();
        let vectors = embedder.passages(&texts)?;
        for (name, titles) in &sets {
            report(
                &format!("{name}, words and similarity"),
                &occupations,
                titles,
                Some((&embedder, &vectors)),
            )?;
        }
    }
    Ok(())
}

fn report(
    name: &str,
    occupations: &Occupations,
    titles: &[Title],
    model: Option<(&LocalE5, &[Vec<f32>])>,
) -> Result<(), Box<dyn Error>> {
    let (mut exact, mut first, mut fifth, mut told) = (0, 0, 0, 0);
    let mut deciles = [(0u32, 0.0f32, 0u32); 10];
    let begun = std::time::Instant::now();
    for (title, code) in titles {
        let similar = model
            .map(|(embedder, vectors)| similarities(embedder, vectors, occupations, title))
            .transpose()?;
        let found = occupations.candidates(title, similar.as_deref().unwrap_or_default(), 5);
        let is_right = |number: usize| {
            found.get(number).is_some_and(|one| {
                one.occupation.code == code.as_str()
                    || one.occupation.parent.is_some_and(|parent| parent == code.as_str())
            })
        };
        exact += u32::from(found.first().is_some_and(|one| one.occupation.code == code.as_str()));
        first += u32::from(is_right(0));
        fifth += u32::from((0..5).any(is_right));
        let Some(best) = found.first() else { continue };
        told += 1;
        let (count, sum, right) = &mut deciles[((best.confidence * 10.0) as usize).min(9)];
        *count += 1;
        *sum += best.confidence;
        *right += u32::from(is_right(0));
    }
    let share = |count: u32| f64::from(count) / titles.len() as f64;
    println!(
        "{name}: {} titles, {:.1}% with an answer; right first {:.1}% (the very code {:.1}%), among five {:.1}%; {:.2?} each",
        titles.len(),
        100.0 * share(told),
        100.0 * share(first),
        100.0 * share(exact),
        100.0 * share(fifth),
        begun.elapsed() / titles.len().max(1) as u32
    );
    println!("  confidence      titles  told   right");
    let mut error = 0.0;
    for (decile, (count, sum, right)) in deciles.iter().enumerate().filter(|(_, (count, ..))| *count > 0) {
        let (told, right) = (sum / *count as f32, *right as f32 / *count as f32);
        error += (told - right).abs() * *count as f32;
        println!(
            "  {:.1} to {:.1}  {count:>9}  {told:.2}    {right:.2}",
            decile as f32 / 10.0,
            (decile + 1) as f32 / 10.0
        );
    }
    println!("  expected calibration error {:.3}", error / titles.len() as f32);
    Ok(())
}

fn similarities<'o>(
    embedder: &LocalE5,
    vectors: &[Vec<f32>],
    occupations: &'o Occupations,
    title: &str,
) -> Result<Vec<(&'o str, f32)>, Box<dyn Error>> {
    let query = embedder.query(title)?;
    let cosine = |vector: &Vec<f32>| vector.iter().zip(&query).map(|(a, b)| a * b).sum();
    Ok(occupations
        .all()
        .iter()
        .zip(vectors)
        .map(|(one, vector)| (one.code.as_str(), cosine(vector)))
        .collect())
}

fn read_offers(file: &Path) -> Result<Vec<Title>, Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(file)?;
    let heading = reader.headers()?.clone();
    let column = |name: &str| heading.iter().position(|one| one == name).ok_or("a column is missing");
    let (title, code) = (column("titre_offre")?, column("coderome")?);
    reader
        .records()
        .map(|row| row.map(|row| (row[title].to_owned(), row[code].to_owned())).map_err(Into::into))
        .collect()
}

fn read_appellations(folder: &Path) -> Result<Vec<Title>, Box<dyn Error>> {
    let mut texts = HashMap::new();
    for line in std::fs::read_to_string(folder.join("queries.jsonl"))?.lines() {
        let query: serde_json::Value = serde_json::from_str(line)?;
        let text = query["text"].as_str().unwrap_or_default().replace("''", "'");
        texts.insert(query["_id"].as_str().unwrap_or_default().to_owned(), text);
    }
    let judged = std::fs::read_to_string(folder.join("qrels.tsv"))?;
    let pairs = judged.lines().skip(1).filter_map(|line| {
        let mut cells = line.split('\t');
        Some((texts.get(cells.next()?)?.clone(), cells.next()?.to_owned()))
    });
    Ok(pairs.collect())
}
