//! Where a batch goes: the shared database and the dead-letter queue.

use std::future::Future;

use aws_lambda_events::kinesis::KinesisEventRecord;
use vivier_store::events;
use vivier_tenancy::{
    TenancyError,
    doors::stream::Poison,
    rooms::{database::DatabaseError, dead_letters::NotTaken},
};

use crate::{App, batch::Group, queries};

/// What became of one tenant's events.
#[derive(Debug)]
pub enum Stored {
    /// They are stored; so many are new.
    Inserted(u64),
    /// The tenant does not exist, or no longer.
    UnknownTenant,
    /// The database cannot hold something that is among them.
    Refused(TenancyError),
    /// This tenant's transaction failed; others may succeed.
    Failed(TenancyError),
    /// The database cannot be reached, by nobody.
    Away(TenancyError),
}

/// What a batch is written to.
pub trait Store: Sync {
    /// Stores one tenant's events in one transaction, each once, with what is counted of them.
    fn insert(&self, group: &Group) -> impl Future<Output = Stored> + Send;

    /// Puts records aside, each with its reason.
    fn set_aside(
        &self,
        poison: &[(&KinesisEventRecord, Poison)],
    ) -> impl Future<Output = Result<(), NotTaken>> + Send;
}

impl Store for App {
    async fn insert(&self, group: &Group) -> Stored {
        let mut session = match self.tenancy.pool(&group.scope).await {
            Ok(session) => session,
            Err(error) => return Stored::Away(error),
        };
        let stored = async {
            let tx = session.begin().await?;
            let known = events::insert(&tx, &group.events).await?;
            let new = known + events::keep_aside(&tx, &group.aside).await?;
            queries::collect(&tx, &group.events).await?;
            tx.commit().await?;
            Ok::<_, DatabaseError>(new)
        };
        match stored.await {
            Ok(new) => Stored::Inserted(new),
            Err(error) if error.is_unknown_reference() => Stored::UnknownTenant,
            Err(error) if error.is_of_the_data() => Stored::Refused(error.into()),
            Err(error) => Stored::Failed(error.into()),
        }
    }

    async fn set_aside(&self, poison: &[(&KinesisEventRecord, Poison)]) -> Result<(), NotTaken> {
        let letters = self.tenancy.dead_letters().map_err(|error| NotTaken { place: 0, error })?;
        letters.put(poison).await
    }
}
