//! Making a bundle, in turns: part by part, and what is done is noted. Whatever ends a turn, the next one goes on behind the last part that is
//! whole; the parts of one database that a turn reads are of one moment.

use std::time::Instant;

use vivier_bundle::{Departure, Entry};
use vivier_domain::ids::TenantId;
use vivier_runtime::HandlerError;
use vivier_store::exports::Table;
use vivier_tenancy::{
    PlatformScope, TenantScope,
    registry::Tenant,
    rooms::{
        database::{Kind, TenantTx},
        departures::Book,
        files::{FileKey, Files},
    },
};

use crate::{
    App, pack,
    parts::{Part, Source, plan},
};

/// A departure as it was read, and what it becomes.
pub(crate) struct Noted<'a> {
    pub(crate) app: &'a App,
    pub(crate) platform: &'a PlatformScope,
    pub(crate) departure: Departure,
    version: u64,
}

impl<'a> Noted<'a> {
    pub(crate) async fn read(
        app: &'a App,
        platform: &'a PlatformScope,
        tenant: TenantId,
    ) -> Result<Option<Self>, HandlerError> {
        let found = app.tenancy.departures()?.fetch(platform, Book::Departures, tenant).await?;
        Ok(found.map(|found| Self { app, platform, departure: found.value, version: found.version }))
    }

    /// Notes how it stands; somebody else's note in between is not overwritten.
    pub(crate) async fn note(&mut self) -> Result<(), HandlerError> {
        let departures = self.app.tenancy.departures()?;
        let tenant = self.departure.tenant;
        self.version =
            departures.put(self.platform, Book::Departures, tenant, &self.departure, self.version).await?;
        Ok(())
    }

    async fn add(&mut self, entry: Entry) -> Result<(), HandlerError> {
        self.departure.parts.push(entry);
        self.note().await
    }

    fn has(&self, source: &Source) -> bool {
        let name = source.name();
        self.departure.parts.iter().any(|part| part.name == name)
    }
}

/// A turn. Whether the bundle is made.
pub(crate) async fn turn(
    noted: &mut Noted<'_>,
    tenant: &Tenant,
    until: Instant,
) -> Result<bool, HandlerError> {
    let (app, scope) = (noted.app, noted.platform.lend(tenant));
    let files = app.tenancy.files(&scope).await?;
    if noted.departure.bundle.is_none() {
        let sources = plan(app, &scope).await?;
        if !(small(noted, &scope, &files, &sources, until).await?
            && silo(noted, &scope, &files, &sources, until).await?
            && pool(noted, &scope, &files, &sources, until).await?)
        {
            return Ok(false);
        }
        noted.departure.bundle =
            Box::pin(pack::pack(app, tenant, &scope, &files, &noted.departure.parts)).await?;
        if noted.departure.bundle.is_none() {
            // Every part is made anew.
            noted.departure.parts.clear();
            noted.note().await?;
            return Ok(false);
        }
        noted.note().await?;
        tracing::info!(tenant = %tenant.id, "the bundle of a tenant that leaves is made");
    }
    // What was packed need not lie there twice.
    if !noted.departure.parts.is_empty() {
        for number in 0..noted.departure.parts.len() {
            files.delete(&FileKey::DeparturePart(u32::try_from(number).unwrap_or(u32::MAX))).await?;
        }
        noted.departure.parts.clear();
        noted.note().await?;
    }
    Ok(true)
}

async fn small(
    noted: &mut Noted<'_>,
    scope: &TenantScope,
    files: &Files<'_>,
    sources: &[Source],
    until: Instant,
) -> Result<bool, HandlerError> {
    for source in sources {
        if noted.has(source) || matches!(source, Source::Silo(_) | Source::Pool(_)) {
            continue;
        }
        if Instant::now() >= until {
            return Ok(false);
        }
        let part = Part::begin(files, noted.departure.parts.len(), source.name()).await?;
        let entry = match source {
            Source::Items(shelf) => part.of_items(noted.app, scope, *shelf).await?,
            Source::Accounts => part.of_accounts(noted.app, scope).await?,
            Source::Text(_, text) => part.of_text(text).await?,
            Source::Silo(_) | Source::Pool(_) => continue,
        };
        noted.add(entry).await?;
    }
    Ok(true)
}

async fn silo(
    noted: &mut Noted<'_>,
    scope: &TenantScope,
    files: &Files<'_>,
    sources: &[Source],
    until: Instant,
) -> Result<bool, HandlerError> {
    let mut session = noted.app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    tx.stand_still().await?;
    let of_silo = sources.iter().filter_map(|source| match source {
        Source::Silo(table) => Some((source, table)),
        _ => None,
    });
    tables(noted, &tx, files, of_silo, until).await
}

async fn pool(
    noted: &mut Noted<'_>,
    scope: &TenantScope,
    files: &Files<'_>,
    sources: &[Source],
    until: Instant,
) -> Result<bool, HandlerError> {
    let mut session = noted.app.tenancy.pool(scope).await?;
    let tx = session.begin_still().await?;
    let of_pool = sources.iter().filter_map(|source| match source {
        Source::Pool(table) => Some((source, table)),
        _ => None,
    });
    tables(noted, &tx, files, of_pool, until).await
}

/// Writes the tables that are not noted yet, as one transaction sees them; whether it came to their end.
async fn tables<'a, K: Kind>(
    noted: &mut Noted<'_>,
    tx: &TenantTx<'_, K>,
    files: &Files<'_>,
    sources: impl Iterator<Item = (&'a Source, &'a Table)> + Send,
    until: Instant,
) -> Result<bool, HandlerError> {
    for (source, table) in sources {
        if noted.has(source) {
            continue;
        }
        if Instant::now() >= until {
            return Ok(false);
        }
        let part = Part::begin(files, noted.departure.parts.len(), source.name()).await?;
        let entry = part.of_table(tx, table).await?;
        noted.add(entry).await?;
    }
    Ok(true)
}
