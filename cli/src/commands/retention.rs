//! Purges, by hand.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    output::View,
    plan::{Invoke, Plan, given},
    table::Columns,
};

const FUNCTION: &str = "retention";
const TENANTS: Columns = &[("tenant", "/slug"), ("removed", "/removed"), ("complete", "/complete")];
const REPORTS: Columns = &[
    ("finished", "/finished_at"),
    ("kind", "/kind"),
    ("dry run", "/dry_run"),
    ("cutoff", "/cutoff"),
    ("removed", "/removed"),
    ("complete", "/complete"),
];

/// How long a tenant keeps its data; what is not named stays.
#[derive(Debug, Args)]
#[group(id = "terms", required = true, multiple = true)]
pub(crate) struct Terms {
    /// Days from a conversation's last message
    #[arg(long = "conversations-days", value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=90))]
    conversations: Option<u16>,
    /// Days from an event
    #[arg(long = "events-days", value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=90))]
    events: Option<u16>,
    /// Days from an entry of the audit log
    #[arg(long = "audit-log-days", value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=90))]
    audit_log: Option<u16>,
}

/// What operators can do about data that is past its days.
#[derive(Debug, Subcommand)]
pub(crate) enum Retention {
    /// Purge now
    Run {
        /// Only count
        #[arg(long)]
        dry_run: bool,
        /// Only this tenant
        #[arg(long)]
        tenant: Option<String>,
        /// The moment to count the days back from (RFC 3339)
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
        /// The most to remove of one kind for one tenant
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Show what was removed, the newest first
    Reports {
        #[arg(long)]
        tenant: String,
        /// At most so many
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Set how many days a tenant keeps its data
    Configure {
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        terms: Terms,
    },
}

impl Retention {
    /// What it asks of the function.
    pub(crate) fn plan(self) -> (Plan, View) {
        match self {
            Self::Run { dry_run, tenant, as_of, limit } => {
                let fields = json!({"dry_run": dry_run, "tenant": tenant, "as_of": as_of, "limit": limit});
                Invoke::command(FUNCTION, "run", fields).shown(View::List("tenants", TENANTS))
            }
            Self::Reports { tenant, limit } => {
                Invoke::command(FUNCTION, "reports", json!({"tenant": tenant, "limit": limit}))
                    .shown(View::List("reports", REPORTS))
            }
            Self::Configure { tenant, terms } => {
                let retention = given(json!({
                    "conversations_days": terms.conversations, "events_days": terms.events,
                    "audit_log_days": terms.audit_log,
                }));
                Invoke::command(FUNCTION, "configure", json!({"tenant": tenant, "retention": retention}))
                    .shown(View::Document)
            }
        }
    }
}
