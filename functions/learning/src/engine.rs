//! The search engine as candidates meet it, asked by the house: nothing is counted.

use std::{collections::HashMap, sync::Arc};

use jiff::civil::Date;
use vivier_domain::{ids::TenantId, settings::search::SearchSettings};
use vivier_index::{Fingerprint, OfferSummary, SearchError, SearchIndex, SearchRequest, Synonyms};
use vivier_text::{EmbedError, Embedder};

/// So many hits of a search are looked at.
pub const DEPTH: usize = 10;

/// Why the engine could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The index failed.
    #[error("the index failed")]
    Index(#[from] SearchError),
    /// The model failed.
    #[error("the model failed")]
    Model(#[from] EmbedError),
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct Found {
    /// How many offers.
    pub total: u64,
    /// The first of them.
    pub hits: Vec<OfferSummary>,
}

/// Something that is searched by settings.
pub trait Ask {
    /// Searches as a candidate of the front office would without any filter.
    fn search(&mut self, q: &str, by: &Settings) -> Result<Found, EngineError>;
}

/// An index to be asked by different settings. It computes: it is to be asked where it may.
pub struct Engine {
    index: Arc<SearchIndex>,
    embedder: Arc<dyn Embedder>,
    tenant: Fingerprint,
    today: Date,
    vectors: HashMap<String, Vec<f32>>,
}

impl Engine {
    /// The engine of a tenant's index on a day.
    pub fn new(index: Arc<SearchIndex>, embedder: Arc<dyn Embedder>, tenant: TenantId, today: Date) -> Self {
        Self { index, embedder, tenant: Fingerprint::of(tenant), today, vectors: HashMap::new() }
    }

    /// The vector of a text; `None` where offers bear none that could be compared.
    pub fn vector(&mut self, text: &str) -> Result<Option<Vec<f32>>, EngineError> {
        if self.index.model() != Some(self.embedder.identity()) {
            return Ok(None);
        }
        if let Some(known) = self.vectors.get(text) {
            return Ok(Some(known.clone()));
        }
        let vector = self.embedder.query(text)?;
        self.vectors.insert(text.to_owned(), vector.clone());
        Ok(Some(vector))
    }

    /// The offers nearest in meaning, however far, each with its cosine.
    pub fn nearest(&mut self, text: &str, limit: usize) -> Result<Vec<(f32, OfferSummary)>, EngineError> {
        match self.vector(text)? {
            Some(vector) => Ok(self.index.nearest_to(&vector, limit, self.today)?),
            None => Ok(Vec::new()),
        }
    }

    /// Whether an offer that is shown bears this ROME code.
    pub fn has_occupation(&self, code: &str) -> bool {
        self.index.has_occupation(code, self.today)
    }
}

impl Ask for Engine {
    fn search(&mut self, q: &str, by: &Settings) -> Result<Found, EngineError> {
        let mut request = SearchRequest::new(self.tenant, self.today);
        q.clone_into(&mut request.q);
        request.limit = DEPTH;
        request.tune(&by.settings, Arc::clone(&by.synonyms));
        if request.weights.meaning > 0.0 {
            request.vector = self.vector(q)?;
        }
        let page = self.index.search(&request)?;
        let hits = page.hits.iter().map(|hit| hit.offer.read());
        Ok(Found { total: page.total, hits: hits.collect::<Result<_, _>>()? })
    }
}

/// Settings with the rules read from them.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The settings.
    pub settings: SearchSettings,
    synonyms: Arc<Synonyms>,
}

impl From<SearchSettings> for Settings {
    fn from(settings: SearchSettings) -> Self {
        Self { synonyms: Arc::new(Synonyms::of(&settings)), settings }
    }
}
