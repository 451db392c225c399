//! A tenant as an operator sees it.

use serde_json::{Value, json};
use vivier_tenancy::registry::Tenant;

use crate::command::App;

/// The tenant's host name.
pub(crate) fn host(app: &App, tenant: &Tenant) -> String {
    format!("{}.{}", tenant.slug.as_str(), app.domain)
}

/// Everything but secrets: those are shown once, by the command that made them.
pub(crate) fn describe(app: &App, tenant: &Tenant) -> Value {
    json!({
        "tenant_id": tenant.id,
        "slug": tenant.slug,
        "name": tenant.name,
        "kind": tenant.kind,
        "production": tenant.production,
        "status": tenant.status,
        "created_at": tenant.created_at,
        "host": host(app, tenant),
        "bucket": app.tenancy.names().bucket(tenant.id),
        "conversations_table": app.tenancy.names().conversations_table(tenant.id),
        "database": app.tenancy.names().database(tenant.id),
    })
}
