//! Accounts in the user pool, from the outside: who knows a password, and what a member does with the own account.
//!
//! A login comes before there is a scope, so what is asked here proves itself: by a password, by the answer to a
//! challenge, by tokens that such a login gave. What an administrator may do to any account takes an
//! [`Account`](super::people::Account), which only the people of the scope's own tenant make.

mod error;
mod factors;
mod login;
mod tokens;

use std::sync::Arc;

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use aws_sdk_cognitoidentityprovider::Client;
use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::sync::OnceCell;
use vivier_domain::redacted::Redacted;

pub use error::AccountError;
pub use login::{Answer, Holder, Pending, PendingKind, Step};
pub use tokens::Tokens;

use crate::tenancy::TenancyError;

/// The user pool through its one confidential app client.
#[derive(Debug, Clone)]
pub struct Accounts {
    client: Client,
    pool: String,
    client_id: String,
    secret: Arc<OnceCell<Redacted>>,
}

impl Accounts {
    pub(crate) fn new(
        client: Client,
        pool: String,
        client_id: String,
        secret: Arc<OnceCell<Redacted>>,
    ) -> Self {
        Self { client, pool, client_id, secret }
    }

    /// The app client's secret, read at the first use: it stands in no variable and in no template.
    async fn client_secret(&self) -> Result<&Redacted, TenancyError> {
        self.secret
            .get_or_try_init(|| async {
                let described = self
                    .client
                    .describe_user_pool_client()
                    .user_pool_id(&self.pool)
                    .client_id(&self.client_id)
                    .send()
                    .await
                    .map_err(TenancyError::cloud("cognito"))?;
                let secret = described.user_pool_client().and_then(|client| client.client_secret());
                secret.map(Redacted::new).ok_or(TenancyError::NotFurnished("client secret"))
            })
            .await
    }

    /// What proves to the pool that a call for `username` comes from the app client.
    async fn secret_hash(&self, username: &str) -> Result<String, TenancyError> {
        let secret = self.client_secret().await?;
        Ok(secret_hash(secret, username, &self.client_id))
    }
}

fn secret_hash(secret: &Redacted, username: &str, client_id: &str) -> String {
    let key = hmac::Key::new(HMAC_SHA256, secret.expose().as_bytes());
    STANDARD.encode(hmac::sign(&key, format!("{username}{client_id}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_documentation() {
        // HMAC-SHA256 with the key "key" over "The quick brown fox jumps over the lazy dog".
        let hash = secret_hash(&Redacted::new("key"), "The quick brown fox ", "jumps over the lazy dog");
        assert_eq!(hash, "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=");
    }
}
