//! A member's second factors (K6.2c): an authenticator app, and messages to a phone.

use std::fmt::Write;

use serde::Serialize;
use utoipa::ToSchema;
use vivier_domain::redacted::Redacted;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::rooms::{
    accounts::AccountError,
    attempts::{Admission, AttemptKey, Limit},
    people::{Account, Factor},
};

use crate::{App, mine::Mine, throttle::Attempt};

/// Messages to phones cost money and annoy: few in a row, then one every quarter of an hour.
const MESSAGES: Limit = Limit { delay_from: 3, lock_at: 6 };

/// A member's second factors.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Factors {
    /// Whether the tenant demands one.
    required: bool,
    /// Whether an authenticator app is asked for at login.
    totp: bool,
    /// Whether a message to a phone is; where there is an app as well, the app is asked for.
    sms: bool,
}

/// What an authenticator app is set up with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TotpSetup {
    /// The secret, in Base32, to be typed in.
    #[schema(value_type = String)]
    secret: Redacted,
    /// The same as an `otpauth` address, which an app reads from a QR code.
    #[schema(value_type = String)]
    uri: Redacted,
}

/// What the pool refused to whoever is logged in.
pub(crate) fn refused(error: AccountError) -> Problem {
    match error {
        AccountError::Unavailable(error) => error.into(),
        AccountError::WrongCode => Problem::new(ProblemKind::InvalidBody).field("code", "wrong"),
        AccountError::Unreachable => Problem::new(ProblemKind::Conflict),
        AccountError::PasswordPolicy => {
            Problem::new(ProblemKind::InvalidBody).field("new_password", "refused")
        }
        AccountError::Over
        | AccountError::Disabled
        | AccountError::WrongCredentials
        | AccountError::ExpiredPassword => Problem::new(ProblemKind::Unauthorized),
    }
}

/// Six digits: what both factors show.
pub(crate) fn check_code(code: &Redacted) -> Result<(), Problem> {
    let code = code.expose();
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::InvalidBody).field("code", "invalid"))
}

/// A phone number as E.164 writes it.
fn check_phone(phone: &Redacted) -> Result<(), Problem> {
    let digits = phone.expose().strip_prefix('+').unwrap_or_default();
    let good = (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    if good { Ok(()) } else { Err(Problem::new(ProblemKind::InvalidBody).field("phone", "invalid")) }
}

/// The address that an authenticator app reads, with the account's name as the app will show it.
pub(crate) fn totp_uri(secret: &Redacted, account: &Redacted) -> Redacted {
    let mut name = String::new();
    for byte in account.expose().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            name.push(byte.into());
        } else {
            // Writing into a String cannot fail.
            let _ = write!(name, "%{byte:02X}");
        }
    }
    Redacted::new(format!("otpauth://totp/Vivier:{name}?secret={}&issuer=Vivier", secret.expose()))
}

/// The member's factors.
pub(crate) async fn fetch(app: &App, mine: &Mine<'_>) -> Result<Factors, Problem> {
    let (account, required) = (mine.account(app).await?, required(app, mine).await?);
    let has = |factor| account.factors().contains(&factor);
    Ok(Factors { required, totp: has(Factor::Totp), sms: has(Factor::Sms) })
}

async fn required(app: &App, mine: &Mine<'_>) -> Result<bool, Problem> {
    Ok(app.tenancy.records(mine.scope)?.tenant_settings().await?.mfa_required)
}

/// The account, unless it has this factor: one that is in use is given up before another takes its place.
async fn without(app: &App, mine: &Mine<'_>, factor: Factor) -> Result<Account, Problem> {
    let account = mine.account(app).await?;
    if account.factors().contains(&factor) { Err(Problem::new(ProblemKind::Conflict)) } else { Ok(account) }
}

/// Begins to set an authenticator app up.
pub(crate) async fn begin_totp(app: &App, mine: &Mine<'_>) -> Result<TotpSetup, Problem> {
    mine.require_recent_login(app.clock.now())?;
    let account = without(app, mine, Factor::Totp).await?;
    let secret = app.tenancy.accounts()?.begin_totp(&mine.tokens(app).await?).await.map_err(refused)?;
    let uri = totp_uri(&secret, account.address());
    Ok(TotpSetup { secret, uri })
}

/// Notes a phone number and sends a code to it.
pub(crate) async fn begin_sms(app: &App, mine: &Mine<'_>, phone: &Redacted) -> Result<(), Problem> {
    mine.require_recent_login(app.clock.now())?;
    check_phone(phone)?;
    let account = without(app, mine, Factor::Sms).await?;
    let (attempts, now) = (app.tenancy.attempts()?, app.clock.now());
    let key = AttemptKey::messages(account.subject());
    match attempts.begin(&key, MESSAGES, now).await? {
        // Every message counts, whether its code is ever typed in or not.
        Admission::Admitted(count) => attempts.fail(&key, MESSAGES, count, now).await?,
        Admission::Wait(seconds) => {
            return Err(Problem::new(ProblemKind::TooManyAttempts).retry_after(seconds));
        }
    }
    let accounts = app.tenancy.accounts()?;
    let tokens = mine.tokens(app).await?;
    accounts.set_phone(&account, Some(phone)).await.map_err(refused)?;
    accounts.send_phone_code(&tokens).await.map_err(refused)
}

/// Turns a factor on with its first code. Wrong codes count like wrong passwords.
pub(crate) async fn turn_on(
    app: &App,
    mine: &Mine<'_>,
    factor: Factor,
    code: &Redacted,
) -> Result<(), Problem> {
    check_code(code)?;
    let account = without(app, mine, factor).await?;
    let (accounts, tokens) = (app.tenancy.accounts()?, mine.tokens(app).await?);
    let key = AttemptKey::account(account.address().expose());
    let attempt = Attempt::begin(app, &key, mine.scope.address(), app.clock.now()).await?;
    let verified = match factor {
        Factor::Totp => accounts.verify_totp(&tokens, code).await,
        Factor::Sms => accounts.verify_phone(&tokens, code).await,
    };
    match verified {
        Ok(()) => attempt.succeed().await?,
        Err(error @ AccountError::WrongCode) => {
            attempt.fail().await?;
            return Err(refused(error));
        }
        Err(error) => {
            attempt.withdraw().await?;
            return Err(refused(error));
        }
    }
    let mut factors = account.factors().to_vec();
    factors.push(factor);
    accounts.prefer(&account, &factors).await.map_err(refused)
}

/// Turns a factor off, unless it is the last and the tenant demands one. Doing it twice is fine.
pub(crate) async fn turn_off(app: &App, mine: &Mine<'_>, factor: Factor) -> Result<(), Problem> {
    mine.require_recent_login(app.clock.now())?;
    let account = mine.account(app).await?;
    let left: Vec<Factor> = account.factors().iter().copied().filter(|other| *other != factor).collect();
    if left.is_empty() && !account.factors().is_empty() && required(app, mine).await? {
        return Err(Problem::new(ProblemKind::Conflict));
    }
    let accounts = app.tenancy.accounts()?;
    accounts.prefer(&account, &left).await.map_err(refused)?;
    if factor == Factor::Sms {
        accounts.set_phone(&account, None).await.map_err(refused)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_numbers() {
        for (code, good) in [
            ("123456", true),
            ("000000", true),
            ("12345", false),
            ("1234567", false),
            ("12345a", false),
            ("١٢٣", false),
        ] {
            assert_eq!(check_code(&Redacted::new(code)).is_ok(), good, "{code}");
        }
        for (phone, good) in [
            ("+33612345678", true),
            ("+123456789012345", true),
            ("0612345678", false),
            ("+0612345678", false),
            ("+33 6 12 34 56 78", false),
            ("+1234567890123456", false),
            ("+336", false),
            ("+", false),
        ] {
            assert_eq!(check_phone(&Redacted::new(phone)).is_ok(), good, "{phone}");
        }
    }

    #[test]
    fn an_app_reads_the_name_and_the_secret() {
        let uri = totp_uri(&Redacted::new("JBSWY3DP"), &Redacted::new("a+b&c@acme.example"));
        assert_eq!(
            uri.expose(),
            "otpauth://totp/Vivier:a%2Bb%26c%40acme.example?secret=JBSWY3DP&issuer=Vivier"
        );
    }
}
