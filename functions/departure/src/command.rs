//! What an operator may ask for.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use vivier_bundle::{Departure, State};
use vivier_domain::{
    ids::TenantId,
    member::Language,
    tenant::{Slug, TenantStatus},
};
use vivier_runtime::{HandlerError, operator};
use vivier_store::privacy;
use vivier_tenancy::{
    PlatformScope,
    registry::Tenant,
    rooms::{departures::Book, files::FileKey, records::Versioned},
};

use crate::{App, anonymise, certify, export};

/// A run by hand begins no part after this long.
const BUDGET: Duration = Duration::from_mins(8);
/// The most bytes of a bundle that is sent at once.
const LARGEST: u64 = 5 << 30;

/// A command.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// The contract has ended: candidates and schedules are shut out, and sixty days begin.
    Begin {
        /// Whose.
        tenant: Slug,
        /// The short name once more: nobody shuts a tenant by a slip.
        confirm: String,
        /// The tenant answers requests of persons that are still open itself, from what it takes along: nobody does here any more.
        #[serde(default)]
        hand_over_requests: bool,
    },
    /// The contract goes on after all: the tenant is served again. Not once a member has acknowledged the bundle.
    Cancel {
        /// Whose.
        tenant: Slug,
    },
    /// Goes on with the bundle, now.
    Run {
        /// Whose.
        tenant: Slug,
    },
    /// How a departure stands.
    Show {
        /// Whose; the last one of this name.
        tenant: Slug,
    },
    /// Every departure there is or was.
    List {},
    /// The certificate and its page.
    Certificate {
        /// Whose; the last one of this name.
        tenant: Slug,
        /// What the page is written in.
        #[serde(default)]
        language: Language,
    },
    /// Makes an anonymised copy of its production tenant for a test environment, and proves that nobody is in it.
    Anonymise {
        /// The test environment.
        tenant: Slug,
    },
    /// Where a bundle is sent that an empty tenant takes in.
    Upload {
        /// Who takes it in.
        tenant: Slug,
        /// Its size.
        bytes: u64,
    },
}

/// Carries out a command.
pub async fn handle(app: &App, platform: &PlatformScope, command: Value) -> Result<Value, HandlerError> {
    match operator::command(command)? {
        Command::Begin { tenant, confirm, hand_over_requests } => {
            begin(app, platform, &tenant, &confirm, hand_over_requests).await
        }
        Command::Cancel { tenant } => cancel(app, platform, &tenant).await,
        Command::Run { tenant } => {
            let id = last(app, platform, &tenant).await?.value.tenant;
            if let Some(found) = registered(app, platform, &tenant, id).await? {
                let mut noted = read(app, platform, id).await?;
                if noted.departure.state() == State::Begun || !noted.departure.parts.is_empty() {
                    Box::pin(export::turn(&mut noted, &found, Instant::now() + BUDGET)).await?;
                }
            }
            if read(app, platform, id).await?.departure.state() == State::Destroyed {
                certify::certify(app, platform, id).await?;
            }
            Ok(view(&read(app, platform, id).await?.departure))
        }
        Command::Show { tenant } => Ok(view(&last(app, platform, &tenant).await?.value)),
        Command::List {} => {
            let found = app.tenancy.departures()?.list::<Departure>(platform).await?;
            Ok(json!({"departures": found.iter().map(|one| view(&one.value)).collect::<Vec<_>>()}))
        }
        Command::Certificate { tenant, language } => certificate(app, platform, &tenant, language).await,
        Command::Anonymise { tenant } => Box::pin(anonymise::anonymise(app, platform, &tenant)).await,
        Command::Upload { tenant, bytes } => {
            if bytes == 0 || bytes > LARGEST {
                return Err(HandlerError::refused("invalid-size", "a bundle has 1 byte to 5 GiB"));
            }
            let found = app.tenancy.registry()?.fetch(platform, &tenant).await?.ok_or_else(unknown)?;
            let scope = platform.lend(&found);
            let files = app.tenancy.files(&scope).await?;
            let now = app.clock.now();
            let upload = files.presign_upload(&FileKey::ArrivalBundle, bytes, "application/zip", now).await?;
            Ok(json!({"url": upload.url, "headers": upload.headers, "expires_at": upload.expires_at}))
        }
    }
}

fn unknown() -> HandlerError {
    HandlerError::refused("unknown-tenant", "there is no such tenant, or it has no stores")
}

async fn begin(
    app: &App,
    platform: &PlatformScope,
    slug: &Slug,
    confirm: &str,
    hand_over_requests: bool,
) -> Result<Value, HandlerError> {
    if confirm != slug.as_str() {
        return Err(HandlerError::refused("not-confirmed", "confirm repeats the tenant"));
    }
    let registry = app.tenancy.registry()?;
    let tenant = registry.fetch(platform, slug).await?.ok_or_else(unknown)?;
    match tenant.status {
        TenantStatus::Active | TenantStatus::Disabled | TenantStatus::Leaving => {}
        _ => {
            return Err(HandlerError::refused(
                "wrong-status",
                "the tenant is being made, restored or removed",
            ));
        }
    }
    let departures = app.tenancy.departures()?;
    let noted = departures.fetch::<Departure>(platform, Book::Departures, tenant.id).await?;
    let departure = if let Some(found) = noted {
        found.value
    } else {
        let open = open_requests(app, platform, &tenant).await?;
        if open > 0 && !hand_over_requests {
            let sentence =
                format!("{open} requests of persons are open: answer them first, or hand them over");
            return Err(HandlerError::refused("requests-open", sentence));
        }
        let (name, now) = (tenant.name.clone(), app.clock.now());
        // One that leaves without a note is not served, and nothing says that it was.
        let was = match tenant.status {
            TenantStatus::Leaving => TenantStatus::Disabled,
            status => status,
        };
        let begun = Departure::begin(tenant.id, slug.clone(), name, tenant.kind, was, now);
        departures.put(platform, Book::Departures, tenant.id, &begun, 0).await?;
        begun
    };
    if tenant.status != TenantStatus::Leaving {
        registry.advance(platform, &tenant, TenantStatus::Leaving).await?;
    }
    Ok(view(&departure))
}

/// How many requests of persons somebody has still to answer.
async fn open_requests(app: &App, platform: &PlatformScope, tenant: &Tenant) -> Result<u64, HandlerError> {
    let scope = platform.lend(tenant);
    let mut session = app.tenancy.silo(&scope).await?;
    let tx = session.begin().await?;
    Ok(privacy::count_open(&tx).await?)
}

async fn cancel(app: &App, platform: &PlatformScope, slug: &Slug) -> Result<Value, HandlerError> {
    let (registry, departures) = (app.tenancy.registry()?, app.tenancy.departures()?);
    let tenant = registry.fetch(platform, slug).await?.ok_or_else(unknown)?;
    let noted = departures.fetch::<Departure>(platform, Book::Departures, tenant.id).await?;
    if noted.as_ref().is_some_and(|noted| noted.value.acknowledgement.is_some()) {
        return Err(HandlerError::refused("acknowledged", "a member has acknowledged what was handed over"));
    }
    // Where nothing says that it was served, an operator looks first.
    let was = noted.as_ref().map_or(TenantStatus::Disabled, |noted| noted.value.was);
    if let Some(noted) = noted {
        // First, and only as it was read: whoever acknowledged meanwhile keeps what was acknowledged.
        departures.remove(platform, tenant.id, noted.version).await?;
    }
    if tenant.status == TenantStatus::Leaving {
        let scope = platform.lend(&tenant);
        let files = app.tenancy.files(&scope).await?;
        for object in files.list().await? {
            if matches!(object.key, FileKey::DeparturePart(_) | FileKey::DepartureBundle) {
                files.delete(&object.key).await?;
            }
        }
        registry.advance(platform, &tenant, was).await?;
    }
    Ok(json!({"slug": slug, "state": "cancelled"}))
}

/// The departure of this name that began last: another tenant may bear the name of one that left.
async fn last(
    app: &App,
    platform: &PlatformScope,
    slug: &Slug,
) -> Result<Versioned<Departure>, HandlerError> {
    let found = app.tenancy.departures()?.list::<Departure>(platform).await?;
    let of_name = found.into_iter().filter(|one| one.value.slug == *slug);
    of_name
        .max_by_key(|one| one.value.begun_at)
        .ok_or_else(|| HandlerError::refused("no-departure", "no tenant of this name leaves or has left"))
}

async fn read<'a>(
    app: &'a App,
    platform: &'a PlatformScope,
    tenant: TenantId,
) -> Result<export::Noted<'a>, HandlerError> {
    let found = export::Noted::read(app, platform, tenant).await?;
    found.ok_or_else(|| HandlerError::refused("no-departure", "no tenant of this name leaves or has left"))
}

async fn registered(
    app: &App,
    platform: &PlatformScope,
    slug: &Slug,
    id: TenantId,
) -> Result<Option<Tenant>, HandlerError> {
    let found = app.tenancy.registry()?.fetch(platform, slug).await?;
    Ok(found.filter(|tenant| tenant.id == id && tenant.status.has_stores()))
}

async fn certificate(
    app: &App,
    platform: &PlatformScope,
    slug: &Slug,
    language: Language,
) -> Result<Value, HandlerError> {
    let departure = last(app, platform, slug).await?.value;
    let missing = || HandlerError::refused("no-certificate", "not everything is destroyed yet");
    let certificate = departure.certificate.ok_or_else(missing)?;
    let page = app.tenancy.departures()?.page(platform, departure.tenant, language).await?;
    let page = page.ok_or_else(missing)?;
    // A text and no object: it is checked letter for letter.
    let text = serde_json::to_string(&certificate).map_err(|_| missing())?;
    Ok(json!({
        "certificate": text, "public_key": certificate.public_key.to_string(), "pdf": STANDARD.encode(page),
    }))
}

/// A departure as operators see it.
pub(crate) fn view(departure: &Departure) -> Value {
    json!({
        "tenant_id": departure.tenant, "slug": departure.slug, "state": departure.state().as_str(),
        "begun_at": departure.begun_at, "due_at": departure.due_at, "parts": departure.parts.len(),
        "bundle": departure.bundle,
        "acknowledged": departure.acknowledgement.is_some(),
        "stores": departure.stores.iter().map(|one| one.store.as_str()).collect::<Vec<_>>(),
        "destroyed_at": departure.destroyed_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_are_commands() {
        let tenant = Slug::try_from("fournil-du-nord".to_owned()).unwrap();
        let confirm = tenant.as_str().to_owned();
        for (text, expected) in [
            (
                include_str!("../../../events/departure/begin.json"),
                Command::Begin { tenant: tenant.clone(), confirm, hand_over_requests: false },
            ),
            (
                include_str!("../../../events/departure/cancel.json"),
                Command::Cancel { tenant: tenant.clone() },
            ),
            (include_str!("../../../events/departure/run.json"), Command::Run { tenant: tenant.clone() }),
            (include_str!("../../../events/departure/show.json"), Command::Show { tenant: tenant.clone() }),
            (include_str!("../../../events/departure/list.json"), Command::List {}),
            (
                include_str!("../../../events/departure/certificate.json"),
                Command::Certificate { tenant: tenant.clone(), language: Language::Fr },
            ),
            (
                include_str!("../../../events/departure/anonymise.json"),
                Command::Anonymise { tenant: Slug::try_from("fournil-du-nord-essai".to_owned()).unwrap() },
            ),
            (
                include_str!("../../../events/departure/upload.json"),
                Command::Upload { tenant, bytes: 1_048_576 },
            ),
        ] {
            let read: Command = operator::command(serde_json::from_str(text).unwrap()).unwrap();
            assert_eq!(read, expected);
        }
    }
}
