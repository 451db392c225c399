//! Roles: the tenant's own sets of permissions.

use clap::Subcommand;
use serde_json::json;

use crate::{
    args::id,
    output::View,
    plan::{Call, Plan},
    table::Columns,
};

const ROLES: &str = "/v1/roles";
const COLUMNS: Columns = &[("id", "/id"), ("name", "/name"), ("permissions", "/permissions")];

/// What can be done with roles.
#[derive(Debug, Subcommand)]
pub(crate) enum Roles {
    /// List roles with their permissions
    List,
    /// Make a role, or change what it may do
    Put {
        #[arg(value_parser = id)]
        role: String,
        /// The name for people
        #[arg(long)]
        name: String,
        /// What its holders may do, such as documents.write
        #[arg(long = "permission", required = true, num_args = 1.., value_delimiter = ',')]
        permissions: Vec<String>,
    },
    /// Remove a role that nobody holds
    Delete {
        #[arg(value_parser = id)]
        role: String,
    },
}

impl Roles {
    /// What it asks of the service.
    pub(crate) fn plan(self) -> (Plan, View) {
        match self {
            Self::List => Call::get(ROLES).shown(View::List("roles", COLUMNS)),
            Self::Put { role, name, permissions } => {
                let body = json!({"name": name, "permissions": permissions});
                Call::put(format!("{ROLES}/{role}"), Some(body))
                    .guarded(ROLES)
                    .shown(View::Line("The role is set."))
            }
            Self::Delete { role } => Call::delete(format!("{ROLES}/{role}"))
                .guarded(ROLES)
                .shown(View::Line("The role was removed.")),
        }
    }
}
