//! Refreshing a test environment (K5.5): what it has goes, what `departure` made of its production tenant's data comes, and it stays itself: its
//! members and their roles, its keys, its host name, its key of encryption, its audit log.
//!
//! It takes in the one bundle that is noted for it, in which `departure` found nobody. A refresh that stopped is run again, and gives the same.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Value, json};
use vivier_bundle::{Manifest, Refresh as Note};
use vivier_data_map::{Store, Table as Kind, map};
use vivier_domain::tenant::{Slug, TenantKind, TenantStatus};
use vivier_runtime::HandlerError;
use vivier_store::{arrivals, exports, privacy};
use vivier_tenancy::{
    PlatformScope, TenantScope,
    provisioning::Provisioning,
    registry::Tenant,
    rooms::{
        belongings::Shelf,
        database::{Kind as Database, TenantTx},
        departures::Book,
        files::FileKey,
    },
};

use crate::{
    arrive::{Counts, items, put, refused, rows, store_of},
    command::{App, find},
    delete,
    describe::describe,
    luggage::Luggage,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refresh {
    slug: Slug,
    /// The short name once more: nobody empties an environment by a slip.
    confirm: String,
}

/// A test environment that may be refreshed.
async fn environment(app: &App, platform: &PlatformScope, refresh: &Refresh) -> Result<Tenant, HandlerError> {
    if refresh.confirm != refresh.slug.as_str() {
        return Err(HandlerError::refused("not-confirmed", "confirm repeats the slug"));
    }
    let tenant = find(app, platform, &refresh.slug).await?;
    if tenant.kind != TenantKind::Test || tenant.production.is_none() {
        return Err(HandlerError::refused("not-a-test-environment", "only test environments are refreshed"));
    }
    if !matches!(tenant.status, TenantStatus::Active | TenantStatus::Disabled) {
        return Err(HandlerError::refused("wrong-status", "the tenant is neither active nor disabled"));
    }
    Ok(tenant)
}

/// Refuses while a refresh of a tenant was begun and is not done: until then it has a part of what it is to have.
pub(crate) async fn refuse_unfinished(
    app: &App,
    platform: &PlatformScope,
    slug: &Slug,
) -> Result<(), HandlerError> {
    let tenant = find(app, platform, slug).await?;
    let noted = app.tenancy.departures()?.fetch::<Note>(platform, Book::Refreshes, tenant.id).await?;
    if noted.is_some_and(|noted| noted.value.was_served.is_some() && noted.value.done_at.is_none()) {
        return Err(HandlerError::refused("refresh-unfinished", "its refresh has stopped: run it again"));
    }
    Ok(())
}

/// Refuses while requests of persons are open: they would be gone unanswered.
async fn refuse_open(provisioning: &Provisioning, scope: &TenantScope) -> Result<(), HandlerError> {
    let mut silo = provisioning.own_silo(scope).await?;
    let open = privacy::count_open(&silo.begin().await?).await?;
    if open > 0 {
        let sentence = format!("{open} requests of persons are open there: answer them first");
        return Err(HandlerError::refused("requests-open", sentence));
    }
    Ok(())
}

pub(crate) async fn refresh(
    app: &App,
    platform: &PlatformScope,
    refresh: Refresh,
) -> Result<Value, HandlerError> {
    let mut tenant = environment(app, platform, &refresh).await?;
    let scope = platform.lend(&tenant);
    let (departures, files) = (app.tenancy.departures()?, app.tenancy.files(&scope).await?);
    let noted = departures.fetch::<Note>(platform, Book::Refreshes, tenant.id).await?;
    let Some(noted) = noted else {
        return Err(HandlerError::refused(
            "not-anonymised",
            "have a copy of production made first: departure anonymise",
        ));
    };
    let (mut note, mut version) = (noted.value, noted.version);
    let luggage = Luggage::fetch(&files).await?;
    if note.done_at.is_some() && luggage.as_ref().is_none_or(|luggage| luggage.sha256 == note.sha256) {
        // It was taken in; what may be left to do is to put it away.
        files.delete(&FileKey::ArrivalBundle).await?;
        return Ok(answer(app, &tenant, &note, None));
    }
    let mut luggage = luggage.ok_or_else(|| refused("no bundle is there"))?;
    let manifest = checked(&tenant, &note, &mut luggage)?;
    let provisioning = app.tenancy.provisioning(platform)?;
    delete::refuse_held(app, &provisioning, &scope).await?;
    refuse_open(&provisioning, &scope).await?;
    // Noted by every one that begins, whatever stands there: of two at once, the one that began first is overtaken and stops.
    note.was_served = note.was_served.or(Some(tenant.status == TenantStatus::Active));
    version = departures.put(platform, Book::Refreshes, tenant.id, &note, version).await?;
    // Nobody and no schedule writes meanwhile.
    let registry = app.tenancy.registry()?;
    if tenant.status == TenantStatus::Active {
        tenant = registry.advance(platform, &tenant, TenantStatus::Disabled).await?;
    }
    let counts = replace(app, &provisioning, &tenant, &scope, &manifest, &mut luggage).await?;
    version = departures.put(platform, Book::Refreshes, tenant.id, &note, version).await?;
    if note.was_served == Some(true) {
        tenant = registry.advance(platform, &tenant, TenantStatus::Active).await?;
    }
    note.was_served = None;
    note.done_at = Some(app.clock.now());
    departures.put(platform, Book::Refreshes, tenant.id, &note, version).await?;
    files.delete(&FileKey::ArrivalBundle).await?;
    tracing::info!(tenant = %tenant.id, "a test environment was refreshed");
    Ok(answer(app, &tenant, &note, Some(&counts)))
}

fn answer(app: &App, tenant: &Tenant, note: &Note, counts: Option<&Counts>) -> Value {
    let mut told = describe(app, tenant);
    told["refreshed"] = json!(counts.is_some());
    told["sha256"] = json!(note.sha256);
    told["made_at"] = json!(note.made_at);
    if let Some(counts) = counts {
        told["rows"] = json!(counts.rows);
        told["items"] = json!(counts.items);
    }
    told
}

/// The manifest of the very bundle that is noted, of this environment's production tenant.
fn checked(tenant: &Tenant, note: &Note, luggage: &mut Luggage) -> Result<Manifest, HandlerError> {
    if luggage.sha256 != note.sha256 {
        return Err(refused("it is not the one that was made for this environment"));
    }
    let manifest = luggage.check().map_err(refused)?;
    let Some(anonymised) = manifest.anonymised else {
        return Err(refused("it is not anonymised"));
    };
    if anonymised.test != tenant.id
        || Some(anonymised.production) != tenant.production
        || Some(note.production) != tenant.production
    {
        return Err(refused("it is not of this environment's production tenant"));
    }
    if manifest.entries.iter().any(|entry| entry.name.starts_with("files/")) {
        return Err(refused("it has files"));
    }
    Ok(manifest)
}

/// Whether rows or items stay that are the environment's own: what tells how far erasures and schemas are, proofs, and whatever production's are
/// not taken over for it.
fn is_own(kind: &Kind) -> bool {
    const MARKS: &str = "erasures_applied";
    const HAVING: [&str; 3] = ["feed_secrets", "search_index", "refinery_schema_history"];
    let records = kind.store == Store::Records && kind.not_in_tests.is_some();
    records
        || kind.not_taken_in.is_some()
        || kind.name == MARKS
        || kind.store == Store::Pool && kind.name == "tenants"
        || HAVING.contains(&kind.name.as_str())
}

/// Empties the environment and fills it.
async fn replace(
    app: &App,
    provisioning: &Provisioning,
    tenant: &Tenant,
    scope: &TenantScope,
    manifest: &Manifest,
    luggage: &mut Luggage,
) -> Result<Counts, HandlerError> {
    let mut counts = Counts::default();
    {
        let mut silo = provisioning.own_silo(scope).await?;
        let tx = silo.begin().await?;
        empty(&tx, Store::Silo).await?;
        counts.rows += rows(&tx, Store::Silo, manifest, luggage).await?;
        arrivals::settle_tests(&tx).await?;
        tx.commit().await?;
    }
    {
        let mut pool = provisioning.own_pool(scope).await?;
        let tx = pool.begin().await?;
        empty(&tx, Store::Pool).await?;
        counts.rows += rows(&tx, Store::Pool, manifest, luggage).await?;
        arrivals::settle_runs(&tx).await?;
        arrivals::set_zone(&tx, &manifest.tenant.time_zone).await?;
        tx.commit().await?;
    }
    for shelf in Shelf::ALL {
        let (name, store) = (vivier_bundle::items_entry(shelf.as_str()), store_of(shelf)?);
        let room = app.tenancy.belongings(scope, shelf).await?;
        // Keys alone are held in memory. What is put there anew need not go before.
        let (has_items, mut comes) = (luggage.has(&name), HashSet::new());
        if has_items {
            for item in items(tenant, luggage, &name)? {
                let item = item?;
                if !map().kind_of(store, &item.pk, &item.sk).is_some_and(Kind::is_in_tests) {
                    return Err(refused("it has an item that no test environment gets"));
                }
                comes.insert(room.key(&item));
            }
        }
        let stays = |pk: &str, sk: &str| {
            map().kind_of(store, pk, sk).is_some_and(is_own)
                || comes.contains(&(pk.to_owned(), sk.to_owned()))
        };
        room.clear_but(stays).await?;
        if has_items {
            counts.items += put(&room, items(tenant, luggage, &name)?).await?;
        }
    }
    let files = app.tenancy.files(scope).await?;
    for object in files.list().await? {
        if !matches!(object.key, FileKey::ArrivalBundle | FileKey::ErasuresApplied(_)) {
            files.delete(&object.key).await?;
        }
    }
    Ok(counts)
}

/// Removes every row that is not the environment's own.
async fn empty<K: Database>(tx: &TenantTx<'_, K>, store: Store) -> Result<(), HandlerError> {
    let (mut tables, relations) = (exports::list_tables(tx).await?, exports::list_relations(tx).await?);
    tables.retain(|table| {
        map().table(store, &table.name).is_some_and(|known| !is_own(known))
            && (store == Store::Silo || table.is_shared())
    });
    let names = tables.iter().map(|table| table.name.as_str()).collect();
    let ordered = arrivals::in_order(&tables, &relations, &names);
    Ok(arrivals::clear(tx, &ordered).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_environment_is_by_stays_and_what_came_from_production_goes() {
        let own = |store, name: &str| is_own(map().table(store, name).unwrap());
        for (store, name, stays) in [
            (Store::Records, "member", true),
            (Store::Records, "roles", true),
            (Store::Records, "key", true),
            (Store::Records, "project", false),
            (Store::Records, "settings_published", false),
            (Store::Silo, "offers", false),
            (Store::Silo, "privacy_requests", false),
            (Store::Silo, "alert_tokens", false),
            (Store::Silo, "erasures_applied", true),
            (Store::Silo, "refinery_schema_history", true),
            (Store::Silo, "feed_secrets", true),
            (Store::Pool, "audit_log", true),
            (Store::Pool, "query_shares", false),
            (Store::Pool, "chunks", false),
            (Store::Pool, "tenants", true),
            (Store::Conversations, "erasures_applied", true),
            (Store::Conversations, "resume_token", false),
            (Store::Tasks, "own_task", false),
            (Store::Ledger, "receipt", true),
        ] {
            assert_eq!(own(store, name), stays, "{store:?} {name}");
        }
    }
}
