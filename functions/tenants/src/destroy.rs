//! The end of a tenant that has left (K3.4a): only after a member acknowledged what was handed over, store after store, each looked at again by
//! another way than it was removed by, each with its receipt. A destruction that stopped is run again, and goes on with the store it stopped at.

use serde::Deserialize;
use serde_json::{Value, json};
use vivier_bundle::{Departure, StoreReceipt};
use vivier_domain::tenant::{Slug, TenantStatus};
use vivier_runtime::HandlerError;
use vivier_tenancy::{
    PlatformScope, TenancyError, TenantScope,
    provisioning::{Partitions, Provisioning},
    registry::Tenant,
    rooms::departures::Book,
};

use crate::{command::App, delete};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Destroy {
    slug: Slug,
    /// The short name once more: nobody destroys a tenant by a slip.
    confirm: String,
}

/// A store, as receipts name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Store {
    Doors,
    Accounts,
    Sessions,
    UsagePlan,
    Records,
    Tasks,
    Conversations,
    Bucket,
    Key,
    Secrets,
    Database,
    SharedRows,
    Registry,
}

impl Store {
    /// In the order they go: first nobody comes in, then what is there, last the name. The names of feeds' secrets are in the database.
    const ALL: [Self; 13] = [
        Self::Doors,
        Self::Accounts,
        Self::Sessions,
        Self::UsagePlan,
        Self::Records,
        Self::Tasks,
        Self::Conversations,
        Self::Bucket,
        Self::Key,
        Self::Secrets,
        Self::Database,
        Self::SharedRows,
        Self::Registry,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Doors => "doors",
            Self::Accounts => "user_pool",
            Self::Sessions => "sessions_requests_ledger",
            Self::UsagePlan => "usage_plan",
            Self::Records => "records",
            Self::Tasks => "tasks",
            Self::Conversations => "conversations",
            Self::Bucket => "bucket_and_index",
            Self::Key => "key_of_bucket_and_conversations",
            Self::Secrets => "secrets_and_keys",
            Self::Database => "database",
            Self::SharedRows => "shared_database",
            Self::Registry => "registry_and_host_name",
        }
    }
}

/// What a destruction works with.
struct Stores<'a> {
    app: &'a App,
    platform: &'a PlatformScope,
    provisioning: Provisioning,
    tenant: Tenant,
    scope: TenantScope,
}

impl Stores<'_> {
    async fn destroy(&self, store: Store) -> Result<(), TenancyError> {
        let (tenancy, scope, provisioning) = (&self.app.tenancy, &self.scope, &self.provisioning);
        match store {
            Store::Doors => {
                let registry = tenancy.registry()?;
                for door in registry.doors(scope).await? {
                    registry.unhang(scope, &door).await?;
                }
                Ok(())
            }
            Store::Accounts => tenancy.people(scope)?.delete_all().await.map(|_| ()),
            Store::Sessions => provisioning.drop_partitions(scope).await,
            Store::UsagePlan => provisioning.drop_usage_plan(scope).await,
            Store::Records => tenancy.records(scope)?.clear().await,
            Store::Tasks => tenancy.own_tasks(scope)?.clear().await,
            Store::Conversations => provisioning.drop_conversations(scope).await,
            Store::Bucket => provisioning.drop_bucket(scope).await,
            Store::Key => provisioning.drop_key(scope).await,
            Store::Secrets => provisioning.drop_secrets(scope).await,
            Store::Database => provisioning.drop_silo(scope).await,
            Store::SharedRows => provisioning.leave_pool(scope).await,
            // Another tenant may have taken the name since.
            Store::Registry if !self.is_registered().await? => Ok(()),
            Store::Registry => tenancy.registry()?.forget(self.platform, &self.tenant).await,
        }
    }

    /// The second look.
    async fn holds(&self, store: Store) -> Result<bool, TenancyError> {
        let (tenancy, scope, provisioning) = (&self.app.tenancy, &self.scope, &self.provisioning);
        match store {
            Store::Doors => Ok(!tenancy.registry()?.doors(scope).await?.is_empty()),
            Store::Accounts => Ok(!tenancy.people(scope)?.list_all().await?.is_empty()),
            Store::Sessions => provisioning.holds_items(scope, Partitions::Passing).await,
            Store::UsagePlan => provisioning.holds_usage_plan(scope).await,
            Store::Records => provisioning.holds_items(scope, Partitions::Records).await,
            Store::Tasks => provisioning.holds_items(scope, Partitions::Tasks).await,
            Store::Conversations => provisioning.holds_conversations(scope).await,
            Store::Bucket => provisioning.holds_bucket(scope).await,
            Store::Key => provisioning.holds_key(scope).await,
            Store::Secrets => provisioning.holds_secrets(scope).await,
            Store::Database => provisioning.holds_silo(scope).await,
            Store::SharedRows => provisioning.holds_pool(scope).await,
            Store::Registry => self.is_registered().await,
        }
    }

    async fn is_registered(&self) -> Result<bool, TenancyError> {
        let found = self.app.tenancy.registry()?.list(self.platform).await?;
        Ok(found.iter().any(|tenant| tenant.id == self.tenant.id))
    }
}

pub(crate) async fn destroy(
    app: &App,
    platform: &PlatformScope,
    destroy: Destroy,
) -> Result<Value, HandlerError> {
    if destroy.confirm != destroy.slug.as_str() {
        return Err(HandlerError::refused("not-confirmed", "confirm repeats the slug"));
    }
    let departures = app.tenancy.departures()?;
    let (registry, slug) = (app.tenancy.registry()?, &destroy.slug);
    let tenants = registry.list(platform).await?;
    let registered = tenants.iter().find(|tenant| tenant.slug == *slug);
    // The one that bears the name, or the last that bore it and is on its way.
    let found = departures.list::<Departure>(platform).await?;
    let found = found.into_iter().filter(|one| one.value.slug == *slug);
    let found = found.max_by_key(|one| one.value.begun_at);
    let (mut version, mut departure) = match (found, registered) {
        (Some(one), Some(tenant)) if one.value.tenant == tenant.id => (one.version, one.value),
        (Some(one), None) => (one.version, one.value),
        _ => {
            return Err(HandlerError::refused(
                "no-departure",
                "no tenant of this name leaves: begin a departure",
            ));
        }
    };
    if departure.acknowledgement.as_ref().is_none_or(|signed| !signed.holds()) {
        return Err(HandlerError::refused(
            "not-acknowledged",
            "nothing is destroyed before a member acknowledged that everything was received",
        ));
    }
    if tenants.iter().any(|other| other.production == Some(departure.tenant)) {
        return Err(HandlerError::refused("has-test-environment", "delete its test environment first"));
    }
    if departure.destroyed_at.is_some() {
        return Ok(answer(&departure));
    }
    let mut tenant = registered.cloned().unwrap_or_else(|| Tenant {
        id: departure.tenant,
        slug: departure.slug.clone(),
        name: departure.name.clone(),
        kind: departure.kind,
        production: None,
        status: TenantStatus::Deleting,
        created_at: departure.begun_at,
    });
    let (scope, id) = (platform.lend(&tenant), tenant.id);
    let provisioning = app.tenancy.provisioning(platform)?;
    if tenant.status != TenantStatus::Deleting {
        delete::refuse_held(app, &provisioning, &scope).await?;
        tenant = registry.advance(platform, &tenant, TenantStatus::Deleting).await?;
    }
    let stores = Stores { app, platform, provisioning, tenant, scope };
    for store in Store::ALL {
        if departure.stores.iter().any(|receipt| receipt.store == store.as_str()) {
            continue;
        }
        stores.destroy(store).await?;
        let destroyed_at = app.clock.now();
        if gone(&stores, store).await? {
            let absent_at = app.clock.now();
            departure.stores.push(StoreReceipt { store: store.as_str().into(), destroyed_at, absent_at });
        } else {
            tracing::error!(tenant = %id, store = store.as_str(), "a store was destroyed and is still there");
            return Err(HandlerError::refused(
                "still-there",
                format!("run it again: {} is still there", store.as_str()),
            ));
        }
        if store == Store::ALL[Store::ALL.len() - 1] {
            departure.destroyed_at = Some(app.clock.now());
        }
        version = departures.put(platform, Book::Departures, id, &departure, version).await?;
    }
    tracing::info!(tenant = %id, "everything of a tenant that left was destroyed");
    Ok(answer(&departure))
}

/// Whether nothing is left; a table that is on its way out, or a list that lags, gets a moment.
async fn gone(stores: &Stores<'_>, store: Store) -> Result<bool, TenancyError> {
    for _ in 0..20 {
        if !stores.holds(store).await? {
            return Ok(true);
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    Ok(false)
}

fn answer(departure: &Departure) -> Value {
    json!({
        "tenant_id": departure.tenant, "destroyed_at": departure.destroyed_at,
        "stores": departure.stores.iter().map(|one| one.store.as_str()).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_the_names_of_others_goes_after_them() {
        let place = |store: Store| Store::ALL.iter().position(|one| *one == store);
        assert!(place(Store::Secrets) < place(Store::Database), "feeds' secrets are named in the database");
        assert_eq!(place(Store::Doors), Some(0), "first nobody comes in");
        assert_eq!(place(Store::Registry), Some(Store::ALL.len() - 1), "the name goes last");
    }
}
