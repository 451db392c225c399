//! The first and the last step of a removal.

use jiff::Timestamp;
use vivier_domain::ids::DocumentId;
use vivier_tenancy::rooms::database::{DatabaseError, SiloTx};

/// Marks a document for removal; any run on it loses its lease. `false`: there is no such document.
pub async fn begin_deletion(tx: &SiloTx<'_>, id: DocumentId, now: Timestamp) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- documents::begin_deletion
        UPDATE documents SET status = 'deleting', lease_until = NULL, updated_at = $2 WHERE id = $1";
    Ok(tx.execute(SQL, &[&id.as_uuid(), &now]).await? == 1)
}

/// Removes the row of a document marked for removal, once nothing else of it is left. Repeating it does nothing.
pub async fn remove(tx: &SiloTx<'_>, id: DocumentId) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- documents::remove\nDELETE FROM documents WHERE id = $1 AND status = 'deleting'";
    Ok(tx.execute(SQL, &[&id.as_uuid()]).await? == 1)
}
