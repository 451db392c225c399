//! Inviting people, and inviting them again.

use vivier_domain::{
    mail::{Invitation, Mail},
    member::{GrantScope, Language},
};
use vivier_runtime::http::Problem;
use vivier_tenancy::{
    TenantScope,
    rooms::people::{Invitations, Invitee, Welcomed},
};

use crate::{App, error, roster, view::InvitationRequest};

fn invitations<'a>(app: &'a App, scope: &'a TenantScope) -> Result<Invitations<'a>, Problem> {
    Ok(app.tenancy.invitations(scope, &app.back_office, compose)?)
}

fn compose(invitation: Invitation<'_>, language: Language) -> Option<Mail> {
    vivier_mail::invitation(invitation, language).ok()
}

/// Invites a person into the whole tenant or into a project.
pub(crate) async fn invite(
    app: &App,
    scope: &TenantScope,
    at: GrantScope,
    request: InvitationRequest,
) -> Result<Welcomed, Problem> {
    let (address, language, role) = request.check()?;
    let invitee = Invitee { address, language, at, role };
    invitations(app, scope)?
        .invite(roster::actor(scope)?, &invitee, app.clock.now())
        .await
        .map_err(error::not_invited)
}

/// Mails a member who has not logged in yet a new temporary password.
pub(crate) async fn renew(app: &App, scope: &TenantScope, subject: &str) -> Result<Welcomed, Problem> {
    invitations(app, scope)?.renew(subject, app.clock.now()).await.map_err(error::not_invited)
}
