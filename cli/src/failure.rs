//! Why a command did not come out, and the exit code that says so to a script.

use serde_json::{Value, json};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The service answered no. The problem document says why (RFC 9457).
    #[error("{}", sentence(.0))]
    Refused(Value),
    /// The command cannot be carried out as it was given.
    #[error("{0}")]
    Usage(String),
    /// The service does not answer, or not now.
    #[error("{0}")]
    Unreachable(String),
}

impl Failure {
    /// A refusal with its stable word.
    pub(crate) fn refused(code: &str, title: impl Into<String>) -> Self {
        Self::Refused(json!({"type": format!("urn:vivier:problem:{code}"), "title": title.into()}))
    }

    /// 1 refused, 2 usage, 3 unreachable.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 3,
        }
    }

    /// The same for programs: a problem document.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Refused(problem) => problem.clone(),
            Self::Usage(text) => json!({"type": "urn:vivier:cli:usage", "title": text}),
            Self::Unreachable(text) => json!({"type": "urn:vivier:cli:unreachable", "title": text}),
        }
    }

    /// The last part of the problem's type.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => problem["type"].as_str()?.rsplit(':').next(),
            _ => None,
        }
    }
}

/// A problem as a sentence: its title, its stable word, and the fields that were refused.
fn sentence(problem: &Value) -> String {
    let title = problem["title"].as_str().unwrap_or("The service refused.");
    let code = problem["type"].as_str().and_then(|kind| kind.rsplit(':').next()).unwrap_or_default();
    let word = if code.is_empty() || code == "blank" { String::new() } else { format!(" ({code})") };
    let fields = problem["errors"].as_array().into_iter().flatten().map(|error| {
        let part = |name: &str| error[name].as_str().unwrap_or("?");
        format!("\n  {}: {}", part("field"), part("code"))
    });
    let wait = problem["retry_after"].as_u64().map(|seconds| format!("\nTry again in {seconds} s."));
    [title.to_owned(), word].into_iter().chain(fields).chain(wait).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_a_sentence() {
        for (problem, text) in [
            (
                json!({"type": "urn:vivier:problem:forbidden", "title": "This needs a permission that is not held."}),
                "This needs a permission that is not held. (forbidden)",
            ),
            (
                json!({"type": "urn:vivier:problem:invalid-body", "title": "No.",
                       "errors": [{"field": "email", "code": "invalid"}, {"field": "role", "code": "unknown"}]}),
                "No. (invalid-body)\n  email: invalid\n  role: unknown",
            ),
            (json!({"type": "about:blank", "title": "Bad Gateway"}), "Bad Gateway"),
            (json!({}), "The service refused."),
        ] {
            assert_eq!(Failure::Refused(problem).to_string(), text);
        }
    }

    #[test]
    fn each_kind_has_its_exit_code() {
        let failures = [
            Failure::refused("conflict", "No."),
            Failure::Usage(String::new()),
            Failure::Unreachable(String::new()),
        ];
        assert_eq!(failures.each_ref().map(Failure::exit_code), [1, 2, 3]);
        assert_eq!(failures[0].code(), Some("conflict"));
        assert_eq!(failures[2].json()["type"], "urn:vivier:cli:unreachable");
    }
}
