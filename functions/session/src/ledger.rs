//! Entries in the audit log of what is done before there is a member in the request: the edge enters the rest.

use vivier_runtime::http::Problem;
use vivier_store::audit::{self, Actor, Entry, Outcome};
use vivier_tenancy::Office;

use crate::{
    App,
    admission::{Admitted, admit},
    visitor::Visitor,
};

/// What the audit log calls a login, by whichever step it ends.
pub(crate) const LOGIN: &str = "session_create";

/// Enters what a person does who proved to be this member. Without an entry it is not done.
pub(crate) async fn enter(
    app: &App,
    admitted: &Admitted,
    visitor: &Visitor,
    action: &str,
    outcome: Outcome,
) -> Result<(), Problem> {
    write(app, admitted, visitor, Actor::Member(&admitted.subject), action, outcome).await
}

/// Enters what was done about this member by somebody who proved nothing: the log must not say that the member did it.
pub(crate) async fn enter_unproved(
    app: &App,
    admitted: &Admitted,
    visitor: &Visitor,
    action: &str,
    outcome: Outcome,
) -> Result<(), Problem> {
    write(app, admitted, visitor, Actor::Unknown, action, outcome).await
}

/// Enters a login that was refused, in the log of the tenant whose member it would have been (K8.1a). Whether there is one
/// and whether it was entered does not show in the answer, so a failure is only logged.
pub(crate) async fn enter_refused_login(app: &App, visitor: &Visitor, subject: &str) {
    let entered: Result<(), Problem> = async {
        let Some(admitted) = admit(app, subject).await? else { return Ok(()) };
        enter_unproved(app, &admitted, visitor, LOGIN, Outcome::Refused).await
    }
    .await;
    if let Err(problem) = entered {
        tracing::error!(kind = problem.kind, "a refused login was not entered in the audit log");
    }
}

async fn write(
    app: &App,
    admitted: &Admitted,
    visitor: &Visitor,
    actor: Actor<'_>,
    action: &str,
    outcome: Outcome,
) -> Result<(), Problem> {
    let scope = &admitted.scope;
    let entry = Entry::of(scope, app.clock.now(), action, &admitted.subject, outcome)
        .by(actor)
        .in_office(Office::Back)
        .from_address(visitor.address)
        .in_request(visitor.request_id.as_deref());
    audit::enter(&app.tenancy, scope, &entry).await?;
    Ok(())
}
