//! Entries in the audit log of what is done before there is a member in the request: the edge enters the rest.

use vivier_runtime::http::Problem;
use vivier_store::audit::{self, Actor, Entry, Outcome};
use vivier_tenancy::Office;

use crate::{App, admission::Admitted, visitor::Visitor};

/// Enters what a person does who proved to be this member. Without an entry it is not done.
pub(crate) async fn enter(
    app: &App,
    admitted: &Admitted,
    visitor: &Visitor,
    action: &str,
    outcome: Outcome,
) -> Result<(), Problem> {
    let scope = &admitted.scope;
    let entry = Entry::of(scope, app.clock.now(), action, &admitted.subject, outcome)
        .by(Actor::Member(&admitted.subject))
        .in_office(Office::Back)
        .from_address(visitor.address)
        .in_request(visitor.request_id.as_deref());
    audit::enter(&app.tenancy, scope, &entry).await?;
    Ok(())
}
