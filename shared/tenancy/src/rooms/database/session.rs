//! A connection lent to one scope. It is kept for the next request of the same tenant and replaced when it breaks.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_config::SdkConfig;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio_postgres::Client;
use vivier_domain::ids::TenantId;

use super::{
    DatabaseError,
    connection::Connection,
    connector::Connector,
    transaction::{PoolTx, SiloTx},
};
use crate::{names::Names, scope::TenantScope};

/// More open connections than this in one process would only hold the server's slots.
const MOST_CONNECTIONS: usize = 8;

/// A connection that was idle this long is asked for a sign of life before it is trusted: Lambda freezes processes, and a
/// frozen one does not learn that the server has hung up.
const IDLE: Duration = Duration::from_secs(5);
/// How long it may take to give one.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// A kept connection and when it was last lent.
#[derive(Debug)]
struct Kept {
    connection: Connection,
    lent: Instant,
}

impl Kept {
    fn new(client: Client) -> Self {
        Self { connection: Connection::new(client), lent: Instant::now() }
    }

    async fn is_alive(&self) -> bool {
        if self.connection.client.is_closed() {
            return false;
        }
        self.lent.elapsed() < IDLE
            || matches!(
                tokio::time::timeout(SIGN_OF_LIFE, self.connection.client.check_connection()).await,
                Ok(Ok(()))
            )
    }
}

/// Whether the slot's connection can be lent once more.
async fn still_good(slot: &mut Option<Kept>) -> bool {
    let Some(kept) = slot else { return false };
    let alive = kept.is_alive().await;
    kept.lent = Instant::now();
    alive
}

type Slot = Arc<Mutex<Option<Kept>>>;

/// The tenants' own databases.
#[derive(Debug)]
pub(crate) struct Silo {
    connector: Arc<Connector>,
    names: Names,
    slots: Mutex<HashMap<TenantId, Slot>>,
}

/// A lent connection to a tenant's own database.
#[derive(Debug)]
pub struct Session {
    client: OwnedMutexGuard<Option<Kept>>,
}

/// A lent connection to the shared database, for one tenant.
#[derive(Debug)]
pub struct PoolSession {
    client: OwnedMutexGuard<Option<Kept>>,
    tenant: TenantId,
}

/// The shared database.
#[derive(Debug)]
pub(crate) struct Pool {
    connector: Arc<Connector>,
    names: Names,
    slot: Slot,
}

impl Silo {
    pub(crate) fn new(connector: Arc<Connector>, names: Names) -> Self {
        Self { connector, names, slots: Mutex::default() }
    }

    pub(crate) async fn open(&self, scope: &TenantScope, sdk: &SdkConfig) -> Result<Session, DatabaseError> {
        let tenant = scope.tenant();
        let slot = {
            let mut slots = self.slots.lock().await;
            if slots.len() >= MOST_CONNECTIONS && !slots.contains_key(&tenant) {
                // Those in use live on in their guards; the others close.
                slots.clear();
            }
            slots.entry(tenant).or_default().clone()
        };
        let mut client = slot.lock_owned().await;
        if !still_good(&mut client).await {
            let role = self.names.database(tenant);
            let secret = self.names.database_secret(&role);
            *client = Some(Kept::new(self.connector.connect(sdk, &role, &role, &secret).await?));
        }
        Ok(Session { client })
    }
}

impl Pool {
    pub(crate) fn new(connector: Arc<Connector>, names: Names) -> Self {
        Self { connector, names, slot: Slot::default() }
    }

    pub(crate) async fn open(
        &self,
        scope: &TenantScope,
        sdk: &SdkConfig,
    ) -> Result<PoolSession, DatabaseError> {
        let mut client = self.slot.clone().lock_owned().await;
        if !still_good(&mut client).await {
            let role = self.names.pool_role(self.connector.role());
            let secret = self.names.database_secret(&role);
            *client = Some(Kept::new(
                self.connector.connect(sdk, &self.names.pool_database(), &role, &secret).await?,
            ));
        }
        Ok(PoolSession { client, tenant: scope.tenant() })
    }
}

const BIND: &str = "-- tenancy::bind\nSELECT set_config('vivier.tenant', $1, true)";

const CLOSED: DatabaseError = DatabaseError::Configuration("a session without a connection");

impl Session {
    /// Begins a transaction on the tenant's own database. Dropped without [`commit`](super::TenantTx::commit), it changes nothing.
    pub async fn begin(&mut self) -> Result<SiloTx<'_>, DatabaseError> {
        self.client.as_mut().ok_or(CLOSED)?.connection.begin().await
    }
}

impl PoolSession {
    /// Begins a transaction on the shared database in which row security shows this tenant's rows and no others.
    pub async fn begin(&mut self) -> Result<PoolTx<'_>, DatabaseError> {
        let tx = self.client.as_mut().ok_or(CLOSED)?.connection.begin().await?;
        tx.query_one(BIND, &[&self.tenant.to_string()]).await?;
        Ok(tx)
    }

    /// Begins a transaction as [`Self::begin`] does, in which everything is read as it is at this moment, and nothing is written.
    pub async fn begin_still(&mut self) -> Result<PoolTx<'_>, DatabaseError> {
        let tx = self.client.as_mut().ok_or(CLOSED)?.connection.begin().await?;
        tx.stand_still().await?;
        tx.query_one(BIND, &[&self.tenant.to_string()]).await?;
        Ok(tx)
    }
}
