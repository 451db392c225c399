//! Measures the decision between quoting and not knowing, on questions whose answers are known.
//!
//! `calibrate MODEL DOCUMENTS QUESTIONS`: the model's folder; a folder with one folder of documents per tenant; a file
//! of JSON lines `{"tenant", "text", "quote"}`, `quote` being words of the right sentence, or null where the documents
//! do not answer. Prints one line a question with its evidence, for a regression, and the counts. PDFs need
//! `PDFIUM_PATH`.

use std::{collections::HashMap, error::Error, io::Write, path::Path, process::ExitCode};

use chat::{
    answer::{Kind, answer},
    likeness::cosine,
    question::Question,
    words::keys,
};
use vivier_domain::ids::DocumentId;
use vivier_store::chunks::{Found, Retrieved};
use vivier_text::{
    Embedder, Hint, LocalE5,
    extract::guard::{self, Limits},
};

/// Pieces by meaning and by words, as the function asks for.
const LIMIT: usize = 20;

#[derive(serde::Deserialize)]
struct Line {
    tenant: String,
    text: String,
    quote: Option<String>,
}

/// A tenant's pieces in memory, with their vectors and the keys of their words.
type Pieces = Vec<(Found, Vec<f32>, Vec<String>)>;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if let Some(code) = guard::child_main_if_asked() {
        return Ok(code);
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, documents, questions] = arguments.as_slice() else {
        return Err("calibrate MODEL DOCUMENTS QUESTIONS".into());
    };
    let embedder = LocalE5::open(Path::new(model))?;
    let mut tenants: HashMap<String, Pieces> = HashMap::new();
    let mut out = std::io::stdout().lock();
    let (mut right, mut wrong, mut missed, mut honest, mut invented) = (0, 0, 0, 0, 0);
    writeln!(
        out,
        "answerable\tkind\tquoted right\tcrossing\tsupport\tquoted\tstanding\tnearness\tbalance\tquestion\ttext"
    )?;
    for line in std::fs::read_to_string(questions)?.lines() {
        let line: Line = serde_json::from_str(line)?;
        if !tenants.contains_key(&line.tenant) {
            tenants.insert(line.tenant.clone(), read(&embedder, &Path::new(documents).join(&line.tenant))?);
        }
        let question = Question::read(&line.text).ok_or("an empty question")?;
        let vector = embedder.query(&question.text)?;
        let retrieved = retrieve(&tenants[&line.tenant], &question, &vector);
        let (answer, evidence) = answer(&embedder, &question, &vector, &retrieved)?;
        let quoted = line.quote.as_ref().is_some_and(|quote| answer.text.contains(quote.as_str()));
        match (&line.quote, answer.kind) {
            (Some(_), Kind::Extract) if quoted => right += 1,
            (Some(_), Kind::Extract) => wrong += 1,
            (Some(_), Kind::Unknown) => missed += 1,
            (None, Kind::Unknown) => honest += 1,
            (None, Kind::Extract) => invented += 1,
        }
        let figures = evidence.map_or_else(
            || "false\t0\t0\t0\t0\t-99".to_owned(),
            |e| {
                let figures = [e.support, e.quoted, e.standing, e.nearness, e.balance()];
                format!("{}\t{}", e.crossing, figures.map(|figure| format!("{figure:.3}")).join("\t"))
            },
        );
        let (answerable, kind) = (line.quote.is_some(), answer.kind);
        let text = answer.text.replace('\n', " ");
        writeln!(out, "{answerable}\t{kind:?}\t{quoted}\t{figures}\t{}\t{text}", line.text)?;
    }
    writeln!(
        std::io::stderr(),
        "answerable: {right} quoted right, {wrong} quoted wrong, {missed} not known"
    )?;
    writeln!(std::io::stderr(), "unanswerable: {honest} not known, {invented} quoted")?;
    Ok(ExitCode::SUCCESS)
}

fn read(embedder: &LocalE5, folder: &Path) -> Result<Pieces, Box<dyn Error>> {
    let mut pieces = Pieces::new();
    let mut files: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        let hint = Hint { media_type: None, file_name: Some(&name) };
        let extracted = guard::run(&std::fs::read(file.path())?, hint, &Limits::default())?;
        let document = DocumentId::generate();
        for chunk in vivier_text::chunks(&extracted) {
            let context = chunk.in_context();
            let vector = embedder.passages(&[&context])?.pop().unwrap_or_default();
            let found = Found {
                document,
                name: name.clone(),
                ordinal: chunk.ordinal,
                language: chunk.language.tag().to_owned(),
                place: serde_json::to_value(&chunk.place)?,
                heading: chunk.heading,
                body: chunk.text,
                cosine: 0.0,
                by_meaning: None,
                by_words: None,
            };
            pieces.push((found, vector, keys(&context).collect()));
        }
    }
    Ok(pieces)
}

/// What `chunks::retrieve` finds, with the keys of words in the place of PostgreSQL's stems.
fn retrieve(pieces: &Pieces, question: &Question, vector: &[f32]) -> Retrieved {
    let total = pieces.len() as f64;
    let frequency = |key: &String| pieces.iter().filter(|(_, _, keys)| keys.contains(key)).count() as u64;
    let frequencies: Vec<u64> = question.words.iter().map(|word| frequency(&word.key)).collect();
    let cosines: Vec<f32> = pieces.iter().map(|(_, own, _)| cosine(vector, own)).collect();
    let weight = |keys: &Vec<String>| -> f64 {
        let words = question.words.iter().zip(&frequencies).filter(|(word, _)| keys.contains(&word.key));
        words.map(|(_, found)| ((total + 1.0) / *found as f64).ln()).sum()
    };
    let weights: Vec<f64> = pieces.iter().map(|(_, _, keys)| weight(keys)).collect();
    let mut by_meaning: Vec<usize> = (0..pieces.len()).collect();
    by_meaning.sort_by(|a, b| cosines[*b].total_cmp(&cosines[*a]));
    let mut by_words: Vec<usize> = (0..pieces.len()).filter(|at| weights[*at] > 0.0).collect();
    by_words.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]));
    let rank = |order: &[usize], at: usize| {
        order.iter().take(LIMIT).position(|other| *other == at).map(|position| position as u32 + 1)
    };
    let found = pieces.iter().enumerate().map(|(at, (found, _, _))| Found {
        cosine: cosines[at],
        by_meaning: rank(&by_meaning, at),
        by_words: rank(&by_words, at),
        ..found.clone()
    });
    let mean = cosines.iter().sum::<f32>() / total as f32;
    let deviation = (cosines.iter().map(|c| (c - mean).powi(2)).sum::<f32>() / total as f32).sqrt();
    Retrieved {
        found: found.filter(|found| found.by_meaning.is_some() || found.by_words.is_some()).collect(),
        total: pieces.len() as u64,
        frequencies,
        mean,
        deviation,
    }
}
