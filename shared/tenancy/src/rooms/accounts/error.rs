//! Why the user pool did not do as it was asked, as a closed list. Its sentences may repeat a name, so none is kept.

use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};

use crate::tenancy::TenancyError;

/// What the user pool refused.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The name, the password, or both are not right. Nobody learns which, nor whether there is such a person.
    #[error("the credentials are wrong")]
    WrongCredentials,
    /// The person was disabled. The caller is told what everybody is told.
    #[error("the account is disabled")]
    Disabled,
    /// The temporary password is older than it may be.
    #[error("the temporary password has expired")]
    ExpiredPassword,
    /// The new password breaks the pool's policy, or was used before.
    #[error("the pool refuses the password")]
    PasswordPolicy,
    /// The code is wrong, was used before, or is too old.
    #[error("the code is wrong")]
    WrongCode,
    /// What was begun is over: the token or the step's own session is too old, was used or revoked.
    #[error("the step is over")]
    Over,
    /// The pool has no way to reach the person with a code.
    #[error("the second factor cannot be used")]
    Unreachable,
    /// The pool, or something behind it, does not answer or is asked too much.
    #[error(transparent)]
    Unavailable(#[from] TenancyError),
}

impl AccountError {
    /// Reads what Cognito said. `over` is what "not authorised" means where no password is in play.
    pub(super) fn read<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, over: bool) -> Self {
        let Some(service) = error.as_service_error() else {
            return Self::Unavailable(TenancyError::quiet("cognito", None));
        };
        Self::of(service.code().unwrap_or_default(), service.message().unwrap_or_default(), over)
    }

    fn of(code: &str, message: &str, over: bool) -> Self {
        match code {
            "NotAuthorizedException" if message.starts_with("User is disabled") => Self::Disabled,
            "NotAuthorizedException" if message.starts_with("Temporary password has expired") => {
                Self::ExpiredPassword
            }
            "NotAuthorizedException" if over => Self::Over,
            "NotAuthorizedException"
            | "UserNotFoundException"
            | "UserNotConfirmedException"
            | "PasswordResetRequiredException" => Self::WrongCredentials,
            "InvalidPasswordException" | "PasswordHistoryPolicyViolationException" => Self::PasswordPolicy,
            "CodeMismatchException" | "ExpiredCodeException" | "EnableSoftwareTokenMFAException" => {
                Self::WrongCode
            }
            "InvalidParameterException"
            | "CodeDeliveryFailureException"
            | "InvalidSmsRoleAccessPolicyException" => Self::Unreachable,
            "TooManyRequestsException" | "LimitExceededException" | "TooManyFailedAttemptsException" => {
                Self::Unavailable(TenancyError::Busy("user pool"))
            }
            other => Self::Unavailable(TenancyError::quiet("cognito", Some(other))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_pool_says() {
        const NOT: &str = "NotAuthorizedException";
        for (code, message, over, expected) in [
            (NOT, "Incorrect username or password.", false, "the credentials are wrong"),
            ("UserNotFoundException", "User does not exist.", false, "the credentials are wrong"),
            (NOT, "Password attempts exceeded", false, "the credentials are wrong"),
            (NOT, "User is disabled.", false, "the account is disabled"),
            (NOT, "User is disabled.", true, "the account is disabled"),
            (
                NOT,
                "Temporary password has expired and must be reset by an administrator.",
                false,
                "the temporary password has expired",
            ),
            (NOT, "Invalid session for the user.", true, "the step is over"),
            (NOT, "Refresh Token has been revoked", true, "the step is over"),
            ("InvalidPasswordException", "Password did not conform", false, "the pool refuses the password"),
            ("CodeMismatchException", "", true, "the code is wrong"),
            ("ExpiredCodeException", "", true, "the code is wrong"),
            ("EnableSoftwareTokenMFAException", "Code mismatch", true, "the code is wrong"),
            ("TooManyRequestsException", "", false, "the user pool is busy"),
            ("InternalErrorException", "camille@acme.example", false, "cognito did not answer as asked"),
        ] {
            let error = AccountError::of(code, message, over);
            assert_eq!(error.to_string(), expected, "{code} {message}");
            assert!(!format!("{error:?}").contains("camille"));
        }
    }
}
