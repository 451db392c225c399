//! One tenant's turn: request after request, the one that has waited longest first.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use vivier_domain::{
    ids::PrivacyRequestId,
    opaque::Opaque,
    privacy::{COPY_LASTS, LeftReason, PrivacyRequestKind, PrivacyRequestState, PrivacyStore, StoreReceipt},
    redacted::Redacted,
};
use vivier_runtime::{HandlerError, entries, telemetry};
use vivier_store::{
    audit::{Entry, Outcome},
    privacy::{self, Answer, Lease, Mailed, Request},
};
use vivier_tenancy::{
    TenancyError, TenantScope,
    registry::Tenant,
    rooms::{files::FileKey, mail::MailError, privacy_keys::Keys},
};

use crate::{
    App,
    copy::{self, MEDIA_TYPE},
    mails::{self, Front},
    marks,
    receipts::{self, Erased},
    stores::{self, Holds, Person},
};

/// How long a run may take over one request before another takes it up: longer than an invocation lasts.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// The first pause before what could not be done is tried again; it doubles.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// The longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(6);

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Requests that were answered.
    pub(crate) answered: u64,
    /// Requests for which something is left to do.
    pub(crate) postponed: u64,
}

/// Works on a tenant's requests until `until`; whether some may be left.
pub(crate) async fn work(
    app: &App,
    tenant: &Tenant,
    scope: &TenantScope,
    until: Instant,
) -> Result<(Tally, bool), HandlerError> {
    let mut tally = Tally::default();
    while Instant::now() < until {
        let now = app.clock.now();
        let claimed = {
            let mut session = app.tenancy.silo(scope).await?;
            let tx = session.begin().await?;
            let claimed = privacy::claim(&tx, now, now + LEASE).await?;
            tx.commit().await?;
            claimed
        };
        let Some((request, lease)) = claimed else { return Ok((tally, false)) };
        let next_at = match Box::pin(one(app, tenant, scope, &request, lease)).await {
            Ok(Next::Answered) => {
                tally.answered += 1;
                continue;
            }
            Ok(Next::Waits) => None,
            Ok(Next::Again) => {
                tally.postponed += 1;
                Some(app.clock.now() + pause(request.attempts))
            }
            Err(error) => {
                tally.postponed += 1;
                tracing::error!(
                    tenant = %scope.tenant(), request = %request.id, error = telemetry::chain(&error),
                    "a request about personal data was postponed"
                );
                Some(app.clock.now() + pause(request.attempts))
            }
        };
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        privacy::finish(&tx, lease, next_at).await?;
        tx.commit().await?;
    }
    Ok((tally, true))
}

fn pause(attempts: u32) -> SignedDuration {
    let doubled = PAUSE.checked_mul(1 << attempts.saturating_sub(1).min(16)).unwrap_or(LONGEST_PAUSE);
    doubled.min(LONGEST_PAUSE)
}

/// What is to be done for a request after a turn.
enum Next {
    /// Nothing: it is answered.
    Answered,
    /// Nothing, until somebody does something.
    Waits,
    /// Some of it, later.
    Again,
}

async fn one(
    app: &App,
    tenant: &Tenant,
    scope: &TenantScope,
    request: &Request,
    lease: Lease,
) -> Result<Next, HandlerError> {
    let Some(email) = &request.email else { return Ok(Next::Waits) };
    let keys = app.tenancy.privacy_keys(scope).await?.open().await?;
    let front =
        Front { organisation: tenant.name.clone(), host: format!("{}.{}", tenant.slug.as_str(), app.domain) };
    let turn = Turn { app, scope, request, lease, keys, front, email };
    let [asked, forwarded, _] = request.mailed;
    if request.state == PrivacyRequestState::Pending {
        if !asked {
            let mail = mails::confirmation(&turn.front, &turn.keys, request)?;
            turn.send(email, &mail, Mailed::Asked).await?;
        }
        return Ok(Next::Waits);
    }
    if !forwarded {
        turn.forward().await;
    }
    match request.kind {
        PrivacyRequestKind::Access => turn.copy().await,
        PrivacyRequestKind::Rectification if request.corrected_at.is_none() => Ok(Next::Waits),
        PrivacyRequestKind::Rectification => turn.end(Answer::Done).await,
        PrivacyRequestKind::Erasure => turn.erase().await,
    }
}

/// A turn at one request.
struct Turn<'a> {
    app: &'a App,
    scope: &'a TenantScope,
    request: &'a Request,
    lease: Lease,
    keys: Keys,
    front: Front,
    email: &'a Redacted,
}

impl Turn<'_> {
    fn person(&self) -> Person<'_> {
        Person {
            request: self.request.id,
            email: self.email,
            subject: self.keys.subject(self.email.expose()),
            conversations: &self.request.conversations,
        }
    }

    /// Sends a mail, then notes it: killed in between it is sent once more, and never left out.
    async fn send(
        &self,
        to: &Redacted,
        mail: &vivier_domain::mail::Mail,
        which: Mailed,
    ) -> Result<(), HandlerError> {
        self.hand_over(to, mail).await?;
        self.note(which).await
    }

    async fn hand_over(&self, to: &Redacted, mail: &vivier_domain::mail::Mail) -> Result<(), HandlerError> {
        self.mail(to, mail).await.map_err(|error| HandlerError::other("sending a mail", error))
    }

    async fn mail(&self, to: &Redacted, mail: &vivier_domain::mail::Mail) -> Result<(), MailError> {
        let settings = self.app.tenancy.records(self.scope)?.tenant_settings().await?.mail;
        self.app.tenancy.mail(self.scope)?.send(to, mail, &settings).await
    }

    async fn note(&self, which: Mailed) -> Result<(), HandlerError> {
        let mut session = self.app.tenancy.silo(self.scope).await?;
        let tx = session.begin().await?;
        privacy::note_mailed(&tx, self.lease, which, self.app.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Tells the members who answer requests (M10). Where none could be told, the next turn tries again; the request itself does not wait for it.
    async fn forward(&self) {
        let told = async {
            let members = mails::members(self.app, self.scope).await?;
            if members.is_empty() {
                tracing::warn!(tenant = %self.scope.tenant(), "nobody may answer requests about personal data");
            }
            let mut told = members.is_empty();
            for (address, language) in &members {
                let mail = mails::forwarded(self.app, self.request, *language)?;
                match self.hand_over(address, &mail).await {
                    Ok(()) => told = true,
                    Err(error) => self.warn("a member was not told of a request", &error),
                }
            }
            if told { self.note(Mailed::Forwarded).await } else { Ok(()) }
        };
        if let Err(error) = told.await {
            self.warn("members were not told of a request", &error);
        }
    }

    fn warn(&self, what: &'static str, error: &HandlerError) {
        tracing::warn!(tenant = %self.scope.tenant(), request = %self.request.id, what, error = telemetry::chain(error), "left out");
    }

    async fn copy(&self) -> Result<Next, HandlerError> {
        let person = self.person();
        let bytes =
            Box::pin(copy::make(self.app, self.scope, self.request, &person, &self.front.organisation))
                .await?;
        let until = self.app.clock.now() + COPY_LASTS;
        let mut session = self.app.tenancy.silo(self.scope).await?;
        let tx = session.begin().await?;
        let held = privacy::announce_copy(&tx, self.lease, &person.subject, until).await?;
        tx.commit().await?;
        drop(session);
        if !held {
            return Ok(Next::Waits);
        }
        let files = self.app.tenancy.files(self.scope).await?;
        files.put(&FileKey::Copy(self.request.id), bytes, MEDIA_TYPE).await?;
        self.end(Answer::Copy { until, subject: person.subject }).await
    }

    /// Erases in every store, then looks again in every store. What one store refuses keeps no other from being erased.
    async fn erase(&self) -> Result<Next, HandlerError> {
        let (person, mut left) = (self.person(), false);
        let holds = Holds::of(self.app, self.scope, &self.keys, &person).await?;
        for store in PrivacyStore::ALL.iter().copied() {
            let (removed, reason) = self.erase_in(store, &person, &holds).await;
            left |= reason.is_some();
            let mut session = self.app.tenancy.silo(self.scope).await?;
            let tx = session.begin().await?;
            privacy::note_store(&tx, self.lease, store, removed, reason, self.app.clock.now()).await?;
            if reason.is_some() {
                privacy::leave_partial(&tx, self.lease).await?;
            }
            tx.commit().await?;
        }
        if left {
            return Ok(Next::Again);
        }
        let seq = self.receipt(&person).await?;
        marks::raise(self.app, self.scope, seq).await?;
        self.end(Answer::Done).await
    }

    /// What is held stays; where there is none of it, the store is as free of the person as any.
    async fn erase_in(
        &self,
        store: PrivacyStore,
        person: &Person<'_>,
        holds: &Holds,
    ) -> (u64, Option<LeftReason>) {
        let refused = |error: &TenancyError| {
            tracing::warn!(
                tenant = %self.scope.tenant(), request = %self.request.id, store = store.as_str(), error = telemetry::chain(error),
                "a store did not answer to an erasure"
            );
            stores::reason(error)
        };
        let free = holds.free(person.conversations);
        let open = Person { conversations: &free, email: person.email, ..*person };
        let removed = if holds.close(store) {
            0
        } else {
            match stores::erase(self.app, self.scope, store, &open).await {
                Ok(removed) => removed,
                Err(error) => return (0, Some(refused(&error))),
            }
        };
        match stores::look(self.app, self.scope, store, person).await {
            Ok(reason) => (removed, reason.map(|left| holds.explain(store, left))),
            Err(error) => (removed, Some(refused(&error))),
        }
    }

    /// Writes the receipt: every store has answered.
    async fn receipt(&self, person: &Person<'_>) -> Result<u64, HandlerError> {
        let mut session = self.app.tenancy.silo(self.scope).await?;
        let tx = session.begin().await?;
        let answers = privacy::list_stores(&tx, self.request.id).await?;
        tx.commit().await?;
        let stores: Vec<StoreReceipt> = answers
            .iter()
            .filter(|answer| answer.reason.is_none())
            .map(|answer| StoreReceipt {
                store: answer.store,
                removed: answer.removed,
                absent_at: answer.looked_at,
            })
            .collect();
        if stores.len() != PrivacyStore::ALL.len() {
            return Err(TenancyError::Corrupt("answers of stores").into());
        }
        let named = person.conversations.iter().map(|id| self.keys.subject(&id.to_string()));
        let subjects: Vec<Opaque<32>> = std::iter::once(person.subject).chain(named).collect();
        let erased = Erased { request: self.request.id, at: self.app.clock.now(), subjects, stores };
        Ok(receipts::append(&self.app.tenancy.ledger(self.scope)?, &self.keys, &erased).await?)
    }

    /// Tells the person, and then forgets whose request it was.
    async fn end(&self, answer: Answer) -> Result<Next, HandlerError> {
        let [.., answered] = self.request.mailed;
        if !answered {
            let mail = mails::answer(&self.front, &self.keys, self.request)?;
            match self.mail(self.email, &mail).await {
                Ok(()) => {}
                // Asking again changes nothing: what was asked for is done all the same, and the address must not stay for it.
                Err(MailError::Refused(reason)) => {
                    tracing::warn!(request = %self.request.id, reason, "a person could not be told of an answer");
                }
                Err(error) => return Err(HandlerError::other("sending a mail", error)),
            }
            self.note(Mailed::Answered).await?;
        }
        let now: Timestamp = self.app.clock.now();
        let mut session = self.app.tenancy.silo(self.scope).await?;
        let tx = session.begin().await?;
        let held = privacy::complete(&tx, self.lease, answer, now).await?;
        tx.commit().await?;
        if !held {
            return Ok(Next::Waits);
        }
        let (action, subject) = (action(self.request.kind), self.request.id.to_string());
        entries::enter(
            &self.app.tenancy,
            self.scope,
            &Entry::of(self.scope, now, action, &subject, Outcome::Done),
        )
        .await;
        Ok(Next::Answered)
    }
}

/// What entries of the audit log call it.
const fn action(kind: PrivacyRequestKind) -> &'static str {
    match kind {
        PrivacyRequestKind::Access => "data_requests_copy",
        PrivacyRequestKind::Rectification => "data_requests_correct",
        PrivacyRequestKind::Erasure => "data_requests_erase",
    }
}

/// Notes that a member made a correction; the person is told within a minute.
pub(crate) async fn corrected(
    app: &App,
    scope: &TenantScope,
    id: PrivacyRequestId,
) -> Result<(), TenancyError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    privacy::correct(&tx, id, app.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_quarter_of_a_day() {
        let minutes: Vec<i64> = [1, 2, 3, 9, 10, 60].iter().map(|tries| pause(*tries).as_mins()).collect();
        assert_eq!(minutes, [1, 2, 4, 256, 360, 360]);
    }
}
