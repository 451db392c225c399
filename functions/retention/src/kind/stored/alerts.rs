//! Alerts that are over, and old mails of those that go on. An alert counts as one, with all that goes with it.

use uuid::Uuid;
use vivier_domain::retention::DataKind;
use vivier_store::{
    alerts::{self, Over, Told},
    legal_holds::InForce,
    purges,
};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::{SiloTx, database::DatabaseError, privacy_keys::Keys},
};

use super::{Asked, Batch, Place};
use crate::App;

pub(super) async fn batch(
    app: &App,
    scope: &TenantScope,
    asked: Asked,
    held: &InForce,
    place: &mut Place,
) -> Result<Batch, TenancyError> {
    let over = Over { as_of: asked.as_of, since: asked.cutoff };
    let keys = if held.persons.is_empty() { None } else { Some(super::keys(app, scope).await?) };
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    purges::by_index_in_own(&tx).await?;
    let batch = if held.kinds.contains(&DataKind::Alerts) {
        let found = count(&tx, over, asked).await?;
        Batch::held(found)
    } else if let Some(keys) = keys {
        among_held(&tx, over, asked, (held, &keys), place).await?
    } else if asked.dry_run {
        Batch::of(count(&tx, over, asked).await?, asked.wanted)
    } else {
        let alerts = alerts::purge(&tx, over, asked.wanted).await?;
        let mails = alerts::purge_mails(&tx, asked.cutoff, asked.wanted).await?;
        Batch { removed: alerts, held: 0, more: alerts.max(mails) >= u64::from(asked.wanted) }
    };
    tx.commit().await?;
    Ok(batch)
}

async fn count(tx: &SiloTx<'_>, over: Over, asked: Asked) -> Result<u64, DatabaseError> {
    alerts::count_over(tx, over, asked.wanted).await
}

/// Where persons are held, each thing is looked at: whose it is, its keyed hash says.
async fn among_held(
    tx: &SiloTx<'_>,
    over: Over,
    asked: Asked,
    (held, keys): (&InForce, &Keys),
    place: &mut Place,
) -> Result<Batch, DatabaseError> {
    let found = alerts::list_over(tx, over, place.alerts, asked.wanted).await?;
    let mails = alerts::list_old_mails(tx, asked.cutoff, place.mails, asked.wanted).await?;
    let last = |told: &[Told]| told.last().map(|last| (last.ends_at, last.id));
    place.alerts = last(&found).or(place.alerts);
    place.mails = last(&mails).or(place.mails);
    let free = |told: &[Told]| -> Vec<Uuid> {
        let is_free = |one: &&Told| !held.persons.contains(&keys.subject(one.email.expose()));
        told.iter().filter(is_free).map(|one| one.id).collect()
    };
    let (alerts, free_mails) = (free(&found), free(&mails));
    if !asked.dry_run {
        alerts::remove(tx, &alerts).await?;
        alerts::remove_mails(tx, &free_mails).await?;
    }
    let wanted = asked.wanted as usize;
    Ok(Batch {
        removed: alerts.len() as u64,
        held: (found.len() - alerts.len()) as u64,
        more: found.len() >= wanted || mails.len() >= wanted,
    })
}
