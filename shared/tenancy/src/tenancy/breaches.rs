//! Rooms for what has to be proved: the ledger of erasures, the register of breaches, and the counting of what these concern.

use super::{Tenancy, TenancyError};
use crate::{
    rooms::{
        breaches::Breaches,
        census::{Census, Drawer},
        ledger::Ledger,
    },
    scope::TenantScope,
};

impl Tenancy {
    /// The ledger of the tenant's erasures.
    pub fn ledger<'a>(&self, scope: &'a TenantScope) -> Result<Ledger<'a>, TenancyError> {
        let table = self.0.config.ledger_table.clone().ok_or(TenancyError::NotFurnished("LEDGER_TABLE"))?;
        Ok(Ledger::new(self.0.clients.dynamodb(), table, scope))
    }

    /// The register of breaches of personal data.
    pub fn breaches(&self) -> Result<Breaches, TenancyError> {
        let table =
            self.0.config.breaches_table.clone().ok_or(TenancyError::NotFurnished("BREACHES_TABLE"))?;
        Ok(Breaches::new(self.0.clients.dynamodb(), table))
    }

    /// The tenant's items in one table, to be counted: in its own table with credentials that reach no other tenant's.
    pub async fn census<'a>(
        &self,
        scope: &'a TenantScope,
        drawer: Drawer,
    ) -> Result<Census<'a>, TenancyError> {
        let config = &self.0.config;
        let (table, variable) = match drawer {
            Drawer::Conversations => {
                let sdk = self.tenant_sdk(scope).await?;
                let table = self.0.names.conversations_table(scope.tenant());
                return Ok(Census::new(aws_sdk_dynamodb::Client::new(&sdk), table, drawer, scope));
            }
            Drawer::Registry => (&config.tenants_table, "TENANTS_TABLE"),
            Drawer::Records => (&config.projects_table, "PROJECTS_TABLE"),
            Drawer::Sessions => (&config.sessions_table, "SESSIONS_TABLE"),
            Drawer::Requests => (&config.requests_table, "REQUESTS_TABLE"),
            Drawer::Ledger => (&config.ledger_table, "LEDGER_TABLE"),
            Drawer::Tasks => (&config.tasks_table, "TASKS_TABLE"),
        };
        let table = table.clone().ok_or(TenancyError::NotFurnished(variable))?;
        Ok(Census::new(self.0.clients.dynamodb(), table, drawer, scope))
    }
}
