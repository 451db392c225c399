//! An anonymised copy of a production tenant for its test environment (K5.5, K9.1c): everything as it is, and nobody in it.
//!
//! Every column is masked by its rule in the map of data before anything is written. What was written is then searched for every value that was
//! of a person, by code that knows nothing of the masks. Only a copy in which nothing is found reaches the test environment's bucket, in one
//! piece; `tenants` takes it in there.

mod build;
mod haystack;
mod items;
mod leaves;
mod mask;
mod needles;
mod prove;
mod rare;
mod row;
mod rules;
mod source;
mod words;

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vivier_bundle::{Anonymised, Manifest, Own, PLACEHOLDER, Refresh, VERSION, digest, hex};
use vivier_data_map::Store;
use vivier_domain::{
    ids::ProjectId,
    tenant::{Slug, TenantKind, TenantStatus},
};
use vivier_runtime::HandlerError;
use vivier_store::{
    audit::{self, Actor, Outcome},
    exports,
};
use vivier_tenancy::{
    PlatformScope,
    registry::Tenant,
    rooms::{belongings::Shelf, departures::Book, files::FileKey, records::RecordKey},
};

use self::{build::Copy, mask::Masker, prove::Proof, rules::Unfit, source::Source};
use crate::App;

/// What the audit logs call it.
const ACTION: &str = "departure.anonymise";
/// A piece of the copy on its way into the bucket.
const PIECE: usize = 1 << 20;

/// A copy could not be made.
#[derive(Debug, thiserror::Error)]
#[error("an anonymised copy could not be made")]
struct NotCopied;

fn broken<E>(_: E) -> HandlerError {
    // Why may quote what is in a row.
    HandlerError::other("anonymising", NotCopied)
}

fn unfit(why: &Unfit) -> HandlerError {
    HandlerError::refused("not-judged", format!("nothing was handed over: {why}"))
}

/// The test environment, and the production tenant that it is of.
async fn find(app: &App, platform: &PlatformScope, slug: &Slug) -> Result<(Tenant, Tenant), HandlerError> {
    let refused = |code, sentence: &str| Err(HandlerError::refused(code, sentence.to_owned()));
    let tenants = app.tenancy.registry()?.list(platform).await?;
    let Some(test) = tenants.iter().find(|tenant| tenant.slug == *slug) else {
        return refused("unknown-tenant", "there is no tenant of this name");
    };
    if test.kind != TenantKind::Test {
        return refused("not-a-test-environment", "only test environments are refreshed");
    }
    let production = test.production.and_then(|id| tenants.iter().find(|tenant| tenant.id == id));
    let Some(production) = production.filter(|tenant| tenant.kind == TenantKind::Production) else {
        return refused("no-production", "it names no production tenant that is here");
    };
    let serves = |tenant: &Tenant| matches!(tenant.status, TenantStatus::Active | TenantStatus::Disabled);
    if !serves(test) || !serves(production) {
        return refused("wrong-status", "one of the two is neither active nor disabled");
    }
    Ok((test.clone(), production.clone()))
}

/// Makes the copy for a test environment, between its entries in the audit logs of both.
pub(crate) async fn anonymise(
    app: &App,
    platform: &PlatformScope,
    slug: &Slug,
) -> Result<Value, HandlerError> {
    let (test, production) = find(app, platform, slug).await?;
    let both = [&test, &production];
    enter(app, platform, both, Outcome::Begun).await?;
    let answer = Box::pin(make(app, platform, &test, &production)).await;
    let outcome = match &answer {
        Ok(_) => Outcome::Done,
        Err(HandlerError::Refused { .. }) => Outcome::Refused,
        Err(_) => Outcome::Failed,
    };
    if enter(app, platform, both, outcome).await.is_err() {
        tracing::error!(action = ACTION, "an entry could not be written");
    }
    answer
}

async fn enter(
    app: &App,
    platform: &PlatformScope,
    tenants: [&Tenant; 2],
    outcome: Outcome,
) -> Result<(), HandlerError> {
    let subject = tenants[0].id.to_string();
    for tenant in tenants {
        let scope = platform.lend(tenant);
        let entry = audit::Entry::of(&scope, app.clock.now(), ACTION, &subject, outcome).by(Actor::Operator);
        audit::enter(&app.tenancy, &scope, &entry).await?;
    }
    Ok(())
}

/// Identifiers of nobody that are others in the copy: the tenant's, and its first project's, in whose place the test environment's own stands, so
/// that its keys, its host name and its members' roles lead on to where they led. That one is told besides.
async fn others(
    app: &App,
    platform: &PlatformScope,
    test: &Tenant,
    production: &Tenant,
) -> Result<(Vec<(String, String)>, Option<ProjectId>), HandlerError> {
    let noted = app.tenancy.departures()?.fetch::<Refresh>(platform, Book::Refreshes, test.id).await?;
    let mut others = vec![(production.id.to_string(), PLACEHOLDER.to_owned())];
    let (of_test, of_production) = (platform.lend(test), platform.lend(production));
    let theirs = app.tenancy.records(&of_production)?.list(&RecordKey::projects(), None, None).await?;
    let own = app.tenancy.records(&of_test)?.list(&RecordKey::projects(), None, None).await?;
    let theirs: Vec<_> = theirs.into_iter().map(|(_, project)| project.value.id).collect();
    // After an earlier refresh the others are production's: what is not is what the environment began with. One that stopped half-way may have
    // left none.
    let listed = own.into_iter().map(|(_, project)| project.value.id).find(|id| !theirs.contains(id));
    let own = noted.and_then(|noted| noted.value.project).or(listed);
    if let (Some(first), Some(own)) = (theirs.first(), own) {
        others.push((first.to_string(), own.to_string()));
    }
    Ok((others, own))
}

async fn make(
    app: &App,
    platform: &PlatformScope,
    test: &Tenant,
    production: &Tenant,
) -> Result<Value, HandlerError> {
    let scope = platform.lend(production);
    let source = Source { app, scope: &scope };
    let (others, project) = others(app, platform, test, production).await?;
    let masker = Masker::random().ok_or_else(|| broken("no randomness"))?;
    let before = prove::items(&source).await?;

    let mut silo = app.tenancy.silo(&scope).await?;
    let silo = silo.begin().await?;
    silo.stand_still().await?;
    let mut pool = app.tenancy.pool(&scope).await?;
    let pool = pool.begin_still().await?;
    let of_silo = (exports::list_tables(&silo).await?, exports::list_relations(&silo).await?);
    let of_pool = (exports::list_tables(&pool).await?, exports::list_relations(&pool).await?);

    let mut copy = Copy::begin(&masker, others.clone())?;
    copy.tables(&pool, Store::Pool, &of_pool.0, &of_pool.1).await?;
    copy.tables(&silo, Store::Silo, &of_silo.0, &of_silo.1).await?;
    for shelf in Shelf::ALL {
        copy.items(&source, shelf).await?;
    }
    let made_at = app.clock.now();
    let entries = std::mem::take(&mut copy.entries);
    let manifest = Manifest {
        version: VERSION,
        tenant: Own {
            tenant_id: test.id,
            slug: test.slug.clone(),
            name: test.name.clone(),
            kind: test.kind,
            time_zone: exports::time_zone(&pool).await?,
        },
        made_at,
        placeholder: PLACEHOLDER.to_owned(),
        data_sha256: digest(&entries, &[]),
        own: Vec::new(),
        entries,
        anonymised: Some(Anonymised { production: production.id, test: test.id }),
    };
    let file = copy.finish(&manifest)?;

    let mut proof = Proof::begin(&file, &source, &others);
    proof.tables(&pool, Store::Pool, &of_pool.0).await?;
    proof.tables(&silo, Store::Silo, &of_silo.0).await?;
    proof.items(before).await?;
    proof.clear_tables(&pool, Store::Pool, &of_pool.0).await?;
    proof.clear_tables(&silo, Store::Silo, &of_silo.0).await?;
    let searched = proof.end().await?;
    hand_over(app, platform, test, Made { file, manifest, searched, project }).await
}

/// A copy in which nobody was found.
struct Made {
    file: File,
    manifest: Manifest,
    searched: u64,
    /// The test environment's own project.
    project: Option<ProjectId>,
}

/// Puts the copy where it is taken in. It is there whole or not at all, and is taken in only as it is noted.
async fn hand_over(
    app: &App,
    platform: &PlatformScope,
    test: &Tenant,
    made: Made,
) -> Result<Value, HandlerError> {
    let Made { mut file, manifest, searched, project } = made;
    let scope = platform.lend(test);
    let files = app.tenancy.files(&scope).await?;
    let departures = app.tenancy.departures()?;
    let noted = departures.fetch::<Refresh>(platform, Book::Refreshes, test.id).await?;
    file.seek(SeekFrom::Start(0)).map_err(broken)?;
    let mut sent = files.begin(&FileKey::ArrivalBundle, "application/zip").await?;
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0_u64, vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece).map_err(broken)?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        bytes += read as u64;
        sent.write(&piece[..read]).await?;
    }
    sent.finish().await?;
    let sha256 = hex(&hash.finalize());
    // Of one that was being taken in when it stopped: how the environment was before is known from then on only.
    let was_served =
        noted.as_ref().filter(|noted| noted.value.done_at.is_none()).and_then(|noted| noted.value.was_served);
    let production = manifest.anonymised.map(|one| one.production).ok_or_else(|| broken("no manifest"))?;
    let made_at = manifest.made_at;
    let note = Refresh { sha256, production, made_at, searched, project, was_served, done_at: None };
    let version = noted.map_or(0, |noted| noted.version);
    departures.put(platform, Book::Refreshes, test.id, &note, version).await?;
    tracing::info!(tenant = %test.id, searched, "an anonymised copy is made, and nobody was found in it");
    let rows: u64 = manifest.entries.iter().filter_map(|entry| entry.rows).sum();
    Ok(json!({
        "slug": test.slug, "production": production, "sha256": note.sha256, "bytes": bytes, "rows": rows,
        "searched": searched, "made_at": note.made_at,
    }))
}
