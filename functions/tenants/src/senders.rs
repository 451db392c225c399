//! From which domains a tenant may mail. The tenant's settings name its sender, the operator says which domains are its own:
//! SES would send from any that the account verified, also from another tenant's.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};
use vivier_domain::{
    settings::{SenderDomain, sender::MOST_SENDER_DOMAINS},
    tenant::Slug,
};
use vivier_runtime::HandlerError;
use vivier_tenancy::{
    PlatformScope, TenancyError,
    rooms::records::{Change, RecordKey},
};

use crate::{command::App, people::served};

/// The command `approve_senders`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approve {
    slug: Slug,
    /// All of them; what is not named is approved no more.
    domains: Vec<String>,
}

/// The list as it is kept: in order, each once.
fn check(domains: Vec<String>) -> Result<Vec<SenderDomain>, HandlerError> {
    let refused = |message: String| HandlerError::refused("invalid-domains", message);
    let domains = domains.into_iter().map(SenderDomain::try_from).collect::<Result<BTreeSet<_>, _>>();
    let domains = domains.map_err(|error| refused(error.to_string()))?;
    if domains.len() > MOST_SENDER_DOMAINS {
        return Err(refused(format!("a tenant has no more than {MOST_SENDER_DOMAINS} domains")));
    }
    Ok(domains.into_iter().collect())
}

/// Puts this list in the place of the one before. It holds from the next mail on, also for settings that are published.
pub(crate) async fn approve(
    app: &App,
    platform: &PlatformScope,
    command: Approve,
) -> Result<Value, HandlerError> {
    let domains = check(command.domains)?;
    let tenant = served(app, platform, &command.slug).await?;
    let scope = platform.lend(&tenant);
    let (records, key) = (app.tenancy.records(&scope)?, RecordKey::senders());
    let expected = records.fetch(&key).await?.map(|found| found.version);
    match records.change(&[Change::put(&key, expected, &domains)?]).await {
        Ok(()) => {}
        Err(TenancyError::Conflict(_)) => return Err(HandlerError::refused("outdated", "run it again")),
        Err(error) => return Err(error.into()),
    }
    tracing::info!(tenant = %tenant.id, domains = domains.len(), "a tenant's sender domains were approved");
    Ok(json!({"tenant_id": tenant.id, "slug": tenant.slug, "domains": domains}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_checked_sorted_and_named_once() {
        let many: Vec<_> = (0..=MOST_SENDER_DOMAINS).map(|number| format!("d{number}.example")).collect();
        let most = &many[1..];
        for (given, kept) in [
            (json!([]), Some(json!([]))),
            (json!(["b.example", "a.example", "b.example"]), Some(json!(["a.example", "b.example"]))),
            (json!(["Acme.example"]), None),
            (json!(["acme.example", ""]), None),
            (json!(["rh@acme.example"]), None),
            (json!(many), None),
        ] {
            let command: Approve = serde_json::from_value(json!({"slug": "acme", "domains": given})).unwrap();
            let outcome = check(command.domains);
            assert_eq!(outcome.as_ref().ok().map(|domains| json!(domains)), kept, "{given}");
            if let Err(error) = outcome {
                assert!(error.to_string().starts_with("invalid-domains"), "{error}");
            }
        }
        assert_eq!(check(most.to_vec()).unwrap().len(), MOST_SENDER_DOMAINS);
    }
}
