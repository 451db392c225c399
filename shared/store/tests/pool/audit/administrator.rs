//! What the database's administrator could do to entries, and no role of a function can.

use vivier_tenancy::TenantScope;

use crate::{common::administrator, house::House};

/// Carries out statements on a tenant's rows, all or nothing.
pub(super) async fn tamper(house: &House, scope: &TenantScope, statements: &str) {
    let client = administrator(house.tenancy.names().pool_database()).await;
    let bound = format!("SELECT set_config('vivier.tenant', '{}', true)", scope.tenant());
    client.batch_execute(&format!("BEGIN; {bound}; {statements}; COMMIT")).await.unwrap();
}
