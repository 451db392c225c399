//! Persons' own data: have requests answered now, prove erasures, and carry them out again after a restore.

use clap::Subcommand;
use serde_json::json;

use crate::{
    output::View,
    plan::{Invoke, Plan},
    table::Columns,
};

const FUNCTION: &str = "privacy";
const RUN: Columns = &[("answered", "/answered"), ("postponed", "/postponed"), ("more", "/more")];
const VERIFIED: Columns = &[
    ("whole", "/whole"),
    ("receipts", "/receipts"),
    ("broken at", "/broken_at"),
    ("public key", "/public_key"),
];
const ANNOUNCED: Columns = &[("mailed", "/mailed"), ("told", "/told")];
const REPLAYED: Columns = &[
    ("whole", "/whole"),
    ("receipts", "/receipts"),
    ("alerts", "/alerts"),
    ("conversations", "/conversations"),
    ("copies", "/copies"),
    ("requests", "/requests"),
    ("still there", "/left"),
];

/// What operators can do about persons' own data.
#[derive(Debug, Subcommand)]
pub(crate) enum Privacy {
    /// Answer the requests of a tenant that are due
    Run {
        #[arg(long)]
        tenant: String,
    },
    /// Check every receipt in a tenant's ledger of erasures
    Verify {
        #[arg(long)]
        tenant: String,
    },
    /// Tell a tenant's members of an entry in the list of sub-processors, once
    Announce {
        #[arg(long)]
        tenant: String,
        /// The entry's id in infra/privacy/sub-processors.toml
        #[arg(long)]
        sub_processor: String,
    },
    /// Carry a tenant's ledger out again after a restore, and let everybody in
    Replay {
        #[arg(long)]
        tenant: String,
    },
}

impl Privacy {
    /// What it asks of the function.
    pub(crate) fn plan(self) -> (Plan, View) {
        let (operation, body, columns) = match self {
            Self::Run { tenant } => ("run", json!({"tenant": tenant}), RUN),
            Self::Verify { tenant } => ("verify", json!({"tenant": tenant}), VERIFIED),
            Self::Announce { tenant, sub_processor } => {
                ("announce", json!({"tenant": tenant, "sub_processor": sub_processor}), ANNOUNCED)
            }
            Self::Replay { tenant } => ("replay", json!({"tenant": tenant}), REPLAYED),
        };
        Invoke::command(FUNCTION, operation, body).shown(View::Record(columns))
    }
}
