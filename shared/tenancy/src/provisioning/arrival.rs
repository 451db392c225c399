//! An empty tenant is opened to take in what another one took along: its databases, as their owner.

use super::Provisioning;
use crate::{
    rooms::database::{Connection, DatabaseError, PoolTx, SiloTx},
    scope::TenantScope,
    tenancy::TenancyError,
};

/// A connection of the owner to a tenant's own database.
#[derive(Debug)]
pub struct OwnerOfSilo(Connection);

/// A connection of the owner to the shared database, for one tenant: row security is forced on the owner as well.
#[derive(Debug)]
pub struct OwnerOfPool {
    connection: Connection,
    tenant: String,
}

impl OwnerOfSilo {
    /// Begins a transaction.
    pub async fn begin(&mut self) -> Result<SiloTx<'_>, DatabaseError> {
        self.0.begin().await
    }
}

impl OwnerOfPool {
    /// Begins a transaction in which row security shows this tenant's rows and no others.
    pub async fn begin(&mut self) -> Result<PoolTx<'_>, DatabaseError> {
        const BIND: &str = "-- arrivals::bind\nSELECT set_config('vivier.tenant', $1, true)";
        let tx = self.connection.begin().await?;
        tx.query_one(BIND, &[&self.tenant]).await?;
        Ok(tx)
    }
}

impl Provisioning {
    /// The tenant's own database, as its owner.
    pub async fn own_silo(&self, scope: &TenantScope) -> Result<OwnerOfSilo, TenancyError> {
        Ok(OwnerOfSilo(Connection::new(self.administrator(&self.names.database(scope.tenant())).await?)))
    }

    /// The tenant's rows of the shared database, as its owner.
    pub async fn own_pool(&self, scope: &TenantScope) -> Result<OwnerOfPool, TenancyError> {
        let connection = Connection::new(self.administrator(&self.names.pool_database()).await?);
        Ok(OwnerOfPool { connection, tenant: scope.tenant().to_string() })
    }
}
