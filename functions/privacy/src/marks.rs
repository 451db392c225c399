//! How far the ledger was carried out on each store, written in that store: whichever is restored is behind, and tells so.

use vivier_store::{conversations::erasures, privacy};
use vivier_tenancy::{TenancyError, TenantScope, rooms::files::FileKey};

use crate::App;

/// Up to which receipt the ledger was carried out on each store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Applied {
    database: u64,
    conversations: u64,
    bucket: u64,
}

impl Applied {
    /// On every store.
    pub(crate) fn everywhere(self) -> u64 {
        self.database.min(self.conversations).min(self.bucket)
    }

    /// On any store: so many receipts there were.
    pub(crate) fn anywhere(self) -> u64 {
        self.database.max(self.conversations).max(self.bucket)
    }
}

/// Reads what each store says; `last` is the number of the ledger's last receipt.
pub(crate) async fn read(app: &App, scope: &TenantScope, last: u64) -> Result<Applied, TenancyError> {
    let database = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        let applied = privacy::applied(&tx).await?;
        tx.commit().await?;
        applied
    };
    let conversations = erasures::applied(&app.tenancy.conversations(scope).await?, app.clock.now()).await?;
    let files = app.tenancy.files(scope).await?;
    // One look as a rule; listed only where the last one is not there.
    let bucket = match files.size(&FileKey::ErasuresApplied(last)).await? {
        Some(_) => last,
        None => files.erasures_applied().await?,
    };
    Ok(Applied { database, conversations, bucket })
}

/// Notes in every store that the ledger was carried out up to `seq`. Repeating it changes nothing.
pub(crate) async fn raise(app: &App, scope: &TenantScope, seq: u64) -> Result<(), TenancyError> {
    if seq == 0 {
        return Ok(());
    }
    let files = app.tenancy.files(scope).await?;
    files.put(&FileKey::ErasuresApplied(seq), Vec::new(), "application/octet-stream").await?;
    erasures::note_applied(&app.tenancy.conversations(scope).await?, seq).await?;
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    privacy::raise_applied(&tx, seq).await?;
    tx.commit().await?;
    Ok(())
}
