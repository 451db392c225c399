//! Keeping a member out for a while, and ending what a member has open. Suspending begins with the record and resuming
//! ends with it, so whatever stops in between stops with the member outside.

use vivier_domain::{
    member::MemberState,
    people::{Refusal, Step},
};
use vivier_runtime::http::Problem;
use vivier_tenancy::{
    TenantScope,
    registry::Door,
    rooms::people::{self, door_name},
};

use crate::{App, error, roster};

pub(crate) async fn suspend(app: &App, scope: &TenantScope, subject: &str) -> Result<(), Problem> {
    roster::take(app, scope, &Step::Suspend(subject.to_owned(), app.clock.now())).await?;
    app.tenancy.registry()?.unhang(scope, &door_name(subject)).await?;
    app.tenancy.sessions()?.of(scope).delete_all(subject, None).await?;
    let people = app.tenancy.people(scope)?;
    if let Some(account) = people.fetch(subject).await? {
        people.sign_out(&account).await?;
        people.disable(&account).await?;
    }
    Ok(())
}

pub(crate) async fn resume(app: &App, scope: &TenantScope, subject: &str) -> Result<(), Problem> {
    let (now, actor) = (app.clock.now(), roster::actor(scope)?);
    let step = |state| Step::Resume(subject.to_owned(), state, now);
    // Refused before anything is opened.
    let mut roster = people::read(&app.tenancy.records(scope)?).await?.roster;
    roster.take(actor, step(MemberState::Invited)).map_err(error::refused)?;
    let people = app.tenancy.people(scope)?;
    let account = people.fetch(subject).await?.ok_or_else(|| error::refused(Refusal::WrongState))?;
    people.enable(&account).await?;
    let door = Door::Member(subject.to_owned());
    app.tenancy.registry()?.hang(scope, &door_name(subject), &door, None).await?;
    let state = if account.confirmed() { MemberState::Active } else { MemberState::Invited };
    roster::take(app, scope, &step(state)).await?;
    Ok(())
}

/// Ends every session and token of a member.
pub(crate) async fn end_sessions(app: &App, scope: &TenantScope, subject: &str) -> Result<(), Problem> {
    roster::take(app, scope, &Step::EndSessions(subject.to_owned(), app.clock.now())).await?;
    app.tenancy.sessions()?.of(scope).delete_all(subject, None).await?;
    let people = app.tenancy.people(scope)?;
    if let Some(account) = people.fetch(subject).await? {
        people.sign_out(&account).await?;
    }
    Ok(())
}
