//! A CV as it comes in: a text, or a file. It prints as `[redacted]`, and is read in memory.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_domain::redacted::Redacted;
use vivier_resume::{LocalParser, MAX_CHARACTERS, Profile, ResumeError, ResumeParser, parse};
use vivier_runtime::{
    http::{Problem, ProblemKind},
    telemetry::{self, Unit},
};
use vivier_tenancy::TenantScope;
use vivier_text::{ExtractError, extract::Flag};

use crate::{
    App,
    elsewhere::{Elsewhere, terms::Known},
};

/// The largest file, in bytes: what fits, as base64, into one request to a function.
pub(crate) const MAX_FILE: usize = 4 << 20;
/// The largest body, in bytes.
pub(crate) const MAX_BODY: usize = MAX_FILE / 3 * 4 + 64 * 1024;
/// The most offers of an answer.
const MOST: usize = 50;
/// Offers of an answer, where nobody says.
const USUAL: usize = 10;
/// What a text is sent as.
const TEXT: &str = "text/plain; charset=utf-8";

/// A CV to match: `text` or `file`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CvBody {
    /// The CV as text, or what somebody writes about themselves; at most 200 000 characters.
    #[schema(value_type = Option<String>)]
    text: Option<Redacted>,
    /// The CV as a file.
    file: Option<CvFile>,
    /// 1 to 50 offers, 10 by default.
    limit: Option<usize>,
    /// The version of the texts that the candidate agreed to, as `GET /v1/front-office` has it; needed where matching rests on consent.
    #[schema(minimum = 1)]
    pub(crate) consent_version: Option<u32>,
}

/// A file of a CV.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CvFile {
    /// The file in base64; at most 4 MiB before.
    #[schema(value_type = String)]
    content: Redacted,
    /// What the file is said to be.
    #[schema(example = "application/pdf")]
    media_type: Option<String>,
}

/// What is to be read.
pub(crate) enum Cv {
    Text(Redacted),
    File { content: Vec<u8>, media_type: Option<String> },
}

impl Cv {
    /// The field of the body that it came in by.
    pub(crate) const fn field(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::File { .. } => "file",
        }
    }
}

impl CvBody {
    /// What is to be read, and how many offers are asked for.
    pub(crate) fn check(self) -> Result<(Cv, usize), Problem> {
        let wrong =
            |field: &str, code: &'static str| Problem::new(ProblemKind::InvalidBody).field(field, code);
        let limit = self.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(wrong("limit", "invalid"));
        }
        match (self.text, self.file) {
            (Some(text), None) if text.expose().trim().is_empty() => Err(wrong("text", "empty")),
            (Some(text), None) if text.expose().chars().count() > MAX_CHARACTERS => {
                Err(wrong("text", "too-long"))
            }
            (Some(text), None) => Ok((Cv::Text(text), limit)),
            (None, Some(file)) => {
                let content = BASE64_STANDARD
                    .decode(file.content.expose())
                    .map_err(|_| wrong("file.content", "invalid"))?;
                match content.len() {
                    0 => Err(wrong("file.content", "empty")),
                    1..=MAX_FILE => Ok((Cv::File { content, media_type: file.media_type }, limit)),
                    _ => Err(wrong("file.content", "too-large")),
                }
            }
            (Some(_), Some(_)) => Err(wrong("file", "either-text-or-file")),
            (None, None) => Err(wrong("text", "missing")),
        }
    }
}

/// Who read a CV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CvParser {
    /// We did.
    Own,
    /// A parser that the tenant has a contract with.
    External,
}

/// A CV that was read.
#[derive(Debug)]
pub(crate) struct Read {
    /// What the score may see of it.
    pub(crate) profile: Profile,
    /// By whom.
    pub(crate) parser: CvParser,
    /// Why not by the tenant's own parser, in a stable word; `None` where it did, or where the tenant has none.
    fault: Option<&'static str>,
}

/// Reads a CV, off the executor: by the tenant's parser where there is one that answers, and else by ours.
pub(crate) async fn read(app: &App, scope: &TenantScope, cv: Cv) -> Result<Read, Problem> {
    let (elsewhere, unsaid) = match app.remembered.of(&app.tenancy, scope).await {
        Known::Nobody => (None, false),
        Known::Somebody(terms) => (Some(Elsewhere::new(terms, app.outside.clone())), false),
        Known::Unsaid => (None, true),
    };
    let (own, today) = (app.own.clone(), app.clock.today());
    let reading = tokio::task::spawn_blocking(move || {
        read_by(&own, elsewhere.as_ref().map(|elsewhere| elsewhere as &dyn ResumeParser), &cv, today)
    });
    let read = reading.await.map_err(|_| {
        tracing::error!("reading a CV ended early");
        Problem::new(ProblemKind::Internal)
    })?;
    let fault = read.as_ref().map_or_else(|(_, fault)| *fault, |read| read.fault);
    if let Some(fault) = fault.or(unsaid.then_some("settings-unavailable")) {
        tracing::warn!(tenant = %scope.tenant(), fault, "a CV was not read elsewhere: ours reads it");
        telemetry::metric("matching", "ExternalParserFailed", Unit::Count, 1);
    }
    read.map_err(|(error, _)| match error {
        ResumeError::Extract(ExtractError::Unavailable) | ResumeError::Answer(_) => {
            tracing::error!(%error, "a CV could not be read");
            Problem::new(ProblemKind::Unavailable)
        }
        ResumeError::Extract(fault) => Problem::new(ProblemKind::InvalidBody).field("file", fault.code()),
        ResumeError::Scanned => Problem::new(ProblemKind::InvalidBody).field("file", "scanned"),
    })
}

/// Why a CV was not read, and why not elsewhere.
type Unread = (ResumeError, Option<&'static str>);

/// A file is read by a child process, with limits, before anybody else gets it: what we refuse goes nowhere.
fn read_by(
    own: &LocalParser,
    elsewhere: Option<&dyn ResumeParser>,
    cv: &Cv,
    today: Date,
) -> Result<Read, Unread> {
    let ask = |file: &[u8], media_type| elsewhere.map(|parser| ask(parser, file, media_type, today));
    match cv {
        Cv::Text(text) => {
            settle(ask(text.expose().as_bytes(), TEXT), || Ok(parse(text.expose(), today).profile(today)))
        }
        Cv::File { content, media_type } => {
            let extracted = own.extract(content, media_type.as_deref()).map_err(|error| (error, None))?;
            // A parser elsewhere may count what nobody sees. Of a file that hides something it gets what is seen.
            let asked = if extracted.flags.contains(&Flag::HiddenText) {
                let seen = extracted.text();
                if seen.is_empty() { None } else { ask(seen.as_bytes(), TEXT) }
            } else {
                ask(content, extracted.format.media_type())
            };
            settle(asked, || Ok(own.read(content, &extracted, today)?.profile(today)))
        }
    }
}

/// What came of asking elsewhere, or our own reading.
fn settle(
    asked: Option<Result<Profile, &'static str>>,
    own: impl FnOnce() -> Result<Profile, ResumeError>,
) -> Result<Read, Unread> {
    let fault = match asked {
        Some(Ok(profile)) => return Ok(Read { profile, parser: CvParser::External, fault: None }),
        Some(Err(fault)) => Some(fault),
        None => None,
    };
    let profile = own().map_err(|error| (error, fault))?;
    Ok(Read { profile, parser: CvParser::Own, fault })
}

fn ask(
    parser: &dyn ResumeParser,
    file: &[u8],
    media_type: &str,
    today: Date,
) -> Result<Profile, &'static str> {
    match parser.parse(file, Some(media_type), today) {
        Ok(resume) => {
            let profile = resume.profile(today);
            if profile.titles.is_empty() && profile.skills.is_empty() {
                Err("nothing-read")
            } else {
                Ok(profile)
            }
        }
        Err(ResumeError::Answer(fault)) => Err(fault),
        Err(_) => Err("not-read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use vivier_resume::Resume;

    fn refused(body: &str) -> String {
        let body: CvBody = serde_json::from_str(body).unwrap();
        let problem = body.check().err().unwrap();
        let [error] = problem.errors.as_slice() else { panic!("one error was expected") };
        format!("{}:{}", error.field, error.code)
    }

    #[test]
    fn bodies_that_are_refused() {
        for (body, errors) in [
            ("{}", "text:missing"),
            (r#"{"text": " "}"#, "text:empty"),
            (r#"{"text": "a", "limit": 0}"#, "limit:invalid"),
            (r#"{"text": "a", "limit": 51}"#, "limit:invalid"),
            (r#"{"text": "a", "file": {"content": "YQ=="}}"#, "file:either-text-or-file"),
            (r#"{"file": {"content": "é"}}"#, "file.content:invalid"),
            (r#"{"file": {"content": ""}}"#, "file.content:empty"),
        ] {
            assert_eq!(refused(body), errors, "{body}");
        }
        let long = "a".repeat(MAX_CHARACTERS + 1);
        assert_eq!(refused(&format!(r#"{{"text": "{long}"}}"#)), "text:too-long");
        let large = BASE64_STANDARD.encode(vec![0; MAX_FILE + 1]);
        assert_eq!(refused(&format!(r#"{{"file": {{"content": "{large}"}}}}"#)), "file.content:too-large");
    }

    const TODAY: Date = jiff::civil::date(2026, 6, 15);
    const OURS: &str = "COMPÉTENCES\nSoudage TIG";

    /// Stands for a parser elsewhere: what it answers, or why it does not.
    struct Says(Result<Value, &'static str>);

    impl ResumeParser for Says {
        fn parse(&self, file: &[u8], media_type: Option<&str>, _: Date) -> Result<Resume, ResumeError> {
            assert_eq!((file, media_type), (OURS.as_bytes(), Some(TEXT)));
            self.0.as_ref().map(Resume::from_json_resume).map_err(|fault| ResumeError::Answer(fault))
        }
    }

    fn read_text(elsewhere: Option<&dyn ResumeParser>) -> Read {
        let cv = Cv::Text(Redacted::new(OURS));
        read_by(&LocalParser::default(), elsewhere, &cv, TODAY).map_err(|(error, _)| error).unwrap()
    }

    #[test]
    fn the_tenants_parser_reads_and_else_ours() {
        let skilled = |skill: &str| json!({"basics": {"name": "Alba"}, "skills": [{"name": skill}]});
        for (says, parser, fault, skills) in [
            (None, CvParser::Own, None, ["soudag tig"]),
            (Some(Ok(skilled("Pliage"))), CvParser::External, None, ["pliag"]),
            (Some(Ok(json!({}))), CvParser::Own, Some("nothing-read"), ["soudag tig"]),
            (Some(Ok(json!({"skills": 7}))), CvParser::Own, Some("nothing-read"), ["soudag tig"]),
            (Some(Err("timeout")), CvParser::Own, Some("timeout"), ["soudag tig"]),
        ] {
            let says = says.map(Says);
            let read = read_text(says.as_ref().map(|says| says as &dyn ResumeParser));
            assert_eq!((read.parser, read.fault), (parser, fault));
            assert_eq!(read.profile.skills, skills, "{fault:?}");
        }
    }

    #[test]
    fn whom_the_tenants_parser_takes_somebody_for_does_not_count() {
        let read = |person: Value| {
            let mut says =
                json!({"work": [{"position": "Soudeur", "startDate": "2020-01"}], "skills": ["Pliage"]});
            says["basics"] = person;
            read_text(Some(&Says(Ok(says)))).profile
        };
        let place = |street: &str| json!({"city": "Brest", "postalCode": "29200", "address": street});
        let one = read(
            json!({"name": "Zébulon Quatrefages", "gender": "M", "image": "https://a.example/photo.png",
                              "location": place("12 rue des Lilas")}),
        );
        let other =
            read(json!({"name": "Aminata Xylander", "birthDate": "1961-03-03", "nationality": "belge",
                                "email": "a@b.example", "location": place("7 impasse Verte")}));
        assert_eq!(one, other);
        assert_eq!(one.titles.len() + one.skills.len(), 2);
    }

    #[test]
    fn nothing_of_a_cv_is_printed() {
        let body: CvBody =
            serde_json::from_str(r#"{"text": "Camille", "file": {"content": "Q2FtaWxsZQ=="}}"#).unwrap();
        let printed = format!("{body:?}");
        assert!(!printed.contains("Camille") && !printed.contains("Q2FtaWxsZQ"), "{printed}");
    }
}
