//! Kinds that lie in a tenant's own stores: its database, its table of conversations, its bucket.

mod alerts;

use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::{ids::SessionId, retention::DataKind};
use vivier_store::{feeds, legal_holds::InForce, offers, privacy, purges, reports};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::{
        SiloTx,
        conversations::Over,
        database::DatabaseError,
        files::{FileKey, Folder},
        privacy_keys::Keys,
    },
};

use super::{Asked, Batch};
use crate::App;

/// How far a run has come among things of which some are held: those are passed over, and not come by again.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    alerts: Option<(Timestamp, Uuid)>,
    mails: Option<(Timestamp, Uuid)>,
    /// How many pages of a table may be read; none: all.
    pages: Option<usize>,
}

impl Place {
    /// The beginning, for a look at so many pages.
    pub fn within(pages: usize) -> Self {
        Self { pages: Some(pages), ..Self::default() }
    }
}

/// One batch of a kind.
pub(super) async fn batch(
    app: &App,
    scope: &TenantScope,
    asked: Asked,
    held: &InForce,
    place: &mut Place,
) -> Result<Batch, TenancyError> {
    match asked.kind {
        DataKind::Conversations => conversations(app, scope, asked, held, place.pages).await,
        DataKind::Alerts => alerts::batch(app, scope, asked, held, place).await,
        DataKind::ImportFiles => files(app, scope, Folder::Imports, asked).await,
        DataKind::Copies => {
            // Its end is seven days after it was asked for, and so before seven days after the file was written.
            let asked = Asked { cutoff: super::days_before(asked.as_of, asked.kind.most()), ..asked };
            files(app, scope, Folder::Copies, asked).await
        }
        DataKind::ReportFiles => report_files(app, scope, asked).await,
        _ => {
            let mut session = app.tenancy.silo(scope).await?;
            let tx = session.begin().await?;
            purges::by_index_in_own(&tx).await?;
            let batch = rows(&tx, asked, held.kinds.contains(&asked.kind)).await?;
            tx.commit().await?;
            Ok(batch)
        }
    }
}

/// The keys by which persons are known, where a hold names one.
async fn keys(app: &App, scope: &TenantScope) -> Result<Keys, TenancyError> {
    app.tenancy.privacy_keys(scope).await?.open().await
}

async fn rows(tx: &SiloTx<'_>, asked: Asked, held: bool) -> Result<Batch, DatabaseError> {
    let Asked { kind, as_of, cutoff, wanted, dry_run } = asked;
    let counted = held || dry_run;
    let found = match (kind, counted) {
        (DataKind::FeedRuns, true) => feeds::count_runs_before(tx, cutoff, wanted).await?,
        (DataKind::FeedRuns, false) => feeds::purge_runs(tx, cutoff, wanted).await?,
        (DataKind::ClosedOffers, true) => offers::count_closed_before(tx, cutoff, wanted).await?,
        (DataKind::ClosedOffers, false) => offers::purge_closed(tx, cutoff, wanted).await?,
        (DataKind::PrivacyRequests, true) => privacy::count_over(tx, as_of, cutoff, wanted).await?,
        (DataKind::PrivacyRequests, false) => privacy::purge(tx, as_of, cutoff, wanted).await?,
        _ => 0,
    };
    Ok(if held { Batch::held(found) } else { Batch::of(found, wanted) })
}

/// Conversations are told apart by their ids. A token that takes one up elsewhere is worth nothing when its minutes are over, and never held.
async fn conversations(
    app: &App,
    scope: &TenantScope,
    asked: Asked,
    held: &InForce,
    pages: Option<usize>,
) -> Result<Batch, TenancyError> {
    let all = held.kinds.contains(&DataKind::Conversations);
    let keys = if held.conversations.is_empty() { None } else { Some(keys(app, scope).await?) };
    let is_held = |pk: &str, sk: &str| {
        let Some(id) = pk.strip_prefix("session#").and_then(|id| id.parse::<SessionId>().ok()) else {
            return false;
        };
        let named =
            || keys.as_ref().is_some_and(|keys| held.conversations.contains(&keys.subject(&id.to_string())));
        !sk.starts_with("resume#") && (all || named())
    };
    let over = Over {
        now: asked.as_of,
        cutoff: asked.cutoff,
        limit: asked.wanted as usize,
        pages,
        dry_run: asked.dry_run,
    };
    let table = app.tenancy.conversations(scope).await?;
    let done = table.purge(over, is_held).await?;
    Ok(Batch { removed: done.items, held: done.held, more: done.more })
}

async fn files(app: &App, scope: &TenantScope, folder: Folder, asked: Asked) -> Result<Batch, TenancyError> {
    let files = app.tenancy.files(scope).await?;
    let found = files.purge(folder, asked.cutoff, asked.wanted as usize, asked.dry_run).await?;
    Ok(Batch::of(found, asked.wanted))
}

/// Files of reports with what is told of them; and files that nothing tells of any more.
async fn report_files(app: &App, scope: &TenantScope, asked: Asked) -> Result<Batch, TenancyError> {
    let over = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        purges::by_index_in_own(&tx).await?;
        let over = reports::list_expired(&tx, asked.cutoff, asked.wanted).await?;
        tx.commit().await?;
        over
    };
    let room = app.tenancy.files(scope).await?;
    if !asked.dry_run {
        for run in &over {
            room.delete(&FileKey::Report(run.id)).await?;
            let mut session = app.tenancy.silo(scope).await?;
            let tx = session.begin().await?;
            reports::forget_run(&tx, run.id).await?;
            tx.commit().await?;
        }
    }
    let left = (asked.wanted as usize).saturating_sub(over.len());
    let cutoff = super::days_before(asked.as_of, asked.kind.most());
    let strays = room.purge(Folder::Reports, cutoff, left, asked.dry_run).await?;
    Ok(Batch::of(over.len() as u64 + strays, asked.wanted))
}
