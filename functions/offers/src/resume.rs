//! What no event will start any more: events are lost, processes die. Every minute each tenant's imports are looked
//! through, and those that stand still are taken up.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;
use vivier_domain::{import::ImportStatus, tenant::TenantStatus};
use vivier_runtime::telemetry;
use vivier_store::imports::{self, Import};
use vivier_tenancy::{PlatformScope, TenancyError, TenantScope, rooms::files::FileKey};

use crate::{
    App,
    error::RunError,
    meaning::{self, Turn},
    run::{self, Outcome},
};

/// An event that was not lost has come by then.
const PATIENCE: Duration = Duration::from_secs(30);

/// Upload addresses end after 15 minutes: a file that is not there by then will never come.
const UPLOAD_PATIENCE: Duration = Duration::from_hours(1);

/// Imports looked at per tenant and turn, those that were begun first; the next turn goes on.
const MOST: u32 = 100;

/// What one turn did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Tenants looked at.
    pub tenants: u32,
    /// Imports that a run was begun for.
    pub taken: u32,
    /// Tenants for whose offers vectors were made or published.
    pub meant: u32,
    /// Tenants that an error kept from being looked through to the end; they are logged.
    #[serde(rename = "failures")]
    pub failed: u32,
}

/// Looks through every active tenant. One tenant's trouble is not another's.
pub async fn all(app: &App, platform: &PlatformScope) -> Result<Report, TenancyError> {
    let mut report = Report::default();
    let until = Instant::now() + app.lasts;
    for listed in app.tenancy.registry()?.list(platform).await? {
        if listed.status != TenantStatus::Active {
            continue;
        }
        report.tenants += 1;
        let before = app.clock.now() - PATIENCE;
        let scope = platform.lend(&listed);
        let outcome = async {
            let taken = tenant(app, &scope, before).await?;
            let worked = meaning::run(app, &scope, until).await? == Turn::Worked;
            Ok::<_, RunError>((taken, worked))
        };
        match outcome.await {
            Ok((taken, worked)) => {
                report.taken += taken;
                report.meant += u32::from(worked);
            }
            Err(error) => {
                report.failed += 1;
                tracing::error!(tenant = %listed.id, error = telemetry::chain(&error), "imports could not be resumed");
            }
        }
    }
    Ok(report)
}

/// Runs the tenant's imports that were announced before `before` and stand still, oldest first; how many were run.
pub async fn tenant(app: &App, scope: &TenantScope, before: Timestamp) -> Result<u32, RunError> {
    let unfinished = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        imports::list_unfinished(&tx, before, MOST).await?
    };
    if unfinished.is_empty() {
        return Ok(0);
    }
    let files = app.tenancy.files(scope).await?;
    let mut taken = 0;
    for import in unfinished {
        let uploaded = import.status == ImportStatus::Running
            || files.size(&FileKey::Import(import.id)).await?.is_some();
        if uploaded {
            taken += u32::from(run::run(app, scope, import.id).await? != Outcome::Left);
        } else if is_abandoned(&import, app.clock.now()) {
            abandon(app, scope, &import).await?;
        }
    }
    Ok(taken)
}

fn is_abandoned(import: &Import, now: Timestamp) -> bool {
    import.status == ImportStatus::AwaitingUpload && import.created_at + UPLOAD_PATIENCE < now
}

async fn abandon(app: &App, scope: &TenantScope, import: &Import) -> Result<(), RunError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let still = imports::try_lock(&tx).await?
        && imports::fetch(&tx, import.id)
            .await?
            .is_some_and(|now| now.status == ImportStatus::AwaitingUpload);
    if still {
        imports::fail(&tx, import.id, "no-upload", app.clock.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use vivier_domain::{
        ids::ImportId,
        import::{ImportFormat, ImportSource},
    };
    use vivier_store::imports::Counts;

    #[test]
    fn an_import_without_a_file_is_given_up_after_an_hour() {
        let now = Timestamp::UNIX_EPOCH + 100_000.hours();
        for (status, hours, abandoned) in [
            (ImportStatus::AwaitingUpload, 2, true),
            (ImportStatus::AwaitingUpload, 1, false),
            (ImportStatus::AwaitingUpload, 0, false),
            (ImportStatus::Running, 25, false),
            (ImportStatus::Failed, 25, false),
        ] {
            let import = Import {
                id: ImportId::generate(),
                format: ImportFormat::Csv,
                source: ImportSource::of(ImportFormat::Csv),
                status,
                failure: None,
                counts: Counts::default(),
                index_generation: None,
                created_at: now - hours.hours(),
                started_at: None,
                finished_at: None,
            };
            assert_eq!(is_abandoned(&import, now), abandoned, "{status:?} for {hours} h");
        }
    }
}
