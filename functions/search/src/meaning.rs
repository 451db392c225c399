//! The vectors of searches. The same words are searched again and again, page after page: what was computed lately is kept.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use vivier_domain::ids::TenantId;
use vivier_runtime::telemetry;
use vivier_text::{Embedder, ModelIdentity};

/// Searches that are kept.
const MOST: usize = 512;

/// Computes vectors of searches, and remembers some.
#[derive(Clone)]
pub struct Meanings {
    embedder: Arc<dyn Embedder>,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    vectors: HashMap<Key, Vec<f32>>,
    order: VecDeque<Key>,
}

/// One tenant's search: how fast an answer comes must not tell what another's candidates look for.
type Key = (TenantId, String);

impl Meanings {
    /// Nothing is known yet.
    pub fn new(embedder: Arc<dyn Embedder>) -> Self {
        Self { embedder, known: Arc::default() }
    }

    /// The vector of a search in an index whose offers bear vectors of `model`; `None` where those cannot be compared, or the
    /// model fails: words then decide alone.
    pub async fn of(&self, tenant: TenantId, q: &str, model: &ModelIdentity) -> Option<Vec<f32>> {
        if self.embedder.identity() != model || q.trim().is_empty() {
            return None;
        }
        let key = (tenant, q.to_lowercase());
        let known = |known: &Mutex<Known>| {
            known.lock().unwrap_or_else(PoisonError::into_inner).vectors.get(&key).cloned()
        };
        if let Some(vector) = known(&self.known) {
            return Some(vector);
        }
        let (embedder, text) = (self.embedder.clone(), q.to_owned());
        let vector = match tokio::task::spawn_blocking(move || embedder.query(&text)).await {
            Ok(Ok(vector)) => vector,
            Ok(Err(error)) => {
                tracing::error!(error = telemetry::chain(&error), "a search was compared by its words alone");
                return None;
            }
            Err(_) => {
                // Its cause may quote the search.
                tracing::error!("a search was compared by its words alone: making its vector ended early");
                return None;
            }
        };
        self.keep(key, &vector);
        Some(vector)
    }

    fn keep(&self, key: Key, vector: &[f32]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.vectors.insert(key.clone(), vector.to_vec()).is_none() {
            known.order.push_back(key);
        }
        if known.order.len() > MOST
            && let Some(oldest) = known.order.pop_front()
        {
            known.vectors.remove(&oldest);
        }
    }
}
