//! What a member says of a document before uploading it, checked field by field.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    document::MAXIMUM_BYTES,
    ids::{DocumentId, ProjectId},
};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::documents;
use vivier_text::extract::Format;

use crate::labels::{wrong_projects, wrong_tags};

/// The most characters of a name.
pub const LONGEST_NAME: usize = 200;

/// The body of an announcement.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// What the document is called where it is cited: 1 to 200 characters, no control characters.
    pub name: String,
    /// One of the media types of the formats that are read.
    pub media_type: String,
    /// The file's size in bytes, 1 to 52428800.
    pub size: u64,
    /// Front offices whose settings name tags are answered by documents that have one of them: up to 20, 1 to 40
    /// characters each.
    #[serde(default)]
    #[schema(max_items = 20, required = false)]
    pub tags: Vec<String>,
    /// The projects whose front offices it may answer in, up to 20; all of them where there are none.
    #[serde(default)]
    #[schema(max_items = 20, required = false)]
    pub projects: Vec<Uuid>,
}

/// An announcement in which everything holds; whether its projects exist is yet to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The name without the white space around it.
    pub name: String,
    /// What was said of the file.
    pub file: AcceptedFile,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its projects.
    pub projects: Vec<ProjectId>,
}

/// The body that announces another file of a document.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileAnnouncement {
    /// One of the media types of the formats that are read.
    pub media_type: String,
    /// The file's size in bytes, 1 to 52428800.
    pub size: u64,
}

/// A file of which everything that was said holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcceptedFile {
    /// The media type as registered.
    pub media_type: &'static str,
    /// Bytes.
    pub size: u64,
}

/// The body that changes what a document is called and where it may answer; what is not named stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelChange {
    /// What the document is called where it is cited: 1 to 200 characters, no control characters.
    #[serde(default)]
    pub name: Option<String>,
    /// Its tags.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub tags: Option<Vec<String>>,
    /// The projects whose front offices it may answer in; all of them where there are none.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub projects: Option<Vec<Uuid>>,
}

impl Announcement {
    /// Everything that is wrong at once, or what was announced.
    pub fn check(self) -> Result<Accepted, Problem> {
        let name = self.name.trim();
        let mut problem = labels(Some(name), Some(&self.tags), Some(&self.projects));
        let file = FileAnnouncement { media_type: self.media_type, size: self.size }.check();
        let accepted = match file {
            Ok(file) if problem.errors.is_empty() => Accepted {
                name: name.to_owned(),
                file,
                tags: self.tags,
                projects: self.projects.into_iter().map(ProjectId::from).collect(),
            },
            Ok(_) => return Err(problem),
            Err(wrong) => {
                problem.errors.extend(wrong.errors);
                return Err(problem);
            }
        };
        Ok(accepted)
    }
}

impl Accepted {
    /// As it is written down.
    pub fn announced(&self, id: DocumentId, batch: Option<Uuid>) -> documents::Announced<'_> {
        documents::Announced {
            id,
            name: &self.name,
            media_type: self.file.media_type,
            bytes: self.file.size,
            tags: &self.tags,
            projects: &self.projects,
            batch,
        }
    }
}

impl FileAnnouncement {
    /// Everything that is wrong at once, or what was announced.
    pub fn check(self) -> Result<AcceptedFile, Problem> {
        let mut problem = Problem::new(ProblemKind::InvalidBody);
        let media_type = media_type(&self.media_type);
        if media_type.is_none() {
            problem = problem.field("media_type", "unsupported");
        }
        if !(1..=MAXIMUM_BYTES).contains(&self.size) {
            problem = problem.field("size", "out-of-range");
        }
        match media_type {
            Some(media_type) if problem.errors.is_empty() => Ok(AcceptedFile { media_type, size: self.size }),
            _ => Err(problem),
        }
    }
}

impl LabelChange {
    /// Everything that is wrong at once; whether the projects exist is yet to be seen.
    pub fn check(&self) -> Result<(), Problem> {
        let name = self.name.as_deref().map(str::trim);
        let problem = labels(name, self.tags.as_deref(), self.projects.as_deref());
        if problem.errors.is_empty() { Ok(()) } else { Err(problem) }
    }
}

/// A problem with the labels that do not hold, if any.
fn labels(name: Option<&str>, tags: Option<&[String]>, projects: Option<&[Uuid]>) -> Problem {
    let wrong = [
        ("name", name.and_then(wrong_name)),
        ("tags", tags.and_then(wrong_tags)),
        ("projects", projects.and_then(wrong_projects)),
    ];
    wrong.into_iter().fold(Problem::new(ProblemKind::InvalidBody), |problem, (field, code)| match code {
        Some(code) => problem.field(field, code),
        None => problem,
    })
}

fn wrong_name(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("empty");
    }
    if name.chars().count() > LONGEST_NAME {
        return Some("too-long");
    }
    // Marks of direction can make a name read as another.
    let direction =
        |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    name.chars().any(|c| c.is_control() || direction(c)).then_some("control-character")
}

/// The registered spelling of a media type that is read; parameters such as `charset` are left aside.
fn media_type(text: &str) -> Option<&'static str> {
    let essence = text.split(';').next().unwrap_or_default().trim();
    Format::ALL.iter().map(|format| format.media_type()).find(|known| known.eq_ignore_ascii_case(essence))
}

/// A name as a file name, if it ends as one does in a format that is read: "Charter v1.2" is no file of format "2".
pub fn file_name(name: &str) -> Option<&str> {
    let (_, ending) = name.rsplit_once('.')?;
    Format::by_ending(ending).map(|_| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(name: &str, media_type: &str, size: u64) -> Result<Accepted, Vec<(String, String)>> {
        let announcement = Announcement {
            name: name.into(),
            media_type: media_type.into(),
            size,
            tags: Vec::new(),
            projects: Vec::new(),
        };
        announcement
            .check()
            .map_err(|problem| problem.errors.into_iter().map(|e| (e.field, e.code)).collect())
    }

    #[test]
    fn every_format_is_accepted_by_its_media_type() {
        for format in Format::ALL {
            let accepted = check(" Note ", format.media_type(), 1).unwrap();
            assert_eq!((accepted.name.as_str(), accepted.file.media_type), ("Note", format.media_type()));
        }
        assert_eq!(check("n", "Text/CSV; charset=utf-8", 1).unwrap().file.media_type, "text/csv");
    }

    #[test]
    fn what_does_not_hold_is_named() {
        let long = "é".repeat(201);
        for (name, media_type, size, expected) in [
            ("", "text/plain", 1, ("name", "empty")),
            (" \t ", "text/plain", 1, ("name", "empty")),
            (long.as_str(), "text/plain", 1, ("name", "too-long")),
            ("a\u{0}b", "text/plain", 1, ("name", "control-character")),
            ("a\nb", "text/plain", 1, ("name", "control-character")),
            ("gpj.\u{202e}txt", "text/plain", 1, ("name", "control-character")),
            ("n", "", 1, ("media_type", "unsupported")),
            ("n", "image/png", 1, ("media_type", "unsupported")),
            ("n", "text/plain\u{0}", 1, ("media_type", "unsupported")),
            ("n", "text/plain", 0, ("size", "out-of-range")),
            ("n", "text/plain", MAXIMUM_BYTES + 1, ("size", "out-of-range")),
            ("n", "text/plain", u64::MAX, ("size", "out-of-range")),
        ] {
            assert_eq!(
                check(name, media_type, size).unwrap_err(),
                [(expected.0.to_owned(), expected.1.to_owned())],
                "{name:?}"
            );
        }
        assert_eq!(check("", "", 0).unwrap_err().len(), 3, "all at once");
        assert!(check(&"é".repeat(200), "text/plain", MAXIMUM_BYTES).is_ok());
    }

    #[test]
    fn a_change_of_labels_is_checked_as_an_announcement_is() {
        let one = Uuid::now_v7();
        for (body, expected) in [
            (serde_json::json!({}), vec![]),
            (serde_json::json!({"name": "Note", "tags": ["rh"], "projects": [one]}), vec![]),
            (serde_json::json!({"name": " "}), vec!["name"]),
            (
                serde_json::json!({"name": "a\u{0}", "tags": [""], "projects": [one, one]}),
                vec!["name", "tags", "projects"],
            ),
        ] {
            let change: LabelChange = serde_json::from_value(body.clone()).unwrap();
            let wrong = change.check().err().map(|problem| problem.errors).unwrap_or_default();
            assert_eq!(
                wrong.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(),
                expected,
                "{body}"
            );
        }
    }

    #[test]
    fn only_an_ending_that_is_read_makes_a_file_name() {
        for (name, expected) in [
            ("Congés.docx", true),
            ("CONGES.PDF", true),
            ("Charte v1.2", false),
            ("Note", false),
            ("archive.zip", false),
        ] {
            assert_eq!(file_name(name).is_some(), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn an_accepted_name_is_short_and_visible(name in "\\PC{0,250}|.{0,250}") {
            if let Ok(accepted) = check(&name, "text/plain", 1) {
                prop_assert!((1..=LONGEST_NAME).contains(&accepted.name.chars().count()));
                prop_assert!(!accepted.name.chars().any(char::is_control));
            }
        }
    }
}
