//! What an operator does about people: inviting the first manager, and letting a tenant in again that locked itself out.

use serde::Deserialize;
use serde_json::{Value, json};
use vivier_domain::{
    mail::{self, Mail},
    member::{GrantScope, Language},
    people::{Actor, Refusal, Step},
    redacted::Redacted,
    role::{RoleId, Roles},
    settings::{TenantSettings, tenant::is_email},
    tenant::Slug,
};
use vivier_runtime::{HandlerError, telemetry};
use vivier_store::{
    audit::{self, Entry, Outcome},
    settings::{self, PublishError},
};
use vivier_tenancy::{
    PlatformScope, TenantScope,
    registry::Tenant,
    rooms::{
        mail::MailError,
        people::{self, ChangeError, InviteError, Invitee, Welcomed},
        records::Place,
    },
};

use crate::command::{App, find};

/// The command `invite`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invite {
    slug: Slug,
    email: Redacted,
    #[serde(default = "RoleId::manager")]
    role: RoleId,
    #[serde(default)]
    language: Option<Language>,
}

/// Whom an operator invites into a whole tenant.
#[derive(Debug)]
pub(crate) struct Invitation {
    pub(crate) email: Redacted,
    pub(crate) role: RoleId,
    pub(crate) language: Option<Language>,
}

fn compose(invitation: mail::Invitation<'_>, language: Language) -> Option<Mail> {
    vivier_mail::invitation(invitation, language).ok()
}

/// Invites a person into the tenant. One who is a member already is granted the role there, and not mailed.
pub(crate) async fn invite(
    app: &App,
    scope: &TenantScope,
    invitation: &Invitation,
) -> Result<Welcomed, HandlerError> {
    let invitee = Invitee {
        address: invitation.email.clone(),
        language: invitation.language,
        at: GrantScope::Tenant,
        role: invitation.role.clone(),
    };
    let invitations = app.tenancy.invitations(scope, &app.back_office, compose)?;
    match invitations.invite(Actor::Operator, &invitee, app.clock.now()).await {
        Err(InviteError::Change(ChangeError::Refused(Refusal::AlreadyMember))) => {
            let account = app.tenancy.people(scope)?.find(&invitation.email).await?;
            let subject = account.ok_or_else(|| refused(Refusal::UnknownMember))?.subject().to_owned();
            let step = Step::Grant(subject.clone(), GrantScope::Tenant, invitation.role.clone());
            let granted = people::change(&app.tenancy.records(scope)?, Actor::Operator, &step, None).await;
            granted.map_err(|error| failed(error.into()))?;
            Ok(Welcomed { subject, mailed: false })
        }
        outcome => outcome.map_err(failed),
    }
}

/// The command `invite`: for a tenant whose managers are all gone.
pub(crate) async fn bring_in(
    app: &App,
    platform: &PlatformScope,
    command: Invite,
) -> Result<Value, HandlerError> {
    let (tenant, email) = (served(app, platform, &command.slug).await?, checked(command.email)?);
    let scope = platform.lend(&tenant);
    let invitation = Invitation { email, role: command.role, language: command.language };
    // Boxed, as what it holds is large and would be copied with each caller's.
    let command = Box::pin(invite(app, &scope, &invitation));
    Ok(answer(&tenant, &entered(app, &scope, "tenants.invite", command).await?))
}

/// The command `reinvite_manager`: mails whoever has not logged in yet a new temporary password.
pub(crate) async fn mail_again(
    app: &App,
    platform: &PlatformScope,
    slug: &Slug,
    email: Redacted,
) -> Result<Value, HandlerError> {
    let (tenant, email) = (served(app, platform, slug).await?, checked(email)?);
    let scope = platform.lend(&tenant);
    let command = Box::pin(async {
        let account = app.tenancy.people(&scope)?.find(&email).await?;
        let account = account.ok_or_else(|| refused(Refusal::UnknownMember))?;
        let invitations = app.tenancy.invitations(&scope, &app.back_office, compose)?;
        invitations.renew(account.subject(), app.clock.now()).await.map_err(failed)
    });
    Ok(answer(&tenant, &entered(app, &scope, "tenants.reinvite_manager", command).await?))
}

/// The command `restore_manager`: the given role with everything this version knows, in place of what the tenant made of it.
pub(crate) async fn restore_manager(
    app: &App,
    platform: &PlatformScope,
    slug: &Slug,
) -> Result<Value, HandlerError> {
    let tenant = served(app, platform, slug).await?;
    let scope = platform.lend(&tenant);
    let given = Roles::default().find(&RoleId::manager()).cloned();
    let step = Step::PutRole(given.ok_or_else(|| refused(Refusal::UnknownRole))?);
    let done = people::change(&app.tenancy.records(&scope)?, Actor::Operator, &step, None).await;
    done.map_err(|error| failed(error.into()))?;
    Ok(json!({"tenant_id": tenant.id, "slug": tenant.slug, "role": RoleId::manager()}))
}

/// The command `clear_ip_ranges`: publishes the tenant's settings without ranges, so that its back office can be entered
/// from everywhere again.
pub(crate) async fn clear_ip_ranges(
    app: &App,
    platform: &PlatformScope,
    slug: &Slug,
) -> Result<Value, HandlerError> {
    let tenant = served(app, platform, slug).await?;
    let scope = platform.lend(&tenant);
    let records = app.tenancy.records(&scope)?;
    let cleared = |before: TenantSettings| TenantSettings { ip_ranges: Vec::new(), ..before };
    let published =
        settings::amend(&records, Place::Tenant, cleared, settings::OPERATOR, app.clock.now()).await;
    match published {
        Ok(published) => {
            tracing::info!(tenant = %tenant.id, "a tenant's address ranges were cleared");
            Ok(json!({"tenant_id": tenant.id, "slug": tenant.slug, "settings_version": published.number}))
        }
        Err(PublishError::Store(error)) => Err(error.into()),
        Err(error) => Err(HandlerError::refused("settings-broken", error.to_string())),
    }
}

/// The tenant, when it has stores.
pub(crate) async fn served(app: &App, platform: &PlatformScope, slug: &Slug) -> Result<Tenant, HandlerError> {
    let tenant = find(app, platform, slug).await?;
    if tenant.status.has_stores() {
        Ok(tenant)
    } else {
        Err(HandlerError::refused("wrong-status", "the tenant is being created or deleted"))
    }
}

fn checked(email: Redacted) -> Result<Redacted, HandlerError> {
    if is_email(email.expose()) {
        Ok(email)
    } else {
        Err(HandlerError::refused("invalid-email", "email is no e-mail address"))
    }
}

fn answer(tenant: &Tenant, welcomed: &Welcomed) -> Value {
    json!({
        "tenant_id": tenant.id,
        "slug": tenant.slug,
        "member": {"subject": welcomed.subject, "invited": welcomed.mailed},
    })
}

/// Carries out a command about a person between its entries, as `entry::around` does, but names the person in the second:
/// before it, nobody knows the id. Whoever was not found has none, so the tenant's stands there.
async fn entered(
    app: &App,
    scope: &TenantScope,
    action: &str,
    command: impl Future<Output = Result<Welcomed, HandlerError>>,
) -> Result<Welcomed, HandlerError> {
    let tenant = scope.tenant().to_string();
    let entry = |subject, outcome| {
        Entry::of(scope, app.clock.now(), action, subject, outcome).by(audit::Actor::Operator)
    };
    audit::enter(&app.tenancy, scope, &entry(&tenant, Outcome::Begun)).await?;
    let welcomed = command.await;
    let ended = match &welcomed {
        Ok(welcomed) => entry(&welcomed.subject, Outcome::Done),
        Err(HandlerError::Refused { .. }) => entry(&tenant, Outcome::Refused),
        Err(_) => entry(&tenant, Outcome::Failed),
    };
    if let Err(error) = audit::enter(&app.tenancy, scope, &ended).await {
        tracing::error!(error = telemetry::chain(&error), action, "an entry could not be written");
    }
    welcomed
}

fn refused(refusal: Refusal) -> HandlerError {
    let code = match refusal {
        Refusal::Forbidden => "forbidden",
        Refusal::UnknownMember => "unknown-member",
        Refusal::UnknownRole => "unknown-role",
        Refusal::LastManager => "last-manager",
        Refusal::AlreadyMember => "already-member",
        Refusal::RoleInUse => "role-in-use",
        Refusal::TooMany => "too-many",
        Refusal::WrongState => "wrong-state",
    };
    HandlerError::refused(code, refusal.to_string())
}

fn failed(error: InviteError) -> HandlerError {
    match error {
        InviteError::Change(ChangeError::Refused(refusal)) => refused(refusal),
        InviteError::Change(ChangeError::Outdated) => HandlerError::refused("outdated", "run it again"),
        InviteError::Change(ChangeError::Tenancy(error)) | InviteError::Mail(MailError::Tenancy(error)) => {
            error.into()
        }
        InviteError::AddressTaken => {
            HandlerError::refused("address-taken", "this address belongs to another tenant")
        }
        InviteError::Mail(MailError::Unclear) => {
            HandlerError::refused("mail-unclear", "whether the mail was sent is not known: invite again")
        }
        InviteError::Mail(MailError::SenderNotApproved) => HandlerError::refused(
            "sender-not-approved",
            "the tenant's settings name a sender of a domain that is not approved: see approve_senders",
        ),
        InviteError::Mail(MailError::Refused(code)) => HandlerError::refused(
            "mail-refused",
            format!(
                "the mail service refuses the sender or the address ({code}); run it again when it does not"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_takes_an_address_and_defaults_to_a_manager() {
        let read = |json: Value| serde_json::from_value::<Invite>(json).ok();
        let invite = read(json!({"slug": "acme", "email": "rh@acme.example"})).unwrap();
        assert_eq!((invite.role, invite.language), (RoleId::manager(), None));
        let whole = json!({"slug": "acme", "email": "rh@acme.example", "role": "editor", "language": "en"});
        assert!(read(whole).is_some());
        for wrong in [
            json!({"slug": "acme"}),
            json!({"slug": "acme", "email": "rh@acme.example", "role": "*"}),
            json!({"slug": "acme", "email": "rh@acme.example", "language": "de"}),
            json!({"slug": "acme", "email": "rh@acme.example", "password": "x"}),
        ] {
            assert!(read(wrong.clone()).is_none(), "{wrong}");
        }
    }

    #[test]
    fn refusals_repeat_no_address() {
        let error = checked(Redacted::new("camille")).unwrap_err();
        assert!(error.to_string().starts_with("invalid-email") && !error.to_string().contains("camille"));
        for (error, code) in [
            (InviteError::AddressTaken, "address-taken"),
            (InviteError::from(Refusal::UnknownRole), "unknown-role"),
            (InviteError::Mail(MailError::Refused("message-rejected")), "mail-refused"),
            (InviteError::Mail(MailError::SenderNotApproved), "sender-not-approved"),
        ] {
            assert!(failed(error).to_string().starts_with(code));
        }
    }
}
