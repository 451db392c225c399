//! Rooms for the end of a tenant.

use super::{Tenancy, TenancyError};
use crate::{
    rooms::{
        belongings::{Belongings, Shelf},
        departures::Departures,
        privacy_keys,
    },
    scope::{PlatformScope, TenantScope},
};

impl Tenancy {
    /// Tenants that leave, and what proves that they have left.
    pub fn departures(&self) -> Result<Departures, TenancyError> {
        let table =
            self.0.config.departures_table.clone().ok_or(TenancyError::NotFurnished("DEPARTURES_TABLE"))?;
        Ok(Departures::new(self.0.clients.dynamodb(), table))
    }

    /// The key that certificates of destruction are signed by. It outlives every tenant.
    pub async fn certificate_keys(&self, _: &PlatformScope) -> Result<privacy_keys::Keys, TenancyError> {
        let client = aws_sdk_secretsmanager::Client::new(&self.0.sdk);
        privacy_keys::open(&client, &self.0.names.certificates_secret()).await
    }

    /// The tenant's items on one shelf, as they lie there: its own table with credentials that reach no other tenant's.
    pub async fn belongings<'a>(
        &self,
        scope: &'a TenantScope,
        shelf: Shelf,
    ) -> Result<Belongings<'a>, TenancyError> {
        let missing = TenancyError::NotFurnished;
        let config = &self.0.config;
        let (client, table) = match shelf {
            Shelf::Conversations => {
                let sdk = self.tenant_sdk(scope).await?;
                (aws_sdk_dynamodb::Client::new(&sdk), self.0.names.conversations_table(scope.tenant()))
            }
            Shelf::Records => {
                (self.0.clients.dynamodb(), config.projects_table.clone().ok_or(missing("PROJECTS_TABLE"))?)
            }
            Shelf::Tasks => (self.0.clients.dynamodb(), self.tasks_table()?),
            Shelf::Ledger => {
                (self.0.clients.dynamodb(), config.ledger_table.clone().ok_or(missing("LEDGER_TABLE"))?)
            }
        };
        Ok(Belongings::new(client, table, shelf, scope))
    }
}
