//! The tenant's own settings. Whoever publishes them comes in by them as well: what would keep the publisher's own
//! address out is published only when asked for once more (an operator could let the tenant in again). A sender of a
//! domain that the operator has not approved for the tenant is never published.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use vivier_domain::{network, permission::needs, settings::TenantSettings};
use vivier_runtime::http::{
    ApiJson, ApiPath, ApiQuery, BackOffice, IfMatch, IfNoneMatch, OptionalJson, PageQuery, Problem,
    ProblemKind,
    refusals::{Changing, Conditional, Listing, Reading},
};
use vivier_tenancy::{
    TenantScope,
    rooms::{mail::Senders, records::Place},
};

use super::{
    steps::{self, Where},
    view::{DraftSettings, Publication, PublishedSettings, TenantRollback, VersionPage},
};
use crate::{App, schema};

/// The settings that hold for the tenant: the published ones, or the defaults.
#[utoipa::path(
    get,
    path = "/v1/settings",
    operation_id = "tenant_settings_fetch",
    tag = "settings",
    responses((status = 200, description = "The settings", body = PublishedSettings<schema::TenantSettings>, headers(("ETag" = String, description = "Names this state of it"))),
        (status = 304, description = "They are as the asker knows them"), Reading),
)]
pub async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::SettingsRead>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let at = Where::find(&app, &office.0, Place::Tenant).await?;
    steps::fetch::<TenantSettings>(&at, &known).await
}

/// The settings that somebody works on, or what a draft would begin with.
#[utoipa::path(
    get,
    path = "/v1/settings/draft",
    operation_id = "tenant_settings_draft_fetch",
    tag = "settings",
    responses((status = 200, description = "The draft", body = DraftSettings<schema::TenantSettings>, headers(("ETag" = String, description = "Names this state of it"))), Reading),
)]
pub async fn fetch_draft(
    State(app): State<App>,
    office: BackOffice<needs::SettingsRead>,
) -> Result<Response, Problem> {
    let at = Where::find(&app, &office.0, Place::Tenant).await?;
    steps::fetch_draft::<TenantSettings>(&at).await
}

/// Saves the draft as a whole. What is left out has its default.
#[utoipa::path(
    put,
    path = "/v1/settings/draft",
    operation_id = "tenant_settings_draft_put",
    tag = "settings",
    params(("If-Match" = String, Header, description = "The ETag of the draft as it was seen")),
    request_body = schema::TenantSettings,
    responses((status = 200, description = "The draft", body = DraftSettings<schema::TenantSettings>, headers(("ETag" = String, description = "Names this state of it"))), Changing, Conditional),
)]
pub async fn put_draft(
    State(app): State<App>,
    office: BackOffice<needs::SettingsWrite>,
    seen: IfMatch,
    ApiJson(settings): ApiJson<TenantSettings>,
) -> Result<Response, Problem> {
    let at = Where::find(&app, &office.0, Place::Tenant).await?;
    steps::put_draft(&at, &seen, settings).await
}

/// Throws the draft away.
#[utoipa::path(
    delete,
    path = "/v1/settings/draft",
    operation_id = "tenant_settings_draft_delete",
    tag = "settings",
    params(("If-Match" = String, Header, description = "The ETag of the draft as it was seen")),
    responses((status = 204, description = "It is gone"), Reading, Conditional),
)]
pub async fn delete_draft(
    State(app): State<App>,
    office: BackOffice<needs::SettingsWrite>,
    seen: IfMatch,
) -> Result<StatusCode, Problem> {
    let at = Where::find(&app, &office.0, Place::Tenant).await?;
    steps::delete_draft::<TenantSettings>(&at, &seen).await
}

/// Publishes the draft. It is gone afterwards. What would keep the publisher out needs `force`.
#[utoipa::path(
    post,
    path = "/v1/settings/publication",
    operation_id = "tenant_settings_publish",
    tag = "settings",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the draft as it was seen; without it the draft is published as it is now")),
    request_body = Option<Publication>,
    responses((status = 200, description = "The settings that hold from now on", body = PublishedSettings<schema::TenantSettings>), Changing, Conditional),
)]
pub async fn publish(
    State(app): State<App>,
    office: BackOffice<needs::SettingsPublish>,
    seen: Option<IfMatch>,
    OptionalJson(body): OptionalJson<Publication>,
) -> Result<Json<PublishedSettings<TenantSettings>>, Problem> {
    let at = Where::find(&app, &office.0, Place::Tenant).await?;
    let senders = app.tenancy.senders(&office.0).await?;
    steps::publish(&at, seen.as_ref(), allows(&office.0, &senders, body.force)).await
}

/// The versions that were published, the newest first.
#[utoipa::path(
    get,
    path = "/v1/settings/versions",
    operation_id = "tenant_settings_versions_list",
    tag = "settings",
    params(PageQuery),
    responses((status = 200, description = "A page of versions", body = VersionPage), Listing),
)]
pub async fn list_versions(
    State(app): State<App>,
    office: BackOffice<needs::SettingsRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<VersionPage>, Problem> {
    let at = Where::find(&app, &office.0, Place::Tenant).await?;
    steps::list_versions(&at, &query).await
}

/// One version as it was published.
#[utoipa::path(
    get,
    path = "/v1/settings/versions/{number}",
    operation_id = "tenant_settings_version_fetch",
    tag = "settings",
    params(("number" = u32, Path, minimum = 1, description = "The version")),
    responses((status = 200, description = "The version", body = PublishedSettings<schema::TenantSettings>), Reading),
)]
pub async fn fetch_version(
    State(app): State<App>,
    office: BackOffice<needs::SettingsRead>,
    ApiPath(number): ApiPath<u32>,
) -> Result<Json<PublishedSettings<TenantSettings>>, Problem> {
    let at = Where::find(&app, &office.0, Place::Tenant).await?;
    steps::fetch_version(&at, number).await
}

/// Publishes an old version anew. What would keep the publisher out needs `force`.
#[utoipa::path(
    post,
    path = "/v1/settings/rollback",
    operation_id = "tenant_settings_rollback",
    tag = "settings",
    request_body = TenantRollback,
    responses((status = 200, description = "The settings that hold from now on", body = PublishedSettings<schema::TenantSettings>), Changing),
)]
pub async fn roll_back(
    State(app): State<App>,
    office: BackOffice<needs::SettingsPublish>,
    ApiJson(body): ApiJson<TenantRollback>,
) -> Result<Json<PublishedSettings<TenantSettings>>, Problem> {
    let at = Where::find(&app, &office.0, Place::Tenant).await?;
    let senders = app.tenancy.senders(&office.0).await?;
    steps::roll_back(&at, body.number, allows(&office.0, &senders, body.force)).await
}

/// Refuses settings that would mail in another's name, and those by which the caller could not come in.
fn allows<'a>(
    scope: &TenantScope,
    senders: &'a Senders,
    force: bool,
) -> impl FnOnce(&TenantSettings) -> Result<(), Problem> + Send + 'a {
    let admits = admits(scope, force);
    move |settings| {
        if !senders.allow(&settings.mail) {
            let problem = Problem::new(ProblemKind::SenderNotApproved);
            return Err(problem.field("mail.sender_address", "not-approved"));
        }
        admits(settings)
    }
}

/// Refuses settings by which the caller could not come in from where the caller is.
fn admits(
    scope: &TenantScope,
    force: bool,
) -> impl FnOnce(&TenantSettings) -> Result<(), Problem> + Send + use<> {
    let address = scope.address();
    move |settings| {
        if force || network::admits(&settings.ip_ranges, address) {
            Ok(())
        } else {
            Err(Problem::new(ProblemKind::WouldLockOut).field("ip_ranges", "excludes-own-address"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use vivier_tenancy::doors;

    fn member_at(address: Option<&str>) -> TenantScope {
        let mut authorizer = json!({
            "tenant": "018f0000-0000-7000-8000-000000000001", "office": "back", "member": "m",
            "permissions": "settings.publish",
        });
        if let Some(address) = address {
            authorizer["address"] = json!(address);
        }
        let context = json!({"httpMethod": "POST", "identity": {}, "authorizer": authorizer});
        doors::http::enter(&serde_json::from_value(context).unwrap()).unwrap()
    }

    #[test]
    fn no_sender_but_an_approved_one_is_published_forced_or_not() {
        // No domain is approved yet.
        let senders = Senders::default();
        for (mail, allowed) in [
            (json!({}), true),
            (json!({"sender_name": "Acme", "language": "en"}), true),
            (json!({"sender_address": "rh@acme.example"}), false),
        ] {
            for force in [false, true] {
                let settings: TenantSettings = serde_json::from_value(json!({"mail": mail})).unwrap();
                let outcome = allows(&member_at(None), &senders, force)(&settings);
                assert_eq!(outcome.is_ok(), allowed, "{mail} {force}");
                if let Err(problem) = outcome {
                    assert_eq!(
                        (problem.status, problem.kind.as_str(), problem.errors[0].field.as_str()),
                        (409, "urn:vivier:problem:sender-not-approved", "mail.sender_address")
                    );
                }
            }
        }
    }

    #[test]
    fn nobody_locks_themselves_out_by_mistake() {
        for (ranges, address, force, allowed) in [
            (json!([]), Some("192.0.2.1"), false, true),
            (json!([]), None, false, true),
            (json!(["192.0.2.0/24"]), Some("192.0.2.1"), false, true),
            (json!(["192.0.2.0/24"]), Some("::ffff:192.0.2.1"), false, true),
            (json!(["198.51.100.0/24"]), Some("192.0.2.1"), false, false),
            (json!(["198.51.100.0/24"]), Some("192.0.2.1"), true, true),
            (json!(["192.0.2.0/24"]), None, false, false),
            (json!(["2001:db8::/32"]), Some("192.0.2.1"), false, false),
        ] {
            let settings: TenantSettings = serde_json::from_value(json!({"ip_ranges": ranges})).unwrap();
            let outcome = admits(&member_at(address), force)(&settings);
            assert_eq!(outcome.is_ok(), allowed, "{ranges} {address:?} {force}");
            if let Err(problem) = outcome {
                assert_eq!(
                    (problem.status, problem.kind.as_str()),
                    (409, "urn:vivier:problem:would-lock-out")
                );
            }
        }
    }
}
