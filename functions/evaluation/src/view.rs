//! What the API takes and says of test questions and runs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    ids::DocumentId,
    test_run::{Cause, Edition, TestRunStatus},
};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::{test_runs, test_sets};

use crate::figures::Figures;

/// The most characters of a test question.
pub const LONGEST: usize = 1_000;
/// The most questions that one request adds.
pub const MOST_AT_ONCE: usize = 100;

/// A question with what answers it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// 1 to 1000 characters, white space around not counted.
    #[schema(max_length = 1000)]
    pub question: String,
    /// A document of the tenant that answers; null or missing where the right answer is that no document does.
    pub document_id: Option<Uuid>,
}

impl Asked {
    /// The question without the white space around it, or what is wrong with it.
    pub fn check(&self) -> Result<&str, &'static str> {
        let text = self.question.trim();
        match text.chars().count() {
            0 => Err("empty"),
            length if length > LONGEST => Err("too-long"),
            _ if text.chars().any(|c| c.is_control() && !c.is_whitespace()) => Err("invalid"),
            _ => Ok(text),
        }
    }

    /// The document.
    pub fn document(&self) -> Option<DocumentId> {
        self.document_id.map(DocumentId::from)
    }
}

/// The body that adds questions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuestions {
    /// 1 to 100, as many as 64 KiB hold; all of them are added or none.
    #[schema(min_items = 1, max_items = 100)]
    pub questions: Vec<Asked>,
}

impl NewQuestions {
    /// 400 unless every question is one.
    pub fn check(&self) -> Result<(), Problem> {
        let mut problem = Problem::new(ProblemKind::InvalidBody);
        if !(1..=MOST_AT_ONCE).contains(&self.questions.len()) {
            return Err(problem.field("questions", "out-of-range"));
        }
        let mut broken = false;
        for (position, question) in self.questions.iter().enumerate() {
            if let Err(code) = question.check() {
                broken = true;
                problem = problem.field(format!("questions[{position}].question"), code);
            }
        }
        if broken { Err(problem) } else { Ok(()) }
    }
}

/// A test question.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestQuestion {
    /// Its id.
    pub question_id: Uuid,
    /// What is asked.
    pub question: String,
    /// The document that answers; null where none does.
    pub document_id: Option<Uuid>,
    /// That document's name; null when it answers nothing (any more).
    pub document_name: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
}

impl From<test_sets::TestQuestion> for TestQuestion {
    fn from(stored: test_sets::TestQuestion) -> Self {
        Self {
            question_id: stored.id.as_uuid(),
            question: stored.question,
            document_id: stored.document.map(DocumentId::as_uuid),
            document_name: stored.document_name,
            created_at: stored.created_at,
        }
    }
}

/// Questions that were added.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddedQuestions {
    /// In the order of the request.
    pub questions: Vec<TestQuestion>,
}

/// A page of test questions, in the order they were added.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestQuestionPage {
    /// The questions.
    pub questions: Vec<TestQuestion>,
    /// The next page's cursor; null on the last.
    pub next_cursor: Option<String>,
}

/// The body that asks for a run.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTestRun)]
pub struct Asking {
    /// `published` (where it is missing): the settings that candidates are answered by; `draft`: those that may be published
    /// next.
    #[schema(value_type = Option<String>, pattern = "^(published|draft)$")]
    pub settings: Option<Edition>,
}

/// A run.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestRun {
    /// Its id.
    pub run_id: Uuid,
    /// `queued`, `running`, `done` or `failed`.
    #[schema(value_type = String, example = "done")]
    pub status: TestRunStatus,
    /// `member` or `schedule`: who began it.
    #[schema(value_type = String, example = "member")]
    pub cause: Cause,
    /// `published` or `draft`: which settings it answers by.
    #[schema(value_type = String, example = "published")]
    pub settings: Edition,
    /// The chatbot's settings as they were when it was asked for.
    #[schema(value_type = Object)]
    pub chat: Value,
    /// How many questions it has.
    pub questions: u32,
    /// How many of them were asked.
    pub asked: u32,
    /// What came of it, when it is done.
    pub figures: Option<Figures>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

impl From<test_runs::TestRun> for TestRun {
    fn from(stored: test_runs::TestRun) -> Self {
        Self {
            run_id: stored.id.as_uuid(),
            status: stored.status,
            cause: stored.cause,
            settings: stored.edition,
            chat: stored.settings,
            questions: stored.questions,
            asked: stored.asked,
            figures: stored.figures.and_then(|figures| serde_json::from_value(figures).ok()),
            created_at: stored.created_at,
            finished_at: stored.finished_at,
        }
    }
}

/// A page of runs, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestRunPage {
    /// The runs.
    pub runs: Vec<TestRun>,
    /// The next page's cursor; null on the last.
    pub next_cursor: Option<String>,
}

/// A run with what came of each question.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestRunReport {
    /// The run.
    #[serde(flatten)]
    pub run: TestRun,
    /// Its questions, in order.
    pub outcomes: Vec<TestOutcome>,
}

/// What came of a question.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestOutcome {
    /// What was asked.
    pub question: String,
    /// The document that answers; null where none does.
    pub document_id: Option<Uuid>,
    /// That document's place among those found, from 1; null where it was not found.
    pub place: Option<u32>,
    /// Whether documents were quoted; null until it was asked.
    pub answered: Option<bool>,
    /// Whether that document was.
    pub cited: bool,
    /// Whether that is as it should be: the document was quoted, or nothing was where nothing answers; null until it was asked.
    pub right: Option<bool>,
}

impl From<test_runs::Outcome> for TestOutcome {
    fn from(stored: test_runs::Outcome) -> Self {
        let right = |answered: bool| if stored.expected.is_some() { stored.cited } else { !answered };
        Self {
            right: stored.answered.map(right),
            question: stored.question,
            document_id: stored.expected.map(DocumentId::as_uuid),
            place: stored.place,
            answered: stored.answered,
            cited: stored.cited,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_1_to_1000_characters() {
        let check = |question: &str| {
            Asked { question: question.into(), document_id: None }.check().map(str::to_owned)
        };
        assert_eq!(check("  Combien ? \n"), Ok("Combien ?".into()));
        assert_eq!(check(&"é".repeat(1000)), Ok("é".repeat(1000)));
        assert_eq!(check(" \t"), Err("empty"));
        assert_eq!(check(&"é".repeat(1001)), Err("too-long"));
        assert_eq!(check("a\0b"), Err("invalid"));
    }

    #[test]
    fn what_is_wrong_is_said_of_each_question() {
        let asked = |question: &str| Asked { question: question.into(), document_id: None };
        let body = NewQuestions { questions: vec![asked("Une ?"), asked(""), asked(&"a".repeat(2000))] };
        let problem = body.check().unwrap_err();
        let said: Vec<_> = problem.errors.iter().map(|error| (error.field.as_str(), &*error.code)).collect();
        assert_eq!(said, [("questions[1].question", "empty"), ("questions[2].question", "too-long")]);
        assert!(NewQuestions { questions: Vec::new() }.check().is_err());
    }
}
