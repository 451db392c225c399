//! Which tenants have their CVs read elsewhere, remembered for a while: a match waits for the store of secrets once a minute at most.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use vivier_domain::{ids::TenantId, resume_parser::ParserTerms};
use vivier_runtime::telemetry;
use vivier_tenancy::{Tenancy, TenancyError, TenantScope};

/// How long a tenant's terms, or that there are none, are taken for true.
const REMEMBERED: Duration = Duration::from_mins(1);
/// How long nobody asks again after the store of secrets did not answer.
const SPARED: Duration = Duration::from_secs(5);
/// How long the store of secrets is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// More tenants than this in one process are not worth remembering.
const MOST_TENANTS: usize = 64;

/// What is known of a tenant's parser.
#[derive(Debug, Clone)]
pub(crate) enum Known {
    /// There is none.
    Nobody,
    /// There is this one.
    Somebody(Arc<ParserTerms>),
    /// It could not be told. What cannot be read is not used, neither what was remembered: the tenant may have withdrawn it.
    Unsaid,
}

/// The terms of the tenants that were served last.
#[derive(Debug, Default)]
pub struct Remembered(Mutex<HashMap<TenantId, (Instant, Known)>>);

impl Remembered {
    /// What is known of this tenant's parser.
    pub(crate) async fn of(&self, tenancy: &Tenancy, scope: &TenantScope) -> Known {
        if let Some(known) = self.recall(scope.tenant(), Instant::now()) {
            return known;
        }
        let known = match tokio::time::timeout(PATIENCE, fetch(tenancy, scope)).await {
            Ok(Ok(None)) => Known::Nobody,
            Ok(Ok(Some(terms))) => Known::Somebody(Arc::new(terms)),
            Ok(Err(error)) => {
                tracing::error!(
                    error = telemetry::chain(&error),
                    "who reads a tenant's CVs could not be read"
                );
                Known::Unsaid
            }
            Err(_) => {
                tracing::error!("who reads a tenant's CVs could not be read in time");
                Known::Unsaid
            }
        };
        self.keep(scope.tenant(), known.clone(), Instant::now());
        known
    }

    fn recall(&self, tenant: TenantId, now: Instant) -> Option<Known> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&tenant).filter(|(until, _)| now < *until).map(|(_, known)| known.clone())
    }

    fn keep(&self, tenant: TenantId, known: Known, now: Instant) {
        let lasts = if matches!(known, Known::Unsaid) { SPARED } else { REMEMBERED };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_TENANTS {
            kept.clear();
        }
        kept.insert(tenant, (now + lasts, known));
    }
}

async fn fetch(tenancy: &Tenancy, scope: &TenantScope) -> Result<Option<ParserTerms>, TenancyError> {
    tenancy.resume_parser(scope).await?.fetch().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_believed_for_a_while_and_of_its_tenant() {
        let (remembered, now) = (Remembered::default(), Instant::now());
        let (one, other) = (TenantId::generate(), TenantId::generate());
        for (known, lasts) in [(Known::Nobody, 60), (Known::Unsaid, 5)] {
            remembered.keep(one, known, now);
            for (seconds, there) in [(0, true), (lasts - 1, true), (lasts, false)] {
                let found = remembered.recall(one, now + Duration::from_secs(seconds));
                assert_eq!(found.is_some(), there, "{seconds}");
            }
            assert!(remembered.recall(other, now).is_none());
        }
    }

    #[test]
    fn only_so_many_tenants_are_remembered() {
        let (remembered, now) = (Remembered::default(), Instant::now());
        for _ in 0..=MOST_TENANTS {
            remembered.keep(TenantId::generate(), Known::Nobody, now);
        }
        assert_eq!(remembered.0.lock().unwrap_or_else(PoisonError::into_inner).len(), 1);
    }
}
