//! Who reads a CV: we do, or another parser that stands behind the same trait.

use std::borrow::Cow;

use jiff::civil::Date;
use vivier_text::extract::guard::{self, Limits};
use vivier_text::extract::{Extracted, Format};
use vivier_text::{ExtractError, Hint};

use crate::{Resume, parse, parse_extracted};

/// Why a file gave no CV.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// The file could not be read.
    #[error("the file could not be read")]
    Extract(#[from] ExtractError),
    /// Its pages are images: their text has to be recognised first, and then read by [`parse_extracted`].
    #[error("the file shows its text as images")]
    Scanned,
    /// Another parser did not answer, or answered with what is no CV: why, in a stable word. Nothing of the answer is in it.
    #[error("the parser gave no answer that could be read: {0}")]
    Answer(&'static str),
}

/// Something that reads CVs. What it is given is in memory and stays there: it writes nothing, and logs nothing of it.
///
/// A parser that answers in JSON Resume hands its answer to [`Resume::from_json_resume`], one of Textkernel's to
/// [`Resume::from_textkernel`]. It may block, so it is called off the asynchronous executor.
pub trait ResumeParser: Send + Sync {
    /// Reads a file; `media_type` is what its sender says it is.
    ///
    /// # Errors
    /// Where no CV came of it.
    fn parse(&self, file: &[u8], media_type: Option<&str>, today: Date) -> Result<Resume, ResumeError>;
}

/// Our own: the file's text by the guarded reader, then [`parse_extracted`]. What a file hides is left out.
#[derive(Debug, Clone, Default)]
pub struct LocalParser {
    /// What a file may cost.
    pub limits: Limits,
}

impl LocalParser {
    /// The text that a file shows, by the guarded reader.
    ///
    /// # Errors
    /// Where it is no file that is read here.
    pub fn extract(&self, file: &[u8], media_type: Option<&str>) -> Result<Extracted, ResumeError> {
        Ok(guard::run(file, Hint { media_type, file_name: None }, None, &self.limits)?)
    }

    /// Reads a file whose text was extracted.
    ///
    /// # Errors
    /// Where it shows its text as images.
    pub fn read(&self, file: &[u8], extracted: &Extracted, today: Date) -> Result<Resume, ResumeError> {
        if extracted.blocks.is_empty() && !extracted.scanned.is_empty() {
            return Err(ResumeError::Scanned);
        }
        // Paragraphs have lost their line ends, which say most in a plain CV.
        match extracted.format {
            Format::Txt => Ok(parse(&decoded(file), today)),
            _ => Ok(parse_extracted(extracted, today)),
        }
    }
}

impl ResumeParser for LocalParser {
    fn parse(&self, file: &[u8], media_type: Option<&str>, today: Date) -> Result<Resume, ResumeError> {
        self.read(file, &self.extract(file, media_type)?, today)
    }
}

/// Text in UTF-8, in what its first bytes say, or in the encoding of Western European Windows.
fn decoded(file: &[u8]) -> Cow<'_, str> {
    let guessed =
        || if str::from_utf8(file).is_ok() { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 };
    let encoding = encoding_rs::Encoding::for_bom(file).map_or_else(guessed, |(encoding, _)| encoding);
    encoding.decode(file).0
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Stands for a service that answers in JSON Resume.
    struct Elsewhere(Value);

    impl ResumeParser for Elsewhere {
        fn parse(&self, _: &[u8], _: Option<&str>, _: Date) -> Result<Resume, ResumeError> {
            if self.0.is_object() {
                Ok(Resume::from_json_resume(&self.0))
            } else {
                Err(ResumeError::Answer("not-a-cv"))
            }
        }
    }

    #[test]
    fn text_in_either_encoding() {
        assert_eq!(decoded("Été".as_bytes()), "Été");
        assert_eq!(decoded(b"\xc9t\xe9"), "Été");
        assert_eq!(decoded(b"\xff\xfeA\0"), "A");
    }

    #[test]
    fn another_parser_takes_the_place_of_ours() {
        let today = jiff::civil::date(2026, 1, 1);
        let answer = json!({ "skills": [{ "name": "Soudage" }], "work": [{ "position": "Soudeuse", "startDate": "2025-01" }] });
        let parsers: [Box<dyn ResumeParser>; 2] =
            [Box::new(Elsewhere(answer)), Box::new(Elsewhere(json!(7)))];
        let profile = parsers[0].parse(b"", None, today).unwrap().profile(today);
        assert_eq!((profile.skills.len(), profile.titles.len(), profile.experience_months), (1, 1, 13));
        assert!(matches!(parsers[1].parse(b"", None, today), Err(ResumeError::Answer(_))));
    }
}
