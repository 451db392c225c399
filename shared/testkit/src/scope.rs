//! Scopes for tests. They come through the same doors as everywhere else, with a made-up context.

use serde_json::json;
use vivier_domain::{ids::TenantId, permission::Permission};
use vivier_tenancy::{PlatformScope, TenantScope, doors};

/// A candidate of the tenant, in a front office that may do everything.
pub fn front(tenant: TenantId) -> TenantScope {
    enter(&json!({"tenant": tenant, "office": "front", "grounds": "1 chatbot alerts matching statistics"}))
}

/// A member of the tenant with these permissions.
pub fn back(tenant: TenantId, member: &str, permissions: &[Permission]) -> TenantScope {
    let names: Vec<_> = permissions.iter().map(|permission| permission.as_str()).collect();
    enter(&json!({"tenant": tenant, "office": "back", "member": member, "permissions": names.join(" ")}))
}

/// What an operator's command holds.
pub fn platform() -> PlatformScope {
    doors::operator::enter(&json!({"operation": "test"})).expect("an operation opens the operator's door")
}

fn enter(authorizer: &serde_json::Value) -> TenantScope {
    let context = json!({"httpMethod": "GET", "identity": {}, "authorizer": authorizer});
    let context = serde_json::from_value(context).expect("a request context");
    doors::http::enter(&context).expect("the context names a tenant")
}
