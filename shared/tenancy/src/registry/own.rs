//! What the registry says of the tenant that came in.

use super::{
    Registry, Tenant,
    item::{self, partition},
};
use crate::{scope::TenantScope, tenancy::TenancyError};

impl Registry {
    /// The tenant's own entry: its name, its kind, its status.
    pub async fn own(&self, scope: &TenantScope) -> Result<Option<Tenant>, TenancyError> {
        self.get(partition(scope.tenant()), "tenant").await?.as_ref().map(item::read).transpose()
    }
}
