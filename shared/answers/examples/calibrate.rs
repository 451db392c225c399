//! Fits how evidence is weighed to questions that documents answer and that they do not, and prints what comes of it:
//!
//! `cargo run -p vivier-answers --example calibrate -- MODEL FOLDER [--each] [--write]`
//!
//! The folder holds `documents/` and sets of questions, `questions/*.jsonl`, a question a line: `text`; `quote`, words of the right sentence, or
//! null where nothing answers; `also`, words of others that are as right; `part`: weights are fitted to `calibration`, and
//! what is printed of `test` was not seen before. Weights are fitted to the set `plain`. `--each` prints a line of figures for
//! each question. `--write` puts the weights into the library, for the next build.
#![expect(clippy::print_stdout, reason = "a command's result belongs on standard output")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{path::Path, process::ExitCode};

use support::Corpus;
use vivier_answers::{
    answer::Kind,
    decide::{Balance, Balances, Evidence, FIGURES, NEAR},
    retrieve::Answered,
};
use vivier_text::{
    LocalE5,
    extract::guard::{self, Limits},
};

/// The set that weights are fitted to: what candidates usually ask.
const FITTED: &str = "plain";
/// Where the library reads its weights.
const WEIGHTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/calibration/weights.json");
/// Share of the questions without an answer that must not be answered; a little more than is promised, since others will
/// be asked.
const SILENT: f32 = 0.96;
/// Fewer questions than this across languages say nothing of their own.
const FEWEST: usize = 40;
/// Keeps weights small that few questions speak for (ridge).
const RIDGE: f32 = 0.02;
/// Steps of gradient ascent, and their length.
const STEPS: usize = 20_000;
const STEP: f32 = 0.5;

#[derive(serde::Deserialize)]
struct Line {
    text: String,
    quote: Option<String>,
    #[serde(default)]
    also: Vec<String>,
    part: String,
}

/// A question with what was found.
struct Case {
    /// The set it is of.
    set: String,
    line: Line,
    answered: Answered,
}

impl Case {
    fn answerable(&self) -> bool {
        self.line.quote.is_some()
    }
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    if let Some(code) = guard::child_main_if_asked() {
        return Ok(code);
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, folder, options @ ..] = arguments.as_slice() else {
        return Err("usage: calibrate MODEL FOLDER [--write] [--each]".into());
    };
    let embedder = LocalE5::open(Path::new(model))?;
    let folder = Path::new(folder);
    let corpus = Corpus::read(&embedder, &folder.join("documents"), &Limits::default())?;
    let mut cases = Vec::new();
    let mut sets: Vec<_> = std::fs::read_dir(folder.join("questions"))?.collect::<Result<_, _>>()?;
    sets.sort_by_key(std::fs::DirEntry::file_name);
    for file in sets {
        let set = file.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for line in std::fs::read_to_string(file.path())?.lines() {
            let line: Line = serde_json::from_str(line)?;
            let answered = corpus.ask(&embedder, &line.text)?;
            cases.push(Case { set: set.clone(), line, answered });
        }
    }
    println!("as the library is built:");
    report(&cases, &|evidence| (evidence.suffices(100), evidence.is_near(100)));
    if options.iter().any(|option| option == "--each") {
        each(&cases);
    }
    let fitted = Balances { same_language: fit(&cases, false), crossing: fit(&cases, true) };
    println!("fitted anew to the calibration part:\n{}", serde_json::to_string(&fitted)?);
    report(&cases, &|evidence| {
        let balance = balance(balance_of(&fitted, evidence), &evidence.figures());
        (evidence.may_answer() && balance > 0.0, !evidence.own_case && balance > -NEAR)
    });
    if options.iter().any(|option| option == "--write") {
        std::fs::write(WEIGHTS, serde_json::to_string_pretty(&rounded(fitted))? + "\n")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Three digits: more say nothing.
fn rounded(by: Balances) -> Balances {
    let round = |figure: f32| (figure * 1e3).round() / 1e3;
    let balance = |by: Balance| Balance { constant: round(by.constant), weights: by.weights.map(round) };
    Balances { same_language: balance(by.same_language), crossing: balance(by.crossing) }
}

const fn balance_of<'b>(balances: &'b Balances, evidence: &Evidence) -> &'b Balance {
    if evidence.crossing { &balances.crossing } else { &balances.same_language }
}

fn balance(by: &Balance, figures: &[f32; FIGURES]) -> f32 {
    by.constant + by.weights.iter().zip(figures).map(|(weight, figure)| weight * figure).sum::<f32>()
}

fn is_fitted(case: &Case) -> bool {
    case.set == FITTED && case.line.part == "calibration"
}

/// Logistic regression by gradient ascent, then the constant moved so that enough questions without an answer get none.
fn fit(cases: &[Case], crossing: bool) -> Balance {
    let seen: Vec<(&Case, [f32; FIGURES])> = cases
        .iter()
        .filter(|case| is_fitted(case))
        .filter_map(|case| Some((case, case.answered.trace.evidence?)))
        .filter(|(_, evidence)| evidence.crossing == crossing && evidence.may_answer())
        .map(|(case, evidence)| (case, evidence.figures()))
        .collect();
    if crossing && seen.len() < FEWEST {
        return fit(cases, false);
    }
    let mut by = Balance { constant: -1.0, weights: [1.0; FIGURES] };
    let share = 1.0 / seen.len().max(1) as f32;
    for _ in 0..STEPS {
        let (mut constant, mut weights) = (0.0, by.weights.map(|weight| -RIDGE * share * weight));
        for (case, figures) in &seen {
            let wanted = f32::from(u8::from(case.answerable()));
            let error = share * (wanted - 1.0 / (1.0 + (-balance(&by, figures)).exp()));
            constant += error;
            for (weight, figure) in weights.iter_mut().zip(figures) {
                *weight += error * figure;
            }
        }
        by.constant += STEP * constant;
        for (weight, change) in by.weights.iter_mut().zip(weights) {
            *weight += STEP * change;
        }
    }
    let mut wrong: Vec<f32> = seen
        .iter()
        .filter(|(case, _)| !case.answerable())
        .map(|(_, figures)| balance(&by, figures))
        .collect();
    wrong.sort_by(f32::total_cmp);
    // Those that cannot be answered whatever speaks for them are silent already.
    let all = cases.iter().filter(|case| is_fitted(case) && !case.answerable()).count();
    let answered = (all as f32 * (1.0 - SILENT)) as usize;
    if let Some(threshold) = wrong.len().checked_sub(answered + 1).and_then(|last| wrong.get(last)) {
        by.constant -= threshold + 1e-3;
    }
    by
}

/// Counts per part and per kind of question.
fn report(cases: &[Case], verdict: &dyn Fn(&Evidence) -> (bool, bool)) {
    let mut groups: Vec<(&str, &str)> =
        cases.iter().map(|case| (case.set.as_str(), case.line.part.as_str())).collect();
    groups.sort_unstable();
    groups.dedup();
    for (set, part) in groups {
        let (mut right, mut other, mut missed, mut silent, mut invented, mut shown) = (0, 0, 0, 0, 0, 0);
        for case in cases.iter().filter(|case| case.set == set && case.line.part == part) {
            let (answers, near) =
                case.answered.trace.evidence.map_or((false, false), |evidence| verdict(&evidence));
            match (&case.line.quote, answers) {
                (Some(_), false) => {
                    missed += 1;
                    shown += usize::from(near && is_right(case));
                }
                (Some(_), true) if is_right(case) => right += 1,
                (Some(_), true) => other += 1,
                (None, true) => invented += 1,
                (None, false) => silent += 1,
            }
        }
        println!(
            "  {set}, {part}: answerable {right} answered with the expected sentence, {other} with another, {missed} not \
             known ({shown} of them with it beside); unanswerable {silent} not known, {invented} answered"
        );
    }
}

fn is_right(case: &Case) -> bool {
    let said = case.answered.best.as_deref().unwrap_or_default();
    case.line.quote.iter().chain(&case.line.also).any(|quote| said.contains(quote.as_str()))
}

/// A line of figures for each question.
fn each(cases: &[Case]) {
    for case in cases {
        let figures =
            case.answered.trace.evidence.map(|e| e.figures().map(|figure| format!("{figure:.2}")).join("\t"));
        let kind = if case.answered.answer.kind == Kind::Unknown { "-" } else { "+" };
        println!(
            "{}\t{}\t{}\t{kind}\t{}\t{}\t{}\t| {}",
            case.set,
            case.line.part,
            case.answerable(),
            is_right(case),
            figures.unwrap_or_default(),
            case.line.text,
            case.answered.best.as_deref().unwrap_or_default().replace('\n', " / ")
        );
    }
}
