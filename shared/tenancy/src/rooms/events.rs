//! The one producer of events. It writes the tenant from the scope, so that no caller can count for another.

use jiff::Timestamp;
use vivier_domain::{
    event::{Channel, Event, EventKind, SCHEMA_VERSION, Source, Spoken},
    ids::EventId,
};

use super::outbox::Outbox;
use crate::scope::{Office, TenantScope};

/// Where one tenant's events go.
#[derive(Debug)]
pub struct Events<'a> {
    outbox: &'a Outbox,
    scope: &'a TenantScope,
    language: Option<Spoken>,
}

impl<'a> Events<'a> {
    pub(crate) fn new(outbox: &'a Outbox, scope: &'a TenantScope) -> Self {
        Self { outbox, scope, language: None }
    }

    /// Says in which language what is recorded happened.
    #[must_use]
    pub fn in_language(self, language: Option<Spoken>) -> Self {
        Self { language, ..self }
    }

    /// Takes what happened at `now`. It waits for nothing and never fails: counting must cost a request neither time nor its answer.
    pub fn record(&self, now: Timestamp, kinds: impl IntoIterator<Item = EventKind>) {
        for kind in kinds {
            self.record_as(EventId::generate(), now, kind);
        }
    }

    /// Takes what a caller has given an id, so that it counts once although it is told twice with the same id and moment.
    pub fn record_as(&self, event_id: EventId, occurred_at: Timestamp, kind: EventKind) {
        if !self.scope.counts() {
            return;
        }
        let source = Source {
            project: self.scope.project(),
            channel: match self.scope.office() {
                Office::Front => Channel::Web,
                Office::Back => Channel::BackOffice,
                Office::Platform => Channel::System,
            },
            language: self.language,
            visitor: self.scope.visitor(),
        };
        let tenant_id = self.scope.tenant();
        let event = Event { version: SCHEMA_VERSION, event_id, tenant_id, occurred_at, source, kind };
        self.outbox.put(&event);
    }
}
