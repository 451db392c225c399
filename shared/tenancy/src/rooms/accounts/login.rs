//! Logging in: a password, what the pool asks after it, and tokens.

use std::collections::HashMap;

use aws_sdk_cognitoidentityprovider::{
    operation::admin_get_user::AdminGetUserError,
    types::{AuthFlowType, AuthenticationResultType, ChallengeNameType},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vivier_domain::{ids::TenantId, redacted::Redacted};

use super::{AccountError, Accounts, Tokens};
use crate::{rooms::people::Account, tenancy::TenancyError};

/// What follows an accepted answer.
#[derive(Debug)]
pub enum Step {
    /// The login is complete.
    Complete(Tokens),
    /// The pool asks for more.
    Pending(Pending),
}

impl Step {
    /// Who is logging in.
    pub fn subject(&self) -> &str {
        match self {
            Self::Complete(tokens) => tokens.subject(),
            Self::Pending(pending) => &pending.subject,
        }
    }
}

/// What the pool waits for. It serialises to be sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pending {
    kind: PendingKind,
    subject: String,
    session: Redacted,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingKind {
    /// A password of the member's own, in place of the temporary one.
    NewPassword,
    /// The code that an authenticator app shows.
    Totp,
    /// The code that was sent to the member's phone.
    Sms,
}

/// An answer to what is asked for.
#[derive(Debug, Clone)]
pub enum Answer<'a> {
    /// A new password.
    NewPassword(&'a Redacted),
    /// A code.
    Code(&'a Redacted),
}

/// Whom an e-mail address belongs to, before there is a scope: it opens nothing.
#[derive(Debug)]
pub struct Holder {
    /// The user pool's subject.
    pub subject: String,
    /// The tenant that the account was made for.
    pub tenant: TenantId,
}

impl Pending {
    /// What is asked for.
    pub const fn kind(&self) -> PendingKind {
        self.kind
    }
}

impl Accounts {
    /// Tries a password. `email` is in lower case.
    pub async fn log_in(
        &self,
        email: &Redacted,
        password: &Redacted,
        now: Timestamp,
    ) -> Result<Step, AccountError> {
        let given = self
            .client
            .admin_initiate_auth()
            .user_pool_id(&self.pool)
            .client_id(&self.client_id)
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", email.expose())
            .auth_parameters("PASSWORD", password.expose())
            .auth_parameters("SECRET_HASH", self.secret_hash(email.expose()).await?)
            .send()
            .await
            .map_err(|error| AccountError::read(&error, false))?;
        step(
            given.authentication_result(),
            given.challenge_name(),
            given.session(),
            given.challenge_parameters(),
            None,
            now,
        )
    }

    /// Answers what the pool asked for. A wrong code may be followed by another try; a right answer counts once.
    pub async fn answer(
        &self,
        pending: &Pending,
        answer: &Answer<'_>,
        now: Timestamp,
    ) -> Result<Step, AccountError> {
        let (challenge, name) = match pending.kind {
            PendingKind::NewPassword => (ChallengeNameType::NewPasswordRequired, "NEW_PASSWORD"),
            PendingKind::Totp => (ChallengeNameType::SoftwareTokenMfa, "SOFTWARE_TOKEN_MFA_CODE"),
            PendingKind::Sms => (ChallengeNameType::SmsMfa, "SMS_MFA_CODE"),
        };
        let (Answer::NewPassword(text) | Answer::Code(text)) = answer;
        let given = self
            .client
            .admin_respond_to_auth_challenge()
            .user_pool_id(&self.pool)
            .client_id(&self.client_id)
            .challenge_name(challenge)
            .session(pending.session.expose())
            .challenge_responses("USERNAME", &pending.subject)
            .challenge_responses(name, text.expose())
            .challenge_responses("SECRET_HASH", self.secret_hash(&pending.subject).await?)
            .send()
            .await
            .map_err(|error| AccountError::read(&error, true))?;
        step(
            given.authentication_result(),
            given.challenge_name(),
            given.session(),
            given.challenge_parameters(),
            Some(&pending.subject),
            now,
        )
    }

    /// Renews the access token; [`AccountError::Over`] when the login that it came from was ended.
    pub async fn refresh(&self, tokens: &Tokens, now: Timestamp) -> Result<Tokens, AccountError> {
        let given = self
            .client
            .admin_initiate_auth()
            .user_pool_id(&self.pool)
            .client_id(&self.client_id)
            .auth_flow(AuthFlowType::RefreshTokenAuth)
            .auth_parameters("REFRESH_TOKEN", tokens.refresh())
            .auth_parameters("SECRET_HASH", self.secret_hash(tokens.subject()).await?)
            .send()
            .await
            .map_err(|error| AccountError::read(&error, true))?;
        let result = given.authentication_result().ok_or(TenancyError::Corrupt("token"))?;
        Ok(Tokens::read(result, Some(tokens), now)?)
    }

    /// Makes the refresh token useless, and every access token that came from it where the pool is asked.
    pub async fn revoke(&self, tokens: &Tokens) -> Result<(), AccountError> {
        self.client
            .revoke_token()
            .client_id(&self.client_id)
            .client_secret(self.client_secret().await?.expose())
            .token(tokens.refresh())
            .send()
            .await
            .map_err(|error| AccountError::read(&error, true))?;
        Ok(())
    }

    /// Whom an address belongs to, in lower case. The answer is for the door alone and never for a caller.
    pub async fn find(&self, email: &Redacted) -> Result<Option<Holder>, AccountError> {
        let found =
            self.client.admin_get_user().user_pool_id(&self.pool).username(email.expose()).send().await;
        let user = match found {
            Ok(user) => user,
            Err(error)
                if error.as_service_error().is_some_and(AdminGetUserError::is_user_not_found_exception) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(AccountError::read(&error, false)),
        };
        let attribute = |name: &str| {
            user.user_attributes()
                .iter()
                .find(|attribute| attribute.name() == name)
                .and_then(|attribute| attribute.value())
        };
        let tenant = attribute("custom:tenant").and_then(|tenant| tenant.parse().ok());
        Ok(attribute("sub")
            .zip(tenant)
            .map(|(subject, tenant)| Holder { subject: subject.to_owned(), tenant }))
    }

    /// Gives a person a password of the own choice, without asking for the old one.
    pub async fn set_password(&self, account: &Account, password: &Redacted) -> Result<(), AccountError> {
        self.client
            .admin_set_user_password()
            .user_pool_id(&self.pool)
            .username(account.subject())
            .password(password.expose())
            .permanent(true)
            .send()
            .await
            .map_err(|error| AccountError::read(&error, false))?;
        Ok(())
    }

    /// Changes a password for whoever knows the old one.
    pub async fn change_password(
        &self,
        tokens: &Tokens,
        old: &Redacted,
        new: &Redacted,
    ) -> Result<(), AccountError> {
        self.client
            .change_password()
            .access_token(tokens.access())
            .previous_password(old.expose())
            .proposed_password(new.expose())
            .send()
            .await
            .map_err(|error| AccountError::read(&error, false))?;
        Ok(())
    }
}

fn step(
    result: Option<&AuthenticationResultType>,
    challenge: Option<&ChallengeNameType>,
    session: Option<&str>,
    parameters: Option<&HashMap<String, String>>,
    subject: Option<&str>,
    now: Timestamp,
) -> Result<Step, AccountError> {
    const CORRUPT: TenancyError = TenancyError::Corrupt("challenge");
    if let Some(result) = result {
        return Ok(Step::Complete(Tokens::read(result, None, now)?));
    }
    let kind = match challenge {
        Some(ChallengeNameType::NewPasswordRequired) => PendingKind::NewPassword,
        Some(ChallengeNameType::SoftwareTokenMfa) => PendingKind::Totp,
        Some(ChallengeNameType::SmsMfa) => PendingKind::Sms,
        // The suite always prefers one factor, and the pool sets none up: nothing else is ever asked.
        _ => return Err(CORRUPT.into()),
    };
    let named = parameters.and_then(|parameters| parameters.get("USER_ID_FOR_SRP")).map(String::as_str);
    Ok(Step::Pending(Pending {
        kind,
        subject: named.or(subject).ok_or(CORRUPT)?.to_owned(),
        session: Redacted::new(session.ok_or(CORRUPT)?),
    }))
}
