//! Tenants, as operators make and remove them.

use clap::Subcommand;
use serde_json::json;

use crate::{
    args::{Global, id},
    cloud::Cloud,
    failure::Failure,
    output::{Report, View},
    plan::{Invoke, Plan},
    table::Columns,
};

const COLUMNS: Columns =
    &[("name", "/slug"), ("title", "/name"), ("kind", "/kind"), ("status", "/status"), ("host", "/host")];
const DETAILS: Columns = &[
    ("id", "/tenant_id"),
    ("name", "/slug"),
    ("title", "/name"),
    ("kind", "/kind"),
    ("status", "/status"),
    ("created", "/created_at"),
    ("host", "/host"),
    ("bucket", "/bucket"),
    ("table", "/conversations_table"),
    ("database", "/database"),
    ("key (shown once)", "/publishable_key"),
];

const REFRESHED: Columns = &[
    ("name", "/slug"),
    ("status", "/status"),
    ("copy made", "/made_at"),
    ("values searched for", "/searched"),
    ("rows", "/rows"),
    ("items", "/items"),
];

/// What operators can do with tenants. A tenant is named by its short name.
#[derive(Debug, Subcommand)]
pub(crate) enum Tenants {
    /// List tenants
    List,
    /// Show one tenant
    Show { tenant: String },
    /// Make a tenant and invite its first manager; a stopped creation goes on
    Create {
        tenant: String,
        /// The name for people
        #[arg(long)]
        name: String,
        /// Whom to invite as first manager
        #[arg(long)]
        manager_email: String,
        /// The language the manager is written to in
        #[arg(long, value_parser = ["fr", "en"])]
        language: Option<String>,
        /// Make it the test environment of this tenant
        #[arg(long, value_name = "TENANT")]
        test_of: Option<String>,
    },
    /// Refuse every key and session of a tenant; the data stays
    Disable { tenant: String },
    /// Tell everybody to come again while its stores are restored; `vivier privacy replay` opens it
    Close { tenant: String },
    /// Serve a disabled tenant again
    Enable { tenant: String },
    /// Set how much the gateway lets through for a tenant
    Limit {
        tenant: String,
        /// On average
        #[arg(long)]
        requests_per_second: u32,
        /// At once, after a pause
        #[arg(long)]
        burst: u32,
    },
    /// Replace the first publishable key; the old one stops at once
    RotateKey { tenant: String },
    /// Remove a tenant with everything it stored
    Delete {
        tenant: String,
        /// Its short name once more
        #[arg(long, value_name = "TENANT")]
        confirm: String,
    },
    /// Replace what a test environment has by an anonymised copy of its production tenant; a stopped refresh goes on
    Refresh {
        tenant: String,
        /// Its short name once more
        #[arg(long, value_name = "TENANT")]
        confirm: String,
        /// Take in the copy that was made before, instead of a new one
        #[arg(long)]
        resume: bool,
    },
    /// Bring every database to the newest schema
    Migrate,
    /// Invite somebody into a tenant whose managers are all gone
    Invite {
        tenant: String,
        email: String,
        /// The role to grant in the whole tenant; manager without it
        #[arg(long, value_parser = id)]
        role: Option<String>,
        /// The language of the mail
        #[arg(long, value_parser = ["fr", "en"])]
        language: Option<String>,
    },
    /// Mail the invitation of a manager who has not logged in yet anew
    ReinviteManager { tenant: String, email: String },
    /// Give the role `manager` every permission again
    RestoreManager { tenant: String },
    /// Let a tenant in again that its own IP ranges lock out
    ClearIpRanges { tenant: String },
    /// Say from which domains a tenant may mail; what is not named is approved no more
    ApproveSenders {
        tenant: String,
        #[arg(value_name = "DOMAIN", required_unless_present = "none")]
        domains: Vec<String>,
        /// From none: only from the suite's own address
        #[arg(long, conflicts_with = "domains")]
        none: bool,
    },
}

impl Tenants {
    /// What it asks of the function.
    pub(crate) fn plan(self) -> (Plan, View) {
        let command = |operation: &str, fields| Invoke::command("tenants", operation, fields);
        let details = View::Record(DETAILS);
        match self {
            Self::List => command("list", json!({})).shown(View::List("tenants", COLUMNS)),
            Self::Show { tenant } => command("show", json!({"slug": tenant})).shown(details),
            Self::Create { tenant, name, manager_email, language, test_of } => {
                let kind = test_of.as_ref().map_or("production", |_| "test");
                let fields = json!({
                    "slug": tenant, "name": name, "manager_email": manager_email, "language": language, "kind": kind, "production": test_of,
                });
                command("create", fields).shown(details)
            }
            Self::Disable { tenant } => command("disable", json!({"slug": tenant})).shown(details),
            Self::Close { tenant } => command("close", json!({"slug": tenant})).shown(details),
            Self::Enable { tenant } => command("enable", json!({"slug": tenant})).shown(details),
            Self::Limit { tenant, requests_per_second, burst } => {
                let fields =
                    json!({"slug": tenant, "requests_per_second": requests_per_second, "burst": burst});
                command("limit", fields).shown(View::Document)
            }
            Self::RotateKey { tenant } => command("rotate_key", json!({"slug": tenant})).shown(details),
            Self::Delete { tenant, confirm } => {
                command("delete", json!({"slug": tenant, "confirm": confirm})).shown(View::Document)
            }
            // The copy that it takes in is made first: see `refresh`.
            Self::Refresh { tenant, confirm, resume: _ } => {
                command("refresh", json!({"slug": tenant, "confirm": confirm})).shown(View::Record(REFRESHED))
            }
            Self::Migrate => command("migrate", json!({})).shown(View::Document),
            Self::Invite { tenant, email, role, language } => {
                command("invite", json!({"slug": tenant, "email": email, "role": role, "language": language}))
                    .shown(View::Document)
            }
            Self::ReinviteManager { tenant, email } => {
                command("reinvite_manager", json!({"slug": tenant, "email": email})).shown(View::Document)
            }
            Self::RestoreManager { tenant } => {
                command("restore_manager", json!({"slug": tenant})).shown(View::Document)
            }
            Self::ClearIpRanges { tenant } => {
                command("clear_ip_ranges", json!({"slug": tenant})).shown(View::Document)
            }
            Self::ApproveSenders { tenant, domains, none: _ } => {
                command("approve_senders", json!({"slug": tenant, "domains": domains})).shown(View::Document)
            }
        }
    }
}

/// Has an anonymised copy made and proved, and a test environment refreshed with it.
pub(crate) async fn refresh(
    global: &Global,
    tenant: &str,
    confirm: &str,
    resume: bool,
) -> Result<Report, Failure> {
    let cloud = Cloud::new(global).await?;
    let mut searched = None;
    if !resume && tenant == confirm {
        let made =
            cloud.invoke(&Invoke::command("departure", "anonymise", json!({"tenant": tenant}))).await?;
        searched = Some(made["searched"].clone());
    }
    let asked = Invoke::command("tenants", "refresh", json!({"slug": tenant, "confirm": confirm}));
    let mut answer = cloud.invoke(&asked).await?;
    if let Some(searched) = searched {
        answer["searched"] = searched;
    }
    Ok(Report::new(answer, View::Record(REFRESHED)))
}
