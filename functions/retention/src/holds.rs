//! Holds: what may not be removed though its time is over. Each has a reason and an end.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    ids::{HoldId, SessionId},
    redacted::Redacted,
    retention::{DataKind, HOLD_ENDS_SOON, LONGEST_HOLD, MOST_HOLDS, days_before},
    settings::tenant::{is_address, is_printable},
};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::{
    audit::{self, Actor, Entry, Outcome},
    legal_holds::{self, Held, Hold},
    privacy,
};
use vivier_tenancy::{TenancyError, TenantScope};

use crate::App;

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;
/// DynamoDB lets a table's expiry be changed once in so many seconds
/// ([`UpdateTimeToLive`](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html)).
const EXPIRY_SETTLES: u64 = 3600;

/// A hold that is to be placed: on a kind of data, on a person, or on a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewHold {
    /// All of a kind of data.
    #[schema(value_type = Option<String>, example = "audit_log")]
    kind: Option<DataKind>,
    /// What is found by this address. It is kept as a keyed hash alone.
    #[schema(value_type = Option<String>, max_length = 254)]
    email: Option<Redacted>,
    /// This conversation. Its id is kept as a keyed hash alone.
    #[schema(value_type = Option<Uuid>)]
    conversation: Option<SessionId>,
    /// Why: a dispute, an inquiry, by its file number. Name nobody, and say nothing of health, opinions or origins.
    #[schema(min_length = 3, max_length = 500, example = "Prud'hommes 24/00123")]
    reason: String,
    /// When it ends, within 366 days.
    ends_at: Timestamp,
}

/// Another end of a hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldEnd {
    /// When it ends, within 366 days from now.
    ends_at: Timestamp,
}

/// What a hold is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HoldScope {
    /// All of a kind of data.
    Kind,
    /// A person, whom only the address leads to.
    Person,
    /// A conversation, which only its id leads to.
    Conversation,
}

/// A hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoldView {
    /// Its id.
    id: Uuid,
    /// What it is on.
    on: HoldScope,
    /// The kind of data, where it is on one.
    #[schema(value_type = Option<String>)]
    kind: Option<DataKind>,
    /// Why.
    reason: String,
    /// The member who placed it.
    placed_by: Option<Uuid>,
    /// When.
    placed_at: Timestamp,
    /// When it ends.
    ends_at: Timestamp,
    /// When somebody ended it.
    released_at: Option<Timestamp>,
    /// Who that was.
    released_by: Option<Uuid>,
    /// Whether it holds now.
    in_force: bool,
    /// Whether it ends within 14 days, unless it is renewed.
    ends_soon: bool,
}

impl HoldView {
    pub(crate) fn of(hold: Hold, now: Timestamp) -> Self {
        let (on, kind) = match hold.held {
            Held::Kind(kind) => (HoldScope::Kind, Some(kind)),
            Held::Person(_) => (HoldScope::Person, None),
            Held::Conversation(_) => (HoldScope::Conversation, None),
        };
        let in_force = hold.is_in_force(now);
        Self {
            id: hold.id.as_uuid(),
            on,
            kind,
            placed_by: hold.placed_by,
            placed_at: hold.placed_at,
            ends_at: hold.ends_at,
            released_at: hold.released_at,
            released_by: hold.released_by,
            in_force,
            ends_soon: in_force && hold.ends_at < soon(now),
            reason: hold.reason,
        }
    }
}

/// Holds that end before this are to be looked at.
pub(crate) fn soon(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_hours(24 * i64::from(HOLD_ENDS_SOON))
}

/// A page of holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoldPage {
    /// The newest first.
    pub(crate) holds: Vec<HoldView>,
    /// The cursor of the next page, where there is one.
    pub(crate) next_cursor: Option<String>,
}

fn is_within(ends_at: Timestamp, now: Timestamp) -> bool {
    ends_at > now && ends_at <= now + SignedDuration::from_hours(24 * i64::from(LONGEST_HOLD))
}

impl HoldEnd {
    pub(crate) fn check(&self, now: Timestamp) -> Result<Timestamp, Problem> {
        if is_within(self.ends_at, now) {
            Ok(self.ends_at)
        } else {
            Err(Problem::new(ProblemKind::InvalidBody).field("ends_at", "out-of-range"))
        }
    }
}

impl NewHold {
    /// What is wrong with it, if anything is.
    fn check(&self, now: Timestamp) -> Result<(), Problem> {
        let mut problem = Problem::new(ProblemKind::InvalidBody);
        let named = [self.kind.is_some(), self.email.is_some(), self.conversation.is_some()];
        match named.iter().filter(|named| **named).count() {
            0 => problem = problem.field("kind", "missing"),
            1 => {}
            _ => problem = problem.field("kind", "one-alone"),
        }
        if self.kind.is_some_and(|kind| !kind.can_be_held()) {
            problem = problem.field("kind", "cannot-be-held");
        }
        if self.email.as_ref().is_some_and(|email| !is_address(email.expose())) {
            problem = problem.field("email", "invalid");
        }
        if !is_printable(&self.reason, LONGEST_REASON) || self.reason.chars().count() < 3 {
            problem = problem.field("reason", "invalid");
        }
        if !is_within(self.ends_at, now) {
            problem = problem.field("ends_at", "out-of-range");
        }
        if problem.errors.is_empty() { Ok(()) } else { Err(problem) }
    }
}

/// Places a hold. The request once more places it once.
pub(crate) async fn place(
    app: &App,
    scope: &TenantScope,
    id: HoldId,
    by: Option<Uuid>,
    new: NewHold,
) -> Result<Hold, Problem> {
    let now = app.clock.now();
    new.check(now)?;
    let keys = match new.kind {
        Some(_) => None,
        None => Some(app.tenancy.privacy_keys(scope).await?.open().await?),
    };
    let held = match (new.kind, &new.email, new.conversation, keys) {
        (Some(kind), ..) => Held::Kind(kind),
        (None, Some(email), _, Some(keys)) => Held::Person(keys.subject(&email.expose().to_lowercase())),
        (None, None, Some(id), Some(keys)) => Held::Conversation(keys.subject(&id.to_string())),
        _ => return Err(Problem::new(ProblemKind::InvalidBody).field("kind", "missing")),
    };
    let hold = Hold {
        id,
        held,
        reason: new.reason,
        placed_by: by,
        placed_at: now,
        ends_at: new.ends_at,
        released_at: None,
        released_by: None,
    };
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    legal_holds::lock(&tx).await?;
    if let Some(same) = legal_holds::fetch(&tx, id, Timestamp::UNIX_EPOCH).await? {
        return Ok(same);
    }
    if legal_holds::count(&tx, now, now).await?.0 >= u64::from(MOST_HOLDS) {
        return Err(Problem::new(ProblemKind::Conflict).field("kind", "too-many"));
    }
    // Nothing but the purge may remove conversations from then on. Where the table cannot be told so yet, nothing is said to be held.
    if matches!(hold.held, Held::Conversation(_) | Held::Kind(DataKind::Conversations))
        && !app.tenancy.conversations(scope).await?.set_expiry(false).await?
    {
        return Err(Problem::new(ProblemKind::Unavailable).retry_after(EXPIRY_SETTLES));
    }
    legal_holds::insert(&tx, &hold).await?;
    tx.commit().await?;
    Ok(hold)
}

/// The newest holds, for operators.
pub(crate) async fn newest(app: &App, scope: &TenantScope) -> Result<Vec<HoldView>, TenancyError> {
    let now = app.clock.now();
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let since = days_before(now, DataKind::LegalHolds.most());
    let found = legal_holds::list(&tx, None, MOST_HOLDS, since).await?;
    tx.commit().await?;
    Ok(found.into_iter().map(|hold| HoldView::of(hold, now)).collect())
}

/// Ends a hold. `false`: it is not in force.
pub(crate) async fn release(
    app: &App,
    scope: &TenantScope,
    id: HoldId,
    by: Option<Uuid>,
) -> Result<bool, TenancyError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let released = legal_holds::release(&tx, id, by, app.clock.now()).await?;
    tx.commit().await?;
    drop(session);
    if released {
        wake(app, scope).await?;
    }
    Ok(released)
}

/// Ends a hold as an operator, entered in the tenant's audit log before and after. `false`: it is not in force.
pub(crate) async fn release_by_hand(
    app: &App,
    scope: &TenantScope,
    id: HoldId,
) -> Result<bool, TenancyError> {
    let enter = async |outcome| {
        let subject = id.to_string();
        let entry = Entry::of(scope, app.clock.now(), "retention.release", &subject, outcome);
        audit::enter(&app.tenancy, scope, &entry.by(Actor::Operator)).await
    };
    enter(Outcome::Begun).await?;
    let released = release(app, scope, id, None).await;
    let outcome = match released {
        Ok(true) => Outcome::Done,
        Ok(false) => Outcome::Refused,
        Err(_) => Outcome::Failed,
    };
    enter(outcome).await?;
    released
}

/// Erasures that waited for a hold are tried again at once.
pub(crate) async fn wake(app: &App, scope: &TenantScope) -> Result<(), TenancyError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    privacy::wake_held(&tx, app.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Brings the table's own expiry in line with what is held: off while some conversation is. Tells how many holds end soon.
pub(crate) async fn settle(app: &App, scope: &TenantScope) -> Result<u64, TenancyError> {
    let now = app.clock.now();
    let ending = {
        let mut session = app.tenancy.pool(scope).await?;
        let tx = session.begin().await?;
        // No hold is placed until it is done: it would find the expiry off, and this would switch it on.
        legal_holds::lock(&tx).await?;
        let held = legal_holds::in_force(&tx, now).await?;
        let settled = app.tenancy.conversations(scope).await?.set_expiry(!held.has_conversations()).await?;
        if !settled {
            tracing::warn!(tenant = %scope.tenant(), "a table's expiry is on its way: the next run looks again");
        }
        let ending = legal_holds::count(&tx, now, soon(now)).await?.1;
        tx.commit().await?;
        ending
    };
    // A hold may have ended by itself.
    wake(app, scope).await?;
    Ok(ending)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_no_hold() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let whole = json!({"kind": "audit_log", "reason": "24/00123", "ends_at": "2026-06-01T00:00:00Z"});
        let check = |change: serde_json::Value| {
            let mut body = whole.clone();
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let new: NewHold = serde_json::from_value(body).unwrap();
            new.check(now).map_err(|problem| {
                problem.errors.iter().map(|e| format!("{} {}", e.field, e.code)).collect::<Vec<_>>().join(",")
            })
        };
        assert_eq!(check(json!({})), Ok(()));
        assert_eq!(check(json!({"ends_at": "2027-01-02T00:00:00Z"})), Ok(()));
        for (change, said) in [
            (json!({"ends_at": "2027-01-02T00:00:01Z"}), "ends_at out-of-range"),
            (json!({"ends_at": "2026-01-01T00:00:00Z"}), "ends_at out-of-range"),
            (json!({"kind": null}), "kind missing"),
            (json!({"email": "a@b.example"}), "kind one-alone"),
            (json!({"kind": null, "email": "a@b"}), "email invalid"),
            (json!({"kind": "copies"}), "kind cannot-be-held"),
            (json!({"reason": " x "}), "reason invalid"),
            (json!({"reason": "ab"}), "reason invalid"),
        ] {
            assert_eq!(check(change.clone()), Err(said.to_owned()), "{change}");
        }
    }
}
