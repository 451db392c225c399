//! An empty tenant is opened to take in what another one took along: its databases, as their owner.

use tokio_postgres::Client;

use super::Provisioning;
use crate::{
    rooms::database::{DatabaseError, PoolTx, SiloTx, TenantTx},
    scope::TenantScope,
    tenancy::TenancyError,
};

/// A connection of the owner to a tenant's own database.
#[derive(Debug)]
pub struct OwnerOfSilo(Client);

/// A connection of the owner to the shared database, for one tenant: row security is forced on the owner as well.
#[derive(Debug)]
pub struct OwnerOfPool {
    client: Client,
    tenant: String,
}

impl OwnerOfSilo {
    /// Begins a transaction.
    pub async fn begin(&mut self) -> Result<SiloTx<'_>, DatabaseError> {
        Ok(TenantTx::new(self.0.transaction().await.map_err(DatabaseError::unavailable)?))
    }
}

impl OwnerOfPool {
    /// Begins a transaction in which row security shows this tenant's rows and no others.
    pub async fn begin(&mut self) -> Result<PoolTx<'_>, DatabaseError> {
        const BIND: &str = "-- arrivals::bind\nSELECT set_config('vivier.tenant', $1, true)";
        let tx = TenantTx::new(self.client.transaction().await.map_err(DatabaseError::unavailable)?);
        tx.query_one(BIND, &[&self.tenant]).await?;
        Ok(tx)
    }
}

impl Provisioning {
    /// The tenant's own database, as its owner.
    pub async fn own_silo(&self, scope: &TenantScope) -> Result<OwnerOfSilo, TenancyError> {
        Ok(OwnerOfSilo(self.administrator(&self.names.database(scope.tenant())).await?))
    }

    /// The tenant's rows of the shared database, as its owner.
    pub async fn own_pool(&self, scope: &TenantScope) -> Result<OwnerOfPool, TenancyError> {
        let client = self.administrator(&self.names.pool_database()).await?;
        Ok(OwnerOfPool { client, tenant: scope.tenant().to_string() })
    }
}
