//! Before there is a request context: whoever decides about a request (the authorizer, a login) looks into the tenant
//! that a door of the registry opened to.

use crate::{registry::Found, scope::TenantScope};

/// Mints the scope of the tenant that was found. It carries no member and no permission, so it grants nothing by
/// itself: it opens the rooms in which the decision is read.
pub fn enter(found: &Found) -> TenantScope {
    TenantScope::platform(found.tenant)
}
