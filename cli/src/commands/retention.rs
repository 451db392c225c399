//! Purges, by hand.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    output::View,
    plan::{Invoke, Plan, given},
    table::Columns,
};

const FUNCTION: &str = "retention";
const TENANTS: Columns =
    &[("tenant", "/slug"), ("removed", "/removed"), ("held", "/held"), ("complete", "/complete")];
const REPORTS: Columns = &[
    ("finished", "/finished_at"),
    ("kind", "/kind"),
    ("dry run", "/dry_run"),
    ("cutoff", "/cutoff"),
    ("removed", "/removed"),
    ("held", "/held"),
    ("whole days", "/days"),
    ("complete", "/complete"),
];
const POLICIES: Columns =
    &[("kind", "/kind"), ("days", "/days"), ("least", "/least"), ("most", "/most"), ("held", "/held")];
const HOLDS: Columns = &[
    ("id", "/id"),
    ("on", "/on"),
    ("kind", "/kind"),
    ("reason", "/reason"),
    ("ends", "/ends_at"),
    ("in force", "/in_force"),
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
    /// Days from when an alert was last confirmed
    #[arg(long = "alerts-days", value_name = "DAYS", value_parser = clap::value_parser!(u16).range(7..=90))]
    alerts: Option<u16>,
    /// Days of figures by the day
    #[arg(long = "figures-days", value_name = "DAYS", value_parser = clap::value_parser!(u16).range(92..=1098))]
    figures: Option<u16>,
    /// Days from the end of a feed's fetching
    #[arg(long = "feed-runs-days", value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=90))]
    feed_runs: Option<u16>,
    /// Days from a run over test questions
    #[arg(long = "test-runs-days", value_name = "DAYS", value_parser = clap::value_parser!(u16).range(7..=366))]
    test_runs: Option<u16>,
    /// Days from when an offer was closed
    #[arg(long = "closed-offers-days", value_name = "DAYS", value_parser = clap::value_parser!(u16).range(30..=1098))]
    closed_offers: Option<u16>,
    /// Days from when a file of offers came
    #[arg(long = "import-files-days", value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=90))]
    import_files: Option<u16>,
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
    /// Show how many days a tenant keeps each kind of data, and what of it is held
    Policies {
        #[arg(long)]
        tenant: String,
    },
    /// Show a tenant's holds, the newest first
    Holds {
        #[arg(long)]
        tenant: String,
    },
    /// End a hold, as the tenant asked for
    Release {
        #[arg(long)]
        tenant: String,
        /// The hold's id
        hold: String,
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
            Self::Policies { tenant } => Invoke::command(FUNCTION, "policies", json!({"tenant": tenant}))
                .shown(View::List("policies", POLICIES)),
            Self::Holds { tenant } => Invoke::command(FUNCTION, "holds", json!({"tenant": tenant}))
                .shown(View::List("holds", HOLDS)),
            Self::Release { tenant, hold } => {
                Invoke::command(FUNCTION, "release", json!({"tenant": tenant, "hold": hold}))
                    .shown(View::Document)
            }
            Self::Configure { tenant, terms } => {
                let retention = given(json!({
                    "conversations_days": terms.conversations, "events_days": terms.events,
                    "audit_log_days": terms.audit_log, "alerts_days": terms.alerts, "figures_days": terms.figures,
                    "feed_runs_days": terms.feed_runs, "test_runs_days": terms.test_runs,
                    "closed_offers_days": terms.closed_offers, "import_files_days": terms.import_files,
                }));
                Invoke::command(FUNCTION, "configure", json!({"tenant": tenant, "retention": retention}))
                    .shown(View::Document)
            }
        }
    }
}
