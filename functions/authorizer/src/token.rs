//! An access token of the user pool: signature, issuer, client, expiry and use, all of them or nothing.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    client_id: String,
    token_use: String,
}

/// The id of the key that says to have signed it; `None` for anything but an RS256 token.
pub(crate) fn key_id(token: &str) -> Option<String> {
    let header = decode_header(token).ok()?;
    // `alg` is the sender's claim: only the one algorithm the pool uses is taken, so neither `none` nor a
    // symmetric one that would read the public key as a secret.
    (header.alg == Algorithm::RS256).then_some(header.kid)?
}

/// The member's subject, if everything about the token is right.
pub(crate) fn subject(token: &str, key: &DecodingKey, issuer: &str, client: &str) -> Option<String> {
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_issuer(&[issuer]);
    rules.set_required_spec_claims(&["exp", "iss", "sub"]);
    rules.validate_nbf = true;
    // Cognito's access tokens name their client in `client_id` and carry no `aud`.
    rules.validate_aud = false;
    rules.leeway = 5;
    let claims = decode::<Claims>(token, key, &rules).ok()?.claims;
    (claims.token_use == "access" && claims.client_id == client && !claims.sub.is_empty())
        .then_some(claims.sub)
}

#[cfg(test)]
mod tests;
