//! Settings of a tenant or a project: a draft, what is published, and the versions that were. What the rules say
//! (`vivier_domain::settings::flow`) is written here in one transaction each, on exactly what was read before.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vivier_domain::settings::{
    Published, Settings,
    flow::{self, Draft, Obstacle},
};
use vivier_tenancy::{
    TenancyError,
    rooms::records::{Change, Place, RecordKey, Records, Versioned},
};

/// Who publishes by an operator's command.
pub const OPERATOR: &str = "operator";
/// Tries of a command that has no reader to ask again.
const TRIES: usize = 5;

/// The record of a draft. It stays when the draft is gone, so that its version never counts the same twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Desk<T> {
    draft: Option<Draft<T>>,
}

/// Why something was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The rules do not allow it.
    #[error(transparent)]
    Obstacle(#[from] Obstacle),
    /// The settings do not hold by today's rules.
    #[error("the settings do not hold")]
    Broken(Vec<(String, &'static str)>),
    /// They lack what must be said before anything is published.
    #[error("the settings lack what must be said")]
    Lacking(Vec<(String, &'static str)>),
    /// The store failed, or something was changed in between.
    #[error(transparent)]
    Store(#[from] TenancyError),
}

/// The settings of a place as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State<T> {
    place: Place,
    desk: Option<Versioned<Desk<T>>>,
    published: Option<Versioned<Published<T>>>,
}

impl<T: Settings> State<T> {
    /// What somebody works on.
    pub fn draft(&self) -> Option<&Draft<T>> {
        self.desk.as_ref().and_then(|desk| desk.value.draft.as_ref())
    }

    /// What holds; `None` where the defaults do.
    pub fn published(&self) -> Option<&Published<T>> {
        self.published.as_ref().map(|published| &published.value)
    }

    /// The number of what is published; 0 where nothing is.
    pub fn number(&self) -> u32 {
        flow::number(self.published())
    }

    /// What is published, or the defaults.
    pub fn settings(&self) -> T {
        self.published().map(|published| published.settings.clone()).unwrap_or_default()
    }

    /// Names this state of draft and publication: whenever one of them changes, it does.
    pub fn tag(&self) -> String {
        format!("{}.{}", self.desk.as_ref().map_or(0, |desk| desk.version), self.number())
    }

    fn desk(&self, draft: Option<Draft<T>>) -> Result<Change, TenancyError> {
        let expected = self.desk.as_ref().map(|desk| desk.version);
        Change::put(&RecordKey::draft(self.place), expected, &Desk { draft })
    }

    /// What publishing `next` changes: the published record, its place in the history, and the version that is forgotten.
    fn publication(&self, next: &Published<T>) -> Result<Vec<Change>, TenancyError> {
        // A version never changes once it was written, so it is at version 1 of its record.
        const WRITTEN_ONCE: u64 = 1;
        let expected = self.published.as_ref().map(|published| published.version);
        let mut changes = vec![
            Change::put(&RecordKey::published(self.place), expected, next)?,
            Change::put(&RecordKey::version(self.place, Some(next.number)), None, next)?,
        ];
        if let Some(old) = flow::forgotten(next.number) {
            let key: RecordKey<Published<T>> = RecordKey::version(self.place, Some(old));
            changes.push(Change::delete(&key, WRITTEN_ONCE));
        }
        Ok(changes)
    }
}

/// The draft and what is published.
pub async fn fetch<T: Settings>(records: &Records<'_>, place: Place) -> Result<State<T>, TenancyError> {
    // What is published between the two readings took the draft with it: no change of such a state is written.
    let desk = records.fetch(&RecordKey::draft(place)).await?;
    let published = records.fetch(&RecordKey::published(place)).await?;
    Ok(State { place, desk, published })
}

/// Puts these settings into the draft, on the state that was seen, and gives the state that comes of it.
/// [`TenancyError::Conflict`] when it is another by now.
pub async fn put_draft<T: Settings>(
    records: &Records<'_>,
    seen: State<T>,
    settings: T,
    by: &str,
    now: Timestamp,
) -> Result<State<T>, TenancyError> {
    let draft = flow::draft(seen.published(), settings, by, now);
    let key: RecordKey<Published<T>> = RecordKey::published(seen.place);
    let published = seen.published.as_ref().map(|published| published.version);
    records.change(&[seen.desk(Some(draft.clone()))?, Change::check(&key, published)]).await?;
    let version = seen.desk.as_ref().map_or(0, |desk| desk.version) + 1;
    Ok(State { desk: Some(Versioned { version, value: Desk { draft: Some(draft) } }), ..seen })
}

/// Throws the draft away. [`TenancyError::Conflict`] when it is another than was seen.
pub async fn delete_draft<T: Settings>(records: &Records<'_>, seen: &State<T>) -> Result<(), TenancyError> {
    records.change(&[seen.desk(None)?]).await
}

/// Publishes the draft that was seen. It is gone afterwards.
pub async fn publish<T: Settings>(
    records: &Records<'_>,
    seen: &State<T>,
    by: &str,
    now: Timestamp,
) -> Result<Published<T>, PublishError> {
    let next = flow::publish(seen.draft(), seen.published(), by, now)?;
    check(&next.settings)?;
    let mut changes = seen.publication(&next)?;
    changes.push(seen.desk(None)?);
    records.change(&changes).await?;
    Ok(next)
}

/// Publishes an old version anew. A draft stays, and was made on another version then.
pub async fn rollback<T: Settings>(
    records: &Records<'_>,
    seen: &State<T>,
    version: &Published<T>,
    by: &str,
    now: Timestamp,
) -> Result<Published<T>, PublishError> {
    let next = flow::roll_back(seen.published(), version, by, now)?;
    check(&next.settings)?;
    records.change(&seen.publication(&next)?).await?;
    Ok(next)
}

/// Publishes a change of what holds, without a draft: for operators' commands. `change` is asked again when something
/// else was published in between.
pub async fn amend<T: Settings>(
    records: &Records<'_>,
    place: Place,
    change: impl Fn(T) -> T + Send + Sync,
    by: &str,
    now: Timestamp,
) -> Result<Published<T>, PublishError> {
    let mut tries = 0;
    loop {
        let seen = fetch::<T>(records, place).await?;
        let next = flow::next(seen.published(), change(seen.settings()), by, now);
        check(&next.settings)?;
        match records.change(&seen.publication(&next)?).await {
            Err(TenancyError::Conflict(_)) if tries < TRIES => tries += 1,
            outcome => return outcome.map(|()| next).map_err(PublishError::Store),
        }
    }
}

fn check<T: Settings>(settings: &T) -> Result<(), PublishError> {
    let broken = settings.broken();
    if !broken.is_empty() {
        return Err(PublishError::Broken(broken));
    }
    let lacking = settings.lacks();
    if lacking.is_empty() { Ok(()) } else { Err(PublishError::Lacking(lacking)) }
}

/// The versions behind `before` (all where it is `None`), the newest first, at most `limit`. What they hold is left as
/// it was written: a version of long ago may have a form that today's is not.
pub async fn versions(
    records: &Records<'_>,
    place: Place,
    before: Option<u32>,
    limit: usize,
) -> Result<Vec<Published<serde_json::Value>>, TenancyError> {
    let all =
        records.list(&RecordKey::version(place, None), None, Some(flow::MOST_VERSIONS as usize)).await?;
    let versions = all.into_iter().rev().map(|(_, found)| found.value);
    Ok(versions.filter(|version| before.is_none_or(|before| version.number < before)).take(limit).collect())
}

/// One version as it was published; `None` where it never was or is forgotten.
pub async fn version<T: Settings>(
    records: &Records<'_>,
    place: Place,
    number: u32,
) -> Result<Option<Published<T>>, TenancyError> {
    Ok(records.fetch(&RecordKey::version(place, Some(number))).await?.map(|found| found.value))
}
