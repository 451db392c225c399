//! What the user pool gives after a complete login.

use aws_sdk_cognitoidentityprovider::types::AuthenticationResultType;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use vivier_domain::{ids::TenantId, redacted::Redacted};

use crate::tenancy::TenancyError;

/// An access token is renewed when it has less than this left.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// Tokens of one member. They serialise to be sealed, and print as nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tokens {
    access: Redacted,
    refresh: Redacted,
    subject: String,
    tenant: TenantId,
    expires_at: Timestamp,
}

/// What is read of an id token.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    #[serde(rename = "custom:tenant")]
    tenant: TenantId,
}

impl Tokens {
    /// Reads an answer of the user pool. `before` are the tokens that were renewed: a renewal gives no new refresh token.
    pub(super) fn read(
        result: &AuthenticationResultType,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Result<Self, TenancyError> {
        const CORRUPT: TenancyError = TenancyError::Corrupt("token");
        let claims = claims(result.id_token().ok_or(CORRUPT)?).ok_or(CORRUPT)?;
        let refresh = result.refresh_token().map(Redacted::new);
        Ok(Self {
            access: Redacted::new(result.access_token().ok_or(CORRUPT)?),
            refresh: refresh.or_else(|| before.map(|tokens| tokens.refresh.clone())).ok_or(CORRUPT)?,
            subject: claims.sub,
            tenant: claims.tenant,
            expires_at: now
                .saturating_add(SignedDuration::from_secs(result.expires_in().into()))
                .map_err(|_| CORRUPT)?,
        })
    }

    /// The user pool's subject.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The tenant whose account it is: an attribute that nobody can change.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Whether the access token can still be used for a call.
    pub fn are_fresh(&self, now: Timestamp) -> bool {
        self.expires_at.duration_since(now) > MARGIN
    }

    pub(super) fn access(&self) -> &str {
        self.access.expose()
    }

    pub(super) fn refresh(&self) -> &str {
        self.refresh.expose()
    }
}

/// The claims of a token that the pool itself has just handed over, over TLS: its signature proves nothing more.
fn claims(token: &str) -> Option<Claims> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(tenant: &str, refresh: Option<&str>) -> AuthenticationResultType {
        let payload = format!(r#"{{"sub":"s","custom:tenant":"{tenant}","email":"camille@acme.example"}}"#);
        AuthenticationResultType::builder()
            .access_token("access")
            .id_token(format!("e30.{}.x", URL_SAFE_NO_PAD.encode(payload)))
            .set_refresh_token(refresh.map(str::to_owned))
            .expires_in(3600)
            .build()
    }

    #[test]
    fn tokens_name_their_member_and_print_nothing() {
        let (tenant, now) = (TenantId::generate(), Timestamp::UNIX_EPOCH);
        let tokens = Tokens::read(&result(&tenant.to_string(), Some("refresh")), None, now).unwrap();
        assert_eq!((tokens.subject(), tokens.tenant()), ("s", tenant));
        let printed = format!("{tokens:?}");
        assert!(!printed.contains("access\"") && !printed.contains("camille"), "{printed}");
        for (seconds, fresh) in [(0, true), (3539, true), (3540, false), (4000, false)] {
            assert_eq!(tokens.are_fresh(Timestamp::from_second(seconds).unwrap()), fresh, "{seconds}");
        }
        let renewed = Tokens::read(&result(&tenant.to_string(), None), Some(&tokens), now).unwrap();
        assert_eq!(renewed.refresh(), "refresh");
        assert!(Tokens::read(&result(&tenant.to_string(), None), None, now).is_err());
    }

    #[test]
    fn a_token_that_names_no_tenant_is_none() {
        assert!(Tokens::read(&result("", Some("r")), None, Timestamp::UNIX_EPOCH).is_err());
    }
}
