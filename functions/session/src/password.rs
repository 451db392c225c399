//! Passwords: a mailed link for whoever forgot theirs (K6.2c), and a new one for whoever knows the old one.

use vivier_domain::{
    member::{Member, MemberState},
    password::MAXIMUM_LENGTH,
    redacted::Redacted,
    settings::{TenantSettings, tenant::is_email},
};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::audit::Outcome;
use vivier_tenancy::{
    TenantScope,
    rooms::{
        accounts::{AccountError, Holder},
        attempts::{Admission, AttemptKey, Limit},
        people::Account,
        sessions::ResetTicket,
    },
};

use crate::{
    App,
    admission::{Admitted, admit, end_before},
    answer::LoginAnswer,
    challenge::check_password,
    ledger,
    mine::{self, Mine},
    throttle::Attempt,
    visitor::Visitor,
};

/// Mails to one person: few in a row, then one every quarter of an hour.
const MAILS: Limit = Limit { delay_from: 3, lock_at: 3 };

/// Mails a link, where the address is a member's. The caller learns nothing of it.
pub(crate) async fn forgotten(app: &App, visitor: &Visitor, email: &Redacted) -> Result<(), Problem> {
    if !is_email(email.expose()) {
        return Err(Problem::new(ProblemKind::InvalidBody).field("email", "invalid"));
    }
    let email = Redacted::new(email.expose().to_lowercase());
    let (attempts, now) = (app.tenancy.attempts()?, app.clock.now());
    let address = AttemptKey::address(visitor.address);
    match attempts.begin(&address, app.config.address, now).await? {
        Admission::Admitted(count) => attempts.fail(&address, app.config.address, count, now).await?,
        Admission::Wait(seconds) => {
            return Err(Problem::new(ProblemKind::TooManyAttempts).retry_after(seconds));
        }
    }
    let mails = AttemptKey::mails(email.expose());
    let is_one_more = match attempts.begin(&mails, MAILS, now).await? {
        Admission::Admitted(count) => {
            attempts.fail(&mails, MAILS, count, now).await?;
            true
        }
        Admission::Wait(_) => false,
    };
    let holder = match app.tenancy.accounts()?.find(&email).await {
        Ok(holder) => holder,
        Err(error) => return Err(mine::refused(error)),
    };
    if let Some(holder) = holder.filter(|_| is_one_more)
        && let Err(problem) = mail_link(app, visitor, &holder, &email).await
    {
        // Only a member's link can fail, so a caller who was told would learn who is one.
        tracing::error!(kind = problem.kind, "a link for a new password was not mailed");
    }
    Ok(())
}

async fn mail_link(app: &App, visitor: &Visitor, holder: &Holder, email: &Redacted) -> Result<(), Problem> {
    let Some(admitted) = admit(app, &holder.subject).await? else { return Ok(()) };
    // Who was invited has a temporary password, which a manager mails anew.
    if admitted.member.state != MemberState::Active || admitted.scope.tenant() != holder.tenant {
        return Ok(());
    }
    ledger::enter_unproved(app, &admitted, visitor, "password_forgotten", Outcome::Done).await?;
    let ticket = app.tenancy.sessions()?.of(&admitted.scope).reset(&holder.subject, app.clock.now()).await?;
    let origin = app.config.back_office.as_str();
    let link = Redacted::new(format!("{origin}/reset#token={}", ticket.expose()));
    let mails = app.tenancy.mail(&admitted.scope)?;
    let organisation = mails.organisation().await?;
    let mail = vivier_mail::reset(&organisation, &link, admitted.member.language)
        .map_err(|_| Problem::new(ProblemKind::Internal))?;
    mails.send(email, &mail, &admitted.settings.mail).await.map_err(|error| {
        tracing::warn!(reason = %error, "a mail was not sent");
        Problem::new(ProblemKind::Unavailable)
    })
}

/// Sets a new password by a mailed link, which is used up by it, and ends every session. An invented link, one that was
/// used and one that is too old are answered alike.
pub(crate) async fn reset(
    app: &App,
    visitor: &Visitor,
    token: &Redacted,
    password: &Redacted,
) -> Result<(), Problem> {
    const UNKNOWN: fn() -> Problem = || Problem::new(ProblemKind::NotFound);
    // Before the link is looked at: a password that cannot be taken must not use it up.
    check_password("password", password)?;
    let ticket = ResetTicket::parse(token.expose()).ok_or_else(UNKNOWN)?;
    let (sessions, now) = (app.tenancy.sessions()?, app.clock.now());
    let link = sessions.open_reset(&ticket, now).await?.ok_or_else(UNKNOWN)?;
    let admitted = admit(app, &link.member).await?.ok_or_else(UNKNOWN)?;
    let holds = admitted.scope.tenant() == ticket.tenant()
        && admitted.member.state == MemberState::Active
        && link.created_at >= admitted.member.sessions_from;
    if !holds {
        return Err(UNKNOWN());
    }
    if let Err(problem) = admitted.comes_from(visitor.address) {
        ledger::enter(app, &admitted, visitor, "password_reset", Outcome::Refused).await?;
        return Err(problem);
    }
    let people = app.tenancy.people(&admitted.scope)?;
    let account = people.fetch(&link.member).await?.ok_or_else(UNKNOWN)?;
    ledger::enter(app, &admitted, visitor, "password_reset", Outcome::Begun).await?;
    // Of several who use it at once, one has it.
    if sessions.take_reset(&ticket, now).await?.is_none() {
        ledger::enter(app, &admitted, visitor, "password_reset", Outcome::Refused).await?;
        return Err(UNKNOWN());
    }
    match app.tenancy.accounts()?.set_password(&account, password).await {
        Ok(()) => {}
        Err(error) => {
            ledger::enter(app, &admitted, visitor, "password_reset", Outcome::Failed).await?;
            return Err(match error {
                AccountError::PasswordPolicy => {
                    Problem::new(ProblemKind::InvalidBody).field("password", "refused")
                }
                other => mine::refused(other),
            });
        }
    }
    mine::end_everywhere(app, &admitted.scope, &link.member).await?;
    ledger::enter(app, &admitted, visitor, "password_reset", Outcome::Done).await?;
    // Whoever reads the person's mail is not who was guessing.
    app.tenancy.attempts()?.clear(&AttemptKey::account(account.address().expose())).await?;
    let Admitted { scope, member, settings, .. } = &admitted;
    tell(app, scope, &account, member, settings).await;
    Ok(())
}

/// Changes the password for whoever knows the old one. Every other session ends; this one goes on under a new cookie.
pub(crate) async fn change(
    app: &App,
    mine: &Mine<'_>,
    old: &Redacted,
    new: &Redacted,
) -> Result<LoginAnswer, Problem> {
    check_password("new_password", new)?;
    // The pool would refuse it too, but not as a wrong password.
    if !(1..=MAXIMUM_LENGTH).contains(&old.expose().len()) {
        return Err(Problem::new(ProblemKind::InvalidBody).field("old_password", "invalid"));
    }
    let account = mine.account(app).await?;
    let tokens = mine.tokens(app).await?;
    let key = AttemptKey::account(account.address().expose());
    let attempt = Attempt::begin(app, &key, mine.scope.address(), app.clock.now()).await?;
    match app.tenancy.accounts()?.change_password(&tokens, old, new).await {
        Ok(()) => attempt.succeed().await?,
        Err(AccountError::WrongCredentials) => {
            attempt.fail().await?;
            return Err(Problem::new(ProblemKind::InvalidBody).field("old_password", "wrong"));
        }
        Err(error) => {
            attempt.withdraw().await?;
            return Err(mine::refused(error));
        }
    }
    let subject = &mine.session.member;
    let member = end_before(app, mine.scope, subject, app.clock.now()).await?;
    let settings = app.tenancy.records(mine.scope)?.tenant_settings().await?;
    // Counted from now on: it is younger than the end that the change has just set for all others.
    let answer = mine.rotate(app, &tokens, app.clock.now(), &settings).await?;
    let kept = match &answer {
        LoginAnswer::Open(_, session) => Some(session.name.as_str()),
        LoginAnswer::Challenge(_) => None,
    };
    app.tenancy.sessions()?.of(mine.scope).delete_all(subject, kept).await?;
    tell(app, mine.scope, &account, &member, &settings).await;
    Ok(answer)
}

/// Tells the person that the password was changed. It is done, whether the mail goes out or not.
async fn tell(app: &App, scope: &TenantScope, account: &Account, member: &Member, settings: &TenantSettings) {
    let told = async {
        let mails = app.tenancy.mail(scope)?;
        let organisation = mails.organisation().await?;
        let origin = app.config.back_office.as_str();
        let mail = vivier_mail::password_changed(&organisation, origin, member.language)
            .map_err(|_| Problem::new(ProblemKind::Internal))?;
        mails.send(account.address(), &mail, &settings.mail).await.map_err(|error| {
            tracing::warn!(reason = %error, "a mail was not sent");
            Problem::new(ProblemKind::Unavailable)
        })
    };
    if let Err(problem) = told.await {
        tracing::error!(kind = problem.kind, "a member was not told of a new password");
    }
}
