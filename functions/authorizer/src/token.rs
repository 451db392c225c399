//! An access token of the user pool: signature, issuer, client, expiry and use, all of them or nothing.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    client_id: String,
    token_use: String,
    auth_time: i64,
}

/// What a good token says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Good {
    /// The member's subject.
    pub(crate) subject: String,
    /// When the member logged in, in whole seconds since 1970: Cognito counts no finer. A token that was renewed keeps it,
    /// so that renewing does not outlive a logout everywhere.
    pub(crate) logged_in_at: i64,
}

/// The id of the key that says to have signed it; `None` for anything but an RS256 token.
pub(crate) fn key_id(token: &str) -> Option<String> {
    let header = decode_header(token).ok()?;
    // `alg` is the sender's claim: only the one algorithm the pool uses is taken, so neither `none` nor a
    // symmetric one that would read the public key as a secret.
    (header.alg == Algorithm::RS256).then_some(header.kid)?
}

/// What the token says, if everything about it is right.
pub(crate) fn read(token: &str, key: &DecodingKey, issuer: &str, client: &str) -> Option<Good> {
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_issuer(&[issuer]);
    rules.set_required_spec_claims(&["exp", "iss", "sub"]);
    rules.validate_nbf = true;
    // Cognito's access tokens name their client in `client_id` and carry no `aud`.
    rules.validate_aud = false;
    rules.leeway = 5;
    let claims = decode::<Claims>(token, key, &rules).ok()?.claims;
    (claims.token_use == "access" && claims.client_id == client && !claims.sub.is_empty())
        .then_some(Good { subject: claims.sub, logged_in_at: claims.auth_time })
}

#[cfg(test)]
mod tests;
