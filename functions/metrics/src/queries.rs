//! What candidates search for: kept as shares, read when there are enough of them. This function holds no key and can open a text
//! by that alone.

use vivier_domain::event::Event;
use vivier_store::queries;
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};
use vivier_threshold::Kept;

/// Keeps the shares that come with events, and opens the texts that have enough by now. What comes again changes nothing.
pub async fn collect(tx: &PoolTx<'_>, events: &[Event]) -> Result<(), DatabaseError> {
    let mut opened = 0u64;
    for tag in queries::keep(tx, events).await? {
        let Some(ripe) = queries::fetch_ripe(tx, &tag).await? else { continue };
        let shares: Vec<Kept> = ripe.shares.iter().map(|&(x, y)| Kept { x, y }).collect();
        if let Some(text) = vivier_threshold::open(&ripe.tag, &shares, &ripe.sealed) {
            queries::set_opened(tx, &ripe, &text).await?;
            opened += 1;
        } else {
            // Nobody but our own functions writes shares.
            queries::delete_shares(tx, &tag).await?;
            tracing::error!("shares of a text do not fit together");
        }
    }
    if opened > 0 {
        tracing::info!(opened, "texts of searches can be read");
    }
    Ok(())
}
