//! A member's own session: the one whose cookie came with the request.

use axum::http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use vivier_domain::settings::TenantSettings;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::{
    TenantScope,
    rooms::{
        accounts::{AccountError, Tokens},
        people::Account,
        sessions::{Cookie, NewSession, Session},
    },
};

use crate::{App, answer::LoginAnswer, factors, visitor};

/// How long after a login its session may change what guards the account. A cookie that was stolen later cannot.
const RECENT: SignedDuration = SignedDuration::from_mins(15);

/// A session of the member behind the scope, with its cookie.
#[derive(Debug)]
pub(crate) struct Mine<'s> {
    pub(crate) scope: &'s TenantScope,
    pub(crate) cookie: Cookie,
    pub(crate) session: Session,
}

/// Who asks: every route here takes members only.
pub(crate) fn subject(scope: &TenantScope) -> Result<&str, Problem> {
    scope.member().map(vivier_tenancy::Member::subject).ok_or_else(|| Problem::new(ProblemKind::Forbidden))
}

impl<'s> Mine<'s> {
    /// The session that the authorizer let through. [`ProblemKind::Forbidden`] for a member who came with a token: a
    /// token opens what programs do, and not the account behind it.
    pub(crate) async fn open(
        app: &App,
        scope: &'s TenantScope,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        let named = scope.member().and_then(vivier_tenancy::Member::session);
        let named = named.ok_or_else(|| Problem::new(ProblemKind::Forbidden))?;
        let over = || Problem::new(ProblemKind::Unauthorized);
        let cookie = visitor::cookie(headers).filter(|cookie| cookie.name() == named).ok_or_else(over)?;
        let session = app.tenancy.sessions()?.open(&cookie, app.clock.now()).await?;
        let own = |session: &Session| {
            session.tenant == scope.tenant()
                && scope.member().is_some_and(|member| member.subject() == session.member)
        };
        let session = session.filter(own).ok_or_else(over)?;
        Ok(Self { scope, cookie, session })
    }

    /// Refuses when the login is too long ago for what guards the account to be changed.
    pub(crate) fn require_recent_login(&self, now: Timestamp) -> Result<(), Problem> {
        if now.duration_since(self.session.created_at) < RECENT {
            return Ok(());
        }
        Err(Problem::new(ProblemKind::LoginTooOld))
    }

    /// The tokens that were sealed in the session.
    pub(crate) async fn sealed(&self, app: &App) -> Result<Tokens, Problem> {
        let tokens = app.tenancy.sessions()?.unseal(&self.cookie, app.clock.now()).await?;
        tokens.ok_or_else(|| Problem::new(ProblemKind::Unauthorized))
    }

    /// Tokens that the user pool takes now.
    pub(crate) async fn tokens(&self, app: &App) -> Result<Tokens, Problem> {
        let tokens = self.sealed(app).await?;
        if tokens.are_fresh(app.clock.now()) { Ok(tokens) } else { self.renewed(app, &tokens).await }
    }

    /// Renews the tokens. A login that the pool has ended is the end of the session, too.
    pub(crate) async fn renewed(&self, app: &App, tokens: &Tokens) -> Result<Tokens, Problem> {
        match app.tenancy.accounts()?.refresh(tokens, app.clock.now()).await {
            Ok(tokens) => Ok(tokens),
            Err(AccountError::Unavailable(error)) => Err(error.into()),
            Err(refused) => {
                tracing::info!(reason = %refused, "a session was ended: its login is over");
                app.tenancy.sessions()?.end(&self.cookie).await?;
                Err(Problem::new(ProblemKind::Unauthorized))
            }
        }
    }

    /// The member's account in the user pool.
    pub(crate) async fn account(&self, app: &App) -> Result<Account, Problem> {
        let account = app.tenancy.people(self.scope)?.fetch(&self.session.member).await?;
        account.ok_or_else(|| Problem::new(ProblemKind::Unauthorized))
    }

    /// The same session under a new cookie, within the tenant's limits as they are now. `created_at` is what later ends of
    /// sessions are compared with.
    pub(crate) async fn rotate(
        &self,
        app: &App,
        tokens: &Tokens,
        created_at: Timestamp,
        settings: &TenantSettings,
    ) -> Result<LoginAnswer, Problem> {
        let lasting = settings.sessions;
        let begun = self.session.created_at;
        let longest = begun
            .saturating_add(SignedDuration::from_hours(lasting.hours.into()))
            .map_err(|_| Problem::new(ProblemKind::Internal))?;
        let new = NewSession {
            member: &self.session.member,
            created_at,
            ends_at: self.session.ends_at.min(longest),
            idle: SignedDuration::from_mins(lasting.idle_minutes.into()),
            now: app.clock.now(),
        };
        let own = app.tenancy.sessions()?.of(self.scope);
        let (cookie, session) = own.rotate(&self.cookie, &new, tokens).await?;
        Ok(LoginAnswer::Open(cookie, session))
    }

    /// Ends the session, and makes its tokens useless.
    pub(crate) async fn end(&self, app: &App) -> Result<(), Problem> {
        let tokens = self.sealed(app).await;
        app.tenancy.sessions()?.of(self.scope).delete(&self.session.name).await?;
        // Nobody can open the tokens any more, so this is only thorough: it may fail.
        if let Ok(tokens) = tokens
            && let Err(error) = app.tenancy.accounts()?.revoke(&tokens).await
        {
            tracing::warn!(reason = %error, "a login's tokens could not be revoked");
        }
        Ok(())
    }
}

/// Ends every session and token of a member, whatever browser or program holds them.
pub(crate) async fn end_everywhere(app: &App, scope: &TenantScope, subject: &str) -> Result<(), Problem> {
    crate::admission::end_before(app, scope, subject, app.clock.now()).await?;
    let people = app.tenancy.people(scope)?;
    if let Some(account) = people.fetch(subject).await? {
        people.sign_out(&account).await?;
    }
    let ended = app.tenancy.sessions()?.of(scope).delete_all(subject, None).await?;
    tracing::info!(ended, "all sessions of a member were ended");
    Ok(())
}

/// What the pool refused to whoever is logged in.
pub(crate) fn refused(error: AccountError) -> Problem {
    factors::refused(error)
}
