//! The user pool's public keys, fetched when needed and remembered.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use jsonwebtoken::{DecodingKey, jwk::JwkSet};
use tokio::sync::Mutex;

/// An unknown key id makes us look again, but not more often than this: anyone can invent key ids.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// The keys could not be fetched.
#[derive(Debug, thiserror::Error)]
#[error("the user pool's keys cannot be fetched")]
pub struct KeysUnavailable(#[source] reqwest::Error);

/// The keys by their id.
pub(crate) struct Jwks {
    http: reqwest::Client,
    url: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: HashMap<String, DecodingKey>,
    fetched: Option<Instant>,
}

impl Jwks {
    pub(crate) fn new(url: String) -> Result<Self, KeysUnavailable> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(2))
            .timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(KeysUnavailable)?;
        Ok(Self { http, url, state: Mutex::default() })
    }

    /// The key with this id, or `None` when the pool has none such.
    pub(crate) async fn get(&self, id: &str) -> Result<Option<DecodingKey>, KeysUnavailable> {
        let mut state = self.state.lock().await;
        if let Some(key) = state.keys.get(id) {
            return Ok(Some(key.clone()));
        }
        if state.fetched.is_some_and(|at| at.elapsed() < LOOK_AGAIN) {
            return Ok(None);
        }
        // Noted before it is tried: while the pool does not answer, invented ids must not make us ask again and again. A
        // minute later the next one does.
        state.fetched = Some(Instant::now());
        let set: JwkSet = async { self.http.get(&self.url).send().await?.error_for_status()?.json().await }
            .await
            .map_err(KeysUnavailable)?;
        state.keys = set
            .keys
            .iter()
            .filter_map(|jwk| Some((jwk.common.key_id.clone()?, DecodingKey::from_jwk(jwk).ok()?)))
            .collect();
        Ok(state.keys.get(id).cloned())
    }
}
