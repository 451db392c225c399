//! Candidates save a search and are told by mail of the offers that are new to it.
//!
//! An address is told nothing before its holder has confirmed it, no offer twice, and nothing any more from the moment the holder
//! asks. Requests only write down what is wanted; a schedule sends the mails, so that how long an answer takes says nothing about
//! an address.

mod body;
mod limits;
mod look;
mod page;
mod post;
pub mod routes;
mod saved;
pub mod tick;
mod token;
mod work;

use std::{path::PathBuf, sync::Arc};

use vivier_index::{Indexes, SearchIndex};
use vivier_reference::Reference;
use vivier_runtime::{Clock, StartError, tenancy_from_env};
use vivier_tenancy::{Tenancy, TenancyError, TenantScope, config::required};

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: the tenant's database, bucket and settings, the registry, mails.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
    /// The tenants' indexes in memory.
    pub indexes: Arc<Indexes>,
    /// Places that searches name.
    pub reference: Arc<Reference>,
    /// Tenants' host names are under it; links in mails lead there.
    pub domain: String,
}

impl App {
    /// Reads the environment. Places are read when the first search names one.
    pub fn from_env() -> Result<Self, StartError> {
        let domain = required("FRONT_OFFICE_DOMAIN")?;
        let reference = Arc::new(Reference::in_folder(PathBuf::from(required("REFERENCE_PATH")?)));
        let tenancy = tenancy_from_env()?;
        Ok(Self { tenancy, clock: Clock::System, indexes: Arc::default(), reference, domain })
    }

    /// The tenant's newest index; `None` when nothing was published yet. What a look misses waits for the next one, a day or a week.
    async fn index(
        &self,
        scope: &TenantScope,
    ) -> Result<Option<Arc<SearchIndex>>, vivier_index::FollowError> {
        let open = async { Ok::<_, TenancyError>(self.tenancy.files(scope).await?.published_index()) };
        self.indexes.newest(scope.tenant(), open).await
    }
}
