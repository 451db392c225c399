//! What is wrong with a body, field by field.

use vivier_runtime::http::{Problem, ProblemKind};

/// 400 with every field that does not hold; nothing where all do.
pub fn refuse<F: Into<String>>(broken: Vec<(F, &'static str)>) -> Result<(), Problem> {
    if broken.is_empty() {
        return Ok(());
    }
    let problem = Problem::new(ProblemKind::InvalidBody);
    Err(broken.into_iter().fold(problem, |problem, (field, code)| problem.field(field, code)))
}
