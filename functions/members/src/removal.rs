//! Removing a member. The record goes first: it is what the authorizer reads at each request, so every session and token
//! is dead from there on, whatever stops behind it. A removal that stopped is asked for again.

use vivier_domain::people::{Refusal, Step};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::{
    TenantScope,
    rooms::people::{self, ChangeError, door_name},
};

use crate::{App, error, roster};

pub(crate) async fn remove(app: &App, scope: &TenantScope, subject: &str) -> Result<(), Problem> {
    let step = Step::Remove(subject.to_owned());
    let removed = people::change(&app.tenancy.records(scope)?, roster::actor(scope)?, &step, None).await;
    let people = app.tenancy.people(scope)?;
    let account = people.fetch(subject).await?;
    match removed {
        Ok(_) => {}
        // One without a record holds nothing: what is left of it may go.
        Err(ChangeError::Refused(Refusal::UnknownMember)) if account.is_some() => {}
        Err(ChangeError::Refused(Refusal::UnknownMember)) => return Err(Problem::new(ProblemKind::NotFound)),
        Err(error) => return Err(error::changed(error)),
    }
    app.tenancy.registry()?.unhang(scope, &door_name(subject)).await?;
    app.tenancy.sessions()?.of(scope).delete_all(subject, None).await?;
    if let Some(account) = account {
        people.sign_out(&account).await?;
        people.delete(account).await?;
    }
    Ok(())
}
