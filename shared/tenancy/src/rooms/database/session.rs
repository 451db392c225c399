//! A connection lent to one scope. It is kept for the next request of the same tenant and replaced when it breaks.

use std::{collections::HashMap, sync::Arc};

use aws_config::SdkConfig;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio_postgres::Client;
use vivier_domain::ids::TenantId;

use super::{
    DatabaseError,
    connector::Connector,
    transaction::{PoolTx, SiloTx, TenantTx},
};
use crate::{names::Names, scope::TenantScope};

/// More open connections than this in one process would only hold the server's slots.
const MOST_CONNECTIONS: usize = 8;

type Slot = Arc<Mutex<Option<Client>>>;

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
    client: OwnedMutexGuard<Option<Client>>,
}

/// A lent connection to the shared database, for one tenant.
#[derive(Debug)]
pub struct PoolSession {
    client: OwnedMutexGuard<Option<Client>>,
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
        if client.as_ref().is_none_or(Client::is_closed) {
            let role = self.names.database(tenant);
            let secret = self.names.database_secret(&role);
            *client = Some(self.connector.connect(sdk, &role, &role, &secret).await?);
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
        if client.as_ref().is_none_or(Client::is_closed) {
            let role = self.names.pool_role();
            let secret = self.names.database_secret(&role);
            *client = Some(self.connector.connect(sdk, &self.names.pool_database(), &role, &secret).await?);
        }
        Ok(PoolSession { client, tenant: scope.tenant() })
    }
}

const BIND: &str = "-- tenancy::bind\nSELECT set_config('vivier.tenant', $1, true)";

const CLOSED: DatabaseError = DatabaseError::Configuration("a session without a connection");

impl Session {
    /// Begins a transaction on the tenant's own database. Dropped without [`TenantTx::commit`], it changes nothing.
    pub async fn begin(&mut self) -> Result<SiloTx<'_>, DatabaseError> {
        let client = self.client.as_mut().ok_or(CLOSED)?;
        let inner = client.transaction().await.map_err(DatabaseError::unavailable)?;
        Ok(TenantTx::new(inner))
    }
}

impl PoolSession {
    /// Begins a transaction on the shared database in which row security shows this tenant's rows and no others.
    pub async fn begin(&mut self) -> Result<PoolTx<'_>, DatabaseError> {
        let client = self.client.as_mut().ok_or(CLOSED)?;
        let inner = client.transaction().await.map_err(DatabaseError::unavailable)?;
        inner
            .query_one(BIND, &[&self.tenant.to_string()])
            .await
            .map_err(|error| DatabaseError::from_driver(BIND, error))?;
        Ok(TenantTx::new(inner))
    }
}
