//! Projects: each is one front office of the tenant.

use clap::Subcommand;
use serde_json::json;

use crate::{
    args::id,
    output::View,
    plan::{Call, Plan},
    table::Columns,
};

const PROJECTS: &str = "/v1/projects";
const COLUMNS: Columns =
    &[("id", "/project_id"), ("name", "/name"), ("status", "/status"), ("created", "/created_at")];
const DETAILS: Columns = &[
    ("id", "/project_id"),
    ("name", "/name"),
    ("status", "/status"),
    ("products", "/products"),
    ("created", "/created_at"),
];

/// What can be done with projects.
#[derive(Debug, Subcommand)]
pub(crate) enum Projects {
    /// List projects
    List {
        /// At most so many
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Show one project with its products
    Show {
        #[arg(value_parser = id)]
        project: String,
    },
    /// Create a project
    Create { name: String },
}

impl Projects {
    /// What it asks of the service.
    pub(crate) fn plan(self) -> (Plan, View) {
        match self {
            Self::List { limit } => {
                Call::list(PROJECTS, "projects", limit).shown(View::List("projects", COLUMNS))
            }
            Self::Show { project } => Call::get(format!("{PROJECTS}/{project}")).shown(View::Record(DETAILS)),
            Self::Create { name } => Call::post(PROJECTS, json!({"name": name})).shown(View::Record(DETAILS)),
        }
    }
}
