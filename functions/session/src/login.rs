//! Logging in: the password, what is asked after it, and the session at the end.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use vivier_domain::{event::EventKind, redacted::Redacted, settings::tenant::is_email};
use vivier_runtime::{
    events::count,
    http::{Problem, ProblemKind},
};
use vivier_store::audit::Outcome;
use vivier_tenancy::rooms::{
    accounts::{AccountError, Pending, PendingKind, Step, Tokens},
    attempts::AttemptKey,
    sessions::{Challenge, NewSession},
};

use crate::{
    App,
    admission::{Admitted, admit},
    answer::{AskedFor, ChallengeKind, LoginAnswer},
    factors,
    ledger::{self, LOGIN},
    throttle::Attempt,
    visitor::Visitor,
};

/// How long the pool waits for an answer: the app client's `AuthSessionValidity`.
const POOL_WAITS: SignedDuration = SignedDuration::from_mins(5);
/// How long an authenticator app may take to be set up.
pub const SETUP_WAITS: SignedDuration = SignedDuration::from_mins(10);
/// A longer password is none: the policy allows no more.
const LONGEST_PASSWORD: usize = vivier_domain::password::MAXIMUM_LENGTH;

/// A login that is not complete, as it lies sealed in its challenge.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Begun {
    /// When the password was sent. A session counts from then: whatever ends sessions meanwhile ends this one too.
    pub(crate) started_at: Timestamp,
    /// The account's key in the table of attempts.
    pub(crate) account: String,
    /// What is waited for.
    pub(crate) waiting: Waiting,
}

/// What is waited for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Waiting {
    /// An answer for the user pool.
    Pool(Pending),
    /// The first code of an authenticator app. The pool has given tokens; the tenant demands a second factor.
    Setup(Tokens),
}

/// How far a login is.
#[derive(Debug)]
pub(crate) struct Progress {
    pub(crate) started_at: Timestamp,
    pub(crate) account: AttemptKey,
    pub(crate) attempt: Attempt,
    /// Whether a code was asked for in this login, and right.
    pub(crate) has_shown_factor: bool,
}

/// The first step. Whatever is wrong with name, password, person or invitation, the answer is one and the same.
pub(crate) async fn begin(
    app: &App,
    visitor: &Visitor,
    email: &Redacted,
    password: &Redacted,
) -> Result<LoginAnswer, Problem> {
    if !is_email(email.expose()) {
        return Err(Problem::new(ProblemKind::InvalidBody).field("email", "invalid"));
    }
    if !(1..=LONGEST_PASSWORD).contains(&password.expose().len()) {
        return Err(Problem::new(ProblemKind::InvalidBody).field("password", "invalid"));
    }
    let email = Redacted::new(email.expose().to_lowercase());
    let started_at = app.clock.now();
    let account = AttemptKey::account(email.expose());
    let attempt = Attempt::begin(app, &account, visitor.address, started_at).await?;
    match app.tenancy.accounts()?.log_in(&email, password, started_at).await {
        Ok(step) => {
            let progress = Progress { started_at, account, attempt, has_shown_factor: false };
            proceed(app, visitor, progress, step).await
        }
        Err(AccountError::Unavailable(error)) => {
            attempt.withdraw().await?;
            Err(error.into())
        }
        Err(refused) => {
            tracing::info!(reason = %refused, "a login was refused");
            attempt.fail().await?;
            enter_refusal(app, visitor, &email).await;
            Err(Problem::new(ProblemKind::Unauthorized))
        }
    }
}

/// Enters a wrong password in the log of whoever's it would have been.
async fn enter_refusal(app: &App, visitor: &Visitor, email: &Redacted) {
    let found = async { app.tenancy.accounts()?.find(email).await };
    match found.await {
        Ok(Some(holder)) => ledger::enter_refused_login(app, visitor, &holder.subject).await,
        Ok(None) => {}
        Err(error) => tracing::error!(reason = %error, "a refused login was not entered in the audit log"),
    }
}

/// What follows an answer that the pool took: the next question, or the session.
pub(crate) async fn proceed(
    app: &App,
    visitor: &Visitor,
    progress: Progress,
    step: Step,
) -> Result<LoginAnswer, Problem> {
    let Some(admitted) = admit(app, step.subject()).await? else {
        return refuse(progress, "no member of an active tenant").await;
    };
    if progress.started_at < admitted.member.sessions_from {
        ledger::enter(app, &admitted, visitor, LOGIN, Outcome::Refused).await?;
        return refuse(progress, "sessions were ended meanwhile").await;
    }
    match step {
        Step::Pending(pending) => {
            if pending.kind() == PendingKind::NewPassword && !admitted.invitation_holds(progress.started_at) {
                ledger::enter(app, &admitted, visitor, LOGIN, Outcome::Refused).await?;
                return refuse(progress, "the invitation is too old").await;
            }
            here(app, visitor, &admitted).await?;
            let (kind, waiting) = (kind(pending.kind()), Waiting::Pool(pending));
            ask(app, &admitted, progress, waiting, POOL_WAITS, kind).await
        }
        Step::Complete(tokens) => {
            if tokens.tenant() != admitted.scope.tenant() {
                tracing::error!(tenant = %admitted.scope.tenant(), "an account was made for another tenant");
                return refuse(progress, "another tenant's account").await;
            }
            here(app, visitor, &admitted).await?;
            // Which factors the account has does not say that one was asked for.
            if admitted.settings.mfa_required && !progress.has_shown_factor {
                let account = app.tenancy.people(&admitted.scope)?.fetch(&admitted.subject).await?;
                let Some(account) = account else { return refuse(progress, "removed meanwhile").await };
                if account.factors().is_empty() {
                    return set_up(app, &admitted, progress, tokens, account.address()).await;
                }
                tracing::error!(tenant = %admitted.scope.tenant(), "the pool asked for no second factor");
                ledger::enter(app, &admitted, visitor, LOGIN, Outcome::Refused).await?;
                return refuse(progress, "a second factor was not asked for").await;
            }
            open(app, visitor, admitted, progress, &tokens).await
        }
    }
}

const fn kind(pending: PendingKind) -> ChallengeKind {
    match pending {
        PendingKind::NewPassword => ChallengeKind::NewPassword,
        PendingKind::Totp => ChallengeKind::Totp,
        PendingKind::Sms => ChallengeKind::Sms,
    }
}

async fn refuse(progress: Progress, reason: &'static str) -> Result<LoginAnswer, Problem> {
    tracing::info!(reason, "a login was refused");
    progress.attempt.fail().await?;
    Err(Problem::new(ProblemKind::Unauthorized))
}

/// Refuses who comes from outside the tenant's ranges, and enters it: the password was right.
async fn here(app: &App, visitor: &Visitor, admitted: &Admitted) -> Result<(), Problem> {
    if let Err(problem) = admitted.comes_from(visitor.address) {
        ledger::enter(app, admitted, visitor, LOGIN, Outcome::Refused).await?;
        return Err(problem);
    }
    Ok(())
}

/// Asks for more.
async fn ask(
    app: &App,
    admitted: &Admitted,
    progress: Progress,
    waiting: Waiting,
    lifetime: SignedDuration,
    kind: ChallengeKind,
) -> Result<LoginAnswer, Problem> {
    let begun = Begun { started_at: progress.started_at, account: progress.account.into_text(), waiting };
    let challenge = Challenge { member: &admitted.subject, lifetime, secrets: &begun };
    let now = app.clock.now();
    let ticket = app.tenancy.sessions()?.of(&admitted.scope).challenge(&challenge, now).await?;
    progress.attempt.go_on().await?;
    Ok(LoginAnswer::Challenge(AskedFor {
        challenge: kind,
        challenge_id: Redacted::new(ticket.expose()),
        totp_secret: None,
        totp_uri: None,
    }))
}

/// The tenant demands a second factor and the member has none: an authenticator app is set up before there is a session.
async fn set_up(
    app: &App,
    admitted: &Admitted,
    progress: Progress,
    tokens: Tokens,
    address: &Redacted,
) -> Result<LoginAnswer, Problem> {
    let secret = app.tenancy.accounts()?.begin_totp(&tokens).await.map_err(factors::refused)?;
    let uri = factors::totp_uri(&secret, address);
    let asked =
        ask(app, admitted, progress, Waiting::Setup(tokens), SETUP_WAITS, ChallengeKind::MfaSetup).await?;
    Ok(match asked {
        LoginAnswer::Challenge(asked) => {
            LoginAnswer::Challenge(AskedFor { totp_secret: Some(secret), totp_uri: Some(uri), ..asked })
        }
        open @ LoginAnswer::Open(..) => open,
    })
}

/// The login is complete. A cookie that was sent along is never taken over: the session has a new one, and that one dies.
pub(crate) async fn open(
    app: &App,
    visitor: &Visitor,
    mut admitted: Admitted,
    progress: Progress,
    tokens: &Tokens,
) -> Result<LoginAnswer, Problem> {
    ledger::enter(app, &admitted, visitor, LOGIN, Outcome::Done).await?;
    admitted.activate(app).await?;
    let lasting = admitted.settings.sessions;
    let created_at = progress.started_at;
    let new = NewSession {
        member: &admitted.subject,
        created_at,
        ends_at: created_at
            .saturating_add(SignedDuration::from_hours(lasting.hours.into()))
            .map_err(|_| Problem::new(ProblemKind::Internal))?,
        idle: SignedDuration::from_mins(lasting.idle_minutes.into()),
        now: app.clock.now(),
    };
    let sessions = app.tenancy.sessions()?;
    let (cookie, session) = sessions.of(&admitted.scope).create(&new, tokens).await?;
    progress.attempt.succeed().await?;
    if let Some(old) = &visitor.cookie {
        sessions.end(old).await?;
    }
    count(&app.tenancy, app.clock, &admitted.scope, EventKind::MemberLoggedIn {});
    Ok(LoginAnswer::Open(cookie, session))
}
