//! What an operator may ask for.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use vivier_data_map::sub_processors;
use vivier_domain::tenant::{Slug, TenantStatus};
use vivier_runtime::{HandlerError, operator};
use vivier_tenancy::{PlatformScope, registry::Tenant};

use crate::{
    App, marks,
    notices::{self, Told},
    receipts, replay, work,
};

/// A run by hand ends within so long.
const BUDGET: Duration = Duration::from_secs(45);

/// A command.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Answers what is due for one tenant, now.
    Run {
        /// Whose requests.
        tenant: Slug,
    },
    /// Walks along a tenant's ledger of erasures.
    Verify {
        /// Whose.
        tenant: Slug,
    },
    /// Tells a tenant's members of an entry in the list of sub-processors, whom nobody told yet.
    Announce {
        /// Whose.
        tenant: Slug,
        /// The entry's id.
        sub_processor: String,
    },
    /// Carries the ledger out once more on all of a tenant's stores, and lets everybody in again who was kept out for a restore.
    Replay {
        /// Whose.
        tenant: Slug,
    },
}

/// Carries out a command.
pub async fn handle(app: &App, platform: &PlatformScope, command: Value) -> Result<Value, HandlerError> {
    match operator::command(command)? {
        Command::Run { tenant } => {
            let tenant = find(app, platform, &tenant).await?;
            let scope = platform.lend(&tenant);
            let (tally, more) = Box::pin(work::work(app, &tenant, &scope, Instant::now() + BUDGET)).await?;
            Ok(json!({"answered": tally.answered, "postponed": tally.postponed, "more": more}))
        }
        Command::Verify { tenant } => {
            let scope = platform.lend(&find(app, platform, &tenant).await?);
            let key = app.tenancy.privacy_keys(&scope).await?.open().await?.public_key();
            let mut walked = receipts::walk(&app.tenancy.ledger(&scope)?, &key).await?;
            // Receipts that a store knows of and the ledger has not were taken from its end.
            let known = marks::read(app, &scope, walked.receipts).await?.anywhere();
            if walked.broken_at.is_none() && walked.receipts < known {
                walked.broken_at = Some(walked.receipts + 1);
            }
            if let Some(seq) = walked.broken_at {
                tracing::error!(tenant = %scope.tenant(), seq, "a ledger of erasures was tampered with");
            }
            Ok(
                json!({"whole": walked.broken_at.is_none(), "receipts": walked.receipts, "broken_at": walked.broken_at,
                "public_key": key.to_string()}),
            )
        }
        Command::Announce { tenant, sub_processor } => {
            let entry = sub_processors().find(&sub_processor).ok_or_else(|| {
                HandlerError::refused("unknown-sub-processor", "the list of sub-processors has no such entry")
            })?;
            let scope = platform.lend(&find(app, platform, &tenant).await?);
            let Told { mailed, known } = notices::tell(app, &scope, &[entry]).await?;
            Ok(json!({"mailed": mailed, "told": known == 1}))
        }
        Command::Replay { tenant } => {
            let tenant = find(app, platform, &tenant).await?;
            let done = Box::pin(replay::replay(app, &platform.lend(&tenant))).await?;
            if done.whole && tenant.status == TenantStatus::Restoring {
                app.tenancy.registry()?.advance(platform, &tenant, TenantStatus::Active).await?;
            }
            Ok(json!(done))
        }
    }
}

async fn find(app: &App, platform: &PlatformScope, slug: &Slug) -> Result<Tenant, HandlerError> {
    let found = app.tenancy.registry()?.fetch(platform, slug).await?;
    // Those that nobody is let into as well: a restored one is opened by this.
    found.filter(|tenant| tenant.status.has_stores()).ok_or_else(|| {
        HandlerError::refused("unknown-tenant", "there is no such tenant, or it has no stores")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_are_commands() {
        let tenant = Slug::try_from("fournil-du-nord".to_owned()).unwrap();
        for (text, expected) in [
            (include_str!("../../../events/privacy/run.json"), Command::Run { tenant: tenant.clone() }),
            (include_str!("../../../events/privacy/verify.json"), Command::Verify { tenant: tenant.clone() }),
            (
                include_str!("../../../events/privacy/announce.json"),
                Command::Announce { tenant: tenant.clone(), sub_processor: "textract".to_owned() },
            ),
            (include_str!("../../../events/privacy/replay.json"), Command::Replay { tenant }),
        ] {
            let read: Command = operator::command(serde_json::from_str(text).unwrap()).unwrap();
            assert_eq!(read, expected);
        }
        assert!(operator::command::<Command>(json!({"operation": "erase", "tenant": "acme"})).is_err());
    }
}
