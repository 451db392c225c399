//! Answers to questions of candidates on the demonstration's papers, with the real model: how many quote the right
//! sentence, and how many are rightly not known. The bounds lie a little under what was measured.
#![expect(clippy::unwrap_used, reason = "a test ends where its preparation fails")]

mod support;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::ExitCode,
};

use support::Corpus;
use vivier_answers::answer::Kind;
use vivier_text::{
    LocalE5,
    extract::guard::{self, Limits},
};

/// The questions and what must at least be right of them.
const QUESTIONS: &str = include_str!("questions.jsonl");
const LEAST_QUOTED_RIGHT: usize = 29;
const LEAST_SHOWN_RIGHT: usize = 38;
const MOST_QUOTED_WRONG: usize = 4;
const MOST_INVENTED: usize = 1;

/// A question with its right answer.
#[derive(serde::Deserialize)]
struct Line {
    /// Whom it is put to.
    tenant: String,
    /// The question.
    text: String,
    /// Words of the right sentence; `None` where the documents do not answer.
    quote: Option<String>,
}

/// The guard starts this executable again for each file, so the test brings its own `main`.
fn main() -> ExitCode {
    if let Some(code) = guard::child_main_if_asked() {
        return code;
    }
    let arguments = libtest_mimic::Arguments::from_args();
    let measured = libtest_mimic::Trial::test("answers_quote_the_right_sentence_or_none", || {
        measure();
        Ok(())
    });
    let empty = libtest_mimic::Trial::test("a_tenant_without_documents_knows_nothing", || {
        let embedder = embedder();
        let answered = Corpus::default().ask(&embedder, "Quelle est la prime de nuit ?").unwrap();
        assert_eq!(answered.answer.kind, Kind::Unknown);
        Ok(())
    });
    libtest_mimic::run(&arguments, vec![measured, empty]).exit_code()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn embedder() -> LocalE5 {
    let folder =
        std::env::var_os("VIVIER_MODEL_PATH").map_or_else(|| root().join(".local/model"), PathBuf::from);
    LocalE5::open(&folder).expect("the model: `make setup` brings it, VIVIER_MODEL_PATH names another folder")
}

fn measure() {
    let embedder = embedder();
    let mut tenants: HashMap<String, Corpus> = HashMap::new();
    let (mut right, mut shown, mut wrong, mut invented) = (0, 0, Vec::new(), Vec::new());
    for line in QUESTIONS.lines() {
        let line: Line = serde_json::from_str(line).unwrap();
        let corpus = tenants.entry(line.tenant.clone()).or_insert_with(|| {
            let papers = root().join("infra/demo/data/papers").join(&line.tenant);
            Corpus::read(&embedder, &papers, &Limits::default()).unwrap()
        });
        let answer = corpus.ask(&embedder, &line.text).unwrap().answer;
        assert_eq!(answer.citations.is_empty(), answer.kind == Kind::Unknown, "{}", line.text);
        match (&line.quote, answer.kind) {
            (Some(quote), Kind::Extract) if answer.text.contains(quote.as_str()) => right += 1,
            (Some(_), Kind::Extract) => wrong.push(line.text),
            (None, Kind::Extract) => invented.push(line.text),
            (Some(quote), Kind::Unknown) => {
                shown +=
                    usize::from(answer.related.iter().any(|related| related.quote.contains(quote.as_str())));
            }
            (None, Kind::Unknown) => {}
        }
    }
    assert!(right >= LEAST_QUOTED_RIGHT, "only {right} quoted right");
    let seen = right + shown;
    assert!(seen >= LEAST_SHOWN_RIGHT, "only {shown} more shown beside");
    assert!(wrong.len() <= MOST_QUOTED_WRONG, "quoted wrong: {wrong:?}");
    assert!(invented.len() <= MOST_INVENTED, "quoted though nothing answers: {invented:?}");
}
