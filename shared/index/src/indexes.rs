//! The tenants' indexes in memory, and when to look for newer ones.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use vivier_domain::{ids::TenantId, published::IndexFiles};

use crate::{
    follow::{FollowError, follow},
    search::SearchIndex,
};

/// Younger than this, an index is not checked at all.
const FRESH: Duration = Duration::from_secs(1);
/// Older than this, a request waits for the check: an index must be followed within 5 s of its publication, and a
/// process that Lambda had frozen may have slept for minutes.
const STALE: Duration = Duration::from_secs(3);
/// How long a request waits for a check before the index at hand answers.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How long nobody waits, where a check did not end in time: during an outage every request would wait in vain. Checks go on.
const REST: Duration = Duration::from_secs(30);
/// How long a request waits for the tenant's files to be opened meanwhile: for a moment of work, not for a server.
const BRIEF: Duration = Duration::from_millis(20);
/// More tenants than this in one process: those asked least lately make room.
const MOST_TENANTS: usize = 16;

/// What is known of one tenant's index.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// `None` when the tenant has published nothing yet.
    pub(crate) index: Option<Arc<SearchIndex>>,
    /// The pointer's entity tag.
    pub(crate) etag: Option<String>,
    /// When the pointer was last read.
    pub(crate) checked: Instant,
}

#[derive(Debug)]
struct Slot {
    known: Mutex<Option<Known>>,
    /// Held while someone looks for a newer index: one look at a time is enough.
    looking: tokio::sync::Mutex<()>,
    asked: Mutex<Instant>,
    /// When somebody waited in vain for a check to end; nothing, once one did.
    in_vain: Mutex<Option<Instant>>,
}

impl Slot {
    /// Whether it is of no use to wait for a check.
    fn rests(&self) -> bool {
        lock(&self.in_vain).is_some_and(|since| since.elapsed() < REST)
    }
}

/// Every index this process holds.
#[derive(Debug, Default)]
pub struct Indexes {
    slots: Mutex<HashMap<TenantId, Arc<Slot>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Indexes {
    /// The tenant's index; `None` when nothing was published yet. `open` opens the tenant's files, and is asked only where
    /// there is something to look at.
    ///
    /// # Errors
    /// When no index is at hand and none can be loaded.
    pub async fn current<F, E>(
        &self,
        tenant: TenantId,
        open: impl Future<Output = Result<F, E>> + Send,
    ) -> Result<Option<Arc<SearchIndex>>, FollowError>
    where
        F: IndexFiles,
        E: std::error::Error + Send + Sync + 'static,
    {
        let slot = self.slot(tenant);
        let known = lock(&slot.known).clone();
        let Some(known) = known else {
            look(&slot, &open.await.map_err(FollowError::files)?).await?;
            return Ok(lock(&slot.known).as_ref().and_then(|known| known.index.clone()));
        };
        let age = known.checked.elapsed();
        if age < FRESH {
            return Ok(known.index);
        }
        let rests = slot.rests();
        if rests && slot.looking.try_lock().is_err() {
            return Ok(known.index);
        }
        let files = match tokio::time::timeout(if rests { BRIEF } else { PATIENCE }, open).await {
            Ok(Ok(files)) => files,
            Ok(Err(error)) => {
                tracing::warn!(error = FollowError::files(error).chain(), "a newer index was not looked for");
                return Ok(known.index);
            }
            Err(_) => {
                tracing::warn!("the published files did not open in time");
                *lock(&slot.in_vain) = Some(Instant::now());
                return Ok(known.index);
            }
        };
        // The look goes on when this request is answered; the one at hand answers meanwhile.
        let looked = Arc::clone(&slot);
        let task = tokio::spawn(async move {
            if let Err(error) = look(&looked, &files).await {
                tracing::warn!(error = error.chain(), "a newer index was not loaded");
            }
        });
        if age < STALE || rests {
            return Ok(known.index);
        }
        if tokio::time::timeout(PATIENCE, task).await.is_err() {
            *lock(&slot.in_vain) = Some(Instant::now());
            return Ok(known.index);
        }
        Ok(lock(&slot.known).as_ref().and_then(|known| known.index.clone()))
    }

    /// The tenant's newest index, for whoever would rather wait than miss something: it is looked for each time.
    ///
    /// # Errors
    /// When it cannot be looked for, also where an older one is at hand.
    pub async fn newest<F, E>(
        &self,
        tenant: TenantId,
        open: impl Future<Output = Result<F, E>> + Send,
    ) -> Result<Option<Arc<SearchIndex>>, FollowError>
    where
        F: IndexFiles,
        E: std::error::Error + Send + Sync + 'static,
    {
        let slot = self.slot(tenant);
        look(&slot, &open.await.map_err(FollowError::files)?).await?;
        Ok(lock(&slot.known).as_ref().and_then(|known| known.index.clone()))
    }

    fn slot(&self, tenant: TenantId) -> Arc<Slot> {
        let mut slots = lock(&self.slots);
        if slots.len() >= MOST_TENANTS && !slots.contains_key(&tenant) {
            let oldest = slots.iter().min_by_key(|(_, slot)| *lock(&slot.asked)).map(|(tenant, _)| *tenant);
            if let Some(oldest) = oldest {
                slots.remove(&oldest);
            }
        }
        let slot = slots.entry(tenant).or_insert_with(|| {
            Arc::new(Slot {
                known: Mutex::new(None),
                looking: tokio::sync::Mutex::new(()),
                asked: Mutex::new(Instant::now()),
                in_vain: Mutex::default(),
            })
        });
        *lock(&slot.asked) = Instant::now();
        Arc::clone(slot)
    }
}

/// Looks once for a newer index and puts it in place.
async fn look(slot: &Slot, files: &impl IndexFiles) -> Result<(), FollowError> {
    let started = Instant::now();
    let _looking = slot.looking.lock().await;
    let known = lock(&slot.known).clone();
    // Whoever waited for another's look need not look again.
    if known.as_ref().is_some_and(|known| known.checked >= started) {
        return Ok(());
    }
    let newer = Box::pin(follow(files, known)).await?;
    *lock(&slot.known) = Some(newer);
    *lock(&slot.in_vain) = None;
    Ok(())
}
