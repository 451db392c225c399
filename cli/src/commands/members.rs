//! Members of the back office: who they are, and what was granted to them where.

use clap::Subcommand;
use serde_json::json;

use crate::{
    args::id,
    output::View,
    plan::{Call, Plan, given},
    table::Columns,
};

const COLUMNS: Columns = &[("id", "/id"), ("email", "/email"), ("state", "/state"), ("grants", "/grants")];

/// What can be done with members.
#[derive(Debug, Subcommand)]
pub(crate) enum Members {
    /// List members, of the tenant or of one project
    List {
        /// Only those with a role in this project
        #[arg(long, value_parser = id)]
        project: Option<String>,
        /// At most so many
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Show one member
    Show {
        #[arg(value_parser = id)]
        member: String,
    },
    /// Invite somebody; the mail carries a temporary password
    Invite {
        email: String,
        /// The role to grant
        #[arg(long, value_parser = id)]
        role: String,
        /// Grant it in this project only
        #[arg(long, value_parser = id)]
        project: Option<String>,
        /// The language of the mail
        #[arg(long, value_parser = ["fr", "en"])]
        language: Option<String>,
    },
    /// Mail an invitation anew
    Reinvite {
        #[arg(value_parser = id)]
        member: String,
    },
    /// Remove a member; the sessions end at once
    Remove {
        #[arg(value_parser = id)]
        member: String,
    },
    /// Keep a member out; the grants stay
    Suspend {
        #[arg(value_parser = id)]
        member: String,
    },
    /// Let a suspended member in again
    Resume {
        #[arg(value_parser = id)]
        member: String,
    },
    /// End all sessions of a member
    Logout {
        #[arg(value_parser = id)]
        member: String,
    },
    /// Grant a role, in the whole tenant or in one project
    Grant {
        #[arg(value_parser = id)]
        member: String,
        #[arg(value_parser = id)]
        role: String,
        /// In this project only
        #[arg(long, value_parser = id)]
        project: Option<String>,
    },
    /// Withdraw what was granted, in the whole tenant or in one project
    Withdraw {
        #[arg(value_parser = id)]
        member: String,
        /// In this project only
        #[arg(long, value_parser = id)]
        project: Option<String>,
    },
}

impl Members {
    /// What it asks of the service.
    pub(crate) fn plan(self) -> (Plan, View) {
        match self {
            Self::List { project, limit } => {
                Call::list(members(project), "members", limit).shown(View::List("members", COLUMNS))
            }
            Self::Show { member } => Call::get(one(&member)).shown(View::Record(COLUMNS)),
            Self::Invite { email, role, project, language } => {
                let body = given(json!({"email": email, "role": role, "language": language}));
                Call::post(members(project), body).shown(View::Record(COLUMNS))
            }
            Self::Reinvite { member } => Call::trigger(format!("{}/invitation", one(&member)))
                .shown(View::Line("The invitation was mailed anew.")),
            Self::Remove { member } => {
                Call::delete(one(&member)).shown(View::Line("The member was removed."))
            }
            Self::Suspend { member } => Call::put(format!("{}/suspension", one(&member)), None)
                .shown(View::Line("The member was suspended.")),
            Self::Resume { member } => Call::delete(format!("{}/suspension", one(&member)))
                .shown(View::Line("The member may come in again.")),
            Self::Logout { member } => Call::delete(format!("{}/sessions", one(&member)))
                .shown(View::Line("The member's sessions were ended.")),
            Self::Grant { member, role, project } => {
                Call::put(grant(&member, project), Some(json!({"role": role}))).shown(View::Line("Granted."))
            }
            Self::Withdraw { member, project } => {
                Call::delete(grant(&member, project)).shown(View::Line("Withdrawn."))
            }
        }
    }
}

fn members(project: Option<String>) -> String {
    project.map_or_else(|| "/v1/members".into(), |project| format!("/v1/projects/{project}/members"))
}

fn one(member: &str) -> String {
    format!("/v1/members/{member}")
}

fn grant(member: &str, project: Option<String>) -> String {
    project.map_or_else(
        || format!("{}/role", one(member)),
        |project| format!("/v1/projects/{project}/members/{member}"),
    )
}
