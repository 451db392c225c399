//! Publishable keys. What is known of a key is a record; what opens is a door of the registry for each of its texts, of
//! which there is more than one while a rotation overlaps. The record says what holds, and [`settle`] brings the doors in
//! line with it: it can be done again at any time, and whatever stops half-way is put right by doing it again.

mod doors;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use vivier_domain::{
    entrance::Entrance,
    ids::{KeyId, ProjectId},
    origin::Origin,
    project::ProductKind,
    settings::tenant::is_printable,
};
use vivier_tenancy::{
    TenancyError,
    registry::{self, Registry},
    rooms::records::{Change, RecordKey, Records, Versioned},
};

use self::doors::{hang, settle, sweep};

/// The most keys of a project.
pub const MOST_KEYS: usize = 50;
/// The most texts of one key that open at the same time.
pub const MOST_GENERATIONS: usize = 5;
/// The longest an old text works on beside its successor, in minutes: a week.
pub const LONGEST_OVERLAP: u32 = 10_080;
/// The most web sites a key is restricted to.
pub const MOST_ORIGINS: usize = 50;
/// The most requests a minute that a key can be limited to.
pub const HIGHEST_RATE: u32 = 100_000;
/// The door of the key that a tenant once began with; it had no record.
const FORMER_FIRST: &str = "key#first";
/// Tries to remove a record that changes meanwhile.
const TRIES: usize = 5;

/// What a key is called and what it is limited to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The name for people, 1 to 80 characters.
    pub name: String,
    /// Web sites that may use it; where there are none, those of the project's published settings.
    pub origins: Vec<Origin>,
    /// The products it opens; where there are none, all of the project's.
    pub products: Vec<ProductKind>,
    /// Requests a minute before it is told to wait; `None` for the tenant's limit alone.
    pub requests_per_minute: Option<u32>,
}

impl Terms {
    /// The fields that do not hold, each with a stable word.
    pub fn broken(&self) -> Vec<(&'static str, &'static str)> {
        let mut origins = self.origins.clone();
        origins.sort_unstable();
        origins.dedup();
        let mut products = self.products.clone();
        products.sort_unstable();
        products.dedup();
        let rate = self.requests_per_minute.unwrap_or(1);
        let checks = [
            (!is_printable(&self.name, 80), "name", "invalid"),
            (self.origins.len() > MOST_ORIGINS, "origins", "too-many"),
            (origins.len() < self.origins.len(), "origins", "repeated"),
            (products.len() < self.products.len(), "products", "repeated"),
            (!(1..=HIGHEST_RATE).contains(&rate), "requests_per_minute", "out-of-range"),
        ];
        checks.into_iter().filter(|(broken, ..)| *broken).map(|(_, field, code)| (field, code)).collect()
    }
}

/// One text of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// Counts from 1.
    pub number: u32,
    /// The last four characters of the text, by which people tell texts apart.
    pub ends_with: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops opening; `None` for the present text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl Generation {
    fn new(number: u32, text: &str, now: Timestamp) -> Self {
        let ends_with = text.get(text.len().saturating_sub(4)..).unwrap_or_default().to_owned();
        Self { number, ends_with, created_at: now, expires_at: None }
    }

    /// Whether it still opens.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|until| now < until)
    }
}

/// A key as its record has it. The text is nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Its id.
    pub id: KeyId,
    /// The project it leads to.
    pub project: ProjectId,
    /// What it is called and limited to.
    #[serde(flatten)]
    pub terms: Terms,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its texts, the present one last.
    pub generations: Vec<Generation>,
}

impl KeyRecord {
    fn entrance(&self, generation: &Generation) -> Entrance {
        Entrance {
            project: self.project,
            key: Some(self.id),
            origins: self.terms.origins.clone(),
            products: self.terms.products.clone(),
            requests_per_minute: self.terms.requests_per_minute,
            expires_at: generation.expires_at,
        }
    }

    /// The next text's generation, with the end of those before it; `None` where too many still open.
    fn rotate(&mut self, text: &str, overlap: SignedDuration, now: Timestamp) -> Option<()> {
        let number = self.generations.last().map_or(0, |last| last.number) + 1;
        let end = now + overlap;
        for generation in &mut self.generations {
            generation.expires_at = Some(generation.expires_at.map_or(end, |until| until.min(end)));
        }
        self.generations.retain(|generation| generation.is_live(now));
        self.generations.push(Generation::new(number, text, now));
        (self.generations.len() <= MOST_GENERATIONS).then_some(())
    }
}

/// Where one project's keys are kept.
#[derive(Debug)]
pub struct Cabinet<'a> {
    /// Where doors hang.
    pub registry: &'a Registry,
    /// Where records lie.
    pub records: &'a Records<'a>,
    /// The project.
    pub project: ProjectId,
}

impl Cabinet<'_> {
    fn record(&self, id: KeyId) -> RecordKey<KeyRecord> {
        RecordKey::publishable_key(self.project, Some(id))
    }

    async fn fetch(&self, id: KeyId) -> Result<Option<Versioned<KeyRecord>>, TenancyError> {
        self.records.fetch(&self.record(id)).await
    }
}

/// Why a key was not made or given a new text.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no such key.
    #[error("there is no such key")]
    NotFound,
    /// The project has as many keys, or the key as many open texts, as it may.
    #[error("there are as many as there may be")]
    LimitReached,
    /// A store failed, or something was changed in between.
    #[error(transparent)]
    Store(#[from] TenancyError),
}

/// A key with its text, which is shown this once.
#[derive(Debug)]
pub struct Made {
    /// What is known of it.
    pub key: KeyRecord,
    /// The text.
    pub text: vivier_domain::redacted::Redacted,
}

/// The keys behind `after` (all where it is `None`) in the order they were made, at most `limit`.
pub async fn list(
    cabinet: &Cabinet<'_>,
    after: Option<KeyId>,
    limit: usize,
) -> Result<Vec<KeyRecord>, TenancyError> {
    let after = after.map(|id| id.to_string());
    let prefix = RecordKey::publishable_key(cabinet.project, None);
    let found = cabinet.records.list::<KeyRecord>(&prefix, after.as_deref(), Some(limit)).await?;
    Ok(found.into_iter().map(|(_, found)| found.value).collect())
}

/// Makes a key. Made again under the same id, because the first time nobody saw the text, it has a new text.
pub async fn create(
    cabinet: &Cabinet<'_>,
    id: KeyId,
    terms: Terms,
    now: Timestamp,
) -> Result<Made, KeyError> {
    let text = registry::new_key();
    let found = cabinet.fetch(id).await?;
    if found.is_none() && list(cabinet, None, MOST_KEYS).await?.len() >= MOST_KEYS {
        return Err(KeyError::LimitReached);
    }
    let generations = vec![Generation::new(1, &text, now)];
    let key = KeyRecord { id, project: cabinet.project, terms, created_at: now, generations };
    cabinet
        .records
        .change(&[Change::put(&cabinet.record(id), found.map(|found| found.version), &key)?])
        .await?;
    hang(cabinet, key, text, now).await
}

/// Changes what a key is called and limited to. Its texts stay as they are.
pub async fn update(
    cabinet: &Cabinet<'_>,
    id: KeyId,
    change: impl FnOnce(Terms) -> Terms + Send,
    now: Timestamp,
) -> Result<KeyRecord, KeyError> {
    let mut found = cabinet.fetch(id).await?.ok_or(KeyError::NotFound)?;
    found.value.terms = change(found.value.terms);
    let change = Change::put(&cabinet.record(id), Some(found.version), &found.value)?;
    cabinet.records.change(&[change]).await?;
    settle(cabinet, id, now).await?.ok_or(KeyError::NotFound)
}

/// Gives a key a new text. Those before it open for `overlap_minutes` more, or shorter if their end was nearer.
pub async fn rotate(
    cabinet: &Cabinet<'_>,
    id: KeyId,
    overlap_minutes: u32,
    now: Timestamp,
) -> Result<Made, KeyError> {
    let text = registry::new_key();
    let mut found = cabinet.fetch(id).await?.ok_or(KeyError::NotFound)?;
    let overlap = SignedDuration::from_mins(i64::from(overlap_minutes.min(LONGEST_OVERLAP)));
    found.value.rotate(&text, overlap, now).ok_or(KeyError::LimitReached)?;
    // The record first: it gives each text a number of its own, whoever else rotates at this moment. The old texts' end
    // before the new text: were it to stop here, what the record says of the old ones is true.
    let change = Change::put(&cabinet.record(id), Some(found.version), &found.value)?;
    cabinet.records.change(&[change]).await?;
    settle(cabinet, id, now).await?.ok_or(KeyError::NotFound)?;
    hang(cabinet, found.value, text, now).await
}

/// Takes a key away with all its texts; `false` where there is none. Doing it twice is fine.
pub async fn revoke(cabinet: &Cabinet<'_>, id: KeyId) -> Result<bool, TenancyError> {
    let mut tries = 0;
    loop {
        // What opens goes first; then the record, and once more what a rotation has hung meanwhile.
        sweep(cabinet, id).await?;
        let Some(found) = cabinet.fetch(id).await? else { return Ok(false) };
        match cabinet.records.change(&[Change::delete(&cabinet.record(id), found.version)]).await {
            Err(TenancyError::Conflict(_)) if tries < TRIES => tries += 1,
            Err(error) => return Err(error),
            Ok(()) => {
                sweep(cabinet, id).await?;
                return Ok(true);
            }
        }
    }
}

/// A new text for the key a tenant begins with, which is made where the project has none. Every text before it stops at
/// once. For operators' commands: a text that nobody saw is replaced by asking again.
pub async fn renew_first(cabinet: &Cabinet<'_>, name: &str, now: Timestamp) -> Result<Made, KeyError> {
    cabinet.registry.unhang(cabinet.records.scope(), FORMER_FIRST).await?;
    if let Some(key) = list(cabinet, None, 1).await?.first() {
        return rotate(cabinet, key.id, 0, now).await;
    }
    let terms = Terms { name: name.to_owned(), ..Terms::default() };
    create(cabinet, KeyId::generate(), terms, now).await
}

#[cfg(test)]
mod tests;
