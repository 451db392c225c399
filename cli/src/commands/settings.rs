//! Settings, of a project or of the whole tenant: a draft that is changed, what is published, and what was.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::{
    api::Api,
    args::{Global, id},
    failure::Failure,
    output::{Report, View},
    plan::{Call, Plan, given},
    table::Columns,
};

const VERSIONS: Columns = &[
    ("number", "/number"),
    ("published", "/published_at"),
    ("by", "/published_by"),
    ("restores", "/restores"),
];
const DRAFTED: View = View::Line("The draft is set; `vivier settings publish` publishes it.");

/// Whose settings.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// Of this project; of the tenant without it
    #[arg(long, value_parser = id)]
    project: Option<String>,
}

/// A new draft.
#[derive(Debug, Args)]
pub(crate) struct Edit {
    #[command(flatten)]
    of: Of,
    /// The settings as JSON; `-` reads standard input
    #[arg(long)]
    file: PathBuf,
}

/// What can be done with settings.
#[derive(Debug, Subcommand)]
pub(crate) enum Settings {
    /// Show the published settings, the draft, or a version of before
    Show {
        #[command(flatten)]
        of: Of,
        /// The draft
        #[arg(long, conflicts_with = "version")]
        draft: bool,
        /// A version that was published
        #[arg(long)]
        version: Option<u32>,
    },
    /// Replace the draft by a file
    Edit(Edit),
    /// Throw the draft away
    Discard {
        #[command(flatten)]
        of: Of,
    },
    /// Publish the draft
    Publish {
        #[command(flatten)]
        of: Of,
        /// Even what keeps your own address out of the tenant
        #[arg(long, conflicts_with = "project")]
        force: bool,
    },
    /// List what was published
    Versions {
        #[command(flatten)]
        of: Of,
        /// At most so many
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Publish a version of before again
    Rollback {
        #[command(flatten)]
        of: Of,
        number: u32,
        /// Even what keeps your own address out of the tenant
        #[arg(long, conflicts_with = "project")]
        force: bool,
    },
}

impl Of {
    fn path(&self, rest: &str) -> String {
        match &self.project {
            Some(project) => format!("/v1/projects/{project}/settings{rest}"),
            None => format!("/v1/settings{rest}"),
        }
    }
}

impl Settings {
    /// What it asks of the service.
    pub(crate) fn plan(self) -> (Plan, View) {
        match self {
            Self::Show { of, draft: true, .. } => Call::get(of.path("/draft")).shown(View::Document),
            Self::Show { of, version: Some(number), .. } => {
                Call::get(of.path(&format!("/versions/{number}"))).shown(View::Document)
            }
            Self::Show { of, .. } => Call::get(of.path("")).shown(View::Document),
            Self::Edit(edit) => {
                Call::put(edit.of.path("/draft"), None).guarded(edit.of.path("/draft")).shown(DRAFTED)
            }
            Self::Discard { of } => Call::delete(of.path("/draft"))
                .guarded(of.path("/draft"))
                .shown(View::Line("The draft is gone.")),
            Self::Publish { of, force } => {
                let path = of.path("/publication");
                let call = if force { Call::post(path, json!({"force": true})) } else { Call::trigger(path) };
                call.shown(View::Record(VERSIONS))
            }
            Self::Versions { of, limit } => {
                Call::list(of.path("/versions"), "versions", limit).shown(View::List("versions", VERSIONS))
            }
            Self::Rollback { of, number, force } => {
                let body = given(json!({"number": number, "force": force.then_some(true)}));
                Call::post(of.path("/rollback"), body).shown(View::Record(VERSIONS))
            }
        }
    }
}

/// Replaces the draft, unless somebody else changed it in between.
pub(crate) async fn edit(global: &Global, edit: &Edit) -> Result<Report, Failure> {
    let text = if edit.file.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(&edit.file)
    };
    let name = edit.file.display();
    let text = text.map_err(|error| Failure::Usage(format!("{name} cannot be read: {error}")))?;
    let settings: Value =
        serde_json::from_str(&text).map_err(|error| Failure::Usage(format!("{name} is no JSON: {error}")))?;
    let path = edit.of.path("/draft");
    let call = Call::put(&path, Some(settings)).guarded(&path);
    Ok(Report::new(Api::new(global)?.carry_out(&call).await?, DRAFTED))
}
