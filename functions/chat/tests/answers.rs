//! Answers to questions of candidates on the demonstration's papers, with the real model: how many quote the right
//! sentence, and how many are rightly not known. The bounds lie a little under what was measured (see the README).
#![expect(clippy::unwrap_used, reason = "a test ends where its preparation fails")]

mod support;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::ExitCode,
};

use chat::{
    answer::{Answer, Kind, answer, resolves},
    question::Question,
};
use support::{Line, Pieces, read, retrieve};
use vivier_text::{
    Embedder, LocalE5,
    extract::guard::{self, Limits},
};

/// The questions and what must at least be right of them.
const QUESTIONS: &str = include_str!("../calibration/questions.jsonl");
const LEAST_QUOTED_RIGHT: usize = 35;
const MOST_QUOTED_WRONG: usize = 4;
const MOST_INVENTED: usize = 1;

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
        let (answer, _) = ask(&embedder, &Pieces::new(), "Quelle est la prime de nuit ?");
        assert_eq!(answer.kind, Kind::Unknown);
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

fn ask(embedder: &LocalE5, pieces: &Pieces, text: &str) -> (Answer, Question) {
    let question = Question::read(text).unwrap();
    let vector = embedder.query(&question.text).unwrap();
    let retrieved = retrieve(pieces, &question, &vector);
    let (answer, _) = answer(embedder, &question, &vector, &retrieved).unwrap();
    for citation in &answer.citations {
        let (piece, _, _) = pieces
            .iter()
            .find(|(piece, _, _)| {
                piece.document.as_uuid() == citation.document_id && piece.ordinal == citation.chunk
            })
            .expect("a citation names a piece that is there");
        assert!(
            resolves(&piece.body, citation.start as usize, citation.end as usize, &citation.quote),
            "{text}"
        );
    }
    assert_eq!(answer.citations.is_empty(), answer.kind == Kind::Unknown, "{text}");
    (answer, question)
}

fn measure() {
    let embedder = embedder();
    let mut tenants: HashMap<String, Pieces> = HashMap::new();
    let (mut right, mut wrong, mut invented) = (0, Vec::new(), Vec::new());
    for line in QUESTIONS.lines() {
        let line: Line = serde_json::from_str(line).unwrap();
        let pieces = tenants.entry(line.tenant.clone()).or_insert_with(|| {
            let papers = root().join("infra/demo/data/papers").join(&line.tenant);
            read(&embedder, &papers, &Limits::default()).unwrap()
        });
        let (answer, _) = ask(&embedder, pieces, &line.text);
        match (&line.quote, answer.kind) {
            (Some(quote), Kind::Extract) if answer.text.contains(quote.as_str()) => right += 1,
            (Some(_), Kind::Extract) => wrong.push(line.text),
            (None, Kind::Extract) => invented.push(line.text),
            (_, Kind::Unknown) => {}
        }
    }
    assert!(right >= LEAST_QUOTED_RIGHT, "only {right} quoted right");
    assert!(wrong.len() <= MOST_QUOTED_WRONG, "quoted wrong: {wrong:?}");
    assert!(invented.len() <= MOST_INVENTED, "quoted though nothing answers: {invented:?}");
}
