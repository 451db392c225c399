//! Tokens by which a candidate takes a conversation up on another device.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use rand::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use vivier_domain::{ids::SessionId, redacted::Redacted};
use vivier_runtime::http::Problem;
use vivier_store::conversations::{Session, resume};
use vivier_tenancy::{TenancyError, TenantScope};

use crate::{
    App,
    sessions::{self, NOT_FOUND},
};

/// A token's secret, in bytes.
const LENGTH: usize = 32;

/// A token that was made. It is shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResumeToken {
    /// Good for one use.
    #[schema(value_type = String)]
    pub token: Redacted,
    /// When it is good for none.
    pub expires_at: Timestamp,
}

/// The body by which a conversation is taken up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resuming {
    /// The token.
    #[schema(value_type = String)]
    pub token: Redacted,
}

/// What is stored of a token. Its secret is long and random, so that nobody finds it by trying.
fn hash(token: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(token.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Makes a token for a conversation.
pub(crate) async fn create(app: &App, scope: &TenantScope, id: SessionId) -> Result<ResumeToken, Problem> {
    let mut secret = [0; LENGTH];
    rand::rng().fill_bytes(&mut secret);
    let token = URL_SAFE_NO_PAD.encode(secret);
    sessions::fetch(app, scope, id).await?;
    let room = app.tenancy.conversations(scope).await?;
    match resume::put(&room, id, &hash(&token), app.clock.now()).await {
        Ok(expires_at) => Ok(ResumeToken { token: Redacted::new(token), expires_at }),
        Err(TenancyError::Conflict(_)) => Err(NOT_FOUND()),
        Err(error) => Err(error.into()),
    }
}

/// The conversation that a token leads to. The token is used up.
pub(crate) async fn take(app: &App, scope: &TenantScope, token: &Redacted) -> Result<Session, Problem> {
    let room = app.tenancy.conversations(scope).await?;
    let found = resume::take(&room, &hash(token.expose()), app.clock.now()).await?;
    sessions::fetch(app, scope, found.ok_or_else(NOT_FOUND)?).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_kept_as_a_hash_and_not_printed() {
        let token = ResumeToken { token: Redacted::new("secret"), expires_at: Timestamp::UNIX_EPOCH };
        assert!(!format!("{token:?}").contains("secret"));
        assert_eq!(hash("secret").len(), 64);
        assert_ne!(hash("secret"), hash("secreu"));
    }
}
