//! The answer to what a login asked for: a new password, or a code.

use vivier_domain::{password, redacted::Redacted};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::rooms::{
    accounts::{AccountError, Answer, PendingKind, Step},
    attempts::AttemptKey,
    people::Factor,
    sessions::{ChallengeTicket, OpenChallenge, Sessions},
};

use crate::{
    App,
    answer::LoginAnswer,
    factors, ledger,
    login::{self, Begun, Progress, Waiting},
    throttle::Attempt,
    visitor::Visitor,
};

/// What was sent.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) challenge_id: Redacted,
    pub(crate) new_password: Option<Redacted>,
    pub(crate) code: Option<Redacted>,
}

/// What is wrong with a new password, rule by rule.
pub(crate) fn check_password(field: &'static str, text: &Redacted) -> Result<(), Problem> {
    let broken = password::broken_rules(text.expose());
    if broken.is_empty() {
        return Ok(());
    }
    let problem = Problem::new(ProblemKind::InvalidBody);
    Err(broken.into_iter().fold(problem, |problem, rule| problem.field(field, rule.code())))
}

/// Takes an answer. A wrong code, and a password against the policy, may be followed by another; a right answer counts
/// once.
pub(crate) async fn answer(app: &App, visitor: &Visitor, given: &Given) -> Result<LoginAnswer, Problem> {
    const UNKNOWN: fn() -> Problem = || Problem::new(ProblemKind::Unauthorized);
    let ticket = ChallengeTicket::parse(given.challenge_id.expose()).ok_or_else(UNKNOWN)?;
    let sessions = app.tenancy.sessions()?;
    let now = app.clock.now();
    let opened: Option<OpenChallenge<Begun>> = sessions.open_challenge(&ticket, now).await?;
    let OpenChallenge { member, secrets: begun } = opened.ok_or_else(UNKNOWN)?;
    let answer = expected(&begun.waiting, given)?;
    let account = AttemptKey::restore(begun.account);
    let attempt = Attempt::begin(app, &account, visitor.address, now).await?;
    let step = match take(app, &begun.waiting, &answer).await {
        Ok(step) => step,
        Err(error) => {
            if is_wrong(&error) {
                ledger::enter_refused_login(app, visitor, &member).await;
            }
            return refuse(&sessions, &ticket, attempt, error, app).await;
        }
    };
    // Whoever closes it goes on: of two right answers at once, and of one that came after the end, none does.
    if !sessions.close_challenge(&ticket, app.clock.now()).await? || step.subject() != member {
        attempt.fail().await?;
        return Err(UNKNOWN());
    }
    if let (Waiting::Setup(_), Step::Complete(tokens)) = (&begun.waiting, &step) {
        prefer_totp(app, tokens.subject()).await?;
    }
    let has_shown_factor = match &begun.waiting {
        Waiting::Pool(pending) => pending.kind() != PendingKind::NewPassword,
        Waiting::Setup(_) => true,
    };
    let progress = Progress { started_at: begun.started_at, account, attempt, has_shown_factor };
    login::proceed(app, visitor, progress, step).await
}

/// The field that is waited for.
fn expected<'g>(waiting: &Waiting, given: &'g Given) -> Result<Answer<'g>, Problem> {
    let missing = |field| Problem::new(ProblemKind::InvalidBody).field(field, "missing");
    let wants_password =
        matches!(waiting, Waiting::Pool(pending) if pending.kind() == PendingKind::NewPassword);
    if wants_password {
        let password = given.new_password.as_ref().ok_or_else(|| missing("new_password"))?;
        check_password("new_password", password)?;
        Ok(Answer::NewPassword(password))
    } else {
        let code = given.code.as_ref().ok_or_else(|| missing("code"))?;
        factors::check_code(code)?;
        Ok(Answer::Code(code))
    }
}

async fn take(app: &App, waiting: &Waiting, answer: &Answer<'_>) -> Result<Step, AccountError> {
    let accounts = app.tenancy.accounts()?;
    match (waiting, answer) {
        (Waiting::Setup(tokens), Answer::Code(code)) => {
            accounts.verify_totp(tokens, code).await?;
            Ok(Step::Complete(tokens.clone()))
        }
        (Waiting::Pool(pending), answer) => accounts.answer(pending, answer, app.clock.now()).await,
        (Waiting::Setup(_), Answer::NewPassword(_)) => Err(AccountError::Over),
    }
}

/// Whether somebody answered wrongly: not where nobody judged it, and not of a password against the policy.
const fn is_wrong(error: &AccountError) -> bool {
    !matches!(error, AccountError::Unavailable(_) | AccountError::PasswordPolicy)
}

async fn refuse(
    sessions: &Sessions,
    ticket: &ChallengeTicket,
    attempt: Attempt,
    error: AccountError,
    app: &App,
) -> Result<LoginAnswer, Problem> {
    match error {
        AccountError::Unavailable(error) => {
            attempt.withdraw().await?;
            Err(error.into())
        }
        AccountError::PasswordPolicy => {
            attempt.withdraw().await?;
            Err(Problem::new(ProblemKind::InvalidBody).field("new_password", "refused"))
        }
        AccountError::WrongCode | AccountError::Unreachable => {
            attempt.fail().await?;
            Err(Problem::new(ProblemKind::Unauthorized).field("code", "wrong"))
        }
        AccountError::WrongCredentials
        | AccountError::Disabled
        | AccountError::ExpiredPassword
        | AccountError::Over => {
            tracing::info!(reason = %error, "a login was refused");
            attempt.fail().await?;
            sessions.close_challenge(ticket, app.clock.now()).await?;
            Err(Problem::new(ProblemKind::Unauthorized))
        }
    }
}

/// The app that was set up is asked for from the next login on.
async fn prefer_totp(app: &App, subject: &str) -> Result<(), Problem> {
    let unknown = || Problem::new(ProblemKind::Unauthorized);
    let admitted = crate::admission::admit(app, subject).await?.ok_or_else(unknown)?;
    let account = app.tenancy.people(&admitted.scope)?.fetch(subject).await?.ok_or_else(unknown)?;
    app.tenancy.accounts()?.prefer(&account, &[Factor::Totp]).await.map_err(factors::refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_password_names_each_rule() {
        let problem = check_password("new_password", &Redacted::new("motdepasse")).unwrap_err();
        let told: Vec<_> =
            problem.errors.iter().map(|error| (error.field.as_str(), error.code.as_str())).collect();
        let codes = ["too-short", "no-digit", "no-special-character", "no-upper-case-letter"];
        assert_eq!(told, codes.map(|code| ("new_password", code)));
        assert_eq!(problem.status, 400);
        assert!(check_password("new_password", &Redacted::new("Correct-Horse-9")).is_ok());
    }
}
