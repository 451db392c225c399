//! Entries of what the suite does by itself: a file that arrived, a schedule.

use vivier_store::audit::{self, Entry};
use vivier_tenancy::{Tenancy, TenantScope};

use crate::telemetry;

/// Enters what is done already. Where the entry cannot be written, the log's alarm tells: nothing is undone for it.
pub async fn enter(tenancy: &Tenancy, scope: &TenantScope, entry: &Entry<'_>) {
    if let Err(error) = audit::enter(tenancy, scope, entry).await {
        tracing::error!(tenant = %scope.tenant(), error = telemetry::chain(&error), "an entry could not be written");
    }
}
