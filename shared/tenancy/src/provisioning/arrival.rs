//! An empty tenant is opened to take in what another one took along: its databases as their owner, its items and its bucket.

use aws_sdk_dynamodb::{Client as Items, types::AttributeValue};
use tokio_postgres::Client;

use super::Provisioning;
use crate::{
    cloud::Cloud,
    rooms::{
        belongings::{Belonging, Belongings, Plain, Shelf},
        database::{DatabaseError, PoolTx, SiloTx, TenantTx},
        files::Files,
    },
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

    /// The tenant's bucket.
    pub fn files<'a>(&self, scope: &'a TenantScope) -> Files<'a> {
        Files::new(Cloud::s3(&self.sdk), self.names.bucket(scope.tenant()), scope)
    }

    fn shelf_table(&self, scope: &TenantScope, shelf: Shelf) -> Result<String, TenancyError> {
        let (table, variable) = match shelf {
            Shelf::Conversations => return Ok(self.names.conversations_table(scope.tenant())),
            Shelf::Records => (&self.projects_table, "PROJECTS_TABLE"),
            Shelf::Tasks => (&self.tasks_table, "TASKS_TABLE"),
            Shelf::Ledger => (&self.ledger_table, "LEDGER_TABLE"),
        };
        table.clone().ok_or(TenancyError::NotFurnished(variable))
    }

    /// The tenant's items on one shelf.
    pub fn belongings<'a>(&self, scope: &'a TenantScope, shelf: Shelf) -> Result<Belongings<'a>, TenancyError> {
        Ok(Belongings::new(Items::new(&self.sdk), self.shelf_table(scope, shelf)?, shelf, scope))
    }

    /// Removes all the tenant's items on one shelf; how many there were.
    pub async fn clear_shelf(&self, scope: &TenantScope, shelf: Shelf) -> Result<usize, TenancyError> {
        let (client, table) = (Items::new(&self.sdk), self.shelf_table(scope, shelf)?);
        let keys = self.belongings(scope, shelf)?.keys().await?;
        for (pk, sk) in keys.batches().flatten() {
            let gone = client
                .delete_item()
                .table_name(&table)
                .key("pk", AttributeValue::S(pk.clone()))
                .key("sk", AttributeValue::S(sk.clone()));
            gone.send().await.map_err(TenancyError::cloud("dynamodb"))?;
        }
        Ok(keys.len())
    }

    /// Puts an item on a shelf of the tenant. In a shared table its partition is the scope's, whatever it was.
    pub async fn shelve(
        &self,
        scope: &TenantScope,
        shelf: Shelf,
        belonging: Belonging,
    ) -> Result<(), TenancyError> {
        let pk = match shelf {
            Shelf::Conversations => belonging.pk,
            Shelf::Records | Shelf::Tasks | Shelf::Ledger => format!("tenant#{}", scope.tenant()),
        };
        let mut put = Items::new(&self.sdk)
            .put_item()
            .table_name(self.shelf_table(scope, shelf)?)
            .item("pk", AttributeValue::S(pk))
            .item("sk", AttributeValue::S(belonging.sk));
        for (name, value) in belonging.attributes {
            put = put.item(name, Plain::value(value)?);
        }
        put.send().await.map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }
}
