//! Measures the decision between quoting and not knowing, on questions whose answers are known.
//!
//! `calibrate MODEL DOCUMENTS QUESTIONS`: the model's folder; a folder with one folder of documents per tenant; a file
//! of JSON lines `{"tenant", "text", "quote"}`, `quote` being words of the right sentence, or null where the documents
//! do not answer. Prints one line a question with its evidence, and the counts. PDFs need
//! `PDFIUM_PATH`.

#[path = "../tests/support/mod.rs"]
mod support;

use std::{collections::HashMap, error::Error, io::Write, path::Path, process::ExitCode};

use chat::{
    answer::{Kind, answer},
    question::Question,
};
use support::{Line, Pieces, read, retrieve};
use vivier_text::{
    Embedder, LocalE5,
    extract::guard::{self, Limits},
};

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
            tenants.insert(
                line.tenant.clone(),
                read(&embedder, &Path::new(documents).join(&line.tenant), &Limits::default())?,
            );
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
