//! What happened, told to the stream.

use vivier_domain::event::EventKind;
use vivier_tenancy::{Tenancy, TenantScope};

use crate::Clock;

/// Counts, without failing the request: figures are worth less than an answer.
pub fn count(tenancy: &Tenancy, clock: Clock, scope: &TenantScope, kind: EventKind) {
    match tenancy.events(scope) {
        Ok(events) => events.record(clock.now(), [kind]),
        Err(error) => tracing::warn!(%error, "events are not counted"),
    }
}
