//! How far the making of a file is: told to whoever waits for it, and at the same time the proof that it is still wanted.

use vivier_store::reports::{self, Lease};
use vivier_tenancy::TenantScope;

use crate::{App, contents::MakeError};

/// Whom progress is told to.
#[derive(Debug)]
pub(crate) enum Progress<'a> {
    /// Nobody: what is asked for is answered at once.
    Silent,
    /// The file's row, under a lease.
    Of {
        /// The function.
        app: &'a App,
        /// Whose file.
        scope: &'a TenantScope,
        /// The right to write.
        lease: Lease,
    },
}

/// What comes after all that was asked for is there: it is written down, and put where it belongs.
pub(crate) const AFTER: usize = 2;

impl Progress<'_> {
    /// Tells that so many parts of all are there. Fails where the file is another's by now, or nobody's.
    pub(crate) async fn tell(&mut self, parts: usize, all: usize) -> Result<(), MakeError> {
        let Self::Of { app, scope, lease } = self else { return Ok(()) };
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        let held = reports::move_on(&tx, *lease, count(parts), count(all + AFTER)).await?;
        tx.commit().await?;
        if held { Ok(()) } else { Err(MakeError::Lost) }
    }
}
