//! Events that could not be counted: look, have them counted after all, or remove them.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::{
    output::View,
    plan::{Invoke, Plan},
    table::Columns,
};

const FUNCTION: &str = "metrics";
const LOOK: Columns = &[("records", "/records"), ("batches", "/batches"), ("reasons", "/reasons")];
const OUTCOME: Columns =
    &[("removed", "/removed"), ("stored", "/stored"), ("kept", "/kept"), ("others left", "/left")];

/// Why something was put aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reason {
    /// No JSON, or a field is missing
    Malformed,
    /// Of a newer schema
    Version,
    /// Of a tenant that does not exist
    Tenant,
    /// Of another time than ours
    Time,
    /// The database cannot hold it
    Refused,
    /// A batch that Lambda gave up
    Batch,
}

/// What operators can do with dead letters of events.
#[derive(Debug, Subcommand)]
pub(crate) enum Events {
    /// Show how many there are, and of some of them why
    Dead,
    /// Count what can be counted now; the rest stays
    Replay(Replay),
    /// Remove what bears a reason, uncounted
    Discard {
        #[arg(long, value_enum)]
        reason: Reason,
    },
}

/// Which ones to count.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Only what bears this reason
    #[arg(long, value_enum)]
    reason: Option<Reason>,
}

impl Reason {
    const fn as_str(self) -> &'static str {
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

impl Events {
    /// What it asks of the function.
    pub(crate) fn plan(self) -> (Plan, View) {
        match self {
            Self::Dead => Invoke::command(FUNCTION, "dead", json!({})).shown(View::Record(LOOK)),
            Self::Replay(Replay { reason }) => {
                let reason = reason.map(Reason::as_str);
                Invoke::command(FUNCTION, "replay", json!({"reason": reason})).shown(View::Record(OUTCOME))
            }
            Self::Discard { reason } => {
                let reason = json!({"reason": reason.as_str()});
                Invoke::command(FUNCTION, "discard", reason).shown(View::Record(OUTCOME))
            }
        }
    }
}
