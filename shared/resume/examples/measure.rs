//! Reads a folder of CVs whose truth stands beside them in JSON Resume (`NAME.json` for `NAME.docx`, `NAME.pdf1.pdf` …) and
//! prints, for each format, how much of it is found. PDFs need `PDFIUM_PATH`; scans need Tesseract and are left out without.
//! `cargo run -p vivier-resume --example measure -- FOLDER`
#![expect(clippy::print_stdout, reason = "a command's result belongs on standard output")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use jiff::civil::Date;
use vivier_resume::{LocalParser, Profile, Resume, ResumeError, ResumeParser, parse_extracted};
use vivier_text::extract::guard::{self, Limits};
use vivier_text::{Hint, Recogniser, Tesseract, analysis};

/// What is told of a folder's formats, by the ending of the files.
const FORMATS: [&str; 6] = ["txt", "docx", "odt", "pdf1.pdf", "pdf2.pdf", "scan.pdf"];

/// What is right, what is found and what is there.
#[derive(Default)]
struct Count {
    right: usize,
    found: usize,
    there: usize,
}

impl Count {
    /// Counts two lists, each entry of one for at most one of the other.
    fn add(&mut self, mut there: Vec<String>, found: Vec<String>) {
        self.there += there.len();
        self.found += found.len();
        for one in found {
            if let Some(at) = there.iter().position(|other| *other == one) {
                there.swap_remove(at);
                self.right += 1;
            }
        }
    }

    fn shown(&self) -> String {
        let part = |of: usize| if of == 0 { 0.0 } else { self.right as f64 / of as f64 };
        let (precision, recall) = (part(self.found), part(self.there));
        let f1 = 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE);
        format!("{precision:.3} {recall:.3} {f1:.3}")
    }
}

#[derive(Default)]
struct Figures {
    files: usize,
    unread: usize,
    skills: Count,
    shown: Count,
    titles: Count,
    languages: Count,
    city: usize,
    code: usize,
    level: usize,
    months: Vec<u32>,
}

fn main() -> ExitCode {
    if let Some(code) = guard::child_main_if_asked() {
        return code;
    }
    let Some(folder) = std::env::args_os().nth(1) else { return ExitCode::FAILURE };
    let verbose = std::env::args().any(|argument| argument == "--misses");
    let today = jiff::Zoned::now().date();
    let mut figures: BTreeMap<&str, Figures> = BTreeMap::new();
    for name in names(Path::new(&folder)) {
        let path = |ending: &str| Path::new(&folder).join(format!("{name}.{ending}"));
        let Some(truth) =
            std::fs::read(path("json")).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok())
        else {
            continue;
        };
        let truth = Resume::from_json_resume(&truth);
        for format in FORMATS {
            let Ok(bytes) = std::fs::read(path(format)) else { continue };
            let figures = figures.entry(format).or_default();
            match read(&bytes, format, today) {
                Some(found) => {
                    let misses = judge(figures, &truth, &found, today);
                    if verbose && !misses.is_empty() {
                        println!("{name}.{format}: {misses}");
                    }
                }
                None => figures.unread += 1,
            }
        }
    }
    println!(
        "format    files  skills P R F1      with tasks P R F1 titles P R F1      languages F1  city  code  level  months off: mean most"
    );
    for format in FORMATS {
        let Some(figures) = figures.get(format) else { continue };
        let of = |count: usize| count as f64 / figures.files.max(1) as f64;
        let mean = f64::from(figures.months.iter().sum::<u32>()) / figures.files.max(1) as f64;
        println!(
            "{format:<9} {:>3}-{:<2} {} {} {} {} {:.2} {:.2} {:.2} {mean:.1} {}",
            figures.files,
            figures.unread,
            figures.skills.shown(),
            figures.shown.shown(),
            figures.titles.shown(),
            figures.languages.shown(),
            of(figures.city),
            of(figures.code),
            of(figures.level),
            figures.months.iter().max().copied().unwrap_or(0),
        );
    }
    ExitCode::SUCCESS
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    names
}

fn read(bytes: &[u8], format: &str, today: Date) -> Option<Resume> {
    match LocalParser::default().parse(bytes, media_type(format), today) {
        Err(ResumeError::Scanned) => recognised(bytes, today),
        answer => answer.ok(),
    }
}

fn media_type(format: &str) -> Option<&'static str> {
    (format == "txt").then_some("text/plain")
}

fn recognised(bytes: &[u8], today: Date) -> Option<Resume> {
    let limits = Limits::default();
    let mut found = guard::run(bytes, Hint::default(), None, &limits).ok()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    for page in found.scanned.clone() {
        let image = guard::render(bytes, page, &limits).ok()?;
        let lines = runtime.block_on(Tesseract::from_env()?.recognise(image)).ok()?;
        found.recognised(page, &lines);
    }
    Some(parse_extracted(&found, today))
}

fn folded(text: &str) -> String {
    analysis::fold(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Counts what is found and tells what is not.
fn judge(figures: &mut Figures, truth: &Resume, found: &Resume, today: Date) -> String {
    figures.files += 1;
    let skills =
        |resume: &Resume| resume.skills.iter().map(|skill| folded(skill.name.expose())).collect::<Vec<_>>();
    let titles = |resume: &Resume| {
        let positions = resume.work.iter().filter_map(|work| work.position.as_ref());
        positions.map(|title| folded(title.expose())).collect::<Vec<_>>()
    };
    figures.skills.add(skills(truth), skills(found));
    figures.titles.add(titles(truth), titles(found));
    let (wanted, seen): (Profile, Profile) = (truth.profile(today), found.profile(today));
    figures.shown.add(wanted.skills.clone(), seen.skills.clone());
    let spoken =
        |profile: &Profile| profile.languages.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>();
    figures.languages.add(spoken(&wanted), spoken(&seen));
    let city = |profile: &Profile| profile.place.as_ref().and_then(|place| place.city.as_deref().map(folded));
    let code = |profile: &Profile| profile.place.as_ref().and_then(|place| place.postal_code.clone());
    figures.city += usize::from(city(&wanted) == city(&seen));
    figures.code += usize::from(code(&wanted) == code(&seen));
    figures.level += usize::from(wanted.education_level == seen.education_level);
    let months = wanted.experience_months.abs_diff(seen.experience_months);
    figures.months.push(months);
    let mut misses = String::new();
    for (what, there, here) in [
        ("skills", skills(truth), skills(found)),
        ("titles", titles(truth), titles(found)),
        ("languages", spoken(&wanted), spoken(&seen)),
    ] {
        let lost: Vec<_> = there.iter().filter(|one| !here.contains(one)).collect();
        let extra: Vec<_> = here.iter().filter(|one| !there.contains(one)).collect();
        if !lost.is_empty() || !extra.is_empty() {
            let _ = write!(misses, "\n  {what}: -{lost:?} +{extra:?}");
        }
    }
    if city(&wanted) != city(&seen) {
        let _ = write!(misses, "\n  city: {:?} {:?}", city(&wanted), city(&seen));
    }
    if wanted.education_level != seen.education_level {
        let _ = write!(misses, "\n  level: {:?} {:?}", wanted.education_level, seen.education_level);
    }
    if months > 12 {
        let _ = write!(misses, "\n  months: {} {}", wanted.experience_months, seen.experience_months);
    }
    misses
}
