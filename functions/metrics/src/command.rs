//! What an operator may ask for.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use vivier_runtime::{HandlerError, operator};
use vivier_tenancy::PlatformScope;

use crate::{App, replay};

/// No new letter is taken up after this long: what is under way fits into the function's minute.
const BUDGET: Duration = Duration::from_secs(35);

/// Why a letter was put aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A record that is no JSON, or lacks a field.
    Malformed,
    /// A record of a newer schema.
    Version,
    /// A record of a tenant that does not exist.
    Tenant,
    /// A record of another time than ours.
    Time,
    /// A record that the database cannot hold.
    Refused,
    /// A batch that Lambda gave up.
    Batch,
}

impl Reason {
    /// The word that letters bear.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Version => "version",
            Self::Tenant => "tenant",
            Self::Time => "time",
            Self::Refused => "refused",
            Self::Batch => "batch",
        }
    }
}

/// A command.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Tell how many letters there are, and of some of them why.
    Dead {},
    /// Count what can be counted now, and leave the rest.
    Replay {
        /// Only what bears this reason.
        reason: Option<Reason>,
    },
    /// Remove what bears a reason, uncounted.
    Discard {
        /// Which.
        reason: Reason,
    },
}

/// Carries out a command.
pub async fn handle(app: &App, platform: &PlatformScope, command: Value) -> Result<Value, HandlerError> {
    let until = Instant::now() + BUDGET;
    match operator::command(command)? {
        Command::Dead {} => Ok(json!(replay::look(app, platform).await?)),
        Command::Replay { reason } => Ok(json!(replay::replay(app, platform, reason, until).await?)),
        Command::Discard { reason } => Ok(json!(replay::discard(app, platform, reason, until).await?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands() {
        let command = |json| operator::command::<Command>(json).ok();
        assert_eq!(command(json!({"operation": "dead"})), Some(Command::Dead {}));
        assert_eq!(command(json!({"operation": "replay"})), Some(Command::Replay { reason: None }));
        let tenant = Some(Reason::Tenant);
        assert_eq!(
            command(json!({"operation": "replay", "reason": "tenant"})),
            Some(Command::Replay { reason: tenant })
        );
        for refused in [
            json!({"operation": "discard"}),
            json!({"operation": "discard", "reason": "all"}),
            json!({"operation": "dead", "reason": "time"}),
            json!({}),
        ] {
            assert_eq!(command(refused.clone()), None, "{refused}");
        }
    }
}
